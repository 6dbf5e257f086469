//! Firefox, driven.

mod common;

use common::{SOON, extension, serve};
use driver::{DriverError, Firefox, Options, TempProfile};

#[tokio::test]
async fn a_page_is_visited_clicked_and_typed_into_and_its_frames_are_reached() {
    let profile = TempProfile::new().unwrap();
    let mut options = Options::new(&profile).with_extension(extension());
    let uuid = "11111111-2222-4333-8444-555555555555";
    let fixed = format!("{{\"driver@peerserver.example\":\"{uuid}\"}}");
    options
        .prefs
        .push(("extensions.webextensions.uuids".to_owned(), fixed.into()));
    let browser = Firefox::launch(options).await.unwrap();
    assert_eq!(browser.extension_id().unwrap(), "driver@peerserver.example");

    let port = serve();
    let page = browser
        .open(&format!("http://localhost:{port}/one"))
        .await
        .unwrap();
    page.click("#name").await.unwrap();
    page.type_text("Grüß").await.unwrap();
    assert_eq!(
        page.eval::<String>("document.querySelector('#name').value")
            .await
            .unwrap(),
        "Grüß"
    );
    page.click("#next").await.unwrap();
    page.wait_for("location.pathname === '/two'", SOON)
        .await
        .unwrap();
    page.back().await.unwrap();
    page.wait_for("location.pathname === '/one'", SOON)
        .await
        .unwrap();
    page.reload().await.unwrap();
    page.set_viewport(400, 300).await.unwrap();
    assert_eq!(page.eval::<u32>("innerWidth").await.unwrap(), 400);
    let picture = profile.path().join("seen.png");
    page.screenshot(&picture).await.unwrap();
    assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));

    page.goto(&format!("http://localhost:{port}/frames"))
        .await
        .unwrap();
    for name in ["inner", "outer"] {
        page.frame(&format!("/{name}"))
            .wait_for(&format!("document.title === '{name}'"), SOON)
            .await
            .unwrap();
    }
    assert!(
        page.console()
            .iter()
            .any(|line| line.contains("outer speaks")),
        "{:?}",
        page.console()
    );

    let found = page
        .wait_for_anywhere("document.title === 'outer' && location.hostname", SOON)
        .await
        .unwrap();
    assert_eq!(found, "other.localhost");

    let thrown = page
        .eval::<u32>("nonsense()")
        .await
        .unwrap_err()
        .to_string();
    assert!(thrown.contains("nonsense is not defined"), "{thrown}");
    let list = page
        .eval::<Vec<u32>>("Promise.resolve([1, 2])")
        .await
        .unwrap();
    assert_eq!(list, [1, 2]);
    let nowhere = format!("http://localhost:{}/", driver::free_port().unwrap());
    assert!(matches!(
        page.goto(&nowhere).await,
        Err(DriverError::Navigation { .. })
    ));

    page.goto(&format!("moz-extension://{uuid}/page.html"))
        .await
        .unwrap();
    assert_eq!(
        page.eval::<u32>("chrome.runtime.sendMessage('ask')")
            .await
            .unwrap(),
        1
    );
    browser.close().await.unwrap();
}
