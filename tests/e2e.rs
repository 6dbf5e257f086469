//! The main job in real browsers: a site is hosted in one and visited from others.
//!
//! Needs the built product (`cargo xtask build`, which `cargo xtask test` does).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a step that fails fails its test, with the reason"
)]

#[path = "e2e/address.rs"]
mod address;
#[path = "e2e/archive_2013.rs"]
mod archive_2013;
#[path = "e2e/bundle.rs"]
mod bundle;
#[path = "e2e/confined.rs"]
mod confined;
#[path = "e2e/cookies.rs"]
mod cookies;
#[path = "e2e/crash.rs"]
mod crash;
#[path = "e2e/dynamic.rs"]
mod dynamic;
#[path = "e2e/editor.rs"]
mod editor;
#[path = "e2e/elsewhere.rs"]
mod elsewhere;
#[path = "e2e/first_visit.rs"]
mod first_visit;
#[path = "e2e/full_disk.rs"]
mod full_disk;
#[path = "e2e/hostile.rs"]
mod hostile;
#[path = "e2e/hosting.rs"]
mod hosting;
#[path = "e2e/imported.rs"]
mod imported;
#[path = "e2e/liar.rs"]
mod liar;
#[path = "e2e/load.rs"]
mod load;
#[path = "e2e/navigation.rs"]
mod navigation;
#[path = "e2e/notifications.rs"]
mod notifications;
#[path = "e2e/own_storage.rs"]
mod own_storage;
#[path = "e2e/owner.rs"]
mod owner;
#[path = "e2e/owner_code.rs"]
mod owner_code;
#[path = "e2e/past_worker.rs"]
mod past_worker;
#[path = "e2e/plain_server.rs"]
mod plain_server;
#[path = "e2e/random_kills.rs"]
mod random_kills;
#[path = "e2e/real_site.rs"]
mod real_site;
#[path = "e2e/request_headers.rs"]
mod request_headers;
#[path = "e2e/seats.rs"]
mod seats;
#[path = "e2e/several.rs"]
mod several;
#[path = "e2e/site_in_shell.rs"]
mod site_in_shell;
#[path = "e2e/starters.rs"]
mod starters;
#[path = "e2e/survival.rs"]
mod survival;
#[path = "e2e/tls.rs"]
mod tls;
#[path = "e2e/trouble.rs"]
mod trouble;
#[path = "e2e/with_extension.rs"]
mod with_extension;
#[path = "e2e/writes.rs"]
mod writes;
