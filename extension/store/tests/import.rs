//! An import is complete or has not been, and what it replaced can be brought back.
#![cfg(target_family = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{file, fresh, interrupted, name, paths, put, text, with_site};
use idb::{Factory, Query, TransactionMode};
use js_sys::{Object, Reflect};
use store::{Error, Import, Imported, Site, Store, Target, Version};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// More polls than any of the futures here needs.
const ENOUGH: usize = 10_000;

fn replace(site: &Site) -> Target {
    Target::Replace {
        site: site.id.clone(),
    }
}

async fn staged(store: &Store, word: &str) -> Import {
    let import = store.begin_import().await.unwrap();
    let live = [
        file("public/index.html", word),
        file("public/new.txt", word),
    ];
    import.put_files(Version::Live, &live).await.unwrap();
    import
}

/// The database with a live site, whose draft was edited since.
async fn with_live_site() -> (Store, Site) {
    let (store, site) = with_site().await;
    put(&store, &site.id, "public/index.html", "old").await;
    put(&store, &site.id, "public/old.txt", "old").await;
    store.publish(&site.id).await.unwrap();
    put(&store, &site.id, "public/index.html", "old draft").await;
    let site = store.site(&site.id).await.unwrap();
    (store, site)
}

async fn live(store: &Store, site: &Site) -> String {
    text(store, &site.id, Version::Live, "/public/index.html")
        .await
        .unwrap()
}

async fn draft(store: &Store, site: &Site) -> String {
    text(store, &site.id, Version::Draft, "/public/index.html")
        .await
        .unwrap()
}

#[wasm_bindgen_test]
async fn an_import_is_a_new_site_with_both_versions() {
    let (store, _) = fresh().await;
    let import = staged(&store, "live").await;
    assert_eq!(store.begin_import().await.err(), Some(Error::Importing));
    let edited = [file("public/index.html", "draft")];
    import.put_files(Version::Draft, &edited).await.unwrap();
    assert!(store.sites().await.unwrap().is_empty());
    let imported = Imported {
        published: Some(7),
        ..Imported::default()
    };
    let target = Target::New {
        name: name("house"),
    };
    let site = import.finish(target, imported).await.unwrap();
    assert_eq!((site.published, site.draft_changed), (Some(7), true));
    assert_eq!(live(&store, &site).await, "live");
    assert_eq!(draft(&store, &site).await, "draft");
    assert_eq!(store.sign(&site.id, b"x").await.unwrap().len(), 64);
    store.collect_imports().await.unwrap();
    assert_eq!(store.undo_import(&site.id).await, Err(Error::NothingKept));

    let import = staged(&store, "other").await;
    let target = Target::New {
        name: name("house"),
    };
    assert_eq!(
        import.finish(target, Imported::default()).await,
        Err(Error::NameTaken("house".into()))
    );
    assert_eq!(store.sites().await.unwrap(), [site]);
}

#[wasm_bindgen_test]
async fn an_imported_site_is_hosted_if_that_was_asked_for_and_a_replaced_one_as_before() {
    let (store, site) = with_live_site().await;
    for (hosted, house) in [(false, "off"), (true, "on")] {
        let import = staged(&store, "live").await;
        let imported = Imported {
            hosted,
            ..Imported::default()
        };
        let target = Target::New { name: name(house) };
        let made = import.finish(target, imported).await.unwrap();
        assert_eq!((made.hosted, made.is_live()), (hosted, true));
    }
    let import = staged(&store, "new").await;
    let replaced = import.finish(replace(&site), Imported::default()).await;
    assert!(replaced.unwrap().hosted);
}

#[wasm_bindgen_test]
async fn the_limits_of_an_imported_site_are_capped_until_they_are_allowed() {
    let (store, site) = with_live_site().await;
    assert!(!site.limits_capped);
    let import = staged(&store, "new").await;
    let new = import
        .finish(replace(&site), Imported::default())
        .await
        .unwrap();
    assert!(new.limits_capped);
    let allowed = store.allow_limits(&site.id).await.unwrap();
    assert!(!allowed.limits_capped);
    assert_ne!(
        allowed.live_version, new.live_version,
        "whoever runs the code has to see that it changed"
    );
    assert_eq!(live(&store, &site).await, "new");
    let back = store.undo_import(&site.id).await.unwrap();
    assert!(!back.limits_capped);
    assert_eq!(live(&store, &site).await, "old");
}

#[wasm_bindgen_test]
async fn a_replaced_site_comes_back_as_it_was() {
    let (store, site) = with_live_site().await;
    let import = staged(&store, "new").await;
    assert_eq!(live(&store, &site).await, "old");
    let new = import
        .finish(replace(&site), Imported::default())
        .await
        .unwrap();
    assert_eq!((&new.id, new.draft_changed), (&site.id, false));
    assert_eq!(live(&store, &site).await, "new");
    assert_eq!(draft(&store, &site).await, "new");
    store.collect_garbage().await.unwrap();
    // Nor does a publish take away what is kept.
    put(&store, &site.id, "public/index.html", "newer").await;
    let published = store.publish(&site.id).await.unwrap();

    let back = store.undo_import(&site.id).await.unwrap();
    assert!(
        back.live_version > published.live_version,
        "caches go by the number"
    );
    assert_eq!((back.draft_changed, back.previous.is_none()), (true, true));
    assert_eq!(live(&store, &site).await, "old");
    assert_eq!(draft(&store, &site).await, "old draft");
    let both = ["public/index.html", "public/old.txt"];
    assert_eq!(paths(&store, &site.id, Version::Live).await, both);
    assert_eq!(store.undo_import(&site.id).await, Err(Error::NothingKept));
}

#[wasm_bindgen_test]
async fn what_was_replaced_is_kept_once_and_until_it_is_forgotten() {
    let (store, site) = with_live_site().await;
    for word in ["one", "two"] {
        let import = staged(&store, word).await;
        import
            .finish(replace(&site), Imported::default())
            .await
            .unwrap();
    }
    store.undo_import(&site.id).await.unwrap();
    assert_eq!(live(&store, &site).await, "one");

    let import = staged(&store, "three").await;
    import
        .finish(replace(&site), Imported::default())
        .await
        .unwrap();
    let site = store.forget_previous(&site.id).await.unwrap();
    assert_eq!(site.previous, None);
    assert_eq!(store.undo_import(&site.id).await, Err(Error::NothingKept));
    assert_eq!(live(&store, &site).await, "three");
    // The bytes of the others are gone, too.
    assert_eq!(store.collect_garbage().await.unwrap(), 0);
}

#[wasm_bindgen_test]
async fn an_import_of_a_draft_only_leaves_the_live_version() {
    let (store, site) = with_live_site().await;
    let import = store.begin_import().await.unwrap();
    let edited = [file("public/index.html", "new draft")];
    import.put_files(Version::Draft, &edited).await.unwrap();
    import
        .finish(replace(&site), Imported::default())
        .await
        .unwrap();
    assert_eq!(live(&store, &site).await, "old");
    assert_eq!(draft(&store, &site).await, "new draft");
    // A publish in between must not take the kept version away.
    store.publish(&site.id).await.unwrap();
    store.undo_import(&site.id).await.unwrap();
    assert_eq!(live(&store, &site).await, "old");
    assert_eq!(draft(&store, &site).await, "old draft");
}

#[wasm_bindgen_test]
async fn an_import_that_ends_anywhere_leaves_the_site_whole() {
    let (store, site) = with_live_site().await;
    let mut left_old = 0;
    for polls in 1..ENOUGH {
        let import = staged(&store, "new").await;
        let ended = interrupted(polls, import.finish(replace(&site), Imported::default())).await;
        let expected = ["public/index.html", "public/old.txt"];
        match live(&store, &site).await.as_str() {
            "old" => {
                left_old += 1;
                assert_eq!(paths(&store, &site.id, Version::Live).await, expected);
                assert_eq!(draft(&store, &site).await, "old draft");
            }
            "new" => {
                assert_eq!(draft(&store, &site).await, "new");
                store.undo_import(&site.id).await.unwrap();
                assert_eq!(live(&store, &site).await, "old");
            }
            other => panic!("a mixture: {other}"),
        }
        if ended.is_some() {
            break;
        }
        assert!(polls + 1 < ENOUGH);
    }
    assert!(left_old > 3, "it was never interrupted: {left_old}");
}

#[wasm_bindgen_test]
async fn what_an_import_left_behind_is_collected() {
    let (store, site) = with_live_site().await;
    let import = staged(&store, "left").await;
    // It is under way, not left behind: its bytes are no garbage.
    store.collect_imports().await.unwrap();
    assert_eq!(store.collect_garbage().await.unwrap(), 0);
    drop(import);
    // Here its bytes still are; the collector itself finds nothing to do after what left it.
    assert_eq!(store.collect_garbage().await.unwrap(), 0);
    store.collect_imports().await.unwrap();
    let import = store.begin_import().await.unwrap();
    let new = import
        .finish(replace(&site), Imported::default())
        .await
        .unwrap();
    // Nothing of it was there to be put in place.
    assert!(paths(&store, &new.id, Version::Draft).await.is_empty());
    assert_eq!(live(&store, &site).await, "old");
}

#[wasm_bindgen_test]
async fn a_site_moves_with_its_key() {
    let (store, site) = with_live_site().await;
    let private_key = store.private_key(&site.id).await.unwrap();
    let signed = store.sign(&site.id, b"words").await.unwrap();
    let (other, _) = fresh().await;
    let target = |private_key| Target::Moved {
        name: name("house"),
        public_key: site.public_key,
        private_key,
    };
    let stranger = store.create_site(&name("stranger")).await.unwrap();
    let strange = store.private_key(&stranger.id).await.unwrap();
    let import = staged(&other, "new").await;
    assert_eq!(
        import.finish(target(strange), Imported::default()).await,
        Err(Error::WrongKey)
    );
    let import = staged(&other, "new").await;
    let moved = import
        .finish(target(private_key), Imported::default())
        .await
        .unwrap();
    assert_eq!(moved.label(), site.label());
    // Ed25519 is deterministic.
    assert_eq!(other.sign(&moved.id, b"words").await.unwrap(), signed);
}

/// Gives a site's record another key, as if both keys had one fingerprint: 2^50 tries find such a pair.
async fn collide(database: &str, site: &Site, with: &Site) {
    let database = Factory::new().unwrap().open(database, None).unwrap().await;
    let database = database.unwrap();
    let tx = database
        .transaction(&["sites"], TransactionMode::ReadWrite)
        .unwrap();
    let sites = tx.object_store("sites").unwrap();
    let id = JsValue::from_str(site.id.as_str());
    let record = sites.get(Query::Key(id.clone())).unwrap().await.unwrap();
    let record: Object = record.unwrap().unchecked_into();
    let key = with.public_key.to_base64();
    Reflect::set(&record, &"publicKey".into(), &key.into()).unwrap();
    sites.put(&record, Some(&id)).unwrap().await.unwrap();
    tx.await.unwrap();
    database.close();
}

#[wasm_bindgen_test]
async fn a_site_is_not_replaced_by_one_of_the_same_fingerprint_and_another_key() {
    let (store, database) = fresh().await;
    let site = store.create_site(&name("house")).await.unwrap();
    put(&store, &site.id, "public/index.html", "old").await;
    let site = store.publish(&site.id).await.unwrap();
    let private_key = store.private_key(&site.id).await.unwrap();
    let other = store.create_site(&name("other")).await.unwrap();
    collide(&database, &site, &other).await;
    let import = staged(&store, "new").await;
    let target = Target::Moved {
        name: name("house"),
        public_key: site.public_key,
        private_key,
    };
    assert_eq!(
        import.finish(target, Imported::default()).await,
        Err(Error::OtherKey)
    );
    assert_eq!(live(&store, &site).await, "old");
}
