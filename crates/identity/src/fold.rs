//! Letters with marks become plain ones, roughly, so that a name can be suggested from what a person
//! typed. Scripts without a Latin form are left out.

/// The a-z and 0-9 that stand for a character, lower-case; `None` where there are none.
pub(crate) fn fold(character: char) -> Option<&'static str> {
    /// Each plain letter and the marked ones that become it (Latin-1, Latin Extended-A and -B, and
    /// the Latin letters of Vietnamese).
    const MARKED: &[(&str, &str)] = &[
        ("a", "àáâãåāăąǎǟǡǻȁȃȧạảấầẩẫậắằẳẵặª"),
        ("ae", "äæǣǽ"),
        ("b", "ḃƀɓ"),
        ("c", "çćĉċč"),
        ("d", "ďđðḋḍ"),
        ("e", "èéêëēĕėęěȅȇȩẹẻẽếềểễệ"),
        ("f", "ḟƒ"),
        ("g", "ĝğġģǥǧǵ"),
        ("h", "ĥħḣḥȟ"),
        ("i", "ìíîïĩīĭįıǐȉȋỉị"),
        ("ij", "ij"),
        ("j", "ĵǰ"),
        ("k", "ķĸǩ"),
        ("l", "ĺļľŀłḷ"),
        ("m", "ṁṃ"),
        ("n", "ñńņňʼnŋǹṅṇ"),
        ("o", "òóôõōŏőǒǫǭȍȏȫȭȯȱøǿọỏốồổỗộớờởỡợơº"),
        ("oe", "öœ"),
        ("p", "ṗ"),
        ("r", "ŕŗřȑȓṛ"),
        ("s", "śŝşšșṡṣ"),
        ("ss", "ß"),
        ("t", "ţťŧțṫṭ"),
        ("th", "þ"),
        ("u", "ùúûũūŭůűųǔȕȗụủứừửữựư"),
        ("ue", "ü"),
        ("w", "ŵẁẃẅ"),
        ("y", "ýÿŷȳỳỵỷỹ"),
        ("z", "źżžẓ"),
        ("and", "&"),
        ("at", "@"),
    ];
    const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let mut lower = character.to_lowercase();
    // Characters whose lower case is several (such as İ) keep the first, which is the letter.
    let lower = lower.next()?;
    if let Some(at) = PLAIN.find(lower) {
        return PLAIN.get(at..=at);
    }
    MARKED
        .iter()
        .find(|(_, marked)| marked.contains(lower))
        .map(|(plain, _)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_dropped() {
        for (character, plain) in [
            ('a', "a"),
            ('Z', "z"),
            ('7', "7"),
            ('É', "e"),
            ('ß', "ss"),
            ('Ö', "oe"),
            ('İ', "i"),
        ] {
            assert_eq!(fold(character), Some(plain), "{character}");
        }
        for character in ['!', ' ', '-', '日', 'ж'] {
            assert_eq!(fold(character), None, "{character}");
        }
    }
}
