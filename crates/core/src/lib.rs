//! The domain of Sluis: policy, verdicts, pseudonyms, keys. Plain types and functions; no IO.

pub mod a4;
pub mod calendar;
pub mod class;
pub mod gate;
mod glyph;
pub mod key;
pub mod mask;
pub mod person;
pub mod policy;
pub mod practice;
pub mod pseudonym;
mod recognise;
pub mod restore;
pub mod session;
pub mod settings;
pub mod sign_in;
mod url_watch;
pub mod verdict;
