//! What the rest of the document says of a name that no word beside it vouches for.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};
use crate::person;

/// Where nothing else speaks of a person, a capital that the lists know is more often a brand, a scholar or a town: names that no word
/// vouches for count for less.
pub(crate) fn lower(page: &Page<'_>, candidates: &mut [Candidate]) {
    let vouches = |c: &&mut Candidate| {
        c.score >= 0.6
            && match c.kind {
                Kind::Person => matches!(
                    c.detector,
                    "name-title"
                        | "name-label"
                        | "name-role"
                        | "name-greeting"
                        | "name-closing"
                        | "name-speaker"
                        | "name-line"
                        | person::FULL
                ),
                Kind::Organisation | Kind::City => false,
                kind => !kind.is_special(),
            }
    };
    let (mut sure, mut full) = (false, 0);
    for c in candidates.iter_mut() {
        let counts = vouches(&c);
        full += usize::from(counts && c.detector == person::FULL);
        sure |= counts && c.detector != person::FULL;
    }
    for c in candidates.iter_mut().filter(|c| !sure && full < 3 && c.detector == person::KNOWN) {
        c.score -= 0.5;
    }
    if sure || full > 0 {
        return;
    }
    // Where "hij" or "ze" is spoken of, names are people's.
    let spoken = (0..page.tokens.len()).any(|at| {
        page.tokens[at].len() <= 4
            && matches!(
                page.word(at),
                "hij"
                    | "Hij"
                    | "ze"
                    | "Ze"
                    | "hem"
                    | "haar"
                    | "Haar"
                    | "he"
                    | "He"
                    | "she"
                    | "She"
                    | "him"
                    | "her"
                    | "his"
            )
    });
    for c in candidates
        .iter_mut()
        .filter(|c| c.kind == Kind::Person && matches!(c.detector, "name" | "name-beside" | "name-again"))
    {
        // "Avigail kan vrijdag niet": what does something is somebody.
        let next = page.tokens.partition_point(|t| t.start < c.end);
        let does = page.get(next).is_some_and(|t| t.has(cue::DOES) && page.gap(next) == 1);
        c.score -= match (does, spoken) {
            (true, true) => 0.1,
            (true, false) => 0.3,
            (false, true) => 0.36,
            (false, false) => 0.4,
        };
    }
}
