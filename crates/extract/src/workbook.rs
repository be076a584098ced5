//! Excel: cells with their column's name, shared texts, dates behind numbers, sheets and rows that are not shown.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::cell::Names;
use crate::document::{Also, At, Escape, Hidden, Run, Segment, Unreadable};
use crate::read::{Reader, run};
use crate::xml::{Mark, Open, scan};

/// A text that cells share.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shared {
    text: String,
    runs: Vec<Run>,
}

/// What all sheets need.
#[derive(Debug, Default)]
pub(crate) struct Workbook {
    shared: Vec<Shared>,
    /// Cell formats that show a number as a date.
    dates: HashSet<usize>,
    /// Sheets by the path of their part: name, and whether they are shown.
    sheets: HashMap<String, (Arc<str>, bool)>,
}

/// Runs of text in `t` elements, as in shared texts and in cells.
#[derive(Default)]
struct Texts {
    text: String,
    runs: Vec<Run>,
    in_t: bool,
    /// Phonetic hints are not part of the text.
    phonetic: bool,
}

impl Texts {
    fn push(&mut self, leaf: u32, text: &str, at: &Range<usize>) {
        if self.in_t && !self.phonetic {
            let from = self.text.len();
            self.text.push_str(text);
            self.runs.push(run(leaf, at, from..self.text.len(), Escape::Xml));
        }
    }
}

impl Workbook {
    /// Reads the part with the texts that cells share. Texts that no cell uses are texts of the file too.
    pub fn shared(&mut self, reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
        let mut texts = Texts::default();
        scan(
            source,
            |mark, _| {
                match mark {
                    Mark::Open(tag) => match tag.name {
                        "si" => texts = Texts::default(),
                        "t" => texts.in_t = true,
                        "rPh" => texts.phonetic = true,
                        _ => {}
                    },
                    Mark::Close("t") => texts.in_t = false,
                    Mark::Close("rPh") => texts.phonetic = false,
                    Mark::Close("si") => {
                        let Texts { text, runs, .. } = std::mem::take(&mut texts);
                        self.shared.push(Shared { text, runs });
                    }
                    Mark::Text(text, at) => texts.push(leaf, &text, &at),
                    _ => {}
                }
                Ok(())
            },
            reader,
        )
    }

    /// Reads which cell formats are dates.
    pub fn styles(&mut self, reader: &mut Reader<'_>, source: &str) -> Result<(), Unreadable> {
        let mut own: HashSet<u32> = HashSet::new();
        let mut in_cells = false;
        let mut next = 0;
        scan(
            source,
            |mark, _| {
                match mark {
                    Mark::Open(tag) => match tag.name {
                        "numFmt" => {
                            let id = tag.get("numFmtId").and_then(|id| id.parse().ok());
                            if let Some(id) = id.filter(|_| tag.get("formatCode").is_some_and(shows_date)) {
                                own.insert(id);
                            }
                        }
                        "cellXfs" => in_cells = true,
                        "xf" if in_cells => {
                            let id: u32 = tag.get("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                            if matches!(id, 14..=17 | 22 | 27..=36 | 50..=58) || own.contains(&id) {
                                self.dates.insert(next);
                            }
                            next += 1;
                        }
                        _ => {}
                    },
                    Mark::Close("cellXfs") => in_cells = false,
                    _ => {}
                }
                Ok(())
            },
            reader,
        )
    }

    /// Reads the names of the sheets; `links` leads from the identifier of each to its part.
    pub fn names(
        &mut self,
        reader: &mut Reader<'_>,
        source: &str,
        links: &HashMap<String, String>,
    ) -> Result<(), Unreadable> {
        scan(
            source,
            |mark, _| {
                if let Mark::Open(tag) = mark
                    && tag.name == "sheet"
                    && let Some(path) = tag.get("id").and_then(|id| links.get(id))
                {
                    let seen = tag.get("state").is_none_or(|state| state == "visible");
                    self.sheets.insert(path.clone(), (tag.get("name").unwrap_or_default().into(), seen));
                }
                Ok(())
            },
            reader,
        )
    }

    /// Whether the part is a sheet.
    pub fn is_sheet(&self, path: &str) -> bool {
        self.sheets.contains_key(path)
    }

    /// Reads a sheet.
    pub fn sheet(
        &self,
        reader: &mut Reader<'_>,
        leaf: u32,
        source: &str,
        path: &str,
    ) -> Result<(), Unreadable> {
        let (name, seen) = self.sheets.get(path).cloned().unwrap_or_else(|| ("".into(), true));
        let mut sheet = Sheet {
            book: self,
            leaf,
            name,
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
        };
        let title = Arc::clone(&sheet.name);
        reader.within(&title, |reader| scan(source, |mark, reader| sheet.see(mark, reader), reader))
    }

    /// Takes in the shared texts that no cell has: whoever opens the file as an archive reads them.
    pub fn rest(&self, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
        let used: HashSet<(u32, u32)> =
            reader.segments.iter().flat_map(|one| one.runs.iter().map(|run| (run.leaf, run.start))).collect();
        for Shared { text, runs } in &self.shared {
            if runs.iter().all(|run| !used.contains(&(run.leaf, run.start))) {
                let (place, hidden) = (reader.place(At::Whole), Some(Hidden::Folded));
                let (text, runs) = (text.clone(), runs.clone());
                reader.push(Segment { text, label: "".into(), place, hidden, runs, also: Vec::new() })?;
            }
        }
        Ok(())
    }
}

/// Whether a number format shows a date: days or years, outside of quotes and brackets.
fn shows_date(code: &str) -> bool {
    let mut quoted = false;
    let mut bracket = false;
    code.chars().any(|c| {
        match c {
            '"' => quoted = !quoted,
            '[' => bracket = true,
            ']' => bracket = false,
            _ => {}
        }
        !quoted && !bracket && matches!(c, 'd' | 'D' | 'y' | 'Y' | 'j' | 'J')
    })
}

/// The day of a number, as people here write it. Excel counts from the last day of 1899, and has a 29 February 1900.
fn day(serial: &str) -> Option<String> {
    let whole =
        serial.split('.').next()?.parse::<i64>().ok().filter(|days| (61..2_958_466).contains(days))?;
    let date = jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(whole).ok()?).ok()?;
    Some(format!("{:02}-{:02}-{}", date.day(), date.month(), date.year()))
}

/// Row and column, from 0, of a reference such as C12.
fn reference(name: &str) -> Option<(u32, u32)> {
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

struct Sheet<'b> {
    book: &'b Workbook,
    leaf: u32,
    name: Arc<str>,
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

impl Sheet<'_> {
    fn see(&mut self, mark: Mark<'_>, reader: &mut Reader<'_>) -> Result<(), Unreadable> {
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
                let shared = number.trim().parse::<usize>().ok().and_then(|at| self.book.shared.get(at));
                let Shared { text, runs } = shared.cloned().ok_or(Unreadable::Damaged)?;
                (text, runs)
            }
            (kind, Some((value, at))) => {
                let date =
                    if kind == "n" && self.book.dates.contains(&cell.format) { day(&value) } else { None };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_days_are_those_of_excel() {
        assert_eq!(reference("C12"), Some((11, 2)));
        assert_eq!(reference("AA1"), Some((0, 26)));
        assert_eq!(reference("12"), None);
        assert_eq!(reference("A0"), None);
        assert_eq!(day("29323").as_deref(), Some("12-04-1980"));
        assert_eq!(day("1e9"), None);
        assert!(shows_date("dd\\-mm\\-yyyy") && shows_date("[$-413]d mmmm jjjj"));
        assert!(!shows_date("#,##0.00 \"days\"") && !shows_date("[Red]0"));
    }
}
