//! What a document remembers of its people: once "Jan de Vries" is found, "De Vries" and "Jan" are sought everywhere.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{ANY_NAME, PLACE, WORD};
use crate::page::{Candidate, Page, Shape};
use std::collections::HashSet;

/// Names found with at least this score are remembered.
const SURE: f32 = 0.65;

/// The words of the names of a document, by lookup key.
#[derive(Default)]
pub(crate) struct Memory {
    words: HashSet<u64>,
    /// One bit per key modulo 1024, to pass most words by without a lookup.
    sieve: [u64; 16],
}

/// The word and bit of the sieve that a key falls on.
fn sieve(key: u64) -> (usize, u64) {
    ((key >> 6 & 15) as usize, 1 << (key & 63))
}

impl Memory {
    /// Remembers the names among the candidates.
    pub fn learn(&mut self, page: &Page<'_>, candidates: &[Candidate]) {
        for found in candidates.iter().filter(|c| c.kind == Kind::Person && c.score >= SURE) {
            let first = page.tokens.partition_point(|t| t.start < found.start);
            for token in page.tokens[first..].iter().take_while(|t| t.end <= found.end) {
                let small = token.len() < 3 || token.has(cue::PREFIX) || token.shape == Shape::Single;
                let loud = token.shape == Shape::Upper && token.flags & ANY_NAME == 0;
                if token.is_word() && !small && !loud && !token.has(cue::TITLE | cue::MONTH) {
                    self.words.insert(token.key);
                    self.sieve[sieve(token.key).0] |= sieve(token.key).1;
                }
            }
        }
    }

    /// Finds remembered words that no candidate covers yet.
    pub fn recall(&self, page: &Page<'_>, out: &mut Vec<Candidate>) {
        if self.words.is_empty() {
            return;
        }
        let mut covered: Vec<(u32, u32)> = out
            .iter()
            .filter(|c| c.score >= 0.5 && c.kind != Kind::Organisation && !c.kind.is_special())
            .map(|c| (c.start, c.end))
            .collect();
        covered.sort_unstable();
        let mut next = 0;
        let mut reach = 0;
        let mut at = 0;
        while at < page.tokens.len() {
            let token = &page.tokens[at];
            while next < covered.len() && covered[next].0 <= token.start {
                reach = reach.max(covered[next].1);
                next += 1;
            }
            if token.is_word()
                && token.start >= reach
                && self.sieve[sieve(token.key).0] & sieve(token.key).1 != 0
                && self.words.contains(&token.key)
                && let Some((first, score)) = accept(page, at)
            {
                let (start, end) = (page.tokens[first].start.max(reach), page.tokens[at].end);
                out.push(Candidate { start, end, kind: Kind::Person, score, detector: "name-again" });
            }
            at += 1;
        }
    }
}

/// Whether the word at `at` is the remembered person here, and from which token on.
fn accept(page: &Page<'_>, at: usize) -> Option<(usize, f32)> {
    let token = &page.tokens[at];
    let glued = at > 0
        && page.glued(at)
        && matches!(page.tokens[at - 1].mark, b'@' | b'.' | b'_' | b'/' | b'\\' | b'#')
        && !page.tokens[at - 1].is_word()
        || page.glued(at + 1) && matches!(page.tokens[at + 1].mark, b'@' | b'_' | b'\\');
    let compound = page.is(at + 1, b'-')
        && page.glued(at + 1)
        && page.get(at + 2).is_some_and(|t| page.glued(at + 2) && t.is_word() && t.shape == Shape::Lower);
    if glued
        || compound
        || page.get(at + 1).is_some_and(|t| t.has(cue::COMPANY) && t.is_word() && t.is_capital())
    {
        return None;
    }
    if token.is_capital() {
        if token.shape == Shape::Upper && token.flags & ANY_NAME == 0 {
            return None;
        }
        let word = token.has(WORD | cue::ROLE | cue::VALUE);
        if word && page.starts_sentence(at) && !page.get(at + 1).is_some_and(|t| t.has(cue::DOES))
            || token.has(cue::NEVER) && token.flags & ANY_NAME == 0
        {
            return None;
        }
        // "Van den Berg": the prefixes belong to it.
        let mut first = at;
        while first > 0
            && at - first < 4
            && page.gap(first) == 1
            && page.tokens[first - 1].has(cue::PREFIX)
            && page.tokens[first - 1].is_capital()
            && !(page.starts_sentence(first - 1)
                && matches!(
                    page.word(first - 1),
                    "In" | "Op"
                        | "Aan"
                        | "Voor"
                        | "Bij"
                        | "Over"
                        | "Onder"
                        | "Uit"
                        | "Tot"
                        | "Het"
                        | "Im"
                        | "Zu"
                ))
        {
            first -= 1;
        }
        return Some((first, if word { 0.6 } else { 0.8 }));
    }
    (!token.has(WORD | PLACE | cue::VALUE | cue::ROLE | cue::DOES | cue::GREETING | cue::TITLE)
        && token.flags & ANY_NAME != 0)
        .then_some((at, 0.65))
}
