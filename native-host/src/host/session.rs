//! Parses the extension's calls and checks that `hello` comes first. Returns what is to be done.
//!
//! It must not know pipes, time or the rendezvous.

use native_messaging::{Call, FailReason, IceServer, NO_CALL, Reply, Request, VERSION};
use serde::Deserialize;
use signalling::MAX_ICE_SERVERS;

use super::service::Config;

/// The longest part of a bad message's problem that is sent back, in bytes: `serde_json` quotes the
/// message, which may be a megabyte.
const MAX_PROBLEM: usize = 200;

/// The state of the session.
#[derive(Debug, Default)]
pub struct Session {
    greeted: bool,
    close_notice: Option<String>,
}

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Send this.
    Reply {
        /// The call's id.
        id: u32,
        /// The reply.
        reply: Reply,
    },
    /// Start the rendezvous.
    Start {
        /// The call's id.
        id: u32,
        /// How.
        config: Config,
    },
    /// Stop the rendezvous and end.
    Stop {
        /// The call's id.
        id: u32,
    },
    /// Send the status of the rendezvous.
    Status {
        /// The call's id.
        id: u32,
    },
}

impl Session {
    /// A session before its `hello`. `close_notice`: where the extension posts when it is unloaded.
    pub fn new(close_notice: Option<String>) -> Self {
        Self {
            greeted: false,
            close_notice,
        }
    }

    /// Handles the body of one frame.
    pub fn handle(&mut self, body: &[u8]) -> Step {
        let Call { id, request } = match serde_json::from_slice::<Call>(body) {
            Ok(call) => call,
            Err(problem) => {
                let problem = shortened(problem.to_string());
                return refusal(
                    id_of(body),
                    FailReason::BadRequest,
                    format!("the message is not understood: {problem}"),
                );
            }
        };
        match request {
            Request::Hello {
                version,
                extension_version,
            } => {
                self.greeted = version == VERSION;
                tracing::info!(version, extension = shortened(extension_version), "hello");
                if self.greeted {
                    let app_version = env!("CARGO_PKG_VERSION").to_owned();
                    return Step::Reply {
                        id,
                        reply: Reply::Hello {
                            version: VERSION,
                            app_version,
                            close_notice: self.close_notice.clone(),
                        },
                    };
                }
                let older = if version < VERSION {
                    "extension"
                } else {
                    "native host"
                };
                refusal(
                    id,
                    FailReason::VersionMismatch,
                    format!(
                        "The extension speaks version {version} and the native host version {VERSION}: update the {older}."
                    ),
                )
            }
            _ if !self.greeted => refusal(
                id,
                FailReason::BadRequest,
                "the first call must be hello".to_owned(),
            ),
            Request::Start { port: 0, .. } => refusal(
                id,
                FailReason::BadRequest,
                "Port 0 cannot be listened on.".to_owned(),
            ),
            Request::Start { port, ice_servers } => match checked(ice_servers) {
                Ok(ice_servers) => Step::Start {
                    id,
                    config: Config { port, ice_servers },
                },
                Err(problem) => refusal(id, FailReason::BadRequest, problem),
            },
            Request::Stop => Step::Stop { id },
            Request::Status => Step::Status { id },
        }
    }
}

fn refusal(id: u32, reason: FailReason, message: String) -> Step {
    Step::Reply {
        id,
        reply: Reply::Failed { reason, message },
    }
}

/// The id of a call that is not understood otherwise.
fn id_of(body: &[u8]) -> u32 {
    #[derive(Deserialize)]
    struct Numbered {
        id: u32,
    }
    serde_json::from_slice::<Numbered>(body).map_or(NO_CALL, |call| call.id)
}

fn shortened(mut text: String) -> String {
    if text.len() > MAX_PROBLEM {
        text.truncate(text.floor_char_boundary(MAX_PROBLEM));
        text.push('…');
    }
    text
}

/// The ICE servers in the rendezvous's terms, if they are within its bounds.
fn checked(servers: Vec<IceServer>) -> Result<Vec<signalling::IceServer>, String> {
    if servers.len() > MAX_ICE_SERVERS {
        return Err(format!(
            "At most {MAX_ICE_SERVERS} ICE servers can be used, not {}.",
            servers.len()
        ));
    }
    servers
        .into_iter()
        .map(
            |IceServer {
                 urls,
                 username,
                 credential,
             }| {
                let server = signalling::IceServer {
                    urls,
                    username,
                    credential,
                };
                server
                    .validate()
                    .map(|()| server)
                    .map_err(|problem| format!("An ICE server: {problem}."))
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn handle(session: &mut Session, message: Value) -> Step {
        session.handle(message.to_string().as_bytes())
    }

    fn greeted() -> Session {
        Session {
            greeted: true,
            ..Session::default()
        }
    }

    /// The id, reason and message of a refusal.
    fn refused(step: Step) -> (u32, FailReason, String) {
        match step {
            Step::Reply {
                id,
                reply: Reply::Failed { reason, message },
            } => (id, reason, message),
            step => panic!("not refused: {step:?}"),
        }
    }

    #[test]
    fn nothing_is_done_before_hello() {
        for request in ["start", "stop", "status"] {
            let mut session = Session::default();
            let step = handle(
                &mut session,
                json!({"id": 7, "request": request, "port": 1}),
            );
            let (id, reason, _) = refused(step);
            assert_eq!((id, reason), (7, FailReason::BadRequest), "{request}");
        }
    }

    #[test]
    fn a_good_hello_opens_and_a_bad_one_closes() {
        let hello = |version: u16| json!({"id": 1, "request": "hello", "version": version, "extensionVersion": "9"});
        let mut session = Session::default();
        let step = handle(&mut session, hello(VERSION));
        assert!(matches!(
            step,
            Step::Reply {
                id: 1,
                reply: Reply::Hello {
                    version: VERSION,
                    ..
                }
            }
        ));
        assert_eq!(
            handle(&mut session, json!({"id": 2, "request": "stop"})),
            Step::Stop { id: 2 }
        );
        let (_, reason, message) = refused(handle(&mut session, hello(VERSION + 1)));
        assert_eq!(reason, FailReason::VersionMismatch);
        assert!(message.ends_with("update the native host."), "{message}");
        let (_, _, message) = refused(handle(&mut session, hello(0)));
        assert!(message.ends_with("update the extension."), "{message}");
        refused(handle(&mut session, json!({"id": 3, "request": "stop"})));
    }

    #[test]
    fn start_carries_its_ice_servers() {
        let ice = json!([{"urls": ["turn:t.example"], "username": "u", "credential": "c"}]);
        let step = handle(
            &mut greeted(),
            json!({"id": 1, "request": "start", "port": 99, "iceServers": ice}),
        );
        let Step::Start { id: 1, config } = step else {
            panic!("{step:?}")
        };
        assert_eq!(config.port, 99);
        assert_eq!(config.ice_servers[0].username.as_deref(), Some("u"));
    }

    #[test]
    fn starts_out_of_bounds_are_refused() {
        let many: Vec<Value> = (0..=MAX_ICE_SERVERS)
            .map(|_| json!({"urls": ["stun:s"]}))
            .collect();
        for call in [
            json!({"id": 5, "request": "start", "port": 0}),
            json!({"id": 5, "request": "start", "port": 70000}),
            json!({"id": 5, "request": "start"}),
            json!({"id": 5, "request": "start", "port": 1, "iceServers": [{"urls": ["http://x"]}]}),
            json!({"id": 5, "request": "start", "port": 1, "iceServers": many}),
        ] {
            let (id, reason, _) = refused(handle(&mut greeted(), call.clone()));
            assert_eq!((id, reason), (5, FailReason::BadRequest), "{call}");
        }
    }

    #[test]
    fn a_long_bad_message_is_not_sent_back_whole() {
        let call = json!({"id": 6, "request": "é".repeat(10_000)});
        let (id, _, message) = refused(handle(&mut greeted(), call));
        assert_eq!(id, 6);
        assert!(message.len() < 2 * MAX_PROBLEM, "{}", message.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..64)) {
            let (id, reason, _) = refused(greeted().handle(&body));
            prop_assert_eq!((id, reason), (NO_CALL, FailReason::BadRequest));
        }
    }
}
