//! The garage sale: something with a photo is put up, and who comes first has it.

use stage::View;

use super::{Scene, Second, is_still_here, stay, until};

/// A photo: a small PNG with width and height in pixels.
const PHOTO: &[u8] = include_bytes!("../../../extension/icons/on-48.png");
const SIDE: u32 = 48;

/// An item as it stands on the page: its state, or the words of its button.
async fn stands(view: &View, item: &str, state: &str) {
    let condition = format!(
        "(item => item && `${{item.querySelector('.state')?.textContent ?? ''}} ${{item.querySelector('button')?.textContent ?? ''}}`.trim() === '{state}')({})",
        find(item)
    );
    until(view, &condition).await;
}

fn find(item: &str) -> String {
    format!(
        "[...document.querySelectorAll('.item')].find((item) => item.querySelector('h3').textContent === '{item}')"
    )
}

/// Presses the button of an item, with the keyboard if it can be.
async fn press(view: &View, item: &str) {
    let click = format!(
        "document.readyState === 'complete' && (button => {{ button?.click(); return button; }})({}?.querySelector('button'))?.id",
        find(item)
    );
    until(view, &click).await;
}

async fn the_sale(second: Second) {
    let scene = Scene::new("garage-sale", second).await;
    let (one, two) = scene.open("").await;
    for view in [&one, &two] {
        stands(view, "Desk lamp", "Claim: Desk lamp").await;
    }
    stay(&one).await;

    // Something that is no photo is refused, whatever it is called.
    let fields = [
        ("#title", "Bicycle"),
        ("#price", "12,5"),
        ("#contact", "Bea, first floor"),
    ];
    two.fill(&fields).await.unwrap();
    two.choose(
        "#photo",
        "photo.png",
        "image/png",
        b"<script>alert(1)</script>",
    )
    .await
    .unwrap();
    two.click("#offer button").await.unwrap();
    until(
        &two,
        "document.querySelector('#photo-problem')?.textContent.startsWith('This is not a photo')
            && document.querySelector('#title').value === 'Bicycle'",
    )
    .await;
    two.choose("#photo", "photo.png", "image/png", PHOTO)
        .await
        .unwrap();
    two.click("#offer button").await.unwrap();
    stands(&two, "Bicycle", "Yours Take it away: Bicycle").await;

    // The other sees it at once, with its photo.
    stands(&one, "Bicycle", "Claim: Bicycle").await;
    let picture = format!(
        "(photo => {{
            photo?.scrollIntoView();
            return photo?.complete && photo.naturalWidth === {SIDE} && photo.naturalHeight === {SIDE} && photo.src;
        }})({}?.querySelector('img'))",
        find("Bicycle")
    );
    let photo = one.wait_for(&picture).await.unwrap();
    until(&two, &picture).await;
    until(
        &one,
        &format!(
            "{}.querySelector('.price').textContent === '12.50 €'",
            find("Bicycle")
        ),
    )
    .await;
    press(&one, "Bicycle").await;
    stands(&one, "Bicycle", "You have claimed it Let go: Bicycle").await;
    stands(&two, "Bicycle", "Yours, and claimed Take it away: Bicycle").await;

    first_come_first_served(&one, &two).await;

    press(&one, "Bicycle").await;
    stands(&one, "Bicycle", "Claim: Bicycle").await;
    stands(&two, "Bicycle", "Yours Take it away: Bicycle").await;
    press(&two, "Bicycle").await;
    for view in [&one, &two] {
        until(view, &format!("!{}", find("Bicycle"))).await;
    }
    assert!(is_still_here(&one).await, "it was not loaded anew");
    let gone =
        format!("fetch({photo}, {{ cache: 'no-store' }}).then((answer) => answer.status === 404)");
    until(&one, &gone).await;
}

/// Both want the lamp at the same moment; then one whose page is old wants the plant.
async fn first_come_first_served(one: &View, two: &View) {
    stay(two).await;
    tokio::join!(press(one, "Desk lamp"), press(two, "Desk lamp"));
    for view in [one, two] {
        let settled = format!("{}.querySelector('.state')", find("Desk lamp"));
        until(view, &settled).await;
    }
    let mut has = Vec::new();
    for view in [one, two] {
        let state = format!("{}.querySelector('.state').textContent", find("Desk lamp"));
        has.push(view.eval::<String>(&state).await.unwrap());
    }
    has.sort();
    assert_eq!(has, ["Claimed", "You have claimed it"]);

    // A button of before: the page did not hear of the claim.
    until(
        two,
        &format!(
            "(form => {{ const old = form.cloneNode(true); old.id = 'old'; document.body.append(old); return true; }})({}.querySelector('form'))",
            find("Rubber plant")
        ),
    )
    .await;
    press(one, "Rubber plant").await;
    stands(
        one,
        "Rubber plant",
        "You have claimed it Let go: Rubber plant",
    )
    .await;
    stands(two, "Rubber plant", "Claimed").await;
    two.click("#old button").await.unwrap();
    until(
        two,
        "document.querySelector('[role=alert]').textContent === 'Somebody was quicker: Rubber plant is claimed already.'",
    )
    .await;
    stands(two, "Rubber plant", "Claimed").await;
}

#[tokio::test]
async fn what_is_put_up_with_a_photo_is_had_by_who_comes_first() {
    the_sale(Second::Chromium).await;
}

#[tokio::test]
async fn what_is_put_up_with_a_photo_in_firefox_is_had_by_who_comes_first() {
    the_sale(Second::Firefox).await;
}
