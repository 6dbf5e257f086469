//! The toolbar's popup: switches, links, problems and what to do about them.

mod model;
mod site_row;
mod view;

use std::{cell::RefCell, rc::Rc};

use messages::{Ask, State};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use crate::background::site_id;
use crate::{
    background::{self, Order},
    error::PageError,
    ui::{self, clipboard, dom, events, events::Action, rendezvous, toast},
};
use view::View;

/// The sites page, as the extension's own address.
const SITES: &str = "pages/sites.html";

/// The popup while it is open.
struct Popup {
    view: RefCell<View>,
    order: Order,
}

/// Show the state, keep it fresh, and act upon what the person does.
///
/// # Errors
/// [`PageError`] if the page is broken or the background silent.
pub async fn start() -> Result<(), PageError> {
    let popup = Rc::new(Popup {
        view: RefCell::new(View::new()?),
        order: Order::default(),
    });
    toast::listen()?;
    events::on_actions({
        let popup = popup.clone();
        move |action| ui::run(popup.clone().act(action))
    })?;
    background::on_change({
        let popup = popup.clone();
        move || ui::run(popup.clone().refresh())
    });
    popup.ask(Ask::State).await
}

impl Popup {
    async fn refresh(self: Rc<Self>) -> Result<(), PageError> {
        self.ask(Ask::State).await
    }

    /// Send a request and show the state after it. If that fails, show the last known state, so that
    /// no switch shows what is not so.
    async fn ask(&self, ask: Ask) -> Result<(), PageError> {
        let number = self.order.next();
        match background::act(ask).await {
            Ok(state) if self.order.shows(number) => self.show(state),
            Ok(_) => {}
            Err(error) => {
                self.view.borrow_mut().show_again();
                return Err(error);
            }
        }
        Ok(())
    }

    fn show(&self, state: State) {
        if let Err(error) = self.view.borrow_mut().show(state) {
            toast::fail(&error.to_string());
        }
    }

    async fn act(self: Rc<Self>, action: Action) -> Result<(), PageError> {
        let site = action.id.clone().unwrap_or_default();
        match action.name.as_str() {
            "hosting" => {
                self.ask(Ask::SetHosting {
                    on: checked(&action.element),
                })
                .await
            }
            "retry" => self.ask(Ask::SetHosting { on: true }).await,
            "site-hosted" => {
                self.ask(Ask::SetSiteHosted {
                    site: site_id(&site)?,
                    on: checked(&action.element),
                })
                .await
            }
            "publish" => {
                self.ask(Ask::Publish {
                    site: site_id(&site)?,
                })
                .await
            }
            "port" => self.use_port().await,
            "rendezvous" => self.use_rendezvous().await,
            "reset-rendezvous" => self.ask(Ask::SetRendezvous { url: None }).await,
            "copy" => {
                copy(
                    &action
                        .element
                        .get_attribute("data-text")
                        .unwrap_or_default(),
                )
                .await
            }
            "copy-link" => copy(&self.link_of(&site)?).await,
            "qr" => self.view.borrow_mut().toggle_qr(&site),
            "open" => open(&self.link_of(&site)?).await,
            "new-site" => {
                open(&format!(
                    "{}#new",
                    webextension_api::api::runtime_get_url(SITES)
                ))
                .await
            }
            "import" => {
                open(&format!(
                    "{}#import",
                    webextension_api::api::runtime_get_url(SITES)
                ))
                .await
            }
            "export" => {
                let sites = webextension_api::api::runtime_get_url(SITES);
                open(&format!("{sites}#export={site}")).await
            }
            "manage" => open(&webextension_api::api::runtime_get_url(SITES)).await,
            _ => Ok(()),
        }
    }

    fn link_of(&self, site: &str) -> Result<String, PageError> {
        self.view
            .borrow()
            .link_of(site)
            .ok_or_else(|| PageError::Input("This site has no link yet.".into()))
    }

    async fn use_port(&self) -> Result<(), PageError> {
        let typed = dom::by_id::<HtmlInputElement>("port-number")?.value();
        let port = model::parse_port(&typed)?;
        self.ask(Ask::SetPort { port }).await
    }

    /// Access is requested first, in the same turn as the click: without a user gesture the browser
    /// refuses it. The rendezvous is set without waiting for the person's answer, because the prompt may
    /// close the popup, and because hosting there needs no access: only visiting as top-level pages does.
    async fn use_rendezvous(&self) -> Result<(), PageError> {
        let entered =
            rendezvous::parse(&dom::by_id::<HtmlInputElement>("rendezvous-address")?.value())?;
        let access = webextension_api::pages::request_origins(&entered.patterns);
        self.ask(Ask::SetRendezvous {
            url: Some(entered.origin),
        })
        .await?;
        if !access.await? {
            toast::show(
                "Hosting works there. To visit its sites with the extension, use the address again and allow it.",
            );
        }
        Ok(())
    }
}

async fn copy(text: &str) -> Result<(), PageError> {
    clipboard::copy(text).await?;
    toast::show("Copied.");
    Ok(())
}

/// Open a tab. Firefox leaves the popup open over it, hence the closing.
async fn open(url: &str) -> Result<(), PageError> {
    webextension_api::pages::open_tab(url).await?;
    let _ = dom::window()?.close();
    Ok(())
}

fn checked(element: &Element) -> bool {
    element
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(HtmlInputElement::checked)
}
