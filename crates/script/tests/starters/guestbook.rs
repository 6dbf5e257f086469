//! The guestbook.

use std::time::Duration;

use crate::tree::Tree;
use crate::visitor::{Visitor, heard};

#[test]
fn an_entry_is_on_top_and_told_to_all_who_have_the_book_open() {
    let mut site = Tree::of("guestbook").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    let line = bob.listen(&mut site, "/live");
    for (name, text) in [("Ann", "First\r\nof all"), ("Ann", "And again")] {
        ann.submit(&mut site, "/", &[("name", name), ("text", text)]);
        site.pass(Duration::from_secs(1));
    }
    assert_eq!(heard(&site, line), ["Ann has signed.", "Ann has signed."]);
    let page = bob.page(&mut site, "/");
    let places: Vec<_> = ["4 entries", "And again", "First\nof all", "Welcome!"]
        .map(|text| {
            page.find(text)
                .unwrap_or_else(|| panic!("{text} in {page}"))
        })
        .to_vec();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn what_a_visitor_writes_is_text_and_no_markup() {
    let mut site = Tree::of("guestbook").site();
    let mut ann = Visitor::new("ann");
    let page = ann.submit(
        &mut site,
        "/",
        &[("name", "\"><b>Ann"), ("text", "<script>alert(1)</script>")],
    );
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
    assert!(
        !page.contains("<script>") && !page.contains("<b>"),
        "{page}"
    );
    // Her name stands in the form now, inside an attribute.
    assert!(page.contains("value=\"&quot;&gt;&lt;b&gt;Ann\""), "{page}");
}

#[test]
fn a_wrong_entry_is_shown_with_what_is_wrong_and_what_was_typed() {
    let mut site = Tree::of("guestbook").site();
    let mut ann = Visitor::new("ann");
    let line = Visitor::new("bob").listen(&mut site, "/live");
    let long = "x".repeat(1_001);
    for (name, text, problem, kept) in [
        ("  ", "Hi there", "Write your name.", "Hi there"),
        ("Ann & Bob", "\n", "Write something.", "Ann &amp; Bob"),
        ("Ann", &long, "this one has 1001", &long),
        (&long, "Hi", "at most 60 characters", &long),
    ] {
        let answer = ann.post(&mut site, "/", &[("name", name), ("text", text)]);
        assert_eq!(answer.status, 422);
        let page = answer.text();
        assert!(page.contains(problem) && page.contains(kept), "{page}");
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
        assert!(page.contains("2 entries"), "{page}");
    }
    assert_eq!(ann.post(&mut site, "/", &[]).status, 422);
    assert!(heard(&site, line).is_empty());
}
