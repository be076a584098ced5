//! `sluis check`: findings for people.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sluis_detect::{Detector, Finding, Profile, Segment, reason};

use crate::walk::{self, Unread};

/// Long texts are cut here for progress and even memory, at the end of a line.
const PART_BYTES: usize = 1 << 20;

/// Checks files and folders, or standard input.
pub fn run(paths: &[PathBuf], profile: Profile, why: bool) -> anyhow::Result<ExitCode> {
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
    if let ([path], false) = (files.as_slice(), paths[0].is_dir()) {
        return match walk::read(path) {
            Ok(text) => Ok(code(show(&detector, &text, why)?, false)),
            Err(unread) => {
                eprintln!("sluis: {} {}", path.display(), unread.reason());
                Ok(ExitCode::from(2))
            }
        };
    }
    folder(&detector, &files)
}

fn code(found: bool, failed: bool) -> ExitCode {
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

/// One line per file, on all cores; the texts themselves are not shown.
fn folder(detector: &Detector, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    let next = AtomicUsize::new(0);
    let lines: Mutex<BTreeMap<usize, Outcome>> = Mutex::new(BTreeMap::new());
    let shows = std::io::stderr().is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(index) else { break };
                    let outcome = one_file(detector, path);
                    lines.lock().unwrap_or_else(PoisonError::into_inner).insert(index, outcome);
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
    let (mut found, mut failed) = (0, 0);
    let mut out = std::io::stdout().lock();
    for (index, outcome) in lines.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let name = files[index].display();
        match outcome {
            Ok(counts) if counts.is_empty() => {}
            Ok(counts) => {
                found += 1;
                let list: Vec<String> =
                    counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
                writeln!(out, "{name}: {}", list.join(", "))?;
            }
            Err(unread) => {
                failed += 1;
                eprintln!("sluis: {name} {}", unread.reason());
            }
        }
    }
    eprintln!("{} files, {found} with findings, {failed} not read.", files.len());
    Ok(code(found > 0, failed > 0))
}

/// How often each kind was found in a file, or why it was not read.
type Outcome = Result<BTreeMap<&'static str, usize>, Unread>;

fn one_file(detector: &Detector, path: &Path) -> Outcome {
    let text = walk::read(path)?;
    let mut counts = BTreeMap::new();
    for (_, findings) in detect(detector, &text, |_, _| {}) {
        for finding in findings {
            *counts.entry(finding.kind.name()).or_default() += 1;
        }
    }
    Ok(counts)
}
