//! The exported file: lines of JSON, each in one exact form.
//!
//! ```text
//! {"sluis_ledger":1,"origin":"…","key":"<verifier key>","size":N,"checkpoints":M}
//! {"record":{"seq":0,"prev":"…","digest":"…"},"entry":{…}}
//! {"record":{"seq":1,"prev":"…","digest":"…"},"erased":"retention"}
//! {"checkpoint":"<signed note>"}
//! ```
//!
//! The bytes of `record` and `entry` are the ones that were hashed. `size` and `checkpoints` say what the file holds;
//! they let a file that broke off be recognised. They may be missing where the end is not known.

use std::io::{self, BufRead, Read as _, Write};

use serde::{Deserialize, Serialize};

use crate::error::VerifyError;
use crate::record::Record;

/// Longest line in bytes, with its line feed.
pub const MAX_LINE: usize = 1024 * 1024;

/// Longest name of the rule by which an entry was erased.
const MAX_RULE: usize = 64;

/// First line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the format: 1.
    #[serde(rename = "sluis_ledger")]
    pub version: u32,
    /// Name of the ledger, as in its checkpoints.
    pub origin: String,
    /// Verifier key of its checkpoints, as [`crate::VerifierKey`] writes it.
    pub key: String,
    /// How many entries the file holds, erased ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How many checkpoints the file holds; the last is over all entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<u64>,
}

/// One line after the header.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    Entry { record: Record, bytes: &'a [u8], entry: &'a [u8] },
    Erased { record: Record, bytes: &'a [u8], rule: &'a str },
    Checkpoint(String),
}

/// Whether a name may stand for the rule of an erasure: 1 to 64 of `a-z`, `0-9`, `_`, `-` and `.`.
#[must_use]
pub fn is_rule_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    !name.is_empty() && name.len() <= MAX_RULE && name.bytes().all(fits)
}

/// Writes the header line.
///
/// # Errors
/// Those of the writer.
pub fn write_header(out: &mut impl Write, header: &Header) -> io::Result<()> {
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")
}

/// Writes the line of a record with its entry, given by the exact bytes that were hashed.
///
/// # Errors
/// Those of the writer.
pub fn write_entry(out: &mut impl Write, record: &Record, entry: &[u8]) -> io::Result<()> {
    out.write_all(b"{\"record\":")?;
    out.write_all(&record.line())?;
    out.write_all(b",\"entry\":")?;
    out.write_all(entry)?;
    out.write_all(b"}\n")
}

/// Writes the line of a record whose entry was erased by this rule.
///
/// # Errors
/// Those of the writer; `InvalidInput` if [`is_rule_name`] does not hold.
pub fn write_erased(out: &mut impl Write, record: &Record, rule: &str) -> io::Result<()> {
    if !is_rule_name(rule) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    out.write_all(b"{\"record\":")?;
    out.write_all(&record.line())?;
    writeln!(out, ",\"erased\":\"{rule}\"}}")
}

/// Writes the line of a checkpoint, given as signed note.
///
/// # Errors
/// Those of the writer.
pub fn write_checkpoint(out: &mut impl Write, note: &str) -> io::Result<()> {
    out.write_all(b"{\"checkpoint\":")?;
    serde_json::to_writer(&mut *out, note)?;
    out.write_all(b"}\n")
}

impl Header {
    /// Reads the header line (without line feed) in the one form [`write_header`] gives it.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        let header: Self = serde_json::from_slice(line).ok()?;
        let same = serde_json::to_vec(&header).is_ok_and(|bytes| bytes == line);
        (same && header.version == 1).then_some(header)
    }
}

impl<'a> Line<'a> {
    /// Reads a line (without line feed) by slicing; the entry itself is not parsed.
    pub(crate) fn read(line: &'a [u8]) -> Option<Self> {
        let body = line.strip_suffix(b"}")?;
        if let Some(note) = body.strip_prefix(b"{\"checkpoint\":") {
            return serde_json::from_slice(note).ok().map(Self::Checkpoint);
        }
        let (record, bytes, rest) = Record::split(body.strip_prefix(b"{\"record\":")?)?;
        if let Some(entry) = rest.strip_prefix(b",\"entry\":") {
            return Some(Self::Entry { record, bytes, entry });
        }
        let rule = rest.strip_prefix(b",\"erased\":\"")?.strip_suffix(b"\"")?;
        let rule = std::str::from_utf8(rule).ok().filter(|rule| is_rule_name(rule))?;
        Some(Self::Erased { record, bytes, rule })
    }
}

/// Lines of a file, each at most [`MAX_LINE`] bytes.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// Number of the line that was read last, counted from one.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Reads the next line into `line`, without its line feed. `false` at the end of the file. `present`, the number of
    /// entries before it, is for the report of an incomplete last line.
    pub(crate) fn read(&mut self, line: &mut Vec<u8>, present: u64) -> Result<bool, VerifyError> {
        line.clear();
        let read = (&mut self.reader).take(MAX_LINE as u64).read_until(b'\n', line)?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        if line.pop_if(|byte| *byte == b'\n').is_some() {
            Ok(true)
        } else if read == MAX_LINE {
            Err(VerifyError::Malformed { line: self.number, what: "the line is longer than 1 MiB" })
        } else {
            Err(VerifyError::Truncated { present, signed: present + 1, line: self.number })
        }
    }
}
