//! Special categories (GDPR articles 9 and 10), a first layer: word lists, and only where the text says it of somebody.
//!
//! "Wat is diabetes?" is a question; "mevrouw Bouzidi heeft diabetes" is health data. What decides is whether an identifiable person, or
//! a word that stands for one ("zij", "mijn cliënt"), is spoken of in the same sentence or the one beside it, or in the same form or row.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{MEDICINE, WORD};
use crate::page::{Candidate, Class, Page};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// How far from the words the nearest person may be at most, in bytes, whoever the sentences speak of.
const NEAR: u32 = 1200;
/// How many lines a form goes on about the person named in it.
const FORM: usize = 12;

/// The word lists of the special categories.
pub(crate) struct Special {
    automaton: AhoCorasick,
    terms: Vec<Term>,
}

struct Term {
    kind: Kind,
    /// Whether the word also serves in talk about nobody: the person must then stand in the very sentence.
    weak: bool,
    /// Whether the term may begin or end inside a word.
    open_start: bool,
    open_end: bool,
}

/// Words found, and whether they are weak.
struct Hit {
    start: u32,
    end: u32,
    kind: Kind,
    weak: bool,
    detector: &'static str,
}

impl Special {
    /// Builds the automaton; without it (which cannot happen with the embedded lists) nothing special is found.
    pub fn new() -> Option<Self> {
        let mut terms = Vec::new();
        let mut patterns = Vec::new();
        for line in include_str!("../data/special.txt").lines() {
            let Some((name, term)) = line.split_once('\t') else { continue };
            let weak = name.ends_with('?');
            let Some(kind) = Kind::from_name(name.trim_end_matches('?')) else { continue };
            terms.push(Term { kind, weak, open_start: term.starts_with('*'), open_end: term.ends_with('*') });
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

    /// Finds the words that are said of `people`, the byte ranges of findings about persons, in order of their start.
    pub fn find(&self, page: &Page<'_>, people: &[(u32, u32)], out: &mut Vec<Candidate>) {
        if people.is_empty() {
            return;
        }
        let near = |start: u32, end: u32| {
            let i = people.partition_point(|p| p.0 < start);
            let near = i > 0 && start.saturating_sub(people[i - 1].1) <= NEAR
                || people.get(i).is_some_and(|p| p.0.saturating_sub(end) <= NEAR);
            // A word inside a name or address is that name or address.
            let inside =
                i > 0 && people[i - 1].1 >= end || people.get(i).is_some_and(|p| p.0 < end && p.1 > start);
            near && !inside
        };
        let mut hits = self.hits(page);
        hits.retain(|h| near(h.start, h.end));
        if hits.is_empty() {
            return;
        }
        let sentences = sentences(page, people);
        for hit in hits {
            let at = sentences.partition_point(|s| s.start <= hit.start).saturating_sub(1);
            if about(&sentences, at, hit.weak) {
                let score = if hit.weak { 0.65 } else { 0.75 };
                let Hit { start, end, kind, detector, .. } = hit;
                out.push(Candidate { start, end, kind, score, detector });
            }
        }
    }

    fn hits(&self, page: &Page<'_>) -> Vec<Hit> {
        let bytes = page.text.as_bytes();
        let mut hits: Vec<Hit> = page
            .tokens
            .iter()
            .filter(|t| t.flags & MEDICINE != 0)
            .map(|t| Hit {
                start: t.start,
                end: t.end,
                kind: Kind::Health,
                weak: false,
                detector: "medicine",
            })
            .collect();
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
            hits.push(Hit { start, end, kind: term.kind, weak: term.weak, detector: "special-terms" });
        }
        hits
    }
}

/// A sentence or line and whom it speaks of.
#[derive(Clone, Copy, Default)]
struct Sentence {
    start: u32,
    /// Holds a finding about a person.
    person: bool,
    /// Holds a word that stands for a person: "zij", "mijn cliënt", "patiënt".
    subject: bool,
    /// A label and its value, or a row of a table.
    form: bool,
    /// Stands behind an empty line.
    apart: bool,
}

/// Whether what sentence `at` says is said of a person.
fn about(sentences: &[Sentence], at: usize, weak: bool) -> bool {
    let Some(this) = sentences.get(at) else { return false };
    if this.person || this.subject {
        return true;
    }
    let before = at.checked_sub(1).map(|i| sentences[i]).unwrap_or_default();
    let after = sentences.get(at + 1).copied().unwrap_or_default();
    if before.person && !this.apart || after.person && !after.apart && !weak {
        return true;
    }
    if !weak && (before.subject || after.subject && !after.apart) {
        return true;
    }
    // "Naam: …", and some lines below "Diagnose: …".
    this.form && sentences[at.saturating_sub(FORM)..at].iter().any(|s| s.form && s.person)
}

/// The sentences of the page. Ends of lines part them as well as full stops.
fn sentences(page: &Page<'_>, people: &[(u32, u32)]) -> Vec<Sentence> {
    let mut all = Vec::new();
    let mut this = Sentence::default();
    let mut next = 0;
    let mut marks = 0;
    let mut words = 0;
    let mut fresh = true;
    for (at, token) in page.tokens.iter().enumerate() {
        if fresh {
            this = Sentence { start: token.start, apart: words == 0 && !all.is_empty(), ..this };
            fresh = false;
            marks = 0;
            words = 0;
        }
        while next < people.len() && people[next].0 < token.end {
            this.person |= people[next].1 > token.start;
            next += 1;
        }
        words += 1;
        let ends = match token.class {
            Class::Line => {
                words -= 1;
                true
            }
            Class::Mark => {
                marks += usize::from(matches!(token.mark, b'|' | b';' | b'\t'));
                this.form |= marks > 1 || token.mark == b':' && words < 7;
                stops(page, at)
            }
            Class::Word => {
                this.subject |= stands_for(page, at);
                this.form |= token.hint != 0;
                false
            }
            Class::Number => {
                this.form |= token.hint != 0;
                false
            }
        };
        if ends {
            all.push(this);
            this = Sentence::default();
            fresh = true;
        }
    }
    all.push(this);
    all
}

/// Whether the mark at `at` ends a sentence.
fn stops(page: &Page<'_>, at: usize) -> bool {
    matches!(page.tokens[at].mark, b'.' | b'!' | b'?')
        && at > 0
        && page.get(at + 1).is_some_and(|t| {
            page.gap(at + 1) > 0 && (t.is_capital() || t.is_number() || t.class == Class::Mark)
        })
        && !(page.tokens[at].mark == b'.'
            && page.tokens[at - 1].is_word()
            && (page.tokens[at - 1].len() < 3 || page.tokens[at - 1].has(cue::TITLE)))
}

/// Whether the word stands for one person in particular.
fn stands_for(page: &Page<'_>, at: usize) -> bool {
    let token = &page.tokens[at];
    if !token.has(WORD | cue::ROLE | cue::TITLE | cue::NAME) || token.len() > 12 {
        return false;
    }
    matches!(
        page.word(at),
        "hij"
            | "Hij"
            | "zij"
            | "Zij"
            | "ze"
            | "Ze"
            | "haar"
            | "Haar"
            | "hem"
            | "ik"
            | "Ik"
            | "mijn"
            | "Mijn"
            | "he"
            | "He"
            | "she"
            | "She"
            | "her"
            | "Her"
            | "his"
            | "His"
            | "him"
            | "il"
            | "Il"
            | "elle"
            | "Elle"
           
            
            | "sie"
            | "Sie"
            | "ihm"
            | "ihr"
            | "patiënt"
            | "Patiënt"
            | "patiënte"
            | "Patiënte"
            | "cliënt"
            | "Cliënt"
            | "cliënte"
            | "Cliënte"
            | "mevrouw"
            | "Mevrouw"
            | "meneer"
            | "Meneer"
            | "mw"
            | "Mw"
            | "dhr"
            | "pt"
            | "Pt"
            | "betrokkene"
            | "Betrokkene"
            | "bewoner"
            | "bewoonster"
            | "patient"
            | "Patient"
    )
}
