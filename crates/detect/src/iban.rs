//! IBAN (ISO 13616): length per country and remainder 1 modulo 97.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::{Candidate, Page};

/// Length of the IBAN per country, from the SWIFT registry.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NL", 18),
    (b"NO", 15),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"SA", 24),
    (b"SC", 31),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
];

/// The remainder modulo 97 of upper case letters and digits with the first four moved to the end and letters read as 10 to 35.
pub(crate) fn mod_97(code: &[u8]) -> u32 {
    let (head, tail) = code.split_at(code.len().min(4));
    tail.iter().chain(head).fold(0, |rest, &c| step(rest, c))
}

/// The same without moving anything, as VAT numbers have it.
pub(crate) fn mod_97_in_order(code: &[u8]) -> u32 {
    code.iter().fold(0, |rest, &c| step(rest, c))
}

fn step(rest: u32, c: u8) -> u32 {
    match c {
        b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(c - b'A') + 10) % 97,
        _ => rest,
    }
}

/// Tries an IBAN at word token `at`, whose last two letters are the country and behind which two digits stand.
pub(crate) fn find(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let word = &page.tokens[at];
    let Some(next) = page.get(at + 1) else { return };
    if !next.is_number() || page.gap(at + 1) > 1 || next.len() < 2 || word.len() < 2 {
        return;
    }
    let bytes = page.text.as_bytes();
    let start = word.end as usize - 2;
    let country = [bytes[start].to_ascii_uppercase(), bytes[start + 1].to_ascii_uppercase()];
    let Some(&(_, length)) = LENGTHS.iter().find(|(c, _)| **c == country) else { return };
    let mut code = [0_u8; 34];
    let mut filled = 0;
    let mut end = start;
    let mut gap = 0;
    let mut lines = 0;
    for (offset, &byte) in bytes[start..].iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            code[filled] = byte.to_ascii_uppercase();
            filled += 1;
            gap = 0;
            end = start + offset + 1;
            if filled == length {
                break;
            }
        } else if matches!(byte, b' ' | b'.' | b'-') && gap < 2 {
            gap += 1;
        } else if matches!(byte, b'\n' | b'\t') || lines > 0 && gap < 40 && matches!(byte, b' ' | b'>' | b'|')
        {
            // Over the end of a line, with its indent or mark of quotation; only the check digits tell then.
            lines += 1;
            gap += 1;
        } else {
            break;
        }
    }
    let code = &code[..filled];
    let cues: Flags = page.cue(at, 4);
    let digits = code.iter().filter(|b| b.is_ascii_digit()).count();
    let score = if filled == length && digits >= 10 && mod_97(code) == 1 {
        0.99
    } else if filled == length && lines == 0 && digits >= 10 && (cues & cue::IBAN != 0 || shape(code)) {
        // A mistyped account number still points to its owner.
        0.75
    } else {
        return;
    };
    // Glued letters before the country belong to it only where they are the word "IBAN" or a field mark.
    out.push(Candidate {
        start: u32::try_from(start).unwrap_or(word.start),
        end: u32::try_from(end).unwrap_or(word.end),
        kind: Kind::Iban,
        score,
        detector: if score > 0.9 { "iban" } else { "iban-unchecked" },
    });
}

/// A Dutch or Belgian account number by its look: bank letters for NL, digits alone for BE.
fn shape(code: &[u8]) -> bool {
    match &code[..2] {
        b"NL" => code[4..8].iter().all(u8::is_ascii_uppercase) && code[8..].iter().all(u8::is_ascii_digit),
        b"BE" => code[2..].iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainder() {
        assert_eq!(mod_97(b"NL91ABNA0417164300"), 1);
        assert_eq!(mod_97(b"BE68539007547034"), 1);
        assert_ne!(mod_97(b"NL91ABNA0417164301"), 1);
    }
}
