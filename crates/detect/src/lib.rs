//! Text in, findings out: personal data in prompts and documents, Dutch and Belgian first.
//!
//! Detection is total: any text gives findings, nothing panics, and the time grows with the length of the text. There is no IO, no clock and no
//! randomness, and a finding never holds the text it stands for.
//!
//! How it works: the text is *folded* for matching (digits of every script, one space, one dash, nothing invisible), cut into *tokens* that
//! know what the word lists say of them, and its *fields* are marked (labels, columns, JSON keys). Then *layers* propose candidates: numbers with
//! their check digits, addresses, credentials, names. A *memory* seeks found names in the whole document, and the *merge* decides.

mod account;
mod address;
mod bsn;
mod card;
mod confidential;
mod credential;
mod cue;
mod date;
mod detector;
mod digits;
mod document;
mod doubt;
mod draft;
mod entity;
mod field;
mod fold;
mod iban;
mod kind;
mod lexicon;
mod lowercase;
mod mail;
mod memory;
mod merge;
mod name;
mod national;
mod network;
mod normalise;
mod offset;
mod organisation;
mod page;
mod person;
mod phone;
#[doc(hidden)]
pub mod pieces;
mod plate;
mod practice;
mod reason;
mod reference;
mod special;
mod street;
#[doc(hidden)]
pub mod tagger;
mod town;
mod veto;
mod weigh;

pub use detector::Detector;
pub use entity::{Identity, identities};
pub use kind::{Finding, Kind, Profile, Segment};
pub use normalise::normalise;
pub use offset::char_offsets;
pub use practice::{Practice, practices};
pub use reason::{Reason, reason};
