//! Payment cards: issuer ranges (ISO/IEC 7812), lengths and the Luhn check digit.

use crate::cue;
use crate::digits::{Run, grouped, uniform, value};
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::Candidate;

/// The Luhn check: doubling every second digit from the right, the digit sum is a multiple of 10.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| {
            let doubled = u32::from(d) * if i % 2 == 1 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    digits.iter().any(|&d| d != 0) && sum.is_multiple_of(10)
}

/// Whether an issuer hands out cards of this length that start so.
fn issued(digits: &[u8]) -> bool {
    let (two, four) = (value(&digits[..2]), value(&digits[..4]));
    match digits.len() {
        13 => two / 10 == 4,
        14 => matches!(two, 36 | 38) || (3000..=3059).contains(&four),
        15 => matches!(two, 34 | 37),
        16 => {
            two / 10 == 4
                || (51..=55).contains(&two)
                || (2221..=2720).contains(&four)
                || matches!(two, 35 | 50 | 56..=58 | 60..=69)
        }
        17..=19 => two / 10 == 4 || matches!(two, 50 | 56..=58 | 60..=69),
        _ => false,
    }
}

pub(crate) fn find(run: &Run, cues: Flags, out: &mut Vec<Candidate>) {
    let called = cues & cue::CARD != 0;
    for group in run.groups().iter().rev() {
        let total = group.total;
        if !(13..=19).contains(&total) {
            continue;
        }
        let Some(groups) = run.exactly(total) else { continue };
        let digits = run.digits(total);
        let usual = groups.len() == 1
            || uniform(groups) && groups[..groups.len() - 1].iter().all(|g| g.len == 4) && groups.len() > 3
            || grouped(groups, &[4, 6, 5]);
        let score = match (issued(digits) && luhn(digits), called) {
            (true, true) => 0.99,
            (true, false) if usual && (total >= 15 || groups.len() > 1) && cues & cue::IBAN == 0 => 0.85,
            (false, true) if usual && issued(digits) => 0.7,
            _ => continue,
        };
        out.push(Candidate { start: run.start, end: group.end, kind: Kind::Card, score, detector: "card" });
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_check() {
        let digits: Vec<u8> = "4111111111111111".bytes().map(|b| b - b'0').collect();
        assert!(luhn(&digits) && issued(&digits));
        assert!(!luhn(&digits[1..]));
        assert!(!luhn(&[0; 16]));
    }
}
