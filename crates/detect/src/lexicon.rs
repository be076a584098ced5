//! The word lists as one hash table: a word's key gives all that is known about the word.
//!
//! Only hashes are kept, not the words: 51 bits of hash per entry, so that one in some billions of unknown
//! words is taken for a known one.

use crate::cue;
use std::collections::HashMap;
use unicode_normalization::char::decompose_canonical;

/// What is known about a word: a set of the flags below and of the cues in [`cue`].
pub(crate) type Flags = u64;

pub(crate) const FIRST_COMMON: Flags = 1;
pub(crate) const FIRST: Flags = 1 << 1;
pub(crate) const SUR_COMMON: Flags = 1 << 2;
pub(crate) const SUR: Flags = 1 << 3;
/// An ordinary word of Dutch or English (or a common one of French or German).
pub(crate) const WORD: Flags = 1 << 4;
/// A town or municipality of one word.
pub(crate) const PLACE: Flags = 1 << 5;
/// The first word of a town of several words.
pub(crate) const PLACE_HEAD: Flags = 1 << 6;
/// A street of one word that does not show from its ending.
pub(crate) const STREET: Flags = 1 << 7;
/// The first word of such a street of several words.
pub(crate) const STREET_HEAD: Flags = 1 << 8;

/// A medicine: substance or registered product.
pub(crate) const MEDICINE: Flags = 1 << 9;

/// A brand, a character or somebody out of history, by one name; or the first word of such a name of several words.
pub(crate) const NAMESAKE: Flags = 1 << 10;
pub(crate) const NAMESAKE_HEAD: Flags = 1 << 11;

/// A phrase that names somebody in public life or out of history: seldom the person that a prompt is about. Phrases only.
pub(crate) const FIGURE: Flags = 1 << 60;

pub(crate) const ANY_FIRST: Flags = FIRST | FIRST_COMMON;
pub(crate) const ANY_SUR: Flags = SUR | SUR_COMMON;
pub(crate) const ANY_NAME: Flags = ANY_FIRST | ANY_SUR;

const LISTS: &[(Flags, &str)] = &[
    (FIRST_COMMON, include_str!("../data/first-names-common.txt")),
    (FIRST, include_str!("../data/first-names.txt")),
    (SUR_COMMON, include_str!("../data/surnames-common.txt")),
    (SUR, include_str!("../data/surnames.txt")),
    (WORD, include_str!("../data/words-nl.txt")),
    (WORD, include_str!("../data/words-en.txt")),
    (WORD, include_str!("../data/words-fr-de.txt")),
    (MEDICINE, include_str!("../data/medicines.txt")),
];

/// All word lists.
pub(crate) struct Lexicon {
    words: Table,
    phrases: Table,
}

impl Lexicon {
    /// Builds the tables from the embedded lists.
    pub fn new() -> Self {
        let mut words = Builder::new(19);
        let mut phrases = Builder::new(17);
        for &(flags, list) in LISTS {
            // The lists are in the form in which keys are taken: hash and find the end of the line in one pass.
            let mut hash = BASIS;
            for &byte in list.as_bytes() {
                if byte == b'\n' {
                    words.add(mix(hash), flags);
                    hash = BASIS;
                } else {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
                }
            }
        }
        let places = include_str!("../data/places.txt");
        let streets = include_str!("../data/streets.txt");
        let namesakes = include_str!("../data/namesakes.txt");
        for (list, whole, head) in [
            (places, PLACE, PLACE_HEAD),
            (streets, STREET, STREET_HEAD),
            (namesakes, NAMESAKE, NAMESAKE_HEAD),
            (include_str!("../data/figures.txt"), FIGURE, NAMESAKE_HEAD),
            (include_str!("../data/figures-streets.txt"), FIGURE, NAMESAKE_HEAD),
        ] {
            for phrase in list.lines() {
                match phrase.split_once(' ') {
                    None => words.add(key(phrase), whole & !FIGURE),
                    Some((first, _)) => {
                        words.add(key(first), head);
                        phrases.add(phrase.split(' ').fold(0, |sum, word| join(sum, key(word))), whole);
                    }
                }
            }
        }
        cue::each(&mut |word, flags| words.add(key(word), flags));
        Self { words: words.done(), phrases: phrases.done() }
    }

    /// What is known about the word with this key.
    pub fn word(&self, key: u64) -> Flags {
        self.words.get(key)
    }

    /// What is known about the phrase whose words' keys were joined with [`join`], starting from 0.
    pub fn phrase(&self, key: u64) -> Flags {
        self.phrases.get(key)
    }
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The lookup key of a word: FNV-1a over its letters in lower case without diacritics.
pub(crate) fn key(word: &str) -> u64 {
    let mut hash = BASIS;
    if word.is_ascii() {
        for byte in word.bytes() {
            hash = (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME);
        }
    } else {
        fold_letters(word, |byte| hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    }
    mix(hash)
}

/// The key of a phrase so far, extended by the key of its next word.
pub(crate) fn join(phrase: u64, word: u64) -> u64 {
    mix(phrase.rotate_left(23) ^ word)
}

fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ (hash >> 29)
}

/// Calls `each` with the UTF-8 bytes of the letters in lower case without diacritics.
pub(crate) fn fold_letters(word: &str, mut each: impl FnMut(u8)) {
    let mut buffer = [0; 4];
    for c in word.chars() {
        if c.is_ascii() {
            each(c.to_ascii_lowercase().try_into().unwrap_or(b'?'));
            continue;
        }
        for low in c.to_lowercase() {
            // Parted from its marks first: the Æ of Ǣ is an Æ like any other.
            decompose_canonical(low, |part| {
                let plain = match part {
                    'ß' => "ss",
                    'ø' => "o",
                    'ł' => "l",
                    'đ' | 'ð' => "d",
                    'æ' => "ae",
                    'œ' => "oe",
                    'ı' => "i",
                    'þ' => "th",
                    'ĳ' => "ij",
                    '´' => "'",
                    part if is_mark(part) => "",
                    part => part.encode_utf8(&mut buffer),
                };
                plain.bytes().for_each(&mut each);
            });
        }
    }
}

/// Combining diacritical marks (Unicode blocks 0300, 1AB0, 1DC0, 20D0).
pub(crate) fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF)
}

/// Open addressing with linear probing. The slot comes from the low bits of the key, the tag is the high 32.
struct Table {
    mask: u64,
    tags: Vec<u32>,
    classes: Vec<u16>,
    flags: Vec<Flags>,
}

impl Table {
    fn get(&self, key: u64) -> Flags {
        let tag = tag(key);
        let mut slot = slot(key, self.mask);
        loop {
            match self.tags[slot] {
                0 => return 0,
                found if found == tag => return self.flags[usize::from(self.classes[slot])],
                _ => slot = (slot + 1) & (self.tags.len() - 1),
            }
        }
    }
}

/// Zero marks a free slot, so no tag is zero.
fn tag(key: u64) -> u32 {
    u32::try_from(key >> 32).unwrap_or(0) | 1
}

fn slot(key: u64, mask: u64) -> usize {
    usize::try_from((key >> 1) & mask).unwrap_or(0)
}

struct Builder {
    mask: u64,
    tags: Vec<u32>,
    classes: Vec<u16>,
    /// The few hundred sets of flags that occur: entries hold an index, to keep the table in the cache.
    sets: Vec<Flags>,
    known: HashMap<Flags, u16>,
    /// What class each class becomes with `adding`: lists add the same flags word after word.
    adding: Flags,
    next: Vec<u16>,
    used: usize,
}

impl Builder {
    fn new(bits: u32) -> Self {
        let size = 1 << bits;
        Self {
            mask: (1 << bits) - 1,
            tags: vec![0; size],
            classes: vec![0; size],
            sets: vec![0],
            known: HashMap::from([(0, 0)]),
            adding: 0,
            next: Vec::new(),
            used: 0,
        }
    }

    fn add(&mut self, key: u64, flags: Flags) {
        let tag = tag(key);
        let mut slot = slot(key, self.mask);
        while self.tags[slot] != 0 && self.tags[slot] != tag {
            slot = (slot + 1) & (self.tags.len() - 1);
        }
        self.used += usize::from(self.tags[slot] == 0);
        debug_assert!(self.used < self.tags.len() * 3 / 4, "the table is too small for its lists");
        self.tags[slot] = tag;
        self.classes[slot] = self.with(self.classes[slot], flags);
    }

    /// The class of what is in `class` and `flags` besides.
    fn with(&mut self, class: u16, flags: Flags) -> u16 {
        if self.adding != flags {
            self.adding = flags;
            self.next.clear();
        }
        let at = usize::from(class);
        if let Some(&next) = self.next.get(at).filter(|&&next| next != 0) {
            return next;
        }
        let set = self.sets[at] | flags;
        let sets = &mut self.sets;
        let next = *self.known.entry(set).or_insert_with(|| {
            sets.push(set);
            u16::try_from(sets.len() - 1).unwrap_or(0)
        });
        if self.next.len() <= at {
            self.next.resize(at + 1, 0);
        }
        self.next[at] = next;
        next
    }

    fn done(self) -> Table {
        Table { mask: self.mask, tags: self.tags, classes: self.classes, flags: self.sets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_diacritics_do_not_matter() {
        assert_eq!(key("Zoë"), key("ZOE"));
        assert_eq!(key("Özkaya"), key("ozkaya"));
        assert_eq!(key("e\u{301}"), key("E"));
        assert_ne!(key("Jan"), key("Jen"));
    }

    #[test]
    fn lists_are_in_the_form_of_keys() {
        for (_, list) in LISTS {
            assert!(list.ends_with('\n') && !list.contains("\n\n"));
            assert!(
                list.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'\n' | b'\'')),
                "folded, in ASCII"
            );
        }
    }

    #[test]
    fn lists_are_found_again() {
        let lexicon = Lexicon::new();
        assert_ne!(lexicon.word(key("Fatima")) & ANY_FIRST, 0);
        assert_ne!(lexicon.word(key("Bakker")) & SUR_COMMON & !WORD, 0);
        assert_ne!(lexicon.word(key("bakker")) & WORD, 0);
        assert_ne!(lexicon.phrase(join(join(0, key("Den")), key("Haag"))) & PLACE, 0);
        assert_eq!(lexicon.word(key("qzxqzx")), 0);
    }
}
