//! From bytes to a document: what kind they are, and who reads that kind.

use std::sync::Arc;

use crate::budget::{Budget, MAX_DEPTH, MAX_INPUT};
use crate::charset::{self, Charset};
use crate::document::{
    At, Body, Document, Escape, Format, Hidden, Leaf, Place, Run, Segment, Unread, Unreadable,
};
use crate::{html, json, mail, package, pdf, rtf, sniff, table, text, xml};

/// What becomes of pictures when a file is given back with other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// They become empty: nobody knows what is on them.
    #[default]
    Blank,
    /// They stay as they are.
    Keep,
}

/// Reads a file. The name only helps where the content leaves a choice; `expired` says when to give up.
///
/// # Errors
/// [`Unreadable`], with the reason: what cannot be read whole is never read in part without saying so in
/// [`Document::unread`].
pub fn read(bytes: &[u8], name: &str, expired: &dyn Fn() -> bool) -> Result<Document, Unreadable> {
    if bytes.len() > MAX_INPUT {
        return Err(Unreadable::TooLarge);
    }
    let mut reader = Reader::new(Budget::new(expired));
    let (format, body) = reader.file(bytes, name, None)?;
    let Reader { segments, unread, leaves, clean, .. } = reader;
    Ok(Document { format, segments, unread, leaves, clean, body })
}

/// A file while it is read.
pub(crate) struct Reader<'a> {
    pub budget: Budget<'a>,
    pub segments: Vec<Segment>,
    pub unread: Vec<Unread>,
    pub leaves: Vec<Leaf>,
    /// Stretches that are emptied when the file is given back.
    pub clean: Vec<(u32, std::ops::Range<usize>)>,
    depth: usize,
    /// The part that is being read.
    part: Arc<str>,
    /// How the texts of this part are out of sight.
    pub hidden: Option<Hidden>,
}

impl<'a> Reader<'a> {
    fn new(budget: Budget<'a>) -> Self {
        Self {
            budget,
            segments: Vec::new(),
            unread: Vec::new(),
            leaves: Vec::new(),
            clean: Vec::new(),
            depth: 0,
            part: "".into(),
            hidden: None,
        }
    }

    /// Reads a file, which may stand in another.
    pub fn file(
        &mut self,
        bytes: &[u8],
        name: &str,
        charset: Option<&str>,
    ) -> Result<(Format, Body), Unreadable> {
        self.budget.part()?;
        if self.depth >= MAX_DEPTH {
            return Err(Unreadable::TooDeep);
        }
        self.depth += 1;
        let read = match sniff::binary(bytes)? {
            Some(Format::Zip) => package::read(self, bytes),
            Some(Format::Pdf) => pdf::read(self, bytes).map(|()| (Format::Pdf, Body::Fixed)),
            Some(Format::Rtf) => rtf::read(self, bytes).map(|()| (Format::Rtf, Body::Fixed)),
            _ => self.text(bytes, name, charset),
        };
        self.depth -= 1;
        read
    }

    fn text(
        &mut self,
        bytes: &[u8],
        name: &str,
        charset: Option<&str>,
    ) -> Result<(Format, Body), Unreadable> {
        let named = sniff::charset(bytes);
        let (source, charset) = charset::decode(bytes, charset.or(named.as_deref()))?;
        let format = sniff::text(&source, name);
        if format == Format::Eml {
            return mail::read(self, bytes).map(|body| (format, body));
        }
        let leaf = self.leaf(source, charset)?;
        let source = std::mem::take(&mut self.leaves[leaf as usize].text);
        let read = match format {
            Format::Csv => table::read(self, leaf, &source),
            Format::Json => json::read(self, leaf, &source),
            Format::Xml => xml::read(self, leaf, &source),
            Format::Html => html::read(self, leaf, &source),
            Format::Ics | Format::Vcf => text::cards(self, leaf, &source),
            _ => text::read(self, leaf, &source),
        };
        self.leaves[leaf as usize].text = source;
        read.map(|()| (format, Body::Leaf(leaf)))
    }

    /// A file in this one. What cannot be read of it is noted, and the rest goes on.
    pub fn inner(&mut self, bytes: &[u8], name: &str, charset: Option<&str>) -> Result<Body, Unreadable> {
        self.inner_as(bytes, name, name, charset)
    }

    /// The same for a file that is shown under another name, or none.
    pub fn inner_as(
        &mut self,
        bytes: &[u8],
        name: &str,
        shown: &str,
        charset: Option<&str>,
    ) -> Result<Body, Unreadable> {
        let (segments, leaves) = (self.segments.len(), self.leaves.len());
        let depth = self.depth;
        let read = self.within(shown, |reader| reader.file(bytes, name, charset));
        self.depth = depth;
        match read {
            Ok((_, body)) => Ok(body),
            Err(why @ (Unreadable::TooMany | Unreadable::TooSlow)) => Err(why),
            Err(why) => {
                self.segments.truncate(segments);
                self.leaves.truncate(leaves);
                self.clean.retain(|(leaf, _)| (*leaf as usize) < leaves);
                let is_picture = why == Unreadable::Picture;
                self.not_read(shown, why);
                Ok(if is_picture { Body::Blank } else { Body::Fixed })
            }
        }
    }

    /// Reads a part under its name.
    pub fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = Arc::clone(&self.part);
        if !name.is_empty() {
            self.part = if outer.is_empty() { name.into() } else { format!("{outer} > {name}").into() };
        }
        let done = read(self);
        self.part = outer;
        done
    }

    /// Notes that a part is not read.
    pub fn not_read(&mut self, name: &str, why: Unreadable) {
        let part = self.within(name, |reader| reader.part.to_string());
        self.unread.push(Unread { part, why });
    }

    /// Takes a source in.
    pub fn leaf(&mut self, text: String, charset: Charset) -> Result<u32, Unreadable> {
        if u32::try_from(text.len()).is_err() {
            return Err(Unreadable::TooLarge);
        }
        let number = u32::try_from(self.leaves.len()).map_err(|_| Unreadable::TooMany)?;
        self.leaves.push(Leaf { text, charset });
        Ok(number)
    }

    pub fn place(&self, at: At) -> Place {
        Place { part: Arc::clone(&self.part), at }
    }

    /// Takes a text in, if there is anything in it.
    pub fn push(&mut self, segment: Segment) -> Result<(), Unreadable> {
        if segment.text.trim().is_empty() {
            return Ok(());
        }
        self.budget.segment(matches!(segment.place.at, At::Cell(..)))?;
        self.segments.push(segment);
        Ok(())
    }

    /// Takes in a text that stands in one stretch of a source.
    pub fn push_run(
        &mut self,
        leaf: u32,
        at: std::ops::Range<usize>,
        escape: Escape,
        text: &str,
        label: &Arc<str>,
        place: At,
    ) -> Result<(), Unreadable> {
        let hidden = self.hidden;
        let runs = vec![run(leaf, &at, 0..text.len(), escape)];
        let place = self.place(place);
        let label = Arc::clone(label);
        self.push(Segment { text: text.to_owned(), label, place, hidden, runs, also: Vec::new() })
    }

    /// Takes in a text that cannot be changed in its source.
    pub fn push_fixed(&mut self, text: String, label: &str, at: At) -> Result<(), Unreadable> {
        let place = self.place(at);
        let hidden = self.hidden;
        self.push(Segment { text, label: label.into(), place, hidden, runs: Vec::new(), also: Vec::new() })
    }
}

/// A stretch of a source; sources fit in 32 bits, as [`Reader::leaf`] saw to.
pub(crate) fn run(leaf: u32, at: &std::ops::Range<usize>, of: std::ops::Range<usize>, escape: Escape) -> Run {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Run { leaf, start: small(at.start), end: small(at.end), from: small(of.start), to: small(of.end), escape }
}
