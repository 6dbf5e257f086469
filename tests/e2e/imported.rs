//! What somebody else made is imported: nothing of it runs, is published to visitors or takes the place of something
//! newer unless the owner says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use driver::chromium::Page;
use serde_json::json;
use stage::{Content, Dist, Host, Visitor};
use tempfile::TempDir;

use crate::bundle::{SHOP, export, found, host, import, import_as_it_is, offer, shop, until};

/// Packs these files of a site's tree, as anybody could. The bundle is signed by nobody.
fn packed(dist: &Dist, folder: &Path, files: &[(&str, &str)]) -> PathBuf {
    let content = Content::new(files).unwrap();
    let top = content.top().unwrap();
    let bundle = folder.join("packed.peersite");
    let status = Command::new(dist.peerserver())
        .args(["bundle", "pack", "--unsigned", "--name", "strange", "-o"])
        .arg(&bundle)
        .arg(top[0].parent().unwrap())
        .status();
    assert!(status.unwrap().success());
    bundle
}

async fn hosted(host: &Host, page: &Page) -> bool {
    host.state(page).await.unwrap()["sites"][0]["hosted"] == json!(true)
}

async fn shows(page: &Page, selector: &str) -> bool {
    page.eval(&format!(
        "document.querySelector('{selector}').checkVisibility()"
    ))
    .await
    .unwrap()
}

/// Counts in `window.asked` what the page asks of a site's box.
async fn count_box_asks(page: &Page) {
    let _: bool = page
        .eval(
            "(() => {
                const send = chrome.runtime.sendMessage.bind(chrome.runtime);
                window.asked = 0;
                chrome.runtime.sendMessage = (message) => {
                    if (message.ask?.ask === 'box') window.asked += 1;
                    return send(message);
                };
                return true;
            })()",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn an_imported_site_with_code_is_hosted_only_if_its_owner_says_so() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let files = [
        ("public/index.html", "<h1>Strange</h1>"),
        ("routes/a.js", "export default () => 'ran'"),
    ];
    let bundle = packed(&dist, folder.path(), &files);
    let host = host(&dist).await;
    let page = offer(&host, &bundle).await;
    let asked: String = page
        .eval("document.querySelector('#import-hosted-row').textContent")
        .await
        .unwrap();
    assert!(
        asked.contains("code, which runs in this browser"),
        "{asked}"
    );
    count_box_asks(&page).await;
    import_as_it_is(&page).await;
    until(
        &page,
        "document.querySelector('#unhosted').checkVisibility()",
    )
    .await;
    assert!(!hosted(&host, &page).await);
    // Its code was not even looked through, which would run it.
    assert_eq!(page.eval::<usize>("window.asked").await.unwrap(), 0);
    page.click("[data-click='host-site']").await.unwrap();
    until(
        &page,
        "!document.querySelector('#unhosted').checkVisibility()",
    )
    .await;
    until(&page, "window.asked === 1").await;
    let site = host.site(&page, "strange").await.unwrap();
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Strange").await.unwrap();
}

#[tokio::test]
async fn a_bundle_older_than_the_site_that_is_here_replaces_it_only_if_chosen() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let host = host(&dist).await;
    host.make_site("shop", &shop().top().unwrap())
        .await
        .unwrap();
    let file = export(&host, folder.path(), false).await;
    // The same as what is here: nothing is lost by replacing.
    let page = offer(&host, &file).await;
    assert!(!shows(&page, "#import-older").await);
    assert!(
        page.eval::<bool>("document.querySelector('#import-replace').checked")
            .await
            .unwrap()
    );
    page.press_key("Escape").await.unwrap();
    until(&page, "!document.querySelector('#import').open").await;

    let newer = Content::new(&[("mended.html", "<h1>Mended</h1>")]).unwrap();
    host.add_files(&page, &newer.top().unwrap()).await.unwrap();
    host.publish(&page).await.unwrap();
    page.close().await.unwrap();
    let page = offer(&host, &file).await;
    assert!(shows(&page, "#import-older").await);
    let state: (bool, bool, String) = page
        .eval(
            "[document.querySelector('#import-replace').checked, document.querySelector('#import-new').checked,
                document.querySelector('#import-replace-text').textContent]",
        )
        .await
        .unwrap();
    assert!(!state.0 && state.1, "{state:?}");
    assert!(
        state.2.contains("It is older than what is here"),
        "{state:?}"
    );
}

#[tokio::test]
async fn an_imported_site_has_the_usual_limits_until_its_owner_allows_more() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let route = "export const pattern = 'GET /much';
        export default () => `${new Uint8Array(80 << 20).length} bytes`;";
    let files = [
        ("public/index.html", "<h1>Strange</h1>"),
        ("site.json", r#"{"limits": {"memoryMiB": 128}}"#),
        ("routes/much.js", route),
    ];
    let bundle = packed(&dist, folder.path(), &files);
    let host = host(&dist).await;
    let page = offer(&host, &bundle).await;
    import(&page).await;
    let site = host.site(&page, "strange").await.unwrap();
    until(&page, "document.querySelector('#limits').checkVisibility()").await;
    let told: String = page
        .eval("document.querySelector('#limits-text').textContent")
        .await
        .unwrap();
    assert!(told.contains("memoryMiB 128 instead of 32"), "{told}");
    let visitor = Visitor::chromium().await.unwrap();
    let view = visitor.open(&site.link).await.unwrap();
    view.wait_for_text("Strange").await.unwrap();
    let status = "fetch('/much').then((answer) => answer.status)";
    assert_eq!(view.eval::<u16>(status).await.unwrap(), 503);

    page.click("[data-click='allow-limits']").await.unwrap();
    until(
        &page,
        "!document.querySelector('#limits').checkVisibility()",
    )
    .await;
    view.wait_for("fetch('/much').then((answer) => answer.status === 200)")
        .await
        .unwrap();
}

#[tokio::test]
async fn the_import_page_tells_of_names_that_other_systems_wrote() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let host = host(&dist).await;
    let zips = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zips");
    let page = offer(&host, &zips.join("windows-backslash.zip")).await;
    let text = found(&page).await;
    assert!(text.contains("2 files with folders parted by \\"), "{text}");
    import(&page).await;
    until(
        &page,
        "document.querySelector('[data-id=\"public/css/a/b.css\"]')",
    )
    .await;
    page.close().await.unwrap();

    // The disk of this machine can hold both.
    let case = folder.path().join("case");
    std::fs::create_dir(&case).unwrap();
    for name in ["index.html", "A.css", "a.css"] {
        std::fs::write(case.join(name), name).unwrap();
    }
    let mut zip = Command::new("zip");
    zip.args(["-qr", "../case.zip", "."]).current_dir(&case);
    assert!(zip.status().unwrap().success());
    let page = offer(&host, &folder.path().join("case.zip")).await;
    let text = found(&page).await;
    assert!(
        text.contains("public/a.css and public/A.css differ by upper and lower case only"),
        "{text}"
    );
    import(&page).await;
    for path in ["public/a.css", "public/A.css"] {
        until(
            &page,
            &format!("document.querySelector('[data-id=\"{path}\"]')"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_plain_zip_becomes_a_draft_and_its_settings_come_along_to_the_next_browser() {
    let dist = Dist::find().unwrap();
    let folder = TempDir::new().unwrap();
    let web = Content::new(&[("index.html", SHOP)]).unwrap();
    let zip = folder.path().join("shop.zip");
    let zipped = Command::new("zip")
        .arg("-q")
        .arg("-j")
        .arg(&zip)
        .args(web.top().unwrap())
        .status()
        .unwrap();
    assert!(zipped.success());

    let old = host(&dist).await;
    let page = offer(&old, &zip).await;
    let text = found(&page).await;
    assert!(text.contains("A zip of a plain web site"), "{text}");
    assert!(text.contains("anybody may have made this file"), "{text}");
    // Thought better of it.
    page.press_key("Escape").await.unwrap();
    until(&page, "!document.querySelector('#import').open").await;
    until(
        &page,
        "document.querySelector('#no-site').checkVisibility()",
    )
    .await;
    page.close().await.unwrap();

    let page = offer(&old, &zip).await;
    import(&page).await;
    until(
        &page,
        "document.querySelector('#site-status').dataset.tone === 'none'",
    )
    .await;
    until(&page, "document.querySelector('#fallback').length === 2").await;
    let _: bool = page
        .eval(
            "(() => {
                const fallback = document.querySelector('#fallback');
                fallback.value = 'index.html';
                return fallback.dispatchEvent(new Event('change', { bubbles: true }));
            })()",
        )
        .await
        .unwrap();
    old.publish(&page).await.unwrap();
    page.close().await.unwrap();
    let file = export(&old, folder.path(), false).await;

    let new = host(&dist).await;
    let page = offer(&new, &file).await;
    import(&page).await;
    until(
        &page,
        "document.querySelector('#fallback').value === 'index.html'",
    )
    .await;
}
