//! Excel: cells with their column's name, shared texts, dates behind numbers, sheets and rows that are not shown.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::document::{At, Escape, Hidden, Run, Segment, Unreadable};
use crate::read::{Reader, run};
use crate::worksheet::Sheet;
use crate::xml::{Mark, scan};

/// A text that cells share.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shared {
    pub text: String,
    pub runs: Vec<Run>,
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
pub(crate) struct Texts {
    pub text: String,
    pub runs: Vec<Run>,
    pub in_t: bool,
    /// Phonetic hints are not part of the text.
    phonetic: bool,
}

impl Texts {
    pub fn push(&mut self, leaf: u32, text: &str, at: &Range<usize>) {
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

    /// A text that cells share.
    pub fn text(&self, number: usize) -> Option<&Shared> {
        self.shared.get(number)
    }

    /// Whether a cell format shows numbers as dates.
    pub fn is_date(&self, format: usize) -> bool {
        self.dates.contains(&format)
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
        let mut sheet = Sheet::new(self, leaf, seen);
        reader.within(&name, |reader| {
            // Formulas name sheets, so a name stays as it is; it can still be somebody's.
            let outer = reader.hidden.replace(Hidden::Property);
            reader.push_fixed(name.to_string(), "", At::Whole)?;
            reader.hidden = outer;
            scan(source, |mark, reader| sheet.see(mark, reader), reader)
        })
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
pub(crate) fn day(serial: &str) -> Option<String> {
    let whole =
        serial.split('.').next()?.parse::<i64>().ok().filter(|days| (61..2_958_466).contains(days))?;
    let date = jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(whole).ok()?).ok()?;
    Some(format!("{:02}-{:02}-{}", date.day(), date.month(), date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worksheet::reference;

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
