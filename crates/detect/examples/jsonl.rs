//! Reads lines `{"id","text"}` on stdin and writes lines `{"id","verdict","findings","special"}` with character offsets: the form
//! of `sluis check --jsonl`, for measuring the crate alone.

use serde_json::{Value, json};
use sluis_detect::{Detector, Profile, char_offsets};
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let detector = Detector::new(Profile::Fast);
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let item: Value = serde_json::from_str(&line)?;
        let text = item["text"].as_str().unwrap_or_default();
        let found = detector.detect(text);
        let mut special: Vec<&str> =
            found.iter().filter(|f| f.kind.is_special()).map(|f| f.kind.name()).collect();
        special.sort_unstable();
        special.dedup();
        let secret = found.iter().any(|f| f.kind.name() == "credential");
        let direct = found.iter().any(|f| !f.kind.is_special() && f.kind.name() != "organisation");
        let verdict = match (secret || !special.is_empty(), direct) {
            (true, _) => "block",
            (false, true) => "pseudonymise",
            (false, false) => "allow",
        };
        let findings: Vec<Value> = found
            .iter()
            .zip(char_offsets(text, &found))
            .map(|(f, (start, end))| json!({"start": start, "end": end, "kind": f.kind.name(), "score": f.score, "detector": f.detector}))
            .collect();
        writeln!(
            out,
            "{}",
            json!({"id": item["id"], "verdict": verdict, "findings": findings, "special": special})
        )?;
    }
    Ok(())
}
