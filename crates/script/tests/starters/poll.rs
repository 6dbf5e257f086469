//! The poll.

use crate::common::Site;
use crate::tree::Tree;
use crate::visitor::{Visitor, heard};

/// The numbers of votes, in the order of the choices.
fn counts(visitor: &mut Visitor, site: &mut Site) -> Vec<u32> {
    let page = visitor.page(site, "/");
    let counts = page.split("class=\"count\">").skip(1);
    counts
        .map(|rest| rest.split(' ').next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn a_visitor_has_one_vote_and_can_change_it() {
    let mut site = Tree::of("poll").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    assert_eq!(counts(&mut ann, &mut site), [0, 0, 0, 0]);
    let line = ann.listen(&mut site, "/live");
    let page = bob.submit(&mut site, "/", &[("choice", "cafe")]);
    assert!(
        page.contains("1 vote<") || page.contains("1 vote\n"),
        "{page}"
    );
    let page = ann.submit(&mut site, "/", &[("choice", "park")]);
    assert!(
        page.contains("2 votes") && page.contains("Change my vote"),
        "{page}"
    );
    assert!(page.contains("value=\"park\" required checked"), "{page}");
    ann.submit(&mut site, "/", &[("choice", "cafe")]);
    assert_eq!(counts(&mut ann, &mut site), [0, 2, 0, 0]);
    let page = bob.submit(&mut site, "/", &[("choice", "home")]);
    assert!(page.contains("50 %"), "{page}");
    assert_eq!(counts(&mut ann, &mut site), [0, 1, 0, 1]);
    assert_eq!(
        heard(&site, line),
        [
            "1 vote so far.",
            "2 votes so far.",
            "2 votes so far.",
            "2 votes so far."
        ]
    );
}

#[test]
fn what_is_no_answer_does_not_count() {
    let mut site = Tree::of("poll").site();
    let mut ann = Visitor::new("ann");
    for fields in [&[][..], &[("choice", "moon")], &[("choice", "<b>")]] {
        let answer = ann.post(&mut site, "/", fields);
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("Choose one of the answers."));
    }
    assert_eq!(counts(&mut ann, &mut site), [0, 0, 0, 0]);
}
