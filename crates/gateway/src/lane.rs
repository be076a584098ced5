//! One stream of text in an answer: new personal data is looked for, then real values are put back.

use std::collections::BTreeMap;
use std::sync::Arc;

use sluis_core::class::DataClass;
use sluis_core::policy::{Answers, Policy, Sinks, Tool};
use sluis_core::pseudonym::{Codebook, Word, token_shapes};
use sluis_core::restore::{Place, Restorer, tokens_in};
use sluis_core::verdict::Verdict;
use sluis_detect::{Detector, Finding, Segment};

/// When answers are masked, this many bytes wait, because what follows can turn them into personal data: a
/// number that goes on, a name behind a title.
const WAIT_BYTES: usize = 64;

/// What has been passed on but still says something about what follows.
const CONTEXT_BYTES: usize = 256;

/// The most that waits, even inside one long word or finding.
const MOST_WAITING: usize = 16 << 10;

/// The most text of one answer that is inspected for the report.
const REPORTED_BYTES: usize = 1 << 20;

/// What all lanes of an answer share.
#[derive(Debug, Clone)]
pub struct Way {
    /// The detector.
    pub detector: Arc<Detector>,
    /// The policy.
    pub policy: Arc<Policy>,
    /// The tool that answers.
    pub tool: Arc<Tool>,
    /// The tokens that were issued.
    pub book: Arc<Codebook>,
    /// Where values may be put back.
    pub sinks: Sinks,
    /// What running text is: JSON when the caller asked for JSON.
    pub text: Place,
}

/// What was found and done in an answer: counts only.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// Values put back.
    pub restored: u32,
    /// Tokens left standing where a value could leak.
    pub kept_back: u32,
    /// New personal data of the model's own, by kind.
    pub new: BTreeMap<String, u32>,
}

impl Tally {
    fn count(&mut self, finding: &Finding) {
        *self.new.entry(finding.kind.name().into()).or_default() += 1;
    }
}

impl Way {
    /// New personal data in a model's own words; its use of our tokens is not.
    fn new_findings(&self, text: &str) -> Vec<Finding> {
        let mut findings = self.detector.detect_document(&[Segment { text, label: "" }]);
        let mut findings = findings.pop().unwrap_or_default();
        if findings.is_empty() {
            return findings;
        }
        let mut tokens = token_shapes(text);
        tokens.extend(tokens_in(text, &self.book));
        findings.retain(|finding| {
            let verdict = self.policy.verdict(DataClass::of(finding.kind), self.tool.trust);
            verdict >= Verdict::Pseudonymise
                && !tokens.iter().any(|token| finding.start < token.end && token.start < finding.end)
        });
        findings
    }

    /// Rewrites a whole text at once.
    pub fn whole(&self, text: &str, place: Place, tally: &mut Tally) -> String {
        let mut lane = Lane::new(self.clone(), place);
        let mut out = String::with_capacity(text.len());
        lane.push(text, &mut out, tally);
        lane.finish(&mut out, tally);
        out
    }
}

/// One choice's text, one content block, or the arguments of one tool call.
#[derive(Debug)]
pub struct Lane {
    way: Way,
    restorer: Restorer,
    inspection: Inspection,
    /// Knows where a string of JSON is open, for text that is JSON.
    json: Option<JsonString>,
}

#[derive(Debug)]
enum Inspection {
    /// The text so far, inspected when it is whole.
    Report { text: String },
    /// The end of what was passed on, then what waits from `start`.
    Mask { text: String, start: usize },
}

impl Lane {
    /// A lane at the start of its text.
    #[must_use]
    pub fn new(way: Way, place: Place) -> Self {
        let restorer = Restorer::new(Arc::clone(&way.book), way.sinks, place);
        let inspection = match way.policy.answers {
            Answers::Report => Inspection::Report { text: String::new() },
            Answers::Mask => Inspection::Mask { text: String::new(), start: 0 },
        };
        let json = matches!(place, Place::Arguments | Place::Json).then(JsonString::default);
        Self { way, restorer, inspection, json }
    }

    /// Takes the next piece and appends what may be passed on.
    pub fn push(&mut self, piece: &str, out: &mut String, tally: &mut Tally) {
        match &mut self.inspection {
            Inspection::Report { text } => {
                if text.len() < REPORTED_BYTES {
                    text.push_str(piece);
                }
                self.restorer.push(piece, out);
            }
            Inspection::Mask { text, .. } => {
                text.push_str(piece);
                self.release(false, out, tally);
            }
        }
    }

    /// The text is whole: appends all that waited. The lane can be used again for a new text.
    pub fn finish(&mut self, out: &mut String, tally: &mut Tally) {
        match &mut self.inspection {
            Inspection::Report { text } => {
                for finding in self.way.new_findings(&std::mem::take(text)) {
                    tally.count(&finding);
                }
            }
            Inspection::Mask { .. } => {
                self.release(true, out, tally);
                self.inspection = Inspection::Mask { text: String::new(), start: 0 };
            }
        }
        self.restorer.finish(out);
        tally.restored += self.restorer.restored();
        tally.kept_back += self.restorer.kept_back();
        self.restorer.forget_counts();
    }

    /// Passes on what can no longer become part of a finding, with findings replaced by their kind.
    fn release(&mut self, last: bool, out: &mut String, tally: &mut Tally) {
        let Inspection::Mask { text, start } = &mut self.inspection else { return };
        let findings = self.way.new_findings(text);
        let end = if last { text.len() } else { safe_end(text, *start, &findings) };
        let mut at = *start;
        for finding in findings.iter().filter(|f| f.end > *start && f.start < end) {
            if finding.start > at {
                see(&mut self.json, &text[at..finding.start]);
                self.restorer.push(&text[at..finding.start], out);
            }
            let start = finding.start.max(at);
            at = finding.end.max(at);
            tally.count(finding);
            let word = Word::Kind(finding.kind).name();
            // A bare number of JSON becomes a string.
            let is_bare = self.json.as_ref().is_some_and(|json| !json.open);
            let masked = if is_bare { format!("\"[{word}]\"") } else { format!("[{word}]") };
            see(&mut self.json, &text[start..at]);
            self.restorer.push(&masked, out);
        }
        if at < end {
            see(&mut self.json, &text[at..end]);
            self.restorer.push(&text[at..end], out);
        }
        *start = at.max(end);
        let mut forget = start.saturating_sub(CONTEXT_BYTES);
        while !text.is_char_boundary(forget) {
            forget -= 1;
        }
        text.drain(..forget);
        *start -= forget;
    }
}

/// Whether a string is open in JSON text that streams by.
#[derive(Debug, Default)]
struct JsonString {
    open: bool,
    escaped: bool,
}

fn see(json: &mut Option<JsonString>, text: &str) {
    let Some(json) = json else { return };
    for byte in text.bytes() {
        match byte {
            _ if json.escaped => json.escaped = false,
            b'\\' if json.open => json.escaped = true,
            b'"' => json.open = !json.open,
            _ => {}
        }
    }
}

/// Up to where the waiting text is settled: before the last words, and never inside a word or a finding.
fn safe_end(text: &str, start: usize, findings: &[Finding]) -> usize {
    let forced = text.len() - start > MOST_WAITING;
    let mut end = text.len().saturating_sub(WAIT_BYTES).max(start);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if forced {
        return end;
    }
    end = text[start..end].rfind(char::is_whitespace).map_or(start, |at| start + at);
    while let Some(finding) = findings.iter().find(|f| f.start < end && end < f.end) {
        end = finding.start.max(start);
        if end == start {
            break;
        }
    }
    end
}
