//! How a page, frame or worker is named by its address.

/// Does `part` name this address? `a not b`: it has `a` in it but not `b`.
pub(crate) fn names(part: &str, address: &str) -> bool {
    match part.split_once(" not ") {
        Some((has, lacks)) => address.contains(has) && !address.contains(lacks),
        None => address.contains(part),
    }
}
