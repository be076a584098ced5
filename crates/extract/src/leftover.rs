//! Whether a value is still anywhere in the bytes of a file.

use std::io::{Cursor, Read as _};

use aho_corasick::AhoCorasick;
use zip::ZipArchive;

use crate::budget::{MAX_DEPTH, MAX_UNPACKED};

/// Shorter values stand in any file by chance.
const SHORTEST: usize = 6;

/// Whether any of the values of at least six bytes stands, as a word of its own, in the bytes or in what is packed in
/// them. What cannot be searched counts as found.
#[must_use]
pub fn holds(bytes: &[u8], values: &[String]) -> bool {
    let long = values.iter().filter(|value| value.len() >= SHORTEST);
    let Ok(automaton) = AhoCorasick::new(long) else { return true };
    search(&automaton, bytes, 0)
}

fn search(automaton: &AhoCorasick, bytes: &[u8], depth: usize) -> bool {
    let part_of_word = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let stands = |found: aho_corasick::Match| {
        let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
        !part_of_word(before) && !part_of_word(bytes.get(found.end()))
    };
    if automaton.find_overlapping_iter(bytes).any(stands) {
        return true;
    }
    if !bytes.starts_with(b"PK") {
        return false;
    }
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return true };
    (0..archive.len()).any(|index| {
        let mut data = Vec::new();
        let Ok(entry) = archive.by_index(index) else { return true };
        let read = entry.take(MAX_UNPACKED).read_to_end(&mut data);
        read.is_err() || depth > MAX_DEPTH || search(automaton, &data, depth + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_parts_of_words_are_not() {
        let values = ["Jansen".to_owned(), "Jan".to_owned()];
        assert!(holds(b"<t>Jansen</t>", &values));
        assert!(!holds(b"Jansenstraat, Jan", &values));
        assert!(!holds(b"", &values));
    }
}
