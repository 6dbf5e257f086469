//! Plays the browser: starts the host, speaks native messaging, and watches every byte it says.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use native_messaging::{
    Call, Decoder, Event, MAX_FROM_BROWSER, MAX_TO_BROWSER, Reply, Request, ToExtension, VERSION,
    encode,
};
use peerserver::extension::{CHROMIUM_ID, FIREFOX_ID};
use peerserver::folders::DATA_DIR_VARIABLE;

/// How long anything may take before a test gives up: far more than it takes on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program under test.
pub fn peerserver() -> Command {
    Command::new(env!("CARGO_BIN_EXE_peerserver"))
}

/// What Chromium gives the host as its argument, for our extension.
pub fn chromium_origin() -> String {
    format!("chrome-extension://{CHROMIUM_ID}/")
}

/// What Firefox gives the host as its arguments, for our add-on.
pub fn firefox_arguments() -> [&'static str; 2] {
    [
        "/home/u/.mozilla/native-messaging-hosts/com.peerserver.host.json",
        FIREFOX_ID,
    ]
}

/// A host that was started by a browser. It is killed when dropped.
pub struct Host {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<ToExtension>,
    errors: Receiver<String>,
    next_id: u32,
    /// Its data folder, which goes with it.
    _data: tempfile::TempDir,
}

impl Host {
    /// Started by Chromium for our extension.
    pub fn start() -> Self {
        Self::start_with(&[&chromium_origin()])
    }

    /// Started with these arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), arguments)
    }

    /// Started with these arguments and this data folder.
    pub fn start_in(data: tempfile::TempDir, arguments: &[&str]) -> Self {
        let mut child = peerserver()
            .args(arguments)
            .env(DATA_DIR_VARIABLE, data.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut stdout = child.stdout.take().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let (say, said) = channel();
        std::thread::spawn(move || {
            let mut decoder = Decoder::new(MAX_TO_BROWSER);
            let mut piece = [0; 4096];
            loop {
                let length = stdout.read(&mut piece).unwrap();
                if length == 0 {
                    decoder.finish().expect("stdout ends inside of a frame");
                    return;
                }
                decoder.feed(&piece[..length]);
                while let Some(body) = decoder.next_frame().expect("stdout is no native messaging")
                {
                    let message =
                        serde_json::from_slice(&body).expect("a frame on stdout is no message");
                    let _ = say.send(message);
                }
            }
        });
        let (tell, errors) = channel();
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            let _ = tell.send(String::from_utf8_lossy(&text).into_owned());
        });
        Self {
            child,
            stdin,
            said,
            errors,
            next_id: 0,
            _data: data,
        }
    }

    /// A host that has been greeted.
    pub fn greeted() -> Self {
        let mut host = Self::start();
        let reply = host.ask(Request::Hello {
            version: VERSION,
            extension_version: "test".to_owned(),
        });
        assert!(
            matches!(
                reply,
                Reply::Hello {
                    version: VERSION,
                    ..
                }
            ),
            "{reply:?}"
        );
        host
    }

    /// Writes bytes to its stdin as they are.
    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).and_then(|()| stdin.flush()).unwrap();
    }

    /// Sends a call and returns its id.
    pub fn call(&mut self, request: Request) -> u32 {
        self.next_id += 1;
        let call = Call {
            id: self.next_id,
            request,
        };
        self.write(&encode(&call, MAX_FROM_BROWSER).unwrap());
        self.next_id
    }

    /// Sends a call and waits for its reply; there must be no event before it.
    pub fn ask(&mut self, request: Request) -> Reply {
        let asked = self.call(request);
        let (id, reply) = self.reply();
        assert_eq!(id, asked);
        reply
    }

    /// Asks it to start on `port` without ICE servers.
    pub fn ask_start(&mut self, port: u16) -> Reply {
        self.ask(Request::Start {
            port,
            ice_servers: Vec::new(),
        })
    }

    /// The next message, which must be a reply.
    pub fn reply(&mut self) -> (u32, Reply) {
        match self.said.recv_timeout(PATIENCE).expect("no reply came") {
            ToExtension::Reply { id, reply } => (id, reply),
            event @ ToExtension::Event { .. } => panic!("not a reply: {event:?}"),
        }
    }

    /// The next message, which must be an event.
    pub fn event(&mut self) -> Event {
        match self.said.recv_timeout(PATIENCE).expect("no event came") {
            ToExtension::Event { event } => event,
            reply @ ToExtension::Reply { .. } => panic!("not an event: {reply:?}"),
        }
    }

    /// Closes its stdin, as a browser does when the extension closes the port.
    pub fn close(&mut self) {
        self.stdin = None;
    }

    /// Kills it as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end with SIGTERM.
    #[cfg(unix)]
    pub fn terminate(&self) {
        terminate(&self.child);
    }

    /// Waits until it has ended by itself and said nothing more, and returns its status and stderr.
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = wait(&mut self.child);
        match self.said.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Disconnected) => {}
            more => panic!("it said more: {more:?}"),
        }
        (
            status,
            self.errors
                .recv_timeout(PATIENCE)
                .expect("stderr stays open: a process was left behind"),
        )
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a process.
pub fn wait(child: &mut Child) -> ExitStatus {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > give_up {
            let _ = child.kill();
            panic!("the process did not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks a process to end with SIGTERM.
#[cfg(unix)]
pub fn terminate(child: &Child) {
    let done = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

/// A loopback port that is free now and that nobody is given by chance: below those that systems hand
/// out by themselves, and another one at each call.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 10_000;
    const MANY: u16 = 20_000;
    // Several runs of these tests at once begin at different places.
    let start = (std::process::id() % 200) as u16 * 100;
    loop {
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % MANY;
        if is_free(port) {
            return port;
        }
    }
}

/// Can the port be listened on?
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// What `/healthz` answers on a loopback port.
pub fn health(port: u16) -> serde_json::Value {
    let answer = get(port, "/healthz", "");
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no HTTP answer: {answer:?}"));
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

/// What is answered on a loopback port, with one more header line or none.
pub fn get(port: u16, path: &str, header: &str) -> String {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
        .write_all(
            format!("GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n{header}\r\n").as_bytes(),
        )
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The files below a folder, as paths from it.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    found.sort();
    found
}
