//! Numbers that an organisation gives to a person: customer, policy, case, file, staff, student, member and patient numbers, and the
//! numbers of identity documents. They have no check digit: the word or column before them says what they are.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::{Candidate, Class, Page, Shape};

/// The cues this module serves.
const SERVED: Flags = cue::CUSTOMER | cue::PATIENT | cue::DOCUMENT;
/// The longest code, in tokens.
const LONGEST: usize = 16;

/// A run of letters, digits and marks without spaces.
pub(crate) struct Code {
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    pub digits: usize,
    pub letters: usize,
}

/// The code that starts at token `at`.
pub(crate) fn code(page: &Page<'_>, at: usize) -> Option<Code> {
    let mut code = Code { first: at, end: at, digits: 0, letters: 0 };
    let mut index = at;
    while index < at + LONGEST {
        let Some(token) = page.get(index) else { break };
        if index > at && !page.glued(index) {
            break;
        }
        match token.class {
            Class::Number => code.digits += token.len(),
            Class::Word if token.len() <= 12 => code.letters += token.len(),
            Class::Mark
                if index > at && matches!(token.mark, b'-' | b'/' | b'.' | b'_') && page.glued(index + 1) =>
            {
                index += 1;
                continue;
            }
            _ => break,
        }
        index += 1;
        code.end = index;
    }
    (code.end > at).then_some(code)
}

/// Follows a cue word at `at` to the number behind it.
pub(crate) fn find(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    let mut cues = token.flags & SERVED;
    if cues == 0 && token.has(cue::SUFFIX) {
        cues = abbreviated(page, at);
    }
    // "artikel 6 lid 1", "kamerlid": the words before decide against it.
    if cues == 0
        || at > 0
            && page.tokens[at - 1].has(cue::OTHER)
            && page.tokens[at - 1].flags & SERVED == 0
            && !token.has(cue::DOCUMENT)
    {
        return;
    }
    let mut index = at + 1;
    let mut labelled = false;
    let mut steps = 0;
    while let Some(next) = page.get(index) {
        steps += 1;
        if steps > 7 || next.is_line() {
            return;
        }
        let filler = match next.class {
            Class::Mark => {
                labelled |= matches!(next.mark, b':' | b'=' | b'#');
                matches!(next.mark, b':' | b'=' | b'#' | b'.' | b'(' | b'"' | b'_' | b'\'' | b'-' | b'[')
                    || next.mark == crate::page::DEGREE
            }
            Class::Word => {
                let suffix = next.has(cue::SUFFIX);
                labelled |= suffix;
                let glued_code =
                    page.get(index + 1).is_some_and(|t| t.is_number() || t.mark == b'-' || t.mark == b'/')
                        && page.glued(index + 1);
                !glued_code
                    && (suffix
                        || next.flags & SERVED != 0
                        || matches!(
                            page.word(index),
                            "is" | "van"
                                | "was"
                                | "met"
                                | "onder"
                                | "n"
                                | "N"
                                | "en"
                                | "zijn"
                                | "mijn"
                                | "my"
                                | "zis"
                                | "op"
                                | "s"
                        ))
            }
            _ => false,
        };
        if !filler {
            break;
        }
        index += 1;
    }
    labelled |= token.len() > 6
        && (page.word(at).ends_with("nr")
            || page.word(at).ends_with("nummer")
            || page.word(at).ends_with("number"));
    let end = take(page, index, cues, labelled, out);
    series(page, index, end, cues, out);
}

/// "AOK-Nr.", "IND-nummer", "AR nr.", "Pat.-Nr.": an abbreviation or compound before the word for number.
fn abbreviated(page: &Page<'_>, at: usize) -> Flags {
    let Some(mut stem) = at.checked_sub(1) else { return 0 };
    while stem > 0 && matches!(page.tokens[stem].mark, b'-' | b'.') && page.glued(stem) {
        stem -= 1;
    }
    let token = &page.tokens[stem];
    let joined = stem + 1 < at || token.shape == Shape::Upper || matches!(page.word(stem), "n" | "nr");
    if !token.is_word()
        || !joined
        || page.gap(at) > 1
        || token.has(cue::OTHER | cue::ADDRESS)
        || token.flags & cue::VALUE & !(cue::NAME | SERVED) != 0
    {
        return 0;
    }
    if token.flags & SERVED != 0 {
        return token.flags & SERVED;
    }
    if matches!(page.word(stem), "Pat" | "pat" | "AOK" | "PA" | "EPD" | "ZIS") {
        cue::PATIENT
    } else {
        cue::CUSTOMER
    }
}

/// What is numbered and is not a person's.
const NEUTRAL: &[&str] = &[
    "kamer",
    "rug",
    "volg",
    "versie",
    "pagina",
    "model",
    "huis",
    "serie",
    "regel",
    "telefoon",
    "fout",
    "build",
    "vraag",
    "hoofdstuk",
    "perceel",
    "kavel",
    "bouw",
    "onderdeel",
    "vlucht",
    "trein",
    "lijn",
    "bus",
    "week",
    "jaar",
    "blok",
    "rij",
    "stoel",
    "spoor",
    "zaal",
    "kluis",
    "poort",
    "begroting",
    "kosten",
    "grootboek",
    "catalogus",
    "hs",
    "goederen",
];

/// Whether the compound numbers something that is nobody's.
pub(crate) fn neutral(word: &str) -> bool {
    let stem = word.trim_end_matches("nummer").trim_end_matches("nr");
    NEUTRAL.iter().any(|n| stem.eq_ignore_ascii_case(n))
}

/// Compounds of "nummer" that the lists do not have: "notitienummer 4471", "deelneemstersnr. 12".
pub(crate) fn find_unlisted(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let word = page.word(at);
    let Some(stem) = ["nummer", "nr", "number", "nummers"].iter().find_map(|e| word.strip_suffix(e)) else {
        return;
    };
    if stem.len() < 3 || NEUTRAL.iter().any(|n| stem.eq_ignore_ascii_case(n)) {
        return;
    }
    let mut index = at + 1;
    while index < at + 4
        && page
            .get(index)
            .is_some_and(|t| matches!(t.mark, b':' | b'.' | b'=' | b'(') || matches!(page.word(index), "is"))
    {
        index += 1;
    }
    take(page, index, cue::CUSTOMER, true, out);
}

/// Takes the code at `index` if it looks like one; gives the token behind it.
fn take(page: &Page<'_>, index: usize, cues: Flags, labelled: bool, out: &mut Vec<Candidate>) -> usize {
    let Some(mut code) = code(page, index) else { return index };
    // "RO 058774103", "S 684219": letters, a space, digits.
    if code.digits == 0
        && code.letters <= 3
        && page.tokens[index].is_capital()
        && page.get(code.end).is_some_and(|t| t.is_number() && t.len() >= 3)
        && page.gap(code.end) == 1
        && let Some(more) = self::code(page, code.end)
    {
        code.digits = more.digits;
        code.end = more.end;
    }
    // Spaces between groups of digits: "70 21 554", "S 684219", "9 0433 0061 9".
    let mut groups = 0;
    while groups < 5
        && code.digits < 20
        && page.get(code.end).is_some_and(super::page::Token::is_number)
        && page.gap(code.end) == 1
        && (labelled || groups > 0)
        && short(page, &code)
    {
        let Some(more) = self::code(page, code.end) else { break };
        if more.letters > 0 {
            break;
        }
        code.digits += more.digits;
        code.end = more.end;
        groups += 1;
    }
    if !fits(page, &code, labelled, cues) {
        return index;
    }
    let (kind, detector) = if cues & cue::PATIENT != 0 {
        (Kind::PatientNumber, "patient-number")
    } else if cues & cue::DOCUMENT != 0 {
        (Kind::IdDocument, "id-document")
    } else {
        (Kind::CustomerNumber, "customer-number")
    };
    push(page, &code, kind, if labelled { 0.85 } else { 0.7 }, detector, out);
    code.end
}

/// More numbers of the same length in a row: "88213, 90417 en 91266".
fn series(page: &Page<'_>, first: usize, end: usize, cues: Flags, out: &mut Vec<Candidate>) {
    let mut before = end;
    let width = page.between(first, end.saturating_sub(1)).len();
    while before > first && before < first + 60 {
        let mut next = before;
        while page.is(next, b',') || matches!(page.word(next), "en" | "and" | "et" | "und" | "&" | "/") {
            next += 1;
        }
        if next == before || code(page, next).is_none_or(|c| page.between(c.first, c.end - 1).len() != width)
        {
            return;
        }
        let after = take(page, next, cues, true, out);
        if after == next {
            return;
        }
        before = after;
    }
}

fn short(page: &Page<'_>, code: &Code) -> bool {
    page.between(code.first, code.end - 1).len() <= 14
}

fn fits(page: &Page<'_>, code: &Code, labelled: bool, cues: Flags) -> bool {
    let text = page.between(code.first, code.end - 1);
    let first = &page.tokens[code.first];
    if code.first > 0 && page.tokens[code.first - 1].mark == crate::page::CURRENCY
        || page.is(code.end, b',')
            && page.glued(code.end)
            && page
                .get(code.end + 1)
                .is_some_and(|t| t.is_number() && t.len() == 2 && page.glued(code.end + 1))
    {
        return false;
    }
    if code.digits < 2 || text.len() < 3 || text.len() > 40 {
        return false;
    }
    if code.letters == 0 {
        let alone = code.end == code.first + 1;
        let year = alone && code.digits == 4 && matches!(text.get(..2), Some("19" | "20"));
        let least = if labelled { 3 } else { 4 };
        if code.digits < least || year && !labelled || is_date(page, code) {
            return false;
        }
        // A percentage, a time, an amount.
        if page.is(code.end, b'%')
            || page.is(code.end, b':') && page.glued(code.end)
            || page.tokens[code.end.min(page.tokens.len() - 1)].mark == crate::page::CURRENCY
        {
            return false;
        }
    } else if first.is_word() && code.digits < 3 && !labelled {
        return false;
    }
    if cues & cue::DOCUMENT != 0 { code.digits >= 3 && text.len() >= 6 } else { true }
}

fn is_date(page: &Page<'_>, code: &Code) -> bool {
    let lens: Vec<usize> = page.tokens[code.first..code.end]
        .iter()
        .filter(|t| t.is_number())
        .map(crate::page::Token::len)
        .collect();
    match lens[..] {
        [d, m, y] => {
            d <= 2 && m <= 2 && (y == 4 || y == 2)
                || d == 4 && m == 2 && y <= 2 && matches!(page.word(code.first).get(..2), Some("19" | "20"))
        }
        [d, m] => d <= 2 && m <= 2,
        _ => false,
    }
}

fn push(
    page: &Page<'_>,
    code: &Code,
    kind: Kind,
    score: f32,
    detector: &'static str,
    out: &mut Vec<Candidate>,
) {
    out.push(Candidate {
        start: page.tokens[code.first].start,
        end: page.tokens[code.end - 1].end,
        kind,
        score,
        detector,
    });
}

/// The number in a field whose label names one; `at` is the field's first token.
pub(crate) fn find_field(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let hint = page.tokens[at].hint;
    let cues = hint & SERVED;
    let mut index = at;
    while index < at + 6 && page.get(index).is_some_and(|t| t.hint == hint && !t.is_line()) {
        if let Some(code) = code(page, index) {
            if code.digits > 0 {
                take(page, index, cues, hint & cue::NAME == 0, out);
                return;
            }
            index = code.end;
        } else {
            index += 1;
        }
    }
}

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
