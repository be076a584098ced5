//! Organisations, lightly: a legal form behind a name, or a word such as "Stichting" before it.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page, Shape};

/// The most words of a name.
const WORDS: usize = 5;

/// At a word that is a legal form ("B.V.", "vzw") or a kind of organisation ("Stichting").
pub(crate) fn find(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    const LEGAL: &[&str] =
        &["bv", "nv", "vzw", "vof", "bvba", "gmbh", "ltd", "inc", "llc", "sprl", "asbl", "sarl", "cv", "plc"];
    let word = page.word(at);
    if LEGAL.iter().any(|l| word.eq_ignore_ascii_case(l)) {
        let mut first = at;
        while first > 0
            && at - first < WORDS
            && page.gap(first) <= 1
            && (page.tokens[first - 1].is_capital() || matches!(page.tokens[first - 1].mark, b'&' | b'-'))
        {
            first -= 1;
        }
        if first < at {
            push(page, first, at, 0.6, out);
        }
        return;
    }
    if matches!(word, "Stichting" | "Vereniging" | "Woonstichting" | "Fundación" | "Maatschap")
        && page.tokens[at].shape == Shape::Title
    {
        let mut last = at;
        while last - at < WORDS
            && page.get(last + 1).is_some_and(|t| t.is_capital() && !t.has(cue::VALUE))
            && page.gap(last + 1) == 1
        {
            last += 1;
        }
        if last > at {
            push(page, at, last, 0.6, out);
        }
    }
}

fn push(page: &Page<'_>, first: usize, last: usize, score: f32, out: &mut Vec<Candidate>) {
    out.push(Candidate {
        start: page.tokens[first].start,
        end: page.tokens[last].end,
        kind: Kind::Organisation,
        score,
        detector: "organisation",
    });
}
