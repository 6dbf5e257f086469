//! A peer with a signalling socket.

use futures_util::{SinkExt, StreamExt};
use identity::{AttemptId, Challenge, Label};
use signalling::{ClientMessage, IceServer, ServerMessage, VERSION};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{Key, PATIENCE, Server};

/// A peer that has said hello, unless it was only dialled.
pub struct Peer {
    pub socket: WebSocketStream<TcpStream>,
    pub gateway: String,
    pub challenge: Challenge,
    pub ice_servers: Vec<IceServer>,
}

/// A session description for a data channel, with a line that tells it from others.
pub fn sdp(text: &str) -> String {
    format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na={text}\r\n"
    )
}

/// The end of a socket: the code of its close frame, if there was one.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed(pub Option<u16>);

impl Peer {
    /// Opens a socket and says nothing. The status of the refusal, if it is refused.
    pub async fn dial(
        port: u16,
        host: &str,
        origin: Option<&str>,
    ) -> Result<WebSocketStream<TcpStream>, u16> {
        let origin = origin.map(|origin| ("origin", origin));
        Self::dial_with(port, host, origin.as_slice()).await
    }

    /// The same with any headers.
    pub async fn dial_with(
        port: u16,
        host: &str,
        more: &[(&'static str, &str)],
    ) -> Result<WebSocketStream<TcpStream>, u16> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        Self::dial_over(stream, host, more).await
    }

    /// The same over a connection.
    pub async fn dial_over(
        stream: TcpStream,
        host: &str,
        more: &[(&'static str, &str)],
    ) -> Result<WebSocketStream<TcpStream>, u16> {
        let url = format!("ws://{host}{}", signalling::PATH);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        let protocol = http::HeaderValue::from_static(signalling::SUBPROTOCOL);
        headers.insert("sec-websocket-protocol", protocol);
        for (name, value) in more {
            headers.insert(*name, http::HeaderValue::from_str(value).unwrap());
        }
        match timeout(PATIENCE, client_async(request, stream))
            .await
            .unwrap()
        {
            Ok((socket, response)) => {
                let headers = response.headers();
                assert_eq!(headers["sec-websocket-protocol"], signalling::SUBPROTOCOL);
                Ok(socket)
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket and says hello.
    pub async fn join(server: &Server) -> Self {
        let socket = Self::dial(server.port, &format!("localhost:{}", server.port), None)
            .await
            .unwrap();
        Self::greet(socket).await
    }

    /// Opens a socket as a proxy does for a client of this address, and says hello.
    pub async fn join_from(server: &Server, client: &str) -> Self {
        let host = format!("localhost:{}", server.port);
        let headers = [("x-forwarded-for", client)];
        let socket = Self::dial_with(server.port, &host, &headers).await;
        Self::greet(socket.unwrap()).await
    }

    /// Says hello over a socket.
    pub async fn greet(socket: WebSocketStream<TcpStream>) -> Self {
        let challenge = Challenge::from([0; 32]);
        let mut peer = Self {
            socket,
            gateway: String::new(),
            challenge,
            ice_servers: Vec::new(),
        };
        peer.send(&ClientMessage::Hello { version: VERSION }).await;
        match peer.next().await {
            ServerMessage::Welcome {
                version,
                gateway,
                challenge,
                ice_servers,
            } => {
                assert_eq!(version, VERSION);
                Self {
                    gateway,
                    challenge,
                    ice_servers,
                    ..peer
                }
            }
            other => panic!("no welcome: {other:?}"),
        }
    }

    pub async fn send(&mut self, message: &ClientMessage) {
        self.send_text(message.encode()).await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message. Pings are answered meanwhile.
    pub async fn next(&mut self) -> ServerMessage {
        self.next_or_end().await.expect("a message, not the end")
    }

    /// The next message, or how the socket ended.
    pub async fn next_or_end(&mut self) -> Result<ServerMessage, Closed> {
        loop {
            match timeout(PATIENCE, self.socket.next())
                .await
                .expect("something in time")
            {
                Some(Ok(Message::Text(text))) => return Ok(ServerMessage::decode(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    return Err(Closed(frame.map(|frame| frame.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Closed(None)),
            }
        }
    }

    /// The fatal error, and then the close code, that a peer gets for what it did.
    pub async fn expect_dismissal(&mut self, code: u16) {
        match self.next_or_end().await {
            Ok(ServerMessage::Error { fatal: true, .. }) => {}
            other => panic!("no fatal error: {other:?}"),
        }
        assert_eq!(self.next_or_end().await, Err(Closed(Some(code))));
    }

    /// Passes when the rendezvous has acted upon all that was sent, and nothing else came back.
    pub async fn fence(&mut self) {
        self.send(&ClientMessage::Hello { version: VERSION }).await;
        match self.next().await {
            ServerMessage::Error {
                fatal: false,
                message,
            } if message == "Hello is said once." => {}
            other => panic!("something came: {other:?}"),
        }
    }

    /// Hosts a name without claiming it.
    pub async fn host(&mut self, key: &Key, name: &str) -> Label {
        let message = key.host(name, &self.gateway, &self.challenge, false);
        self.send(&message).await;
        match self.next().await {
            ServerMessage::Hosting {
                label, name: None, ..
            } => label,
            other => panic!("not hosted: {other:?}"),
        }
    }

    /// Makes an offer.
    pub async fn connect(&mut self, attempt: AttemptId, label: &Label) {
        self.connect_with(attempt, label, sdp("offer")).await;
    }

    /// Makes an offer of any session description.
    pub async fn connect_with(&mut self, attempt: AttemptId, label: &Label, sdp: String) {
        let label = label.clone();
        self.send(&ClientMessage::Connect {
            attempt,
            label,
            sdp,
        })
        .await;
    }
}
