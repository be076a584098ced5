//! From overlapping candidates to findings: the surer and longer one wins.

use crate::fold::Folded;
use crate::kind::{Finding, Kind};
use crate::page::Candidate;
use std::collections::BTreeMap;

/// Candidates below this score are not reported.
pub(crate) const REPORT_FROM: f32 = 0.5;

/// Whether findings of the kind may not overlap one another.
pub(crate) fn exclusive(kind: Kind) -> bool {
    !kind.is_special() && kind != Kind::Organisation && kind != Kind::ConfidentialTerm
}

/// How specific a kind is, where scores are equal: a check digit beats a word list.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Credential | Kind::Iban | Kind::Email => 5,
        Kind::Bsn | Kind::Nrn | Kind::Card | Kind::IdDocument | Kind::ProfileUrl | Kind::IpAddress => 4,
        Kind::BirthDate | Kind::Phone | Kind::LicencePlate => 3,
        Kind::PatientNumber | Kind::CustomerNumber | Kind::Username | Kind::Address => 2,
        Kind::Postcode => 1,
        _ => 0,
    }
}

/// Resolves the candidates of one page whose text starts at byte `offset` of the segment.
pub(crate) fn resolve(candidates: Vec<Candidate>, folded: &Folded<'_>, offset: usize) -> Vec<Finding> {
    findings(&settle(candidates, &folded.text), folded, offset)
}

/// The candidates of one page that stay beside one another, sorted by start; still in bytes of the page.
pub(crate) fn settle(mut candidates: Vec<Candidate>, text: &str) -> Vec<Candidate> {
    candidates.retain(|c| c.score >= REPORT_FROM && c.start < c.end);
    candidates.sort_unstable_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(rank(b.kind).cmp(&rank(a.kind)))
            .then((b.end - b.start).cmp(&(a.end - a.start)))
            .then(a.start.cmp(&b.start))
            .then(a.kind.cmp(&b.kind))
    });
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    let mut settled = Vec::with_capacity(candidates.len());
    let mut seen: BTreeMap<(u32, Kind), u32> = BTreeMap::new();
    for c in candidates {
        if exclusive(c.kind) {
            let (mut start, mut end) = (c.start, c.end);
            // What a surer finding already covers is cut off; a person or address keeps what sticks out.
            if let Some((_, &before)) = taken.range(..=start).next_back() {
                start = start.max(before);
            }
            if let Some((&after, _)) = taken.range(start..).next() {
                end = end.min(after);
            }
            let whole = start == c.start && end == c.end;
            if !whole && !matches!(c.kind, Kind::Person | Kind::Address | Kind::Credential) || start >= end {
                continue;
            }
            let value = &text[start as usize..end as usize];
            let trimmed = value.trim_matches(|x: char| !whole && !x.is_alphanumeric());
            if !whole && trimmed.len() < 3 {
                continue;
            }
            let lead = u32::try_from(value.find(trimmed).unwrap_or(0)).unwrap_or(0);
            let start = start + lead;
            let end = start + u32::try_from(trimmed.len()).unwrap_or(0);
            taken.insert(start, end);
            settled.push(Candidate { start, end, ..c });
        } else {
            let known = seen.entry((c.start, c.kind)).or_insert(0);
            if *known < c.end {
                *known = c.end;
                settled.push(c);
            }
        }
    }
    settled.sort_unstable_by(|a, b| a.start.cmp(&b.start).then(a.end.cmp(&b.end)).then(a.kind.cmp(&b.kind)));
    settled
}

/// Candidates as findings of the segment in which the page starts at byte `offset`.
pub(crate) fn findings(settled: &[Candidate], folded: &Folded<'_>, offset: usize) -> Vec<Finding> {
    let finding = |c: &Candidate| {
        let (start, end) = folded.range(c.start as usize, c.end as usize);
        let score = c.score.clamp(0.0, 1.0);
        Finding { start: start + offset, end: end + offset, kind: c.kind, score, detector: c.detector }
    };
    settled.iter().map(finding).collect()
}
