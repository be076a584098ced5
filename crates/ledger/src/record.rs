//! Records: what is chained and what the Merkle tree is made of.

use crate::hash::{Hash, ZERO, from_hex, push_hex, sha256};
use crate::merkle::{Frontier, leaf_hash};

/// What is chained for one entry. Its line of JSON, exactly as [`Record::line`] writes it, is the leaf of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Sequence number, counted from zero without gaps; the index of the leaf.
    pub seq: u64,
    /// Leaf hash of the record before it; [`ZERO`] for the first.
    pub prev: Hash,
    /// SHA-256 of the entry's exact bytes.
    pub digest: Hash,
}

impl Record {
    /// The line of JSON that is hashed: `{"seq":…,"prev":"…","digest":"…"}`.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(192);
        line.extend_from_slice(b"{\"seq\":");
        line.extend_from_slice(self.seq.to_string().as_bytes());
        line.extend_from_slice(b",\"prev\":\"");
        push_hex(&mut line, &self.prev);
        line.extend_from_slice(b"\",\"digest\":\"");
        push_hex(&mut line, &self.digest);
        line.extend_from_slice(b"\"}");
        line
    }

    /// Leaf hash of the record as in RFC 6962, and what the next record names as its predecessor.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.line())
    }

    /// Reads a record from the start of `text` in the one form [`Record::line`] writes. Gives the record, its own
    /// bytes and what follows.
    pub(crate) fn split(text: &[u8]) -> Option<(Self, &[u8], &[u8])> {
        let rest = text.strip_prefix(b"{\"seq\":")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = rest.split_at(digits);
        let seq = number_of(number)?;
        let (prev, rest) = rest.strip_prefix(b",\"prev\":\"")?.split_at_checked(64)?;
        let (digest, rest) = rest.strip_prefix(b"\",\"digest\":\"")?.split_at_checked(64)?;
        let rest = rest.strip_prefix(b"\"}")?;
        let record = Self { seq, prev: from_hex(prev)?, digest: from_hex(digest)? };
        Some((record, &text[..text.len() - rest.len()], rest))
    }
}

/// A decimal number in its one form: no sign, no leading zero, no overflow.
pub(crate) fn number_of(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The end of a chain: all that is needed to append to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    last: Hash,
    frontier: Frontier,
}

impl Default for Head {
    fn default() -> Self {
        Self { last: ZERO, frontier: Frontier::default() }
    }
}

impl Head {
    /// A head read back from where it was kept: the leaf hash of the last record and the frontier.
    #[must_use]
    pub fn new(last: Hash, frontier: Frontier) -> Self {
        Self { last, frontier }
    }

    /// How many records there are, and the sequence number of the next.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Leaf hash of the last record; [`ZERO`] when there is none.
    #[must_use]
    pub fn last(&self) -> &Hash {
        &self.last
    }

    /// Right edge of the Merkle tree.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Root over all records.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Chains an entry, given by its exact bytes, and gives the record to keep beside it.
    pub fn append(&mut self, entry: &[u8]) -> Record {
        let record = Record { seq: self.size(), prev: self.last, digest: sha256(entry) };
        self.follow(record.leaf());
        record
    }

    /// Moves on over a record that is already known, by its leaf hash.
    pub(crate) fn follow(&mut self, leaf: Hash) {
        self.last = leaf;
        self.frontier.push(leaf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_form() {
        let mut head = Head::default();
        head.append(b"{}");
        let record = head.append(b"{\"id\":1}");
        assert_eq!(record.seq, 1);
        let line = record.line();
        let (read, bytes, rest) = Record::split(&line).unwrap();
        assert_eq!((read, bytes, rest), (record, &line[..], &b""[..]));
        assert_eq!(head.last(), &record.leaf());

        let text = String::from_utf8(line).unwrap();
        for wrong in [
            text.replace("\"seq\":1", "\"seq\":01"),
            text.replace("\"seq\":1", "\"seq\":"),
            text.replace("\"seq\":1", "\"seq\":99999999999999999999"),
            text.replace("\"seq\":", "\"seq\": "),
            text.to_uppercase(),
            text[..text.len() - 1].to_owned(),
        ] {
            assert_eq!(Record::split(wrong.as_bytes()), None);
        }
    }
}
