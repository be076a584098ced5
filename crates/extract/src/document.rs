//! What a file says: its texts, each with its place, and what in it cannot be read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::charset::Charset;

/// What kind of file it is, by what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text, Markdown too.
    Text,
    /// A table with a separator.
    Csv,
    /// JSON, or lines of it.
    Json,
    /// XML of any kind.
    Xml,
    /// A page.
    Html,
    /// A message with its attachments.
    Eml,
    /// A calendar.
    Ics,
    /// Contacts.
    Vcf,
    /// Word.
    Docx,
    /// Excel.
    Xlsx,
    /// PowerPoint.
    Pptx,
    /// OpenDocument text.
    Odt,
    /// OpenDocument spreadsheet.
    Ods,
    /// OpenDocument presentation.
    Odp,
    /// Rich text.
    Rtf,
    /// PDF.
    Pdf,
    /// Files in an archive.
    Zip,
}

impl Format {
    /// The usual ending of such a file's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Html => "html",
            Self::Eml => "eml",
            Self::Ics => "ics",
            Self::Vcf => "vcf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Odp => "odp",
            Self::Rtf => "rtf",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
        }
    }

    /// Whether the same kind of file can be given back with other words in it.
    #[must_use]
    pub const fn can_rewrite(self) -> bool {
        !matches!(self, Self::Rtf | Self::Pdf)
    }
}

/// Where people looking at the file do not see the text at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// A comment.
    Comment,
    /// Text that was deleted, but is still there as a change.
    Deleted,
    /// Header or footer of each page.
    Margin,
    /// Footnote, endnote or speaker's note.
    Note,
    /// Author, company and the like.
    Property,
    /// What a picture or link says of itself, or where it leads.
    Attribute,
    /// A sheet, row or column that is not shown.
    Folded,
    /// Text in a formula.
    Formula,
}

impl Hidden {
    /// What it is, in a few words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Deleted => "deleted text",
            Self::Margin => "header or footer",
            Self::Note => "note",
            Self::Property => "property",
            Self::Attribute => "attribute",
            Self::Folded => "hidden cells",
            Self::Formula => "formula",
        }
    }
}

/// Where in a part a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// It is all there is.
    Whole,
    /// A line, from 1.
    Line(u32),
    /// A page, from 1.
    Page(u32),
    /// A paragraph or the like, from 1.
    Item(u32),
    /// A cell: row and column, from 0.
    Cell(u32, u32),
}

/// Where a text stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The part: a sheet, an attachment, the comments; empty when there is only one.
    pub part: Arc<str>,
    /// Where in it.
    pub at: At,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = &*self.part;
        if let At::Cell(row, column) = self.at {
            let mark = if part.is_empty() { "" } else { "!" };
            return write!(f, "{part}{mark}{}{}", column_name(column), row.saturating_add(1));
        }
        let space = if part.is_empty() || self.at == At::Whole { "" } else { " " };
        write!(f, "{part}{space}")?;
        match self.at {
            At::Whole | At::Cell(..) => Ok(()),
            At::Line(line) => write!(f, "line {line}"),
            At::Page(page) => write!(f, "page {page}"),
            At::Item(item) => write!(f, "paragraph {item}"),
        }
    }
}

/// A, B, … Z, AA, AB, …
fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        letters.push(b'A' + u8::try_from(rest % 26).unwrap_or(0));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// One text of a file: a paragraph, a cell, a field.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The text.
    pub text: String,
    /// The column, field or key it stands under, or nothing.
    pub label: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// Whether it is out of sight, and how.
    pub hidden: Option<Hidden>,
    pub(crate) runs: Vec<Run>,
    pub(crate) also: Vec<Also>,
}

impl Segment {
    /// Where the byte `offset` of the text stands: the line, if the segment has several.
    #[must_use]
    pub fn place_of(&self, offset: usize) -> Place {
        let At::Line(first) = self.place.at else { return self.place.clone() };
        let lines = self.text.get(..offset).unwrap_or_default().matches('\n').count();
        let line = first.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        Place { part: Arc::clone(&self.place.part), at: At::Line(line) }
    }
}

/// A stretch of a segment's text and where it stands in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub leaf: u32,
    /// In the source of the leaf.
    pub start: u32,
    pub end: u32,
    /// In the text of the segment.
    pub from: u32,
    pub to: u32,
    pub escape: Escape,
}

/// How a text is written in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Escape {
    /// As it is.
    None,
    /// Between tags, or in an attribute with double quotes around it.
    Xml,
    /// An attribute of HTML that has no quotes.
    Bare,
    /// A cell that may need quotes, with this separator.
    Csv(u8),
    /// JSON with its quotes.
    Json,
    /// A value of a calendar or contact.
    Card,
}

/// What else changes in a leaf when a text of the segment does: a number that becomes a word is no number any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Also {
    pub leaf: u32,
    pub at: Range<u32>,
    pub text: &'static str,
}

/// Another text for a stretch of a segment's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The segment, by its number in the document.
    pub segment: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What comes in its place.
    pub text: String,
}

/// Something in a file that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Where it is.
    pub part: String,
    /// Why.
    pub why: Unreadable,
}

/// Why a file, or a part of one, cannot be read. Never says what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// None of the known kinds.
    #[error("is of a kind that Sluis cannot read; save it as text, docx, xlsx, odt, ods or pdf")]
    Unknown,
    /// Known, but not this variety.
    #[error("is an old Office file or an Outlook message; save it as docx, xlsx, pptx or eml")]
    Old,
    /// Broken off or not what it says it is.
    #[error("is damaged or incomplete; make it again")]
    Damaged,
    /// With a password.
    #[error("has a password; save it without one")]
    Encrypted,
    /// Larger than the limits.
    #[error("is too large, or unpacks to too much; split it")]
    TooLarge,
    /// Files in files in files.
    #[error("is nested too deep; unpack it first")]
    TooDeep,
    /// More parts, cells or texts than the limits.
    #[error("has too many parts or cells; split it")]
    TooMany,
    /// It took longer than allowed.
    #[error("takes too long to read; split it")]
    TooSlow,
    /// Pages without text: photographs of paper.
    #[error("is a scan without text; recognise its text first")]
    Scan,
    /// A document type with entities.
    #[error("defines entities of its own, which can be an attack; save it without them")]
    Entities,
    /// A picture: what is on it is not read.
    #[error("is a picture; what is on it is not read")]
    Picture,
    /// A program or another object inside a document.
    #[error("is an embedded object or a macro, which is not read")]
    Embedded,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// What kind it is.
    pub format: Format,
    /// Every text in it, in the order of the file.
    pub segments: Vec<Segment>,
    /// What in it was not read.
    pub unread: Vec<Unread>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) clean: Vec<(u32, Range<usize>)>,
    pub(crate) body: Body,
}

/// One part of a file that is text.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub text: String,
    pub charset: Charset,
}

/// How a file is put together again.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A text that may have changed.
    Leaf(u32),
    /// As it was.
    Raw,
    /// Emptied.
    Gone,
    /// A picture, which becomes an empty one.
    Blank,
    /// Cannot be given back with other words.
    Fixed,
    /// Entries of an archive, in its order.
    Zip(Vec<Body>),
    /// Stretches of a message: where each stands in it, how it is packed, and what it is.
    Mail(Vec<(Range<usize>, crate::mail::Packing, Body)>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_as_people_do() {
        let place = |part: &str, at| Place { part: part.into(), at }.to_string();
        assert_eq!(place("Klanten", At::Cell(11, 2)), "Klanten!C12");
        assert_eq!(place("", At::Cell(0, 27)), "AB1");
        assert_eq!(place("", At::Line(4)), "line 4");
        assert_eq!(place("comments", At::Item(2)), "comments paragraph 2");
        assert_eq!(place("properties", At::Whole), "properties");
    }
}
