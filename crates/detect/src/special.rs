//! Special categories (GDPR articles 9 and 10), a first layer: word lists, and only where the text speaks of somebody.
//!
//! "Wat is diabetes?" is a question; "mevrouw Bouzidi heeft diabetes" is health data. What decides is a finding about a person
//! near the words.

use crate::kind::Kind;
use crate::lexicon::MEDICINE;
use crate::page::{Candidate, Page};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// How far from the words the person may be, in bytes. Conversations go on about the same person for a while.
const NEAR: u32 = 1200;

/// The word lists of the special categories.
pub(crate) struct Special {
    automaton: AhoCorasick,
    terms: Vec<Term>,
}

struct Term {
    kind: Kind,
    /// Whether the term may begin or end inside a word.
    open_start: bool,
    open_end: bool,
}

impl Special {
    /// Builds the automaton; without it (which cannot happen with the embedded lists) nothing special is found.
    pub fn new() -> Option<Self> {
        let mut terms = Vec::new();
        let mut patterns = Vec::new();
        for line in include_str!("../data/special.txt").lines() {
            let Some((name, term)) = line.split_once('\t') else { continue };
            let Some(kind) = Kind::from_name(name) else { continue };
            terms.push(Term { kind, open_start: term.starts_with('*'), open_end: term.ends_with('*') });
            patterns.push(term.trim_matches('*'));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .ok()?;
        Some(Self { automaton, terms })
    }

    /// Finds the words near `people`, the byte ranges of findings about persons, in order of their start.
    pub fn find(&self, page: &Page<'_>, people: &[(u32, u32)], out: &mut Vec<Candidate>) {
        if people.is_empty() {
            return;
        }
        let bytes = page.text.as_bytes();
        let near = |start: u32, end: u32| {
            let i = people.partition_point(|p| p.0 < start);
            let near = i > 0 && start.saturating_sub(people[i - 1].1) <= NEAR
                || people.get(i).is_some_and(|p| p.0.saturating_sub(end) <= NEAR);
            // A word inside a name or address is that name or address.
            let inside =
                i > 0 && people[i - 1].1 >= end || people.get(i).is_some_and(|p| p.0 < end && p.1 > start);
            near && !inside
        };
        for token in page.tokens.iter().filter(|t| t.flags & MEDICINE != 0 && near(t.start, t.end)) {
            out.push(Candidate {
                start: token.start,
                end: token.end,
                kind: Kind::Health,
                score: 0.7,
                detector: "medicine",
            });
        }
        for found in self.automaton.find_iter(page.text) {
            let term = &self.terms[found.pattern().as_usize()];
            let (start, mut end) = (found.start(), found.end());
            let letter = |i: usize| bytes.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
            if !term.open_start && start > 0 && letter(start - 1) {
                continue;
            }
            if letter(end) {
                if !term.open_end {
                    continue;
                }
                // The rest of the word belongs to it; the longest compound has some sixty letters.
                let stop = (end + 60).min(bytes.len());
                while end < stop && letter(end) {
                    end += 1;
                }
                while !page.text.is_char_boundary(end) {
                    end += 1;
                }
            }
            let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { continue };
            if near(start, end) {
                out.push(Candidate { start, end, kind: term.kind, score: 0.75, detector: "special-terms" });
            }
        }
    }
}
