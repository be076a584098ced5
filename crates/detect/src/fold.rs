//! The text as matching sees it: digits of every script as ASCII, one kind of space, one kind of dash
//! and quote, nothing invisible; with the way back to the bytes of the original.

use std::borrow::Cow;

/// A text folded for matching. Letters stay as they are; only their lookup key is folded further.
pub(crate) struct Folded<'t> {
    /// The text to match on.
    pub text: Cow<'t, str>,
    original: &'t str,
    /// Where the distance between folded and original offset changes: (folded, original), ascending.
    shifts: Vec<(usize, usize)>,
}

impl<'t> Folded<'t> {
    /// Folds `original`; borrows where nothing changes, which is the usual case.
    pub fn new(original: &'t str) -> Self {
        let Some(first) = first_change(original) else {
            return Self { text: Cow::Borrowed(original), original, shifts: Vec::new() };
        };
        let mut text = String::with_capacity(original.len());
        let mut shifts = Vec::new();
        text.push_str(&original[..first]);
        let mut distance = 0;
        for (offset, c) in original[first..].char_indices() {
            let at = first + offset;
            let kept = match fold_char(c) {
                Fold::Keep => c,
                Fold::Become(other) => other,
                Fold::Drop => continue,
            };
            if at - text.len() != distance {
                distance = at - text.len();
                shifts.push((text.len(), at));
            }
            text.push(kept);
        }
        Self { text: Cow::Owned(text), original, shifts }
    }

    /// The original byte range of the folded range `start..end`. Invisible characters inside are covered.
    pub fn range(&self, start: usize, end: usize) -> (usize, usize) {
        // No shifts is not enough to tell: a text whose last character alone got shorter has none either.
        if matches!(self.text, Cow::Borrowed(_)) {
            return (start, end);
        }
        let from = self.back(start);
        // The end is taken from the last character inside, so that what is dropped after it stays out.
        let mut last = end.saturating_sub(1).max(start);
        while !self.text.is_char_boundary(last) {
            last -= 1;
        }
        let at = self.back(last);
        let width = self.original[at..].chars().next().map_or(0, char::len_utf8);
        (from, at + width)
    }

    fn back(&self, folded: usize) -> usize {
        match self.shifts.partition_point(|&(f, _)| f <= folded) {
            0 => folded,
            n => {
                let (f, o) = self.shifts[n - 1];
                o + (folded - f)
            }
        }
    }
}

/// The byte of the first character that folding changes.
fn first_change(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if text.is_ascii() && !bytes.contains(&0) {
        return None;
    }
    let mut at = 0;
    while let Some(n) = bytes[at..].iter().position(|&b| b >= 0x80 || b == 0) {
        at += n;
        let c = text[at..].chars().next()?;
        if fold_char(c) != Fold::Keep {
            return Some(at);
        }
        at += c.len_utf8();
    }
    None
}

#[derive(PartialEq)]
enum Fold {
    Keep,
    Become(char),
    Drop,
}

/// The first scalar of each run of ten decimal digits (Unicode category Nd) that people type or paste.
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
];

fn fold_char(c: char) -> Fold {
    if c.is_ascii() {
        return if c == '\0' { Fold::Become(' ') } else { Fold::Keep };
    }
    let code = u32::from(c);
    match code {
        0x00A0 | 0x2000..=0x200A | 0x202F | 0x205F | 0x3000 => Fold::Become(' '),
        // Soft hyphen, zero-width characters, direction marks, variation selectors, byte order mark.
        0x00AD
        | 0x034F
        | 0x061C
        | 0x180E
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x206F
        | 0xFE00..=0xFE0F
        | 0xFEFF => Fold::Drop,
        0x2010..=0x2015 | 0x2212 | 0xFE58 | 0xFE63 => Fold::Become('-'),
        0x2018 | 0x2019 | 0x201B | 0x02BC | 0x00B4 | 0x2032 => Fold::Become('\''),
        0x201C..=0x201F | 0x00AB | 0x00BB => Fold::Become('"'),
        0x2028 | 0x2029 | 0x0085 => Fold::Become('\n'),
        0x00BA => Fold::Become('°'),
        0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).map_or(Fold::Keep, Fold::Become),
        0x0660..=0x1819 | 0x1D7CE..=0x1D7FF => digit(code),
        _ => Fold::Keep,
    }
}

fn digit(code: u32) -> Fold {
    let Some(&zero) = ZEROS.iter().rev().find(|&&zero| zero <= code) else { return Fold::Keep };
    match char::from_digit(code - zero, 10) {
        Some(ascii) if code - zero < 10 => Fold::Become(ascii),
        _ => Fold::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(Folded::new("Zoë belt 06").text, Cow::Borrowed(_)));
    }

    #[test]
    fn digits_of_other_scripts_become_ascii_and_offsets_lead_back() {
        let original = "tel ٠٦１２";
        let folded = Folded::new(original);
        assert_eq!(folded.text, "tel 0612");
        let (start, end) = folded.range(4, 8);
        assert_eq!(&original[start..end], "٠٦１２");
    }

    #[test]
    fn a_last_character_that_got_shorter_is_covered_whole() {
        let original = "bel 061234567８";
        let folded = Folded::new(original);
        assert_eq!(folded.text, "bel 0612345678");
        assert_eq!(folded.range(4, folded.text.len()), (4, original.len()));
    }

    #[test]
    fn invisible_characters_inside_are_covered_and_those_after_are_not() {
        let original = "x 12\u{200B}34\u{200B} y";
        let folded = Folded::new(original);
        assert_eq!(folded.text, "x 1234 y");
        let (start, end) = folded.range(2, 6);
        assert_eq!(&original[start..end], "12\u{200B}34");
    }
}
