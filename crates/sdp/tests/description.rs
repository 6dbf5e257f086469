//! Session descriptions, as browsers write them and as nobody should.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sdp::{Candidate, Description, Place, is_ice_server};

const PRINT: &str = "6F:7A:C6:AA:20:7A:9B:8E:18:35:1F:CC:DD:4D:1C:4E:3B:8A:5A:0A:32:FE:1D:66:FA:57:C0:CD:0C:1B:5C:AA";

/// Chromium 156.
fn chromium() -> String {
    format!(
        "v=0\r\no=- 5276814163163163163 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
         c=IN IP4 0.0.0.0\r\na=ice-ufrag:5Pd0\r\na=ice-pwd:CZ6w2YwbJ3aGQEeGN7YFxhTM\r\na=ice-options:trickle\r\n\
         a=fingerprint:sha-256 {PRINT}\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n\
         a=max-message-size:262144\r\n"
    )
}

/// Firefox 140.
fn firefox() -> String {
    format!(
        "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 4611731 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=sendrecv\r\n\
         a=fingerprint:sha-256 {PRINT}\r\na=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n\
         a=ice-pwd:c60a9b8c1bdfe3b8a3ff0e2a2f2c1e31\r\na=ice-ufrag:91ab3eee\r\na=mid:0\r\na=setup:actpass\r\n\
         a=sctp-port:5000\r\na=max-message-size:1073741823\r\n"
    )
}

#[test]
fn browsers_offers_are_read_and_written_with_what_a_data_channel_needs() {
    for sdp in [chromium(), firefox()] {
        let description = Description::read(&sdp).unwrap();
        assert_eq!(description.fingerprint().to_string(), PRINT);
        let written = description.to_string();
        for gone in ["extmap", "msid", "sendrecv", "mozilla"] {
            assert!(!written.contains(gone), "{written}");
        }
        assert!(
            written.lines().all(|line| line.starts_with('o')
                || line == "s=-"
                || sdp.contains(line)
                || line == "c=IN IP4 0.0.0.0"),
            "{written}"
        );
        assert_eq!(Description::read(&written), Ok(description));
    }
}

#[test]
fn media_and_further_sections_are_refused() {
    let good = chromium();
    let data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
    for sdp in [
        format!("{good}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"),
        format!("{good}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"),
        format!("{good}{data}"),
        good.replace(data, ""),
        good.replace("m=application", "m=video"),
        good.replace("UDP/DTLS/SCTP", "TCP/DTLS/SCTP"),
        good.replace("UDP/DTLS/SCTP", "DTLS/SCTP"),
        good.replace("webrtc-datachannel", "webrtc-datachannel 5000"),
        good.replace("m=application 9", "m=application x"),
    ] {
        assert!(Description::read(&sdp).is_err(), "{sdp}");
    }
}

#[test]
fn what_is_unclear_or_missing_is_refused() {
    let good = chromium();
    for sdp in [
        String::new(),
        "v=0".to_owned(),
        good.replace("v=0", "v=1"),
        good.replace("a=mid:0\r\n", ""),
        good.replace("a=mid:0", "a=mid:0 1"),
        good.replace("a=mid:0\r\n", "a=mid:0\r\na=mid:1\r\n"),
        good.replace("a=setup:actpass", "a=setup:holdconn"),
        good.replace("a=ice-ufrag:5Pd0", "a=ice-ufrag:5Pd"),
        good.replace("a=ice-pwd:", "a=ice-pwd: "),
        good.replace("a=ice-ufrag:5Pd0", "a=ice-ufrag:5Pd0\r\na=ice-ufrag:other"),
        good.replace("sctp-port:5000", "sctp-port:65536"),
        good.replace("max-message-size:262144", "max-message-size:-1"),
        good.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1"),
        good.replace("s=-", "s=\u{e9}"),
        good.replace("s=-", "s=\0"),
        good.replace("s=-", "k=clear:secret"),
        good.replace("s=-\r\n", "s=-\r\rm=video 9 RTP/AVP 0\r\n"),
        good.replace("s=-", ""),
    ] {
        assert!(Description::read(&sdp).is_err(), "{sdp}");
    }
}

#[test]
fn candidates_in_a_description_are_handed_out_and_not_passed_on() {
    let line = "candidate:1 1 tcp 1 127.0.0.1 22 typ host tcptype passive";
    let sdp = format!("{}{}", chromium(), format!("a={line}\r\n").repeat(100));
    let description = Description::read(&sdp).unwrap();
    assert_eq!(description.candidates()[0], line);
    assert_eq!(description.candidates().len(), 32);
    assert!(!description.to_string().contains("candidate"));
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_read_can_be_written_and_read(
        line in prop::sample::select(vec!["m=", "a=", "a=mid:", "a=ice-pwd:", "a=candidate:", "v="]),
        text in "\\PC{0,40}",
        place in 0usize..20,
    ) {
        let mut lines: Vec<String> = chromium().lines().map(str::to_owned).collect();
        lines.insert(place.min(lines.len()), format!("{line}{text}"));
        if let Ok(description) = Description::read(&lines.join("\n")) {
            let again = Description::read(&description.to_string()).unwrap();
            prop_assert_eq!(again.to_string(), description.to_string());
        }
        let _ = Description::read(&text);
        let _ = Candidate::read(&text);
        let _ = Candidate::read(&format!("candidate:{text}"));
        let _ = is_ice_server(&text, Place::Public);
        let _ = is_ice_server(&format!("turn:{text}"), Place::Public);
        let _ = Place::of(&text);
    }
}
