//! What visitors share: each sees at once what the other has done, and each is somebody of their own.

use serde_json::json;

use super::{Scene, Second, is_still_here, stay, until};
use stage::View;

#[tokio::test]
async fn hello_counts_the_visits_of_each_visitor_by_themselves() {
    let mut scene = Scene::new("hello", Second::Firefox).await;
    let (one, two) = scene.open("").await;
    for view in [&one, &two] {
        view.wait_for_text("This is your first visit.")
            .await
            .unwrap();
        view.click("main a[href='/']").await.unwrap();
        view.wait_for_text("You have been here 2 times.")
            .await
            .unwrap();
    }
    one.click("a[href='/about.html']").await.unwrap();
    one.wait_for_place("/about.html").await.unwrap();
    one.wait_for_text("No code runs for this one.")
        .await
        .unwrap();
    one.click("a[href='/']").await.unwrap();
    one.wait_for_text("You have been here 3 times.")
        .await
        .unwrap();
    // Another tab is the same visitor.
    let tab = scene.one.open(&scene.site.link).await.unwrap();
    tab.wait_for_text("You have been here 4 times.")
        .await
        .unwrap();
    // What the host knows of its visitors outlives its browser.
    scene.host.kill();
    scene.host.launch().await.unwrap();
    let popup = scene.host.popup().await.unwrap();
    scene.host.until_connected(&popup).await.unwrap();
    for (view, count) in [(&one, 5), (&two, 3)] {
        view.click("main a[href='/']").await.unwrap();
        view.wait_for_text(&format!("You have been here {count} times."))
            .await
            .unwrap();
    }
}

/// An entry of the guestbook, as it stands at the top.
fn newest(name: &str, words: &str) -> String {
    let (name, words) = (json!(name), json!(words));
    format!(
        "(entry => entry?.querySelector('.words').textContent === {words}
            && entry.querySelector('.who').textContent.includes({name}))(document.querySelector('.entry'))"
    )
}

async fn the_guestbook(second: Second) {
    let scene = Scene::new("guestbook", second).await;
    let (one, two) = scene.open("").await;
    stay(&one).await;
    two.fill(&[("#name", "Bea"), ("#text", "I was <b>here</b>!")])
        .await
        .unwrap();
    two.click("form.card button").await.unwrap();
    for view in [&one, &two] {
        until(view, &newest("Bea", "I was <b>here</b>!")).await;
        until(view, "document.querySelectorAll('.entry').length === 3").await;
        until(view, "!document.querySelector('.entry b')").await;
    }
    assert!(is_still_here(&one).await, "it was not loaded anew");
    // She is known now.
    until(&two, "document.querySelector('#name').value === 'Bea'").await;
    until(&one, "document.querySelector('#name').value === ''").await;

    stay(&two).await;
    one.type_into("#name", "Ann").await.unwrap();
    one.press("Tab").await.unwrap();
    one.page.type_text("Me too").await.unwrap();
    one.press("Tab").await.unwrap();
    one.press("Enter").await.unwrap();
    for view in [&one, &two] {
        until(view, &newest("Ann", "Me too")).await;
    }
    assert!(is_still_here(&two).await, "it was not loaded anew");
    until(
        &two,
        "document.querySelector('[role=status]').textContent === 'Ann has signed.'",
    )
    .await;

    // What is missing is said, and what was written stays.
    one.fill(&[("#text", "   ")]).await.unwrap();
    one.click("form.card button").await.unwrap();
    until(
        &one,
        "document.querySelector('#text-problem')?.textContent === 'Write something.'
            && document.querySelector('#name').value === 'Ann'
            && document.activeElement.id === 'text'",
    )
    .await;
}

#[tokio::test]
async fn who_signs_the_guestbook_is_seen_by_the_other_at_once() {
    the_guestbook(Second::Chromium).await;
}

#[tokio::test]
async fn who_signs_the_guestbook_in_firefox_is_seen_by_the_other_at_once() {
    the_guestbook(Second::Firefox).await;
}

/// The list as it stands: what is needed, and what is ticked in brackets.
async fn lists(view: &View, items: &str) {
    let condition = format!(
        "[...document.querySelectorAll('.tick')].map((tick) => tick.ariaChecked === 'true' ? `(${{tick.textContent}})` : tick.textContent).join(' ') === '{items}'"
    );
    until(view, &condition).await;
}

/// Gives the keyboard to the tick before this item.
async fn focus_tick(view: &View, item: &str) {
    let focus = format!(
        "document.readyState === 'complete' && (tick => {{ tick?.focus(); return tick; }})(
            [...document.querySelectorAll('.tick')].find((tick) => tick.textContent === '{item}'))?.id"
    );
    until(view, &focus).await;
}

async fn the_grocery_list(second: Second) {
    let scene = Scene::new("grocery", second).await;
    let (one, two) = scene.open("").await;
    lists(&one, "Bread Tomatoes (Milk)").await;
    lists(&two, "Bread Tomatoes (Milk)").await;
    stay(&two).await;
    one.type_into("#text", "Coffee & tea").await.unwrap();
    one.press("Enter").await.unwrap();
    for view in [&one, &two] {
        lists(view, "Bread Tomatoes Coffee & tea (Milk)").await;
        until(
            view,
            "document.querySelector('#left').textContent === '3 to get'",
        )
        .await;
    }

    // Ticked with the keyboard, which stays where it is.
    stay(&one).await;
    focus_tick(&one, "Bread").await;
    one.press("Space").await.unwrap();
    for view in [&one, &two] {
        lists(view, "Tomatoes Coffee & tea (Bread) (Milk)").await;
    }
    until(&one, "document.activeElement.textContent === 'Bread'").await;
    two.click("[aria-label='Remove Tomatoes']").await.unwrap();
    for view in [&one, &two] {
        lists(view, "Coffee & tea (Bread) (Milk)").await;
    }
    until(
        &one,
        "document.querySelector('[role=status]').textContent === 'Tomatoes is off the list.'",
    )
    .await;
    two.click("#clear").await.unwrap();
    for view in [&one, &two] {
        lists(view, "Coffee & tea").await;
        assert!(is_still_here(view).await, "it was not loaded anew");
    }
}

#[tokio::test]
async fn the_grocery_list_is_the_same_for_all_who_have_it_open() {
    the_grocery_list(Second::Chromium).await;
}

#[tokio::test]
async fn the_grocery_list_is_the_same_in_firefox() {
    the_grocery_list(Second::Firefox).await;
}

/// The votes as they stand: all, and those for the park and the café.
async fn counts(view: &View, all: &str, park: &str, cafe: &str) {
    let condition = format!(
        "(counts => document.querySelector('#results').textContent === '{all}'
            && counts[0] === '{park}' && counts[1] === '{cafe}')(
            [...document.querySelectorAll('.count')].map((count) => count.textContent))"
    );
    until(view, &condition).await;
}

async fn the_poll(second: Second) {
    let scene = Scene::new("poll", second).await;
    let (one, two) = scene.open("").await;
    counts(&one, "0 votes", "0 · 0 %", "0 · 0 %").await;
    counts(&two, "0 votes", "0 · 0 %", "0 · 0 %").await;
    stay(&two).await;
    // With the keyboard.
    one.focus("input[value=park]").await.unwrap();
    one.press("Space").await.unwrap();
    one.press("Enter").await.unwrap();
    for view in [&one, &two] {
        counts(view, "1 vote", "1 · 100 %", "0 · 0 %").await;
    }
    assert!(is_still_here(&two).await, "it was not loaded anew");
    until(&one, "document.querySelector('.mine')").await;
    until(&two, "!document.querySelector('.mine')").await;

    stay(&one).await;
    two.click("input[value=cafe]").await.unwrap();
    two.click("form.card button").await.unwrap();
    for view in [&one, &two] {
        counts(view, "2 votes", "1 · 50 %", "1 · 50 %").await;
    }
    assert!(is_still_here(&one).await, "it was not loaded anew");

    // Whoever votes again changes the vote that is there; another tab is the same voter.
    let tab = scene.one.open(&scene.site.link).await.unwrap();
    until(
        &tab,
        "document.querySelector('input[value=park]')?.checked
            && document.querySelector('form.card button').textContent === 'Change my vote'",
    )
    .await;
    tab.focus("input[value=park]").await.unwrap();
    tab.press("ArrowDown").await.unwrap();
    tab.press("Enter").await.unwrap();
    for view in [&tab, &one, &two] {
        counts(view, "2 votes", "0 · 0 %", "2 · 100 %").await;
    }
}

#[tokio::test]
async fn a_visitor_has_one_vote_and_the_other_sees_it_counted() {
    the_poll(Second::Chromium).await;
}

#[tokio::test]
async fn a_visitor_with_firefox_has_one_vote_and_the_other_sees_it_counted() {
    the_poll(Second::Firefox).await;
}
