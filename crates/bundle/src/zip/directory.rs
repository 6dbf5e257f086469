//! Finds and reads an archive's directory, from its end.

use super::entry::Entry;
use super::field::Fields;
use super::{END, END_64, END_64_LENGTH, END_LENGTH, IN_EXTRA, LOCATOR_64, LOCATOR_LENGTH};
use crate::Source;
use crate::error::{EntryError, Error};
use crate::limits::{MAX_DIRECTORY, MAX_ENTRIES, MAX_TOTAL, is_plausible};
use crate::source::Window;

/// Longest comment after the end record, in bytes: its length has 16 bits.
const MAX_COMMENT: usize = u16::MAX as usize;

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    entries: u64,
    length: u64,
    offset: u64,
    /// Where the record that says so begins: there the directory has to end.
    said_at: u64,
}

/// All entries in the order of the directory: legal names, no shared bytes, plausible sizes. Folders are
/// among them. Whether names collide is not looked at here.
pub async fn read<S: Source>(window: &mut Window<S>) -> Result<Vec<Entry>, Error> {
    let place = find(window).await?;
    if place.entries > MAX_ENTRIES as u64 {
        return Err(Error::TooManyEntries(place.entries));
    }
    if place.length > MAX_DIRECTORY {
        return Err(Error::ListTooLong(place.length));
    }
    if place.offset.checked_add(place.length) != Some(place.said_at) {
        return Err(Error::Damaged("its directory is not where it should be"));
    }
    let length = usize::try_from(place.length).map_err(|_| Error::ListTooLong(place.length))?;
    let mut fields = Fields(window.exact(place.offset, length).await?);
    let mut entries = Vec::new();
    for _ in 0..place.entries {
        entries.push(Entry::read(&mut fields, place.offset)?);
    }
    if !fields.0.is_empty() {
        return Err(Error::Damaged("its directory is longer than its entries"));
    }
    bound(&mut entries)?;
    check_size(&entries)?;
    Ok(entries)
}

async fn find<S: Source>(window: &mut Window<S>) -> Result<Place, Error> {
    let size = window.size();
    let length = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .min(END_LENGTH + MAX_COMMENT + LOCATOR_LENGTH);
    let start = size - length as u64;
    let tail = window.exact(start, length).await?;
    let at = (0..=length.saturating_sub(END_LENGTH))
        .rev()
        .find(|at| is_end(tail.get(*at..).unwrap_or_default()))
        .ok_or(Error::NotZip)?;
    let place = end_record(tail.get(at..).unwrap_or_default(), start + at as u64)?;
    let locator = at
        .checked_sub(LOCATOR_LENGTH)
        .and_then(|before| Fields(tail.get(before..)?).locator());
    match locator {
        None => Ok(place.narrow),
        Some(offset) => {
            let said_at = place.narrow.said_at - LOCATOR_LENGTH as u64;
            wide(window, offset, said_at, place).await
        }
    }
}

/// An end record whose comment reaches exactly to the end of the file.
fn is_end(bytes: &[u8]) -> bool {
    let mut fields = Fields(bytes);
    fields.u32() == Some(END)
        && fields.bytes(END_LENGTH - 6).is_some()
        && fields.u16().map(usize::from) == Some(fields.0.len())
}

/// What the end record says, before the one with 64 bits is looked at.
struct Narrow {
    narrow: Place,
    disk: u16,
}

fn end_record(bytes: &[u8], said_at: u64) -> Result<Narrow, Error> {
    let read = || {
        let mut fields = Fields(bytes);
        fields.u32()?;
        let (disk, first) = (fields.u16()?, fields.u16()?);
        let (here, entries) = (fields.u16()?, fields.u16()?);
        let (length, offset) = (fields.u32()?, fields.u32()?);
        let is_split = disk != first || here != entries || (disk != 0 && disk != u16::MAX);
        let narrow = Place {
            entries: entries.into(),
            length: length.into(),
            offset: offset.into(),
            said_at,
        };
        Some((Narrow { narrow, disk }, is_split))
    };
    match read() {
        None => Err(Error::NotZip),
        Some((_, true)) => Err(Error::Split),
        Some((found, false)) => Ok(found),
    }
}

impl Fields<'_> {
    /// Where the end record with 64 bits is, if this is a locator.
    fn locator(mut self) -> Option<u64> {
        if self.u32()? != LOCATOR_64 {
            return None;
        }
        let _disk = self.u32()?;
        self.u64()
    }
}

/// The end record with 64 bits at `offset`, which has to end at `before`. What the other says is overruled
/// where it says nothing, and must agree else.
async fn wide<S: Source>(
    window: &mut Window<S>,
    offset: u64,
    before: u64,
    Narrow { narrow, disk }: Narrow,
) -> Result<Place, Error> {
    let damaged = Error::Damaged("its end cannot be read");
    let mut fields = Fields(window.exact(offset, END_64_LENGTH).await?);
    let mut read = || {
        if fields.u32()? != END_64 {
            return None;
        }
        let end = offset.checked_add(12)?.checked_add(fields.u64()?)?;
        let _versions = fields.u32()?;
        let disks = (fields.u32()?, fields.u32()?);
        let (here, entries) = (fields.u64()?, fields.u64()?);
        let place = Place {
            entries,
            length: fields.u64()?,
            offset: fields.u64()?,
            said_at: offset,
        };
        (end == before && here == entries && disks == (0, 0)).then_some(place)
    };
    let place = read().ok_or(damaged.clone())?;
    let agree = |narrow: u64, most: u64, wide: u64| narrow == most || narrow == wide;
    let agreed = agree(disk.into(), u16::MAX.into(), 0)
        && agree(narrow.entries, u16::MAX.into(), place.entries)
        && agree(narrow.length, IN_EXTRA.into(), place.length)
        && agree(narrow.offset, IN_EXTRA.into(), place.offset);
    if agreed { Ok(place) } else { Err(damaged) }
}

/// Gives every entry its end, and refuses those that share bytes.
fn bound(entries: &mut [Entry]) -> Result<(), Error> {
    let mut by_offset: Vec<&mut Entry> = entries.iter_mut().collect();
    by_offset.sort_by_key(|entry| entry.offset);
    let mut end = None;
    for entry in by_offset.into_iter().rev() {
        entry.end = end.unwrap_or(entry.end);
        if entry.least_end().is_none_or(|least| least > entry.end) {
            return Err(EntryError::Overlap.of(&entry.name));
        }
        end = Some(entry.offset);
    }
    Ok(())
}

/// Refuses what is too much, and what looks like a bomb.
fn check_size(entries: &[Entry]) -> Result<(), Error> {
    let sum = |of: fn(&Entry) -> u64| entries.iter().map(of).fold(0, u64::saturating_add);
    let (size, packed) = (sum(|entry| entry.size), sum(|entry| entry.packed));
    if !is_plausible(packed, size) {
        let worst = entries
            .iter()
            .max_by_key(|entry| entry.size / entry.packed.max(1));
        let name = worst.map(|entry| entry.name.as_str()).unwrap_or_default();
        return Err(EntryError::Bomb.of(name));
    }
    if size > MAX_TOTAL {
        return Err(Error::TooLarge(size));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Future, ready};

    use futures::executor::block_on;

    use super::*;
    use crate::zip::Method;
    use crate::zip::content::Content;
    use crate::zip::records::{self, After, Before};

    /// A file of zeros with some bytes in it, larger than any memory.
    struct Sparse {
        size: u64,
        parts: Vec<(u64, Vec<u8>)>,
    }

    impl Source for Sparse {
        type Error = Infallible;

        fn size(&self) -> u64 {
            self.size
        }

        fn read(
            &self,
            offset: u64,
            length: usize,
        ) -> impl Future<Output = Result<Vec<u8>, Infallible>> {
            let byte = |at: u64| {
                let within = |(start, part): &(u64, Vec<u8>)| {
                    part.get(usize::try_from(at.checked_sub(*start)?).ok()?)
                        .copied()
                };
                self.parts.iter().find_map(within).unwrap_or(0)
            };
            ready(Ok((offset..offset + length as u64).map(byte).collect()))
        }
    }

    #[test]
    fn what_needs_64_bits_is_read_as_it_was_written() {
        const GIB: u64 = 1 << 30;
        let stored = |name, size, offset| Before {
            name,
            method: Method::Stored,
            size,
            offset,
        };
        let (big, small) = (stored("big", 5 * GIB, 0), stored("small", 2, 6 * GIB));
        let (mut directory, mut parts) = (Vec::new(), Vec::new());
        for (before, crc) in [(&big, 0), (&small, crc32fast::hash(b"\0\0"))] {
            let after = After {
                crc,
                packed: before.size,
            };
            records::central(before, after, &mut directory);
            let mut header = Vec::new();
            records::local(before, &mut header);
            parts.push((before.offset, header));
        }
        let (at, length) = (7 * GIB, directory.len() as u64);
        records::end(2, at, length, &mut directory);
        let size = at + directory.len() as u64;
        parts.push((at, directory));
        let mut window = Window::new(Sparse { size, parts });
        let entries = block_on(read(&mut window)).unwrap();
        let found: Vec<(&str, u64, u64)> = entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.size, entry.offset))
            .collect();
        assert_eq!(found, [("big", 5 * GIB, 0), ("small", 2, 6 * GIB)]);
        let mut first = block_on(Content::open(&mut window, &entries[0])).unwrap();
        let chunk = block_on(first.next(&mut window)).unwrap().unwrap();
        assert!(!chunk.is_empty() && chunk.iter().all(|byte| *byte == 0));
        let mut second = block_on(Content::open(&mut window, &entries[1])).unwrap();
        assert_eq!(block_on(second.next(&mut window)), Ok(Some(&[0, 0][..])));
        assert_eq!(block_on(second.next(&mut window)), Ok(None));
    }
}
