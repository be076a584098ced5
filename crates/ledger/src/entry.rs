//! One thing that happened, without content.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::hash::hex;

/// Largest entry in bytes of JSON. Ours are 250 to 350; the limit keeps a line of the file well under
/// [`crate::MAX_LINE`].
pub const MAX_ENTRY: usize = 64 * 1024;

/// What happened, without content. Every field is an identifier, a name from the configuration, a count or a time:
/// never text of a prompt, an answer, or a name of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique identifier of this entry.
    pub id: String,
    /// Unix microseconds.
    pub at: i64,
    /// 128 random bits in hexadecimal. Without it an erased entry, which has few possible values, could be guessed
    /// from the digest that stays behind.
    pub salt: String,
    /// What happened.
    pub event: Event,
    /// Pseudonymous identifier of the person or program.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub principal: String,
    /// Name of the AI tool.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tool: String,
    /// Where the text came from: chat page, API key, browser guard, proxy, file scan.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// Ties the entries of one request together.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// What was decided: allow, pseudonymise, ask or block.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub verdict: String,
    /// Name of the rule that decided.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Version or hash of the policy in force.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policy: String,
    /// Name of a kind of personal data → how many were found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub findings: BTreeMap<String, u32>,
    /// How many pseudonyms were turned back into values in the answer.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restored: u32,
    /// Tokens sent to the model, as the provider counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_in: Option<u64>,
    /// Tokens the model answered with, as the provider counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_out: Option<u64>,
    /// Microseconds from the first byte of the request to the last of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_us: Option<u64>,
    /// How it ended: `ok`, `client_left`, `upstream_error`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub outcome: String,
    /// Fields of a newer version that this one does not know; they survive reading and writing.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The kind of happening. New kinds may come; a reader that does not know one keeps its name in [`Event::Other`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A request went to a model.
    Sent,
    /// The policy stopped a request.
    Blocked,
    /// A gate was closed: no key, no budget, tool not approved.
    Refused,
    /// What was found in a request was shown to the person; nothing was sent.
    Reviewed,
    /// A model answered.
    Answered,
    /// A person said that they checked an answer before they use it.
    AnswerChecked,
    /// A person gave a chat of theirs another name.
    ChatChanged,
    /// A person erased chats of theirs.
    ChatErased,
    /// A request or answer broke off.
    Failed,
    /// A virtual key was made.
    KeyMade,
    /// A virtual key was revoked.
    KeyRevoked,
    /// A policy came into force.
    PolicyLoaded,
    /// A version of the policy was published.
    PolicyPublished,
    /// A person signed a version of the policy.
    PolicyAcknowledged,
    /// A person was added.
    PersonAdded,
    /// What is kept of a person, or what they may do, was changed.
    PersonChanged,
    /// A person's access to AI tools was suspended.
    AccessSuspended,
    /// A suspension was lifted before its end.
    AccessRestored,
    /// Somebody asked for a tool.
    ToolRequested,
    /// What is known of a tool was written down.
    ToolAssessed,
    /// A tool was approved or declined.
    ToolDecided,
    /// A tool was stopped at once.
    ToolStopped,
    /// A tool that was stopped was started again.
    ToolStarted,
    /// A person signed in.
    SignedIn,
    /// Somebody asked the contact point something. The entry does not say who.
    QuestionAsked,
    /// Somebody took a question back. The entry does not say who.
    QuestionWithdrawn,
    /// A question was answered.
    QuestionAnswered,
    /// A question and its answer went below the policy, for everybody.
    FaqPublished,
    /// They were taken away there.
    FaqRemoved,
    /// Somebody reported that something went wrong, or added to a report. The entry does not say who.
    Reported,
    /// An officer looked at a report.
    ReportViewed,
    /// An officer took a report up, or answered it.
    ReportAnswered,
    /// An officer closed a report.
    ReportClosed,
    /// It was written down that a measure was decided about a person.
    MeasureNoted,
    /// The program started.
    Started,
    /// The program stopped in good order.
    Stopped,
    /// Vault contents were erased.
    VaultErased,
    /// Entries past their retention were erased; their records stay.
    EntriesErased,
    /// The database came back from a backup.
    Restored,
    /// A kind this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Why an entry cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Its JSON is longer than [`MAX_ENTRY`].
    #[error("the entry has {size} bytes; at most {MAX_ENTRY} are allowed")]
    TooLarge {
        /// Bytes of JSON.
        size: usize,
    },
    /// It cannot be written as JSON.
    #[error("the entry cannot be written as JSON")]
    Json,
}

impl Entry {
    /// An entry with everything empty but what each needs. `salt` takes 16 fresh random bytes, `at` Unix microseconds.
    #[must_use]
    pub fn new(id: String, at: i64, salt: &[u8; 16], event: Event) -> Self {
        Self {
            id,
            at,
            salt: hex(salt),
            event,
            principal: String::new(),
            tool: String::new(),
            channel: String::new(),
            request: String::new(),
            verdict: String::new(),
            rule: String::new(),
            policy: String::new(),
            findings: BTreeMap::new(),
            restored: 0,
            tokens_in: None,
            tokens_out: None,
            duration_us: None,
            outcome: String::new(),
            rest: Map::new(),
        }
    }

    /// The bytes that are hashed and stored: compact JSON on one line.
    ///
    /// # Errors
    /// `TooLarge`, or `Json` (cannot happen with the fields as they are).
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        let mut bytes = Vec::with_capacity(384);
        serde_json::to_writer(&mut bytes, self).map_err(|_| EntryError::Json)?;
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLarge { size: bytes.len() });
        }
        Ok(bytes)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_stay_away_and_unknown_ones_survive() {
        let mut entry = Entry::new("e1".into(), 7, &[0xab; 16], Event::KeyMade);
        let text = String::from_utf8(entry.to_bytes().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"id":"e1","at":7,"salt":"abababababababababababababababab","event":"key_made"}"#
        );

        entry.findings.insert("bsn".into(), 2);
        entry.tokens_in = Some(12);
        let text = String::from_utf8(entry.to_bytes().unwrap()).unwrap().replace("key_made", "moon_landed");
        let newer =
            format!(r#"{},"energy_mwh":1.50,"deep":{{"a":[1,2.5]}}}}"#, text.strip_suffix('}').unwrap());
        let read: Entry = serde_json::from_str(&newer).unwrap();
        assert_eq!(read.event, Event::Other("moon_landed".into()));
        assert_eq!(read.findings["bsn"], 2);
        assert_eq!(read.rest.len(), 2);
        assert_eq!(String::from_utf8(read.to_bytes().unwrap()).unwrap(), newer);
    }

    #[test]
    fn a_large_entry_is_refused() {
        let mut entry = Entry::new("e1".into(), 7, &[0; 16], Event::Sent);
        entry.rule = "x".repeat(MAX_ENTRY);
        assert!(matches!(entry.to_bytes(), Err(EntryError::TooLarge { .. })));
    }
}
