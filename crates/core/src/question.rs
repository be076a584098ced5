//! Questions that people put to the contact point, and those that many ask.

use crate::person::Role;

/// To whom a question goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The contact point of the policy.
    ContactPoint,
    /// The technical contact.
    Technical,
    /// Somebody who leads, to talk a doubt over.
    Management,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 3] = [Self::ContactPoint, Self::Technical, Self::Management];

    /// The stable name, in forms and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContactPoint => "contact_point",
            Self::Technical => "technical",
            Self::Management => "management",
        }
    }

    /// The route of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.name() == name)
    }

    /// Whose roles read and answer what goes this way. A doubt that somebody wants to talk over with who leads is read by
    /// nobody else.
    #[must_use]
    pub const fn answerers(self) -> &'static [Role] {
        match self {
            Self::ContactPoint | Self::Technical => &ANSWERERS,
            Self::Management => &[Role::Management],
        }
    }
}

/// Who answers questions.
pub const ANSWERERS: [Role; 3] = [Role::ContactPoint, Role::Management, Role::Admin];

/// A question, which only who asked it and who answers it can see. Asking is never held against anybody (H-09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// Who asks.
    pub person: String,
    /// To whom.
    pub route: Route,
    /// What is asked. Sealed in the store.
    pub text: String,
    /// Unix microseconds.
    pub at: i64,
    /// What became of it; `None` as long as it is open.
    pub outcome: Option<Outcome>,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody answered.
    Answered(Answer),
    /// Who asked took it back, at this moment in Unix microseconds.
    Withdrawn(i64),
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it says. Sealed in the store.
    pub text: String,
    /// Who answered.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
}

impl Question {
    /// Whether it waits for an answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    /// The answer, if there is one.
    #[must_use]
    pub const fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Some(Outcome::Answered(answer)) => Some(answer),
            _ => None,
        }
    }
}

/// A question and its answer in other words, for everybody to read below the policy. Nothing leads from here to who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequent {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// What is asked. Sealed in the store.
    pub question: String,
    /// What the answer is. Sealed in the store.
    pub answer: String,
    /// Who wrote it.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
}
