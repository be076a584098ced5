//! A document on its way through the layers: its texts in pieces that fit in a core's cache, and what is kept of each between two passes.

use crate::field::Header;
use crate::fold::Folded;
use crate::kind::Segment;
use crate::page::{Candidate, Page};

/// Texts are read in pieces of at most this many bytes, cut at the end of a line or word where there is one: the tokens of a piece fit in a
/// core's own cache, offsets fit in 32 bits, and memory stays in proportion to the piece.
const PIECE: usize = 1 << 16;

/// A piece of a segment.
pub(crate) struct Draft<'t> {
    pub segment: usize,
    /// Where the piece starts in the segment, in bytes.
    pub offset: usize,
    pub text: &'t str,
    pub folded: Folded<'t>,
    pub label: &'t str,
}

/// What is kept of a piece between two passes.
pub(crate) struct Kept<'d> {
    pub candidates: Vec<Candidate>,
    /// The table that the piece began in, to cut it into tokens again.
    pub before: Header,
    /// The tokens, if the document is short enough to keep them.
    pub page: Option<Page<'d>>,
}

/// All pieces of a document.
pub(crate) fn drafts<'t>(segments: &[Segment<'t>]) -> Vec<Draft<'t>> {
    let draft = |segment, s: &Segment<'t>| {
        let label = s.label;
        pieces(s.text).map(move |(offset, text)| Draft {
            segment,
            offset,
            text,
            folded: Folded::new(text),
            label,
        })
    };
    segments.iter().enumerate().flat_map(|(segment, s)| draft(segment, s)).collect()
}

/// Cuts the text into pieces with their offsets.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let mut end = (start + PIECE).min(text.len());
        if end < text.len() {
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            // Look back for the end of a line, else of a word.
            let mut window = end - (PIECE / 16);
            while !text.is_char_boundary(window) {
                window -= 1;
            }
            let tail = &text[window..end];
            if let Some(n) = tail.rfind('\n').or_else(|| tail.rfind(' ')) {
                end = window + n + 1;
            }
        }
        let piece = (start, &text[start..end]);
        start = end;
        Some(piece)
    })
}
