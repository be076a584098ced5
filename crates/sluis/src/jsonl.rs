//! The line contract that other programs build on: one JSON object in, one out, in the same order.

use std::collections::BTreeSet;
use std::io::{BufRead, Read as _, Write as _};
use std::process::ExitCode;

use serde_json::{Value, json};
use sluis_core::settings::Settings;
use sluis_core::verdict::{Verdict, decide};
use sluis_detect::{Detector, Profile, char_offsets};

use crate::mask;

/// The longest line, in bytes.
const MAX_LINE: u64 = 128 << 20;

/// Lines that are worked on side by side: enough for all cores, little enough to start writing soon.
const BATCH: usize = 64;

/// `sluis check --jsonl`: verdicts are those of the default policy for an approved tool.
pub fn check(profile: Profile) -> anyhow::Result<ExitCode> {
    let detector = Detector::new(profile);
    let settings =
        Settings::parse("tools.approved = { url = \"https://localhost\", trust = \"contracted\" }")?;
    let tool = &settings.policy.tools[0];
    lines(|id, text| {
        let findings = detector.detect(text);
        let decision = decide(&settings.policy, tool, &findings);
        let special: BTreeSet<&str> =
            findings.iter().filter(|f| f.kind.is_special()).map(|f| f.kind.name()).collect();
        let shown: Vec<Value> = char_offsets(text, &findings)
            .into_iter()
            .zip(&findings)
            .map(|((start, end), finding)| {
                let score = (f64::from(finding.score) * 1_000.0).round() / 1_000.0;
                json!({
                    "start": start, "end": end, "kind": finding.kind.name(), "score": score,
                    "detector": finding.detector,
                })
            })
            .collect();
        let clean = decision.verdict == Verdict::Allow && findings.is_empty();
        let line =
            json!({"id": id, "verdict": decision.verdict.name(), "findings": shown, "special": special});
        Ok((line, !clean))
    })
}

/// `sluis mask --jsonl`
pub fn mask(profile: Profile) -> anyhow::Result<ExitCode> {
    let detector = Detector::new(profile);
    lines(|id, text| {
        let masked = mask::mask(&detector, text)?;
        let found = !masked.map.is_empty();
        Ok((json!({"id": id, "text": masked.text, "map": masked.map}), found))
    })
}

/// Reads lines, works on them on all cores, writes them in order. A line that cannot be read is answered with
/// an error line; the others go on, and the exit code is 2.
fn lines(work: impl Fn(&Value, &str) -> anyhow::Result<(Value, bool)> + Sync) -> anyhow::Result<ExitCode> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut input = std::io::stdin().lock();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut found, mut failed) = (false, false);
    loop {
        let batch = read_batch(&mut input)?;
        if batch.is_empty() {
            break;
        }
        let size = batch.len().div_ceil(workers);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let running: Vec<_> = batch
                .chunks(size)
                .map(|lines| scope.spawn(|| lines.iter().map(|line| one(line, &work)).collect::<Vec<_>>()))
                .collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        anyhow::ensure!(answers.len() == batch.len(), "a line could not be worked on");
        for answer in answers {
            found |= answer.found;
            failed |= answer.failed;
            serde_json::to_writer(&mut out, &answer.line)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    Ok(ExitCode::from(if failed { 2 } else { u8::from(found) }))
}

struct Answer {
    line: Value,
    found: bool,
    failed: bool,
}

fn one(line: &Line, work: &impl Fn(&Value, &str) -> anyhow::Result<(Value, bool)>) -> Answer {
    let failed = |id: &Value, error: &str| Answer {
        line: json!({"id": id, "error": error}),
        found: false,
        failed: true,
    };
    let Line::Text(text) = line else { return failed(&Value::Null, "the line is longer than 128 MiB") };
    let Ok(value) = sluis_gateway::json::parse(text) else {
        return failed(&Value::Null, "the line is not valid JSON in UTF-8");
    };
    let id = value.get("id").unwrap_or(&Value::Null);
    let Some(text) = value.get("text").and_then(Value::as_str) else {
        return failed(id, "the line has no \"text\"");
    };
    match work(id, text) {
        Ok((line, found)) => Answer { line, found, failed: false },
        Err(_) => failed(id, "the text could not be worked on"),
    }
}

enum Line {
    Text(Vec<u8>),
    TooLong,
}

/// The next lines, at most [`BATCH`] and some megabytes of them.
fn read_batch(input: &mut impl BufRead) -> anyhow::Result<Vec<Line>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH && bytes < (8 << 20) {
        let mut line = Vec::new();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == MAX_LINE && !line.ends_with(b"\n") {
            skip_line(input)?;
            batch.push(Line::TooLong);
            continue;
        }
        bytes += line.len();
        if !line.iter().all(u8::is_ascii_whitespace) {
            batch.push(Line::Text(line));
        }
    }
    Ok(batch)
}

fn skip_line(input: &mut impl BufRead) -> anyhow::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|&b| b == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}
