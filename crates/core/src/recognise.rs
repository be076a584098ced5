//! Recognising an issued token at one place in a text, in any of the spellings that models give it.

use crate::glyph::{Glyph, NOTHING, Reading, Spelling, read};
use crate::pseudonym::{Codebook, TYPE_WORDS, variant_of};

/// The most bytes one token can take with all its noise and escapes. What is held back from a stream never
/// gets longer.
pub(crate) const MAX_TOKEN_BYTES: usize = 256;

/// What people put behind a noun in the languages that Sluis serves, and a model puts behind a token.
const SUFFIXES: &[&str] = &["", "s", "n", "e", "en", "es", "er", "ern"];

/// The outcome at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    No,
    /// It can still become a token.
    More,
    /// A token of this many bytes that was issued. Between `keep.0` and `keep.1`, within those bytes, stands
    /// a grammatical ending that has to follow the value.
    Yes {
        bytes: usize,
        code: u32,
        variant: u32,
        keep: (usize, usize),
    },
}

/// Whether a token could start with `char` when `before` stands in front of it.
pub(crate) fn may_start(char: char, before: char) -> bool {
    match char {
        '[' | '<' => true,
        // A brace behind a letter or a dollar belongs to a command or a template, not to a token.
        '{' => !before.is_alphanumeric() && before != '$',
        _ => char.is_alphabetic() && !before.is_alphanumeric(),
    }
}

/// Ends the attempt: the text does not go on as a token (`No`), or is cut off (`More`).
type Attempt<T> = Result<T, Match>;

struct Cursor<'a> {
    text: &'a str,
    last: bool,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Attempt<Option<Glyph>> {
        if self.at > MAX_TOKEN_BYTES {
            return Err(Match::No);
        }
        match read(&self.text[self.at..], self.last) {
            Reading::Glyph(glyph) => Ok(Some(glyph)),
            Reading::End => Ok(None),
            Reading::More => Err(Match::More),
        }
    }

    /// Steps over up to `most` characters that satisfy `skip`.
    fn skip(&mut self, most: usize, skip: impl Fn(char) -> bool) -> Attempt<()> {
        for _ in 0..most {
            match self.peek()? {
                Some(glyph) if skip(glyph.char) => self.at += glyph.bytes,
                _ => break,
            }
        }
        Ok(())
    }
}

/// Signs that markdown and invisible characters put inside a token without changing it.
fn is_noise(char: char) -> bool {
    matches!(char, '*' | '`' | '~' | NOTHING)
}

/// Looks for an issued token at the very start of `text`. `last` says that no more text will come.
pub(crate) fn token_at(text: &str, last: bool, book: &Codebook) -> Match {
    attempt(text, last, book).unwrap_or_else(|ended| ended)
}

fn attempt(text: &str, last: bool, book: &Codebook) -> Attempt<Match> {
    let mut cursor = Cursor { text, last, at: 0 };
    let Some(first) = cursor.peek()? else { return Err(Match::No) };
    let open = matches!(first.char, '[' | '{' | '<').then_some(first);
    if let Some(open) = open {
        cursor.at += open.bytes;
        cursor.skip(4, |c| is_noise(c) || matches!(c, ' ' | '_'))?;
    }
    type_word(&mut cursor)?;
    cursor.skip(6, |c| is_noise(c) || matches!(c, ' ' | '-' | '_' | ':' | '#' | '.' | '='))?;
    let code = digits(&mut cursor)?;
    if !book.knows(code) {
        return Err(Match::No);
    }
    let (variant, mut end) = ending(&mut cursor, code, book)?;
    let Some(open) = open else {
        return Ok(Match::Yes { bytes: end, code, variant, keep: (end, end) });
    };
    let keep_start = end;
    apostrophe_ending(&mut cursor)?;
    end = cursor.at;
    cursor.skip(4, |c| is_noise(c) || matches!(c, ' ' | '_'))?;
    match cursor.peek()? {
        Some(close) if closes(open, close) => {
            Ok(Match::Yes { bytes: cursor.at + close.bytes, code, variant, keep: (keep_start, end) })
        }
        _ => Err(Match::No),
    }
}

fn closes(open: Glyph, close: Glyph) -> bool {
    let pair = matches!((open.char, close.char), ('[', ']') | ('{', '}') | ('<', '>'));
    pair && open.spelling == close.spelling
}

/// Reads one of [`TYPE_WORDS`], giving up at the first letter that leads nowhere, so that ordinary words are
/// not held back.
fn type_word(cursor: &mut Cursor<'_>) -> Attempt<()> {
    // The words that begin with what was read: a part of the sorted list that gets smaller with each letter.
    let mut words = TYPE_WORDS;
    let mut length = 0;
    loop {
        let glyph = cursor.peek()?;
        match glyph {
            Some(glyph) if glyph.char.is_alphabetic() => {
                for letter in glyph.char.to_lowercase() {
                    for &byte in letter.encode_utf8(&mut [0; 4]).as_bytes() {
                        words = narrowed(words, length, byte);
                        length += 1;
                    }
                }
                if words.is_empty() {
                    return Err(Match::No);
                }
                cursor.at += glyph.bytes;
            }
            Some(glyph) if length > 0 && is_noise(glyph.char) => cursor.at += glyph.bytes,
            // "e-mail"
            Some(glyph) if length == 1 && glyph.char == '-' && words[0].starts_with('e') => {
                cursor.at += glyph.bytes;
            }
            _ if length > 0 && words[0].len() == length => return Ok(()),
            _ => return Err(Match::No),
        }
    }
}

/// Those of the sorted words that have this byte at this place.
fn narrowed<'a>(words: &'a [&'a str], place: usize, byte: u8) -> &'a [&'a str] {
    let at = |word: &&str| word.as_bytes().get(place).copied();
    let start = words.partition_point(|word| at(word) < Some(byte));
    let count = words[start..].partition_point(|word| at(word) == Some(byte));
    &words[start..start + count]
}

/// Reads exactly six digits; a model may have set them in two groups of three.
fn digits(cursor: &mut Cursor<'_>) -> Attempt<u32> {
    let mut code = 0u32;
    let mut count = 0;
    let mut grouped = false;
    while count < 6 {
        let Some(glyph) = cursor.peek()? else { return Err(Match::No) };
        if let Some(digit) = glyph.char.to_digit(10) {
            code = code * 10 + digit;
            count += 1;
        } else if count == 3 && !grouped && matches!(glyph.char, ' ' | '.' | ',' | '-' | '_' | '\'') {
            grouped = true;
        } else if count == 0 || !is_noise(glyph.char) {
            return Err(Match::No);
        }
        cursor.at += glyph.bytes;
    }
    match cursor.peek()? {
        Some(glyph) if glyph.char.is_ascii_digit() => Err(Match::No),
        _ => Ok(code),
    }
}

/// Reads the letters behind the digits: a spelling's letters, a grammatical ending, both or neither. Returns
/// the variant and where the token itself ends; the cursor stands behind the ending.
fn ending(cursor: &mut Cursor<'_>, code: u32, book: &Codebook) -> Attempt<(u32, usize)> {
    let mut letters = String::new();
    let mut ends = vec![cursor.at];
    loop {
        match cursor.peek()? {
            Some(glyph) if glyph.char.is_ascii_alphabetic() && glyph.spelling != Spelling::Backslash => {
                letters.push(glyph.char.to_ascii_lowercase());
                cursor.at += glyph.bytes;
                ends.push(cursor.at);
                if letters.len() > 6 {
                    return Err(Match::No);
                }
            }
            Some(glyph) if glyph.char.is_alphanumeric() => return Err(Match::No),
            _ => break,
        }
    }
    for count in (0..=letters.len()).rev() {
        let (own, rest) = letters.split_at(count);
        let known = variant_of(own).filter(|&variant| book.surface(code, variant).is_some());
        if let Some(variant) = known
            && SUFFIXES.contains(&rest)
        {
            return Ok((variant, ends[count]));
        }
    }
    Err(Match::No)
}

/// Steps over `'s` and the like inside the brackets.
fn apostrophe_ending(cursor: &mut Cursor<'_>) -> Attempt<()> {
    let start = cursor.at;
    match cursor.peek()? {
        Some(glyph) if glyph.char == '\'' => cursor.at += glyph.bytes,
        _ => return Ok(()),
    }
    match cursor.peek()? {
        Some(glyph) if glyph.char.eq_ignore_ascii_case(&'s') => cursor.at += glyph.bytes,
        _ => cursor.at = start,
    }
    Ok(())
}
