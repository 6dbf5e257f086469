//! A site's key pair.

use ed25519_dalek::{Signer, SigningKey};
use identity::{Challenge, Label, PublicKey, Signature, SiteName, host_statement};
use signalling::ClientMessage;

/// A key pair, the same for the same seed.
pub struct Key(SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from(self.0.verifying_key().to_bytes())
    }

    pub fn label(&self, name: &str) -> Label {
        Label::new(SiteName::parse(name).unwrap(), &self.public())
    }

    pub fn sign(&self, statement: &[u8]) -> Signature {
        Signature::from(self.0.sign(statement).to_bytes())
    }

    /// The message that hosts `name`, proved for a gateway and a challenge.
    pub fn host(
        &self,
        name: &str,
        gateway: &str,
        challenge: &Challenge,
        claim: bool,
    ) -> ClientMessage {
        let name = SiteName::parse(name).unwrap();
        ClientMessage::Host {
            label: Label::new(name.clone(), &self.public()),
            key: self.public(),
            signature: self.sign(&host_statement(gateway, challenge.as_bytes(), &name)),
            name,
            claim,
        }
    }
}
