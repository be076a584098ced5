//! The policy: which tools, and what may go where.

use std::collections::BTreeMap;

use crate::class::DataClass;
use crate::verdict::Verdict;

/// How far the organisation trusts a tool with its data (B-09). It follows from the tool's contract, not
/// from its quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Not decided on. Nothing may go there.
    Unknown,
    /// Approved, but without a processor agreement: free tools, tools that may learn from what is entered.
    Open,
    /// With a processor agreement (GDPR art. 28) that keeps input from being stored for training.
    Contracted,
    /// Runs on the organisation's own machines.
    Own,
}

impl Trust {
    /// Every level, from the least trusted.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Open, Self::Contracted, Self::Own];

    /// The stable name, as in the policy file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Open => "open",
            Self::Contracted => "contracted",
            Self::Own => "own",
        }
    }
}

/// The wire protocol a tool's provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// OpenAI's API, also spoken by Mistral, Ollama, vLLM and many others.
    #[default]
    Openai,
    /// OpenAI models at Azure: deployments in the path, `api-version` in the query.
    Azure,
    /// Anthropic's messages API.
    Anthropic,
    /// The demonstration model inside Sluis. It is no AI: it shows what it was sent.
    Demo,
}

/// An AI system the organisation has decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The name people see and keys are scoped to.
    pub name: String,
    /// Trust level; leads, with the data class, to the verdict.
    pub trust: Trust,
    /// Whether the settings say the trust. If not, it is unknown until an approved record gives it ([`crate::intake::judged`]).
    pub is_judged: bool,
    /// Wire protocol.
    pub protocol: Protocol,
    /// Base address, without a slash at the end. The only place this tool's requests can go to.
    pub url: String,
    /// Models it offers, as exact names or with one `*` at the end; empty means any.
    pub models: Vec<String>,
    /// Name of the environment variable that holds the provider's key.
    pub key_env: Option<String>,
    /// File that holds the provider's key.
    pub key_file: Option<String>,
}

impl Tool {
    /// Whether this tool offers the model.
    #[must_use]
    pub fn offers(&self, model: &str) -> bool {
        self.models.is_empty()
            || self.models.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => model.starts_with(start),
                None => pattern == model,
            })
    }
}

/// What is done with personal data that the model brings up by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// Counted in the evidence, passed on to the person.
    #[default]
    Report,
    /// Replaced before it reaches the person.
    Mask,
}

/// Whether people may let go of a name or place that was taken for personal data and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overrides {
    /// They may; each time is counted in the evidence.
    #[default]
    Allow,
    /// What is found is replaced.
    Forbid,
}

/// What is done when a real value would land in a place where it can leak again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sink {
    /// Put the real value back.
    Restore,
    /// Leave the pseudonym until a person agrees. A program's request can agree beforehand.
    Ask,
    /// Always leave the pseudonym.
    Leave,
}

/// Per place in an answer: is the real value put back there? Answers can be steered by text that the model
/// read, so a place that reaches out to the world is treated apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sinks {
    /// Running text.
    pub text: Sink,
    /// Inside a URL, in text or in arguments: a page that is loaded carries it off.
    pub url: Sink,
    /// Arguments of a tool call.
    pub tool: Sink,
}

impl Default for Sinks {
    fn default() -> Self {
        Self { text: Sink::Restore, url: Sink::Ask, tool: Sink::Restore }
    }
}

impl Sinks {
    /// The same, with `Restore` wherever the policy asks and the caller agreed: `text`, `url`, `tool`.
    #[must_use]
    pub fn agreed(self, places: &[String]) -> Self {
        let settle = |sink: Sink, name: &str| {
            if sink == Sink::Ask && places.iter().any(|place| place == name) { Sink::Restore } else { sink }
        };
        Self {
            text: settle(self.text, "text"),
            url: settle(self.url, "url"),
            tool: settle(self.tool, "tool"),
        }
    }
}

/// One policy, ready to decide with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// First 16 hexadecimal digits of the SHA-256 of the text it was read from.
    pub version: String,
    /// The tools, in the order of their names.
    pub tools: Vec<Tool>,
    /// The decision table; see [`default_verdict`] for what is not in it.
    pub table: BTreeMap<(Trust, DataClass), Verdict>,
    /// What happens to new personal data in answers.
    pub answers: Answers,
    /// Where real values are put back.
    pub sinks: Sinks,
    /// Days a conversation's pseudonyms are kept after its last use.
    pub keep_days: u32,
    /// Whether people may let go of false alarms.
    pub overrides: Overrides,
}

impl Policy {
    /// The table's answer.
    #[must_use]
    pub fn verdict(&self, class: DataClass, trust: Trust) -> Verdict {
        self.table.get(&(trust, class)).copied().unwrap_or_else(|| default_verdict(class, trust))
    }

    /// The tool of this name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

/// The rules of the A4, for an organisation that has changed nothing: personal data leaves as pseudonyms and
/// only to tools under contract, special categories and credentials do not leave, what is not
/// known is denied.
#[must_use]
pub const fn default_verdict(class: DataClass, trust: Trust) -> Verdict {
    use DataClass::{Confidential, Credential, Criminal, Internal, NationalId, Personal, Public, Special};
    match (trust, class) {
        (Trust::Unknown, _)
        | (_, Special | Criminal | Credential)
        | (Trust::Open, Confidential | Personal | NationalId) => Verdict::Block,
        (_, Public | Internal | Confidential) => Verdict::Allow,
        (Trust::Contracted | Trust::Own, Personal | NationalId) => Verdict::Pseudonymise,
    }
}

/// Why a table cell cannot stand, if so. A tool without a processor agreement never gets personal data as it
/// is, nor anything confidential, and a tool nobody decided on gets nothing.
#[must_use]
pub const fn contradiction(trust: Trust, class: DataClass, verdict: Verdict) -> Option<&'static str> {
    use DataClass::{Confidential, Credential, Criminal, NationalId, Personal, Special};
    match (trust, class, verdict) {
        (_, _, Verdict::Block) => None,
        (Trust::Unknown, ..) => {
            Some("a tool nobody has decided on gets nothing; give the tool a trust level first")
        }
        (Trust::Open, Personal | NationalId | Special | Criminal, Verdict::Allow | Verdict::Ask) => Some(
            "personal data may not go as it is to a tool without a processor agreement; use \"pseudonymise\" or \"block\"",
        ),
        (Trust::Open, Confidential, Verdict::Allow | Verdict::Ask) => Some(
            "what is confidential may not go as it is to a tool without a processor agreement: it may be learnt from; use \"pseudonymise\" or \"block\"",
        ),
        (_, Credential, Verdict::Allow | Verdict::Ask) => {
            Some("a password or key never leaves as it is; use \"pseudonymise\" or \"block\"")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_the_default_table_contradicts_nothing() {
        for trust in Trust::ALL {
            for class in DataClass::ALL {
                let verdict = default_verdict(class, trust);
                assert_eq!(contradiction(trust, class, verdict), None, "{trust:?} {class:?}");
            }
        }
    }

    #[test]
    fn a33_no_cell_lets_confidential_data_go_as_it_is_to_a_tool_that_may_learn_from_it() {
        for trust in [Trust::Unknown, Trust::Open] {
            for verdict in [Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block] {
                let stands = contradiction(trust, DataClass::Confidential, verdict).is_none();
                let is_kept_in = match trust {
                    Trust::Unknown => verdict == Verdict::Block,
                    _ => matches!(verdict, Verdict::Block | Verdict::Pseudonymise),
                };
                assert_eq!(stands, is_kept_in, "{trust:?} {verdict:?}");
            }
        }
        assert_eq!(default_verdict(DataClass::Confidential, Trust::Open), Verdict::Block);
    }

    #[test]
    fn agreeing_opens_only_what_the_policy_asks_about() {
        let sinks = Sinks { text: Sink::Restore, url: Sink::Ask, tool: Sink::Leave };
        let all = ["text", "url", "tool"].map(str::to_owned);
        assert_eq!(sinks.agreed(&all), Sinks { text: Sink::Restore, url: Sink::Restore, tool: Sink::Leave });
        assert_eq!(sinks.agreed(&all[2..]), sinks);
    }

    #[test]
    fn models_match_by_name_or_by_their_beginning() {
        let tool = |models: &[&str]| Tool {
            name: "t".into(),
            trust: Trust::Contracted,
            is_judged: true,
            protocol: Protocol::Openai,
            url: "https://ai.example/v1".into(),
            models: models.iter().map(ToString::to_string).collect(),
            key_env: None,
            key_file: None,
        };
        assert!(tool(&[]).offers("anything"));
        assert!(tool(&["gpt-*"]).offers("gpt-5"));
        assert!(!tool(&["gpt-*"]).offers("o3"));
        assert!(!tool(&["gpt-5"]).offers("gpt-5-mini"));
    }
}
