//! Checks an exported ledger from the first line to the last.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;

use crate::checkpoint::Checkpoint;
use crate::error::VerifyError;
use crate::file::{Header, Line, Lines};
use crate::hash::{Hash, sha256};
use crate::merkle::leaf_hash;
use crate::note::VerifierKey;
use crate::record::{Head, Record};

/// How often progress is told, in entries.
const STEP: u64 = 1 << 16;

/// More different rules than this are no ledger of ours; the limit bounds memory.
const MAX_RULES: usize = 1000;

/// What the auditor knows from elsewhere. Without a key the file can only be checked against itself; without an earlier
/// checkpoint nobody can see that the newest entries were cut off.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// The verifier key, from a place that does not come with the file.
    pub key: Option<VerifierKey>,
    /// A signed checkpoint that was kept earlier.
    pub checkpoint: Option<String>,
}

/// What a good ledger holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Number of entries, erased ones included.
    pub entries: u64,
    /// Number of entries of which only the record is left.
    pub erased: u64,
    /// The same by the rule that erased them.
    pub erased_by: BTreeMap<String, u64>,
    /// Number of checkpoints.
    pub checkpoints: u64,
    /// Time of the first entry that is not erased, Unix microseconds.
    pub first_at: Option<i64>,
    /// Time of the last entry that is not erased, Unix microseconds.
    pub last_at: Option<i64>,
    /// Merkle root over all records.
    pub root: Hash,
    /// The key that signed.
    pub key: VerifierKey,
    /// Entries after the last checkpoint: chained, but signed by nobody yet.
    pub unsigned_tail: u64,
}

/// Checks everything: each entry against its record, each record against the one before it, each checkpoint's signature
/// and root, and what is expected. `progress` is told the number of entries every 65,536 entries.
///
/// Memory is bounded by the longest line ([`crate::MAX_LINE`]).
///
/// # Errors
/// The first thing that is wrong; see [`VerifyError`].
pub fn verify(
    reader: impl BufRead,
    expect: &Expect,
    mut progress: impl FnMut(u64),
) -> Result<Report, VerifyError> {
    let mut lines = Lines::new(reader);
    let mut line = Vec::new();
    if !lines.read(&mut line, 0)? {
        return Err(VerifyError::Malformed { line: 1, what: "the file is empty" });
    }
    let header = Header::read(&line)
        .ok_or(VerifyError::Malformed { line: 1, what: "this is no header of a ledger" })?;
    let mut walk = Walk::new(&header, expect)?;
    walk.check_kept(lines.number())?;
    while lines.read(&mut line, walk.head.size())? {
        let (number, before) = (lines.number(), walk.head.size());
        let step = match Line::read(&line) {
            None => Err(VerifyError::Malformed { line: number, what: "this is no line of a ledger" }),
            Some(Line::Entry { record, bytes, entry }) => {
                if let Some(error) = walk.out_of_place(&mut lines, record.seq) {
                    return Err(error);
                }
                walk.entry(number, &record, bytes, entry)
            }
            Some(Line::Erased { record, bytes, rule }) => {
                if let Some(error) = walk.out_of_place(&mut lines, record.seq) {
                    return Err(error);
                }
                walk.erased(number, &record, bytes, rule)
            }
            Some(Line::Checkpoint(note)) => {
                let checkpoint = walk.open(number, &note)?;
                if checkpoint.size > walk.head.size() {
                    return Err(ahead(&mut lines, walk.head.size(), checkpoint.size));
                }
                walk.checkpoint(number, &checkpoint)
            }
        };
        step?;
        if walk.head.size() > before && walk.head.size().is_multiple_of(STEP) {
            progress(walk.head.size());
        }
    }
    walk.finish(&header, lines.number())
}

struct Walk {
    head: Head,
    key: VerifierKey,
    kept: Option<Checkpoint>,
    /// Size of the last checkpoint.
    signed: Option<u64>,
    checkpoints: u64,
    erased_by: BTreeMap<String, u64>,
    first_at: Option<i64>,
    /// The last entry seen; its time is read at the end only.
    last: Vec<u8>,
}

#[derive(Deserialize)]
struct Timed {
    at: i64,
}

impl Walk {
    fn new(header: &Header, expect: &Expect) -> Result<Self, VerifyError> {
        let key: VerifierKey = header
            .key
            .parse()
            .map_err(|_| VerifyError::Malformed { line: 1, what: "the header has no valid key" })?;
        if key.name() != header.origin {
            return Err(VerifyError::Malformed { line: 1, what: "the key is not that of the origin" });
        }
        if expect.key.as_ref().is_some_and(|expected| *expected != key) {
            return Err(VerifyError::Key);
        }
        let kept = expect.checkpoint.as_deref().map(|note| Checkpoint::open(note, &key));
        Ok(Self {
            head: Head::default(),
            kept: kept.transpose().map_err(VerifyError::Kept)?,
            key,
            signed: None,
            checkpoints: 0,
            erased_by: BTreeMap::new(),
            first_at: None,
            last: Vec::new(),
        })
    }

    /// The error when the record that comes is not the next one.
    fn out_of_place(&self, lines: &mut Lines<impl BufRead>, seq: u64) -> Option<VerifyError> {
        let next = self.head.size();
        match seq.cmp(&next) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => Some(VerifyError::Duplicated { seq, line: lines.number() }),
            std::cmp::Ordering::Greater => Some(gap(lines, next, seq)),
        }
    }

    fn entry(&mut self, line: u64, record: &Record, bytes: &[u8], entry: &[u8]) -> Result<(), VerifyError> {
        if sha256(entry) != record.digest {
            return Err(VerifyError::Changed { seq: record.seq, line });
        }
        self.follow(line, record, bytes)?;
        if self.first_at.is_none() {
            self.first_at = Some(time_of(entry, line)?);
        }
        self.last.clear();
        self.last.extend_from_slice(entry);
        Ok(())
    }

    fn erased(&mut self, line: u64, record: &Record, bytes: &[u8], rule: &str) -> Result<(), VerifyError> {
        self.follow(line, record, bytes)?;
        if let Some(count) = self.erased_by.get_mut(rule) {
            *count += 1;
        } else if self.erased_by.len() < MAX_RULES {
            self.erased_by.insert(rule.to_owned(), 1);
        } else {
            return Err(VerifyError::Malformed { line, what: "too many different rules of erasure" });
        }
        Ok(())
    }

    fn follow(&mut self, line: u64, record: &Record, bytes: &[u8]) -> Result<(), VerifyError> {
        if record.prev != *self.head.last() {
            return Err(VerifyError::Chain { seq: record.seq, line });
        }
        self.head.follow(leaf_hash(bytes));
        self.check_kept(line)
    }

    fn check_kept(&self, line: u64) -> Result<(), VerifyError> {
        match &self.kept {
            Some(kept) if kept.size == self.head.size() && kept.root != self.head.root() => {
                Err(VerifyError::Spliced { size: kept.size, line })
            }
            _ => Ok(()),
        }
    }

    fn open(&self, line: u64, note: &str) -> Result<Checkpoint, VerifyError> {
        Checkpoint::open(note, &self.key).map_err(|reason| VerifyError::Signature { line, reason })
    }

    fn checkpoint(&mut self, line: u64, checkpoint: &Checkpoint) -> Result<(), VerifyError> {
        let size = checkpoint.size;
        if size < self.head.size() || self.signed == Some(size) {
            return Err(VerifyError::CheckpointMoved { size, line });
        }
        if checkpoint.root != self.head.root() {
            return Err(VerifyError::Replaced { from: self.signed.unwrap_or(0), size, line });
        }
        self.signed = Some(size);
        self.checkpoints += 1;
        Ok(())
    }

    fn finish(self, header: &Header, line: u64) -> Result<Report, VerifyError> {
        let entries = self.head.size();
        let signed = self.signed.unwrap_or(0);
        if let Some(size) = header.size {
            if entries < size {
                return Err(VerifyError::Truncated { present: entries, signed: size, line });
            }
            if entries > size {
                return Err(VerifyError::Malformed {
                    line: 1,
                    what: "there are more entries than the header says",
                });
            }
        }
        if let Some(said) = header.checkpoints {
            if self.checkpoints > said {
                let what = "there are more checkpoints than the header says";
                return Err(VerifyError::Malformed { line: 1, what });
            }
            if self.checkpoints < said || signed < entries {
                let present = self.checkpoints;
                return Err(VerifyError::CheckpointDropped { said, present, from: signed });
            }
        }
        if let Some(kept) = self.kept.filter(|kept| kept.size > entries) {
            return Err(VerifyError::RolledBack { present: entries, kept: kept.size });
        }
        Ok(Report {
            entries,
            erased: self.erased_by.values().sum(),
            erased_by: self.erased_by,
            checkpoints: self.checkpoints,
            first_at: self.first_at,
            last_at: if self.last.is_empty() { None } else { Some(time_of(&self.last, line)?) },
            root: self.head.root(),
            key: self.key,
            unsigned_tail: entries - signed,
        })
    }
}

fn time_of(entry: &[u8], line: u64) -> Result<i64, VerifyError> {
    let timed: Timed = serde_json::from_slice(entry)
        .map_err(|_| VerifyError::Malformed { line, what: "the entry is no JSON object with a time" })?;
    Ok(timed.at)
}

/// Record `next` stands where `missing` should: looks through the rest of the file whether it comes later.
fn gap(lines: &mut Lines<impl BufRead>, missing: u64, next: u64) -> VerifyError {
    let line = lines.number();
    match search(lines, missing) {
        Found::At(found) => VerifyError::Reordered { seq: missing, line, found },
        Found::Beyond(_) | Found::Nothing => VerifyError::Dropped { seq: missing, next, line },
    }
}

/// A checkpoint speaks of `signed` entries where only `present` have come: they come later, were dropped, or were cut
/// off.
fn ahead(lines: &mut Lines<impl BufRead>, present: u64, signed: u64) -> VerifyError {
    let line = lines.number();
    match search(lines, present) {
        Found::At(found) => VerifyError::Reordered { seq: present, line, found },
        Found::Beyond(next) => VerifyError::Dropped { seq: present, next, line },
        Found::Nothing => VerifyError::Truncated { present, signed, line },
    }
}

enum Found {
    /// The record stands at this line.
    At(u64),
    /// It does not, but this later record does.
    Beyond(u64),
    /// Neither.
    Nothing,
}

fn search(lines: &mut Lines<impl BufRead>, seq: u64) -> Found {
    let mut line = Vec::new();
    let mut beyond = None;
    // What cannot be read ends the search: the error that led here is told in any case.
    while lines.read(&mut line, seq).unwrap_or(false) {
        if let Some(Line::Entry { record, .. } | Line::Erased { record, .. }) = Line::read(&line) {
            if record.seq == seq {
                return Found::At(lines.number());
            }
            if record.seq > seq {
                beyond = beyond.or(Some(record.seq));
            }
        }
    }
    beyond.map_or(Found::Nothing, Found::Beyond)
}
