//! The text as the trained layer reads it: pieces of words, and beside each piece what the rules and lists know of it.
//!
//! Pieces are those of a unigram language model: of all ways to split a word, the likeliest is taken. The same code reads the texts for
//! training and the prompts of users, so the model sees at work exactly what it learned from.

use crate::cue;
use crate::fold::Folded;
use crate::kind::{Finding, Kind};
use crate::lexicon::{self, Flags, Lexicon};
use crate::page::{Class, Page, Shape};

/// Number of flags beside a piece.
pub const FLAGS: usize = 32;
/// No finding, or one of the kinds in one of three degrees of certainty.
pub const RULES: usize = 91;
/// Seven forms of a token at three places.
pub const SHAPES: usize = 21;

/// The piece before the first of a window.
pub const BEGIN: u16 = 0;
/// The piece for what no piece stands for.
pub const UNKNOWN: u16 = 1;
/// The piece for a line break, and the one after the last of a window.
pub const END: u16 = 2;
/// The piece for a tab: the border of a cell.
pub const CELL: u16 = 3;

const MAGIC: &[u8] = b"SLUISPC1";
/// What marks the beginning of a word in a piece.
const SPACE: &str = "\u{2581}";
/// The logarithmic score of a character without a piece; far below that of any piece.
const STRANGE: f32 = -30.0;
const NONE: u16 = u16::MAX;

/// A piece of a word, or a line break or tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// First byte of the original text. The mark of a word's beginning that stands alone covers nothing: it starts and ends with the word.
    pub start: usize,
    /// One past the last byte of the original text.
    pub end: usize,
    /// Number of the piece in the vocabulary.
    pub id: u16,
    /// What is known about the word: the bits of the word lists.
    pub flags: u32,
    /// What the rules found here: 0, or 1 + 3 × kind + degree.
    pub rule: u8,
    /// How the word is written, and where: 3 × form + place.
    pub shape: u8,
}

/// A node of the tree of pieces: its children lie side by side, sorted by byte.
#[derive(Clone, Copy, Debug)]
struct Node {
    byte: u8,
    children: u16,
    first: u32,
    piece: u16,
}

/// The vocabulary, as a tree over the bytes of its pieces.
#[derive(Debug)]
pub struct Pieces {
    nodes: Vec<Node>,
    scores: Vec<f32>,
}

/// Room that reading a word needs, kept from word to word.
#[derive(Default)]
struct Room {
    /// The word with compatibility forms resolved.
    bytes: Vec<u8>,
    /// Where each byte of it comes from in the folded text: the start of its character.
    from: Vec<u32>,
    best: Vec<(f32, u32, u16)>,
}

impl Pieces {
    /// Reads a vocabulary file; none if it is not one.
    #[must_use]
    pub fn parse(file: &[u8]) -> Option<Self> {
        let rest = file.strip_prefix(MAGIC)?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        if count >= usize::from(NONE) || rest.len() < 5 * count {
            return None;
        }
        let (scores, rest) = rest.split_at(4 * count);
        let scores = scores.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let (lengths, mut rest) = rest.split_at(count);
        let mut words: Vec<(&[u8], u16)> = Vec::with_capacity(count);
        for (id, &length) in lengths.iter().enumerate() {
            let (word, after) = rest.split_at_checked(usize::from(length))?;
            rest = after;
            // The names of the beginning, the unknown and the end are no text.
            if id > usize::from(END) && !word.is_empty() {
                words.push((word, u16::try_from(id).ok()?));
            }
        }
        words.sort_unstable();
        Some(Self { nodes: tree(&words), scores })
    }

    /// Number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.scores.len()
    }

    fn child(&self, node: usize, byte: u8) -> Option<usize> {
        let Node { first, children, .. } = self.nodes[node];
        let first = first as usize;
        let among = &self.nodes[first..first + usize::from(children)];
        among.binary_search_by_key(&byte, |n| n.byte).ok().map(|n| first + n)
    }

    /// The pieces of a folded text, with offsets of the folded text and no features.
    pub(crate) fn split(&self, text: &str) -> Vec<Piece> {
        let mut out = Vec::with_capacity(text.len() / 3 + 4);
        let mut room = Room::default();
        let mut start = 0;
        for (at, c) in text.char_indices() {
            if !c.is_whitespace() {
                continue;
            }
            self.word(&text[start..at], start, &mut room, &mut out);
            start = at + c.len_utf8();
            let id = match c {
                '\n' => END,
                '\t' => CELL,
                _ => continue,
            };
            match out.last_mut() {
                // Many line breaks in a row, with or without spaces between, are one.
                Some(last) if id == END && last.id == END => last.end = start,
                _ => out.push(Piece { start: at, end: start, id, ..Piece::default() }),
            }
        }
        self.word(&text[start..], start, &mut room, &mut out);
        out
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a page is far smaller than 4 GiB; the detector cuts it so"
    )]
    fn word(&self, word: &str, offset: usize, room: &mut Room, out: &mut Vec<Piece>) {
        if word.is_empty() {
            return;
        }
        let Room { bytes, from, best } = room;
        bytes.clear();
        from.clear();
        bytes.extend_from_slice(SPACE.as_bytes());
        from.resize(SPACE.len(), offset as u32);
        for (at, c) in word.char_indices() {
            if c.is_ascii() {
                bytes.push(c as u8);
                from.push((offset + at) as u32);
            } else {
                plain(c, (offset + at) as u32, bytes, from);
            }
        }
        let n = bytes.len();
        from.push((offset + word.len()) as u32);
        // The best way to each byte: its score, where its last piece starts, and that piece.
        best.clear();
        best.resize(n + 1, (f32::MIN, 0, UNKNOWN));
        best[0].0 = 0.0;
        for at in 0..n {
            let so_far = best[at].0;
            if so_far <= f32::MIN {
                continue;
            }
            let mut node = 0;
            for (length, &byte) in bytes[at..].iter().enumerate() {
                let Some(next) = self.child(node, byte) else { break };
                node = next;
                let piece = self.nodes[node].piece;
                if piece != NONE {
                    let score = so_far + self.scores[usize::from(piece)];
                    let end = &mut best[at + length + 1];
                    if score > end.0 {
                        *end = (score, at as u32, piece);
                    }
                }
            }
            let width = width(bytes[at]).min(n - at);
            let end = &mut best[at + width];
            if so_far + STRANGE > end.0 {
                *end = (so_far + STRANGE, at as u32, UNKNOWN);
            }
        }
        let first = out.len();
        let mut end = n;
        while end > 0 {
            let (_, start, id) = best[end];
            let start = start as usize;
            out.push(Piece { start: from[start] as usize, end: from[end] as usize, id, ..Piece::default() });
            end = start;
        }
        out[first..].reverse();
    }
}

/// The bytes of the character that begins with this one.
fn width(byte: u8) -> usize {
    match byte {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// Adds the compatibility form of a character: "ﬁ" is read as "fi", and a letter with its mark behind it as one letter.
fn plain(c: char, at: u32, bytes: &mut Vec<u8>, from: &mut Vec<u32>) {
    use unicode_normalization::UnicodeNormalization;
    if lexicon::is_mark(c)
        && let Some(last) = last_char(bytes)
        && let Some(whole) = unicode_normalization::char::compose(last, c)
    {
        let start = from[bytes.len() - last.len_utf8()];
        bytes.truncate(bytes.len() - last.len_utf8());
        from.truncate(bytes.len());
        return push(whole, start, bytes, from);
    }
    for part in std::iter::once(c).nfkc() {
        // A compatibility form may hold a space ("´"); inside a word that is nothing.
        if !part.is_whitespace() {
            push(part, at, bytes, from);
        }
    }
}

/// The last character of UTF-8, without reading what stands before it.
fn last_char(bytes: &[u8]) -> Option<char> {
    let start = bytes.iter().rposition(|b| b & 0xC0 != 0x80)?;
    std::str::from_utf8(&bytes[start..]).ok()?.chars().next()
}

fn push(c: char, at: u32, bytes: &mut Vec<u8>, from: &mut Vec<u32>) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    from.resize(bytes.len(), at);
}

/// Lays out sorted words as a tree, level by level.
fn tree(words: &[(&[u8], u16)]) -> Vec<Node> {
    let mut nodes = vec![Node { byte: 0, children: 0, first: 0, piece: NONE }];
    // The words that each node's children come from, and how many bytes lead to the node.
    let mut todo = vec![(0_usize, words.len(), 0_usize)];
    let mut at = 0;
    while at < todo.len() {
        let (mut start, end, depth) = todo[at];
        if start < end && words[start].0.len() == depth {
            nodes[at].piece = words[start].1;
            start += 1;
        }
        nodes[at].first = u32::try_from(nodes.len()).unwrap_or(0);
        while start < end {
            let byte = words[start].0[depth];
            let next = start + words[start..end].partition_point(|w| w.0[depth] == byte);
            nodes[at].children += 1;
            nodes.push(Node { byte, children: 0, first: 0, piece: NONE });
            todo.push((start, next, depth + 1));
            start = next;
        }
        at += 1;
    }
    nodes
}

/// What of a word's flags the model sees, in the order of its bits. Neighbours share a bit where their place in the text tells them apart.
const SEEN: [Flags; FLAGS - 3] = [
    lexicon::FIRST_COMMON,
    lexicon::FIRST,
    lexicon::SUR_COMMON,
    lexicon::SUR,
    lexicon::WORD,
    lexicon::PLACE,
    lexicon::PLACE_HEAD,
    lexicon::STREET | lexicon::STREET_HEAD,
    lexicon::MEDICINE,
    lexicon::NAMESAKE,
    lexicon::NAMESAKE_HEAD,
    cue::TITLE,
    cue::GREETING | cue::CLOSING,
    cue::ROLE,
    cue::PREFIX,
    cue::NEVER,
    cue::EPONYM,
    cue::COMPANY,
    cue::RUE,
    cue::MONTH,
    cue::LIVES,
    cue::DOES,
    cue::NUMERAL,
    cue::VEHICLE,
    cue::NAME,
    cue::ADDRESS | cue::POSTCODE | cue::CITY,
    cue::BSN
        | cue::NRN
        | cue::PATIENT
        | cue::CUSTOMER
        | cue::DOCUMENT
        | cue::IBAN
        | cue::CARD
        | cue::PLATE
        | cue::BIRTH,
    cue::USER | cue::SECRET | cue::EMAIL | cue::IP | cue::PHONE,
    cue::OTHER,
];
const IN_NAME_FIELD: u32 = 1 << (FLAGS - 3);
const IN_FIELD: u32 = 1 << (FLAGS - 2);
const FIGURE: u32 = 1 << (FLAGS - 1);

fn flags(known: Flags, hint: Flags) -> u32 {
    let words = SEEN.iter().enumerate().filter(|(_, f)| known & **f != 0).fold(0, |sum, (n, _)| sum | 1 << n);
    let name = if hint & cue::NAME != 0 { IN_NAME_FIELD } else { 0 };
    words | name | if hint & !cue::NAME != 0 { IN_FIELD } else { 0 }
}

/// The features of each token of a page: flags and shape.
fn tokens(page: &Page<'_>, lexicon: &Lexicon) -> Vec<(u32, u8)> {
    let mut out: Vec<(u32, u8)> = Vec::with_capacity(page.tokens.len());
    for (at, token) in page.tokens.iter().enumerate() {
        let form = match (token.class, token.shape) {
            (Class::Number, _) => 5,
            (Class::Mark | Class::Line, _) => 6,
            (Class::Word, Shape::Lower) => 0,
            (Class::Word, Shape::Title) => 1,
            (Class::Word, Shape::Upper) => 2,
            (Class::Word, Shape::Single) => 3,
            (Class::Word, Shape::Mixed) => 4,
        };
        let place = if page.starts_line(at) { 2 } else { u8::from(page.starts_sentence(at)) };
        out.push((flags(token.flags, token.hint), 3 * form + place));
    }
    // Somebody in public life, by a name of several words.
    for at in 0..page.tokens.len() {
        if !page.tokens[at].has(lexicon::NAMESAKE_HEAD) {
            continue;
        }
        let mut key = lexicon::join(0, page.tokens[at].key);
        for end in at + 1..(at + 5).min(page.tokens.len()) {
            if !page.tokens[end].is_word() {
                break;
            }
            key = lexicon::join(key, page.tokens[end].key);
            if lexicon.phrase(key) & lexicon::FIGURE != 0 {
                out[at..=end].iter_mut().for_each(|(flags, _)| *flags |= FIGURE);
            }
        }
    }
    out
}

/// The pieces of the page of `original`, which starts at byte `offset` of the whole text, with what `findings` (of the rules, in bytes of the original
/// text, sorted by start) and the lists say of each.
pub(crate) fn read(
    pieces: &Pieces,
    page: &Page<'_>,
    lexicon: &Lexicon,
    (original, folded): (&str, &Folded<'_>),
    offset: usize,
    findings: &[Finding],
) -> Vec<Piece> {
    let mut out = pieces.split(page.text);
    let known = tokens(page, lexicon);
    let (mut token, mut first) = (0, 0);
    for piece in &mut out {
        while token < page.tokens.len() && page.tokens[token].end as usize <= piece.start {
            token += 1;
        }
        if token < page.tokens.len() && (page.tokens[token].start as usize) < piece.end.max(piece.start + 1) {
            (piece.flags, piece.shape) = known[token];
        }
        let (start, mut end) = folded.range(piece.start, piece.end);
        // Folding may shorten the very last character without a trace in its table of shifts.
        while end < original.len() && !original.is_char_boundary(end) {
            end += 1;
        }
        (piece.start, piece.end) =
            (start + offset, if piece.end == piece.start { start } else { end } + offset);
        let to = piece.end.max(piece.start + 1);
        // Findings may overlap, but seldom and never by much: the first that still reaches this piece is kept.
        while first < findings.len() && findings[first].end <= piece.start {
            first += 1;
        }
        let here = findings[first..].iter().take_while(|f| f.start < to).filter(|f| f.end > piece.start);
        piece.rule =
            here.max_by_key(|f| (!f.kind.is_special(), f.kind != Kind::Organisation)).map_or(0, rule);
    }
    out
}

fn rule(finding: &Finding) -> u8 {
    let degree = u8::from(finding.score >= 0.6) + u8::from(finding.score >= 0.8);
    let kind = Kind::ALL.iter().position(|&k| k == finding.kind).unwrap_or(0);
    u8::try_from(1 + 3 * kind).unwrap_or(0) + degree
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vocabulary(words: &[(&str, f32)]) -> Pieces {
        let all: Vec<(&str, f32)> =
            [("<s>", 0.0), ("<unk>", 0.0), ("</s>", 0.0), ("|", -5.0)].iter().chain(words).copied().collect();
        let mut file = MAGIC.to_vec();
        file.extend(u32::try_from(all.len()).unwrap().to_le_bytes());
        file.extend(all.iter().flat_map(|(_, score)| score.to_le_bytes()));
        file.extend(all.iter().map(|(word, _)| u8::try_from(word.len()).unwrap()));
        file.extend(all.iter().flat_map(|(word, _)| word.bytes()));
        Pieces::parse(&file).unwrap()
    }

    fn small() -> Pieces {
        vocabulary(&[
            ("▁", -4.0),
            ("▁fi", -6.0),
            ("▁fi|", -1.0),
            ("f", -8.0),
            ("i", -8.0),
            ("é", -8.0),
            ("ets", -7.0),
            ("12", -6.0),
        ])
    }

    fn ranges(text: &str) -> Vec<(u16, &str)> {
        small().split(text).iter().map(|p| (p.id, &text[p.start..p.end])).collect()
    }

    #[test]
    fn the_likeliest_way_is_taken_and_layout_has_pieces() {
        assert_eq!(
            ranges("fiets\n \n12\tf"),
            [(5, "fi"), (10, "ets"), (END, "\n \n"), (4, ""), (11, "12"), (CELL, "\t"), (4, ""), (7, "f")]
        );
        assert_eq!(ranges("#"), [(4, ""), (UNKNOWN, "#")]);
        assert!(Pieces::parse(b"SLUISPC1\xff\xff\0\0").is_none());
    }

    #[test]
    fn compatibility_forms_and_marks_are_read_as_letters() {
        assert_eq!(ranges("ﬁets"), [(5, "ﬁ"), (10, "ets")]);
        assert_eq!(ranges("e\u{301}"), [(4, ""), (9, "e\u{301}")]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_into_ordered_pieces_on_character_boundaries(text in "(?s).{0,200}|[ fiets\n\te\u{301}ﬁ12]{0,80}") {
            let pieces = small().split(&text);
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(piece.start <= piece.end && piece.start >= at.min(piece.start));
                prop_assert!(text.get(piece.start..piece.end).is_some());
                prop_assert!(piece.start >= at, "pieces overlap");
                at = piece.end;
            }
            let covered: usize = pieces.iter().map(|p| p.end - p.start).sum();
            let wanted: usize = text.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8).sum();
            prop_assert!(covered >= wanted, "a character without a piece");
        }
    }
}
