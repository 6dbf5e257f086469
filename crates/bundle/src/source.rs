//! Where an archive's bytes come from, and a window over them.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, ready};

use crate::Error;
use crate::limits::READ_AHEAD;

/// Bytes of a known length, read anywhere: a Blob in the browser, a file, memory.
pub trait Source {
    /// What can go wrong. Its text is shown to the owner, so it is a few plain words.
    type Error: Display;

    /// How many bytes there are. It does not change.
    fn size(&self) -> u64;

    /// The `length` bytes from `offset` on, all of them. Never asked for more than there are, and for at most
    /// [`crate::limits::MAX_DIRECTORY`] at once.
    fn read(
        &self,
        offset: u64,
        length: usize,
    ) -> impl Future<Output = Result<Vec<u8>, Self::Error>>;
}

/// An archive in memory.
impl Source for Vec<u8> {
    type Error = Infallible;

    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(
        &self,
        offset: u64,
        length: usize,
    ) -> impl Future<Output = Result<Vec<u8>, Infallible>> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.get(offset..offset.checked_add(length)?));
        ready(Ok(bytes.unwrap_or_default().to_vec()))
    }
}

/// A source with the last [`READ_AHEAD`] bytes at hand, so that many small files cost few reads.
#[derive(Debug)]
pub(crate) struct Window<S> {
    source: S,
    start: u64,
    bytes: Vec<u8>,
}

impl<S: Source> Window<S> {
    pub fn new(source: S) -> Self {
        Self {
            source,
            start: 0,
            bytes: Vec::new(),
        }
    }

    pub fn size(&self) -> u64 {
        self.source.size()
    }

    /// Exactly these bytes.
    pub async fn exact(&mut self, offset: u64, length: usize) -> Result<&[u8], Error> {
        let past = Error::Damaged("a record reaches past the end");
        let end = offset.checked_add(length as u64).ok_or(past.clone())?;
        if end > self.size() {
            return Err(past);
        }
        if self.held(offset).len() < length {
            self.fill(offset, length.max(READ_AHEAD)).await?;
        }
        self.held(offset).get(..length).ok_or(past)
    }

    /// Some of the bytes from `offset` to `end`, at least one if there is one.
    pub async fn some(&mut self, offset: u64, end: u64) -> Result<&[u8], Error> {
        let end = end.min(self.size());
        if offset >= end {
            return Ok(&[]);
        }
        if self.held(offset).is_empty() {
            self.fill(offset, READ_AHEAD).await?;
        }
        let held = self.held(offset);
        let wanted = usize::try_from(end - offset).unwrap_or(usize::MAX);
        Ok(held.get(..wanted).unwrap_or(held))
    }

    /// What is at hand from `offset` on.
    fn held(&self, offset: u64) -> &[u8] {
        let inside = offset.checked_sub(self.start);
        inside
            .and_then(|inside| self.bytes.get(usize::try_from(inside).ok()?..))
            .unwrap_or_default()
    }

    /// Has at least the wanted bytes from `offset` on at hand, or all that there are. What is at hand already is not read
    /// again: whoever reads on reads without gaps.
    async fn fill(&mut self, offset: u64, wanted: usize) -> Result<(), Error> {
        let kept = self.held(offset).to_vec();
        // Before the next bytes come, so that both are never held at once.
        self.bytes = Vec::new();
        self.start = offset;
        let from = offset + kept.len() as u64;
        let left = usize::try_from(self.size() - from).unwrap_or(usize::MAX);
        let length = wanted.min(left);
        let read = self.source.read(from, length).await;
        let read = read.map_err(|error| Error::Source(error.to_string()))?;
        if read.len() != length {
            return Err(Error::Source("it became shorter meanwhile".to_owned()));
        }
        self.bytes = match kept.is_empty() {
            true => read,
            false => [kept, read].concat(),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::executor::block_on;

    use super::*;

    /// Zeros, and which of them were read.
    struct Noted(u64, RefCell<Vec<(u64, usize)>>);

    impl Source for Noted {
        type Error = Infallible;

        fn size(&self) -> u64 {
            self.0
        }

        async fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Infallible> {
            self.1.borrow_mut().push((offset, length));
            Ok(vec![0; length])
        }
    }

    #[test]
    fn who_reads_on_reads_every_byte_once() {
        let size = READ_AHEAD as u64 * 5 / 2;
        let mut window = Window::new(Noted(size, RefCell::default()));
        let mut at = 0;
        while at < size {
            // A header, which may lie across the window's end, and some of what follows it.
            let header = 30.min(size - at);
            let found = block_on(window.exact(at, header as usize)).unwrap();
            assert_eq!(found.len() as u64, header);
            at += header;
            let some = block_on(window.some(at, at + 99_991)).unwrap();
            at += some.len() as u64;
        }
        let mut end = 0;
        for (offset, length) in window.source.1.borrow().iter() {
            assert_eq!(*offset, end);
            end += *length as u64;
        }
        assert_eq!(end, size);
    }
}
