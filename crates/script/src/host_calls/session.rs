//! What becomes of a visitor's session at the end of a request.

/// What the code wants besides keeping its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Keep,
    Renew,
    Destroy,
}

impl Wish {
    /// By the prelude's word for it.
    pub fn of(word: &str) -> Self {
        match word {
            "renew" => Self::Renew,
            "destroy" => Self::Destroy,
            _ => Self::Keep,
        }
    }
}
