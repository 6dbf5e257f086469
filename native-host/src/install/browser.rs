//! The browsers that the native host can be registered with.

use std::fmt;

use clap::ValueEnum;

/// A browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Browser {
    /// Chromium.
    Chromium,
    /// Google Chrome.
    Chrome,
    /// Microsoft Edge.
    Edge,
    /// Brave.
    Brave,
    /// Firefox.
    Firefox,
}

/// Browsers that read the same manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Chromium and all built upon it.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Browser {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Chromium,
        Self::Chrome,
        Self::Edge,
        Self::Brave,
        Self::Firefox,
    ];

    /// Its family.
    pub fn family(self) -> Family {
        match self {
            Self::Chromium | Self::Chrome | Self::Edge | Self::Brave => Family::Chromium,
            Self::Firefox => Family::Firefox,
        }
    }

    /// What `--browser` takes, in a row.
    pub fn names() -> String {
        Self::ALL
            .map(|browser| browser.to_string().to_lowercase())
            .join(", ")
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Chromium => "Chromium",
            Self::Chrome => "Chrome",
            Self::Edge => "Edge",
            Self::Brave => "Brave",
            Self::Firefox => "Firefox",
        })
    }
}
