//! Numbers of identity documents, machine readable zones and student numbers: what shows from its form.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};
use crate::reference::{Code, code, push};

/// Document numbers that show from their form: Dutch passports and identity cards (two letters, six letters or digits, a digit, no O), where
/// a word for a document stands within reach; "V-nummer" of foreign nationals.
pub(crate) fn find_document(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let Some(code) = code(page, at) else { return };
    let text = page.between(code.first, code.end - 1);
    let bytes = text.as_bytes();
    let dutch = bytes.len() == 9
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..8].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && bytes[8].is_ascii_digit()
        && code.digits >= 3
        && !bytes.contains(&b'O');
    let near = || {
        page.tokens[at].hint & cue::DOCUMENT != 0
            || (at.saturating_sub(8)..at).any(|i| page.tokens[i].has(cue::DOCUMENT))
    };
    // The Belgian identity card: 592-1234567-89, remainder by 97.
    let lens: Vec<usize> = page.tokens[code.first..code.end]
        .iter()
        .filter(|t| t.is_number())
        .map(crate::page::Token::len)
        .collect();
    let belgian = code.letters == 0 && lens == [3, 7, 2] && {
        let digits: Vec<u8> = bytes.iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0').collect();
        let check = crate::digits::value(&digits[10..]);
        let rest = crate::digits::value(&digits[..10]) % 97;
        check == if rest == 0 { 97 } else { rest }
    };
    if belgian {
        push(page, &code, Kind::IdDocument, 0.9, "id-document-be", out);
    } else if dutch && near() {
        push(page, &code, Kind::IdDocument, 0.9, "id-document-nl", out);
    } else if (6..=12).contains(&bytes.len())
        && code.digits >= 4
        && code.digits + code.letters == bytes.len()
        && near()
    {
        push(page, &code, Kind::IdDocument, 0.6, "id-document", out);
    }
}

/// A letter and seven digits, as universities number their students: "s4417702", "r0738812".
pub(crate) fn find_student(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let number = at + 1;
    let fits = matches!(page.word(at), "s" | "r" | "S" | "R" | "u" | "m")
        && page.glued(number)
        && page.tokens[number].is_number()
        && page.tokens[number].len() == 7
        && (!page.glued(number + 1)
            || matches!(page.tokens[number + 1].mark, b',' | b'.' | b')' | b':' | b';' | b'"' | b'|'))
        && !page.glued(at);
    if fits {
        let code = Code { first: at, end: number + 1, digits: 7, letters: 1 };
        push(page, &code, Kind::CustomerNumber, 0.65, "student-number", out);
    }
}

/// Machine readable zones (ICAO 9303): lines of 30, 36 or 44 capitals, digits and `<`.
pub(crate) fn find_zone(page: &Page<'_>, from: usize, end: usize, out: &mut Vec<Candidate>) {
    if end <= from {
        return;
    }
    let (Some(first), Some(last)) = (page.get(from), page.get(end - 1)) else { return };
    let line = page.text[first.start as usize..last.end as usize].trim();
    if !matches!(line.len(), 30 | 36 | 44) || !line.contains('<') {
        return;
    }
    let fits = line.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<');
    let fillers = line.bytes().filter(|&b| b == b'<').count();
    if fits && (fillers >= 3 || zone_checks(line)) {
        out.push(Candidate {
            start: first.start,
            end: last.end,
            kind: Kind::IdDocument,
            score: if zone_checks(line) { 0.99 } else { 0.9 },
            detector: "mrz",
        });
    }
}

/// The check digit of the document number or date of birth, with weights 7, 3, 1.
fn zone_checks(line: &str) -> bool {
    let check = |from: usize, to: usize| {
        let b = line.as_bytes();
        let value = |c: u8| match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'Z' => u32::from(c - b'A') + 10,
            _ => 0,
        };
        let sum: u32 = b[from..to].iter().zip([7, 3, 1].iter().cycle()).map(|(&c, w)| value(c) * w).sum();
        b[to].is_ascii_digit() && sum % 10 == u32::from(b[to] - b'0')
    };
    match line.len() {
        36 | 44 => check(0, 9) && check(13, 19),
        30 => check(5, 14) || check(0, 6) && check(8, 14),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_the_standard_check() {
        assert!(zone_checks("L898902C36UTO7408122F1204159ZE184226B<<<<<10"));
        assert!(zone_checks("I<UTOD231458907<<<<<<<<<<<<<<<"));
        assert!(!zone_checks("L898902C37UTO7408122F1204159ZE184226B<<<<<10"));
    }
}
