//! Little-endian fields, one after another.

/// What is left of a record. Every `None` means that the record ends too early.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next `length` bytes.
    pub fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// 2 bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// 4 bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// 8 bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The content of the first extra field with this id, if these are extra fields (APPNOTE 4.5).
    pub fn extra(mut self, wanted: u16) -> Option<Self> {
        loop {
            let (id, length) = (self.u16()?, self.u16()?);
            let content = self.bytes(length.into())?;
            if id == wanted {
                return Some(Self(content));
            }
        }
    }
}
