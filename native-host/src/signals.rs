//! The signals that ask a process to end.

/// Waits for one and names it. Where signals cannot be listened to, it waits for ever: the system then
/// ends the process its own way.
pub async fn end() -> &'static str {
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    tokio::select! {
        () = terminated => "SIGTERM",
        () = interrupted => "interrupt",
    }
}
