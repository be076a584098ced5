//! The domain of Sluis: policy, verdicts, pseudonyms, keys. Plain types and functions; no IO.

pub mod a4;
pub mod calendar;
pub mod choice;
pub mod class;
pub mod client;
pub mod gate;
mod glyph;
pub mod intake;
pub mod key;
pub mod law;
pub mod mask;
pub mod measure;
pub mod person;
pub mod policy;
pub mod practice;
pub mod pseudonym;
pub mod question;
mod recognise;
pub mod report;
pub mod restore;
pub mod session;
pub mod settings;
pub mod sign_in;
mod url_watch;
pub mod verdict;
