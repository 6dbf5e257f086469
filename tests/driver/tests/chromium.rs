//! Chromium, driven.

mod common;

use std::process::Command;

use common::{SOON, extension, serve};
use driver::{Chromium, DriverError, Options, TempProfile};

#[tokio::test]
async fn a_page_is_visited_clicked_typed_into_and_looked_at() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
    let port = serve();
    let page = browser
        .open(&format!("http://localhost:{port}/one"))
        .await
        .unwrap();
    assert_eq!(page.eval::<String>("document.title").await.unwrap(), "one");

    page.click("#name").await.unwrap();
    page.type_text("Grüße").await.unwrap();
    page.press_key("Backspace").await.unwrap();
    assert_eq!(
        page.eval::<String>("document.querySelector('#name').value")
            .await
            .unwrap(),
        "Grüß"
    );
    page.click("#go").await.unwrap();
    page.wait_for("document.title === 'clicked'", SOON)
        .await
        .unwrap();

    page.click("#next").await.unwrap();
    page.wait_for("location.pathname === '/two'", SOON)
        .await
        .unwrap();
    page.back().await.unwrap();
    assert!(page.url().await.unwrap().ends_with("/one"));
    page.forward().await.unwrap();
    assert!(page.url().await.unwrap().ends_with("/two"));
    assert!(matches!(
        page.forward().await,
        Err(DriverError::Navigation { .. })
    ));
    page.eval::<bool>("window.old = true").await.unwrap();
    page.reload().await.unwrap();
    assert!(page.eval::<bool>("window.old === undefined").await.unwrap());

    let file = profile.path().join("a.txt");
    std::fs::write(&file, "x").unwrap();
    page.choose_files("#file", &[file]).await.unwrap();
    assert_eq!(
        page.eval::<String>("document.querySelector('#file').files[0].name")
            .await
            .unwrap(),
        "a.txt"
    );

    let folder = profile.path().join("folder");
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    std::fs::write(folder.join("inner/b.txt"), "x").unwrap();
    page.choose_files("#folder", &[folder]).await.unwrap();
    let chosen = page
        .wait_for(
            "document.querySelector('#folder').files[0]?.webkitRelativePath",
            SOON,
        )
        .await
        .unwrap();
    assert_eq!(chosen, "folder/inner/b.txt");

    page.set_viewport(400, 300).await.unwrap();
    page.set_dark(true).await.unwrap();
    assert!(
        page.eval::<bool>(
            "innerWidth === 400 && matchMedia('(prefers-color-scheme: dark)').matches"
        )
        .await
        .unwrap()
    );
    let picture = profile.path().join("seen.png");
    page.screenshot(&picture).await.unwrap();
    assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_click_meets_its_element_or_nothing() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
    let page = browser
        .open(&format!("http://localhost:{}/moving", serve()))
        .await
        .unwrap();
    let clicks = async || page.eval::<Vec<String>>("clicks").await.unwrap();
    page.click("#right").await.unwrap();
    assert_eq!(clicks().await, ["right"]);

    // It is folded away while the driver looks for it.
    page.eval::<u32>("setTimeout(() => { document.querySelector('details').open = true; }, 500)")
        .await
        .unwrap();
    page.click("#folded").await.unwrap();
    assert_eq!(clicks().await, ["right", "folded"]);
}

#[tokio::test]
async fn frames_of_both_origins_are_reached() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
    let page = browser
        .open(&format!("http://localhost:{}/frames", serve()))
        .await
        .unwrap();
    for name in ["inner", "outer"] {
        page.frame(&format!("/{name}"))
            .wait_for(&format!("document.title === '{name}'"), SOON)
            .await
            .unwrap();
    }
    assert_eq!(
        page.frame("other.localhost")
            .eval::<String>("location.hostname")
            .await
            .unwrap(),
        "other.localhost"
    );
    let found = page
        .wait_for_anywhere("document.title === 'outer' && location.hostname", SOON)
        .await
        .unwrap();
    assert_eq!(found, "other.localhost");
    assert!(
        page.console()
            .iter()
            .any(|line| line.contains("outer speaks")),
        "{:?}",
        page.console()
    );
}

#[tokio::test]
async fn errors_say_what_was_there() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
    let page = browser
        .open("data:text/html,<script>console.error('it broke')</script>")
        .await
        .unwrap();
    let late = page
        .wait_for(
            "document.title || 'no'.slice(2)",
            std::time::Duration::from_millis(300),
        )
        .await;
    let text = late.unwrap_err().to_string();
    assert!(
        text.contains("document.title") && text.contains("it broke") && text.contains("data:text"),
        "{text}"
    );
    let thrown = page
        .eval::<u32>("nonsense()")
        .await
        .unwrap_err()
        .to_string();
    assert!(thrown.contains("nonsense is not defined"), "{thrown}");
    assert!(matches!(
        page.eval::<u32>("'text'").await,
        Err(DriverError::Value { .. })
    ));
    assert_eq!(
        page.eval::<u32>("new Promise(done => setTimeout(done, 10, 7))")
            .await
            .unwrap(),
        7
    );
    let nowhere = format!("http://localhost:{}/", driver::free_port().unwrap());
    assert!(matches!(
        page.goto(&nowhere).await,
        Err(DriverError::Navigation { .. })
    ));
}

#[tokio::test]
async fn a_sites_worker_is_stopped_and_starts_again() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
    let page = browser
        .open(&format!("http://localhost:{}/worker", serve()))
        .await
        .unwrap();
    page.wait_for("navigator.serviceWorker.controller", SOON)
        .await
        .unwrap();
    let count = "fetch('/count').then(answer => answer.text())";
    assert_eq!(page.eval::<String>(count).await.unwrap(), "1");
    assert_eq!(page.eval::<String>(count).await.unwrap(), "2");
    assert!(browser.worker_runs("/worker.js").await.unwrap());
    browser.stop_worker("/worker.js").await.unwrap();
    assert!(!browser.worker_runs("/worker.js").await.unwrap());
    assert_eq!(page.eval::<String>(count).await.unwrap(), "1");
    let none = browser.stop_worker("/other.js").await.unwrap_err();
    assert!(none.to_string().contains("/worker.js"), "{none}");
}

#[tokio::test]
async fn an_extensions_worker_and_offscreen_document_are_stopped() {
    let profile = TempProfile::new().unwrap();
    let browser = Chromium::launch(Options::new(&profile).with_extension(extension()))
        .await
        .unwrap();
    let id = browser.extension_id().unwrap();
    let page = browser
        .open(&format!("chrome-extension://{id}/page.html"))
        .await
        .unwrap();
    let ask = "chrome.runtime.sendMessage('ask')";
    assert_eq!(page.eval::<u32>(ask).await.unwrap(), 1);
    let title = browser
        .wait_in("background_page", "offscreen.html", "document.title", SOON)
        .await
        .unwrap();
    assert_eq!(title, "offscreen");
    let asked: u32 = browser
        .eval_in("service_worker", &id, "asked")
        .await
        .unwrap();
    assert_eq!(asked, 1);

    browser.stop_worker(&id).await.unwrap();
    assert_eq!(
        page.eval::<u32>(ask).await.unwrap(),
        1,
        "a new worker answers"
    );
    browser.close_offscreen("offscreen.html").await.unwrap();
    browser.stop_worker(&id).await.unwrap();
    assert_eq!(page.eval::<u32>(ask).await.unwrap(), 1);
    browser
        .wait_for_target("background_page", "offscreen.html", SOON)
        .await
        .unwrap();
    browser
        .crash("background_page", "offscreen.html")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_profile_outlives_a_close_and_a_kill_and_no_process_does() {
    let profile = TempProfile::new().unwrap();
    let address = format!("http://localhost:{}/one", serve());
    for round in 0..3 {
        let browser = Chromium::launch(Options::new(&profile)).await.unwrap();
        let page = browser.open(&address).await.unwrap();
        assert_eq!(
            page.eval::<Option<String>>("localStorage.round")
                .await
                .unwrap()
                .is_some(),
            round > 0
        );
        page.eval::<u32>("localStorage.round = 1").await.unwrap();
        if round == 0 {
            browser.close().await.unwrap();
        } else {
            browser.kill();
        }
        let path = profile.path().to_str().unwrap();
        let left = Command::new("pgrep").args(["-f", path]).output().unwrap();
        assert!(
            left.stdout.is_empty(),
            "left: {}",
            String::from_utf8_lossy(&left.stdout)
        );
    }
}
