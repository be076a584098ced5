//! `sluis eval`: how much personal data detection misses, and how often it raises a false alarm, on texts where people
//! marked what is in them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use sluis_core::policy::Policy;
use sluis_core::settings::Settings;
use sluis_core::verdict::{Verdict, decide};
use sluis_detect::{Detector, Finding, Kind, Profile, char_offsets};

/// A value counts as still readable when less than this share of its characters is covered, in percent.
const COVERED: usize = 90;

/// A marked text: one line of the file.
struct Gold {
    text: String,
    /// First and last character, and what stands there.
    spans: Vec<(usize, usize, Option<Kind>)>,
    /// Whether it says something of a special category about somebody.
    special: bool,
    verdict: String,
}

/// What one kind, or one group of kinds, came to.
#[derive(Default, Clone, Copy)]
struct Sum {
    spans: usize,
    /// Spans of which at least half is covered by a finding of the same kind, and by any finding.
    typed: usize,
    any: usize,
    chars: usize,
    leaked: usize,
}

#[derive(Default)]
struct Score {
    sums: BTreeMap<&'static str, Sum>,
    words: usize,
    alarms: usize,
    personal: usize,
    open: usize,
    clean: usize,
    clean_words: usize,
    clean_alarms: usize,
    clean_alarmed: usize,
    special: usize,
    blocked: usize,
    harmless: usize,
    allowed: usize,
    raw: usize,
}

/// Reads `path`, runs the detector over each text, and prints the figures.
pub fn run(path: &Path, profile: Profile, as_json: bool) -> anyhow::Result<ExitCode> {
    let gold = read(path)?;
    let detector = Detector::new(profile);
    let settings = Settings::parse("tools.approved = { url = \"https://localhost\" }")?;
    let mut score = Score::default();
    let mut bytes = 0;
    let begin = Instant::now();
    let found: Vec<Vec<Finding>> = gold.iter().map(|one| detector.detect(&one.text)).collect();
    let taken = begin.elapsed();
    for (one, findings) in gold.iter().zip(&found) {
        bytes += one.text.len();
        score.add(one, findings, verdict(&settings.policy, findings));
    }
    #[expect(clippy::cast_precision_loss, reason = "a size in bytes is far below 2^52")]
    let per_kib = taken.as_secs_f64() * 1e6 * 1024.0 / bytes.max(1) as f64;
    if as_json {
        say!("{}", score.to_json(gold.len(), per_kib));
    } else {
        score.print(gold.len(), per_kib)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verdict(policy: &Policy, findings: &[Finding]) -> Verdict {
    decide(policy, &policy.tools[0], findings).verdict
}

fn read(path: &Path) -> anyhow::Result<Vec<Gold>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let gold: Vec<Gold> = lines
        .map(|(number, line)| {
            parse(line).with_context(|| {
                format!(
                    "line {} of {}: wanted is {{\"text\", \"spans\": [{{\"start\", \"end\", \"kind\"}}]}}, in characters",
                    number + 1,
                    path.display()
                )
            })
        })
        .collect::<anyhow::Result<_>>()?;
    if gold.is_empty() {
        bail!("{} has no texts in it", path.display());
    }
    Ok(gold)
}

fn parse(line: &str) -> anyhow::Result<Gold> {
    let value: Value = serde_json::from_str(line)?;
    let text = value["text"].as_str().context("no text")?.to_owned();
    let length = text.chars().count();
    let mut spans = Vec::new();
    for span in value["spans"].as_array().context("no spans")? {
        let at = |name: &str| {
            span[name].as_u64().and_then(|at| usize::try_from(at).ok()).context("an offset is no number")
        };
        let (start, end) = (at("start")?, at("end")?);
        if start >= end || end > length {
            bail!("a span from {start} to {end} in a text of {length} characters");
        }
        let name = span["kind"].as_str().context("no kind")?;
        spans.push((start, end, Kind::ALL.iter().copied().find(|kind| kind.name() == name)));
    }
    Ok(Gold {
        text,
        spans,
        special: value["special"].as_array().is_some_and(|list| !list.is_empty()),
        verdict: value["verdict"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Kinds that identify by themselves, in two groups; `None` for all that may not be counted either way.
fn group(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Person | Kind::Address | Kind::City | Kind::Postcode => Some("names and places"),
        Kind::Organisation => None,
        kind if kind.is_special() => None,
        _ => Some("structured"),
    }
}

/// Kinds that may stand for one another without harm share a name here.
fn family(kind: Kind) -> &'static str {
    match kind {
        Kind::PatientNumber | Kind::CustomerNumber | Kind::IdDocument => "number",
        Kind::Bsn | Kind::Nrn => "national",
        Kind::Address | Kind::Postcode | Kind::City => "place",
        Kind::Username | Kind::ProfileUrl => "handle",
        other => other.name(),
    }
}

fn cover(length: usize, spans: impl Iterator<Item = (usize, usize)>) -> Vec<bool> {
    let mut covered = vec![false; length];
    for (start, end) in spans {
        covered[start..end].fill(true);
    }
    covered
}

fn count(covered: &[bool]) -> usize {
    covered.iter().filter(|&&is| is).count()
}

impl Score {
    fn add(&mut self, gold: &Gold, findings: &[Finding], verdict: Verdict) {
        let length = gold.text.chars().count();
        let found: Vec<((usize, usize), Kind)> = char_offsets(&gold.text, findings)
            .into_iter()
            .zip(findings.iter().map(|finding| finding.kind))
            .filter(|(_, kind)| group(*kind).is_some())
            .collect();
        let any = cover(length, found.iter().map(|(range, _)| *range));
        let marked = cover(length, gold.spans.iter().map(|&(start, end, _)| (start, end)));
        let mut families: HashMap<&str, Vec<bool>> = HashMap::new();
        let (mut personal, mut open) = (false, false);
        for &(start, end, kind) in &gold.spans {
            let Some((kind, group)) = kind.and_then(|kind| Some((kind, group(kind)?))) else { continue };
            let same = families.entry(family(kind)).or_insert_with(|| {
                let same = found.iter().filter(|(_, other)| family(*other) == family(kind));
                cover(length, same.map(|(range, _)| *range))
            });
            let (size, got, typed) = (end - start, count(&any[start..end]), count(&same[start..end]));
            for name in ["all", group, kind.name()] {
                let sum = self.sums.entry(name).or_default();
                sum.spans += 1;
                sum.typed += usize::from(2 * typed >= size);
                sum.any += usize::from(2 * got >= size);
                sum.chars += size;
                sum.leaked += size - got;
            }
            personal = true;
            open |= got * 100 < COVERED * size;
        }
        let words = gold.text.split_whitespace().count();
        let alarms = found.iter().filter(|((start, end), _)| 2 * count(&marked[*start..*end]) < end - start);
        let alarms = alarms.count();
        self.words += words;
        self.alarms += alarms;
        if personal {
            self.personal += 1;
            self.open += usize::from(open);
        } else {
            self.clean += 1;
            self.clean_words += words;
            self.clean_alarms += alarms;
            self.clean_alarmed += usize::from(!found.is_empty());
        }
        if gold.special && personal {
            self.special += 1;
            self.blocked += usize::from(verdict == Verdict::Block);
        }
        match gold.verdict.as_str() {
            "allow" => {
                self.harmless += 1;
                self.allowed += usize::from(verdict == Verdict::Allow);
            }
            "pseudonymise" | "block" if personal => self.raw += usize::from(verdict == Verdict::Allow),
            _ => {}
        }
    }

    /// Each figure with its name; `None` where there was nothing to measure it on.
    fn figures(&self) -> [(&'static str, Option<f64>); 11] {
        let leak = |name: &str| self.sums.get(name).and_then(|sum| share(sum.leaked, sum.chars));
        [
            ("leak %", leak("all")),
            ("leak % structured", leak("structured")),
            ("leak % names and places", leak("names and places")),
            ("texts that still show something %", share(self.open, self.personal)),
            ("alarms per 1,000 words", share(10 * self.alarms, self.words)),
            ("alarms per 1,000 words, clean texts", share(10 * self.clean_alarms, self.clean_words)),
            ("clean texts with an alarm %", share(self.clean_alarmed, self.clean)),
            ("special categories blocked %", share(self.blocked, self.special)),
            ("harmless texts allowed %", share(self.allowed, self.harmless)),
            ("texts with personal data sent as they are %", share(self.raw, self.personal)),
            ("person recall %", self.sums.get("person").and_then(|sum| share(sum.any, sum.spans))),
        ]
    }

    fn print(&self, texts: usize, per_kib: f64) -> anyhow::Result<()> {
        say!("{texts} texts, {} words, {per_kib:.0} µs per KiB\n", self.words);
        for (name, figure) in self.figures() {
            match figure {
                Some(figure) => say!("{name:<45} {figure:>7.2}"),
                None => say!("{name:<45} {:>7}", "–"),
            }
        }
        say!("\n{:<20} {:>6} {:>12} {:>11} {:>8}", "kind", "spans", "same kind %", "any kind %", "leak %");
        for (name, sum) in &self.sums {
            let of = |part, whole| share(part, whole).unwrap_or_default();
            say!(
                "{name:<20} {:>6} {:>12.2} {:>11.2} {:>8.2}",
                sum.spans,
                of(sum.typed, sum.spans),
                of(sum.any, sum.spans),
                of(sum.leaked, sum.chars)
            );
        }
        Ok(())
    }

    fn to_json(&self, texts: usize, per_kib: f64) -> Value {
        let figures: serde_json::Map<String, Value> =
            self.figures().into_iter().map(|(name, figure)| (name.to_owned(), json!(figure))).collect();
        let kinds: serde_json::Map<String, Value> = self
            .sums
            .iter()
            .map(|(name, sum)| {
                let kind = json!({
                    "spans": sum.spans, "same kind %": share(sum.typed, sum.spans),
                    "any kind %": share(sum.any, sum.spans), "leak %": share(sum.leaked, sum.chars),
                });
                ((*name).to_owned(), kind)
            })
            .collect();
        json!({"texts": texts, "words": self.words, "us per KiB": per_kib, "figures": figures, "kinds": kinds})
    }
}

/// `part` of `whole` in percent, to two decimals.
fn share(part: usize, whole: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of characters and words are far below 2^52")]
    (whole > 0).then(|| (1e4 * part as f64 / whole as f64).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(start: usize, end: usize, kind: Kind) -> Finding {
        Finding { start, end, kind, score: 0.9, detector: "test" }
    }

    #[test]
    fn what_is_covered_partly_leaks_partly_and_alarms_are_outside_all_marks() {
        let gold = parse(
            r#"{"text":"Zoë Kok mailt op dinsdag","spans":[{"start":0,"end":7,"kind":"person"}],
                "special":["health"],"verdict":"block"}"#,
        )
        .unwrap();
        let mut score = Score::default();
        // Bytes: "Zoë" takes four.
        score.add(&gold, &[found(0, 4, Kind::Person), found(18, 25, Kind::City)], Verdict::Pseudonymise);
        let figures: BTreeMap<_, _> = score.figures().into_iter().collect();
        assert_eq!(figures["leak %"], Some(57.14));
        assert_eq!(figures["leak % structured"], None);
        assert_eq!(figures["texts that still show something %"], Some(100.0));
        assert_eq!(figures["alarms per 1,000 words"], Some(200.0));
        assert_eq!(figures["special categories blocked %"], Some(0.0));
        assert_eq!(figures["person recall %"], Some(0.0));
    }

    #[test]
    fn numbers_of_one_family_stand_for_each_other_and_organisations_do_not_count() {
        let gold = parse(
            r#"{"text":"A123 bij Acme","spans":[{"start":0,"end":4,"kind":"patient_number"},
                {"start":9,"end":13,"kind":"organisation"}]}"#,
        )
        .unwrap();
        let mut score = Score::default();
        score.add(&gold, &[found(0, 4, Kind::CustomerNumber)], Verdict::Pseudonymise);
        let sum = score.sums["patient_number"];
        assert_eq!((sum.typed, sum.any, sum.leaked), (1, 1, 0));
        assert!(!score.sums.contains_key("organisation"));
        assert_eq!((score.open, score.alarms), (0, 0));
    }

    #[test]
    fn a_span_outside_the_text_is_refused() {
        assert!(parse(r#"{"text":"é","spans":[{"start":0,"end":2,"kind":"person"}]}"#).is_err());
        assert!(parse(r#"{"text":"é"}"#).is_err());
    }
}
