//! From labels to spans: runs of pieces of one kind, grown to whole words and trimmed of what is not the value.

use super::plausible::plausible;
use super::weights::{Header, ModelError};
use super::{Category, Class, Reading, Tagger};
use crate::kind::Kind;
use crate::pieces::{END, Piece};

/// A run of pieces that the model takes for one kind, in bytes of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    /// How far above the bar of its kind, from 0.5 at the bar to 1 for certainty.
    pub score: f32,
}

/// The text of a page, its pieces in bytes of the page, and what the model says of them.
pub(crate) struct Labelled<'t> {
    pub text: &'t str,
    pub pieces: &'t [Piece],
    pub reading: &'t Reading,
}

/// Titles before a name, in lower case; they are no part of it.
const TITLES: &[&str] = &[
    "dr", "drs", "ir", "ing", "mr", "prof", "dhr", "mw", "mevr", "mevrouw", "meneer", "heer", "ds", "mrs",
    "ms", "miss", "mme", "herr", "frau", "monsieur", "madame", "jhr", "bc", "msc", "bsc", "ma", "ba",
    "dokter", "meester", "juf", "juffrouw",
];

impl Class {
    /// The probability that a piece, whose labels have the probabilities of `row`, belongs to the class.
    pub fn probability(&self, row: &[f32]) -> f32 {
        row[self.begin] + row[self.begin + 1]
    }

    /// Whether a finding of the class identifies somebody by itself.
    pub fn is_direct(&self) -> bool {
        self.kind.is_some_and(|kind| !kind.is_special() && kind != Kind::Organisation)
    }
}

/// The classes that the header's labels name: "O", then for each class "B-" and "I-" with its name.
pub(super) fn classes(header: &Header) -> Result<Vec<Class>, ModelError> {
    let wrong = ModelError::Size("list of labels");
    let Some(("O", pairs)) = header.labels.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
        return Err(wrong);
    };
    let (pairs, []) = pairs.as_chunks::<2>() else { return Err(wrong) };
    let mut out = Vec::with_capacity(pairs.len());
    for (n, [first, next]) in pairs.iter().enumerate() {
        let (Some(name), Some(same)) = (first.strip_prefix("B-"), next.strip_prefix("I-")) else {
            return Err(wrong);
        };
        let kind = Kind::from_name(name);
        if name != same || kind.is_none() && name != "figure" {
            return Err(wrong);
        }
        let theta = *header.theta.get(name).ok_or(ModelError::Size("threshold"))?;
        out.push(Class { kind, begin: 1 + 2 * n, theta, stays: header.lam.get(name).copied() });
    }
    if out.iter().any(Class::is_direct) { Ok(out) } else { Err(wrong) }
}

/// The categories that the header names.
pub(super) fn categories(header: &Header, classes: &[Class]) -> Result<Vec<Category>, ModelError> {
    let one = |name: &String| {
        let kind = Kind::from_name(name).filter(|kind| kind.is_special())?;
        let class = classes.iter().position(|c| c.kind == Some(kind))?;
        Some(Category { kind, class, theta: *header.category.get(name)? })
    };
    header.categories.iter().map(|name| one(name).ok_or(ModelError::Size("list of categories"))).collect()
}

impl Labelled<'_> {
    /// The probabilities of a piece's labels.
    pub fn row(&self, piece: usize) -> &[f32] {
        let labels = self.reading.labels.len() / self.pieces.len().max(1);
        &self.reading.labels[piece * labels..(piece + 1) * labels]
    }

    /// How likely a piece is to identify somebody in any way: what is hidden matters more than what it is called. A public figure counts for
    /// `figure` of a person.
    pub fn direct(&self, piece: usize, classes: &[Class], figure: f32) -> f32 {
        let row = self.row(piece);
        let weight = |c: &Class| match c.kind {
            None => figure,
            Some(_) if c.is_direct() => 1.0,
            Some(_) => 0.0,
        };
        classes.iter().map(|c| weight(c) * c.probability(row)).sum()
    }

    /// The numbers of the pieces that touch these bytes.
    pub fn over(&self, start: u32, end: u32) -> impl Iterator<Item = usize> + '_ {
        let first = self.pieces.partition_point(|p| p.end <= start as usize);
        (first..self.pieces.len()).take_while(move |&n| self.pieces[n].start < end as usize)
    }

    /// The spans of directly identifying kinds, in order and without overlap of the pieces.
    pub fn direct_spans(&self, tagger: &Tagger) -> Vec<Span> {
        let classes = &tagger.classes;
        let mut out = Vec::new();
        let mut open: Option<(usize, usize, &Class, f32)> = None;
        for (n, piece) in self.pieces.iter().enumerate() {
            let row = self.row(n);
            let direct = classes.iter().filter(|c| c.is_direct());
            let Some(best) = direct.max_by(|a, b| a.probability(row).total_cmp(&b.probability(row))) else {
                continue;
            };
            let together = self.direct(n, classes, tagger.figure_adds);
            let on = together >= best.theta;
            let begins = row[best.begin] > row[best.begin + 1] && piece.id != END;
            match &mut open {
                Some((_, end, class, most)) if on && !begins && class.begin == best.begin => {
                    *end = piece.end;
                    *most = most.max(together);
                }
                _ => {
                    out.extend(open.take().into_iter().flat_map(|run| self.close(tagger, run)));
                    open = on.then_some((piece.start, piece.end, best, together));
                }
            }
        }
        out.extend(open.into_iter().flat_map(|run| self.close(tagger, run)));
        out
    }

    /// A run as spans, as far as they are sure enough and what is left of them can be what it is taken for.
    fn close(&self, tagger: &Tagger, (start, end, class, most): (usize, usize, &Class, f32)) -> Vec<Span> {
        let Some(kind) = class.kind.filter(|_| most >= tagger.sure) else { return Vec::new() };
        let mut out = Vec::new();
        for (from, to) in columns(self.text, start, end, kind) {
            let (start, end) = grow(self.text, from, to);
            let (start, end) = trim(self.text, start, end, kind);
            let Some(value) = self.text.get(start..end).filter(|value| plausible(value, kind)) else {
                continue;
            };
            let length = value.chars().take(2).count();
            if length > 1 || length == 1 && kind == Kind::Person {
                out.push(span(start, end, kind, score(most, class.theta)));
            }
        }
        out
    }

    /// The words of the special categories.
    pub fn special_spans(&self, classes: &[Class]) -> Vec<Span> {
        let mut out: Vec<Span> = Vec::new();
        for class in classes {
            let Some(kind) = class.kind.filter(|kind| kind.is_special()) else { continue };
            let mut joins = false;
            for (n, piece) in self.pieces.iter().enumerate() {
                let sure = class.probability(self.row(n));
                let on = sure >= class.theta;
                let next = span(piece.start, piece.end, kind, score(sure, class.theta));
                match out.last_mut() {
                    Some(last) if on && joins => *last = Span { end: next.end, ..*last },
                    _ if on => out.push(next),
                    _ => {}
                }
                joins = on;
            }
        }
        out.retain(|s| s.start < s.end);
        out
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a page is far smaller than 4 GiB; the detector cuts it so"
)]
fn span(start: usize, end: usize, kind: Kind, score: f32) -> Span {
    Span { start: start as u32, end: end as u32, kind, score }
}

/// A probability as a score: findings are reported from 0.5 on, and the bars of the kinds lie at other probabilities.
pub(super) fn score(probability: f32, bar: f32) -> f32 {
    (0.5 + 0.5 * (probability - bar) / (1.0 - bar).max(0.01)).clamp(0.5, 1.0)
}

/// How many spaces in a row are the border between two columns.
const BORDER: usize = 3;

/// The parts of a run between wide gaps: two names in two columns are two names.
fn columns(text: &str, start: usize, end: usize, kind: Kind) -> Vec<(usize, usize)> {
    let Some(run) = text.get(start..end).filter(|_| matches!(kind, Kind::Person | Kind::City)) else {
        return vec![(start, end)];
    };
    let mut out = Vec::new();
    let (mut from, mut spaces) = (start, 0);
    for (at, c) in run.char_indices().map(|(at, c)| (start + at, c)) {
        if c.is_whitespace() {
            spaces += 1;
            continue;
        }
        if spaces >= BORDER {
            out.push((from, at));
            from = at;
        }
        spaces = 0;
    }
    out.push((from, end));
    out
}

/// How many characters a span grows at most: what is longer is no word.
const GROWTH: usize = 64;

/// Whole words only.
fn grow(text: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    let inside = |c: &char| c.is_alphanumeric();
    let width = |all: usize, c: char| all + c.len_utf8();
    if text[start..].chars().next().is_some_and(|c| inside(&c)) {
        start -= text[..start].chars().rev().take(GROWTH).take_while(inside).fold(0, width);
    }
    if text[..end].chars().next_back().is_some_and(|c| inside(&c)) {
        end += text[end..].chars().take(GROWTH).take_while(inside).fold(0, width);
    }
    (start, end)
}

/// Without the marks, titles, genitive and lone brackets around a value.
pub(super) fn trim(text: &str, start: usize, end: usize, kind: Kind) -> (usize, usize) {
    let mark = |c: char| {
        matches!(
            c,
            ' ' | '\t' | '\r' | '\n' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '|' | '*' | '<' | '>'
        ) || matches!(c, '[' | ']' | '{' | '}' | '=' | '/' | '\\')
            || matches!(c, '(' | ')') && matches!(kind, Kind::Person | Kind::City)
    };
    let Some(mut value) = text.get(start..end) else { return (start, start) };
    let mut from = start + (value.len() - value.trim_start_matches(mark).len());
    value = value.trim_matches(mark);
    if kind == Kind::Person {
        while let Some(rest) = without_title(value) {
            from += value.len() - rest.len();
            value = rest;
        }
        value = value.strip_suffix("'s").or_else(|| value.strip_suffix("’s")).unwrap_or(value);
    }
    let lone = |value: &str| value.matches('(').count() != value.matches(')').count();
    while lone(value) && value.starts_with(['(', ')']) {
        from += 1;
        value = &value[1..];
    }
    while lone(value) && value.ends_with(['(', ')']) {
        value = &value[..value.len() - 1];
    }
    (from, from + value.len())
}

/// What follows a title at the start, if there is one.
fn without_title(value: &str) -> Option<&str> {
    let length = value.find(|c: char| !c.is_alphabetic())?;
    let (word, rest) = value.split_at(length);
    if !TITLES.iter().any(|title| title.eq_ignore_ascii_case(word)) {
        return None;
    }
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(text: &str, kind: Kind) -> &str {
        let (start, end) = trim(text, 0, text.len(), kind);
        &text[start..end]
    }

    #[test]
    fn what_is_not_the_value_is_trimmed() {
        assert_eq!(trimmed(" mevr. dr. Bouzidi,", Kind::Person), "Bouzidi");
        assert_eq!(trimmed("Jan's", Kind::Person), "Jan");
        assert_eq!(trimmed("(Utrecht)", Kind::City), "Utrecht");
        assert_eq!(trimmed("(010) 123 45 67", Kind::Phone), "(010) 123 45 67");
        assert_eq!(trimmed("010 123 45 67)", Kind::Phone), "010 123 45 67");
        assert_eq!(trimmed("Dr", Kind::Person), "Dr");
        assert_eq!(trimmed(" ,; ", Kind::Person), "");
    }

    #[test]
    fn wide_gaps_part_columns_of_names() {
        let text = "Jan Bos    Piet  Kok";
        let parts: Vec<&str> =
            columns(text, 0, text.len(), Kind::Person).iter().map(|&(a, b)| text[a..b].trim()).collect();
        assert_eq!(parts, ["Jan Bos", "Piet  Kok"]);
        assert_eq!(columns(text, 0, text.len(), Kind::Address), [(0, text.len())]);
    }

    #[test]
    fn spans_grow_to_whole_words() {
        let text = "x Bouzidi-Ünal 12";
        assert_eq!(grow(text, 4, 12), (2, 15));
        assert_eq!(grow(text, 1, 3), (1, 9));
        assert_eq!(grow("", 0, 0), (0, 0));
    }
}
