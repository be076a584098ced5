//! Requests for AI tools by anybody, what was found out about them, and what the company decides.
//!
//! A [`ToolRecord`] stands beside the tool of the settings that has the same name. It can only make that tool stricter; where
//! the settings leave the trust open, an approved record gives it ([`judged`]).

mod assessment;
mod words;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use assessment::{
    Agreement, Answer, Assessment, Basis, Cost, Exception, Place, Point, Reason, Storage, Transfer,
};

use crate::policy::{Policy, Tool, Trust};

/// The most characters of a name, of the tool or of its maker.
pub const MAX_NAME: usize = 64;

/// The most characters of the name of a machine.
pub const MAX_HOST: usize = 253;

/// The most characters of one text in a record.
pub const MAX_TEXT: usize = 1_000;

/// The most decisions, and the most stops, that a record keeps; older ones are in the ledger.
pub const MAX_STEPS: usize = 100;

/// Somebody asks for a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Identifier of the person.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
    /// Who makes it.
    pub maker: String,
    /// Name of the machine where the service is found, without the rest of its address.
    pub host: String,
    /// What it is for.
    pub purpose: String,
    /// Whether data of people would go into it.
    pub personal: Answer,
}

/// Whether the tool is worth it, judged by somebody at the level of board or management, in two parts and with six
/// questions (C-31).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Opportunity {
    /// The technical part: does it fit, is it safe to run.
    pub technical: String,
    /// The part of business and strategy: does the organisation want this.
    pub business: String,
    /// Why use AI for it?
    pub why: String,
    /// Can we still sleep if we use this kind of AI?
    pub rest: String,
    /// Which kind of AI does it take?
    pub kind: String,
    /// Do we know how it works, and with which data it was made?
    pub working: String,
    /// Buy it, or make it?
    pub source: String,
    /// Which sides and risks are to be reckoned with?
    pub risks: String,
}

impl Opportunity {
    /// Whether both parts were judged.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !self.technical.trim().is_empty() && !self.business.trim().is_empty()
    }
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The tool may be used as far as the policy names it.
    Approved,
    /// It may not.
    Declined,
}

impl Outcome {
    /// The stable name, in forms and evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}

/// A decision of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// The trust that followed from the answers at that moment. Later answers cannot raise it without a new decision.
    pub trust: Trust,
    /// Identifier of the person.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
    /// Why.
    pub reason: String,
    /// The day to look at it again.
    pub review: Date,
    /// The day from which the tool is shut whatever happens, if there is one.
    pub ends: Option<Date>,
}

/// The tool was stopped at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Identifier of the person.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
    /// Why.
    pub reason: String,
    /// Who started it again, and when, in Unix microseconds.
    pub started: Option<(String, i64)>,
}

/// Where a tool stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody decided yet.
    Requested,
    /// It may be used.
    Approved,
    /// It may not be used.
    Declined,
    /// Its last day is over.
    Ended,
    /// Somebody stopped it.
    Stopped,
}

/// A tool that somebody asked for, with all that is known and decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolRecord {
    /// Random, 32 hexadecimal digits.
    #[serde(skip)]
    pub id: String,
    /// Grows with each change.
    #[serde(skip)]
    pub revision: i64,
    /// What people call it; that of the tool in the settings when it is about that tool. No two records have the same.
    pub name: String,
    /// The question it began with.
    pub request: Request,
    /// Whether it is worth it.
    pub opportunity: Opportunity,
    /// What is known of it, once somebody found out.
    pub assessment: Option<Assessment>,
    /// What was decided, the latest at the end.
    pub decisions: Vec<Decision>,
    /// When it was stopped, the latest at the end.
    pub stops: Vec<Stop>,
}

impl ToolRecord {
    /// A record that begins with a question.
    #[must_use]
    pub fn new(id: String, name: String, request: Request) -> Self {
        Self {
            id,
            revision: 1,
            name,
            request,
            opportunity: Opportunity::default(),
            assessment: None,
            decisions: Vec::new(),
            stops: Vec::new(),
        }
    }

    /// The decision that counts.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }

    /// The stop that is on.
    #[must_use]
    pub fn stop(&self) -> Option<&Stop> {
        self.stops.last().filter(|stop| stop.started.is_none())
    }

    /// Where it stands on this day.
    #[must_use]
    pub fn state(&self, today: Date) -> State {
        if self.stop().is_some() {
            return State::Stopped;
        }
        match self.decision() {
            None => State::Requested,
            Some(decision) if decision.outcome == Outcome::Declined => State::Declined,
            Some(decision) if decision.ends.is_some_and(|ends| ends <= today) => State::Ended,
            Some(_) => State::Approved,
        }
    }

    /// Whether nothing may go there on this day, whatever the policy says.
    #[must_use]
    pub fn is_shut(&self, today: Date) -> bool {
        matches!(self.state(today), State::Declined | State::Ended | State::Stopped)
    }

    /// Whether an approval is to be looked at again.
    #[must_use]
    pub fn is_due(&self, today: Date) -> bool {
        self.decision().is_some_and(|one| one.outcome == Outcome::Approved && one.review <= today)
    }

    /// How far the tool is trusted when the settings say `stated`, or nothing. Answers lower the trust at once; they raise it
    /// only where the settings leave it open, and no further than what was approved.
    #[must_use]
    pub fn trust(&self, stated: Option<Trust>) -> Trust {
        let found = self.assessment.as_ref().map(Assessment::trust);
        match (self.decision(), stated, found) {
            (Some(Decision { outcome: Outcome::Declined, .. }), ..) => Trust::Unknown,
            (_, Some(stated), found) => found.map_or(stated, |found| found.min(stated)),
            (Some(decision), None, Some(found)) => found.min(decision.trust),
            (_, None, _) => Trust::Unknown,
        }
    }

    /// What is still missing before it can be approved.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !self.opportunity.is_judged() {
            missing.push(Missing::Opportunity);
        }
        match &self.assessment {
            None => missing.push(Missing::Assessment),
            Some(assessment) if assessment.basis == Basis::Unknown => missing.push(Missing::Basis),
            Some(_) => {}
        }
        missing
    }

    /// Adds a decision.
    pub fn decide(&mut self, decision: Decision) {
        push(&mut self.decisions, decision);
    }

    /// Stops it. `false` if it was stopped already.
    pub fn halt(&mut self, stop: Stop) -> bool {
        let is_new = self.stop().is_none();
        if is_new {
            push(&mut self.stops, stop);
        }
        is_new
    }

    /// Starts it again. `false` if it was not stopped.
    pub fn start(&mut self, by: &str, at: i64) -> bool {
        let Some(stop) = self.stops.last_mut().filter(|stop| stop.started.is_none()) else { return false };
        stop.started = Some((by.to_owned(), at));
        true
    }
}

/// Adds the newest at the end and keeps no more than [`MAX_STEPS`].
fn push<T>(steps: &mut Vec<T>, step: T) {
    if steps.len() >= MAX_STEPS {
        steps.remove(0);
    }
    steps.push(step);
}

/// What keeps a tool from being approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// One of the two parts of the opportunity test.
    Opportunity,
    /// Nobody found out what happens to data.
    Assessment,
    /// Nobody recorded on what ground data of people goes there.
    Basis,
}

/// A name as it is compared: two records cannot have the same.
#[must_use]
pub fn comparable(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The record of this tool.
#[must_use]
pub fn record_of<'a>(records: &'a [ToolRecord], tool: &str) -> Option<&'a ToolRecord> {
    let name = comparable(tool);
    records.iter().find(|record| comparable(&record.name) == name)
}

/// What the settings know, with the trust that counts once records are heard. A tool that is shut stays, so that a gate can
/// say so.
#[must_use]
pub fn judged(node: &Policy, records: &[ToolRecord]) -> Policy {
    let tool = |tool: &Tool| {
        let stated = tool.is_judged.then_some(tool.trust);
        let trust = record_of(records, &tool.name).map_or(tool.trust, |record| record.trust(stated));
        Tool { trust, ..tool.clone() }
    };
    Policy { tools: node.tools.iter().map(tool).collect(), ..node.clone() }
}

/// The same policy without the tools that records shut on this day.
#[must_use]
pub fn open(mut policy: Policy, records: &[ToolRecord], today: Date) -> Policy {
    policy.tools.retain(|tool| !record_of(records, &tool.name).is_some_and(|record| record.is_shut(today)));
    policy
}

/// The name of the machine in an address that somebody typed, with or without the rest around it. `None` if there is none.
#[must_use]
pub fn host(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_lowercase();
    let name = host.split_once(':').map_or(&*host, |(name, _)| name);
    let is_name = name.contains('.')
        && !name.starts_with('.')
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
    let is_port = host[name.len()..].strip_prefix(':').is_none_or(|port| port.parse::<u16>().is_ok());
    (is_name && is_port && host.chars().count() <= MAX_HOST).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a13_of_an_address_only_the_machine_is_kept() {
        for (typed, expected) in [
            ("https://Chat.Example/c/geheim?x=1#y", Some("chat.example")),
            (" chat.example ", Some("chat.example")),
            ("chat.example:8443/pad", Some("chat.example:8443")),
            ("http://münchen.example", Some("münchen.example")),
            ("https://naam:wachtwoord@chat.example", None),
            ("chat.example:poort", None),
            ("geen adres", None),
            ("chat", None),
            (".example", None),
            ("", None),
        ] {
            assert_eq!(host(typed).as_deref(), expected, "{typed}");
        }
        assert_eq!(host(&format!("{}.example", "a".repeat(MAX_HOST))), None);
    }
}
