//! Files in, their texts out, and the same files back with other words in them.
//!
//! [`read`] says what kind of file some bytes are and gives every text in them with its place: cells under their
//! column's name, comments, headers, deleted text, properties. [`Document::rewrite`] puts other words in place of some of
//! them and leaves the rest as it was. What cannot be read is refused with a reason, never passed over in silence.

mod budget;
mod cell;
mod charset;
mod document;
mod html;
mod json;
mod leftover;
mod mail;
mod office;
mod package;
mod paragraph;
mod pdf;
mod read;
mod rewrite;
mod rtf;
mod sheet;
mod sniff;
mod table;
mod text;
mod workbook;
mod worksheet;
mod xml;

pub use budget::{
    MAX_CELLS, MAX_DEPTH, MAX_INPUT, MAX_PARTS, MAX_RATIO, MAX_SEGMENTS, MAX_UNPACKED, MAX_XML_DEPTH,
};
pub use document::{At, Document, Edit, Format, Hidden, Place, Segment, Unread, Unreadable};
pub use leftover::holds;
pub use read::{Pictures, read};
pub use rewrite::Unwritable;
