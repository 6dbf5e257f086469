//! What all boxes may take together of the network document's process, and which of them must end when it is more.
//!
//! A box that ends takes nothing with it but the requests it was answering: what it keeps is in its database, and the
//! next request starts another. So one that nobody waits for goes first, and one that is at work only if it takes the
//! most, for it is then what the others have no room for. Knows no Worker.

/// Most boxes at once: each is a thread, and a small site's takes some 20 MiB.
pub const BOXES: usize = 16;

/// Most bytes of memory of one box. The engine holds its wasm to it (`extension/box/build.rs`), here it includes what
/// the box has said and nobody has taken yet.
pub const BOX_BYTES: u64 = 512 * MIB;

/// Most bytes of memory of all boxes: as much again as one may have is left to the others.
pub const ALL_BYTES: u64 = 2 * BOX_BYTES;

/// Most entries for one site's log that are on their way to the store. What comes faster is left out.
pub const LOG_ENTRIES: usize = 1_000;

const MIB: u64 = 1024 * 1024;

/// What a box takes.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Bytes of memory.
    pub bytes: u64,
    /// Does anybody wait for it?
    pub awaited: bool,
    /// When it was last needed, in milliseconds.
    pub needed: f64,
}

/// Those that have to end because of their memory, by their places.
pub fn over(boxes: &[Taken]) -> Vec<usize> {
    let mut left: Vec<(usize, Taken)> = boxes.iter().copied().enumerate().collect();
    let mut ending = Vec::new();
    left.retain(|(place, taken)| {
        let fits = taken.bytes <= BOX_BYTES;
        if !fits {
            ending.push(*place);
        }
        fits
    });
    // The last one is what goes first.
    left.sort_by_key(|(_, taken)| (!taken.awaited, taken.bytes));
    let mut sum: u64 = left.iter().map(|(_, taken)| taken.bytes).sum();
    while sum > ALL_BYTES
        && let Some((place, taken)) = left.pop()
    {
        sum -= taken.bytes;
        ending.push(place);
    }
    ending
}

/// Which box makes room for one more: the one that nobody has needed for the longest. `None` if all are at work.
pub fn makes_room(boxes: &[Taken]) -> Option<usize> {
    let idle = boxes.iter().enumerate().filter(|(_, taken)| !taken.awaited);
    idle.min_by(|a, b| a.1.needed.total_cmp(&b.1.needed))
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mib: u64, awaited: bool) -> Taken {
        Taken {
            bytes: mib * MIB,
            awaited,
            needed: 0.0,
        }
    }

    #[test]
    fn boxes_within_their_shares_stay() {
        assert_eq!(over(&[]), [] as [usize; 0]);
        assert_eq!(
            over(&[taken(512, true), taken(500, true), taken(12, false)]),
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_box_that_takes_more_than_its_share_ends_alone() {
        assert_eq!(
            over(&[taken(30, true), taken(513, true), taken(30, false)]),
            [1]
        );
    }

    #[test]
    fn together_too_large_those_at_rest_end_first_and_then_the_largest() {
        let boxes = [
            taken(500, true),
            taken(40, true),
            taken(300, false),
            taken(150, false),
            taken(300, true),
        ];
        assert_eq!(over(&boxes), [2]);
        let boxes = [
            taken(500, true),
            taken(40, true),
            taken(30, false),
            taken(510, true),
        ];
        assert_eq!(over(&boxes), [2, 3]);
    }

    #[test]
    fn the_small_box_of_another_site_outlives_any_number_of_large_ones() {
        let mut boxes = vec![taken(20, true)];
        boxes.resize(BOXES, taken(512, true));
        let ending = over(&boxes);
        assert_eq!(ending.len(), BOXES - 2);
        assert!(!ending.contains(&0));
    }

    #[test]
    fn the_one_not_needed_for_the_longest_makes_room() {
        let at = |needed: f64, awaited| Taken {
            needed,
            ..taken(1, awaited)
        };
        assert_eq!(
            makes_room(&[at(3.0, false), at(1.0, true), at(2.0, false)]),
            Some(2)
        );
        assert_eq!(makes_room(&[at(3.0, true)]), None);
    }
}
