//! The port: whose it is, and what happens when that changes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use native_messaging::{Event, FailReason, Reply, Request, Standing};
use peerserver::folders::DATA_DIR_VARIABLE;

use crate::browser::{Host, free_port, health, is_free, peerserver, terminate, wait};

/// A PeerServer's answer; PORT is where it listens.
const HEALTHY: &str = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"http://localhost:PORT\"}";
const ELSEWHERE: &str = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{\"server\":\"peerserver\",\"gateway\":\"https://peer.example\"}";
const OTHER: &str = "HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>Hello</h1>";

/// Something that listens, and answers everything with one text, which may change and name its port.
struct Listener {
    port: u16,
    answer: Arc<Mutex<&'static str>>,
    end: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Listener {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(Mutex::new(answer));
        let end = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (answer, end) = (Arc::clone(&answer), Arc::clone(&end));
            move || {
                for stream in listener.incoming() {
                    if end.load(Ordering::SeqCst) {
                        return;
                    }
                    let mut stream = stream.unwrap();
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request);
                    let answer = answer.lock().unwrap().replace("PORT", &port.to_string());
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        Self {
            port,
            answer,
            end,
            thread: Some(thread),
        }
    }

    fn answer(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let _ = self.thread.take().unwrap().join();
    }
}

#[track_caller]
fn assert_taken(reply: Reply, port: u16) {
    let Reply::Failed { reason, message } = reply else {
        panic!("not failed: {reply:?}")
    };
    assert_eq!(reason, FailReason::PortTaken);
    assert!(message.contains(&port.to_string()), "{message}");
}

#[test]
fn a_stranger_s_port_is_refused_and_another_can_be_had() {
    let stranger = Listener::start(OTHER);
    let mut host = Host::greeted();
    assert_taken(host.ask_start(stranger.port), stranger.port);
    assert_eq!(
        host.ask(Request::Status),
        Reply::Status {
            standing: Standing::Off
        }
    );
    let port = free_port();
    assert!(matches!(
        host.ask_start(port),
        Reply::Started { shared: false, .. }
    ));
}

#[test]
fn a_rendezvous_of_another_address_is_not_shared_and_the_owner_is_told_which() {
    let other = Listener::start(ELSEWHERE);
    let mut host = Host::greeted();
    let reply = host.ask_start(other.port);
    let Reply::Failed { message, .. } = &reply else {
        panic!("shared: {reply:?}")
    };
    assert!(message.contains("https://peer.example"), "{message}");
    assert_taken(reply, other.port);
}

#[test]
fn a_shared_rendezvous_that_moves_elsewhere_is_lost() {
    let other = Listener::start(HEALTHY);
    let mut host = Host::greeted();
    assert!(matches!(
        host.ask_start(other.port),
        Reply::Started { shared: true, .. }
    ));
    other.answer(ELSEWHERE);
    let Event::RendezvousLost { message } = host.event() else {
        panic!("not lost")
    };
    assert!(message.contains("https://peer.example"), "{message}");
}

#[test]
fn a_port_whose_listener_never_answers_is_refused() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut host = Host::greeted();
    assert_taken(host.ask_start(port), port);
}

/// Browsers take `localhost` for either address: a stranger at one of them would get our visitors.
#[test]
fn a_stranger_at_the_ipv6_address_alone_takes_the_port_too() {
    let port = free_port();
    let Ok(_stranger) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)) else {
        return; // No IPv6 on this machine.
    };
    let mut host = Host::greeted();
    assert_taken(host.ask_start(port), port);
    assert!(is_free(port));
}

#[test]
fn closing_while_it_asks_a_silent_listener_ends_it() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut host = Host::greeted();
    host.call(Request::Start {
        port: silent.local_addr().unwrap().port(),
        ice_servers: Vec::new(),
    });
    // It is asking now.
    let _asked = silent.accept().unwrap();
    host.close();
    let (status, errors) = host.end();
    assert!(status.success(), "{errors}");
}

#[test]
fn another_host_s_rendezvous_is_shared_and_taken_over_when_it_is_killed() {
    let port = free_port();
    let gateway = format!("http://localhost:{port}");
    let mut first = Host::greeted();
    let mut second = Host::greeted();
    assert_eq!(
        first.ask_start(port),
        Reply::Started {
            gateway: gateway.clone(),
            port,
            shared: false
        }
    );
    assert_eq!(
        second.ask_start(port),
        Reply::Started {
            gateway: gateway.clone(),
            port,
            shared: true
        }
    );
    let standing = Standing::Running {
        gateway: gateway.clone(),
        port,
        shared: true,
    };
    assert_eq!(second.ask(Request::Status), Reply::Status { standing });
    first.kill();
    assert_eq!(
        second.event(),
        Event::RendezvousUp {
            gateway: gateway.clone(),
            shared: false
        }
    );
    assert_eq!(health(port)["server"], "peerserver");
    // And one that comes later shares with the second.
    let mut third = Host::greeted();
    assert_eq!(
        third.ask_start(port),
        Reply::Started {
            gateway: gateway.clone(),
            port,
            shared: true
        }
    );
    second.close();
    assert_eq!(
        third.event(),
        Event::RendezvousUp {
            gateway,
            shared: false
        }
    );
}

#[test]
fn a_shared_rendezvous_outlives_the_host_that_shares_it() {
    let port = free_port();
    let mut owner = Host::greeted();
    let mut guest = Host::greeted();
    assert!(matches!(
        owner.ask_start(port),
        Reply::Started { shared: false, .. }
    ));
    assert!(matches!(
        guest.ask_start(port),
        Reply::Started { shared: true, .. }
    ));
    assert_eq!(guest.ask(Request::Stop), Reply::Stopped);
    assert!(guest.end().0.success());
    assert_eq!(health(port)["server"], "peerserver");
    assert_eq!(owner.ask(Request::Stop), Reply::Stopped);
    assert!(owner.end().0.success());
    assert!(is_free(port));
}

#[test]
fn a_shared_rendezvous_that_turns_into_a_stranger_is_lost_until_the_port_is_free() {
    let other = Listener::start(HEALTHY);
    let port = other.port;
    let mut host = Host::greeted();
    let gateway = format!("http://localhost:{port}");
    assert_eq!(
        host.ask_start(port),
        Reply::Started {
            gateway,
            port,
            shared: true
        }
    );
    other.answer(OTHER);
    let Event::RendezvousLost { message } = host.event() else {
        panic!("not lost")
    };
    assert!(message.contains(&port.to_string()), "{message}");
    assert_eq!(
        host.ask(Request::Status),
        Reply::Status {
            standing: Standing::Lost { port, message }
        }
    );
    drop(other);
    let gateway = format!("http://localhost:{port}");
    assert_eq!(
        host.event(),
        Event::RendezvousUp {
            gateway,
            shared: false
        }
    );
}

#[cfg(unix)]
#[test]
fn the_command_runs_until_a_signal_and_hosts_share_it() {
    let data = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = peerserver()
        .args([
            "rendezvous",
            "--log-format",
            "json",
            "--listen",
            &format!("127.0.0.1:{port}"),
        ])
        .args(["--ice-server", "turn:t.example,username=u,credential=c"])
        .env(DATA_DIR_VARIABLE, data.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(command.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains(&format!("http://localhost:{port}")), "{line}");
    let mut host = Host::greeted();
    assert!(matches!(
        host.ask_start(port),
        Reply::Started { shared: true, .. }
    ));
    terminate(&command);
    let status = wait(&mut command);
    let mut log = String::new();
    command
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(status.success(), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line)
            .unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert!(log.contains("SIGTERM"), "{log}");
    assert_eq!(
        host.event(),
        Event::RendezvousUp {
            gateway: format!("http://localhost:{port}"),
            shared: false
        }
    );
}

#[test]
fn the_command_refuses_a_taken_port() {
    let data = tempfile::tempdir().unwrap();
    let stranger = Listener::start(OTHER);
    let output = peerserver()
        .args([
            "rendezvous",
            "--listen",
            &format!("127.0.0.1:{}", stranger.port),
        ])
        .env(DATA_DIR_VARIABLE, data.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains(&stranger.port.to_string()));
}
