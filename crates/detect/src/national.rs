//! National numbers of other countries: Belgium first, then France, Germany, Poland, Spain, Italy, the United Kingdom,
//! the United States; and the Dutch VAT number of a natural person.

use crate::cue;
use crate::digits::{Run, grouped, uniform, value};
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::{Candidate, Page};

/// The Belgian national register number (Royal Decree of 3 April 1984) or BIS number: date of birth, serial number and 97 minus the remainder
/// of the first nine digits by 97; for people born from 2000 on a 2 stands before those nine. BIS numbers have 20 or 40 added to the month.
pub(crate) fn belgian(digits: &[u8]) -> bool {
    let Ok(d) = <[u8; 11]>::try_from(digits) else { return false };
    let (nine, check) = (value(&d[..9]), value(&d[9..]));
    let month = value(&d[2..4]) % 20;
    let day = value(&d[4..6]);
    // The register gives day or month 0 to people whose date of birth is not known.
    let dated = value(&d[2..4]) < 60 && month <= 12 && day <= 31;
    let serial = value(&d[6..9]);
    dated && serial > 0 && (97 - nine % 97 == check || 97 - (2_000_000_000 + nine) % 97 == check)
}

/// PESEL (Poland): weights 1, 3, 7, 9 and a month that carries the century.
fn polish(d: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
    let sum: u32 = WEIGHTS.iter().zip(d).map(|(w, &x)| w * u32::from(x)).sum();
    d.len() == 11
        && (10 - sum % 10) % 10 == u32::from(d[10])
        && (1..=12).contains(&(value(&d[2..4]) % 20))
        && (1..=31).contains(&value(&d[4..6]))
}

/// Steuer-Identifikationsnummer (Germany, section 139b AO): ISO 7064 MOD 11,10.
fn german(d: &[u8]) -> bool {
    let mut product = 10;
    for &x in &d[..10] {
        let sum = (u32::from(x) + product) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    d[0] != 0 && (11 - product) % 10 == u32::from(d[10])
}

/// NIR (France): thirteen digits and 97 minus their remainder by 97. Corsican departments (2A, 2B) are not read.
fn french(d: &[u8]) -> bool {
    d.len() == 15
        && matches!(d[0], 1 | 2)
        && matches!(value(&d[3..5]), 1..=12 | 20..=42 | 50..=99)
        && 97 - value(&d[..13]) % 97 == value(&d[13..])
}

/// NHS number (United Kingdom): ten digits, weights 10 to 2, modulo 11.
fn nhs(d: &[u8]) -> bool {
    let sum: u32 = (2..=10).rev().zip(d).map(|(w, &x)| w * u32::from(x)).sum();
    d.len() == 10 && (11 - sum % 11) % 11 == u32::from(d[9])
}

/// Digit-only numbers.
pub(crate) fn find(run: &Run, page: &Page<'_>, token: usize, cues: Flags, out: &mut Vec<Candidate>) {
    let called = cues & cue::NRN != 0;
    let mut push = |total: usize, kind: Kind, score: f32, detector: &'static str| {
        if let Some(groups) = run.exactly(total) {
            out.push(Candidate {
                start: run.start,
                end: groups[groups.len() - 1].end,
                kind,
                score,
                detector,
            });
        }
    };
    if let Some(groups) = run.exactly(11).filter(|_| run.digits(11).iter().any(|&d| d != 0)) {
        let digits = run.digits(11);
        let usual = groups.len() == 1
            || grouped(groups, &[2, 2, 2, 3, 2])
            || grouped(groups, &[6, 3, 2]) && uniform(groups)
            || grouped(groups, &[6, 5]);
        if belgian(digits) && (usual || called) {
            push(
                11,
                Kind::Nrn,
                if called {
                    0.99
                } else if groups.len() > 1 {
                    0.95
                } else {
                    0.85
                },
                "nrn",
            );
        } else if called && (polish(digits) || german(digits)) {
            push(11, Kind::Nrn, 0.9, if german(digits) { "national-de" } else { "national-pl" });
        } else if called && digits[0] < 10 && (usual || groups.len() <= 5)
            || grouped(groups, &[2, 2, 2, 3, 2]) && groups[4].separator == b'.' && groups[3].separator == b'-'
        {
            push(11, Kind::Nrn, 0.75, "nrn-unchecked");
        }
    }
    if run.exactly(15).is_some() && french(run.digits(15)) {
        push(15, Kind::Nrn, 0.95, "national-fr");
    } else if run.exactly(13).is_some() && called && matches!(run.digits(13)[0], 1 | 2) {
        push(13, Kind::Nrn, 0.7, "national-fr");
    }
    if let Some(groups) = run.exactly(10)
        && grouped(groups, &[3, 3, 4])
        && groups[1].separator == b' '
        && nhs(run.digits(10))
        && (cues & cue::PATIENT != 0 || said(page, token, "nhs"))
    {
        push(10, Kind::PatientNumber, 0.9, "nhs");
    }
    if let Some(groups) = run.exactly(9) {
        let d = run.digits(9);
        // Areas that the administration does not issue (666, 900 to 999) are written by mistake, for tax numbers and in samples.
        if grouped(groups, &[3, 2, 4])
            && groups[1].separator == b'-'
            && groups[2].separator == b'-'
            && value(&d[..3]) != 0
            // "978-90-6638-…": a book.
            && !(run.groups().len() > 3 && run.groups()[3].separator == b'-')
        {
            push(
                9,
                Kind::Nrn,
                if called || said(page, token, "ssn") || said(page, token, "security") { 0.95 } else { 0.6 },
                "national-us",
            );
        }
    }
}

/// Whether the word stands among the six tokens before.
fn said(page: &Page<'_>, token: usize, word: &str) -> bool {
    (token.saturating_sub(6)..token).any(|i| page.word(i).eq_ignore_ascii_case(word))
}

/// Numbers with letters, tried on a run of letters and digits without spaces (or, for NINO, with them).
pub(crate) fn find_code(code: &str, start: u32, end: u32, cues: Flags, out: &mut Vec<Candidate>) {
    let mut plain = [0_u8; 20];
    let mut len = 0;
    for byte in code.bytes().filter(u8::is_ascii_alphanumeric) {
        if len == plain.len() {
            return;
        }
        plain[len] = byte.to_ascii_uppercase();
        len += 1;
    }
    let code = &plain[..len];
    let (score, detector) = match code.len() {
        9 if spanish(code) => (0.85, "national-es"),
        9 if british(code) => (if cues & cue::NRN != 0 { 0.95 } else { 0.7 }, "national-gb"),
        16 if italian(code) => (0.95, "national-it"),
        14 if dutch_vat(code) => (0.85, "national-nl-vat"),
        _ => return,
    };
    out.push(Candidate { start, end, kind: Kind::Nrn, score, detector });
}

/// DNI and NIE (Spain): the letter is the number modulo 23.
fn spanish(code: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let first = match code[0] {
        b'X' => 0,
        b'Y' => 1,
        b'Z' => 2,
        d @ b'0'..=b'9' => u64::from(d - b'0'),
        _ => return false,
    };
    if !code[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = code[1..8].iter().fold(first, |sum, &d| sum * 10 + u64::from(d - b'0'));
    usize::try_from(number % 23).is_ok_and(|i| LETTERS[i] == code[8])
}

/// National Insurance number (United Kingdom): two letters, six digits, A to D.
fn british(code: &[u8]) -> bool {
    let banned = |c: u8| matches!(c, b'D' | b'F' | b'I' | b'Q' | b'U' | b'V');
    code[0].is_ascii_uppercase()
        && code[1].is_ascii_uppercase()
        && !banned(code[0])
        && !banned(code[1])
        && code[1] != b'O'
        && !matches!(&code[..2], b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ")
        && code[2..8].iter().all(u8::is_ascii_digit)
        && (b'A'..=b'D').contains(&code[8])
}

/// Codice fiscale (Italy, DM 23 December 1976): fifteen characters and a check letter.
fn italian(code: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let shape = b"AAAAAA99A99A999A";
    let fits = code
        .iter()
        .zip(shape)
        .all(|(c, s)| if *s == b'A' { c.is_ascii_uppercase() } else { c.is_ascii_digit() });
    if !fits {
        return false;
    }
    let sum: u32 = code[..15]
        .iter()
        .enumerate()
        .map(|(i, &c)| {
            let n = usize::from(if c.is_ascii_digit() { c - b'0' } else { c - b'A' });
            if i % 2 == 0 { ODD[n] } else { u32::try_from(n).unwrap_or(0) }
        })
        .sum();
    u32::from(code[15] - b'A') == sum % 26
}

/// The VAT number of a Dutch sole trader since 2020: NL, nine digits, B, two digits; ISO 7064 MOD 97-10 over all. Companies' numbers do not fit it.
fn dutch_vat(code: &[u8]) -> bool {
    code.starts_with(b"NL")
        && code[2..11].iter().all(u8::is_ascii_digit)
        && code[11] == b'B'
        && code[12..].iter().all(u8::is_ascii_digit)
        && crate::iban::mod_97_in_order(code) == 1
}

/// The date of birth inside a Belgian number is real unless unknown; used by tests as an oracle.
#[cfg(test)]
pub(crate) fn birth_of(digits: &[u8]) -> bool {
    crate::date::real(1900 + value(&digits[..2]), value(&digits[2..4]) % 20, value(&digits[4..6]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect()
    }

    fn with_check(nine: &str, century: u64) -> String {
        let n: u64 = nine.parse().unwrap_or(0);
        format!("{nine}{:02}", 97 - (century * 1_000_000_000 + n) % 97)
    }

    #[test]
    fn belgian_numbers_of_both_centuries_and_bis() {
        assert!(belgian(&digits(&with_check("850730033", 0))));
        assert!(belgian(&digits(&with_check("050730033", 2))));
        assert!(belgian(&digits(&with_check("854730033", 0))));
        assert!(birth_of(&digits(&with_check("850730033", 0))));
        assert!(!belgian(&digits("85073003327")));
        assert!(!belgian(&digits(&with_check("851330033", 0))));
    }

    #[test]
    fn foreign_check_digits() {
        assert!(polish(&digits("44051401359")));
        assert!(german(&digits("86095742719")));
        assert!(french(&digits("255081416802538")));
        assert!(nhs(&digits("9434765919")));
        assert!(spanish(b"12345678Z") && !spanish(b"12345678A"));
        assert!(italian(b"RSSMRA85T10A562S") && !italian(b"RSSMRA85T10A562T"));
        assert!(british(b"AB123456C") && !british(b"BG123456C"));
    }
}
