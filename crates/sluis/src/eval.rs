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
    id: Value,
    /// The whole line, for the field that figures are grouped by.
    line: Value,
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

/// What was found in one text: character offsets, kinds, and the verdict if there is one.
#[derive(Default)]
struct Found {
    spans: Vec<((usize, usize), Kind)>,
    verdict: Option<String>,
}

/// Where the findings come from.
pub enum Finder<'a> {
    /// This program.
    Detector(Profile),
    /// A file of lines that another program wrote, in the form of `sluis check --jsonl`.
    Lines(&'a Path),
}

/// Reads `path`, looks for what is in each text, and prints the figures.
pub fn run(path: &Path, finder: &Finder<'_>, by: Option<&str>, as_json: bool) -> anyhow::Result<ExitCode> {
    let gold = read(path)?;
    let mut score = Score::default();
    let begin = Instant::now();
    let found = match finder {
        Finder::Detector(profile) => detect(&gold, *profile)?,
        Finder::Lines(lines) => read_found(lines, &gold)?,
    };
    let taken = begin.elapsed();
    let bytes: usize = gold.iter().map(|one| one.text.len()).sum();
    let mut groups: BTreeMap<String, (usize, Score)> = BTreeMap::new();
    for (one, found) in gold.iter().zip(&found) {
        score.add(one, found);
        if let Some(field) = by {
            let value = one.line[field].as_str().map_or_else(|| one.line[field].to_string(), str::to_owned);
            let (texts, group) = groups.entry(value).or_default();
            *texts += 1;
            group.add(one, found);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a size in bytes is far below 2^52")]
    let per_kib = taken.as_secs_f64() * 1e6 * 1024.0 / bytes.max(1) as f64;
    let speed = matches!(finder, Finder::Detector(_)).then_some(per_kib);
    if as_json {
        say!("{}", score.to_json(gold.len(), speed));
    } else {
        score.print(gold.len(), speed)?;
        if let Some(field) = by {
            print_groups(field, &groups)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each value of the field.
fn print_groups(field: &str, groups: &BTreeMap<String, (usize, Score)>) -> anyhow::Result<()> {
    say!(
        "\n{field:<20} {:>6} {:>12} {:>7} {:>7} {:>8} {:>8} {:>8}",
        "texts",
        "structured %",
        "names %",
        "open %",
        "alarms",
        "blocked",
        "allowed"
    );
    for (value, (texts, score)) in groups {
        let figures = score.figures();
        let show = |at: usize| figures[at].1.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.2}"));
        say!(
            "{value:<20} {texts:>6} {:>12} {:>7} {:>7} {:>8} {:>8} {:>8}",
            show(1),
            show(2),
            show(3),
            show(4),
            show(7),
            show(8)
        );
    }
    Ok(())
}

fn detect(gold: &[Gold], profile: Profile) -> anyhow::Result<Vec<Found>> {
    let detector = Detector::new(profile);
    let settings =
        Settings::parse("tools.approved = { url = \"https://localhost\", trust = \"contracted\" }")?;
    let one = |gold: &Gold| {
        let findings = detector.detect(&gold.text);
        Found {
            spans: counted(
                char_offsets(&gold.text, &findings).into_iter().zip(findings.iter().map(|f| f.kind)),
            ),
            verdict: Some(verdict(&settings.policy, &findings).name().to_owned()),
        }
    };
    Ok(gold.iter().map(one).collect())
}

/// Findings of the kinds that count.
fn counted(found: impl Iterator<Item = ((usize, usize), Kind)>) -> Vec<((usize, usize), Kind)> {
    found.filter(|(_, kind)| group(*kind).is_some()).collect()
}

fn read_found(path: &Path, gold: &[Gold]) -> anyhow::Result<Vec<Found>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut by_id: HashMap<String, Found> = HashMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).context("a line of findings is not JSON")?;
        let spans = value["findings"].as_array().context("a line of findings has no findings")?;
        let spans = spans.iter().filter_map(|span| {
            let at = |name: &str| span[name].as_u64().and_then(|at| usize::try_from(at).ok());
            Some(((at("start")?, at("end")?), kind(span["kind"].as_str()?)?))
        });
        let found = Found { spans: counted(spans), verdict: value["verdict"].as_str().map(str::to_owned) };
        by_id.insert(value["id"].to_string(), found);
    }
    let mut take = |one: &Gold| {
        let length = one.text.chars().count();
        let mut found = by_id.remove(&one.id.to_string()).unwrap_or_default();
        found.spans.retain(|((start, end), _)| start < end && *end <= length);
        found
    };
    Ok(gold.iter().map(&mut take).collect())
}

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.name() == name)
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
        spans.push((start, end, kind(name)));
    }
    Ok(Gold {
        id: value["id"].clone(),
        text,
        spans,
        special: value["special"].as_array().is_some_and(|list| !list.is_empty()),
        verdict: value["verdict"].as_str().unwrap_or_default().to_owned(),
        line: value,
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
    fn add(&mut self, gold: &Gold, all: &Found) {
        let length = gold.text.chars().count();
        let found = &all.spans;
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
        let Some(verdict) = all.verdict.as_deref() else { return };
        if gold.special && personal {
            self.special += 1;
            self.blocked += usize::from(verdict == "block");
        }
        match gold.verdict.as_str() {
            "allow" => {
                self.harmless += 1;
                self.allowed += usize::from(verdict == "allow");
            }
            "pseudonymise" | "block" if personal => self.raw += usize::from(verdict == "allow"),
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

    fn print(&self, texts: usize, per_kib: Option<f64>) -> anyhow::Result<()> {
        let speed = per_kib.map(|speed| format!(", {speed:.0} µs per KiB")).unwrap_or_default();
        say!("{texts} texts, {} words{speed}\n", self.words);
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

    fn to_json(&self, texts: usize, per_kib: Option<f64>) -> Value {
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

    fn found(spans: &[(usize, usize, Kind)], verdict: &str) -> Found {
        let spans = spans.iter().map(|&(start, end, kind)| ((start, end), kind));
        Found { spans: counted(spans), verdict: Some(verdict.into()) }
    }

    #[test]
    fn what_is_covered_partly_leaks_partly_and_alarms_are_outside_all_marks() {
        let gold = parse(
            r#"{"text":"Zoë Kok mailt op dinsdag","spans":[{"start":0,"end":7,"kind":"person"}],
                "special":["health"],"verdict":"block"}"#,
        )
        .unwrap();
        let mut score = Score::default();
        score.add(&gold, &found(&[(0, 3, Kind::Person), (17, 24, Kind::City)], "pseudonymise"));
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
        score.add(&gold, &found(&[(0, 4, Kind::CustomerNumber), (0, 2, Kind::Health)], "pseudonymise"));
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
