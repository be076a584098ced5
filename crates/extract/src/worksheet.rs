//! A sheet of Excel: each cell under its column's name.

use std::ops::Range;
use std::sync::Arc;

use crate::cell::Names;
use crate::document::{Also, At, Escape, Hidden, Segment, Unreadable};
use crate::read::{Reader, run};
use crate::workbook::{Shared, Texts, Workbook, day};
use crate::xml::{Mark, Open};

/// Row and column, from 0, of a reference such as C12.
pub(crate) fn reference(name: &str) -> Option<(u32, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = name.bytes().take(letters).try_fold(0_u32, |sum, letter| {
        sum.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((name.get(letters..)?.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

struct Cell {
    row: u32,
    column: u32,
    kind: String,
    format: usize,
    /// What makes it a text when its value changes.
    typed: Also,
    texts: Texts,
    value: Option<(String, Range<usize>)>,
    element: &'static str,
}

/// A sheet while it is read.
pub(crate) struct Sheet<'b> {
    book: &'b Workbook,
    leaf: u32,
    seen: bool,
    names: Names,
    head: Vec<String>,
    head_row: Option<u32>,
    /// Columns that are not shown, as ranges from 0.
    folded: Vec<(u32, u32)>,
    row: u32,
    next_row: u32,
    next_column: u32,
    row_folded: bool,
    cell: Option<Cell>,
}

impl<'b> Sheet<'b> {
    pub fn new(book: &'b Workbook, leaf: u32, seen: bool) -> Self {
        Self {
            book,
            leaf,
            seen,
            names: Names::default(),
            head: Vec::new(),
            head_row: None,
            folded: Vec::new(),
            row: 0,
            next_row: 0,
            next_column: 0,
            row_folded: false,
            cell: None,
        }
    }

    pub fn see(&mut self, mark: Mark<'_>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        match mark {
            Mark::Open(tag) => self.open(&tag, reader),
            Mark::Close("c") => self.close_cell(reader),
            Mark::Close("t") => {
                if let Some(cell) = &mut self.cell {
                    cell.texts.in_t = false;
                }
                Ok(())
            }
            Mark::Close("row") => {
                if self.head_row == Some(self.row) {
                    self.names.read(std::mem::take(&mut self.head).iter().map(String::as_str));
                }
                Ok(())
            }
            Mark::Text(text, at) => self.text(text, at, reader),
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &Open<'_>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let number = |name| tag.get(name).and_then(|n| n.parse::<u32>().ok());
        match tag.name {
            "col" if tag.get("hidden").is_some_and(|h| h == "1" || h == "true") => {
                if let (Some(from), Some(to)) = (number("min"), number("max")) {
                    self.folded.push((from.saturating_sub(1), to.saturating_sub(1)));
                }
            }
            "row" => {
                self.row = number("r").and_then(|r| r.checked_sub(1)).unwrap_or(self.next_row);
                self.next_row = self.row.saturating_add(1);
                self.next_column = 0;
                self.row_folded = tag.get("hidden").is_some_and(|h| h == "1" || h == "true");
            }
            "c" => self.open_cell(tag),
            "v" | "f" => {
                if let Some(cell) = &mut self.cell {
                    cell.element = if tag.name == "v" { "v" } else { "f" };
                }
            }
            "t" => {
                if let Some(cell) = &mut self.cell {
                    cell.element = "t";
                    cell.texts.in_t = true;
                }
            }
            _ if self.cell.is_none() => {
                // Links, filters, rules for input.
                let told = [
                    "display",
                    "tooltip",
                    "location",
                    "prompt",
                    "promptTitle",
                    "error",
                    "errorTitle",
                    "val",
                    "text",
                ];
                for one in tag.attributes.iter().filter(|one| told.contains(&one.local)) {
                    if one.value.chars().any(char::is_alphanumeric) {
                        let place = reader.place(At::Whole);
                        let runs = vec![run(self.leaf, &one.at, 0..one.value.len(), Escape::Xml)];
                        let (text, hidden) = (one.value.clone(), Some(Hidden::Attribute));
                        reader.push(Segment {
                            text,
                            label: "".into(),
                            place,
                            hidden,
                            runs,
                            also: Vec::new(),
                        })?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open_cell(&mut self, tag: &Open<'_>) {
        let (row, column) = tag.get("r").and_then(reference).unwrap_or((self.row, self.next_column));
        self.next_column = column.saturating_add(1);
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (at, text) = match tag.attributes.iter().find(|one| one.name == "t") {
            Some(one) => (small(one.at.start)..small(one.at.end), "str"),
            None => (small(tag.at.start + 2)..small(tag.at.start + 2), " t=\"str\""),
        };
        self.cell = Some(Cell {
            row,
            column,
            kind: tag.get("t").unwrap_or("n").to_owned(),
            format: tag.get("s").and_then(|s| s.parse().ok()).unwrap_or(0),
            typed: Also { leaf: self.leaf, at, text },
            texts: Texts::default(),
            value: None,
            element: "",
        });
    }

    fn text(&mut self, text: String, at: Range<usize>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let leaf = self.leaf;
        let Some(cell) = &mut self.cell else {
            if text.chars().any(char::is_alphanumeric) {
                // Headers and footers, lists for input.
                let place = reader.place(At::Whole);
                let runs = vec![run(leaf, &at, 0..text.len(), Escape::Xml)];
                let hidden = Some(Hidden::Margin);
                reader.push(Segment { text, label: "".into(), place, hidden, runs, also: Vec::new() })?;
            }
            return Ok(());
        };
        match cell.element {
            "v" => cell.value = Some((text, at)),
            "t" => cell.texts.push(leaf, &text, &at),
            "f" if text.contains('"') => {
                let place = reader.place(At::Cell(cell.row, cell.column));
                let runs = vec![run(leaf, &at, 0..text.len(), Escape::Xml)];
                let hidden = Some(Hidden::Formula);
                reader.push(Segment { text, label: "".into(), place, hidden, runs, also: Vec::new() })?;
            }
            _ => {}
        }
        Ok(())
    }

    fn close_cell(&mut self, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let Cell { row, column, .. } = cell;
        let mut also = Vec::new();
        let (text, runs) = match (cell.kind.as_str(), cell.value) {
            ("inlineStr", _) => (cell.texts.text, cell.texts.runs),
            ("s", Some((number, _))) => {
                let shared = number.trim().parse::<usize>().ok().and_then(|at| self.book.text(at));
                let Shared { text, runs } = shared.cloned().ok_or(Unreadable::Damaged)?;
                (text, runs)
            }
            (kind, Some((value, at))) => {
                let date = if kind == "n" && self.book.is_date(cell.format) { day(&value) } else { None };
                let text = date.unwrap_or(value);
                if kind != "str" {
                    also.push(cell.typed);
                }
                let runs = vec![run(self.leaf, &at, 0..text.len(), Escape::Xml)];
                (text, runs)
            }
            (_, None) => return Ok(()),
        };
        let head = *self.head_row.get_or_insert(row);
        let mut label: Arc<str> = "".into();
        if row == head {
            if let Ok(at) = usize::try_from(column.min(16_384)) {
                self.head.resize(self.head.len().max(at + 1), String::new());
                self.head[at].clone_from(&text);
            }
        } else if let Some(name) = self.names.of(column) {
            label = Arc::clone(name);
        }
        let folded = !self.seen
            || self.row_folded
            || self.folded.iter().any(|&(from, to)| (from..=to).contains(&column));
        let hidden = folded.then_some(Hidden::Folded);
        let place = reader.place(At::Cell(row, column));
        reader.push(Segment { text, label, place, hidden, runs, also })
    }
}
