//! Reading text as a model may have spelt it: escapes undone, look-alike dashes, spaces and brackets folded.
//!
//! Only used to *recognise* tokens. What is not a token passes exactly as it came.

/// How a character was written. The two brackets of a token have to be written the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    Plain,
    Backslash,
    Percent,
    Unicode,
}

/// One character as meant, and how many bytes it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub char: char,
    pub bytes: usize,
    pub spelling: Spelling,
}

/// What stands at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Glyph(Glyph),
    /// The text is used up.
    End,
    /// An escape is cut off; more text will tell.
    More,
}

/// A character that shows nothing: zero-width spaces and joiners, soft hyphen, byte order mark.
pub(crate) const NOTHING: char = '\u{200b}';

/// Reads the first character of `text`. `last` says that no more text will come.
pub(crate) fn read(text: &str, last: bool) -> Reading {
    let Some(first) = text.chars().next() else { return if last { Reading::End } else { Reading::More } };
    let plain = |char| Reading::Glyph(Glyph { char, bytes: first.len_utf8(), spelling: Spelling::Plain });
    match first {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => plain(first),
        '\\' => backslash(text, last),
        '%' => match hex_digits(&text[1..], 2, last) {
            Hex::Value(byte) if byte < 0x80 => {
                let char = fold(char::from_u32(byte).unwrap_or('%'));
                Reading::Glyph(Glyph { char, bytes: 3, spelling: Spelling::Percent })
            }
            Hex::More => Reading::More,
            _ => plain('%'),
        },
        _ => plain(fold(first)),
    }
}

fn backslash(text: &str, last: bool) -> Reading {
    let literal = Reading::Glyph(Glyph { char: '\\', bytes: 1, spelling: Spelling::Plain });
    let Some(next) = text[1..].chars().next() else { return if last { literal } else { Reading::More } };
    let escaped = |char, bytes, spelling| Reading::Glyph(Glyph { char, bytes, spelling });
    match next {
        'u' => match hex_digits(&text[2..], 4, last) {
            Hex::Value(code) => match char::from_u32(code) {
                Some(char) => escaped(fold(char), 6, Spelling::Unicode),
                None => literal,
            },
            Hex::More => Reading::More,
            Hex::No => literal,
        },
        // In JSON these end a line or a column, so a word can start behind them.
        'n' | 'r' | 't' => escaped(' ', 2, Spelling::Backslash),
        next if next.is_ascii_punctuation() => escaped(next, 2, Spelling::Backslash),
        _ => literal,
    }
}

enum Hex {
    Value(u32),
    More,
    No,
}

fn hex_digits(text: &str, count: usize, last: bool) -> Hex {
    let digits = text.bytes().take(count).take_while(u8::is_ascii_hexdigit).count();
    if digits == count {
        return u32::from_str_radix(&text[..count], 16).map_or(Hex::No, Hex::Value);
    }
    if digits == text.len() && !last { Hex::More } else { Hex::No }
}

fn fold(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{fe00}'..='\u{fe0f}' => NOTHING,
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
        '\u{3010}' | '\u{27e6}' | '\u{3014}' => '[',
        '\u{3011}' | '\u{27e7}' | '\u{3015}' => ']',
        '\u{27e8}' | '\u{2039}' | '\u{3008}' => '<',
        '\u{27e9}' | '\u{203a}' | '\u{3009}' => '>',
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_look_alikes_read_as_what_they_mean() {
        for (text, char, bytes) in [
            ("[x", '[', 1),
            ("%5Bx", '[', 3),
            ("%5bx", '[', 3),
            ("\\u005bx", '[', 6),
            ("\\_x", '_', 2),
            ("\\nx", ' ', 2),
            ("\u{ff3b}", '[', 3),
            ("\u{2011}", '-', 3),
            ("\u{200d}x", NOTHING, 3),
            ("\u{ff15}", '5', 3),
            ("%zz", '%', 1),
            ("%c3%a9", '%', 1),
            ("\\ud800", '\\', 1),
            ("\\xyz", '\\', 1),
        ] {
            let Reading::Glyph(glyph) = read(text, true) else { panic!("{text}") };
            assert_eq!((glyph.char, glyph.bytes), (char, bytes), "{text}");
        }
    }

    #[test]
    fn a_cut_escape_asks_for_more_until_the_end() {
        for text in ["\\", "\\u", "\\u00", "%", "%5"] {
            assert_eq!(read(text, false), Reading::More, "{text}");
            assert!(matches!(read(text, true), Reading::Glyph(_)), "{text}");
        }
        assert_eq!(read("", true), Reading::End);
    }
}
