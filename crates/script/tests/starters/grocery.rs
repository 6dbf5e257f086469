//! The grocery list.

use crate::tree::Tree;
use crate::visitor::{Visitor, heard};

/// Where a button's form goes: the address of the item with this text that ends in `deed`.
fn address(page: &str, text: &str, deed: &str) -> String {
    let item = page
        .split("<li")
        .find(|item| item.contains(&format!(">{text}<")));
    let item = item.unwrap_or_else(|| panic!("{text} in {page}"));
    let actions = item.split("action=\"").skip(1);
    let mut actions = actions.map(|rest| rest.split('"').next().unwrap());
    actions.find(|to| to.ends_with(deed)).unwrap().to_owned()
}

#[test]
fn items_are_added_ticked_and_removed_before_the_eyes_of_all() {
    let mut site = Tree::of("grocery").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    let line = bob.listen(&mut site, "/live");

    let page = ann.submit(&mut site, "/", &[("text", " Eggs & ham ")]);
    assert!(
        page.contains("3 to get") && page.contains("Eggs &amp; ham"),
        "{page}"
    );

    let page = bob.page(&mut site, "/");
    let tick = address(&page, "Bread", "/tick");
    for _ in 0..2 {
        // A second click on the same button changes nothing.
        let page = bob.submit(&mut site, &tick, &[("done", "yes")]);
        assert!(page.contains("2 to get"), "{page}");
        assert!(page.find("Tomatoes") < page.find("Bread"), "{page}");
    }
    let page = bob.submit(&mut site, &tick, &[("done", "no")]);
    assert!(page.contains("3 to get"), "{page}");

    let remove = address(&page, "Tomatoes", "/remove");
    let page = ann.submit(&mut site, &remove, &[]);
    assert!(
        page.contains("2 to get") && !page.contains("Tomatoes"),
        "{page}"
    );
    let page = ann.submit(&mut site, "/clear", &[]);
    assert!(!page.contains("Milk") && !page.contains("/clear"), "{page}");

    assert_eq!(
        heard(&site, line),
        [
            "Eggs & ham was added.",
            "Bread: done.",
            "Bread: done.",
            "Bread is needed after all.",
            "Tomatoes is off the list.",
            "What was ticked is off the list.",
        ]
    );
}

#[test]
fn what_is_gone_already_is_said_and_nothing_breaks() {
    let mut site = Tree::of("grocery").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    let page = bob.page(&mut site, "/");
    let remove = address(&page, "Bread", "/remove");
    ann.submit(&mut site, &remove, &[]);
    for (to, fields) in [
        (remove.clone(), &[][..]),
        (address(&page, "Bread", "/tick"), &[("done", "yes")][..]),
    ] {
        let answer = bob.post(&mut site, &to, fields);
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("not on the list any more"));
    }
}

#[test]
fn a_wrong_item_is_shown_with_what_is_wrong() {
    let mut site = Tree::of("grocery").site();
    let mut ann = Visitor::new("ann");
    let long = "<i>".repeat(30);
    for (text, problem, kept) in [
        (" ", "Write what is needed.", "value=\"\""),
        (&long, "at most 80 characters", "&lt;i&gt;&lt;i&gt;"),
    ] {
        let answer = ann.post(&mut site, "/", &[("text", text)]);
        assert_eq!(answer.status, 422);
        let page = answer.text();
        assert!(page.contains(problem) && page.contains(kept), "{page}");
        assert!(page.contains("2 to get"), "{page}");
    }
}

#[test]
fn the_list_has_an_end() {
    let mut site = Tree::of("grocery").site();
    let mut ann = Visitor::new("ann");
    for number in 3..200 {
        let text = format!("Item {number}");
        assert_eq!(ann.post(&mut site, "/", &[("text", &text)]).status, 303);
    }
    let answer = ann.post(&mut site, "/", &[("text", "One more")]);
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("The list is full.") && answer.text().contains("One more"));
}
