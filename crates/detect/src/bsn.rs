//! The Dutch citizen service number (Wet algemene bepalingen burgerservicenummer): nine digits, 11-test.

use crate::cue;
use crate::digits::{Run, grouped, uniform};
use crate::kind::Kind;
use crate::lexicon::Flags;
use crate::page::Candidate;

/// The 11-test: 9·a + 8·b + … + 2·h − i is a multiple of 11, and not all digits are 0.
pub(crate) fn valid(digits: &[u8]) -> bool {
    let Ok(d) = <[u8; 9]>::try_from(digits) else { return false };
    let sum: i32 = (2..=9).rev().zip(d).map(|(weight, digit)| weight * i32::from(digit)).sum();
    d.iter().any(|&x| x != 0) && (sum - i32::from(d[8])) % 11 == 0
}

/// Ways in which people group nine digits.
const GROUPINGS: &[&[usize]] =
    &[&[9], &[3, 3, 3], &[4, 2, 3], &[2, 3, 4], &[4, 3, 2], &[2, 2, 2, 3], &[3, 2, 2, 2], &[4, 5], &[5, 4]];

/// `cues`: what stands before the number.
pub(crate) fn find(run: &Run, cues: Flags, out: &mut Vec<Candidate>) {
    let called = cues & cue::BSN != 0;
    if let Some(groups) = run.exactly(9) {
        let digits = run.digits(9);
        let valid = valid(digits);
        let usual = uniform(groups) && GROUPINGS.iter().any(|g| grouped(groups, g));
        let spaced = groups.len() > 1;
        let other = cues & !cue::BSN & (cue::VALUE & !cue::NAME) != 0;
        let score = match (called, valid) {
            (true, true) => 0.99,
            // A typing error does not make it anybody else's.
            (true, false) if digits.iter().any(|&d| d != digits[0]) => 0.8,
            (false, true) if usual && !spaced && !other => 0.7,
            (false, true) if usual && spaced && groups.len() == 3 && !other => 0.65,
            (false, true) if usual && !spaced && cues & (cue::OTHER | cue::PHONE | cue::IBAN) == 0 => 0.55,
            _ => 0.0,
        };
        push(run, groups[groups.len() - 1].end, score, out);
    } else if called {
        // Numbers below 100 million are written with eight digits.
        if let Some(groups) = run.exactly(8) {
            let mut padded = [0; 9];
            padded[1..].copy_from_slice(run.digits(8));
            push(run, groups[groups.len() - 1].end, if valid(&padded) { 0.95 } else { 0.6 }, out);
        }
    }
}

fn push(run: &Run, end: u32, score: f32, out: &mut Vec<Candidate>) {
    if score > 0.0 {
        out.push(Candidate { start: run.start, end, kind: Kind::Bsn, score, detector: "bsn" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|b| b - b'0').collect()
    }

    #[test]
    fn eleven_test() {
        assert!(valid(&digits("111222333")));
        assert!(valid(&digits("123456782")));
        assert!(!valid(&digits("123456789")));
        assert!(!valid(&digits("000000000")));
    }
}
