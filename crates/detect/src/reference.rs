//! Numbers that an organisation gives to a person: customer, policy, case, file, staff, student, member and patient numbers, and the
//! numbers of identity documents. They have no check digit: the word or column before them says what they are.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::{Candidate, Class, Page, Shape, Token};

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
        if cues == 0 {
            return plain_number(page, at, out);
        }
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
    let mut labelled = token.has(cue::SUFFIX);
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

/// "(nr 0967412)", "nummer 902 44 173 01": nothing says whose number it is, and it is too long to count things.
fn plain_number(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let before = at.saturating_sub(3)..at;
    if page.tokens[before].iter().any(|t| t.flags & cue::VALUE & !(cue::NAME | SERVED) != 0) {
        return;
    }
    let mut index = at + 1;
    while index < at + 3 && page.get(index).is_some_and(|t| matches!(t.mark, b'.' | b':')) {
        index += 1;
    }
    let from = out.len();
    let end = take(page, index, cue::CUSTOMER, true, out);
    let digits = page.between(index, end.saturating_sub(1)).bytes().filter(u8::is_ascii_digit).count();
    if digits < 5 {
        out.truncate(from);
    } else if let Some(found) = out.last_mut() {
        found.score = 0.6;
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
    "protocol",
    "bericht",
    "paragraaf",
    "metc",
    "vergunning",
    "norm",
    "perron",
    "loonheffingen",
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
        && page.get(code.end).is_some_and(Token::is_number)
        && page.gap(code.end) == 1
        && let Some(more) = self::code(page, code.end)
        && (page.tokens[code.end].len() >= 3 || more.digits >= 5)
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
    let empty = text.bytes().filter(u8::is_ascii_digit).all(|b| b == b'0');
    if code.digits < 2 || empty || text.len() < 3 || text.len() > 40 {
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
    // An EAN of 18 digits is a household's connection; of 8 or 13, an article.
    if matches!(code.digits, 8 | 13)
        && code.first > 0
        && (code.first.saturating_sub(3)..code.first).any(|i| page.word(i).eq_ignore_ascii_case("ean"))
    {
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

pub(crate) fn push(
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
