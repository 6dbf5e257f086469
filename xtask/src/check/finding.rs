//! What a check finds.

/// Something that is not as it must be, in a sentence that names the place.
pub type Finding = String;
