//! Reports of what went wrong (H-01, H-02), in confidence or without a name.

use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::person::Role;

/// Who reads reports and answers them.
pub const OFFICERS: [Role; 3] = [Role::PrivacyOfficer, Role::ContactPoint, Role::Admin];

/// The time within which a breach is notified to the authority after becoming aware of it (GDPR, article 33(1)): 72 hours
/// in microseconds.
pub const NOTIFY_WITHIN: i64 = 72 * 3_600 * 1_000_000;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is odd.
    Anomaly,
    /// A system was broken into or is misused, or that is suspected.
    Misuse,
    /// The reporter gave an AI something that it should not have had.
    Slip,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Anomaly, Self::Misuse, Self::Slip];

    /// The stable name, in forms and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anomaly => "anomaly",
            Self::Misuse => "misuse",
            Self::Slip => "slip",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether data of people is involved, as far as the reporter knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Involved {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That is not known.
    Unknown,
}

impl Involved {
    /// Every answer.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];

    /// The stable name, in forms and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// The answer of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What a reporter tells: the answers to five plain questions (H-02). Sealed in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What it is about.
    pub kind: Kind,
    /// What happened.
    pub what: String,
    /// When, in the reporter's words. Can be empty.
    pub when: String,
    /// In which tool. Can be empty.
    pub tool: String,
    /// Whether data of people is involved.
    pub people: Involved,
    /// How the reporter may be reached. Empty: they may not.
    pub contact: String,
}

/// How far the officers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has taken it up.
    New,
    /// It is being looked at.
    Underway,
    /// It is done.
    Closed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::New, Self::Underway, Self::Closed];

    /// The stable name, in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Underway => "underway",
            Self::Closed => "closed",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A report as the officers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// Who reports, in confidence; `None` is anonymous.
    pub person: Option<String>,
    /// What they tell.
    pub account: Account,
    /// How far the officers are.
    pub state: State,
    /// Unix microseconds; of an anonymous report the start of the day.
    pub at: i64,
    /// Unix microseconds, if it is closed.
    pub closed_at: Option<i64>,
}

impl Report {
    /// Until when a breach would have to be notified, in Unix microseconds, counted from the report: as long as it is not
    /// closed and nobody has said that no data of people is involved.
    #[must_use]
    pub fn notify_by(&self) -> Option<i64> {
        let may_be_breach = self.account.people != Involved::No && self.state != State::Closed;
        may_be_breach.then(|| self.at.saturating_add(NOTIFY_WITHIN))
    }
}

/// The moment that is kept of something anonymous: the start of its day, so that it leads to nobody who was there then.
#[must_use]
pub fn blurred(now: i64) -> i64 {
    calendar::start(calendar::day(now)).unwrap_or(0)
}

/// Something that was said about a report, by its reporter or an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The officer; `None` is the reporter.
    pub by: Option<String>,
    /// What it says. Sealed in the store.
    pub text: String,
    /// Whether the report was closed with it.
    pub closes: bool,
    /// Unix microseconds; of an anonymous reporter the start of the day.
    pub at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(people: Involved, state: State) -> Report {
        Report {
            id: "r".into(),
            person: None,
            account: Account {
                kind: Kind::Slip,
                what: "Een lijst geplakt".into(),
                when: String::new(),
                tool: String::new(),
                people,
                contact: String::new(),
            },
            state,
            at: 1_000,
            closed_at: None,
        }
    }

    #[test]
    fn h01_the_clock_runs_unless_no_data_of_people_is_involved_or_all_is_done() {
        for people in [Involved::Yes, Involved::Unknown] {
            for state in [State::New, State::Underway] {
                assert_eq!(report(people, state).notify_by(), Some(1_000 + 259_200_000_000));
            }
            assert_eq!(report(people, State::Closed).notify_by(), None);
        }
        assert_eq!(report(Involved::No, State::New).notify_by(), None);
    }

    #[test]
    fn h01_all_moments_of_a_day_are_one() {
        // 2026-11-21, from midnight to a second before the next, in Amsterdam.
        let (first, last) = (1_795_215_600_000_000, 1_795_301_999_000_000);
        assert_eq!((blurred(first), blurred(last)), (first, first));
        assert_eq!(blurred(last + 1_000_000), last + 1_000_000);
    }

    #[test]
    fn names_lead_back() {
        assert!(Kind::ALL.into_iter().all(|one| Kind::parse(one.name()) == Some(one)));
        assert!(Involved::ALL.into_iter().all(|one| Involved::parse(one.name()) == Some(one)));
        assert!(State::ALL.into_iter().all(|one| State::parse(one.name()) == Some(one)));
        assert_eq!((Kind::parse(""), Involved::parse("ja"), State::parse("open")), (None, None, None));
    }
}
