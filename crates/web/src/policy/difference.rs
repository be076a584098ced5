//! What is different between two versions of a policy, in plain words.

use sluis_core::a4::{A4, Guard, Rule};
use sluis_core::calendar::written;
use sluis_core::class::DataClass;
use sluis_core::policy::Trust;
use sluis_core::verdict::Language;

use super::words::{self, pick};

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Where in the policy, as people call it.
    pub(crate) place: String,
    /// What stood there; `None` when it is new.
    pub(crate) before: Option<String>,
    /// What stands there now; `None` when it is gone.
    pub(crate) after: Option<String>,
}

/// Everything that is different, in the order in which the policy is read. Empty: they say and do the same.
pub(crate) fn differences(before: &A4, after: &A4, language: Language) -> Vec<Change> {
    let mut found = Comparison { language, changes: Vec::new() };
    found.fields(before, after);
    found.tools(before, after);
    let place = |nl, en| pick(language, nl, en);
    found.lines(place("Dit mag", "This you may do"), &before.may, &after.may);
    let texts = |a4: &A4| a4.may_not.iter().map(|rule| rule.text.clone()).collect::<Vec<_>>();
    found.lines(place("Dit niet", "This you may not"), &texts(before), &texts(after));
    found.guards(&before.may_not, &after.may_not);
    found.table(before, after);
    found.clauses(before, after);
    found.changes
}

struct Comparison {
    language: Language,
    changes: Vec<Change>,
}

impl Comparison {
    fn say(&self, nl: &'static str, en: &'static str) -> &'static str {
        pick(self.language, nl, en)
    }

    /// A place with one value; an empty value is none.
    fn one(&mut self, place: &str, before: &str, after: &str) {
        let (before, after) = (before.trim(), after.trim());
        if before != after {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            self.changes.push(Change { place: place.into(), before: some(before), after: some(after) });
        }
    }

    fn fields(&mut self, before: &A4, after: &A4) {
        let tongue = |one: Language| match one {
            Language::Nl => self.say("Nederlands", "Dutch"),
            Language::En => self.say("Engels", "English"),
        };
        let languages = [tongue(before.language), tongue(after.language)];
        let chatbots = [before.chatbots, after.chatbots]
            .map(|one| if one { self.say("ja", "yes") } else { self.say("nee", "no") });
        let countries = [before.country, after.country].map(|one| words::country(one, self.language));
        let days = [written(before.effective), written(after.effective)];
        let editions = [before.wording.to_string(), after.wording.to_string()];
        for (place, old, new) in [
            (
                self.say("Vaste woorden van het blad, uitgave", "Fixed words of the sheet, edition"),
                editions[0].as_str(),
                editions[1].as_str(),
            ),
            (self.say("Taal", "Language"), languages[0], languages[1]),
            (self.say("Land", "Country"), countries[0], countries[1]),
            (self.say("Organisatie", "Organisation"), &before.organisation, &after.organisation),
            (self.say("Chatbots toegestaan", "Chatbots allowed"), chatbots[0], chatbots[1]),
            (
                self.say("Aanspreekpunt bij twijfel", "Contact point in doubt"),
                &before.contact,
                &after.contact,
            ),
            (self.say("Dit beleid geldt voor", "This policy applies to"), &before.scope, &after.scope),
            (self.say("Ingangsdatum", "In force from"), &days[0], &days[1]),
        ] {
            self.one(place, old, new);
        }
    }

    fn tools(&mut self, before: &A4, after: &A4) {
        let place = self.say("Goedgekeurde toepassingen", "Approved tools");
        for gone in before.tools.difference(&after.tools) {
            self.one(place, gone, "");
        }
        for new in after.tools.difference(&before.tools) {
            self.one(place, "", new);
        }
    }

    /// A list: what is gone and what is new, and where one line took the place of another, both together.
    fn lines(&mut self, place: &str, before: &[String], after: &[String]) {
        let kept = common(before, after);
        let (mut old, mut new) = (0, 0);
        for (at, to) in kept.iter().copied().chain([(before.len(), after.len())]) {
            let (gone, come) = (&before[old..at], &after[new..to]);
            for place_in_gap in 0..gone.len().max(come.len()) {
                let text = |lines: &[String]| lines.get(place_in_gap).cloned().unwrap_or_default();
                self.one(place, &text(gone), &text(come));
            }
            (old, new) = (at + 1, to + 1);
        }
    }

    /// What enforces a rule whose text stayed.
    fn guards(&mut self, before: &[Rule], after: &[Rule]) {
        for rule in after {
            let Some(old) = before.iter().find(|one| one.text.trim() == rule.text.trim()) else { continue };
            let place = match self.language {
                Language::Nl => format!("Wat Sluis doet bij de regel \u{201c}{}\u{201d}", rule.text.trim()),
                Language::En => format!("What Sluis does for the rule \u{201c}{}\u{201d}", rule.text.trim()),
            };
            self.one(&place, &self.said(old), &self.said(rule));
        }
    }

    fn said(&self, rule: &Rule) -> String {
        let one = |guard: &Guard| match guard {
            Guard::Terms(terms) => {
                let list: Vec<&str> = terms.iter().map(String::as_str).collect();
                format!("{}: {}", words::guard(guard, self.language), list.join(", "))
            }
            _ => words::guard(guard, self.language).to_owned(),
        };
        rule.guards.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn table(&mut self, before: &A4, after: &A4) {
        for trust in Trust::ALL {
            for class in DataClass::ALL {
                let place = match self.language {
                    Language::Nl => format!(
                        "{}, toepassing {}",
                        words::class(class, self.language),
                        lower(words::trust(trust, self.language))
                    ),
                    Language::En => format!(
                        "{}, tool {}",
                        words::class(class, self.language),
                        lower(words::trust(trust, self.language))
                    ),
                };
                let [old, new] =
                    [before, after].map(|a4| words::effect(a4.verdict(trust, class), self.language));
                self.one(&place, old, new);
            }
        }
    }

    fn clauses(&mut self, before: &A4, after: &A4) {
        let (old, new) = (&before.clauses, &after.clauses);
        let stands = |one: bool| if one { self.say("staat erin", "is in it") } else { "" };
        for (place, old, new) in [
            (
                self.say("Bijzaak die de klant goedvindt", "Side service that the client agrees to"),
                stands(old.agreed_with_client),
                stands(new.agreed_with_client),
            ),
            (self.say("Zuinig met energie", "Sparing with energy"), stands(old.energy), stands(new.energy)),
            (
                self.say("Netjes met apparaten", "Care for equipment"),
                stands(old.equipment),
                stands(new.equipment),
            ),
            (self.say("Regels van het vak", "Rules of the profession"), &old.sector, &new.sector),
            (self.say("Beslist over toepassingen", "Decides on tools"), &before.board, &after.board),
            (self.say("Techniek", "Technical contact"), &before.technical, &after.technical),
        ] {
            self.one(place, old, new);
        }
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Places of the lines that both lists have in the same order: the longest such series. Rules are some ten, a draft is at
/// most a form, so a square of the lengths is small.
fn common(before: &[String], after: &[String]) -> Vec<(usize, usize)> {
    let same = |old: usize, new: usize| before[old].trim() == after[new].trim();
    let mut longest = vec![vec![0_u32; after.len() + 1]; before.len() + 1];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            longest[old][new] = if same(old, new) {
                longest[old + 1][new + 1] + 1
            } else {
                longest[old + 1][new].max(longest[old][new + 1])
            };
        }
    }
    let (mut old, mut new, mut pairs) = (0, 0, Vec::new());
    while old < before.len() && new < after.len() {
        if same(old, new) {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if longest[old + 1][new] >= longest[old][new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use sluis_core::a4::{Cell, Country};
    use sluis_core::verdict::Verdict;

    use super::*;

    fn policy() -> A4 {
        let mut a4 = A4::start(Language::Nl, Country::Nl, date(2026, 11, 21));
        a4.organisation = "Bakkerij De Korst".into();
        a4.tools.insert("mistral".into());
        a4
    }

    fn said(before: &A4, after: &A4) -> Vec<(String, String, String)> {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".into());
        let changes = differences(before, after, Language::Nl);
        changes.into_iter().map(|one| (one.place, or_none(one.before), or_none(one.after))).collect()
    }

    fn line(place: &str, before: &str, after: &str) -> (String, String, String) {
        (place.into(), before.into(), after.into())
    }

    #[test]
    fn a12_the_same_policy_has_no_differences() {
        assert_eq!(differences(&policy(), &policy(), Language::Nl), []);
        let mut spaced = policy();
        spaced.organisation.push(' ');
        assert_eq!(differences(&policy(), &spaced, Language::En), [], "space around is not read");
    }

    #[test]
    fn a12_fields_and_tools_are_named_with_what_stood_there() {
        let mut after = policy();
        after.contact = "Anna".into();
        after.effective = date(2026, 12, 1);
        after.tools = BTreeSet::from(["azure".into()]);
        after.clauses.energy = true;
        assert_eq!(
            said(&policy(), &after),
            [
                line("Aanspreekpunt bij twijfel", "-", "Anna"),
                line("Ingangsdatum", "21-11-2026", "1-12-2026"),
                line("Goedgekeurde toepassingen", "mistral", "-"),
                line("Goedgekeurde toepassingen", "-", "azure"),
                line("Zuinig met energie", "-", "staat erin"),
            ]
        );
    }

    #[test]
    fn a12_rules_that_came_went_or_changed_are_told_apart() {
        let mut before = policy();
        before.may = ["een", "twee", "drie"].map(Into::into).into();
        let mut after = before.clone();
        after.may = ["een", "twee en een half", "drie", "vier"].map(Into::into).into();
        assert_eq!(
            said(&before, &after),
            [line("Dit mag", "twee", "twee en een half"), line("Dit mag", "-", "vier")]
        );
        after.may = ["drie"].map(Into::into).into();
        assert_eq!(said(&before, &after), [line("Dit mag", "een", "-"), line("Dit mag", "twee", "-")]);
        after.may = ["drie", "een", "twee"].map(Into::into).into();
        assert_eq!(said(&before, &after), [line("Dit mag", "-", "drie"), line("Dit mag", "drie", "-")]);
    }

    #[test]
    fn a24_the_table_and_what_enforces_a_rule_count_too() {
        let (before, mut after) = (policy(), policy());
        after.table.push(Cell { trust: Trust::Own, class: DataClass::Personal, verdict: Verdict::Allow });
        // The same as the default is no difference.
        after.table.push(Cell { trust: Trust::Open, class: DataClass::Public, verdict: Verdict::Allow });
        after.may_not[1].guards.insert(Guard::Terms(BTreeSet::from(["Zilverreiger".into()])));
        let found = said(&before, &after);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].2.ends_with("Eigen vertrouwelijke woorden: Zilverreiger"), "{found:?}");
        assert_eq!(
            found[1],
            line(
                "Persoonsgegevens, toepassing op onze eigen computers",
                "gaat mee als schuilnaam",
                "gaat mee zoals het er staat"
            )
        );
    }
}
