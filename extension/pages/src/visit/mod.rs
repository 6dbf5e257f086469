//! The page that `web+peer:` addresses and the omnibox lead to: it goes on to the gateway in use.

mod address;

use messages::{Ask, Native, Rendezvous, State};
use web_sys::{Element, UrlSearchParams};

use crate::{
    background,
    error::PageError,
    ui::{dom, toast},
};

/// The port of the native host's gateway while its state is not known.
const DEFAULT_PORT: u16 = 8890;

/// Read `?to=`, and go there; an address that leads nowhere is explained.
///
/// # Errors
/// [`PageError`] if the page is broken.
pub async fn start() -> Result<(), PageError> {
    toast::listen()?;
    let window = dom::window()?;
    let search = window.location().search()?;
    let to = UrlSearchParams::new_with_str(&search)?
        .get("to")
        .unwrap_or_default();
    match address::parse(&to) {
        Ok(target) => {
            dom::set_text(
                &dom::by_id("status")?,
                &format!("Opening {}…", target.label),
            );
            // Without a response from the background, the default gateway is tried: its error page explains more than this page can.
            let gateway = background::act(Ask::State).await.map_or_else(
                |_| gateway_of(&State::default()),
                |state| gateway_of(&state),
            );
            window.location().replace(&target.link(&gateway))?;
        }
        Err(why) => {
            dom::set_text(&dom::by_id("title")?, "This address leads nowhere");
            dom::set_text(&dom::by_id("status")?, why);
            dom::set_text(&dom::by_id("address")?, &to);
            dom::show(&dom::by_id::<Element>("help")?, true);
        }
    }
    Ok(())
}

/// The gateway to visit through: the one in use, or the one that would be.
fn gateway_of(state: &State) -> String {
    match (&state.rendezvous, &state.chosen_rendezvous, &state.native) {
        (Rendezvous::Connected { gateway }, _, _) => gateway.clone(),
        (_, Some(chosen), _) => chosen.clone(),
        (_, None, Native::Running { gateway }) => gateway.clone(),
        (_, None, _) => {
            let port = if state.port == 0 {
                DEFAULT_PORT
            } else {
                state.port
            };
            format!("http://localhost:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_in_use_comes_first() {
        let mut state = State::default();
        assert_eq!(gateway_of(&state), "http://localhost:8890");
        state.port = 9000;
        assert_eq!(gateway_of(&state), "http://localhost:9000");
        state.native = Native::Running {
            gateway: "http://localhost:9001".into(),
        };
        assert_eq!(gateway_of(&state), "http://localhost:9001");
        state.chosen_rendezvous = Some("https://example.org".into());
        assert_eq!(gateway_of(&state), "https://example.org");
        state.rendezvous = Rendezvous::Connected {
            gateway: "https://example.net".into(),
        };
        assert_eq!(gateway_of(&state), "https://example.net");
    }
}
