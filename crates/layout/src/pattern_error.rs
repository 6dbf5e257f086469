//! Why a pattern is refused, and how large one may be.

/// Longest pattern in bytes: longer than any address a person would type.
pub const MAX_PATTERN: usize = 512;
/// Most segments in a pattern; bounds what matching one route costs.
pub const MAX_SEGMENTS: usize = 32;

/// Why a pattern is refused: a sentence for the route's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Not a method and a path.
    #[error("{0:?} is not a pattern; write a method and a path, such as \"GET /guests/:id\"")]
    Shape(String),
    /// A method that no route can answer.
    #[error(
        "{0:?} is not a method of routes; use GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, several with |, or *"
    )]
    Method(String),
    /// Longer than [`MAX_PATTERN`].
    #[error("the pattern is {0} bytes long; at most {MAX_PATTERN} are possible")]
    TooLong(usize),
    /// More than [`MAX_SEGMENTS`].
    #[error("the pattern has {0} parts between slashes; at most {MAX_SEGMENTS} are possible")]
    TooManySegments(usize),
    /// Two slashes in a row.
    #[error("the pattern has an empty part (two slashes in a row)")]
    EmptySegment,
    /// A query or fragment in a pattern.
    #[error(
        "a pattern is only a path: leave out what follows {0:?} (the query is in context.query)"
    )]
    NotAPath(char),
    /// `:` or `*` without a good name.
    #[error(
        "{0:?} has no good name for its parameter; names are letters, digits and _, such as :id or *path"
    )]
    Name(String),
    /// One name twice.
    #[error("the parameter {0:?} stands there twice; give each its own name")]
    SameName(String),
    /// Two parameters in one segment.
    #[error(
        "{0:?} has two parameters between two slashes; where one ends would be anybody's guess"
    )]
    TwoInOne(String),
    /// A rest that is not last.
    #[error("{0:?} takes all that follows, so nothing can follow it")]
    RestNotLast(String),
    /// Percent-encoding that is not UTF-8, or a dot segment.
    #[error("{0:?} can never be asked for")]
    Unreachable(String),
}
