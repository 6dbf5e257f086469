//! The native messaging host: a browser started this process for our extension, and exchanges messages with it over
//! stdin and stdout.
//!
//! One process serves one connection of the extension: it exchanges versions, runs the rendezvous and gateway on loopback while
//! it is wanted, and ends on `Stop`, when stdin ends (the extension closed the port, the browser ended
//! or died), or on a signal. It must not know sites, keys or peers.

mod browser_process;
mod close_notice;
mod crash_watch;
mod notification;
mod port_check;
mod service;
mod session;
mod stdio;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use native_messaging::{Event, FailReason, NO_CALL, Reply, Standing, ToExtension};

use tokio::time::Instant;

use crate::extension::{self, Caller};
use crate::log::{self, LogFormat};
use crate::{Error, folders, signals};
use close_notice::CloseNotice;
use crash_watch::CrashWatch;
use service::Service;
use session::{Session, Step};
use stdio::{Incoming, Stdio};

/// How long the runtime may take to end its threads: nothing that matters is running then.
const RUNTIME_END: Duration = Duration::from_millis(100);

/// How long after the end of stdin the notice of an orderly unload is waited for. Chromium kills this process two seconds
/// after it.
const NOTICE: Duration = Duration::from_millis(1500);

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The extension asked for it, or a signal came.
    Asked,
    /// Stdin ended without a `stop`.
    Closed,
}

/// Serves the browser, if one started this process; `None` if a person did.
pub fn run_if_called(arguments: &[OsString]) -> Option<ExitCode> {
    if let Some(code) = crash_watch::run_if_called(arguments) {
        return Some(code);
    }
    let caller = Caller::from_arguments(arguments)?;
    log::start(LogFormat::Text);
    Some(match run(&caller) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    })
}

fn run(caller: &Caller) -> Result<(), Error> {
    caller.check(&extension::allowed(&folders::data_dir()?)?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // The rendezvous relays short messages of a few peers; the browser needs the other cores.
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| Error::System {
            action: "start the runtime",
            source,
        })?;
    let end = runtime.block_on(async {
        let stdio = Stdio::open()?;
        run_session(stdio, notice(caller).await).await
    });
    runtime.shutdown_timeout(RUNTIME_END);
    end
}

/// Listens for the notice of an orderly unload. Firefox starts a crashed extension again by itself.
async fn notice(caller: &Caller) -> Option<CloseNotice> {
    if !caller.is_chromium() {
        return None;
    }
    let notice = CloseNotice::listen().await;
    notice
        .inspect_err(|error| tracing::warn!(%error, "crashes are not watched for"))
        .ok()
}

/// Handles calls until the session ends, then stops the rendezvous.
async fn run_session(mut stdio: Stdio, notice: Option<CloseNotice>) -> Result<(), Error> {
    let mut service: Option<Service> = None;
    let url = notice.as_ref().map(|notice| notice.url().to_owned());
    let end = tokio::select! {
        end = handle_calls(&mut stdio, &mut service, Session::new(url)) => end,
        signal = signals::end() => {
            tracing::info!(signal, "ending");
            Ok(End::Asked)
        }
    };
    let ended = Instant::now();
    // Without a service nothing was served that would be missed.
    let watch = match (&end, notice, &service) {
        (Ok(End::Closed), Some(notice), Some(_)) => {
            CrashWatch::begin().map(|watch| (watch, notice))
        }
        _ => None,
    };
    if let Some(service) = service {
        service.stop().await;
    }
    stdio.close().await;
    if let Some((watch, mut notice)) = watch
        && notice.received(ended, ended + NOTICE).await
    {
        watch.cancel();
    }
    end.map(drop)
}

async fn handle_calls(
    stdio: &mut Stdio,
    service: &mut Option<Service>,
    mut session: Session,
) -> Result<End, Error> {
    loop {
        let incoming = tokio::select! {
            incoming = stdio.receive() => incoming,
            standing = changed(service) => {
                send_status(stdio, standing).await;
                continue;
            }
        };
        let body = match incoming {
            Incoming::Message(body) => body,
            Incoming::End => return Ok(End::Closed),
            Incoming::Broken(error) => {
                reply(stdio, NO_CALL, failed(FailReason::BadRequest, &error)).await;
                return Err(error.into());
            }
        };
        match session.handle(&body) {
            Step::Reply { id, reply: message } => reply(stdio, id, message).await,
            Step::Status { id } => {
                let standing = service.as_ref().map_or(Standing::Off, Service::status);
                reply(stdio, id, Reply::Status { standing }).await;
            }
            Step::Stop { id } => {
                if let Some(service) = service.take() {
                    service.stop().await;
                }
                reply(stdio, id, Reply::Stopped).await;
                return Ok(End::Asked);
            }
            Step::Start { id, config } => {
                let unchanged = service
                    .as_ref()
                    .filter(|service| *service.config() == config);
                let running = unchanged.and_then(|service| started(service.status()));
                if let Some(message) = running {
                    reply(stdio, id, message).await;
                    continue;
                }
                if let Some(service) = service.take() {
                    service.stop().await;
                }
                let start = tokio::select! {
                    start = Service::start(config) => start,
                    // The extension cannot be reached any more.
                    () = stdio.ended() => return Ok(End::Closed),
                };
                let message = match start {
                    Ok(new) => {
                        let message = started(new.status());
                        *service = Some(new);
                        message.unwrap_or_else(|| {
                            failed(FailReason::Internal, &"the rendezvous ended at once")
                        })
                    }
                    Err(failure) => failure.into(),
                };
                reply(stdio, id, message).await;
            }
        }
    }
}

/// The next change of the rendezvous's status; pending for ever while there is none.
async fn changed(service: &mut Option<Service>) -> Standing {
    match service {
        Some(service) => service.changed().await,
        None => std::future::pending().await,
    }
}

fn started(standing: Standing) -> Option<Reply> {
    match standing {
        Standing::Running {
            gateway,
            port,
            shared,
        } => Some(Reply::Started {
            gateway,
            port,
            shared,
        }),
        Standing::Off | Standing::Lost { .. } => None,
    }
}

fn failed(reason: FailReason, why: &dyn std::fmt::Display) -> Reply {
    Reply::Failed {
        reason,
        message: why.to_string(),
    }
}

async fn reply(stdio: &Stdio, id: u32, reply: Reply) {
    if let Reply::Failed { reason, message } = &reply {
        tracing::warn!(id, ?reason, "{message}");
    }
    stdio.send(&ToExtension::Reply { id, reply }).await;
}

async fn send_status(stdio: &Stdio, standing: Standing) {
    let event = match standing {
        Standing::Off => return,
        Standing::Running {
            gateway, shared, ..
        } => Event::RendezvousUp { gateway, shared },
        Standing::Lost { message, .. } => Event::RendezvousLost { message },
    };
    tracing::info!(?event, "the rendezvous changed");
    stdio.send(&ToExtension::Event { event }).await;
}
