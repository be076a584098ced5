//! What can be wrong with an exported ledger.

use std::io;

use crate::note::NoteError;

/// The first thing that is wrong with an exported ledger. `seq` is the sequence number of an entry, counted from zero;
/// `line` the line of the file, counted from one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line does not have the form of an exported ledger.
    #[error("line {line}: {what}")]
    Malformed {
        /// Line of the file.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The entry is not what was recorded: its digest differs.
    #[error("entry {seq} (line {line}) was changed after it was recorded")]
    Changed {
        /// Which entry.
        seq: u64,
        /// Line of the file.
        line: u64,
    },
    /// The record does not follow from the one before it: one of the two was changed, or history was replaced here.
    #[error(
        "record {seq} (line {line}) does not follow from the record before it: one of the two was changed or replaced"
    )]
    Chain {
        /// Which record has the wrong link.
        seq: u64,
        /// Line of the file.
        line: u64,
    },
    /// Entries are missing in the middle.
    #[error("entries {seq} to {until} are missing before line {line}", until = next - 1)]
    Dropped {
        /// The first that is missing.
        seq: u64,
        /// The next that is there.
        next: u64,
        /// Line where the gap shows.
        line: u64,
    },
    /// An entry stands at a later place than its own.
    #[error("entry {seq} belongs at line {line} but stands at line {found}")]
    Reordered {
        /// Which entry.
        seq: u64,
        /// Line where it belongs.
        line: u64,
        /// Line where it stands.
        found: u64,
    },
    /// An entry stands in the file twice.
    #[error("entry {seq} is there a second time at line {line}")]
    Duplicated {
        /// Which entry.
        seq: u64,
        /// Line of the second.
        line: u64,
    },
    /// A checkpoint stands twice, or behind a later one.
    #[error("the checkpoint at line {line} over {size} entries is not at its place")]
    CheckpointMoved {
        /// How many entries it is over.
        size: u64,
        /// Line of the file.
        line: u64,
    },
    /// Checkpoints that the header counts are not there; the last one must be over all entries.
    #[error("of {said} checkpoints {present} are there, and entries from {from} on are signed by none")]
    CheckpointDropped {
        /// How many the header counts.
        said: u64,
        /// How many there are.
        present: u64,
        /// First entry after the last checkpoint.
        from: u64,
    },
    /// The end is missing: a checkpoint or the header speaks of more entries, or the last line is not complete.
    #[error("the ledger breaks off after {present} entries (line {line}); {signed} were promised")]
    Truncated {
        /// Entries that are there.
        present: u64,
        /// Entries that a checkpoint or the header speaks of.
        signed: u64,
        /// Last line of the file.
        line: u64,
    },
    /// The records are not the ones that were signed.
    #[error("the records from {from} to {until} are not those that the checkpoint at line {line} signed", until = size - 1)]
    Replaced {
        /// The first that can be wrong: up to here an earlier checkpoint holds.
        from: u64,
        /// How many entries the checkpoint is over.
        size: u64,
        /// Line of the checkpoint.
        line: u64,
    },
    /// The records are not those of the checkpoint that was kept elsewhere: history was spliced.
    #[error("the first {size} records are not those of the checkpoint that was kept elsewhere")]
    Spliced {
        /// How many entries the kept checkpoint is over.
        size: u64,
        /// Line of the last of them.
        line: u64,
    },
    /// The checkpoint that was kept elsewhere is over more entries than there are: the ledger was rolled back.
    #[error(
        "the ledger has {present} entries but a checkpoint kept elsewhere is over {kept}: it was rolled back"
    )]
    RolledBack {
        /// Entries that are there.
        present: u64,
        /// Entries in the kept checkpoint.
        kept: u64,
    },
    /// A checkpoint's signature is not good.
    #[error("the checkpoint at line {line} is not valid: {reason}")]
    Signature {
        /// Line of the file.
        line: u64,
        /// Why.
        reason: NoteError,
    },
    /// The file names another key than the expected one.
    #[error("the ledger is signed with another key than the expected one")]
    Key,
    /// The checkpoint that was kept elsewhere is not valid under the key of this ledger.
    #[error("the checkpoint that was kept elsewhere is not of this ledger: {0}")]
    Kept(NoteError),
}

impl VerifyError {
    /// Sequence number of the entry in question, where one can be named.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Changed { seq, .. }
            | Self::Chain { seq, .. }
            | Self::Dropped { seq, .. }
            | Self::Reordered { seq, .. }
            | Self::Duplicated { seq, .. } => Some(*seq),
            Self::Truncated { present, .. } | Self::RolledBack { present, .. } => Some(*present),
            Self::Replaced { from, .. } | Self::CheckpointDropped { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// Line of the file where it shows, counted from one.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Malformed { line, .. }
            | Self::Changed { line, .. }
            | Self::Chain { line, .. }
            | Self::Dropped { line, .. }
            | Self::Reordered { line, .. }
            | Self::Duplicated { line, .. }
            | Self::CheckpointMoved { line, .. }
            | Self::Truncated { line, .. }
            | Self::Replaced { line, .. }
            | Self::Spliced { line, .. }
            | Self::Signature { line, .. } => Some(*line),
            _ => None,
        }
    }
}
