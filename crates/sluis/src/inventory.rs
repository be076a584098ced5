//! What is in many files: counts by file, kind and class, never the content.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use serde_json::json;
use sluis_core::class::DataClass;
use sluis_detect::{Detector, Finding, Kind, Segment};
use sluis_extract::{Format, Unread, Unreadable};

use crate::check::code;
use crate::marks::mark;
use crate::reading::{self, Contents, Piece, Refused};

/// Texts are looked at together up to this many bytes or pieces: names found in one are sought in all, and memory
/// stays in proportion.
const TOGETHER: usize = 8 << 20;
const PIECES: usize = 100_000;

/// The findings of each text of a file.
pub fn detect(detector: &Detector, pieces: &[Piece]) -> Vec<Vec<Finding>> {
    let mut found = Vec::with_capacity(pieces.len());
    let mut from = 0;
    while from < pieces.len() {
        let mut bytes = 0;
        let fits = pieces[from..].iter().take(PIECES).take_while(|piece| {
            bytes += piece.text.len();
            bytes <= TOGETHER
        });
        let to = from + fits.count().max(1);
        let segments: Vec<Segment<'_>> =
            pieces[from..to].iter().map(|piece| Segment { text: &piece.text, label: &piece.label }).collect();
        found.extend(detector.detect_document(&segments));
        from = to;
    }
    found
}

/// What was found in one file.
#[derive(Debug)]
pub struct Found {
    format: Format,
    /// How often each kind was found, and how often of that out of sight.
    counts: BTreeMap<Kind, (usize, usize)>,
    unread: Vec<Unread>,
}

impl Found {
    /// Nothing yet.
    pub fn new(contents: &Contents) -> Self {
        Self { format: contents.format, counts: BTreeMap::new(), unread: contents.unread.clone() }
    }

    /// Counts the findings of a text.
    pub fn count(&mut self, piece: &Piece, findings: &[Finding]) {
        for finding in findings {
            let (all, hidden) = self.counts.entry(finding.kind).or_default();
            *all += 1;
            *hidden += usize::from(piece.hidden.is_some());
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The counts in words.
    pub fn kinds(&self) -> String {
        let list: Vec<String> =
            self.counts.iter().map(|(kind, (count, _))| format!("{count} {}", kind.name())).collect();
        list.join(", ")
    }
}

/// Names what in a file was not read. Says whether that is more than pictures, which stand in most documents.
pub fn name_unread(file: &str, contents: &Contents) -> bool {
    unread(file, &contents.unread)
}

fn unread(file: &str, list: &[Unread]) -> bool {
    for one in list {
        let space = if file.is_empty() { "" } else { " > " };
        eprintln!("sluis: {file}{space}{} {}", mark(&one.part, &[], false), one.why);
    }
    list.iter().any(|one| one.why != Unreadable::Picture)
}

fn one(detector: &Detector, path: &Path) -> Result<Found, Refused> {
    let (_, contents) = reading::read(path)?;
    let mut found = Found::new(&contents);
    for (piece, findings) in contents.pieces.iter().zip(detect(detector, &contents.pieces)) {
        found.count(piece, &findings);
    }
    Ok(found)
}

/// One line per file, on all cores; the texts themselves are not shown.
pub fn run(detector: &Detector, files: &[PathBuf], report: Option<&Path>) -> anyhow::Result<ExitCode> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    let next = AtomicUsize::new(0);
    let lines: Mutex<BTreeMap<usize, Result<Found, Refused>>> = Mutex::new(BTreeMap::new());
    let shows = std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(index) else { break };
                    let found = one(detector, path);
                    lines.lock().unwrap_or_else(PoisonError::into_inner).insert(index, found);
                    if shows {
                        eprint!("\r{}/{}", index + 1, files.len());
                    }
                }
            });
        }
    });
    if shows {
        eprint!("\r\x1b[K");
    }
    let results = lines.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut with, mut failed, mut parts) = (0, 0, false);
    let mut out = std::io::stdout().lock();
    for (index, result) in &results {
        let name = mark(&files[*index].display().to_string(), &[], false);
        match result {
            Ok(found) => {
                parts |= unread(&name, &found.unread);
                if !found.is_empty() {
                    with += 1;
                    writeln!(out, "{name}: {}", found.kinds())?;
                }
            }
            Err(why) => {
                failed += 1;
                eprintln!("sluis: {name} {why}");
            }
        }
    }
    out.flush()?;
    if let Some(path) = report {
        write(path, files, &results)?;
    }
    eprintln!("{} files, {with} with findings, {failed} not read.", files.len());
    Ok(code(with > 0, failed > 0 || parts))
}

/// A line of the report: file, format, kind, class, count, of which out of sight, what was not read and why.
type Row = [String; 8];

fn rows(files: &[PathBuf], results: &BTreeMap<usize, Result<Found, Refused>>) -> Vec<Row> {
    let mut rows = Vec::new();
    let none = String::new;
    for (index, result) in results {
        let file = files[*index].display().to_string();
        match result {
            Ok(found) => {
                let format = found.format.name().to_owned();
                for (kind, (all, hidden)) in &found.counts {
                    let class = DataClass::of(*kind).name().to_owned();
                    let (all, hidden) = (all.to_string(), hidden.to_string());
                    rows.push([
                        file.clone(),
                        format.clone(),
                        kind.name().into(),
                        class,
                        all,
                        hidden,
                        none(),
                        none(),
                    ]);
                }
                for one in &found.unread {
                    let why = one.why.to_string();
                    rows.push([
                        file.clone(),
                        format.clone(),
                        none(),
                        none(),
                        none(),
                        none(),
                        one.part.clone(),
                        why,
                    ]);
                }
            }
            Err(why) => {
                rows.push([file, none(), none(), none(), none(), none(), none(), why.to_string()]);
            }
        }
    }
    rows
}

const HEAD: [&str; 8] =
    ["file", "format", "kind", "class", "count", "out_of_sight", "part_not_read", "why_not_read"];

fn write(
    path: &Path,
    files: &[PathBuf],
    results: &BTreeMap<usize, Result<Found, Refused>>,
) -> anyhow::Result<()> {
    let rows = rows(files, results);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let text = match ending {
        "csv" => csv(&rows),
        "json" => {
            let objects: Vec<_> = rows
                .iter()
                .map(|row| {
                    HEAD.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect()
                })
                .map(|object: serde_json::Map<_, _>| object)
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&objects)?)
        }
        "html" => html(&rows),
        _ => anyhow::bail!("a report is .csv, .json or .html"),
    };
    std::fs::write(path, text).with_context(|| format!("the report {} cannot be written", path.display()))
}

fn csv(rows: &[Row]) -> String {
    let cell = |text: &str| {
        // A name that begins like a formula would be one in a spreadsheet.
        let safe =
            if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into() };
        format!("\"{}\"", safe.replace('"', "\"\""))
    };
    let line = |cells: Vec<String>| cells.join(";") + "\r\n";
    let mut out = line(HEAD.iter().map(|name| cell(name)).collect());
    for row in rows {
        out.push_str(&line(row.iter().map(|text| cell(text)).collect()));
    }
    out
}

fn html(rows: &[Row]) -> String {
    use std::fmt::Write as _;

    // Writing to a string does not fail.
    let escape = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Personal data in files</title>\n<h1>Personal data in files</h1>\n<table>\n<thead><tr>",
    );
    for name in HEAD {
        let _ = write!(out, "<th scope=\"col\">{}</th>", name.replace('_', " "));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escape(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b05_a_report_has_counts_and_no_formula_of_somebody_else() {
        let file = "=HYPERLINK(\"x\").csv";
        let mut found = Found { format: Format::Csv, counts: BTreeMap::new(), unread: Vec::new() };
        found.counts.insert(Kind::Bsn, (3, 1));
        let results = BTreeMap::from([(0, Ok(found)), (1, Err(Refused::File(Unreadable::Encrypted)))]);
        let rows = rows(&[PathBuf::from(file), PathBuf::from("<b>.xlsx")], &results);
        let text = csv(&rows);
        assert!(
            text.contains("\"'=HYPERLINK(\"\"x\"\").csv\";\"csv\";\"bsn\";\"national_id\";\"3\";\"1\""),
            "{text}"
        );
        assert!(html(&rows).contains("<td>&lt;b&gt;.xlsx</td>"));
        assert!(text.contains("has a password"));
    }
}
