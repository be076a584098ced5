//! Paragraphs of office documents: runs of text that people see as one, tables, and what is out of sight.

use std::sync::Arc;

use crate::cell::Names;
use crate::document::{Also, At, Escape, Hidden, Segment, Unreadable};
use crate::read::{Reader, run};
use crate::sheet::{Cell, Sheets};
use crate::xml::{Attribute, Mark, Open, scan};

/// Whose words for paragraphs and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Word and PowerPoint.
    OpenXml,
    /// OpenDocument.
    OpenDocument,
}

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Paragraph,
    /// Its text is beside the paragraph it stands in.
    Aside(Hidden),
    Table,
    Row,
    Cell,
    /// Has text of the paragraph.
    Text,
    /// Stands for this text.
    Sign(&'static str),
    Other,
}

fn role(dialect: Dialect, name: &str) -> Role {
    match (dialect, name) {
        (_, "p") | (Dialect::OpenDocument, "h") => Role::Paragraph,
        (Dialect::OpenXml, "tbl") | (Dialect::OpenDocument, "table") => Role::Table,
        (Dialect::OpenXml, "tr") | (Dialect::OpenDocument, "table-row") => Role::Row,
        (Dialect::OpenXml, "tc") | (Dialect::OpenDocument, "table-cell" | "covered-table-cell") => Role::Cell,
        (Dialect::OpenXml, "del" | "moveFrom") | (Dialect::OpenDocument, "deletion") => {
            Role::Aside(Hidden::Deleted)
        }
        (Dialect::OpenDocument, "annotation") => Role::Aside(Hidden::Comment),
        (Dialect::OpenDocument, "note" | "notes") => Role::Aside(Hidden::Note),
        (Dialect::OpenDocument, "title" | "desc") => Role::Aside(Hidden::Attribute),
        (Dialect::OpenXml, "t" | "delText") => Role::Text,
        (Dialect::OpenXml, "instrText" | "delInstrText") => Role::Aside(Hidden::Formula),
        (_, "tab" | "ptab") => Role::Sign("\t"),
        (Dialect::OpenXml, "br" | "cr") | (Dialect::OpenDocument, "line-break") => Role::Sign("\n"),
        (Dialect::OpenXml, "noBreakHyphen") => Role::Sign("-"),
        (Dialect::OpenDocument, "s") => Role::Sign(" "),
        _ => Role::Other,
    }
}

/// Elements that say who wrote something and when.
const ABOUT: [&str; 5] = ["creator", "date", "date-string", "creator-initials", "sender-initials"];

/// Attributes that people wrote, or that lead somewhere.
fn is_told(one: &Attribute<'_>) -> bool {
    match one.local {
        "descr" | "title" | "tooltip" | "author" | "initials" | "instr" | "alias" | "string-value"
        | "formula-text" | "href" | "user" | "userId" | "provider" | "from" | "to" | "uri" => true,
        "name" => one.name == "text:name" || one.name == "table:name" || one.name == "name",
        _ => false,
    }
}

#[derive(Default)]
struct Paragraph {
    text: String,
    runs: Vec<crate::document::Run>,
    hidden: Option<Hidden>,
}

#[derive(Default)]
struct Table {
    names: Names,
    row: u32,
    column: u32,
    /// How many columns the open cell covers.
    span: u32,
    head: Vec<String>,
    in_cell: bool,
}

struct Walk {
    dialect: Dialect,
    leaf: u32,
    /// The open elements: what each is, and whether an aside or paragraph was opened for it.
    open: Vec<Role>,
    names: Vec<Arc<str>>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    hidden: Vec<Option<Hidden>>,
    item: u32,
    sheets: Option<Sheets>,
}

/// Reads the paragraphs of a part. With `sheets`, the tables are those of a spreadsheet.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    leaf: u32,
    source: &str,
    dialect: Dialect,
    sheets: bool,
) -> Result<(), Unreadable> {
    let mut walk = Walk {
        dialect,
        leaf,
        open: Vec::new(),
        names: Vec::new(),
        paragraphs: Vec::new(),
        tables: Vec::new(),
        hidden: vec![reader.hidden],
        item: 0,
        sheets: sheets.then(Sheets::default),
    };
    let outer = reader.hidden;
    let done = scan(
        source,
        |mark, reader| match mark {
            Mark::Open(tag) => walk.open(&tag, reader),
            Mark::Close(_) => walk.close(reader),
            Mark::Text(text, at) => walk.text(&text, at, reader),
            Mark::Comment(at) => crate::xml::comment(reader, leaf, source, at, At::Item(walk.item.max(1))),
        },
        reader,
    );
    reader.hidden = outer;
    done
}

impl Walk {
    fn at(&self) -> At {
        At::Item(self.item.max(1))
    }

    fn out_of_sight(&self) -> Option<Hidden> {
        self.hidden.last().copied().flatten()
    }

    fn open(&mut self, tag: &Open<'_>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let role = role(self.dialect, tag.name);
        if let Some(sheets) = &mut self.sheets {
            sheets.open(tag, self.leaf, |name| reader.within(name, |reader| reader.place(At::Whole).part));
        }
        self.attributes(tag, reader)?;
        match role {
            Role::Paragraph | Role::Aside(_) => {
                if let Role::Aside(why) = role {
                    self.hidden.push(Some(why));
                }
                let hidden = self.out_of_sight();
                self.paragraphs.push(Paragraph { hidden, ..Paragraph::default() });
            }
            Role::Table => self.tables.push(Table::default()),
            Role::Cell => {
                if let Some(table) = self.tables.last_mut() {
                    table.in_cell = true;
                    table.span =
                        tag.get("number-columns-repeated").and_then(|n| n.parse().ok()).unwrap_or(1).max(1);
                    if table.row == 0 {
                        table.head.push(String::new());
                    }
                }
            }
            Role::Sign(sign) => {
                let count = tag.get("c").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).min(100);
                if let Some(paragraph) =
                    self.paragraphs.last_mut().filter(|_| sign != "\t" || tag.get("val").is_none())
                {
                    paragraph.text.push_str(&sign.repeat(count));
                }
            }
            Role::Other if tag.name == "gridSpan" => {
                if let Some(table) = self.tables.last_mut() {
                    table.span = tag.get("val").and_then(|n| n.parse().ok()).unwrap_or(1).max(1);
                }
            }
            Role::Row | Role::Text | Role::Other => {}
        }
        self.open.push(role);
        self.names.push(tag.name.into());
        Ok(())
    }

    fn attributes(&self, tag: &Open<'_>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let outer = reader.hidden.replace(Hidden::Attribute);
        for one in
            tag.attributes.iter().filter(|one| is_told(one) && one.value.chars().any(char::is_alphabetic))
        {
            // What a style or a bookmark is called says nothing of people; what somebody called a table may.
            if one.local == "name"
                && !matches!(
                    tag.name,
                    "bookmarkStart" | "table" | "bookmark" | "bookmark-start" | "frame" | "page"
                )
            {
                continue;
            }
            if one.local == "initials" {
                reader.clean.push((self.leaf, one.at.clone()));
            }
            let label = crate::office::label(one.local);
            reader.push_run(self.leaf, one.at.clone(), Escape::Xml, &one.value, &label.into(), self.at())?;
        }
        let formula =
            tag.attributes.iter().find(|one| one.name == "table:formula" && one.value.contains('"'));
        if let Some(one) = formula {
            reader.hidden = Some(Hidden::Formula);
            reader.push_run(self.leaf, one.at.clone(), Escape::Xml, &one.value, &"".into(), self.at())?;
        }
        reader.hidden = outer;
        Ok(())
    }

    fn text(
        &mut self,
        text: &str,
        at: std::ops::Range<usize>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Unreadable> {
        let belongs = match self.dialect {
            Dialect::OpenXml => matches!(self.open.last(), Some(Role::Text | Role::Aside(Hidden::Formula))),
            Dialect::OpenDocument => true,
        };
        // Who made a comment, and when, is no part of it.
        let about = self.names.last().is_some_and(|name| ABOUT.contains(&&**name));
        if let (Some(paragraph), true) = (self.paragraphs.last_mut(), belongs && !about) {
            let from = paragraph.text.len();
            // In a source a line end is a space; both take one byte.
            paragraph.text.push_str(&text.replace(['\n', '\r'], " "));
            paragraph.runs.push(run(self.leaf, &at, from..paragraph.text.len(), Escape::Xml));
            return Ok(());
        }
        if text.chars().any(char::is_alphanumeric) {
            let label = crate::office::label(self.names.last().map_or("", |name| name)).into();
            let outer = std::mem::replace(&mut reader.hidden, self.out_of_sight());
            reader.push_run(self.leaf, at, Escape::Xml, text, &label, self.at())?;
            reader.hidden = outer;
        }
        Ok(())
    }

    fn close(&mut self, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let name = self.names.pop().unwrap_or_default();
        match self.open.pop() {
            Some(role @ (Role::Paragraph | Role::Aside(_))) => {
                let paragraph = self.paragraphs.pop().unwrap_or_default();
                if matches!(role, Role::Aside(_)) {
                    self.hidden.pop();
                }
                self.take(paragraph, reader)?;
            }
            Some(Role::Cell) => {
                if let Some(table) = self.tables.last_mut() {
                    // What covers several columns names the first.
                    if table.row == 0 {
                        for _ in 1..table.span.min(64) {
                            table.head.push(String::new());
                        }
                    }
                    table.column = table.column.saturating_add(table.span);
                    table.in_cell = false;
                }
            }
            Some(Role::Row) => {
                if let Some(table) = self.tables.last_mut() {
                    if table.row == 0 {
                        let head = std::mem::take(&mut table.head);
                        table.names.read(head.iter().map(String::as_str));
                    }
                    table.row = table.row.saturating_add(1);
                    table.column = 0;
                }
            }
            Some(Role::Table) => {
                self.tables.pop();
            }
            _ => {}
        }
        if let Some(sheets) = &mut self.sheets {
            sheets.close(&name);
        }
        Ok(())
    }

    /// A paragraph is complete.
    fn take(&mut self, paragraph: Paragraph, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        if paragraph.text.trim().is_empty() {
            return Ok(());
        }
        self.item = self.item.saturating_add(1);
        let mut label: Arc<str> = "".into();
        let is_body = !matches!(paragraph.hidden, Some(Hidden::Comment | Hidden::Note | Hidden::Attribute));
        if let Some(table) = self.tables.last_mut().filter(|table| table.in_cell && is_body) {
            if table.row == 0 {
                if let Some(name) = table.head.last_mut() {
                    name.push_str(&paragraph.text);
                }
            } else if let Some(name) = table.names.of(table.column) {
                label = Arc::clone(name);
            }
        }
        let mut also: Vec<Also> = Vec::new();
        let mut place = reader.place(self.at());
        let mut hidden = paragraph.hidden;
        if let (Some(Cell { row, column, folded, sheet, typed }), true) =
            (self.sheets.as_ref().and_then(Sheets::cell), is_body || self.sheets.is_some())
        {
            place = crate::document::Place { part: sheet, at: At::Cell(row, column) };
            if is_body {
                also.extend_from_slice(typed);
                hidden = hidden.or(folded.then_some(Hidden::Folded));
            }
        }
        reader.push(Segment { text: paragraph.text, label, place, hidden, runs: paragraph.runs, also })
    }
}
