//! What the interpreter takes for the time.
//!
//! A new runtime seeds its hashes with the time, which visitors know. While one is made, the time is a random number
//! instead. (`Math.random` is the prelude's own, `src/prelude/globals.js`.)

use std::cell::Cell;

use crate::platform::Platform;

thread_local! {
    static SEED: Cell<Option<f64>> = const { Cell::new(None) };
}

/// Bits of a seed: as many as an `f64` holds of a whole number.
const SEED_BITS: u32 = 53;

/// The time for `__rquickjs_host_now_us`: `now` in microseconds since 1970, or what stands for it.
pub fn for_interpreter(now: f64) -> f64 {
    SEED.get().unwrap_or(now)
}

/// Does something while the interpreter takes a random number for the time.
pub(crate) fn seeded<T>(platform: &dyn Platform, work: impl FnOnce() -> T) -> T {
    let mut bytes = [0; 8];
    platform.random(&mut bytes);
    // As many bits as are kept fit exactly.
    SEED.set(Some(
        (u64::from_le_bytes(bytes) >> (u64::BITS - SEED_BITS)) as f64,
    ));
    let done = work();
    SEED.set(None);
    done
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Sevens;

    impl Platform for Sevens {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn unix_time(&self) -> Duration {
            Duration::ZERO
        }

        fn random(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_runtime_that_is_made_takes_a_random_number_for_the_time() {
        assert_eq!(for_interpreter(5.0), 5.0);
        let seed = seeded(&Sevens, || for_interpreter(5.0));
        assert!(seed > 5.0 && seed < 2_f64.powi(53));
        assert_eq!(for_interpreter(6.0), 6.0);
    }
}
