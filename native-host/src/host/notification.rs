//! The system's notification that the extension was stopped. It must not know why.

use notify_rust::Notification;

/// What happened.
pub const TITLE: &str = "PeerServer was stopped by the browser";

/// What the owner can do about it.
pub const REMEDY: &str = "Your sites are not served any more. Open chrome://extensions and press Reload at \
                          PeerServer, or restart the browser.";

/// Shows it. Without a screen or a notification service the log has to do.
pub fn show() {
    let mut notification = Notification::new();
    notification
        .appname("PeerServer")
        .summary(TITLE)
        .body(REMEDY)
        .timeout(notify_rust::Timeout::Never);
    // It stays until the owner has seen it.
    #[cfg(all(unix, not(target_os = "macos")))]
    notification.urgency(notify_rust::Urgency::Critical);
    if let Err(error) = notification.show() {
        tracing::warn!(%error, "no notification could be shown");
    }
}
