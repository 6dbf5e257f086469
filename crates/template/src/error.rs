//! What can go wrong with a template, said to the one who wrote it.

use std::fmt;

/// A place in a template's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template's name.
    pub template: String,
    /// The line, from 1; 0 if it is not known.
    pub line: usize,
    /// The column in characters, from 1; 0 if it is not known.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return write!(f, "template `{}`", self.template);
        }
        write!(
            f,
            "template `{}`, line {}, column {}",
            self.template, self.line, self.column
        )
    }
}

/// Why a template was not compiled or not rendered. Each ends one request, or, when compiling, leaves the site
/// without templates until its owner has changed something; none ends the host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A template is not valid handlebars.
    #[error("{at}: {problem}. {remedy}")]
    Syntax {
        /// Where the parser gave up.
        at: Place,
        /// What it saw.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// A source, or all together, or the number of them, is over a limit.
    #[error("{at}: {what} is {size}, more than the {limit} that are allowed. {remedy}")]
    TooLarge {
        /// Which template; the line is not known for a whole template.
        at: Place,
        /// What was measured, with its unit.
        what: &'static str,
        /// The measure.
        size: usize,
        /// The most that is allowed.
        limit: usize,
        /// What to do.
        remedy: &'static str,
    },
    /// There is no template of that name.
    #[error("there is no template `{name}`. {remedy}")]
    NotFound {
        /// The name that was asked for.
        name: String,
        /// What to do, with a similar name if there is one.
        remedy: String,
    },
    /// A template could not be rendered with this data.
    #[error("{at}: {problem}. {remedy}")]
    Render {
        /// Where it happened.
        at: Place,
        /// What happened.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// Rendering used up what it was allowed.
    #[error("{at}: {spent}. {remedy}")]
    Exhausted {
        /// Where it happened.
        at: Place,
        /// What was used up, with the limit.
        spent: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl Error {
    /// Where in a template it happened, if it happened in one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NotFound { .. } => None,
            Self::Syntax { at, .. }
            | Self::TooLarge { at, .. }
            | Self::Render { at, .. }
            | Self::Exhausted { at, .. } => Some(at),
        }
    }
}
