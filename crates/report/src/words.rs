//! Text as words that the fonts can show, with the places where a line may end.
//!
//! What the fonts cannot show is not left out and no box without meaning either: it becomes its number in Unicode.
//! Characters without a form of their own (joiners, selectors, marks of direction) do go: they could only move what can
//! be seen.

use std::iter::once;

use typst::text::is_default_ignorable;
use unicode_normalization::UnicodeNormalization;

use crate::press;

/// The most accents on one letter; more of them is no writing but a blot.
const MAX_ACCENTS: usize = 2;

/// The most characters in one piece. Ten of the widest in the largest type fit in the narrowest column.
const MAX_PIECE: usize = 10;

/// A word of so many characters fits in any line.
const SHORT: usize = 12;

/// A line has its subject within its first words, if it has one: "Privacy law (GDPR): …".
const SUBJECT: usize = 4;

/// A part of a line. Between two of them it may always break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Short words with spaces between them, and no more to say of them.
    Run(String),
    /// A word that asks for care.
    Word(Word),
}

/// What stands between two spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub pieces: Vec<Piece>,
    /// It fits in any line.
    pub short: bool,
    /// An address, a number or a name with signs in it: a hyphen at the end of a line would change it.
    pub whole: bool,
}

/// A part of a word. Between two of them a word may break that is wider than its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Characters that the fonts have: some letters and the signs that follow.
    Text(String),
    /// One that they do not have.
    Unknown(char),
}

/// The parts of a line.
pub fn parts(text: &str) -> Vec<Part> {
    join(&split(text))
}

/// The parts of a line, first those of its subject: none, or the words up to a colon.
pub fn subject(text: &str) -> [Vec<Part>; 2] {
    let words = split(text);
    let end = words.iter().take(SUBJECT).position(|word| word.ends_with(':')).map_or(0, |at| at + 1);
    let (subject, rest) = words.split_at(if end < words.len() { end } else { 0 });
    [join(subject), join(rest)]
}

/// The line as plain text, for headings and for the properties of the document.
pub fn line(text: &str) -> String {
    let shown = |word: &String| {
        let piece = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Unknown(c) => format!("[{}]", number(c)),
        };
        self::word(word).pieces.into_iter().map(piece).collect::<String>()
    };
    split(text).iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// The number of a character: `1F600`.
pub fn number(c: char) -> String {
    format!("{:04X}", u32::from(c))
}

const NO_BREAK: char = '\u{a0}';

fn split(text: &str) -> Vec<String> {
    let kept = |c: &char| !is_default_ignorable(*c);
    let text: String = text.chars().filter(kept).nfc().map(plain).collect();
    let space = |c: char| c.is_whitespace() && c != NO_BREAK;
    text.split(space).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Spaces and hyphens that differ in width only.
fn plain(c: char) -> char {
    match c {
        '\u{2007}' | '\u{202f}' => NO_BREAK,
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

fn join(words: &[String]) -> Vec<Part> {
    let mut parts = Vec::new();
    for text in words {
        let word = word(text);
        let [Piece::Text(_)] = word.pieces.as_slice() else {
            parts.push(Part::Word(word));
            continue;
        };
        // The rules of Unicode keep some signs with a neighbour even across a space. A row of them would never break.
        let opens = text.starts_with(char::is_alphanumeric);
        let closes = text.ends_with(|c: char| c.is_alphanumeric() || ".,:;!?)".contains(c));
        match parts.last_mut() {
            _ if !word.short || !closes || text.contains('-') => parts.push(Part::Word(word)),
            Some(Part::Run(run)) if opens => {
                run.push(' ');
                run.push_str(text);
            }
            _ => parts.push(Part::Run(text.clone())),
        }
    }
    parts
}

fn word(text: &str) -> Word {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut accents, mut length, mut before) = (0, 0, ' ');
    let short = text.chars().count() <= SHORT;
    for c in text.chars() {
        let accent = ('\u{300}'..='\u{36f}').contains(&c);
        accents = if accent { accents + 1 } else { 0 };
        let next = !accent && (length >= MAX_PIECE || c.is_alphanumeric() && !before.is_alphanumeric());
        if accents > MAX_ACCENTS || !press::shows(c) {
            pieces.push(Piece::Unknown(c));
        } else if let Some(Piece::Text(text)) = pieces.last_mut().filter(|_| short || !next) {
            text.push(c);
            length += 1;
        } else {
            pieces.push(Piece::Text(c.into()));
            length = 1;
        }
        before = if accent { before } else { c };
    }
    let short = short && pieces.iter().all(|piece| matches!(piece, Piece::Text(_)));
    Word { pieces, short, whole: !hyphenates(text) }
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
    use super::{Part, Piece, line, parts, split, subject, word};

    #[test]
    fn addresses_and_numbers_stay_whole_and_plain_words_may_get_a_hyphen() {
        for text in ["info@zorg.nl", "https://a.nl/b", "A12", "1.250,00", "v2", "a_b", "ov-2024"] {
            assert!(word(text).whole, "{text}");
        }
        for text in ["persoonsgegevens", "(AVG):", "e-mails.", "en/of", "foto’s", "Ökologie", "#", "x@"] {
            assert!(!word(text).whole, "{text}");
        }
    }

    #[test]
    fn every_space_divides_but_the_one_that_keeps_together() {
        assert_eq!(split(" a \t b\u{2028}c\u{3000}\u{200b} "), ["a", "b", "c"]);
        assert_eq!(split("€\u{202f}5 €\u{a0}5"), ["€\u{a0}5", "€\u{a0}5"]);
    }

    #[test]
    fn a_piece_is_some_letters_and_the_signs_that_follow() {
        let pieces = |text| {
            let shown = |piece| match piece {
                Piece::Text(text) => text,
                Piece::Unknown(c) => format!("<{c}>"),
            };
            word(text).pieces.into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(pieces("https://ai.nl/a-b"), ["https://", "ai.", "nl/", "a-", "b"]);
        assert_eq!(pieces("persoonsgegevens"), ["persoonsge", "gevens"]);
        assert_eq!(pieces("##########################"), ["##########", "##########", "######"]);
        assert_eq!(pieces("a中b"), ["a", "<中>", "b"]);
        assert_eq!(pieces("kort-woord"), ["kort-woord"]);
    }

    #[test]
    fn plain_words_run_on_and_what_needs_care_stands_alone() {
        let shown = |part| match part {
            Part::Run(text) => text,
            Part::Word(word) => format!("<{}>", word.pieces.len()),
        };
        let parts: Vec<_> =
            parts("Dit mag, ook (soms) met e-mails en [ en 中 erbij!").into_iter().map(shown).collect();
        assert_eq!(parts, ["Dit mag, ook", "(soms) met", "<1>", "en", "<1>", "en", "<1>", "erbij!"]);
    }

    #[test]
    fn a_subject_ends_with_a_colon_and_is_followed_by_something() {
        assert_eq!(subject("Wet (AVG): goed."), [parts("Wet (AVG):"), parts("goed.")]);
        for none in ["Zomaar iets.", "Alleen:", "Een twee drie vier vijf: zes", ""] {
            assert_eq!(subject(none), [Vec::new(), parts(none)]);
        }
    }

    #[test]
    fn letters_and_their_accents_become_one_and_what_has_no_form_gets_its_number() {
        assert_eq!(word(&split("Zoe\u{308}")[0]).pieces, [Piece::Text("Zoë".into())]);
        let private = word("\u{f001}").pieces;
        assert_eq!(private, [Piece::Unknown('\u{f001}')], "private letters mean nothing elsewhere");
        assert_eq!(line("Praktijk  中\u{1}"), "Praktijk [4E2D][0001]");
        let blot = word(&format!("e{}", "\u{301}".repeat(4)));
        assert_eq!(blot.pieces.len(), 3);
    }
}
