//! The garage sale.

use std::time::Duration;

use crate::common::{Answer, Site};
use crate::tree::Tree;
use crate::visitor::{Upload, Visitor, heard};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of a picture";
const PHOTO: Upload<'_> = ("../../cat.html", "image/png", PNG);
/// Holds the transaction for as long as its body is not there.
const HOLD: &str = "export const pattern = 'POST /hold';
    export default async function (request, { db }) {
        await db.collection('items').count();
        await new Promise((resolve) => setTimeout(resolve, 10_000));
    }
";
const NO_PHOTO: Upload<'_> = ("", "application/octet-stream", b"");

fn offer(visitor: &mut Visitor, site: &mut Site, photo: Upload<'_>) -> Answer {
    let fields = [
        ("title", "A <b>chair"),
        ("price", "2,50"),
        ("contact", "Ann & Bob"),
    ];
    visitor.upload(site, "/", &fields, photo)
}

/// Where a button of the item with this title goes, if there is such a button.
fn address(page: &str, title: &str, deed: &str) -> Option<String> {
    let item = page
        .split("<li")
        .find(|item| item.contains(&format!("<h3>{title}</h3>")));
    let item = item.unwrap_or_else(|| panic!("{title} in {page}"));
    let actions = item.split("action=\"").skip(1);
    let mut actions = actions.map(|rest| rest.split('"').next().unwrap());
    actions.find(|to| to.ends_with(deed)).map(str::to_owned)
}

fn photos(site: &Site) -> Vec<String> {
    let files = site.files.borrow();
    let photos = files
        .keys()
        .filter(|path| path.starts_with("public/photos/"));
    photos.cloned().collect()
}

#[test]
fn an_item_is_offered_with_its_photo_and_taken_away_with_it() {
    let mut site = Tree::of("garage-sale").site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    let line = bob.listen(&mut site, "/live");
    let answer = offer(&mut ann, &mut site, PHOTO);
    let page = ann.follow(&mut site, &answer);
    assert_eq!(heard(&site, line), ["New: A <b>chair."]);
    assert!(
        page.contains("A &lt;b&gt;chair") && page.contains("2.50 €"),
        "{page}"
    );
    assert!(page.contains("Ann &amp; Bob"), "{page}");

    let photos_now = photos(&site);
    let [photo] = photos_now.as_slice() else {
        panic!("{photos_now:?}");
    };
    assert!(photo.ends_with(".png") && !photo.contains("cat"), "{photo}");
    assert_eq!(site.files.borrow()[photo], PNG);
    let shown = photo.strip_prefix("public").unwrap();
    assert!(page.contains(&format!("src=\"{shown}\"")), "{page}");

    let title = "A &lt;b&gt;chair";
    assert_eq!(
        address(&page, title, "/claim"),
        None,
        "one's own is not claimed"
    );
    let remove = address(&page, title, "/remove").unwrap();
    assert_eq!(address(&bob.page(&mut site, "/"), title, "/remove"), None);
    assert_eq!(bob.post(&mut site, &remove, &[]).status, 403);
    let page = ann.submit(&mut site, &remove, &[]);
    assert!(!page.contains("chair"), "{page}");
    assert_eq!(photos(&site), Vec::<String>::new());
    assert_eq!(ann.post(&mut site, &remove, &[]).status, 404);
}

#[test]
fn an_item_needs_no_photo_and_may_be_free() {
    let mut site = Tree::of("garage-sale").site();
    let mut ann = Visitor::new("ann");
    let fields = [("title", "Stones"), ("price", ""), ("contact", "The yard")];
    let answer = ann.upload(&mut site, "/", &fields, NO_PHOTO);
    let page = ann.follow(&mut site, &answer);
    assert!(page.contains("No photo") && page.contains("Free"), "{page}");
    assert!(
        page.find("Stones") < page.find("Desk lamp"),
        "the newest is first"
    );
}

#[test]
fn only_pictures_of_a_fair_size_are_taken() {
    let mut site = Tree::of("garage-sale").site();
    let mut ann = Visitor::new("ann");
    let large = [PNG, &vec![0; 4 * 1024 * 1024]].concat();
    for (photo, status, problem) in [
        (
            ("cat.png", "image/png", &b"<script>"[..]),
            415,
            "This is not a photo",
        ),
        (
            ("cat.svg", "image/svg+xml", b"<svg></svg>"),
            415,
            "This is not a photo",
        ),
        (("cat.png", "image/png", &large), 413, "at most 4 MiB"),
    ] {
        let answer = offer(&mut ann, &mut site, photo);
        assert_eq!(answer.status, status, "{:?}", site.log);
        let page = answer.text();
        assert!(page.contains(problem), "{page}");
        assert!(page.contains("value=\"A &lt;b&gt;chair\"") && page.contains("value=\"2,50\""));
    }
    assert_eq!(photos(&site), Vec::<String>::new());
    for kind in [
        &b"\xff\xd8\xff\xe0"[..],
        b"GIF89a",
        b"RIFF\x01\x02\x03\x04WEBPVP8 ",
    ] {
        let answer = offer(&mut ann, &mut site, ("x", "", kind));
        assert_eq!(answer.status, 303);
    }
    let endings: Vec<_> = photos(&site)
        .iter()
        .map(|path| path.rsplit_once('.').unwrap().1.to_owned())
        .collect();
    assert!(
        ["jpg", "gif", "webp"]
            .iter()
            .all(|one| endings.iter().any(|e| e == one))
    );
}

#[test]
fn wrong_fields_are_shown_with_what_is_wrong_and_what_was_typed() {
    let mut site = Tree::of("garage-sale").site();
    let mut ann = Visitor::new("ann");
    let long = "x".repeat(81);
    for (title, price, contact, problem) in [
        ("", "1", "here", "Write what it is."),
        (&*long, "1", "here", "At most 80 characters."),
        ("Chair", "a lot", "here", "Write a number"),
        ("Chair", "-1", "here", "Write a number"),
        ("Chair", "Infinity", "here", "Write a number"),
        ("Chair", "1", " ", "Write where to find you."),
    ] {
        let fields = [("title", title), ("price", price), ("contact", contact)];
        let answer = ann.upload(&mut site, "/", &fields, PHOTO);
        assert_eq!(answer.status, 422);
        let page = answer.text();
        assert!(page.contains(problem), "{page}");
        assert!(page.contains("Choose the photo again."), "{page}");
        assert!(page.contains(&format!("value=\"{title}\"")), "{page}");
        assert!(page.contains(&format!("value=\"{price}\"")), "{page}");
    }
    assert_eq!(photos(&site), Vec::<String>::new());
}

#[test]
fn of_two_who_claim_at_once_one_wins() {
    let mut tree = Tree::of("garage-sale");
    tree.files
        .insert("routes/hold.js".to_owned(), HOLD.to_owned());
    let mut site = tree.site();
    let (mut ann, mut bob) = (Visitor::new("ann"), Visitor::new("bob"));
    let page = ann.page(&mut site, "/");
    let line = bob.listen(&mut site, "/live");
    bob.page(&mut site, "/");
    let claim = address(&page, "Desk lamp", "/claim").unwrap();

    // Both are under way before either is answered: a third holds the transaction.
    let mut cid = Visitor::new("cid");
    cid.begin(&mut site, "/hold");
    let both = [&mut ann, &mut bob].map(|visitor| visitor.begin(&mut site, &claim));
    assert!(
        both.iter().all(|id| site.answer(*id).status == 0),
        "both wait"
    );
    site.pass(Duration::from_secs(20));
    let [first, second] = both.map(|id| site.answer(id));
    assert_eq!((first.status, second.status), (303, 409));
    assert!(
        second.text().contains("Somebody was quicker"),
        "{}",
        second.text()
    );
    assert_eq!(heard(&site, line), ["Desk lamp is claimed."]);

    // A second click of the winner is no error, and no news.
    assert_eq!(ann.post(&mut site, &claim, &[]).status, 303);
    let page = ann.page(&mut site, "/");
    assert!(
        page.contains("You have claimed it") && page.contains("1 of 2"),
        "{page}"
    );
    let unclaim = address(&page, "Desk lamp", "/unclaim").unwrap();
    assert_eq!(
        address(&bob.page(&mut site, "/"), "Desk lamp", "/unclaim"),
        None
    );
    assert_eq!(bob.post(&mut site, &unclaim, &[]).status, 403);
    ann.submit(&mut site, &unclaim, &[]);
    let page = bob.submit(&mut site, &claim, &[]);
    assert!(page.contains("You have claimed it"), "{page}");
    assert_eq!(
        heard(&site, line),
        [
            "Desk lamp is claimed.",
            "Desk lamp is free again.",
            "Desk lamp is claimed."
        ]
    );
}
