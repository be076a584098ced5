//! The evidence format of Sluis: what happened, when and under which rule, without any content.
//!
//! This crate stands alone so that an auditor needs to read nothing else. It does no IO of its own beyond the
//! readers and writers it is given, and takes no clock and no randomness: identifiers, times and salts come in.
//!
//! How the parts hold each other:
//!
//! 1. An [`Entry`] is one JSON object. Its SHA-256 over the exact bytes is the *digest*.
//! 2. A [`Record`] carries a sequence number, the digest, and the leaf hash of the record before it. Changing,
//!    dropping or inserting one breaks the link that follows.
//! 3. All records are the leaves of one Merkle tree as in RFC 6962 ([`Frontier`]), so a single root stands for all.
//! 4. A [`Checkpoint`] names the size and the root in the form of C2SP `tlog-checkpoint` and is signed with Ed25519 as
//!    a C2SP `signed-note`. Any tool that knows these two formats can check it.
//! 5. [`verify`] reads an exported file line by line, in bounded memory, and says which entry is wrong and how.
//!
//! An entry may be erased when its time is over: the record stays, the entry goes, and the file says by which rule.

mod checkpoint;
mod entry;
mod error;
mod file;
mod hash;
mod merkle;
mod note;
mod proof;
mod record;
mod verify;

pub use checkpoint::Checkpoint;
pub use entry::{Entry, EntryError, Event, MAX_ENTRY};
pub use error::VerifyError;
pub use file::{Header, MAX_LINE, is_rule_name, write_checkpoint, write_entry, write_erased, write_header};
pub use hash::{Hash, ZERO, from_hex, hex, sha256};
pub use merkle::{Frontier, leaf_hash};
pub use note::{NoteError, Signer, VerifierKey};
pub use proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use record::{Head, Record};
pub use verify::{Expect, Report, verify};
