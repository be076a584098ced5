//! Pages: what people see, what stands in attributes and comments, and the tables.

use std::ops::Range;
use std::sync::Arc;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::cell::Names;
use crate::document::{At, Escape, Hidden, Segment, Unreadable};
use crate::read::{Reader, run};

/// Elements that break no sentence.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "ins", "label", "time",
];
/// Attributes that say nothing of people.
const SILENT: [&str; 22] = [
    "class",
    "style",
    "id",
    "type",
    "rel",
    "width",
    "height",
    "colspan",
    "rowspan",
    "lang",
    "dir",
    "charset",
    "border",
    "cellpadding",
    "cellspacing",
    "align",
    "valign",
    "bgcolor",
    "color",
    "face",
    "size",
    "xmlns",
];

/// What the tokenizer saw, with its place.
enum Seen {
    Open(String),
    Attribute(String, String, Range<usize>),
    Text(String, Range<usize>),
    Close(String),
    Comment(String, Range<usize>),
}

#[derive(Default)]
struct Table {
    names: Names,
    head: Vec<String>,
    row: u32,
    column: Option<u32>,
}

pub(crate) fn read(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    let mut page = Page { leaf, source, text: String::new(), runs: Vec::new(), item: 0, tables: Vec::new() };
    let mut name = String::new();
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Seen> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let at = span.start..span.end;
        Some(match event {
            CallbackEvent::OpenStartTag { name } => Seen::Open(text(name)),
            CallbackEvent::AttributeName { name: one } => {
                name = text(one);
                return None;
            }
            CallbackEvent::AttributeValue { value } => Seen::Attribute(name.clone(), text(value), at),
            CallbackEvent::String { value } => Seen::Text(text(value), at),
            CallbackEvent::EndTag { name } => Seen::Close(text(name)),
            CallbackEvent::Comment { value } => Seen::Comment(text(value), at),
            _ => return None,
        })
    });
    for seen in Tokenizer::new_with_emitter(source, emitter).flatten() {
        reader.budget.step()?;
        page.see(seen, reader)?;
    }
    page.end(reader)
}

struct Page<'s> {
    leaf: u32,
    source: &'s str,
    text: String,
    runs: Vec<crate::document::Run>,
    item: u32,
    tables: Vec<Table>,
}

impl Page<'_> {
    fn see(&mut self, seen: Seen, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        match seen {
            Seen::Open(name) => {
                if name == "br" {
                    self.text.push('\n');
                } else if !INLINE.contains(&name.as_str()) {
                    self.end(reader)?;
                }
                self.table(&name, true);
            }
            Seen::Close(name) => {
                if !INLINE.contains(&name.as_str()) {
                    self.end(reader)?;
                }
                self.table(&name, false);
            }
            Seen::Text(text, at) => {
                let from = self.text.len();
                self.text.push_str(&text);
                if self.source.get(at.clone()).is_some() {
                    self.runs.push(run(self.leaf, &at, from..self.text.len(), Escape::Xml));
                }
            }
            Seen::Attribute(name, value, at) => {
                let told = !SILENT.contains(&name.as_str()) && value.chars().any(char::is_alphanumeric);
                let before = at.start.checked_sub(1).and_then(|at| self.source.as_bytes().get(at));
                let escape = if matches!(before, Some(b'"' | b'\'')) { Escape::Xml } else { Escape::Bare };
                if told && self.source.get(at.clone()).is_some() {
                    self.aside(Hidden::Attribute, at, escape, &value, reader)?;
                }
            }
            Seen::Comment(text, at) => {
                // The tokenizer's span may hold the marks around the comment.
                let inside = self.source.get(at.clone()).and_then(|raw| raw.find(&text));
                if let Some(shift) = inside {
                    let at = at.start + shift..at.start + shift + text.len();
                    self.aside(Hidden::Comment, at, Escape::Xml, &text, reader)?;
                }
            }
        }
        Ok(())
    }

    fn aside(
        &self,
        why: Hidden,
        at: Range<usize>,
        escape: Escape,
        text: &str,
        reader: &mut Reader<'_>,
    ) -> Result<(), Unreadable> {
        let outer = reader.hidden.replace(why);
        let done = reader.push_run(self.leaf, at, escape, text, &"".into(), At::Item(self.item.max(1)));
        reader.hidden = outer;
        done
    }

    fn table(&mut self, name: &str, opens: bool) {
        if name == "table" {
            if opens {
                self.tables.push(Table::default());
            } else {
                self.tables.pop();
            }
        }
        let Some(table) = self.tables.last_mut() else { return };
        match (name, opens) {
            ("tr", true) => {
                if table.row == 1 {
                    table.names.read(std::mem::take(&mut table.head).iter().map(String::as_str));
                }
                table.row = table.row.saturating_add(1);
                table.column = None;
            }
            ("td" | "th", true) => {
                table.column = Some(table.column.map_or(0, |column| column.saturating_add(1)));
                if table.row == 1 {
                    table.head.push(String::new());
                }
            }
            _ => {}
        }
    }

    /// A paragraph ends.
    fn end(&mut self, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let (text, runs) = (std::mem::take(&mut self.text), std::mem::take(&mut self.runs));
        if text.trim().is_empty() {
            return Ok(());
        }
        self.item = self.item.saturating_add(1);
        let mut label: Arc<str> = "".into();
        if let Some(table) = self.tables.last_mut() {
            if table.row == 1 {
                if let Some(name) = table.head.last_mut() {
                    name.push_str(&text);
                }
            } else if let Some(name) = table.column.and_then(|column| table.names.of(column)) {
                label = Arc::clone(name);
            }
        }
        let place = reader.place(At::Item(self.item));
        reader.push(Segment { text, label, place, hidden: reader.hidden, runs, also: Vec::new() })
    }
}
