use super::*;

fn hosting() -> State {
    State {
        hosting: true,
        rendezvous: Rendezvous::Connected {
            gateway: "http://localhost:8890".into(),
        },
        ..State::default()
    }
}

fn site() -> SiteState {
    SiteState {
        hosted: true,
        live: true,
        link: Some("http://localhost:8890/connect/photos/".into()),
        ..SiteState::default()
    }
}

#[test]
fn the_headline_counts_visitors() {
    let mut state = hosting();
    assert_eq!(
        headline(&state),
        (Tone::On, "Hosting · no visitors now".into())
    );
    state.visitors = 1;
    assert_eq!(headline(&state).1, "Hosting · 1 visitor now");
    state.troubles.push("The disk is nearly full.".into());
    assert_eq!(headline(&state).0, Tone::Error);
    state.hosting = false;
    assert_eq!(headline(&state), (Tone::Off, "Hosting is off".into()));
}

#[test]
fn a_missing_companion_is_trouble_until_a_rendezvous_is_chosen() {
    let mut state = State {
        hosting: true,
        native: Native::NotInstalled,
        ..State::default()
    };
    assert_eq!(setup(&state), Setup::Install);
    assert_eq!(headline(&state).0, Tone::Error);
    assert_eq!(rendezvous(&state), "none");
    state.chosen_rendezvous = Some("https://example.org/".into());
    assert_eq!(setup(&state), Setup::Done);
    assert_eq!(headline(&state).0, Tone::Busy);
    assert_eq!(rendezvous(&state), "example.org");
}

#[test]
fn a_reason_is_shown_once() {
    let unreachable = Rendezvous::Unreachable {
        url: "https://example.org".into(),
        reason: "It does not answer.".into(),
    };
    let mut state = State {
        hosting: true,
        rendezvous: unreachable,
        ..State::default()
    };
    assert_eq!(problems(&state), ["It does not answer."]);
    state.troubles.push("example.org does not answer.".into());
    assert_eq!(problems(&state), ["example.org does not answer."]);
    state.native = Native::PortTaken { port: 8890 };
    assert!(problems(&state).is_empty(), "the panel says it");
}

#[test]
fn a_site_shows_the_first_thing_that_keeps_visitors_from_it() {
    assert_eq!(site_line(&site(), true), "No visitors");
    assert_eq!(
        site_line(
            &SiteState {
                visitors: 2,
                draft_changed: true,
                ..site()
            },
            true
        ),
        "2 visitors · draft changed"
    );
    assert_eq!(
        site_line(
            &SiteState {
                link: None,
                ..site()
            },
            true
        ),
        "Waiting for its link…"
    );
    assert_eq!(site_line(&site(), false), "Ready, but hosting is off");
    assert_eq!(
        site_line(
            &SiteState {
                hosted: false,
                ..site()
            },
            true
        ),
        "Off"
    );
    assert_eq!(
        site_line(
            &SiteState {
                live: false,
                draft_changed: true,
                ..site()
            },
            true
        ),
        "Not published yet"
    );
}

#[test]
fn ports_are_bounded() {
    assert_eq!(parse_port(" 8891 "), Ok(8891));
    for typed in ["", "80", "1023", "65536", "-1", "8891x"] {
        assert!(parse_port(typed).is_err(), "{typed:?}");
    }
    assert_eq!(next_port(8890), 8891);
    assert_eq!(next_port(65_535), 1024);
    assert_eq!(next_port(80), 1024);
}
