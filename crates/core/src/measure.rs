//! Measures that were decided outside Sluis after a breach of the policy (H-04), kept apart from suspensions (H-06).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::person::Suspension;

/// That a measure was decided, by whom and when. What it is stands elsewhere: in the file that the reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// Whom it concerns.
    pub person: String,
    /// Who decided.
    pub decided_by: String,
    /// Who wrote it down here.
    pub noted_by: String,
    /// The suspension with the same occasion, if there is one.
    pub suspension: Option<String>,
    /// What was decided, as far as Sluis knows.
    pub decision: Decision,
    /// Unix microseconds at which it was written down.
    pub at: i64,
}

/// When something was decided and where to find it. Sealed in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The day.
    pub day: Date,
    /// The file or letter that says more.
    pub reference: String,
}

/// Whether this person may decide on a measure for somebody: nobody decides on themselves, and who suspended access for the
/// safety of all does not also decide on what it means for the person (H-06).
#[must_use]
pub fn may_decide(by: &str, person: &str, same_occasion: Option<&Suspension>) -> bool {
    by != person && same_occasion.is_none_or(|suspension| suspension.by != by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h06_who_suspended_does_not_decide_on_the_measure_too() {
        let suspension = Suspension {
            id: "s".into(),
            person: "anna".into(),
            tool: None,
            reason: String::new(),
            by: "bart".into(),
            from: 0,
            until: 1,
            lifted_at: None,
        };
        assert!(!may_decide("bart", "anna", Some(&suspension)));
        assert!(may_decide("bart", "anna", None));
        assert!(may_decide("carla", "anna", Some(&suspension)));
        assert!(!may_decide("anna", "anna", None));
    }
}
