//! What is known of a tool and its maker, and how far it can be trusted with data for that. What nobody knows counts as the
//! careful side.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::policy::Trust;

/// Yes, no, or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Where data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The organisation's own machines.
    Own,
    /// The European Economic Area.
    Europe,
    /// Elsewhere.
    Elsewhere,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Why data may go outside the European Economic Area (GDPR chapter V).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// The European Commission found the country adequate (art. 45).
    Adequate,
    /// Safeguards were agreed on, such as the standard clauses (art. 46).
    Safeguards,
    /// Nothing was arranged.
    Nothing,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Nothing.
    Free,
    /// Money.
    Paid,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Whether the maker keeps what is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// Nothing is kept.
    Nothing,
    /// For as many days as the service needs, and then it is gone.
    Needed,
    /// Longer, or without an end.
    Longer,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// The ground on which data of people may go there (GDPR art. 6(1), A-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The people agreed.
    Consent,
    /// A contract with the person needs it.
    Contract,
    /// A law obliges to it.
    Law,
    /// Somebody's life depends on it.
    Vital,
    /// A task in the public interest needs it.
    PublicTask,
    /// An interest that was weighed against that of the people.
    Interest,
    /// No data of people may go there.
    NoPersonalData,
    /// Nobody recorded one.
    #[default]
    Unknown,
}

/// An exception of the AI Act that somebody relies on (art. 2; C-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// None: the AI Act applies.
    #[default]
    Nothing,
    /// Military, defence or national security only.
    Security,
    /// Research, development or a prototype, before it is used.
    Research,
    /// Personal use outside work.
    Personal,
    /// A free and open-source licence.
    OpenSource,
}

/// The eight points that a processor agreement has to settle (GDPR art. 28(3), a to h).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// Only on written instructions.
    Instructions,
    /// Whoever handles the data keeps it to themselves.
    Secrecy,
    /// Security measures.
    Security,
    /// Others are only called in with permission.
    SubProcessors,
    /// Help when people use their rights.
    Rights,
    /// Help with security, data breaches and impact assessments.
    Duties,
    /// Data is deleted or given back at the end.
    Return,
    /// Proof, and room for audits.
    Audit,
}

impl Point {
    /// All eight, in the order of the law.
    pub const ALL: [Self; 8] = [
        Self::Instructions,
        Self::Secrecy,
        Self::Security,
        Self::SubProcessors,
        Self::Rights,
        Self::Duties,
        Self::Return,
        Self::Audit,
    ];

    /// The letter in the law.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Instructions => 'a',
            Self::Secrecy => 'b',
            Self::Security => 'c',
            Self::SubProcessors => 'd',
            Self::Rights => 'e',
            Self::Duties => 'f',
            Self::Return => 'g',
            Self::Audit => 'h',
        }
    }
}

/// The processor agreement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Agreement {
    /// Whether there is one.
    pub signed: Answer,
    /// The day it was signed.
    pub on: Option<Date>,
    /// Whether it settles each of [`Point::ALL`], in that order.
    pub points: [Answer; 8],
}

/// What somebody found out about a tool.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessment {
    /// Identifier of the person who answered last.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
    /// Where data goes.
    pub place: Place,
    /// The countries, as they were written down.
    pub countries: String,
    /// Why data may go outside Europe.
    pub transfer: Transfer,
    /// What it costs.
    pub cost: Cost,
    /// Whether what is entered is kept.
    pub storage: Storage,
    /// For how many days.
    pub days: Option<u32>,
    /// Whether the maker trains with what is entered.
    pub training: Answer,
    /// The processor agreement.
    pub agreement: Agreement,
    /// Whether it is known who else handles the data.
    pub others_known: Answer,
    /// Who they are.
    pub others: String,
    /// Certificates, such as ISO 27001.
    pub certificates: String,
    /// Where in the contract the promises on storage and training stand.
    pub evidence: String,
    /// The day of that contract.
    pub evidence_on: Option<Date>,
    /// The ground on which data of people may go there.
    pub basis: Basis,
    /// The exception of the AI Act that is relied on.
    pub exception: Exception,
    /// Anything else.
    pub note: String,
}

/// An answer that keeps a tool from being trusted more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody knows where data goes.
    Place,
    /// Data leaves Europe, and nothing arranges that.
    Transfer,
    /// The maker trains with what is entered, or nobody knows.
    Training,
    /// It is free, and trains with what is entered or may do so.
    Free,
    /// What is entered is kept too long, or nobody knows.
    Storage,
    /// Nobody wrote down after how many days what is kept is gone.
    Days,
    /// There is no processor agreement, or nobody knows.
    Agreement,
    /// Nobody wrote down when it was signed.
    Undated,
    /// It does not settle this point, or nobody knows.
    Point(Point),
    /// Nobody knows who else handles the data.
    Others,
    /// The promises do not stand in a contract that is named, with its day.
    Evidence,
    /// There is no recorded ground for data of people.
    Basis,
}

impl Assessment {
    /// How far the tool can be trusted with data. Own machines are own; everything arranged is under contract; anything else,
    /// and anything unknown, is open.
    #[must_use]
    pub fn trust(&self) -> Trust {
        match (self.reasons().is_empty(), self.place) {
            (false, _) => Trust::Open,
            (true, Place::Own) => Trust::Own,
            (true, _) => Trust::Contracted,
        }
    }

    /// Whether the tool is free and learns from what is entered. On machines of others what nobody knows counts as well.
    #[must_use]
    pub fn is_paid_with_data(&self) -> bool {
        match self.place {
            Place::Own => self.cost == Cost::Free && self.training == Answer::Yes,
            _ => self.cost != Cost::Paid && self.training != Answer::No,
        }
    }

    /// Every answer that keeps it from being trusted more. On own machines only one can.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        if self.place == Place::Own {
            return if self.is_paid_with_data() { vec![Reason::Free] } else { Vec::new() };
        }
        let agreement = &self.agreement;
        let mut reasons = Vec::new();
        let mut unless = |is_good: bool, reason: Reason| {
            if !is_good {
                reasons.push(reason);
            }
        };
        unless(self.place != Place::Unknown, Reason::Place);
        let is_arranged = matches!(self.transfer, Transfer::Adequate | Transfer::Safeguards);
        unless(self.place != Place::Elsewhere || is_arranged, Reason::Transfer);
        unless(self.training == Answer::No, Reason::Training);
        unless(!self.is_paid_with_data(), Reason::Free);
        unless(matches!(self.storage, Storage::Nothing | Storage::Needed), Reason::Storage);
        unless(self.storage != Storage::Needed || self.days.is_some(), Reason::Days);
        unless(agreement.signed == Answer::Yes, Reason::Agreement);
        if agreement.signed == Answer::Yes {
            unless(agreement.on.is_some(), Reason::Undated);
            for (point, answer) in Point::ALL.into_iter().zip(agreement.points) {
                unless(answer == Answer::Yes, Reason::Point(point));
            }
        }
        unless(self.others_known == Answer::Yes, Reason::Others);
        unless(!self.evidence.trim().is_empty() && self.evidence_on.is_some(), Reason::Evidence);
        unless(!matches!(self.basis, Basis::Unknown | Basis::NoPersonalData), Reason::Basis);
        reasons
    }
}
