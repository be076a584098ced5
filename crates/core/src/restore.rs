//! Putting real values back in an answer while it streams.
//!
//! One pass from left to right: a value that was put back is never read again, so no answer can build a token
//! out of values. Only what can still become a token is held back, at most [`MAX_HELD_BYTES`], and any split
//! of the answer gives the same bytes.

use std::ops::Range;
use std::sync::Arc;

use crate::glyph::{Glyph, Reading, Spelling, read};
use crate::policy::{Sink, Sinks};
use crate::pseudonym::Codebook;
use crate::recognise::{MAX_TOKEN_BYTES, Match, may_start, token_at};
use crate::url_watch::UrlWatch;

/// The most bytes of an answer that wait for what follows.
pub const MAX_HELD_BYTES: usize = MAX_TOKEN_BYTES + 16;

/// Where the text stands in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Text for a person.
    Text,
    /// The arguments of a tool call as JSON text, in which values are escaped.
    Arguments,
    /// One value of a tool call's input, already taken out of its JSON.
    Input,
    /// Text for a person that is JSON, because the caller asked for JSON: values are escaped.
    Json,
}

/// Restores one stream of text: one choice, one content block, or the arguments of one tool call.
#[derive(Debug)]
pub struct Restorer {
    book: Arc<Codebook>,
    sinks: Sinks,
    place: Place,
    held: String,
    before: char,
    url: UrlWatch,
    restored: u32,
    kept_back: u32,
}

impl Restorer {
    /// A restorer at the start of a text.
    #[must_use]
    pub fn new(book: Arc<Codebook>, sinks: Sinks, place: Place) -> Self {
        Self {
            book,
            sinks,
            place,
            held: String::new(),
            before: ' ',
            url: UrlWatch::default(),
            restored: 0,
            kept_back: 0,
        }
    }

    /// Takes the next piece of the answer and appends to `out` all that is certain.
    pub fn push(&mut self, piece: &str, out: &mut String) {
        if self.book.is_empty() {
            out.push_str(piece);
            return;
        }
        if self.held.is_empty() {
            let done = self.advance(piece, false, out);
            self.held.push_str(&piece[done..]);
        } else {
            let mut text = std::mem::take(&mut self.held);
            text.push_str(piece);
            let done = self.advance(&text, false, out);
            text.drain(..done);
            self.held = text;
        }
    }

    /// The text ends here: appends what was held back.
    pub fn finish(&mut self, out: &mut String) {
        let text = std::mem::take(&mut self.held);
        self.advance(&text, true, out);
        self.before = ' ';
        self.url = UrlWatch::default();
    }

    /// How many values were put back.
    #[must_use]
    pub fn restored(&self) -> u32 {
        self.restored
    }

    /// How many issued tokens were left standing because of where they stood.
    #[must_use]
    pub fn kept_back(&self) -> u32 {
        self.kept_back
    }

    /// Starts counting anew.
    pub fn forget_counts(&mut self) {
        (self.restored, self.kept_back) = (0, 0);
    }

    /// Whether text waits for what follows.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    fn advance(&mut self, text: &str, last: bool, out: &mut String) -> usize {
        let mut at = 0;
        let mut copied = 0;
        let mut digits = Digits::default();
        while at < text.len() {
            let rest = &text[at..];
            let Reading::Glyph(glyph) = read(rest, last) else { break };
            if may_start(glyph.char, self.before) && digits.are_near(text, at, last) {
                match token_at(rest, last, &self.book) {
                    Match::No => {}
                    Match::More => break,
                    Match::Yes { bytes, code, variant, keep } => {
                        out.push_str(&text[copied..at]);
                        self.put(&rest[..bytes], code, variant, &rest[keep.0..keep.1], out);
                        at += bytes;
                        copied = at;
                        self.before = ']';
                        continue;
                    }
                }
            }
            let is_escape = glyph.spelling == Spelling::Backslash && matches!(glyph.char, '/' | '"');
            let glyph = unescaped(glyph);
            self.before = glyph.char;
            // In an address, an escaped sign is the sign: JSON writes "https:\\/\\/".
            if !is_escape {
                self.url.see(glyph.char);
            }
            at += glyph.bytes;
        }
        out.push_str(&text[copied..at]);
        at
    }

    fn put(&mut self, token: &str, code: u32, variant: u32, ending: &str, out: &mut String) {
        let place = match self.place {
            Place::Text | Place::Json => self.sinks.text,
            Place::Arguments | Place::Input => self.sinks.tool,
        };
        let allowed = place == Sink::Restore && (!self.url.is_inside() || self.sinks.url == Sink::Restore);
        let Some(value) = self.book.surface(code, variant).filter(|_| allowed) else {
            self.kept_back += 1;
            out.push_str(token);
            return;
        };
        self.restored += 1;
        match (self.url.is_inside(), self.place) {
            (true, _) => percent_encode(value, out),
            (false, Place::Arguments | Place::Json) => escape_json(value, out),
            (false, Place::Text | Place::Input) => out.push_str(value),
        }
        out.push_str(ending);
    }
}

/// The places in a whole text where restoring would find an issued token. `before` as in a stream: the text
/// may stand behind another token.
#[must_use]
pub fn tokens_in(text: &str, book: &Codebook) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if book.is_empty() {
        return found;
    }
    let mut digits = Digits::default();
    let mut before = ' ';
    let mut at = 0;
    while at < text.len() {
        let Reading::Glyph(glyph) = read(&text[at..], true) else { break };
        if may_start(glyph.char, before)
            && digits.are_near(text, at, true)
            && let Match::Yes { bytes, .. } = token_at(&text[at..], true, book)
        {
            found.push(at..at + bytes);
            at += bytes;
            before = ']';
            continue;
        }
        let glyph = unescaped(glyph);
        before = glyph.char;
        at += glyph.bytes;
    }
    found
}

/// Where the next digit stands, so that words in plain text need no closer look.
#[derive(Default)]
struct Digits {
    next: usize,
}

impl Digits {
    /// Whether a token that starts at `at` could reach a digit. `last` says that no more text will come.
    fn are_near(&mut self, text: &str, at: usize, last: bool) -> bool {
        // Every spelling of a digit has an ASCII digit in it, or is a full-width one, which begins with this byte.
        let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == 0xef;
        if self.next < at || self.next == 0 {
            let found = text.as_bytes()[at..].iter().position(is_digit);
            self.next = found.map_or(text.len(), |found| at + found);
        }
        let is_there = self.next < text.len() || !last;
        is_there && self.next - at <= MAX_TOKEN_BYTES
    }
}

/// Behind a backslash that belongs to no token, the escaped sign is looked at by itself: it may open one.
fn unescaped(glyph: Glyph) -> Glyph {
    if glyph.spelling == Spelling::Backslash && glyph.char != ' ' {
        Glyph { char: '\\', bytes: 1, spelling: Spelling::Plain }
    } else {
        glyph
    }
}

fn percent_encode(value: &str, out: &mut String) {
    use std::fmt::Write as _;
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn escape_json(value: &str, out: &mut String) {
    use std::fmt::Write as _;
    for char in value.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}
