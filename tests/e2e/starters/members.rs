//! Who somebody is: members with passwords, and the one author of a blog.

use std::fs;
use std::path::Path;

use serde_json::json;
use stage::{Content, PATIENCE, View};

use super::{Scene, Second, until};

const PASSWORD: &str = "four words are enough";

/// The page at this place has this heading.
async fn is_at(view: &View, place: &str, heading: &str) {
    view.wait_for_place(place).await.unwrap();
    until(
        view,
        &format!(
            "document.readyState === 'complete' && document.querySelector('h1').textContent === {}",
            json!(heading)
        ),
    )
    .await;
}

/// What stands in an element.
async fn says(view: &View, selector: &str, text: &str) {
    let (selector, text) = (json!(selector), json!(text));
    until(
        view,
        &format!("document.querySelector({selector})?.textContent === {text}"),
    )
    .await;
}

async fn the_club(second: Second) {
    let scene = Scene::new("login", second).await;
    let (one, two) = scene.open("").await;
    // Nobody is a member yet, and only members see their page.
    one.click("main a[href='/register']").await.unwrap();
    is_at(&one, "/register", "Register").await;
    one.type_into("#name", "ann").await.unwrap();
    one.press("Tab").await.unwrap();
    one.page.type_text(PASSWORD).await.unwrap();
    one.press("Enter").await.unwrap();
    is_at(&one, "/members", "Members").await;
    one.wait_for_text("Welcome, ann.").await.unwrap();

    // The other visitor is not she.
    is_at(&two, "/", "The club").await;
    until(&two, "!document.body.textContent.includes('ann')").await;
    let page = scene
        .two
        .open(&format!("{}members", scene.site.link))
        .await
        .unwrap();
    is_at(&page, "/login", "Log in").await;
    page.click("main a[href='/register']").await.unwrap();
    is_at(&page, "/register", "Register").await;
    page.fill(&[("#name", "ann"), ("#password", "another password")])
        .await
        .unwrap();
    page.click("form.card button").await.unwrap();
    says(
        &page,
        "#name-problem",
        "Somebody has this name already. Choose another.",
    )
    .await;
    // Nor with a guess.
    two.click("nav a[href='/login']").await.unwrap();
    is_at(&two, "/login", "Log in").await;
    for (name, password) in [("ann", "not her password"), ("eve", PASSWORD)] {
        two.fill(&[("#name", name), ("#password", password)])
            .await
            .unwrap();
        // The answer is another page.
        until(&two, "window.asked = true").await;
        two.click("form.card button").await.unwrap();
        until(&two, "!window.asked && document.querySelector('h1')").await;
        says(
            &two,
            "#name-problem",
            "This name and password do not belong together.",
        )
        .await;
        until(
            &two,
            &format!("document.querySelector('#name').value === '{name}'"),
        )
        .await;
    }

    // A member with another name, at the same time.
    two.click("main a[href='/register']").await.unwrap();
    is_at(&two, "/register", "Register").await;
    two.fill(&[("#name", "bea"), ("#password", "something quite else")])
        .await
        .unwrap();
    two.click("form.card button").await.unwrap();
    is_at(&two, "/members", "Members").await;
    two.wait_for_text("Welcome, bea.").await.unwrap();

    // She logs out, which is no matter of the other's.
    one.click("nav form button").await.unwrap();
    is_at(&one, "/", "The club").await;
    one.page.back().await.unwrap();
    until(
        &one,
        "document.querySelector('h1') && !document.body.textContent.includes('Welcome')",
    )
    .await;
    let page = scene
        .one
        .open(&format!("{}members", scene.site.link))
        .await
        .unwrap();
    is_at(&page, "/login", "Log in").await;
    two.click("nav a.home").await.unwrap();
    two.wait_for_text("Good to see you, bea.").await.unwrap();

    // And in again, with what she has chosen.
    page.type_into("#name", "ann").await.unwrap();
    page.type_into("#password", PASSWORD).await.unwrap();
    page.press("Enter").await.unwrap();
    is_at(&page, "/members", "Members").await;
    page.wait_for_text("Welcome, ann.").await.unwrap();
}

#[tokio::test]
async fn a_member_registers_logs_out_and_in_and_the_other_is_somebody_else() {
    the_club(Second::Chromium).await;
}

#[tokio::test]
async fn a_member_and_one_with_firefox_are_two() {
    the_club(Second::Firefox).await;
}

/// The word that makes its owner the author.
const WORD: &str = "quince-marmalade-7";

/// Writes the word into the blog's code and publishes it, as the page tells its owner to.
async fn write_the_word(scene: &Scene) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("extension/starters/blog");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let author = read("lib/author.js");
    let changed = author.replace("setupWord = \"\"", &format!("setupWord = {}", json!(WORD)));
    assert_ne!(author, changed);
    let tree = Content::new(&[
        ("blog/site.json", read("site.json")),
        ("blog/lib/author.js", changed),
        ("blog/routes/login.js", read("routes/login.js")),
    ])
    .unwrap();
    let page = scene.host.sites_page().await.unwrap();
    page.wait_for("document.querySelector('#file-rows tr')", PATIENCE)
        .await
        .unwrap();
    scene
        .host
        .add_files(&page, &tree.top().unwrap())
        .await
        .unwrap();
    scene.host.publish(&page).await.unwrap();
    page.close().await.unwrap();
}

async fn the_blog(second: Second) {
    let scene = Scene::new("blog", second).await;
    let (one, two) = scene.open("").await;
    one.click("nav a[href='/login']").await.unwrap();
    one.wait_for_text("There is no author yet.").await.unwrap();
    until(&one, "!document.querySelector('form.card')").await;
    write_the_word(&scene).await;

    // Who does not know the word does not become the author.
    two.click("nav a[href='/login']").await.unwrap();
    two.fill(&[("#word", "guess"), ("#password", PASSWORD)])
        .await
        .unwrap();
    two.click("form.card button").await.unwrap();
    says(&two, "#word-problem", "This is not the word.").await;

    one.click("nav a[href='/login']").await.unwrap();
    one.type_into("#word", WORD).await.unwrap();
    one.type_into("#password", PASSWORD).await.unwrap();
    one.press("Enter").await.unwrap();
    is_at(&one, "/", "Notes").await;
    one.click("nav a[href='/write']").await.unwrap();
    is_at(&one, "/write", "A new post").await;
    one.type_into("#title", "Über quinces").await.unwrap();
    let text = "They are **hard**.\n\n- But: <i>good</i>.";
    one.fill(&[("#text", text)]).await.unwrap();
    one.click("main form.card button").await.unwrap();
    is_at(&one, "/posts/uber-quinces", "Über quinces").await;

    // The other reads it, and can do no more.
    two.click("nav a.home").await.unwrap();
    is_at(&two, "/", "Notes").await;
    until(
        &two,
        "document.querySelector('article h2').textContent === 'Über quinces'
            && document.querySelector('article strong').textContent === 'hard'",
    )
    .await;
    two.click("article h2 a").await.unwrap();
    is_at(&two, "/posts/uber-quinces", "Über quinces").await;
    until(
        &two,
        "document.querySelector('article li').textContent.trim() === 'But: <i>good</i>.'
            && !document.querySelector('article i') && !document.querySelector('main form')",
    )
    .await;
    let page = scene
        .two
        .open(&format!("{}write", scene.site.link))
        .await
        .unwrap();
    is_at(&page, "/login", "The author’s page").await;
    page.fill(&[("#password", "a guess of hers")])
        .await
        .unwrap();
    page.click("form.card button").await.unwrap();
    says(&page, "#password-problem", "This is not the password.").await;

    // Another version, at the same address.
    one.click("main a.button").await.unwrap();
    is_at(&one, "/posts/uber-quinces/edit", "Edit a post").await;
    one.type_into("#title", "About quinces").await.unwrap();
    one.press("Enter").await.unwrap();
    is_at(&one, "/posts/uber-quinces", "About quinces").await;
    two.page.reload().await.unwrap();
    is_at(&two, "/posts/uber-quinces", "About quinces").await;

    // Nothing is left when it is deleted.
    one.click("main form button").await.unwrap();
    is_at(&one, "/", "Notes").await;
    two.page.reload().await.unwrap();
    is_at(&two, "/posts/uber-quinces", "Not found").await;
    one.click("nav form button").await.unwrap();
    until(&one, "document.querySelector('nav a[href=\"/login\"]')").await;
    until(&one, "!document.querySelector('nav a[href=\"/write\"]')").await;
}

#[tokio::test]
async fn the_author_sets_the_blog_up_and_writes_and_the_other_reads() {
    the_blog(Second::Chromium).await;
}
