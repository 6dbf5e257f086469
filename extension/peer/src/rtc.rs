//! One `RTCPeerConnection` with its one data channel.
//!
//! It must not know who talks over it, nor how descriptions travel. The channel is negotiated out of
//! band (stream 0 on both sides), which spares the round trip of RFC 8832.

use std::{cell::RefCell, rc::Rc};

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use js_sys::{JSON, Reflect};
use signalling::{Candidate, IceServer};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RtcConfiguration, RtcDataChannel, RtcDataChannelInit, RtcIceCandidateInit, RtcPeerConnection,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcSdpType, RtcSessionDescriptionInit,
};

use crate::{Error, channel::Channel, listener::Listener};

/// Candidates of the other side that are kept until its description is known. Browsers gather about
/// two for each network interface.
const MAX_EARLY_CANDIDATES: usize = 64;

/// A peer connection; closed when dropped (Chromium counts the open ones: 500 a renderer).
pub struct Rtc {
    pc: RtcPeerConnection,
    dc: RtcDataChannel,
    described: RefCell<bool>,
    early: RefCell<Vec<Candidate>>,
    listeners: RefCell<Vec<Listener>>,
}

/// How the bytes of a connection go.
pub struct Route {
    /// `direct`, or `relay` over a TURN server.
    pub transport: &'static str,
    /// The other side's address, where the browser tells it.
    pub remote: Option<String>,
}

impl Rtc {
    /// A connection, and our own candidates as they are found.
    pub fn new(ice: &[IceServer]) -> Result<(Rc<Self>, UnboundedReceiver<Candidate>), Error> {
        let configuration = RtcConfiguration::new();
        configuration.set_ice_servers(&servers(ice)?);
        let pc = RtcPeerConnection::new_with_configuration(&configuration)
            .map_err(|_| Error::Unsupported("WebRTC (it may be switched off in its settings)"))?;
        let options = RtcDataChannelInit::new();
        options.set_negotiated(true);
        options.set_id(0);
        let dc = pc.create_data_channel_with_data_channel_dict("peerserver", &options);
        let (sender, candidates) = unbounded();
        let listener = Listener::new(
            &pc,
            "icecandidate",
            move |event: RtcPeerConnectionIceEvent| {
                if let Some(found) = event.candidate() {
                    let _ = sender.unbounded_send(Candidate {
                        candidate: found.candidate(),
                        sdp_mid: found.sdp_mid(),
                        sdp_m_line_index: found.sdp_m_line_index(),
                        username_fragment: text(&found, "usernameFragment"),
                    });
                }
            },
        );
        let rtc = Self {
            pc,
            dc,
            described: RefCell::new(false),
            early: RefCell::default(),
            listeners: RefCell::new(vec![listener]),
        };
        Ok((Rc::new(rtc), candidates))
    }

    /// The data channel. Take it over in the turn in which the connection was made.
    pub fn data_channel(&self) -> RtcDataChannel {
        self.dc.clone()
    }

    /// Close the channel when ICE or DTLS fails: a data channel by itself may stay silent for long.
    pub fn watch(&self, channel: &Channel) {
        let (channel, second) = (channel.clone(), channel.clone());
        let pc = self.pc.clone();
        let listener = Listener::new(
            &self.pc,
            "connectionstatechange",
            move |_: web_sys::Event| match pc.connection_state() {
                RtcPeerConnectionState::Failed | RtcPeerConnectionState::Closed => {
                    channel.close(Error::Lost);
                }
                RtcPeerConnectionState::Disconnected => channel.ping(),
                _ => {}
            },
        );
        // Nothing bounds what comes over a second one.
        let second = Listener::new(&self.pc, "datachannel", move |_: web_sys::Event| {
            second.close(Error::Protocol("a second data channel".to_owned()));
        });
        self.listeners.borrow_mut().extend([listener, second]);
    }

    /// How the bytes go, once the channel is open (WebRTC Statistics, 8.16 and 8.17: the selected pair).
    pub async fn route(&self) -> Route {
        let mut route = Route {
            transport: "direct",
            remote: None,
        };
        let Ok(report) = JsFuture::from(self.pc.get_stats()).await else {
            return route;
        };
        let map: &js_sys::Map = report.unchecked_ref();
        let selected = |entry: &JsValue| {
            let has = |key: &str, value: &str| text(entry, key).as_deref() == Some(value);
            let nominated = Reflect::get(entry.unchecked_ref(), &"nominated".into());
            has("type", "candidate-pair")
                && has("state", "succeeded")
                && nominated.is_ok_and(|nominated| nominated.is_truthy())
        };
        let Some(pair) = map.values().into_iter().flatten().find(selected) else {
            return route;
        };
        let of = |side: &str, key: &str| text(&map.get(&text(&pair, side)?.into()), key);
        if of("localCandidateId", "candidateType").as_deref() == Some("relay") {
            route.transport = "relay";
        }
        // A relay's address is that of all who use it.
        if of("remoteCandidateId", "candidateType").as_deref() != Some("relay") {
            route.remote = of("remoteCandidateId", "address").filter(|it| !it.is_empty());
        }
        route
    }

    /// Make the offer.
    pub async fn offer(&self) -> Result<String, Error> {
        let offer = JsFuture::from(self.pc.create_offer()).await?;
        self.set_local(RtcSdpType::Offer, &offer).await
    }

    /// Take an offer and make the answer.
    pub async fn answer(&self, offer: &str) -> Result<String, Error> {
        self.set_remote(RtcSdpType::Offer, offer).await?;
        let answer = JsFuture::from(self.pc.create_answer()).await?;
        self.set_local(RtcSdpType::Answer, &answer).await
    }

    /// Take the answer.
    pub async fn accept(&self, answer: &str) -> Result<(), Error> {
        self.set_remote(RtcSdpType::Answer, answer).await
    }

    /// Take a candidate of the other side, now or when its description is known. One that the browser
    /// refuses is passed over: others may do.
    pub async fn add_candidate(&self, candidate: Candidate) {
        if !*self.described.borrow() {
            let mut early = self.early.borrow_mut();
            if early.len() < MAX_EARLY_CANDIDATES {
                early.push(candidate);
            }
            return;
        }
        let init = RtcIceCandidateInit::new(&candidate.candidate);
        init.set_sdp_mid(candidate.sdp_mid.as_deref());
        init.set_sdp_m_line_index(candidate.sdp_m_line_index);
        let adding = self
            .pc
            .add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
        let _ = JsFuture::from(adding).await;
    }

    async fn set_local(&self, kind: RtcSdpType, made: &JsValue) -> Result<String, Error> {
        let sdp = text(made, "sdp").unwrap_or_default();
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(&sdp);
        JsFuture::from(self.pc.set_local_description(&description)).await?;
        Ok(sdp)
    }

    async fn set_remote(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Error> {
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(sdp);
        JsFuture::from(self.pc.set_remote_description(&description)).await?;
        self.described.replace(true);
        for candidate in self.early.take() {
            self.add_candidate(candidate).await;
        }
        Ok(())
    }
}

impl Drop for Rtc {
    fn drop(&mut self) {
        self.listeners.borrow_mut().clear();
        self.pc.close();
    }
}

/// By way of JSON, which is in the shell anyway; serde-wasm-bindgen would come on top.
fn servers(ice: &[IceServer]) -> Result<JsValue, Error> {
    let text = serde_json::to_string(ice).unwrap_or_default();
    Ok(JSON::parse(&text)?)
}

fn text(object: &JsValue, key: &str) -> Option<String> {
    Reflect::get(object.unchecked_ref(), &key.into())
        .ok()?
        .as_string()
}
