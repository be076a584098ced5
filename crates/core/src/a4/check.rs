//! What keeps an A4 from being published.

use super::{A4, Guard};
use crate::class::DataClass;
use crate::policy::{Tool, Trust, contradiction};
use crate::verdict::Verdict;

/// The most characters in one field or rule.
pub const MAX_LINE: usize = 200;

/// The most rules of each sort.
pub const MAX_RULES: usize = 10;

/// The most characters of all text together. The PDF decides whether it fits on one page; this is what reading it costs.
pub const MAX_SHEET: usize = 4_500;

/// A place in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Name of the organisation.
    Organisation,
    /// Approved tools.
    Tools,
    /// Contact point.
    Contact,
    /// Whom it applies to.
    Scope,
    /// An allowed thing, from 0.
    May(usize),
    /// A forbidden thing, from 0.
    MayNot(usize),
    /// The data table.
    Table,
    /// Rules of the sector.
    Sector,
    /// Board or management.
    Board,
    /// Technical contact.
    Technical,
    /// All of it.
    Sheet,
}

/// Why an A4 cannot be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It has to be filled in.
    Empty(Field),
    /// It has this many characters too many.
    TooLong(Field, usize),
    /// It has characters that are not text, or a line break.
    NotText(Field),
    /// There are more rules than [`MAX_RULES`], or none.
    Count(Field),
    /// Nothing enforces this rule, by its number from 0.
    Unguarded(usize),
    /// A rule forbids what the table lets through as it is to an approved tool.
    Undone(usize, DataClass, Trust),
    /// The table cannot say this.
    Contradiction(Trust, DataClass, &'static str),
    /// The node knows no tool of this name, or nobody gave it a trust level.
    UnknownTool(String),
    /// "No chatbots", and yet approved tools.
    NoChatbotsButTools,
}

impl A4 {
    /// Everything that keeps it from being published; `known` are the tools of the register. Empty means: it can be.
    #[must_use]
    pub fn problems(&self, known: &[Tool]) -> Vec<Problem> {
        let mut found = Vec::new();
        for (field, text, needed) in [
            (Field::Organisation, &self.organisation, true),
            (Field::Contact, &self.contact, true),
            (Field::Scope, &self.scope, true),
            (Field::Sector, &self.clauses.sector, false),
            (Field::Board, &self.board, false),
            (Field::Technical, &self.technical, false),
        ] {
            found.extend(line(field, text, needed));
        }
        if self.chatbots && self.tools.is_empty() {
            found.push(Problem::Empty(Field::Tools));
        }
        if !self.chatbots && !self.tools.is_empty() {
            found.push(Problem::NoChatbotsButTools);
        }
        let decided = |name: &str| known.iter().any(|tool| tool.name == name && tool.trust != Trust::Unknown);
        found.extend(self.tools.iter().filter(|name| !decided(name)).cloned().map(Problem::UnknownTool));

        for (number, text) in self.may.iter().enumerate() {
            found.extend(line(Field::May(number), text, true));
        }
        for (number, rule) in self.may_not.iter().enumerate() {
            found.extend(line(Field::MayNot(number), &rule.text, true));
            if rule.guards.is_empty() {
                found.push(Problem::Unguarded(number));
            }
            found.extend(self.undone(number, known));
        }
        for (field, count) in [(Field::May(0), self.may.len()), (Field::MayNot(0), self.may_not.len())] {
            if count == 0 || count > MAX_RULES {
                found.push(Problem::Count(field));
            }
        }
        for cell in &self.table {
            if let Some(reason) = contradiction(cell.trust, cell.class, cell.verdict) {
                found.push(Problem::Contradiction(cell.trust, cell.class, reason));
            }
        }
        let length = self.sheet().text().chars().count();
        if length > MAX_SHEET {
            found.push(Problem::TooLong(Field::Sheet, length - MAX_SHEET));
        }
        found
    }

    /// A rule on a class of data holds where the class goes as it is to no approved tool outside a guarded context. Guarded
    /// are tools under contract, for what is confidential (B-09); for what is personal no tool is.
    fn undone(&self, number: usize, known: &[Tool]) -> Option<Problem> {
        for guard in &self.may_not[number].guards {
            let class = match guard {
                Guard::Class(class) => *class,
                Guard::Terms(_) => DataClass::Confidential,
                _ => continue,
            };
            for trust in Trust::ALL {
                let used = known.iter().any(|tool| tool.trust == trust && self.tools.contains(&tool.name));
                let guarded = trust >= Trust::Contracted && class <= DataClass::Confidential;
                if used && !guarded && self.verdict(trust, class) == Verdict::Allow {
                    return Some(Problem::Undone(number, class, trust));
                }
            }
        }
        None
    }
}

fn line(field: Field, text: &str, needed: bool) -> Option<Problem> {
    let length = text.chars().count();
    if needed && text.trim().is_empty() {
        return Some(Problem::Empty(field));
    }
    if length > MAX_LINE {
        return Some(Problem::TooLong(field, length - MAX_LINE));
    }
    text.chars().any(char::is_control).then_some(Problem::NotText(field))
}
