//! Text as words that the fonts can show.
//!
//! What they cannot show is not left out and no box without meaning either: it becomes its number in Unicode. Characters
//! without a form of their own (joiners, selectors, marks of direction) do go: they could only move what can be seen.

use std::iter::once;

use typst::text::is_default_ignorable;
use unicode_normalization::UnicodeNormalization;

use crate::press;

/// The most accents on one letter; more of them is no writing but a blot.
const MAX_ACCENTS: usize = 2;

/// The most characters in one piece. Ten of the widest in the largest type fit in the narrowest column.
const MAX_PIECE: usize = 10;

/// What stands between two spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    pub pieces: Vec<Piece>,
    /// An address, a number or a name with signs in it: a hyphen at the end of a line would change it.
    pub whole: bool,
}

/// A part of a word. Between two of them a word may break that is wider than its line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Characters that the fonts have: some letters and the signs that follow.
    Text(String),
    /// One that they do not have.
    Unknown(char),
}

/// The words of a line.
pub fn words(text: &str) -> Vec<Word> {
    let kept = |c: &char| !is_default_ignorable(*c);
    let text: String = text.chars().filter(kept).nfc().map(plain).collect();
    text.split(|c: char| c.is_whitespace() && c != NO_BREAK)
        .filter(|word| !word.is_empty())
        .map(word)
        .collect()
}

/// The line as plain text, for the properties of the document.
pub fn line(text: &str) -> String {
    let word = |word: Word| {
        let piece = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Unknown(c) => format!("[{}]", number(c)),
        };
        word.pieces.into_iter().map(piece).collect::<String>()
    };
    words(text).into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The number of a character: `1F600`.
pub fn number(c: char) -> String {
    format!("{:04X}", u32::from(c))
}

const NO_BREAK: char = '\u{a0}';

/// Spaces and hyphens that differ in width only.
fn plain(c: char) -> char {
    match c {
        '\u{2007}' | '\u{202f}' => NO_BREAK,
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

fn word(text: &str) -> Word {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut accents, mut length, mut before) = (0, 0, ' ');
    for c in text.chars() {
        let accent = ('\u{300}'..='\u{36f}').contains(&c);
        accents = if accent { accents + 1 } else { 0 };
        let next = !accent && (length >= MAX_PIECE || c.is_alphanumeric() && !before.is_alphanumeric());
        if accents > MAX_ACCENTS || !press::shows(c) {
            pieces.push(Piece::Unknown(c));
        } else if let Some(Piece::Text(text)) = pieces.last_mut().filter(|_| !next) {
            text.push(c);
            length += 1;
        } else {
            pieces.push(Piece::Text(c.into()));
            length = 1;
        }
        before = if accent { before } else { c };
    }
    Word { pieces, whole: !hyphenates(text) }
}

/// Whether these are letters only, with signs at the edges or a hyphen between them.
fn hyphenates(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    once(' ').chain(inner.chars()).zip(inner.chars()).all(|(before, c)| {
        c.is_alphabetic() || (matches!(c, '-' | '\'' | '’' | '/') && before.is_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece, Word, line, words};

    fn one(text: &str) -> Word {
        let mut found = words(text);
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0)
    }

    #[test]
    fn addresses_and_numbers_stay_whole_and_plain_words_may_get_a_hyphen() {
        for text in ["info@zorg.nl", "https://a.nl/b", "A12", "1.250,00", "v2", "a_b", "ov-2024", "x@"] {
            assert!(one(text).whole == (text != "x@"), "{text}");
        }
        for text in ["persoonsgegevens", "(AVG):", "e-mails.", "en/of", "foto’s", "Ökologie", "#", ""] {
            assert!(words(text).iter().all(|word| !word.whole), "{text}");
        }
    }

    #[test]
    fn every_space_divides_but_the_one_that_keeps_together() {
        assert_eq!(words(" a \t b\u{2028}c\u{3000}\u{200b} ").len(), 3);
        assert_eq!(one("€\u{a0}5"), one("€\u{202f}5"));
        assert_eq!(line("€\u{202f}5"), "€\u{a0}5");
    }

    #[test]
    fn a_piece_is_some_letters_and_the_signs_that_follow() {
        let pieces = |text| {
            let shown = |piece| match piece {
                Piece::Text(text) => text,
                Piece::Unknown(c) => format!("<{c}>"),
            };
            one(text).pieces.into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(pieces("https://ai.nl/a-b"), ["https://", "ai.", "nl/", "a-", "b"]);
        assert_eq!(pieces("persoonsgegevens"), ["persoonsge", "gevens"]);
        assert_eq!(pieces("##########################"), ["##########", "##########", "######"]);
        assert_eq!(pieces("a中b"), ["a", "<中>", "b"]);
    }

    #[test]
    fn letters_and_their_accents_become_one_and_what_has_no_form_gets_its_number() {
        assert_eq!(one("Zoe\u{308}").pieces, [Piece::Text("Zoë".into())]);
        assert_eq!(
            one("a中b").pieces,
            [Piece::Text("a".into()), Piece::Unknown('中'), Piece::Text("b".into())]
        );
        assert_eq!(
            one("\u{f001}").pieces,
            [Piece::Unknown('\u{f001}')],
            "private letters mean nothing elsewhere"
        );
        assert_eq!(line("Praktijk  中\u{1}"), "Praktijk [4E2D][0001]");
    }
}
