//! Special categories (GDPR articles 9 and 10), a first layer: word lists, and only where the text says it of somebody.
//!
//! "Wat is diabetes?" is a question; "mevrouw Bouzidi heeft diabetes" is health data. What decides is whether an identifiable person, or
//! a word that stands for one ("zij", "mijn cliënt"), is spoken of in the same sentence or the one beside it, or in the same form or row.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{MEDICINE, WORD};
use crate::page::{Candidate, Class, Page};

/// How far from the words the nearest person may be at most, in bytes, whoever the sentences speak of.
const NEAR: u32 = 1200;
/// How many lines a form goes on about the person named in it.
const FORM: usize = 12;

/// The word lists of the special categories, by how a term begins or ends.
pub(crate) struct Special {
    /// Terms that begin a word, sorted by [`edge`] of their first letters and from long to short.
    heads: Vec<Term>,
    /// Terms that end a word ("*klachten"), sorted by [`edge`] of their last letters.
    tails: Vec<Term>,
    /// Which edges occur, to pass most words by.
    sieve: Box<[u64; 256]>,
}

struct Term {
    edge: u32,
    text: &'static str,
    kind: Kind,
    /// Whether the word also serves in talk about nobody: the person must then stand in the very sentence.
    weak: bool,
    /// Whether the word may go on behind the term.
    open: bool,
}

/// Words found, and whether they are weak.
struct Hit {
    start: u32,
    end: u32,
    kind: Kind,
    weak: bool,
    detector: &'static str,
}

/// Four bytes with the bit set that parts lower from upper case; a shorter word is filled up with spaces.
fn edge(bytes: &[u8]) -> u32 {
    let mut four = [b' '; EDGE];
    for (slot, byte) in four.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    whole_edge(four)
}

fn whole_edge(four: [u8; EDGE]) -> u32 {
    u32::from_le_bytes(four) | 0x2020_2020
}

/// The word and bit of the sieve that an edge falls on; `tail` keeps the two ends of words apart.
fn sieve(edge: u32, tail: bool) -> (usize, u64) {
    let hash = edge.wrapping_mul(0x9E37_79B1) ^ if tail { 0x5555_5555 } else { 0 };
    ((hash >> 24) as usize, 1 << (hash >> 18 & 63))
}

/// How many bytes an edge has; a shorter term is all edge, and must be all of its word.
const EDGE: usize = 4;

impl Special {
    /// Reads the word lists.
    pub fn new() -> Self {
        let (mut heads, mut tails) = (Vec::new(), Vec::new());
        let mut marked = Box::new([0; 256]);
        for line in include_str!("../data/special.txt").lines() {
            let Some((name, term)) = line.split_once('\t') else { continue };
            let weak = name.ends_with('?');
            let Some(kind) = Kind::from_name(name.trim_end_matches('?')) else { continue };
            let (tail, open) = (term.starts_with('*'), term.ends_with('*'));
            let text = term.trim_matches('*');
            let (first, last) = (EDGE.min(text.len()), text.len().saturating_sub(EDGE));
            let edge = edge(if tail { &text.as_bytes()[last..] } else { &text.as_bytes()[..first] });
            let (word, bit) = sieve(edge, tail);
            marked[word] |= bit;
            if tail { &mut tails } else { &mut heads }.push(Term { edge, text, kind, weak, open });
        }
        heads.sort_by(|a: &Term, b: &Term| a.edge.cmp(&b.edge).then(b.text.len().cmp(&a.text.len())));
        tails.sort_by(|a: &Term, b: &Term| a.edge.cmp(&b.edge).then(b.text.len().cmp(&a.text.len())));
        Self { heads, tails, sieve: marked }
    }

    /// Finds the words that are said of `people`, the byte ranges of findings about persons, in order of their start. A `record` identifies its
    /// person by a date of birth or number: what it says is said of that person.
    pub fn find(&self, page: &Page<'_>, people: &[(u32, u32)], record: bool, out: &mut Vec<Candidate>) {
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
            if record && !hit.weak || about(&sentences, at, hit.weak) {
                let score = if hit.weak { 0.65 } else { 0.75 };
                let Hit { start, end, kind, detector, .. } = hit;
                out.push(Candidate { start, end, kind, score, detector });
            }
        }
    }

    fn hits(&self, page: &Page<'_>) -> Vec<Hit> {
        let bytes = page.text.as_bytes();
        let mut hits = Vec::new();
        let mut reach = 0;
        for (at, token) in page.tokens.iter().enumerate() {
            if !token.is_word() || token.len() < 2 || token.start < reach {
                continue;
            }
            let (start, end) = (token.start as usize, token.end as usize);
            let inside = at > 0
                && page.glued(at)
                && (page.tokens[at - 1].is_word() || page.tokens[at - 1].is_number());
            let hit = |end: usize, term: &Term| Hit {
                start: token.start,
                end: u32::try_from(end).unwrap_or(token.end),
                kind: term.kind,
                weak: term.weak,
                detector: "special-terms",
            };
            let mut found = None;
            if !inside {
                let whole = match bytes[start..].first_chunk::<EDGE>() {
                    Some(&first) => self.among(&self.heads, whole_edge(first), false),
                    None => &[],
                };
                let short = if token.len() < EDGE {
                    self.among(&self.heads, edge(&bytes[start..end]), false)
                } else {
                    &[]
                };
                found = whole.iter().chain(short).find_map(|term| {
                    let stop = start + term.text.len();
                    let same = bytes.get(start..stop)?.eq_ignore_ascii_case(term.text.as_bytes());
                    let goes_on = bytes.get(stop).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
                    if !same || goes_on && !term.open {
                        return None;
                    }
                    // The rest of the word belongs to it.
                    let last = page.tokens[at..].iter().map(|t| t.end as usize).find(|&e| e >= stop);
                    Some(hit(if goes_on { last? } else { stop }, term))
                });
            }
            if found.is_none() && token.len() > EDGE {
                found =
                    self.among(&self.tails, edge(&bytes[end - EDGE..end]), true).iter().find_map(|term| {
                        let from = end.checked_sub(term.text.len())?;
                        let same =
                            from >= start && bytes[from..end].eq_ignore_ascii_case(term.text.as_bytes());
                        same.then(|| hit(end, term))
                    });
            }
            if found.is_none() && token.flags & MEDICINE != 0 {
                found = Some(Hit {
                    start: token.start,
                    end: token.end,
                    kind: Kind::Health,
                    weak: false,
                    detector: "medicine",
                });
            }
            if let Some(hit) = found {
                reach = hit.end;
                hits.push(hit);
            }
        }
        hits
    }

    /// The terms with this edge.
    fn among<'s>(&self, terms: &'s [Term], edge: u32, tail: bool) -> &'s [Term] {
        let (word, bit) = sieve(edge, tail);
        if self.sieve[word] & bit == 0 {
            return &[];
        }
        let from = terms.partition_point(|t| t.edge < edge);
        let to = from + terms[from..].partition_point(|t| t.edge == edge);
        &terms[from..to]
    }
}

/// A sentence or line and whom it speaks of.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent kind of evidence")]
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
