//! Gates: what has to hold before somebody's text goes to a tool.

use jiff::civil::Date;

use crate::a4::A4;
use crate::calendar::{moment, written};
use crate::intake::{ToolRecord, record_of};
use crate::person::{Acknowledgement, Person, Suspension};
use crate::verdict::Language;

/// A version of the policy that was published. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Number of the version, from 1.
    pub number: u32,
    /// What was published.
    pub a4: A4,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
    /// Identifier of the person who published it.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
}

/// The version in force on this day: the last one published of those that have begun. Versions in any order.
#[must_use]
pub fn in_force(versions: &[Published], today: Date) -> Option<&Published> {
    versions.iter().filter(|version| version.a4.effective <= today).max_by_key(|version| version.number)
}

/// A gate that is shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// The first policy begins on a later day.
    NotYet(Date),
    /// The tool was stopped or declined, or its last day is over.
    Stopped,
    /// The policy says: no chatbots.
    NoChatbots,
    /// The policy does not name this tool.
    NotApproved,
    /// The person has not signed the version in force.
    NotAcknowledged,
    /// The person's access is suspended until this moment, in Unix microseconds (H-05).
    Suspended(i64),
    /// The person does not work here any more.
    Left,
}

/// Who asks, as far as gates look at it.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The person, or `None` for a program of the organisation.
    pub person: Option<&'a Person>,
    /// What the person signed, of any version.
    pub acknowledged: &'a [Acknowledgement],
    /// The person's suspensions, past ones too.
    pub suspended: &'a [Suspension],
}

/// The first gate that is shut, in the order in which a person can do something about it. `records` are those of all tools: what
/// they shut, no policy opens. `versions` are all published versions of the policy; without any, nobody has made agreements here yet and only the node's settings count.
#[must_use]
pub fn shut(
    versions: &[Published],
    records: &[ToolRecord],
    standing: Standing<'_>,
    tool: &str,
    today: Date,
    now: i64,
) -> Option<Gate> {
    if standing.person.is_some_and(|person| !person.works_here(now)) {
        return Some(Gate::Left);
    }
    let longest = standing.suspended.iter().filter(|one| one.shuts(tool, now)).max_by_key(|one| one.until);
    if let Some(suspension) = longest {
        return Some(Gate::Suspended(suspension.until));
    }
    if record_of(records, tool).is_some_and(|record| record.is_shut(today)) {
        return Some(Gate::Stopped);
    }
    let Some(policy) = in_force(versions, today) else {
        let first = versions.iter().map(|version| version.a4.effective).min();
        return first.map(Gate::NotYet);
    };
    if !policy.a4.chatbots {
        return Some(Gate::NoChatbots);
    }
    if !policy.a4.tools.contains(tool) {
        return Some(Gate::NotApproved);
    }
    let signed = |one: &Acknowledgement| one.policy == policy.number && one.hash == policy.hash;
    let has_signed = standing.person.is_none() || standing.acknowledged.iter().any(signed);
    (!has_signed).then_some(Gate::NotAcknowledged)
}

impl Gate {
    /// The stable name, for evidence and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotYet(_) => "policy_not_in_force",
            Self::Stopped => "tool_stopped",
            Self::NoChatbots => "no_chatbots",
            Self::NotApproved => "tool_not_approved",
            Self::NotAcknowledged => "policy_not_acknowledged",
            Self::Suspended(_) => "access_suspended",
            Self::Left => "no_longer_here",
        }
    }

    /// Where on the pages the person can do something about it.
    #[must_use]
    pub const fn page(&self) -> &'static str {
        match self {
            Self::NotYet(_) | Self::NoChatbots | Self::NotAcknowledged => "/beleid",
            Self::Stopped | Self::NotApproved => "/toepassingen",
            Self::Suspended(_) | Self::Left => "/mijn-gegevens",
        }
    }

    /// One friendly sentence on what is shut and what to do.
    #[must_use]
    pub fn explain(&self, language: Language) -> String {
        match (self, language) {
            (Self::NotYet(date), Language::Nl) => {
                format!("Het AI-beleid gaat in op {}. Vanaf die dag kun je AI gebruiken.", written(*date))
            }
            (Self::NotYet(date), Language::En) => {
                format!("The AI policy is in force from {}. From that day on you can use AI.", written(*date))
            }
            (Self::Stopped, Language::Nl) => {
                "Deze toepassing staat stil of is afgewezen. Kijk bij de toepassingen hoe het zit, en kies een andere.".into()
            }
            (Self::Stopped, Language::En) => {
                "This tool was stopped or declined. See with the tools how it stands, and choose another one.".into()
            }
            (Self::NoChatbots, Language::Nl) => {
                "In deze organisatie gebruiken we geen chatbots. Vragen? Je aanspreekpunt staat in het beleid.".into()
            }
            (Self::NoChatbots, Language::En) => {
                "This organisation uses no chatbots. Questions? Your contact point is named in the policy.".into()
            }
            (Self::NotApproved, Language::Nl) => {
                "Deze toepassing is niet goedgekeurd. Kies een goedgekeurde, of vraag deze aan.".into()
            }
            (Self::NotApproved, Language::En) => {
                "This tool is not approved. Choose one that is, or ask for this one.".into()
            }
            (Self::NotAcknowledged, Language::Nl) => {
                "Lees eerst het AI-beleid en zeg dat je akkoord bent. Dat kost twee minuten.".into()
            }
            (Self::NotAcknowledged, Language::En) => {
                "First read the AI policy and say that you agree. It takes two minutes.".into()
            }
            (Self::Suspended(until), Language::Nl) => {
                format!("Je toegang tot AI is tijdelijk dicht, tot {}. De reden staat bij je gegevens.", moment(*until))
            }
            (Self::Suspended(until), Language::En) => {
                format!("Your access to AI is shut for a time, until {}. The reason stands with your data.", moment(*until))
            }
            (Self::Left, Language::Nl) => "Dit account is gesloten. Klopt dat niet? Vraag het je beheerder.".into(),
            (Self::Left, Language::En) => "This account is closed. Is that wrong? Ask your administrator.".into(),
        }
    }
}
