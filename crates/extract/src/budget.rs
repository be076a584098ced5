//! What one file may cost. A file is somebody else's: it may be made to cost more than it looks.

use crate::document::Unreadable;

/// The largest file that is read, in bytes.
pub const MAX_INPUT: usize = 64 << 20;
/// The most that all parts of one file may unpack to, in bytes.
pub const MAX_UNPACKED: u64 = 256 << 20;
/// How many times larger a part may become by unpacking; small parts may be more.
pub const MAX_RATIO: u64 = 200;
/// How deep files may lie in files.
pub const MAX_DEPTH: usize = 4;
/// The most parts in a file, those of files inside it included.
pub const MAX_PARTS: usize = 10_000;
/// The most cells of tables.
pub const MAX_CELLS: usize = 5_000_000;
/// The most texts that are not cells.
pub const MAX_SEGMENTS: usize = 2_000_000;
/// How deep elements may lie in elements.
pub const MAX_XML_DEPTH: usize = 256;

/// Parts below this many bytes may unpack to any size up to it: a line of spaces packs very well.
const SMALL: u64 = 1 << 20;

/// How often the clock is asked: once in so many steps.
const STEPS: u32 = 512;

/// What is left of all that.
pub(crate) struct Budget<'a> {
    unpacked: u64,
    parts: usize,
    cells: usize,
    segments: usize,
    steps: u32,
    expired: &'a dyn Fn() -> bool,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(expired: &'a dyn Fn() -> bool) -> Self {
        Self { unpacked: 0, parts: 0, cells: 0, segments: 0, steps: 0, expired }
    }

    /// How many bytes a part may unpack to that takes so many now.
    pub(crate) fn room(&self, packed: u64) -> u64 {
        (MAX_UNPACKED - self.unpacked).min(packed.saturating_mul(MAX_RATIO).max(SMALL))
    }

    /// So many bytes were unpacked.
    pub(crate) fn unpacked(&mut self, bytes: u64) -> Result<(), Unreadable> {
        self.unpacked = self.unpacked.saturating_add(bytes);
        if self.unpacked > MAX_UNPACKED { Err(Unreadable::TooLarge) } else { self.time() }
    }

    pub(crate) fn part(&mut self) -> Result<(), Unreadable> {
        self.parts += 1;
        if self.parts > MAX_PARTS { Err(Unreadable::TooMany) } else { self.time() }
    }

    pub(crate) fn segment(&mut self, is_cell: bool) -> Result<(), Unreadable> {
        let (count, most) =
            if is_cell { (&mut self.cells, MAX_CELLS) } else { (&mut self.segments, MAX_SEGMENTS) };
        *count += 1;
        if *count > most { Err(Unreadable::TooMany) } else { self.step() }
    }

    /// One of many small steps: now and then the clock is asked.
    pub(crate) fn step(&mut self) -> Result<(), Unreadable> {
        self.steps = (self.steps + 1) % STEPS;
        if self.steps == 0 { self.time() } else { Ok(()) }
    }

    /// Asks the clock.
    pub(crate) fn time(&self) -> Result<(), Unreadable> {
        if (self.expired)() { Err(Unreadable::TooSlow) } else { Ok(()) }
    }
}
