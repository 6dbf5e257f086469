//! Limits of memory and number for all boxes of the network document, and which boxes must end beyond them.
//!
//! A box that ends loses only the requests under way in it: its data is in its database, and the next request starts
//! another. So idle boxes end first, and busy ones only if they use the most memory. Must not know Workers: pure
//! functions.

/// Most boxes at once: each is a thread, and a small site's takes some 20 MiB.
pub const MAX_BOXES: usize = 16;

/// Most bytes of memory of one box: its wasm memory, which the engine limits as well (`extension/box/build.rs`), and its
/// events that are queued here.
pub const MAX_BOX_BYTES: u64 = 512 * MIB;

/// Most bytes of memory of all boxes: one box of the largest size leaves as much to the others.
pub const MAX_TOTAL_BYTES: u64 = 2 * MAX_BOX_BYTES;

/// Most entries for one site's log that are on their way to the store. More are dropped.
pub const MAX_LOG_ENTRIES: usize = 1_000;

const MIB: u64 = 1024 * 1024;

/// What a box uses.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Bytes of memory.
    pub bytes: u64,
    /// Is a response or a reply of it awaited?
    pub awaited: bool,
    /// When it was last needed, in milliseconds since 1970.
    pub needed_at: f64,
}

/// The boxes that have to end because of their memory, as indices into `boxes`.
pub fn to_end(boxes: &[Usage]) -> Vec<usize> {
    let mut remaining: Vec<(usize, Usage)> = boxes.iter().copied().enumerate().collect();
    let mut ending = Vec::new();
    remaining.retain(|(index, usage)| {
        let fits = usage.bytes <= MAX_BOX_BYTES;
        if !fits {
            ending.push(*index);
        }
        fits
    });
    // The last one ends first.
    remaining.sort_by_key(|(_, usage)| (!usage.awaited, usage.bytes));
    let mut sum: u64 = remaining.iter().map(|(_, usage)| usage.bytes).sum();
    while sum > MAX_TOTAL_BYTES
        && let Some((index, usage)) = remaining.pop()
    {
        sum -= usage.bytes;
        ending.push(index);
    }
    ending
}

/// The idle box that was needed least recently, as an index: it ends where one more box is to start. `None` if none is
/// idle.
pub fn least_recently_needed(boxes: &[Usage]) -> Option<usize> {
    let idle = boxes.iter().enumerate().filter(|(_, usage)| !usage.awaited);
    idle.min_by(|a, b| a.1.needed_at.total_cmp(&b.1.needed_at))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(mib: u64, awaited: bool) -> Usage {
        Usage {
            bytes: mib * MIB,
            awaited,
            needed_at: 0.0,
        }
    }

    #[test]
    fn boxes_within_the_limits_stay() {
        assert_eq!(to_end(&[]), [] as [usize; 0]);
        assert_eq!(
            to_end(&[usage(512, true), usage(500, true), usage(12, false)]),
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_box_beyond_its_limit_ends_alone() {
        assert_eq!(
            to_end(&[usage(30, true), usage(513, true), usage(30, false)]),
            [1]
        );
    }

    #[test]
    fn beyond_the_total_idle_boxes_end_first_and_then_the_largest() {
        let boxes = [
            usage(500, true),
            usage(40, true),
            usage(300, false),
            usage(150, false),
            usage(300, true),
        ];
        assert_eq!(to_end(&boxes), [2]);
        let boxes = [
            usage(500, true),
            usage(40, true),
            usage(30, false),
            usage(510, true),
        ];
        assert_eq!(to_end(&boxes), [2, 3]);
    }

    #[test]
    fn the_small_box_of_another_site_outlives_any_number_of_large_ones() {
        let mut boxes = vec![usage(20, true)];
        boxes.resize(MAX_BOXES, usage(512, true));
        let ending = to_end(&boxes);
        assert_eq!(ending.len(), MAX_BOXES - 2);
        assert!(!ending.contains(&0));
    }

    #[test]
    fn the_least_recently_needed_idle_box_is_found() {
        let at = |needed_at: f64, awaited| Usage {
            needed_at,
            ..usage(1, awaited)
        };
        assert_eq!(
            least_recently_needed(&[at(3.0, false), at(1.0, true), at(2.0, false)]),
            Some(2)
        );
        assert_eq!(least_recently_needed(&[at(3.0, true)]), None);
    }
}
