//! The blog.

use std::time::Duration;

use crate::common::Site;
use crate::tree::Tree;
use crate::visitor::Visitor;

const AUTHOR: &str = "lib/author.js";

/// The blog of an author who has written a word into its file and chosen a password.
fn with_author() -> (Site, Visitor) {
    let mut tree = Tree::of("blog");
    let file = tree.files.get_mut(AUTHOR).unwrap();
    let written = file.replace("setupWord = \"\"", "setupWord = \"a long word\"");
    assert_ne!(*file, written);
    *file = written;
    let mut site = tree.site();
    let mut author = Visitor::new("author");
    for (word, password, status) in [
        ("another", "correct horse", 403),
        ("", "correct horse", 403),
        ("a long word", "short", 422),
        ("a long word", "correct horse", 303),
    ] {
        let fields = [("word", word), ("password", password)];
        let answer = author.post(&mut site, "/login", &fields);
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    (site, author)
}

#[test]
fn posts_are_listed_and_shown_in_markdown() {
    let mut site = Tree::of("blog").site();
    let mut ann = Visitor::new("ann");
    let page = ann.page(&mut site, "/");
    assert!(page.find("A blog in your browser") < page.find("What markdown can do"));
    let page = ann.page(&mut site, "/posts/what-markdown-can-do");
    for part in [
        "<strong>markdown</strong>",
        "<h2>Lists</h2>",
        "<table>",
        "&lt;b&gt;this",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = ann.get(&mut site, "/posts/none");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("There is no such post."));
}

#[test]
fn without_a_word_nobody_becomes_the_author() {
    let mut site = Tree::of("blog").site();
    let mut ann = Visitor::new("ann");
    assert!(ann.page(&mut site, "/login").contains("lib/author.js"));
    for word in ["", "anything"] {
        let fields = [("word", word), ("password", "correct horse")];
        assert_eq!(ann.post(&mut site, "/login", &fields).status, 403);
    }
    for to in [
        "/write",
        "/posts/what-markdown-can-do/edit",
        "/posts/what-markdown-can-do/delete",
    ] {
        let answer = ann.post(&mut site, to, &[("title", "T"), ("text", "T")]);
        assert_eq!(answer.header("location"), Some("/login"), "{to}");
    }
    ann.page(&mut site, "/posts/what-markdown-can-do");
}

#[test]
fn once_there_is_an_author_the_word_is_worth_nothing() {
    let (mut site, _) = with_author();
    let mut bob = Visitor::new("bob");
    let fields = [("word", "a long word"), ("password", "another one")];
    let answer = bob.post(&mut site, "/login", &fields);
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("This is not the password."));
    let page = bob.submit(&mut site, "/login", &[("password", "correct horse")]);
    assert!(page.contains("Log out"), "{page}");
    let page = bob.submit(&mut site, "/logout", &[]);
    assert!(!page.contains("Log out"), "{page}");
    assert_eq!(bob.get(&mut site, "/write").status, 303);
}

#[test]
fn the_author_writes_changes_and_deletes() {
    let (mut site, mut author) = with_author();
    let mut ann = Visitor::new("ann");
    site.pass(Duration::from_secs(1));
    author.page(&mut site, "/write");
    let fields = [
        ("title", "Über <uns>!"),
        ("text", "Hello *you*\r\n\r\nMore"),
    ];
    let page = author.submit(&mut site, "/write", &fields);
    assert!(
        page.contains("Über &lt;uns&gt;!") && page.contains("<em>you</em>"),
        "{page}"
    );
    assert!(page.contains("/posts/uber-uns/edit"), "{page}");

    let page = ann.page(&mut site, "/posts/uber-uns");
    assert!(!page.contains("Edit"), "{page}");
    let list = ann.page(&mut site, "/");
    assert!(
        list.find("Über") < list.find("A blog in your browser"),
        "{list}"
    );
    assert!(!list.contains("More"), "{list}");

    // Another post of the same title has an address of its own, in whatever writing.
    author.submit(&mut site, "/write", &fields);
    ann.page(&mut site, "/posts/uber-uns-2");
    author.submit(&mut site, "/write", &[("title", "日本"), ("text", "Text")]);
    ann.page(&mut site, "/posts/%E6%97%A5%E6%9C%AC");
    author.submit(&mut site, "/write", &[("title", "!?"), ("text", "Text")]);
    ann.page(&mut site, "/posts/post");

    let edit = "/posts/uber-uns/edit";
    assert!(author.page(&mut site, edit).contains("Hello *you*"));
    let fields = [("title", "Us"), ("text", "Changed")];
    let page = author.submit(&mut site, edit, &fields);
    assert!(
        page.contains("Us</h1>") && page.contains("Changed"),
        "{page}"
    );
    assert_eq!(ann.get(&mut site, "/posts/us").status, 404);

    let page = author.submit(&mut site, "/posts/uber-uns/delete", &[]);
    assert!(!page.contains("Changed"), "{page}");
    assert_eq!(ann.get(&mut site, "/posts/uber-uns").status, 404);
    assert_eq!(
        author.post(&mut site, "/posts/uber-uns/delete", &[]).status,
        404
    );
    assert_eq!(author.get(&mut site, edit).status, 404);
}

#[test]
fn a_wrong_post_is_shown_with_what_is_wrong_and_what_was_typed() {
    let (mut site, mut author) = with_author();
    let long = "x".repeat(121);
    for (title, text, problem, kept) in [
        ("", "A text", "Write a title.", "A text"),
        ("A <title>", "", "Write something.", "A &lt;title&gt;"),
        (&*long, "A text", "at most 120 characters", "A text"),
    ] {
        for to in ["/write", "/posts/what-markdown-can-do/edit"] {
            let answer = author.post(&mut site, to, &[("title", title), ("text", text)]);
            assert_eq!(answer.status, 422);
            let page = answer.text();
            assert!(page.contains(problem) && page.contains(kept), "{page}");
        }
    }
}
