//! Whose jar makes room for another one. The storage of a gateway or an extension is shared by all sites that are
//! visited through it, and a site's owner can make labels without end: nobody's visits may cost other sites their
//! cookies. It must not know where jars are kept.

/// Labels of one key that have jars at a time. A site has one, or a few while its owner looks for a name.
pub const MAX_LABELS: usize = 4;

/// Days after which a jar that was not used may go.
const DAYS: u64 = 7;

/// Characters of a label's fingerprint, at its end.
const FINGERPRINT: usize = 20;

/// A jar, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// The day of its last use, in days since 1970.
    pub used: u64,
}

/// What the jars of one key's labels have in common. Keys are `jar <origin>`, and an origin's host begins with the
/// label.
pub fn fingerprint(key: &str) -> &str {
    let host = key.split_once("://").map_or("", |(_, host)| host);
    let label = host.split('.').next().unwrap_or_default();
    let start = label.len().saturating_sub(FINGERPRINT);
    label.get(start..).unwrap_or_default()
}

/// Which of these goes, where one more than they may be is to be kept: the least recently used.
pub fn of_one_key(jars: &[Entry]) -> Option<&Entry> {
    let full = jars.len() >= MAX_LABELS;
    full.then(|| oldest(jars)).flatten()
}

/// Which of these goes where there is no room: the least recently used, and none that was used this week.
pub fn of_all(jars: &[Entry], today: u64) -> Option<&Entry> {
    oldest(jars).filter(|jar| jar.used.saturating_add(DAYS) <= today)
}

fn oldest(jars: &[Entry]) -> Option<&Entry> {
    jars.iter().min_by_key(|jar| jar.used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jars(used: &[u64]) -> Vec<Entry> {
        let jar = |(n, used): (usize, &u64)| Entry {
            key: n.to_string(),
            used: *used,
        };
        used.iter().enumerate().map(jar).collect()
    }

    fn key(jar: Option<&Entry>) -> Option<&str> {
        jar.map(|jar| jar.key.as_str())
    }

    #[test]
    fn what_was_not_used_the_longest_makes_room_and_what_was_used_this_week_does_not() {
        assert_eq!(key(of_all(&jars(&[95, 90, 93]), 100)), Some("1"));
        assert_eq!(key(of_all(&jars(&[95, 94, 100]), 100)), None);
        assert_eq!(key(of_all(&jars(&[93]), 100)), Some("0"));
        assert_eq!(key(of_all(&[], 100)), None);
        // The clock was put back.
        assert_eq!(key(of_all(&jars(&[u64::MAX]), 100)), None);
    }

    #[test]
    fn the_labels_of_one_key_make_room_for_each_other() {
        assert_eq!(key(of_one_key(&jars(&[100, 99, 100]))), None);
        assert_eq!(key(of_one_key(&jars(&[100, 99, 100, 100]))), Some("1"));
    }

    #[test]
    fn labels_of_one_key_are_known_by_their_end() {
        let fingerprint_of = |label| fingerprint(label).to_owned();
        let own = "mzuhvlpymk6xo3epygfy";
        for key in [
            "jar http://shop-mzuhvlpymk6xo3epygfy.localhost:8890",
            "jar https://a-mzuhvlpymk6xo3epygfy.peers.example",
        ] {
            assert_eq!(fingerprint_of(key), own);
        }
        for key in ["jar ", "jar http://localhost", "", "jar http://ä.b"] {
            assert_ne!(fingerprint_of(key), own);
        }
    }
}
