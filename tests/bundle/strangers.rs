//! Folders that were unpacked from somebody else's bundle.

use std::fs;

use crate::{Desk, line};

/// A folder unpacked from the bundle of somebody else, who calls his site `shop` too.
fn strangers_shop(pack: &str) -> Desk {
    let stranger = Desk::with_shop();
    stranger.run(pack).well();
    let desk = Desk::with_shop();
    fs::copy(stranger.path("s.peersite"), desk.path("s.peersite")).unwrap();
    desk.run("unpack s.peersite -o theirs").well();
    desk
}

#[test]
fn my_key_does_not_sign_what_a_stranger_gave_its_name() {
    for pack in [
        "pack shop -o s.peersite",
        "pack shop -o s.peersite --unsigned",
    ] {
        let desk = strangers_shop(pack);
        let mine = desk.run("pack shop -o mine.peersite").well();
        let before = desk.names();
        desk.run("pack theirs -o x.peersite")
            .ill("the key kept for \"shop\"");
        assert_eq!(desk.names(), before);
        // Wanted, it is done.
        let label = |out: &str| line(out, "label").to_owned();
        let key = desk.path("own/keys/shop.pem");
        for wanted in ["--name shop".to_owned(), format!("--key {}", key.display())] {
            let out = desk
                .run(&format!("pack theirs -o x.peersite --replace {wanted}"))
                .well();
            assert_eq!(label(&out), label(&mine));
        }
        desk.run("pack theirs -o y.peersite --unsigned").well();
        assert_ne!(
            label(&desk.run("pack theirs -o z.peersite --name theirs").well()),
            label(&mine)
        );
    }
}

#[test]
fn no_key_is_made_for_a_name_that_a_stranger_chose_for_his_own_site() {
    let desk = strangers_shop("pack shop -o s.peersite");
    desk.run("pack theirs -o x.peersite")
        .ill("is of another site");
    assert!(!desk.path("own/keys").exists());
}
