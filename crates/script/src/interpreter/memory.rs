//! The memory of a runtime, which is also where its time is looked at.
//!
//! The interpreter asks for the time once in ten thousand steps. A step that makes and drops a large buffer takes as
//! long as thousands of others, so a loop of such would hold the thread for many times its limit. Here the time is
//! looked at whenever another mebibyte was given out, and when it is over there is no more memory.

use std::rc::Rc;

use rquickjs::allocator::{Allocator, RustAllocator};

use crate::interpreter::budget::Budget;
use crate::limits::BYTES_BETWEEN_LOOKS;

/// Most bytes at once: beyond every limit, and so far from the end of the numbers that what an allocator adds to it
/// does not go around.
const LARGEST: usize = usize::MAX / 4;

/// Gives a runtime memory for as long as it has time.
pub(crate) struct TimedMemory {
    budget: Rc<Budget>,
    since_look: usize,
}

impl TimedMemory {
    pub fn new(budget: Rc<Budget>) -> Self {
        Self {
            budget,
            since_look: 0,
        }
    }

    /// May the runtime have so many more bytes?
    fn may_have(&mut self, bytes: usize) -> bool {
        if bytes > LARGEST {
            return false;
        }
        self.since_look = self.since_look.saturating_add(bytes);
        if self.since_look < BYTES_BETWEEN_LOOKS {
            return true;
        }
        self.since_look = 0;
        !self.budget.is_over()
    }
}

#[expect(
    unsafe_code,
    reason = "every call is passed on to the library's own allocator, or answered with null, which stands for no memory"
)]
// SAFETY: what is given out and taken back is `RustAllocator`'s own, by its own rules.
unsafe impl Allocator for TimedMemory {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        match self.may_have(size) {
            true => RustAllocator.alloc(size),
            false => std::ptr::null_mut(),
        }
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        match self.may_have(count.saturating_mul(size)) {
            true => RustAllocator.calloc(count, size),
            false => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&mut self, ptr: *mut u8) {
        // SAFETY: it comes from `RustAllocator`.
        unsafe { RustAllocator.dealloc(ptr) }
    }

    unsafe fn realloc(&mut self, ptr: *mut u8, new_size: usize) -> *mut u8 {
        match self.may_have(new_size) {
            // SAFETY: it comes from `RustAllocator`.
            true => unsafe { RustAllocator.realloc(ptr, new_size) },
            false => std::ptr::null_mut(),
        }
    }

    unsafe fn usable_size(ptr: *mut u8) -> usize {
        // SAFETY: it comes from `RustAllocator`.
        unsafe { RustAllocator::usable_size(ptr) }
    }
}
