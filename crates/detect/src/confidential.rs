//! What an organisation keeps to itself (requirements A-09, B-02): markings on documents, words that only such documents
//! have, and the organisation's own terms.

use crate::kind::Kind;
use crate::lexicon::key;
use crate::page::{Candidate, Page};
use std::collections::HashMap;

/// Most words in one of the organisation's own terms.
const LONGEST: usize = 8;

/// How many words a line may have that is nothing but a marking: "Strikt vertrouwelijk – niet verspreiden".
const MARKING_LINE: usize = 6;

/// The organisation's own terms, by their first word.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    by_first: HashMap<u64, Vec<Vec<u64>>>,
}

impl Terms {
    /// Case and diacritics do not matter, nor do the marks between words.
    pub fn new<'a>(terms: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_first: HashMap<u64, Vec<Vec<u64>>> = HashMap::new();
        for term in terms {
            let words = term.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
            let mut keys: Vec<u64> = words.take(LONGEST).map(key).collect();
            if !keys.is_empty() {
                let rest = keys.split_off(1);
                by_first.entry(keys[0]).or_default().push(rest);
            }
        }
        Self { by_first }
    }

    /// Every place where one of the terms stands.
    pub fn find(&self, page: &Page<'_>, out: &mut Vec<Candidate>) {
        if self.by_first.is_empty() {
            return;
        }
        let solid = |at: &usize| page.tokens[*at].is_word() || page.tokens[*at].is_number();
        for first in (0..page.tokens.len()).filter(solid) {
            let Some(terms) = self.by_first.get(&key(page.word(first))) else { continue };
            for rest in terms {
                let mut last = first;
                let fits = rest.iter().all(|wanted| {
                    let next = (last + 1..page.tokens.len().min(last + 4)).find(solid);
                    next.is_some_and(|at| {
                        last = at;
                        key(page.word(at)) == *wanted
                    })
                });
                if fits {
                    push(page, first, last, 0.99, "own-term", out);
                }
            }
        }
    }
}

/// A marking at the word `at`, which is one that markings are made of.
pub(crate) fn find_marking(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let capitals = page.word(at).bytes().all(|b| b.is_ascii_uppercase());
    let strong = at > 0 && is_strong(page.word(at - 1));
    let first = if strong { at - 1 } else { at };
    if strong || labelled(page, at) || capitals && page.tokens[at].len() > 6 || alone(page, first, at) {
        push(page, first, at, 0.9, "marking", out);
    }
}

/// "strikt vertrouwelijk", "highly confidential", "departementaal vertrouwelijk".
fn is_strong(word: &str) -> bool {
    let word = word.to_lowercase();
    matches!(
        word.as_str(),
        "strikt"
            | "streng"
            | "zeer"
            | "commercieel"
            | "departementaal"
            | "strictly"
            | "highly"
            | "strictement"
            | "staatsgeheim"
            | "company"
    )
}

/// "Classificatie: vertrouwelijk", "Sensitivity: Confidential".
fn labelled(page: &Page<'_>, at: usize) -> bool {
    let Some(mark) = at.checked_sub(1).filter(|&i| page.is(i, b':') || page.is(i, b'=')) else {
        return false;
    };
    mark.checked_sub(1).is_some_and(|label| {
        matches!(
            page.word(label).to_lowercase().as_str(),
            "classificatie"
                | "rubricering"
                | "vertrouwelijkheid"
                | "gevoeligheid"
                | "label"
                | "status"
                | "sensitivity"
                | "classification"
                | "confidentiality"
                | "einstufung"
        )
    })
}

/// In a line of its own, in brackets, or behind a dash at the end of a heading.
fn alone(page: &Page<'_>, first: usize, at: usize) -> bool {
    let ends =
        page.get(at + 1).is_none_or(|t| t.is_line() || matches!(t.mark, b')' | b']' | b'*' | b'|' | b'-'));
    if !ends {
        return page.starts_line(first) && words_in_line(page, first) <= 2 && page.word(at).len() > 6;
    }
    page.starts_line(first)
        || first.checked_sub(1).is_some_and(|before| {
            let mark = page.tokens[before].mark;
            matches!(mark, b'(' | b'[' | b'/' | b'-' | b'*' | b'|')
        }) && words_in_line(page, first) <= MARKING_LINE
}

fn words_in_line(page: &Page<'_>, at: usize) -> usize {
    let start = (0..=at).rev().take_while(|&i| !page.tokens[i].is_line()).last().unwrap_or(at);
    page.tokens[start..].iter().take_while(|t| !t.is_line()).filter(|t| t.is_word()).take(40).count()
}

/// "TLP:RED", "TLP:AMBER+STRICT" (FIRST, Traffic Light Protocol 2.0).
pub(crate) fn find_traffic_light(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let colour = at + 2;
    if page.is(at + 1, b':') && matches!(page.word(colour), "RED" | "AMBER") {
        let strict = page.is(colour + 1, b'+') && page.word(colour + 2) == "STRICT";
        push(page, at, if strict { colour + 2 } else { colour }, 0.97, "marking", out);
    }
}

/// Words of term sheets and of figures that are not public yet: "koersgevoelige informatie", "nog niet gepubliceerde cijfers".
pub(crate) fn find_phrase(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let words = match (page.word(at), page.word(at + 1), page.word(at + 2)) {
        ("koersgevoelige" | "Koersgevoelige", "informatie" | "info", _)
        | ("onder" | "Onder", "embargo", _)
        | ("price", "sensitive", _) => 2,
        ("bedrijfsvertrouwelijk" | "Bedrijfsvertrouwelijk" | "BEDRIJFSVERTROUWELIJK", ..) => 1,
        ("niet", "gepubliceerde", "cijfers" | "jaarcijfers" | "kwartaalcijfers" | "resultaten") => 3,
        _ => return,
    };
    push(page, at, at + words - 1, 0.85, "confidential-words", out);
}

fn push(
    page: &Page<'_>,
    first: usize,
    last: usize,
    score: f32,
    detector: &'static str,
    out: &mut Vec<Candidate>,
) {
    out.push(Candidate {
        start: page.tokens[first].start,
        end: page.tokens[last].end,
        kind: Kind::ConfidentialTerm,
        score,
        detector,
    });
}
