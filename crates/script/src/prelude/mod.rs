//! The web platform's classes, as modules in JavaScript (`*.js` here), compiled once.
//!
//! It must not know the site's own modules.

use crate::error::Error;
use crate::interpreter::compiler::Compiler;

/// How the names of these modules begin. A site's own modules cannot import them.
pub(crate) const SCHEME: &str = "peerserver:";

/// The module that the engine itself calls.
pub(crate) const DRIVER: &str = "peerserver:driver";

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("peerserver:", $name), include_str!(concat!($name, ".js")))),*]
    };
}

const SOURCES: &[(&str, &str)] = sources![
    "abort",
    "accounts",
    "ask",
    "blob",
    "body",
    "clone",
    "console",
    "context",
    "crypto",
    "database",
    "driver",
    "encoding",
    "errors",
    "events",
    "files",
    "form_data",
    "globals",
    "headers",
    "host",
    "request",
    "response",
    "session",
    "stream",
    "timers",
    "url",
];

/// The compiled modules.
pub(crate) struct Prelude {
    modules: Vec<(&'static str, Vec<u8>)>,
}

impl Prelude {
    /// Compiles all of it; a few milliseconds.
    pub fn compile() -> Result<Self, Error> {
        let compiler = Compiler::new()?;
        let compile = |(name, source): &(&'static str, &str)| match compiler.module(name, source) {
            Ok(code) => Ok((*name, code)),
            Err(fault) => Err(Error::Engine(format!("{name}: {}", fault.message))),
        };
        Ok(Self {
            modules: SOURCES.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }

    /// A module's bytecode.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let found = self.modules.iter().find(|(known, _)| *known == name);
        found.map(|(_, bytes)| bytes.as_slice())
    }
}
