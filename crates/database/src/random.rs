//! Random bytes, from whoever has them.

/// A source of random bytes that nobody can foretell: the system's, or `crypto.getRandomValues`.
pub trait Random {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}
