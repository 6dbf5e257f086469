//! Hello.

use crate::tree::Tree;
use crate::visitor::Visitor;

#[test]
fn each_visitors_visits_are_counted_by_themselves() {
    let mut site = Tree::of("hello").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    assert!(
        ann.page(&mut site, "/")
            .contains("This is your first visit.")
    );
    let second = ann.page(&mut site, "/");
    assert!(
        second.contains("You have been here <strong>2</strong> times."),
        "{second}"
    );
    assert!(
        bob.page(&mut site, "/")
            .contains("This is your first visit.")
    );
    assert!(ann.page(&mut site, "/").contains("<strong>3</strong>"));
}
