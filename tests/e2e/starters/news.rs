//! A line that stays open hears again when the host was away and came back.

use stage::{View, Visitor};

use super::{Scene, Second, is_still_here, stay, until};

/// Opens a line beside the page's own, and waits until both are open.
async fn listen(view: &View) {
    stay(view).await;
    view.eval::<bool>(
        "(() => {
            window.heard = [];
            window.line = new EventSource('/live');
            window.line.onmessage = ({ data }) => window.heard.push(data);
            return true;
        })()",
    )
    .await
    .unwrap();
    until(view, "window.line.readyState === EventSource.OPEN").await;
}

async fn sign(view: &View, name: &str) {
    view.fill(&[("#name", name), ("#text", "I am here.")])
        .await
        .unwrap();
    view.click("form.card button").await.unwrap();
    shows(view, name).await;
}

async fn shows(view: &View, name: &str) {
    let condition = format!(
        "[...document.querySelectorAll('.who')].some((who) => who.textContent.startsWith('{name} '))"
    );
    until(view, &condition).await;
}

#[tokio::test]
async fn live_pages_hear_again_when_the_hosts_browser_was_away() {
    let mut scene = Scene::new("guestbook", Second::Firefox).await;
    let plain = Visitor::chromium().await.unwrap();
    let (one, two) = scene.open("").await;
    let three = plain.open(&scene.site.link).await.unwrap();
    let writer = scene.one.open(&scene.site.link).await.unwrap();
    let all = [&one, &two, &three];
    for view in all {
        listen(view).await;
    }
    sign(&writer, "Ann").await;
    for view in all {
        shows(view, "Ann").await;
        until(view, "window.heard.join() === 'Ann has signed.'").await;
    }

    scene.host.kill();
    for view in all {
        until(view, "window.line.readyState !== EventSource.OPEN").await;
    }
    scene.host.launch().await.unwrap();
    let popup = scene.host.popup().await.unwrap();
    scene.host.until_connected(&popup).await.unwrap();
    // What a form sends is never sent twice: its writer waits until the host answers again.
    until(&writer, "fetch('/').then((answer) => answer.ok)").await;
    // What came before a line was open again is seen too: the page looks when it opens.
    sign(&writer, "Bea").await;
    for view in all {
        shows(view, "Bea").await;
        until(view, "window.line.readyState === EventSource.OPEN").await;
    }
    sign(&writer, "Cid").await;
    for view in all {
        shows(view, "Cid").await;
        until(view, "window.heard.includes('Cid has signed.')").await;
        assert!(is_still_here(view).await, "it was not loaded anew");
    }
}
