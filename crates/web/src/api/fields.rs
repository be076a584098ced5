//! A policy as the API writes it: what the editor has in its form.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sluis_core::a4::{A4, Cell, Clauses, Country, Guard, Rule, WORDING};
use sluis_core::class::DataClass;
use sluis_core::policy::{Trust, default_verdict};
use sluis_core::verdict::{Language, Verdict};
use utoipa::ToSchema;

use super::problem::{Mistake, Problem};
use super::schema;
use crate::policy::filled::{LEVELS, MAX_TERM, MAX_TERMS, ROWS, guards};
use crate::policy::words::pick;

/// The most names of tools that are read.
const MAX_TOOLS: usize = 200;

/// What an organisation fills in: the four fields, what is allowed and what is not, and the table.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFields {
    /// Language of the text that people sign.
    #[schema(schema_with = schema::language)]
    language: Language,
    /// Whose law applies.
    #[schema(schema_with = schema::country)]
    country: Country,
    /// Name of the organisation.
    organisation: String,
    /// Whether chatbots may be used at all.
    chatbots: bool,
    /// Names of the approved tools.
    #[schema(max_items = 200)]
    tools: BTreeSet<String>,
    /// Who decides in doubt, and how to reach them.
    contact: String,
    /// Whom it applies to.
    scope: String,
    /// The first day it is in force.
    #[schema(value_type = String, format = Date)]
    effective: Date,
    /// What is allowed, a line each. Up to 10 can be published.
    #[schema(max_items = 14)]
    may: Vec<String>,
    /// What is not. Up to 10 can be published.
    #[schema(max_items = 14)]
    may_not: Vec<RuleFields>,
    /// Where the table differs from the default.
    #[serde(default)]
    #[schema(max_items = 24)]
    table: Vec<CellFields>,
    /// Clauses that can be added.
    #[serde(default)]
    clauses: ClauseFields,
    /// Who at the level of board or management judges tools. Empty: the contact point.
    #[serde(default)]
    board: String,
    /// Technical contact. Empty: none.
    #[serde(default)]
    technical: String,
}

/// A line under "this you may not".
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFields {
    /// As people read it.
    text: String,
    /// What enforces it.
    #[schema(schema_with = schema::guards)]
    guards: BTreeSet<String>,
    /// Words of the organisation that are treated as confidential, which enforces it too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(max_items = 500)]
    terms: BTreeSet<String>,
}

/// A cell of the table.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CellFields {
    /// Of tools with this trust.
    #[schema(schema_with = schema::level)]
    trust: Trust,
    /// For data of this class.
    #[schema(schema_with = schema::class)]
    class: DataClass,
    /// What happens.
    #[schema(schema_with = schema::verdict)]
    verdict: Verdict,
}

/// Clauses that an organisation can add.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClauseFields {
    /// Use sparingly, for the energy it takes.
    energy: bool,
    /// Decent use of equipment.
    equipment: bool,
    /// A service beside the core may lean on AI when the client knows and agrees.
    agreed_with_client: bool,
    /// Rules of the sector or the profession that apply besides. Empty: none.
    sector: String,
}

impl From<&A4> for PolicyFields {
    fn from(a4: &A4) -> Self {
        let cell = |cell: &Cell| CellFields { trust: cell.trust, class: cell.class, verdict: cell.verdict };
        Self {
            language: a4.language,
            country: a4.country,
            organisation: a4.organisation.clone(),
            chatbots: a4.chatbots,
            tools: a4.tools.clone(),
            contact: a4.contact.clone(),
            scope: a4.scope.clone(),
            effective: a4.effective,
            may: a4.may.clone(),
            may_not: a4.may_not.iter().map(RuleFields::from).collect(),
            table: a4.table.iter().map(cell).collect(),
            clauses: ClauseFields {
                energy: a4.clauses.energy,
                equipment: a4.clauses.equipment,
                agreed_with_client: a4.clauses.agreed_with_client,
                sector: a4.clauses.sector.clone(),
            },
            board: a4.board.clone(),
            technical: a4.technical.clone(),
        }
    }
}

impl From<&Rule> for RuleFields {
    fn from(rule: &Rule) -> Self {
        let known = guards();
        let named = known.iter().filter(|(_, guard)| rule.guards.contains(guard));
        let terms = rule.guards.iter().filter_map(|guard| match guard {
            Guard::Terms(terms) => Some(terms.iter().cloned()),
            _ => None,
        });
        Self {
            text: rule.text.clone(),
            guards: named.map(|(name, _)| (*name).to_owned()).collect(),
            terms: terms.flatten().collect(),
        }
    }
}

impl PolicyFields {
    /// The policy that it is. What is understood but cannot be published is told by [`A4::problems`].
    pub(crate) fn a4(self, language: Language) -> Result<A4, Problem> {
        let mut mistakes = Vec::new();
        for (field, count, most) in [
            ("tools", self.tools.len(), MAX_TOOLS),
            ("may", self.may.len(), ROWS),
            ("may_not", self.may_not.len(), ROWS),
        ] {
            if count > most {
                mistakes.push(too_many(&format!("/{field}"), most, language));
            }
        }
        let may_not = self.may_not.into_iter().enumerate();
        let may_not = may_not.map(|(number, rule)| rule.rule(number, language, &mut mistakes)).collect();
        let mut table = Vec::new();
        for (number, cell) in self.table.iter().enumerate() {
            let is_double =
                self.table[..number].iter().any(|one| (one.trust, one.class) == (cell.trust, cell.class));
            if is_double || !LEVELS.contains(&cell.trust) {
                let (nl, en) = (
                    "Deze cel bestaat niet of staat er dubbel.",
                    "This cell does not exist or stands twice.",
                );
                let detail = pick(language, nl, en).to_owned();
                mistakes.push(Mistake { pointer: format!("/table/{number}"), detail });
            } else if cell.verdict != default_verdict(cell.class, cell.trust) {
                table.push(Cell { trust: cell.trust, class: cell.class, verdict: cell.verdict });
            }
        }
        if !mistakes.is_empty() {
            return Err(Problem::Invalid(mistakes));
        }
        Ok(A4 {
            wording: WORDING,
            language: self.language,
            country: self.country,
            organisation: self.organisation,
            chatbots: self.chatbots,
            tools: self.tools,
            contact: self.contact,
            scope: self.scope,
            effective: self.effective,
            may: self.may,
            may_not,
            table,
            clauses: Clauses {
                energy: self.clauses.energy,
                equipment: self.clauses.equipment,
                agreed_with_client: self.clauses.agreed_with_client,
                sector: self.clauses.sector,
            },
            board: self.board,
            technical: self.technical,
        })
    }
}

impl RuleFields {
    fn rule(self, number: usize, language: Language, mistakes: &mut Vec<Mistake>) -> Rule {
        let known = guards();
        let mut chosen = BTreeSet::new();
        for name in &self.guards {
            match known.iter().find(|(one, _)| one == name) {
                Some((_, guard)) => {
                    chosen.insert(guard.clone());
                }
                None => mistakes.push(Mistake {
                    pointer: format!("/may_not/{number}/guards"),
                    detail: pick(language, "Dit kan niets bewaken.", "This can guard nothing.").into(),
                }),
            }
        }
        let pointer = format!("/may_not/{number}/terms");
        if self.terms.len() > MAX_TERMS {
            mistakes.push(too_many(&pointer, MAX_TERMS, language));
        }
        if self.terms.iter().any(|term| !(2..=MAX_TERM).contains(&term.trim().chars().count())) {
            let (nl, en) = ("Een woord heeft 2 tot 200 tekens.", "A word has 2 to 200 characters.");
            mistakes.push(Mistake { pointer, detail: pick(language, nl, en).into() });
        }
        if !self.terms.is_empty() {
            let terms = self.terms.iter().map(|term| crate::policy::filled::one_line(term));
            chosen.insert(Guard::Terms(terms.collect()));
        }
        Rule { text: self.text, guards: chosen }
    }
}

fn too_many(pointer: &str, most: usize, language: Language) -> Mistake {
    let detail = match language {
        Language::Nl => format!("Dit zijn er te veel: hoogstens {most}."),
        Language::En => format!("These are too many: at most {most}."),
    };
    Mistake { pointer: pointer.into(), detail }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_policy_comes_back_as_it_was() {
        let mut a4 = A4::start(Language::Nl, Country::Be, date(2026, 11, 21));
        a4.tools = ["een".into()].into();
        a4.may_not[0].guards.insert(Guard::Terms(["Project X".into()].into()));
        a4.table = vec![Cell { trust: Trust::Own, class: DataClass::Special, verdict: Verdict::Ask }];
        let text = serde_json::to_string(&PolicyFields::from(&a4)).unwrap();
        let fields: PolicyFields = serde_json::from_str(&text).unwrap();
        assert_eq!(fields.a4(Language::Nl), Ok(a4));
    }

    #[test]
    fn what_no_form_can_say_is_refused_at_its_place() {
        let a4 = A4::start(Language::Nl, Country::Nl, date(2026, 11, 21));
        let mut fields = PolicyFields::from(&a4);
        fields.may = vec!["x".into(); ROWS + 1];
        fields.may_not[1].guards.insert("niemand".into());
        fields.may_not[2].terms.insert("x".into());
        let cell = || CellFields { trust: Trust::Open, class: DataClass::Special, verdict: Verdict::Ask };
        fields.table =
            vec![cell(), cell(), CellFields { trust: Trust::Unknown, class: DataClass::Public, ..cell() }];
        let Err(Problem::Invalid(mistakes)) = fields.a4(Language::En) else { panic!("it is refused") };
        let places: Vec<&str> = mistakes.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(places, ["/may", "/may_not/1/guards", "/may_not/2/terms", "/table/1", "/table/2"]);
    }
}
