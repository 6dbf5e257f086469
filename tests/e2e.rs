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
#[path = "e2e/bypassing_requests.rs"]
mod bypassing_requests;
#[path = "e2e/channel_limits.rs"]
mod channel_limits;
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
#[path = "e2e/load.rs"]
mod load;
#[path = "e2e/malicious_rendezvous.rs"]
mod malicious_rendezvous;
#[path = "e2e/navigation.rs"]
mod navigation;
#[path = "e2e/notifications.rs"]
mod notifications;
#[path = "e2e/other_rendezvous.rs"]
mod other_rendezvous;
#[path = "e2e/own_storage.rs"]
mod own_storage;
#[path = "e2e/owner.rs"]
mod owner;
#[path = "e2e/owner_code.rs"]
mod owner_code;
#[path = "e2e/random_kills.rs"]
mod random_kills;
#[path = "e2e/real_site.rs"]
mod real_site;
#[path = "e2e/recording_server.rs"]
mod recording_server;
#[path = "e2e/recovery.rs"]
mod recovery;
#[path = "e2e/request_headers.rs"]
mod request_headers;
#[path = "e2e/several_sites.rs"]
mod several_sites;
#[path = "e2e/site_in_shell.rs"]
mod site_in_shell;
#[path = "e2e/starters.rs"]
mod starters;
#[path = "e2e/tls.rs"]
mod tls;
#[path = "e2e/visit_errors.rs"]
mod visit_errors;
#[path = "e2e/with_extension.rs"]
mod with_extension;
#[path = "e2e/writes.rs"]
mod writes;
