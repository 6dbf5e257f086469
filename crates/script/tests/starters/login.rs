//! The login.

use crate::tree::Tree;
use crate::visitor::Visitor;

const REGISTER: &str = "/register";

fn member(site: &mut crate::common::Site, name: &'static str) -> Visitor {
    let mut visitor = Visitor::new(name);
    let fields = [("name", name), ("password", "correct horse")];
    let page = visitor.submit(site, REGISTER, &fields);
    assert!(page.contains(&format!("Welcome, {name}.")), "{page}");
    visitor
}

#[test]
fn members_come_in_and_others_do_not() {
    let mut site = Tree::of("login").site();
    let (mut ann, mut bob) = (member(&mut site, "Ann"), Visitor::new("bob"));
    assert!(ann.page(&mut site, "/").contains("Good to see you, Ann."));

    let away = bob.get(&mut site, "/members");
    assert_eq!(away.header("location"), Some("/login"));
    let page = bob.follow(&mut site, &away);
    assert!(!page.contains("Log out"), "{page}");
    assert_eq!(bob.get(&mut site, "/password").status, 303);
    assert_eq!(bob.post(&mut site, "/password", &[]).status, 303);

    let page = ann.submit(&mut site, "/logout", &[]);
    assert!(page.contains("Log in"), "{page}");
    assert_eq!(ann.get(&mut site, "/members").status, 303);
    // The same account, written otherwise, from another browser.
    let fields = [("name", " ann "), ("password", "correct horse")];
    let page = bob.submit(&mut site, "/login", &fields);
    assert!(page.contains("Welcome, Ann."), "{page}");
}

#[test]
fn what_is_wrong_with_a_new_account_is_said_beside_the_field() {
    let mut site = Tree::of("login").site();
    member(&mut site, "Ann");
    let mut bob = Visitor::new("bob");
    for (name, password, status, problem) in [
        ("", "correct horse", 422, "Choose a name."),
        (
            "ANN",
            "correct horse",
            409,
            "Somebody has this name already.",
        ),
        (
            "<Bob>",
            "short",
            422,
            "The password must have at least 8 characters.",
        ),
    ] {
        let fields = [("name", name), ("password", password)];
        let answer = bob.post(&mut site, REGISTER, &fields);
        assert_eq!(answer.status, status, "{name}");
        let page = answer.text();
        assert!(page.contains(problem), "{page}");
        let name = name.replace('<', "&lt;").replace('>', "&gt;");
        assert!(page.contains(&format!("value=\"{name}\"")), "{page}");
        assert!(
            !page.contains(password),
            "a password is not sent back: {page}"
        );
    }
    let fields = [("name", "Bob"), ("password", "short")];
    assert_eq!(bob.post(&mut site, "/login", &fields).status, 403);
}

#[test]
fn wrong_passwords_are_refused_and_after_many_the_right_one_too() {
    let mut site = Tree::of("login").site();
    member(&mut site, "Ann");
    let mut bob = Visitor::new("bob");
    let wrong = [("name", "Ann"), ("password", "battery staple")];
    for _ in 0..database::limits::ATTEMPTS_OF_VISITOR {
        let answer = bob.post(&mut site, "/login", &wrong);
        assert_eq!(answer.status, 403);
        let page = answer.text();
        assert!(page.contains("do not belong together") && page.contains("value=\"Ann\""));
    }
    let right = [("name", "Ann"), ("password", "correct horse")];
    let answer = bob.post(&mut site, "/login", &right);
    assert_eq!(answer.status, 429);
    assert!(
        answer.text().contains("Too many attempts"),
        "{}",
        answer.text()
    );
    // That is bob's trouble, not hers.
    let mut ann = Visitor::new("ann");
    assert_eq!(ann.post(&mut site, "/login", &right).status, 303);
}

#[test]
fn a_password_is_changed_by_who_knows_the_old_one() {
    let mut site = Tree::of("login").site();
    let mut ann = member(&mut site, "Ann");
    for (old, new, status, problem) in [
        (
            "battery",
            "a new password",
            403,
            "This is not your password.",
        ),
        ("correct horse", "short", 422, "at least 8 characters."),
    ] {
        let answer = ann.post(&mut site, "/password", &[("old", old), ("new", new)]);
        assert_eq!(answer.status, status);
        assert!(answer.text().contains(problem), "{}", answer.text());
    }
    let fields = [("old", "correct horse"), ("new", "a new password")];
    let page = ann.submit(&mut site, "/password", &fields);
    assert!(page.contains("Your password is changed."), "{page}");

    let mut other = Visitor::new("other");
    for (password, status) in [("correct horse", 403), ("a new password", 303)] {
        let fields = [("name", "Ann"), ("password", password)];
        assert_eq!(other.post(&mut site, "/login", &fields).status, status);
    }
}
