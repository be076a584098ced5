//! A piece of text cut into words, numbers and marks, with what the lexicon knows about each word.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{self, Flags, Lexicon};

/// A finding that has not yet been weighed against the others. Offsets are bytes of the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    pub score: f32,
    pub detector: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Letters, with apostrophes between them.
    Word,
    /// ASCII digits.
    Number,
    /// One other character; `Token::mark` tells which.
    Mark,
    /// End of a line.
    Line,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Lower,
    /// First letter upper case, the rest lower.
    Title,
    /// Two letters or more, all upper case.
    Upper,
    /// One upper case letter.
    Single,
    /// Upper case after the first letter ("McDonald", "iPhone").
    Mixed,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub start: u32,
    pub end: u32,
    /// Lookup key of a word, 0 for other tokens.
    pub key: u64,
    /// What the lexicon knows about the word.
    pub flags: Flags,
    /// What the field or column that the token stands in is for: value cues only.
    pub hint: Flags,
    pub class: Class,
    pub shape: Shape,
    /// The ASCII byte of a mark; [`DEGREE`], [`CURRENCY`] or 0 for others.
    pub mark: u8,
}

pub(crate) const DEGREE: u8 = 0xB0;
pub(crate) const CURRENCY: u8 = 0xA4;
const BULLET: u8 = b'*';

impl Token {
    /// The token's length in bytes.
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    pub fn is_word(&self) -> bool {
        self.class == Class::Word
    }

    pub fn is_number(&self) -> bool {
        self.class == Class::Number
    }

    pub fn is_line(&self) -> bool {
        self.class == Class::Line
    }

    /// Whether the word starts with a capital.
    pub fn is_capital(&self) -> bool {
        self.is_word() && self.shape != Shape::Lower
    }

    pub fn has(&self, flags: Flags) -> bool {
        self.flags & flags != 0
    }
}

/// A text (folded) and its tokens.
pub(crate) struct Page<'t> {
    pub text: &'t str,
    pub tokens: Vec<Token>,
}

impl<'t> Page<'t> {
    pub fn new(text: &'t str, lexicon: &Lexicon) -> Self {
        let mut tokens = Vec::with_capacity(text.len() / 4 + 8);
        let bytes = text.as_bytes();
        let mut known = Known { lexicon, seen: [(0, 0); SEEN] };
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let token = match byte {
                b' ' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'0'..=b'9' => {
                    let end =
                        bytes[at..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| at + n);
                    plain(at, end, Class::Number, 0)
                }
                b'\n' => plain(at, at + 1, Class::Line, b'\n'),
                b'a'..=b'z' | b'A'..=b'Z' => word(text, at, &mut known),
                b'\'' if particle(bytes, at) => apostrophe_word(text, at, &mut known),
                0..=0x7F => plain(at, at + 1, Class::Mark, byte),
                _ => {
                    let c = text[at..].chars().next().unwrap_or(' ');
                    if c.is_alphabetic() {
                        word(text, at, &mut known)
                    } else {
                        let mark = match c {
                            '°' => DEGREE,
                            '€' | '£' | '$' => CURRENCY,
                            '•' | '·' | '–' => BULLET,
                            _ => 0,
                        };
                        plain(at, at + c.len_utf8(), Class::Mark, mark)
                    }
                }
            };
            at = token.end as usize;
            tokens.push(token);
        }
        Self { text, tokens }
    }

    pub fn word(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |t| &self.text[t.start as usize..t.end as usize])
    }

    /// The text from the start of one token to the end of another.
    pub fn between(&self, first: usize, last: usize) -> &'t str {
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(a), Some(b)) if a.start <= b.end => &self.text[a.start as usize..b.end as usize],
            _ => "",
        }
    }

    pub fn get(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    /// Whether the token is this mark.
    pub fn is(&self, index: usize, mark: u8) -> bool {
        self.tokens.get(index).is_some_and(|t| t.class == Class::Mark && t.mark == mark)
    }

    /// Whether nothing, not even a space, stands between this token and the one before.
    pub fn glued(&self, index: usize) -> bool {
        index > 0 && index < self.tokens.len() && self.tokens[index - 1].end == self.tokens[index].start
    }

    /// The bytes between this token and the one before it.
    pub fn gap(&self, index: usize) -> u32 {
        if index == 0 { 0 } else { self.tokens[index].start - self.tokens[index - 1].end }
    }

    /// Whether a line ends before this token, or the text begins with it.
    pub fn starts_line(&self, index: usize) -> bool {
        index == 0 || self.tokens[index - 1].is_line()
    }

    /// Whether a sentence can start at this token.
    pub fn starts_sentence(&self, index: usize) -> bool {
        let mut at = index;
        while at > 0 {
            let before = &self.tokens[at - 1];
            match before.class {
                Class::Line => return true,
                Class::Mark => match before.mark {
                    // An initial or abbreviation ends in a full stop too; the name grammar handles those.
                    b'.' | b'!' | b'?' | b':' | b'|' | b'*' | b'-' | b'>' | b';' | b'#'
                        if before.end < self.tokens[at].start || before.mark != b'-' =>
                    {
                        return true;
                    }
                    b'"' | b'(' | b'\'' | b'[' => at -= 1,
                    _ => return false,
                },
                Class::Number | Class::Word => return false,
            }
        }
        true
    }

    /// The cues of the nearest word before `index` that says what a value is, at most `reach` words back on the
    /// same line; a label at the end of the line before counts as well.
    pub fn cue_before(&self, index: usize, reach: usize) -> Flags {
        let mut left = reach;
        let mut crossed = false;
        let mut at = index;
        while at > 0 && left > 0 {
            at -= 1;
            let token = &self.tokens[at];
            match token.class {
                Class::Word => {
                    if token.flags & cue::VALUE != 0 {
                        return self.label(at);
                    }
                    left -= 1;
                }
                Class::Line => {
                    if crossed || at + 1 != index {
                        return 0;
                    }
                    crossed = true;
                    left = left.min(2);
                }
                Class::Number => left = left.saturating_sub(1),
                Class::Mark => {
                    if token.mark == b';' || token.mark == b'|' {
                        return 0;
                    }
                    if token.mark == DEGREE {
                        return cue::BIRTH;
                    }
                }
            }
        }
        0
    }

    /// What the word says as a label, with "nr" and the like taken into account: "patiënt" names a person, "patiënt nr" a number.
    fn label(&self, index: usize) -> Flags {
        self.tokens[index].flags & cue::VALUE
    }

    /// All that is known about the value at this token: its field and the words before it.
    pub fn cue(&self, index: usize, reach: usize) -> Flags {
        self.tokens[index].hint | self.cue_before(index, reach)
    }

    /// The first and one past the last token of the line that starts at `index`.
    pub fn line_end(&self, index: usize) -> usize {
        self.tokens[index..].iter().position(Token::is_line).map_or(self.tokens.len(), |n| index + n)
    }
}

/// How many words are kept at hand.
const SEEN: usize = 256;

/// The lexicon with the last words at hand: its tables are larger than a core's own cache, and texts repeat their words.
struct Known<'l> {
    lexicon: &'l Lexicon,
    seen: [(u64, Flags); SEEN],
}

impl Known<'_> {
    fn word(&mut self, key: u64) -> Flags {
        let slot = &mut self.seen[(key >> 13) as usize % SEEN];
        if slot.0 != key {
            *slot = (key, self.lexicon.word(key));
        }
        slot.1
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a page is far smaller than 4 GiB; the detector cuts it so"
)]
fn plain(start: usize, end: usize, class: Class, mark: u8) -> Token {
    Token {
        start: start as u32,
        end: end as u32,
        key: 0,
        flags: 0,
        hint: 0,
        class,
        shape: Shape::Lower,
        mark,
    }
}

/// "'t", "'s" and "'n" before a non-letter are words of their own.
fn particle(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 1), Some(b't' | b's' | b'n' | b'T' | b'S'))
        && !bytes.get(at + 2).is_some_and(u8::is_ascii_alphanumeric)
}

fn apostrophe_word(text: &str, at: usize, known: &mut Known<'_>) -> Token {
    let mut token = plain(at, at + 2, Class::Word, 0);
    token.key = lexicon::key(&text[at..at + 2]);
    token.flags = known.word(token.key);
    token
}

fn word(text: &str, start: usize, known: &mut Known<'_>) -> Token {
    let bytes = text.as_bytes();
    let (mut letters, mut upper, mut first_upper) = (0_u32, 0_u32, false);
    let mut at = start;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphabetic() {
            if byte.is_ascii_uppercase() {
                upper += 1;
                first_upper |= letters == 0;
            }
            letters += 1;
            at += 1;
        } else if byte == b'\'' {
            // An apostrophe binds inside a word ("d'Hondt"), but "'s" at its end is a genitive or plural.
            let rest = &bytes[at + 1..];
            let binds = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80)
                && (!matches!(rest[0], b's' | b'S' | b't')
                    || rest.get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80));
            if !binds {
                break;
            }
            at += 1;
        } else if byte >= 0x80 {
            let Some(c) = text[at..].chars().next() else { break };
            if c.is_alphabetic() {
                if c.is_uppercase() {
                    upper += 1;
                    first_upper |= letters == 0;
                }
                letters += 1;
            } else if !lexicon::is_mark(c) {
                break;
            }
            at += c.len_utf8();
        } else {
            break;
        }
    }
    let shape = match (first_upper, upper) {
        (_, 0) => Shape::Lower,
        (true, 1) if letters == 1 => Shape::Single,
        (true, 1) => Shape::Title,
        (_, n) if n == letters => Shape::Upper,
        _ => Shape::Mixed,
    };
    let mut token = plain(start, at, Class::Word, 0);
    token.shape = shape;
    token.key = lexicon::key(&text[start..at]);
    token.flags = known.word(token.key);
    token
}

/// Adds a candidate that covers the tokens from `first` up to, not including, `end`; none when there are none.
pub(crate) fn push(
    page: &Page<'_>,
    first: usize,
    end: usize,
    kind: Kind,
    score: f32,
    detector: &'static str,
    out: &mut Vec<Candidate>,
) {
    if end > first {
        out.push(Candidate {
            start: page.tokens[first].start,
            end: page.tokens[end - 1].end,
            kind,
            score,
            detector,
        });
    }
}
