//! People of the organisation, what they may do here, and what they signed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::verdict::Language;

/// What somebody may do in Sluis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Uses AI under the policy. Everybody has this role.
    Employee,
    /// Answers questions and reports, and decides in doubt (A-29, H-01).
    ContactPoint,
    /// Board or management: decides on tools and publishes the policy.
    Management,
    /// Privacy officer (FG, DPO): handles reports (H-01).
    PrivacyOfficer,
    /// Personnel: literacy, joiners and leavers.
    Hr,
    /// Reads what the works council may read.
    WorksCouncil,
    /// Reads the evidence.
    Auditor,
    /// Runs this installation: people, keys, settings; answers questions and reports. Reads nothing that is asked of AI.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Employee,
        Self::ContactPoint,
        Self::Management,
        Self::PrivacyOfficer,
        Self::Hr,
        Self::WorksCouncil,
        Self::Auditor,
        Self::Admin,
    ];

    /// The stable name, in forms, the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::ContactPoint => "contact_point",
            Self::Management => "management",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Hr => "hr",
            Self::WorksCouncil => "works_council",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

/// How somebody works for the organisation; what follows a breach of the policy depends on it (H-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Under an employment contract.
    #[default]
    Employee,
    /// Sent by an agency.
    Temp,
    /// Hired on a contract of their own.
    Freelancer,
    /// In training.
    Intern,
    /// Without pay.
    Volunteer,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 5] = [Self::Employee, Self::Temp, Self::Freelancer, Self::Intern, Self::Volunteer];

    /// The stable name, in forms, the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Temp => "temp",
            Self::Freelancer => "freelancer",
            Self::Intern => "intern",
            Self::Volunteer => "volunteer",
        }
    }
}

/// Somebody who works for the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Random, 32 hexadecimal digits: the pseudonymous principal in the evidence.
    pub id: String,
    /// As colleagues call them. Sealed in the store.
    pub name: String,
    /// Address of mail, in small letters; unique. Sealed in the store.
    pub email: String,
    /// What they may do here.
    pub roles: BTreeSet<Role>,
    /// How they work for the organisation.
    pub relation: Relation,
    /// Where, for counts of groups. Can be empty.
    pub department: String,
    /// The language of their pages.
    pub language: Language,
    /// Unix microseconds.
    pub created_at: i64,
    /// Unix microseconds; from then on every door is shut.
    pub left_at: Option<i64>,
}

impl Person {
    /// Whether they have one of these roles.
    #[must_use]
    pub fn is(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Whether they work here at `now` (Unix microseconds).
    #[must_use]
    pub fn works_here(&self, now: i64) -> bool {
        self.left_at.is_none_or(|left| now < left)
    }
}

/// A person has read a version of the policy and agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who.
    pub person: String,
    /// Number of the policy's version.
    pub policy: u32,
    /// SHA-256 of the text that was on the screen.
    pub hash: [u8; 32],
    /// Unix microseconds.
    pub at: i64,
}

/// Access to AI tools is shut for somebody, for safety and for a time; it is no sanction (H-05, H-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// Whose access.
    pub person: String,
    /// To this tool; `None` is to all.
    pub tool: Option<String>,
    /// Why. Sealed in the store, shown to the person.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// Unix microseconds.
    pub from: i64,
    /// Unix microseconds of its end; it always has one.
    pub until: i64,
    /// Unix microseconds when it was lifted before its end.
    pub lifted_at: Option<i64>,
}

impl Suspension {
    /// Whether it is on at `now` (Unix microseconds).
    #[must_use]
    pub fn is_on(&self, now: i64) -> bool {
        self.from <= now && now < self.until && self.lifted_at.is_none_or(|at| now < at)
    }

    /// Whether it shuts the way to this tool at `now` (Unix microseconds).
    #[must_use]
    pub fn shuts(&self, tool: &str, now: i64) -> bool {
        self.is_on(now) && self.tool.as_deref().is_none_or(|one| one == tool)
    }
}
