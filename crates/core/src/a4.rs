//! The AI-use policy on one A4: what an organisation fills in, what people sign, and what the gateway obeys.
//!
//! One [`A4`] is the source of everything: [`A4::sheet`] is its text (page, PDF and the hash that people sign come from
//! that), [`A4::govern`] its decision table. So they cannot drift apart.

mod check;
mod deviation;
mod start;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use check::{Field, MAX_LINE, MAX_RULES, MAX_SHEET, Problem};
pub use words::{Section, Sheet};

use crate::class::DataClass;
use crate::policy::{Policy, Tool, Trust, default_verdict};
use crate::verdict::{Language, Verdict};

/// The country whose law and authority the policy speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Country {
    /// The Netherlands: the Autoriteit Persoonsgegevens.
    #[default]
    Nl,
    /// Belgium: the Gegevensbeschermingsautoriteit.
    Be,
}

/// What enforces a rule. A rule that nothing enforces cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Data of this class does not go as it is to a tool without a processor agreement.
    Class(DataClass),
    /// Requests to decide on a person are stopped until a person says that they decide (A-10, B-14).
    HumanDecision,
    /// Practices that the AI Act prohibits are blocked (A-48, B-15).
    ProhibitedPractice,
    /// Answers come with the four questions of the check.
    Check,
    /// Words of the organisation are treated as confidential (B-02).
    Terms(BTreeSet<String>),
}

/// One line under "this you may not".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// As people read it.
    pub text: String,
    /// What enforces it.
    pub guards: BTreeSet<Guard>,
}

/// One cell of the table that differs from [`default_verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Of tools with this trust.
    pub trust: Trust,
    /// For data of this class.
    pub class: DataClass,
    /// What happens.
    pub verdict: Verdict,
}

/// Clauses that an organisation can add.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Clauses {
    /// Use sparingly, for the energy it takes.
    pub energy: bool,
    /// Decent use of equipment; without it the IT policy says so (A-52, H-07).
    pub equipment: bool,
    /// A service beside the core may lean on AI when the client knows and agrees.
    pub agreed_with_client: bool,
    /// Rules of the sector or the profession that apply besides. Empty is none.
    pub sector: String,
}

/// A policy as the organisation filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct A4 {
    /// Which edition of our own words stands around what was filled in, now [`WORDING`]. Words that people signed never change:
    /// other ones are another edition.
    #[serde(default = "first_wording")]
    pub wording: u16,
    /// Language of the text that people sign.
    pub language: Language,
    /// Whose law applies.
    pub country: Country,
    /// Name of the organisation.
    pub organisation: String,
    /// Whether chatbots may be used at all.
    pub chatbots: bool,
    /// Field 1: names of the approved tools.
    pub tools: BTreeSet<String>,
    /// Field 2: who decides in doubt, and how to reach them.
    pub contact: String,
    /// Field 3: whom it applies to.
    pub scope: String,
    /// Field 4: the first day it is in force.
    pub effective: Date,
    /// What is allowed.
    pub may: Vec<String>,
    /// What is not.
    pub may_not: Vec<Rule>,
    /// Where the table differs from the default.
    #[serde(default)]
    pub table: Vec<Cell>,
    /// Added clauses.
    #[serde(default)]
    pub clauses: Clauses,
    /// Who at the level of board or management judges tools. Empty: the contact point.
    #[serde(default)]
    pub board: String,
    /// Technical contact. Empty is none.
    #[serde(default)]
    pub technical: String,
}

/// The edition of the words that new policies get. Since the second, the sheet also says where the data table differs from
/// the default.
pub const WORDING: u16 = 2;

const fn first_wording() -> u16 {
    1
}

impl A4 {
    /// The verdict of this policy, before the strictest rule wins.
    #[must_use]
    pub fn verdict(&self, trust: Trust, class: DataClass) -> Verdict {
        let cell = self.table.iter().find(|cell| (cell.trust, cell.class) == (trust, class));
        cell.map_or_else(|| default_verdict(class, trust), |cell| cell.verdict)
    }

    /// The policy that the gateway obeys: what the node was set up with, as far as this A4 lets it. Of the two tables the
    /// stricter verdict counts; of the tools only the approved ones are left.
    #[must_use]
    pub fn govern(&self, node: &Policy) -> Policy {
        let mut table = BTreeMap::new();
        for trust in Trust::ALL {
            for class in DataClass::ALL {
                table.insert((trust, class), self.verdict(trust, class).max(node.verdict(class, trust)));
            }
        }
        let approved = |tool: &&Tool| self.chatbots && self.tools.contains(&tool.name);
        Policy {
            version: self.sheet().version(),
            tools: node.tools.iter().filter(approved).cloned().collect(),
            table,
            ..node.clone()
        }
    }

    /// The organisation's own confidential words, of all rules.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.may_not.iter().flat_map(|rule| &rule.guards).flat_map(|guard| match guard {
            Guard::Terms(terms) => terms.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        })
    }

    /// The text, as page and PDF show it and as people sign it.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        words::sheet(self)
    }
}
