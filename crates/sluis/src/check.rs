//! `sluis check`: findings for people, in one text or file.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sluis_detect::{Detector, Finding, Profile, Segment, reason};
use sluis_extract::Format;

use crate::inventory::{self, Found};
use crate::reading::{self, Contents, Piece};
use crate::walk;

/// Long texts are cut here for progress and even memory, at the end of a line.
const PART_BYTES: usize = 1 << 20;

/// Checks files and folders, or standard input.
pub fn run(
    paths: &[PathBuf],
    profile: Profile,
    why: bool,
    report: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let detector = Detector::new(profile);
    if paths.is_empty() {
        let found = match walk::text(std::io::stdin().lock()) {
            Ok(text) => show(&detector, &text, why)?,
            Err(unread) => {
                eprintln!("sluis: standard input {}", unread.reason());
                return Ok(ExitCode::from(2));
            }
        };
        return Ok(code(found, false));
    }
    let files = walk::files(paths);
    if let ([path], false, None) = (files.as_slice(), paths[0].is_dir(), report) {
        return file(&detector, path, why);
    }
    inventory::run(&detector, &files, report)
}

/// Shows one file with its findings: a text as a whole, of all else the texts with findings.
fn file(detector: &Detector, path: &Path, why: bool) -> anyhow::Result<ExitCode> {
    let contents = match reading::read(path) {
        Ok((_, contents)) => contents,
        // Texts too long for a reader of files are read here.
        Err(refused) => {
            return match walk::read(path) {
                Ok(text) if text.len() > sluis_extract::MAX_INPUT => {
                    Ok(code(show(detector, &text, why)?, false))
                }
                _ => {
                    eprintln!("sluis: {} {refused}", path.display());
                    Ok(ExitCode::from(2))
                }
            };
        }
    };
    match (contents.format, contents.pieces.as_slice()) {
        (Format::Text, []) => Ok(code(show(detector, "", why)?, false)),
        (Format::Text, [one]) => Ok(code(show(detector, &one.text, why)?, false)),
        _ => document(detector, &contents, why),
    }
}

/// Shows the texts of a document that have findings, each behind its place.
fn document(detector: &Detector, contents: &Contents, why: bool) -> anyhow::Result<ExitCode> {
    let findings = inventory::detect(detector, &contents.pieces);
    let colour = std::io::stdout().is_terminal();
    let mut out = std::io::stdout().lock();
    let mut found = Found::new(contents);
    for (piece, findings) in contents.pieces.iter().zip(&findings) {
        let Some(first) = findings.first() else { continue };
        found.count(piece, findings);
        let place = marked_place(piece, first.start);
        writeln!(out, "{place}: {}", crate::marks::mark(&piece.text, findings, colour).trim_end())?;
        if why {
            for one in findings {
                writeln!(out, "  {}: {}", one.kind.name(), reason(one).nl)?;
            }
        }
    }
    out.flush()?;
    let failed = inventory::name_unread("", contents);
    match found.kinds() {
        list if list.is_empty() => eprintln!("Nothing found."),
        list => eprintln!("Found: {list}."),
    }
    Ok(code(!found.is_empty(), failed))
}

/// The place of a text, and whether it is out of sight. Names of parts can come from the file: they may not steer a
/// terminal.
fn marked_place(piece: &Piece, offset: usize) -> String {
    let place = crate::marks::mark(&piece.place(offset), &[], false);
    piece.hidden.map_or_else(|| place.clone(), |hidden| format!("{place} ({})", hidden.name()))
}

/// The exit code: something failed, something was found, or neither.
pub fn code(found: bool, failed: bool) -> ExitCode {
    ExitCode::from(if failed { 2 } else { u8::from(found) })
}

/// Cuts a long text in parts at line ends, so that progress can be shown.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > PART_BYTES {
        let mut at = PART_BYTES;
        while !rest.is_char_boundary(at) {
            at -= 1;
        }
        let at = rest[..at].rfind('\n').map_or(at, |line| line + 1);
        let (part, after) = rest.split_at(at);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn detect(
    detector: &Detector,
    text: &str,
    mut progress: impl FnMut(usize, usize),
) -> Vec<(usize, Vec<Finding>)> {
    let parts = parts(text);
    let mut at = 0;
    let mut found = Vec::new();
    for part in &parts {
        let mut findings = detector.detect_document(&[Segment { text: part, label: "" }]);
        found.push((at, findings.pop().unwrap_or_default()));
        at += part.len();
        progress(at, text.len());
    }
    found
}

/// Shows one text with its findings. Says whether there were any.
fn show(detector: &Detector, text: &str, why: bool) -> anyhow::Result<bool> {
    let progress = std::io::stderr().is_terminal() && text.len() > PART_BYTES;
    let parts = detect(detector, text, |done, all| {
        if progress {
            eprint!("\r{} %", done * 100 / all.max(1));
        }
    });
    if progress {
        eprint!("\r\x1b[K");
    }
    let colour = std::io::stdout().is_terminal();
    let mut out = std::io::stdout().lock();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut start = 0;
    for (index, (at, findings)) in parts.iter().enumerate() {
        let end = parts.get(index + 1).map_or(text.len(), |(next, _)| *next);
        debug_assert_eq!(start, *at);
        write!(out, "{}", crate::marks::mark(&text[*at..end], findings, colour))?;
        start = end;
        for finding in findings {
            *counts.entry(finding.kind.name()).or_default() += 1;
        }
    }
    if !text.ends_with('\n') {
        writeln!(out)?;
    }
    if why {
        // Findings come in order, so lines are counted once.
        let (mut seen, mut line, mut line_start) = (0, 1, 0);
        for (at, finding) in parts.iter().flat_map(|(at, found)| found.iter().map(move |f| (at + f.start, f)))
        {
            for (end, _) in text[seen..at.max(seen)].match_indices('\n') {
                (line, line_start) = (line + 1, seen + end + 1);
            }
            seen = at.max(seen);
            let column = text[line_start..at].chars().count() + 1;
            writeln!(out, "{line}:{column} {}: {}", finding.kind.name(), reason(finding).nl)?;
        }
    }
    out.flush()?;
    if counts.is_empty() {
        eprintln!("Nothing found.");
    } else {
        let list: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        eprintln!("Found: {}.", list.join(", "));
    }
    Ok(!counts.is_empty())
}
