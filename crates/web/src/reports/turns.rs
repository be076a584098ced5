//! How often this node takes reports and codes: whoever is not signed in cannot be told from the next, so they share.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::visitor::SECOND;

/// The time that is looked at: an hour.
const WINDOW: i64 = 3_600 * SECOND;

/// Reports in that time of all visitors who are not signed in.
const STRANGERS: usize = 30;

/// Reports in that time of everybody who is signed in.
const PEOPLE: usize = 300;

/// Codes in that time that visitors who are not signed in look with, or write messages with.
const LOOKS: usize = 300;

/// When it happened, in memory only. No address, no cookie: the moment alone.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    strangers: Mutex<VecDeque<i64>>,
    people: Mutex<VecDeque<i64>>,
    looks: Mutex<VecDeque<i64>>,
}

impl Turns {
    /// Whether a report may come in now; it counts.
    pub(crate) fn may_report(&self, signed_in: bool, now: i64) -> bool {
        if signed_in { take(&self.people, PEOPLE, now) } else { take(&self.strangers, STRANGERS, now) }
    }

    /// Whether a code may be tried now; it counts, unless somebody is signed in.
    pub(crate) fn may_look(&self, signed_in: bool, now: i64) -> bool {
        signed_in || take(&self.looks, LOOKS, now)
    }
}

fn take(turns: &Mutex<VecDeque<i64>>, most: usize, now: i64) -> bool {
    let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
    while turns.front().is_some_and(|&at| at <= now - WINDOW) {
        turns.pop_front();
    }
    if turns.len() >= most {
        return false;
    }
    turns.push_back(now);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_in_an_hour_and_then_no_more_until_the_first_is_an_hour_ago() {
        let turns = Turns::default();
        for at in 0..30 {
            assert!(turns.may_report(false, at * SECOND));
        }
        assert!(!turns.may_report(false, WINDOW - 1));
        assert!(turns.may_report(true, WINDOW - 1), "who is signed in is not kept out by strangers");
        assert!(turns.may_look(false, WINDOW - 1));
        assert!(turns.may_report(false, WINDOW));
        assert!(!turns.may_report(false, WINDOW));
    }
}
