//! Rules and model together.
//!
//! What the rules find in a form of its own (numbers with check digits, addresses of mail) always stays; what they find by words (names, towns,
//! special categories) stays unless the model sees nothing there. Then come the spans of the model, as far as no rule covers them.

use super::spans::{Labelled, Span, score, trim};
use super::{Class, Reading, Tagger};
use crate::kind::Kind;
use crate::merge;
use crate::page::Candidate;
use crate::pieces::Piece;
use std::collections::BTreeMap;

/// The name under which findings of the model are reported.
pub(super) const DETECTOR: &str = "model";

/// A finding of the rules by its form alone counts as clear from this score on.
const CLEAR: f32 = 0.8;

/// From this probability on the model sees something in a piece.
const SEEN: f32 = 0.02;

impl Tagger {
    /// The candidates of a page, and how clearly the clearest of them shows that somebody is spoken of here: `rules` are what the
    /// rules found there, resolved. `pieces` are in bytes of the page.
    pub(crate) fn combine(
        &self,
        text: &str,
        pieces: &[Piece],
        reading: &Reading,
        mut rules: Vec<Candidate>,
    ) -> (Vec<Candidate>, f32) {
        if pieces.is_empty() {
            return (rules, 1.0);
        }
        let labelled = Labelled { text, pieces, reading };
        rules.retain(|rule| self.stays(&labelled, rule));
        let mut spans = labelled.direct_spans(self);
        for span in &mut spans {
            self.join(&labelled, span, &mut rules);
        }
        let mut taken: BTreeMap<u32, u32> =
            rules.iter().filter(|c| merge::exclusive(c.kind)).map(|c| (c.start, c.end)).collect();
        let mut out = rules;
        for span in spans {
            place(text, span, &mut taken, &mut out);
        }
        let clearest = out.iter().map(|c| self.clarity(&labelled, c)).fold(0.0, f32::max);
        out.extend(labelled.special_spans(&self.classes).into_iter().map(candidate));
        for &(piece, category, probability) in &reading.seen {
            let category = &self.categories[category];
            let Some((start, end)) = word(text, pieces, piece) else { continue };
            let here = |c: &Candidate| c.kind == category.kind;
            // The category is reported once: its words are enough where the model or the rules found any.
            if !out.iter().any(here) {
                let score = score(probability, category.theta);
                out.push(candidate(Span { start, end, kind: category.kind, score }));
            }
        }
        (out, clearest)
    }

    /// Whether a finding is worth nothing in a document without any clear one.
    pub(crate) fn is_doubtful(&self, candidate: &Candidate) -> bool {
        let doubted = |class: &Class| class.kind == Some(candidate.kind) && class.stays.is_some();
        !candidate.kind.is_special() && (candidate.detector == DETECTOR || self.classes.iter().any(doubted))
    }

    /// How clearly a finding shows that somebody is spoken of: a number with a form of its own fully, the rest as the model sees it.
    fn clarity(&self, labelled: &Labelled<'_>, candidate: &Candidate) -> f32 {
        match candidate.kind {
            Kind::Organisation | Kind::ConfidentialTerm => 0.0,
            kind if kind.is_special() => 0.0,
            _ if !self.is_doubtful(candidate) && candidate.score >= CLEAR => 1.0,
            _ => {
                let over = labelled.over(candidate.start, candidate.end);
                over.map(|n| labelled.direct(n, &self.classes, self.figure_adds)).fold(0.0, f32::max)
            }
        }
    }

    /// What rules and model both call by one kind becomes one finding: "Jansen" and "Piet" of the rules are one name to the model, comma and
    /// all. What a rule has beyond it stays if the model sees anything there.
    fn join(&self, labelled: &Labelled<'_>, span: &mut Span, rules: &mut Vec<Candidate>) {
        let doubtful = self.classes.iter().any(|c| c.kind == Some(span.kind) && c.stays.is_some());
        if !doubtful {
            return;
        }
        let own = *span;
        let seen = |from: u32, to: u32| {
            from < to && labelled.over(from, to).any(|n| labelled.direct(n, &self.classes, 0.0) >= SEEN)
        };
        rules.retain(|rule| {
            let same = rule.kind == own.kind && rule.start < own.end && own.start < rule.end;
            if same {
                if seen(rule.start, own.start) {
                    span.start = span.start.min(rule.start);
                }
                if seen(own.end, rule.end) {
                    span.end = span.end.max(rule.end);
                }
                span.score = span.score.max(rule.score);
            }
            !same
        });
    }

    /// Whether a finding of the rules stays.
    fn stays(&self, labelled: &Labelled<'_>, rule: &Candidate) -> bool {
        if rule.kind.is_special() {
            let Some(at) = self.categories.iter().position(|c| c.kind == rule.kind) else { return true };
            let class = &self.classes[self.categories[at].class];
            let words = labelled.over(rule.start, rule.end).map(|n| class.probability(labelled.row(n)));
            return words.fold(labelled.reading.categories[at], f32::max) >= self.special_stays;
        }
        let Some(bar) = self.classes.iter().find(|c| c.kind == Some(rule.kind)).and_then(|c: &Class| c.stays)
        else {
            return true;
        };
        // Somebody in public life is still somebody; the rules have a list of their own of whom they leave alone.
        let figure = if rule.kind == Kind::Person { self.figure_stays } else { 0.0 };
        let most = labelled.over(rule.start, rule.end).map(|n| labelled.direct(n, &self.classes, figure));
        most.fold(0.0, f32::max) >= bar
    }
}

fn candidate(span: Span) -> Candidate {
    let Span { start, end, kind, score } = span;
    Candidate { start, end, kind, score, detector: DETECTOR }
}

/// Adds what no finding covers yet of a span. What is cut must hold two letters or digits to count.
fn place(text: &str, span: Span, taken: &mut BTreeMap<u32, u32>, out: &mut Vec<Candidate>) {
    let mut at = taken.range(..=span.start).next_back().map_or(span.start, |(_, &end)| end.max(span.start));
    while at < span.end {
        let next = taken.range(at..).next().map_or(span.end, |(&start, _)| start.min(span.end));
        let whole = at == span.start && next == span.end;
        let (start, end) = if whole {
            (at, next)
        } else {
            let (start, end) = trim(text, at as usize, next as usize, span.kind);
            (u32::try_from(start).unwrap_or(at), u32::try_from(end).unwrap_or(next))
        };
        let letters = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).count();
        if start < end && (whole || letters(&text[start as usize..end as usize]) >= 2) {
            taken.insert(start, end);
            out.push(candidate(Span { start, end, ..span }));
        }
        at = taken.range(next..=next).next().map_or(span.end, |(_, &end)| end);
    }
}

/// The bytes of the word around a piece.
fn word(text: &str, pieces: &[Piece], piece: usize) -> Option<(u32, u32)> {
    let whole = |c: char| !c.is_whitespace();
    // The mark of a word's beginning covers nothing; the word itself is behind it.
    let piece =
        pieces[piece..].iter().find(|p| p.start < p.end && text[p.start..p.end].chars().any(whole))?;
    let start = text[..piece.start].rfind(char::is_whitespace);
    let start = start.map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[piece.end..].find(char::is_whitespace).map_or(text.len(), |n| piece.end + n);
    // A word without end, as in a line of base64, is not a word.
    let (start, end) = if end - start > 64 { (piece.start, piece.end) } else { (start, end) };
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}
