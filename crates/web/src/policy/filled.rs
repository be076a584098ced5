//! A policy as it stands in the form of the editor: what was typed, right or not.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::a4::{A4, Cell, Clauses, Country, Guard, MAX_RULES, Rule, WORDING};
use sluis_core::class::DataClass;
use sluis_core::policy::{Trust, default_verdict};
use sluis_core::verdict::{Language, Verdict};

use crate::form::{Errors, Form, day};

/// The most rows of each sort that are read: more than can be published, so that a row too many is told of, not lost.
pub(crate) const ROWS: usize = MAX_RULES + 4;

/// The most own words in one rule, and the most characters of one: what the settings file allows.
pub(crate) const MAX_TERMS: usize = 500;
pub(crate) const MAX_TERM: usize = 200;

/// Levels of trust that the table has: nothing goes to a tool that nobody judged.
pub(crate) const LEVELS: [Trust; 3] = [Trust::Open, Trust::Contracted, Trust::Own];

/// What can enforce a rule, but for own words, with the name in the form.
pub(crate) fn guards() -> Vec<(&'static str, Guard)> {
    let classes = DataClass::ALL.into_iter().filter(|class| *class != DataClass::Public);
    classes
        .map(|class| (class.name(), Guard::Class(class)))
        .chain([
            ("human_decision", Guard::HumanDecision),
            ("prohibited_practice", Guard::ProhibitedPractice),
            ("check", Guard::Check),
        ])
        .collect()
}

/// What stands in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) language: Language,
    pub(crate) country: Country,
    pub(crate) organisation: String,
    pub(crate) chatbots: bool,
    pub(crate) tools: BTreeSet<String>,
    pub(crate) contact: String,
    pub(crate) scope: String,
    pub(crate) effective: String,
    pub(crate) may: Vec<String>,
    pub(crate) may_not: Vec<Rule>,
    pub(crate) table: BTreeMap<(Trust, DataClass), Verdict>,
    pub(crate) clauses: Clauses,
    pub(crate) board: String,
    pub(crate) technical: String,
}

impl From<&A4> for Filled {
    fn from(a4: &A4) -> Self {
        let mut table = BTreeMap::new();
        for trust in LEVELS {
            for class in DataClass::ALL {
                table.insert((trust, class), a4.verdict(trust, class));
            }
        }
        Self {
            language: a4.language,
            country: a4.country,
            organisation: a4.organisation.clone(),
            chatbots: a4.chatbots,
            tools: a4.tools.clone(),
            contact: a4.contact.clone(),
            scope: a4.scope.clone(),
            effective: a4.effective.to_string(),
            may: a4.may.clone(),
            may_not: a4.may_not.clone(),
            table,
            clauses: a4.clauses.clone(),
            board: a4.board.clone(),
            technical: a4.technical.clone(),
        }
    }
}

impl Filled {
    /// What was sent in. Rows that were left empty are no rules.
    pub(crate) fn read(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let may = (0..ROWS).map(|row| line(form, &format!("mag_{row}")));
        let mut table = BTreeMap::new();
        for trust in LEVELS {
            for class in DataClass::ALL {
                let chosen = verdict(form.text(&cell(trust, class)));
                table.insert((trust, class), chosen.unwrap_or_else(|| default_verdict(class, trust)));
            }
        }
        Self {
            language: if form.text("taal") == "en" { Language::En } else { Language::Nl },
            country: if form.text("land") == "be" { Country::Be } else { Country::Nl },
            organisation: text("organisatie"),
            chatbots: form.text("chatbots") != "nee",
            tools: form.all("toepassing").map(|name| name.trim().to_owned()).collect(),
            contact: text("aanspreekpunt"),
            scope: text("geldt_voor"),
            effective: text("ingang"),
            may: may.filter(|line| !line.is_empty()).collect(),
            may_not: (0..ROWS).filter_map(|row| rule(form, row)).collect(),
            table,
            clauses: Clauses {
                energy: form.has("energie"),
                equipment: form.has("apparatuur"),
                agreed_with_client: form.has("klant_weet"),
                sector: text("sector"),
            },
            board: text("bestuur"),
            technical: text("techniek"),
        }
    }

    /// The value of the country in the form.
    pub(crate) const fn land(&self) -> &'static str {
        match self.country {
            Country::Nl => "nl",
            Country::Be => "be",
        }
    }

    /// The value of the language in the form.
    pub(crate) const fn tongue(&self) -> &'static str {
        crate::page::lang(self.language)
    }

    /// The policy that it is.
    ///
    /// # Errors
    /// What cannot be understood. What is understood but cannot be published is told by [`A4::problems`].
    pub(crate) fn a4(&self) -> Result<A4, Errors> {
        let Some(effective) = day(&self.effective) else {
            let mut errors = Errors::default();
            let (nl, en) =
                ("Vul de ingangsdatum in, zoals 21-11-2026.", "Fill in from which day, such as 21-11-2026.");
            errors.add("ingang", super::words::pick(self.language, nl, en));
            return Err(errors);
        };
        let differs = |&(&(trust, class), &verdict): &(&(Trust, DataClass), &Verdict)| {
            verdict != default_verdict(class, trust)
        };
        let cell = |(&(trust, class), &verdict)| Cell { trust, class, verdict };
        Ok(A4 {
            wording: WORDING,
            language: self.language,
            country: self.country,
            organisation: self.organisation.clone(),
            chatbots: self.chatbots,
            tools: self.tools.clone(),
            contact: self.contact.clone(),
            scope: self.scope.clone(),
            effective,
            may: self.may.clone(),
            may_not: self.may_not.clone(),
            table: self.table.iter().filter(differs).map(cell).collect(),
            clauses: self.clauses.clone(),
            board: self.board.clone(),
            technical: self.technical.clone(),
        })
    }
}

/// A rule has room to be read while it is typed, but is one line.
fn line(form: &Form, name: &str) -> String {
    one_line(form.raw(name))
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of a cell of the table.
pub(crate) fn cell(trust: Trust, class: DataClass) -> String {
    format!("tabel_{}_{}", trust.name(), class.name())
}

fn verdict(name: &str) -> Option<Verdict> {
    [Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block]
        .into_iter()
        .find(|verdict| verdict.name() == name)
}

/// A row of things that are not allowed; `None` when nothing stands in it.
fn rule(form: &Form, row: usize) -> Option<Rule> {
    let text = line(form, &format!("niet_{row}"));
    let ticked: BTreeSet<&str> = form.all(&format!("niet_{row}_bewaakt")).collect();
    let mut chosen: BTreeSet<Guard> =
        guards().into_iter().filter(|(name, _)| ticked.contains(name)).map(|(_, guard)| guard).collect();
    let terms: BTreeSet<String> = form
        .raw(&format!("niet_{row}_woorden"))
        .lines()
        .map(one_line)
        .filter(|term| (2..=MAX_TERM).contains(&term.chars().count()))
        .take(MAX_TERMS)
        .collect();
    if !terms.is_empty() {
        chosen.insert(Guard::Terms(terms));
    }
    (!text.is_empty() || !chosen.is_empty()).then_some(Rule { text, guards: chosen })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        Form::parse(body.finish().as_bytes()).unwrap()
    }

    /// The form as a page with this policy would send it, untouched.
    fn sent(filled: &Filled) -> Form {
        let mut fields: Vec<(String, String)> = vec![
            ("taal".into(), "nl".into()),
            ("land".into(), "be".into()),
            ("chatbots".into(), "ja".into()),
            ("organisatie".into(), filled.organisation.clone()),
            ("aanspreekpunt".into(), filled.contact.clone()),
            ("ingang".into(), filled.effective.clone()),
            ("energie".into(), "ja".into()),
        ];
        for tool in &filled.tools {
            fields.push(("toepassing".into(), tool.clone()));
        }
        for (row, line) in filled.may.iter().enumerate() {
            // Rows with empty ones between.
            fields.push((format!("mag_{}", row * 2), format!(" {line} ")));
        }
        for (row, rule) in filled.may_not.iter().enumerate() {
            fields.push((format!("niet_{row}"), rule.text.clone()));
            for (name, guard) in guards() {
                if rule.guards.contains(&guard) {
                    fields.push((format!("niet_{row}_bewaakt"), name.into()));
                }
            }
            for guard in &rule.guards {
                if let Guard::Terms(terms) = guard {
                    let lines: Vec<&str> = terms.iter().map(String::as_str).collect();
                    fields.push((format!("niet_{row}_woorden"), lines.join("\r\n")));
                }
            }
        }
        for ((trust, class), verdict) in &filled.table {
            fields.push((cell(*trust, *class), verdict.name().into()));
        }
        let pairs: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form(&pairs)
    }

    #[test]
    fn a12_what_the_form_shows_comes_back_as_the_same_policy() {
        let mut a4 = A4::start(Language::Nl, Country::Be, date(2026, 12, 1));
        a4.organisation = "Notaris Peeters".into();
        a4.contact = "Anna".into();
        a4.tools = ["mistral".into(), "azure".into()].into();
        a4.clauses.energy = true;
        a4.table = vec![Cell { trust: Trust::Own, class: DataClass::Personal, verdict: Verdict::Allow }];
        a4.may_not[1].guards.insert(Guard::Terms(["Project Zilverreiger".into()].into()));
        let read = Filled::read(&sent(&Filled::from(&a4)));
        assert_eq!(read.a4().unwrap(), a4);
    }

    #[test]
    fn a03_empty_rows_are_no_rules_and_a_day_is_needed() {
        let read = Filled::read(&form(&[
            ("mag_0", " "),
            ("mag_3", "Iets\r\nvertalen "),
            ("niet_2_bewaakt", "check"),
        ]));
        assert_eq!(read.may, ["Iets vertalen"]);
        assert_eq!(read.may_not.len(), 1, "something was ticked, so the row is not empty");
        assert!(read.a4().unwrap_err().of("ingang").is_some());
    }

    #[test]
    fn limits_hold_for_rows_and_words() {
        let many: Vec<(String, String)> =
            (0..50).map(|row| (format!("mag_{row}"), format!("regel {row}"))).collect();
        let pairs: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(Filled::read(&form(&pairs)).may.len(), ROWS);
        let words = (0..MAX_TERMS + 9).map(|n| format!("woord {n}")).collect::<Vec<_>>().join("\n");
        let read = Filled::read(&form(&[("niet_0", "x"), ("niet_0_woorden", &words)]));
        let Some(Guard::Terms(terms)) = read.may_not[0].guards.last() else { panic!("no words") };
        assert_eq!(terms.len(), MAX_TERMS);
    }
}
