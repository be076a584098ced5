//! Vehicle registrations: the Dutch sidecodes (RDW) and the Belgian series (DIV); German, French and British ones where a word says so.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};

/// Shapes with A for a letter and 9 for a digit; one part per group.
/// Dutch sidecodes 1 to 14, then Belgian: since 2010, the reversed old forms, and special series.
const DUTCH: &[&str] = &[
    "AA-99-99", "99-99-AA", "99-AA-99", "AA-99-AA", "AA-AA-99", "99-AA-AA", "99-AAA-9", "9-AAA-99",
    "AA-999-A", "A-999-AA", "AAA-99-A", "A-99-AAA", "9-AA-999", "999-AA-9",
];
const BELGIAN: &[&str] = &["9-AAA-999", "AAA-999", "999-AAA", "A-AA-999", "9-AA-999", "AA-999-A"];

/// Tries a plate at token `at`, which starts after a space or mark.
pub(crate) fn find(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    if token.len() > 6
        || at > 0
            && page.glued(at)
            && (page.tokens[at - 1].is_word()
                || page.tokens[at - 1].is_number()
                || matches!(page.tokens[at - 1].mark, b'-' | b'/' | b'_' | b'@' | b'.'))
    {
        return;
    }
    // With dashes the next token is one; without, something must say that this is a plate.
    let hyphened = page.is(at + 1, b'-') && page.glued(at + 1);
    if !hyphened
        && token.hint & cue::PLATE == 0
        && !page.tokens[at.saturating_sub(6)..at].iter().any(|t| t.has(cue::PLATE | cue::VEHICLE))
    {
        return;
    }
    let mut shape = [0_u8; 12];
    let (mut len, mut dashes, mut spaces) = (0, 0, 0);
    let (mut upper, mut letters) = (true, 0);
    for index in at..at + 7 {
        let Some(token) = page.get(index) else { break };
        if index > at && page.gap(index) > 0 {
            if page.gap(index) > 1 || !(token.is_word() || token.is_number()) {
                break;
            }
            spaces += 1;
            if len < shape.len() {
                shape[len] = b' ';
                len += 1;
            }
        }
        if len + token.len() > shape.len() {
            break;
        }
        if token.mark == b'-' {
            shape[len] = b'-';
            len += 1;
            dashes += 1;
            continue;
        }
        if !(token.is_word() || token.is_number()) || token.len() > 6 || !page.word(index).is_ascii() {
            break;
        }
        if token.is_word() {
            letters += token.len();
            upper &= page.word(index).bytes().all(|b| b.is_ascii_uppercase());
        }
        shape[len..len + token.len()].fill(if token.is_word() { b'A' } else { b'9' });
        len += token.len();
        let last = index;
        if let Some(score) = judge(page, at, &shape[..len], (dashes, spaces), upper && letters > 0) {
            let next = last + 1;
            let glued = page.glued(next)
                && (page.tokens[next].is_word()
                    || page.tokens[next].is_number()
                    || page.is(next, b'-') && page.glued(next + 1) && !page.tokens[next + 1].is_line());
            if !glued {
                out.push(Candidate {
                    start: page.tokens[at].start,
                    end: page.tokens[last].end,
                    kind: Kind::LicencePlate,
                    score,
                    detector: "licence-plate",
                });
            }
        }
    }
}

fn judge(
    page: &Page<'_>,
    at: usize,
    shape: &[u8],
    (dashes, spaces): (usize, usize),
    upper: bool,
) -> Option<f32> {
    if shape.len() < 6 {
        return None;
    }
    let matches = |list: &[&str], separator: u8| {
        list.iter().any(|p| {
            p.len() == shape.len()
                && p.bytes().zip(shape).all(|(p, &s)| if p == b'-' { s == separator } else { s == p })
        })
    };
    let cues = page.cue(at, 4);
    let called = cues & cue::PLATE != 0 || vehicle_near(page, at);
    let other = cues & (cue::OTHER | cue::CUSTOMER | cue::DOCUMENT | cue::PATIENT) != 0;
    if called && upper && (german(shape) || shape == b"AA99 AAA" || shape == b"AA-999-AA") {
        return Some(0.9);
    }
    if dashes > 0 && spaces == 0 {
        if shape == b"AA-999-AA" && upper && !other {
            return Some(0.6);
        }
        if matches(DUTCH, b'-') {
            // Three letters and digits are also postcodes of products; the dashes at these places are not.
            let score: f32 = if called {
                0.97
            } else if upper {
                0.8
            } else {
                0.55
            };
            return Some(if other && !called { score - 0.35 } else { score });
        }
        if matches(BELGIAN, b'-') {
            let modern = shape.len() == 9;
            let score: f32 = if called {
                0.97
            } else if modern && upper {
                0.85
            } else {
                0.4
            };
            return Some(if other && !called { score - 0.35 } else { score });
        }
        return None;
    }
    if !called || !upper {
        return None;
    }
    let bare: &[&str] = &[
        "AA9999", "9999AA", "99AA99", "AA99AA", "AAAA99", "99AAAA", "99AAA9", "9AAA99", "AA999A", "A999AA",
        "AAA99A", "A99AAA", "9AA999", "999AA9", "9AAA999", "AAA999",
    ];
    let fits = spaces == 0 && dashes == 0 && bare.iter().any(|p| p.as_bytes() == shape)
        || spaces > 0 && dashes == 0 && (matches(DUTCH, b' ') || matches(BELGIAN, b' '));
    fits.then_some(0.85)
}

/// "K-WO 5512", "B-AB1234": a district of one to three letters, one or two letters, one to four digits.
fn german(shape: &[u8]) -> bool {
    let count = |from: usize, kind: u8| shape[from..].iter().take_while(|&&b| b == kind).count();
    let district = count(0, b'A');
    if !(1..=3).contains(&district) || shape.get(district) != Some(&b'-') {
        return false;
    }
    let letters = count(district + 1, b'A');
    let mut at = district + 1 + letters;
    at += usize::from(matches!(shape.get(at), Some(b' ' | b'-')));
    let digits = count(at, b'9');
    (1..=2).contains(&letters) && (1..=4).contains(&digits) && at + digits == shape.len()
}

/// A word for a vehicle shortly before.
fn vehicle_near(page: &Page<'_>, at: usize) -> bool {
    page.tokens[at.saturating_sub(5)..at].iter().any(|t| t.has(cue::VEHICLE))
}
