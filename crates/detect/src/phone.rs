//! Telephone numbers: Netherlands (Nummerplan telefoon- en ISDN-diensten), Belgium (BIPT numbering plan), Germany, France, United
//! Kingdom, and others in international form (E.164). Service numbers belong to nobody and are left alone.

use crate::cue;
use crate::digits::{Group, Run, grouped, uniform};
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::{Candidate, Page};

/// Dutch area codes of three digits; all others have four.
const NL_SHORT: &[u16] = &[
    10, 13, 15, 20, 23, 24, 26, 30, 33, 35, 36, 38, 40, 43, 45, 46, 50, 53, 55, 58, 70, 71, 72, 73, 74, 75,
    76, 77, 78, 79,
];

/// Longest national number without trunk zero, per country code that is checked for length; others: 6 to 12.
const COUNTRIES: &[(u64, usize, usize)] = &[
    (31, 9, 9),
    (32, 8, 9),
    (33, 9, 9),
    (34, 9, 9),
    (49, 6, 11),
    (44, 9, 10),
    (1, 10, 10),
    (48, 9, 9),
    (90, 10, 10),
    (212, 9, 9),
];

pub(crate) fn find(run: &Run, page: &Page<'_>, at: usize, cues: Flags, out: &mut Vec<Candidate>) {
    let (plus, start) = plus(page, at, run.start);
    let called = cues & cue::PHONE != 0;
    let other = cues
        & (cue::OTHER | cue::CUSTOMER | cue::IBAN | cue::BSN | cue::NRN | cue::CARD | cue::DOCUMENT)
        != 0
        && !called;
    let first = run.groups()[0];
    let lead = run.digits(first.total);
    let bracket = at > 0 && page.is(at - 1, b'(') && page.glued(at);
    let found = if plus {
        international(run, 0)
    } else if let Some(found) = north_american(run, bracket) {
        Some(found)
    } else if lead.starts_with(&[0, 0]) && lead.len() >= 4 {
        international(run, 2)
    } else if lead[0] == 0 {
        national(run, called)
    } else if called {
        bare(run)
    } else {
        None
    };
    let Some((group, mut score)) = found else { return };
    if !plus && !called && enterprise(run) {
        return;
    }
    if other {
        // "client = mr Saïd (0497 12 60 41)": nobody groups a file number so.
        let shown = score >= 0.85 && run.groups().iter().take_while(|g| g.total <= group.total).count() >= 3;
        score -= if shown && cues & (cue::OTHER | cue::CUSTOMER) == cue::CUSTOMER { 0.1 } else { 0.4 };
    }
    if called {
        score = (score + 0.3).min(0.99);
    }
    // A bracket that opens before the number closes inside it: "(020) 123 45 67".
    let open = !plus
        && at > 0
        && page.is(at - 1, b'(')
        && page.glued(at)
        && page.text[start as usize..group.end as usize].contains(')');
    let start = if open { page.tokens[at - 1].start } else { start };
    out.push(Candidate { start, end: group.end, kind: Kind::Phone, score, detector: "phone" });
}

/// Whether a plus stands before the number, perhaps with a bracket or space, and where it starts.
fn plus(page: &Page<'_>, at: usize, start: u32) -> (bool, u32) {
    for back in 1..=2 {
        let Some(before) = at.checked_sub(back) else { break };
        if page.is(before, b'+') && page.gap(before + 1) <= 1 {
            return (true, page.tokens[before].start);
        }
        if !page.is(before, b'(') {
            break;
        }
    }
    (false, start)
}

/// A number in international form, whose country code starts after `skip` digits.
fn international(run: &Run, skip: usize) -> Option<(Group, f32)> {
    let all = run.digits(run.groups().last()?.total);
    let digits = all.get(skip..)?;
    if *digits.first()? == 0 {
        return None;
    }
    let known = |len: usize| {
        let code = crate::digits::value(digits.get(..len)?);
        COUNTRIES.iter().find(|c| c.0 == code).map(|&(_, low, high)| (len, low, high))
    };
    let (code, low, high) = known(2).or_else(|| known(3)).or_else(|| known(1)).unwrap_or((2, 6, 11));
    // "+31 (0)6": the trunk zero in brackets.
    let trunk = usize::from(digits.get(code) == Some(&0));
    let mut best = None;
    for group in run.groups() {
        let national = group.total.saturating_sub(skip + code + trunk);
        if (low..=high).contains(&national) && !(matches!(group.separator, b'?' | b'\n') && best.is_some()) {
            best = Some(*group);
        }
    }
    let group = best?;
    let national = &digits[code + trunk..];
    // Toll-free and shared cost: +31 800, +31 900, +32 800, +32 90x.
    if matches!(national.get(..3), Some([8, 0, 0] | [9, 0, 0 | 6 | 9])) && code == 2 && digits[0] == 3 {
        return None;
    }
    Some((group, 0.95))
}

/// A Belgian enterprise number, "0417.497.106": 97 minus the remainder of the first eight digits by 97.
fn enterprise(run: &Run) -> bool {
    run.exactly(10).is_some_and(|groups| {
        let d = run.digits(10);
        let dotted = crate::digits::grouped(groups, &[4, 3, 3]) && groups[1].separator == b'.';
        dotted && d[0] == 0 && 97 - crate::digits::value(&d[..8]) % 97 == crate::digits::value(&d[8..])
    })
}

/// "212-555-0142", "(212) 555-0142", "1-212-555-0142": the North American plan. Exchange 555 with a line from 01 stands for nobody's number
/// in samples, and people write their own in its way, so the area is not checked there.
fn north_american(run: &Run, bracket: bool) -> Option<(Group, f32)> {
    let groups = run.groups();
    let lead = usize::from(groups[0].len == 1 && run.digits(1)[0] == 1);
    let [area, exchange, line] = groups.get(lead..lead + 3)? else { return None };
    if (area.len, exchange.len, line.len) != (3, 3, 4) {
        return None;
    }
    let d = &run.digits(line.total)[lead..];
    let sample = d[3..6] == [5, 5, 5];
    let dashed = matches!(line.separator, b'-' | b'.')
        && (exchange.separator == line.separator || bracket || lead == 1 && exchange.separator == b'-');
    let spaced = sample && matches!(line.separator, b'-' | b'.' | b' ');
    if !sample && (d[0] < 2 || d[3] < 2) || !(dashed || spaced) {
        return None;
    }
    Some((*line, if sample { 0.85 } else { 0.65 }))
}

/// A number with a trunk zero.
fn national(run: &Run, called: bool) -> Option<(Group, f32)> {
    let groups = run.groups();
    // Ten digits: Netherlands, Belgian mobile, France.
    if let Some(found) = run.exactly(10) {
        let d = run.digits(10);
        let last = *found.last()?;
        if let Some(score) = ten(d, found, called) {
            return (!service(d)).then_some((last, score));
        }
    }
    // Nine digits: Belgian fixed lines.
    if let Some(found) = run.exactly(9) {
        let d = run.digits(9);
        if !service(d) && d[1] != 0 && found.len() > 1 && belgian_fixed(d, found) {
            return Some((*found.last()?, 0.75));
        }
        if called && d[1] != 0 {
            return Some((*found.last()?, 0.5));
        }
    }
    // Eleven digits: British and German mobiles; German fixed lines of other lengths where the word says so or a slash parts the area.
    if let Some(found) = run.exactly(11) {
        let d = run.digits(11);
        if d[1] == 7 && found.len() <= 3 && found[0].len >= 4 || d[1] == 1 && matches!(d[2], 5..=7) {
            return Some((*found.last()?, 0.6));
        }
    }
    // British fixed lines: "0113 496 0347", "01632 960123".
    if let Some(found) = run.exactly(11)
        && matches!(run.digits(2)[1], 1 | 2)
        && [&[4, 3, 4][..], &[5, 6], &[3, 4, 4], &[5, 3, 3]].iter().any(|lengths| grouped(found, lengths))
        && uniform(found)
    {
        return Some((*found.last()?, 0.55));
    }
    // German mobiles of twelve digits.
    if let Some(found) = run.exactly(12) {
        let d = run.digits(12);
        if d[1] == 1 && matches!(d[2], 5..=7) && found.len() <= 4 {
            return Some((*found.last()?, 0.6));
        }
    }
    let slash = groups.len() > 1 && groups[1].separator == b'/' && groups[0].len >= 3;
    if (called || slash) && !service(run.digits(groups.last()?.total)) {
        let line = groups.iter().position(|g| g.separator == b'\n').unwrap_or(groups.len());
        let group =
            groups[..line].iter().rev().find(|g| (if slash { 9 } else { 8 }..=13).contains(&g.total))?;
        return Some((*group, 0.55));
    }
    None
}

/// Ten digits with a zero in front: how sure, if at all.
fn ten(d: &[u8], groups: &[Group], called: bool) -> Option<f32> {
    let first = groups[0].len;
    let alone = groups.len() == 1;
    // "0 6 8 7 1 1 9 4 0 2", "06 3 8 1 2 0 7 7 5"
    let spelled = uniform(groups) && (groups.len() == 10 || first == 2 && d[1] == 6);
    let scattered = groups.len() > 6 || groups.iter().skip(1).any(|g| g.len == 1) && groups.len() > 5;
    if d[1] == 0 || scattered && !spelled && !called {
        return None;
    }
    // Mobile: Netherlands 06, Belgium 045x to 049x.
    if d[1] == 6 {
        return Some(if alone {
            0.9
        } else if first <= 6 {
            0.95
        } else {
            0.7
        });
    }
    if d[1] == 4 && d[2] >= 5 && (first == 4 || alone) {
        return Some(if alone { 0.7 } else { 0.9 });
    }
    let area = u16::from(d[1]) * 10 + u16::from(d[2]);
    if NL_SHORT.contains(&area) {
        return Some(if first == 3 {
            0.85
        } else if alone {
            0.6
        } else {
            0.75
        });
    }
    if d[1] == 8 && d[2] == 8 {
        // Numbers of companies: theirs, unless more says it is a person's.
        return Some(0.15);
    }
    if matches!(d[1], 1..=5 | 7 | 9) {
        return Some(match first {
            4 => 0.85,
            2 if groups.len() == 5 => 0.85,
            10 => 0.55,
            _ => 0.6,
        });
    }
    None
}

/// 0800, 0900, 0906, 0909, 0878, 0843 to 0847: nobody's own.
fn service(d: &[u8]) -> bool {
    matches!(d.get(..4), Some([0, 8, 0, 0] | [0, 9, 0, 0 | 6 | 9] | [0, 8, 4 | 7, _] | [0, 9, 7, 0]))
}

/// "02 123 45 67", "03/123.45.67", "011 12 34 56", "089/12 34 56".
fn belgian_fixed(d: &[u8], groups: &[Group]) -> bool {
    match groups[0].len {
        2 => matches!(d[1], 2 | 3 | 4 | 9),
        3 => groups.len() <= 4,
        _ => false,
    }
}

/// A number without trunk zero, behind a word for telephone: "gsm 475 12 34 56", "tel 6-12345678".
fn bare(run: &Run) -> Option<(Group, f32)> {
    let group = run.groups().iter().find(|g| g.total == 9)?;
    let d = run.digits(9);
    (d[0] == 6 || d[0] == 4 && d[1] >= 5).then_some((*group, 0.5))
}
