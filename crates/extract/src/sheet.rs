//! Where cells stand in an OpenDocument spreadsheet, and what makes them numbers and dates.

use std::collections::HashSet;
use std::sync::Arc;

use crate::document::Also;
use crate::xml::Open;

/// The most columns whose visibility is kept.
const COLUMNS: u32 = 16_384;

/// The cell that is being read.
pub(crate) struct Cell<'s> {
    pub row: u32,
    pub column: u32,
    /// Not shown.
    pub folded: bool,
    pub sheet: Arc<str>,
    /// What has to go when its text changes.
    pub typed: &'s [Also],
}

/// The tables of a spreadsheet while they are read.
#[derive(Default)]
pub(crate) struct Sheets {
    /// The style that is being defined.
    style: String,
    /// Styles of tables that are not shown.
    unseen: HashSet<String>,
    sheet: Arc<str>,
    is_unseen: bool,
    is_folded: bool,
    row: u32,
    rows: u32,
    column: u32,
    columns: u32,
    in_cell: bool,
    /// Columns that are not shown.
    folded: HashSet<u32>,
    next: u32,
    typed: Vec<Also>,
}

impl Sheets {
    pub fn open(&mut self, tag: &Open<'_>, leaf: u32, part: impl FnOnce(&str) -> Arc<str>) {
        let count = |name| tag.get(name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1);
        match tag.name {
            "style" => tag.get("name").unwrap_or_default().clone_into(&mut self.style),
            "table-properties" if tag.get("display") == Some("false") => {
                self.unseen.insert(self.style.clone());
            }
            "table" => {
                self.sheet = part(tag.get("name").unwrap_or_default());
                self.is_unseen = tag.get("style-name").is_some_and(|style| self.unseen.contains(style));
                (self.row, self.column, self.next) = (0, 0, 0);
                self.folded.clear();
            }
            "table-column" => {
                let columns = count("number-columns-repeated");
                if tag.get("visibility").is_some_and(|seen| seen != "visible") {
                    self.folded.extend((self.next..self.next.saturating_add(columns)).take(COLUMNS as usize));
                }
                self.next = self.next.saturating_add(columns);
            }
            "table-row" => {
                self.column = 0;
                self.rows = count("number-rows-repeated");
                self.is_folded = tag.get("visibility").is_some_and(|seen| seen != "visible");
            }
            "table-cell" | "covered-table-cell" => {
                self.columns = count("number-columns-repeated");
                self.in_cell = true;
                self.typed.clear();
                let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                for one in &tag.attributes {
                    let (at, text) = match one.local {
                        "value-type" if one.value != "string" => (&one.at, "string"),
                        "value" | "date-value" | "time-value" | "boolean-value" | "string-value"
                        | "currency" => (&one.whole, ""),
                        _ => continue,
                    };
                    self.typed.push(Also { leaf, at: small(at.start)..small(at.end), text });
                }
            }
            _ => {}
        }
    }

    pub fn close(&mut self, name: &str) {
        match name {
            "table-cell" | "covered-table-cell" => {
                self.column = self.column.saturating_add(self.columns);
                self.in_cell = false;
            }
            "table-row" => self.row = self.row.saturating_add(self.rows),
            _ => {}
        }
    }

    /// The open cell.
    pub fn cell(&self) -> Option<Cell<'_>> {
        self.in_cell.then(|| Cell {
            row: self.row,
            column: self.column,
            folded: self.is_unseen || self.is_folded || self.folded.contains(&self.column),
            sheet: Arc::clone(&self.sheet),
            typed: &self.typed,
        })
    }
}
