//! Decides which jar is evicted for another one. The storage of a gateway or an extension is shared by all sites that are
//! visited through it, and a site's owner can make any number of labels: that must not cost other sites their cookies.
//! It must not know where jars are stored.

/// Labels of one key that have jars at a time. A site has one, or a few while its owner looks for a name.
pub const MAX_LABELS: usize = 4;

/// Days without use after which a jar may be evicted for another site's.
const MIN_AGE_DAYS: u64 = 7;

/// Characters of a label's fingerprint, at its end.
const FINGERPRINT_LENGTH: usize = 20;

/// A jar's key and last use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JarUse {
    /// Its key.
    pub key: String,
    /// The day of its last use, in days since 1970.
    pub used: u64,
}

/// The fingerprint of the site's key: labels of one key share it. Keys of jars are `jar <origin>`, and an origin's host begins with the
/// label.
pub fn fingerprint(key: &str) -> &str {
    let host = key.split_once("://").map_or("", |(_, host)| host);
    let label = host.split('.').next().unwrap_or_default();
    let start = label.len().saturating_sub(FINGERPRINT_LENGTH);
    label.get(start..).unwrap_or_default()
}

/// Of the jars of one key: the one to evict before another is stored, the least recently used. `None` below the limit.
pub fn evict_of_key(jars: &[JarUse]) -> Option<&JarUse> {
    let full = jars.len() >= MAX_LABELS;
    full.then(|| oldest(jars)).flatten()
}

/// Of all jars: the one to evict where storage is full, the least recently used. `None` if all were used this week.
pub fn evict_of_all(jars: &[JarUse], today: u64) -> Option<&JarUse> {
    oldest(jars).filter(|jar| jar.used.saturating_add(MIN_AGE_DAYS) <= today)
}

fn oldest(jars: &[JarUse]) -> Option<&JarUse> {
    jars.iter().min_by_key(|jar| jar.used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jars(used: &[u64]) -> Vec<JarUse> {
        let jar = |(n, used): (usize, &u64)| JarUse {
            key: n.to_string(),
            used: *used,
        };
        used.iter().enumerate().map(jar).collect()
    }

    fn key(jar: Option<&JarUse>) -> Option<&str> {
        jar.map(|jar| jar.key.as_str())
    }

    #[test]
    fn the_least_recently_used_is_evicted_unless_it_was_used_this_week() {
        assert_eq!(key(evict_of_all(&jars(&[95, 90, 93]), 100)), Some("1"));
        assert_eq!(key(evict_of_all(&jars(&[95, 94, 100]), 100)), None);
        assert_eq!(key(evict_of_all(&jars(&[93]), 100)), Some("0"));
        assert_eq!(key(evict_of_all(&[], 100)), None);
        // The clock was put back.
        assert_eq!(key(evict_of_all(&jars(&[u64::MAX]), 100)), None);
    }

    #[test]
    fn labels_of_one_key_evict_each_other() {
        assert_eq!(key(evict_of_key(&jars(&[100, 99, 100]))), None);
        assert_eq!(key(evict_of_key(&jars(&[100, 99, 100, 100]))), Some("1"));
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
