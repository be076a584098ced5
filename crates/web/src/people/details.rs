//! The form with somebody's details: read, judged, and shown again as it was typed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use sluis_core::calendar;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;

use crate::form::{Errors, Form};
use crate::page::{Shown, lang};
use crate::people::words;
use crate::sign_in::MAX_EMAIL;

/// The most characters of a name or a department.
pub(crate) const MAX_NAME: usize = 100;

/// A role in the form.
pub(crate) struct Offered {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) ticked: bool,
}

/// The form, as it was typed.
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) department: String,
    pub(crate) relation: &'static str,
    pub(crate) language: &'static str,
    /// The first day they do not work here any more, as browsers write dates.
    pub(crate) left: String,
    pub(crate) roles: BTreeSet<Role>,
    /// Whether the visitor may give roles away.
    pub(crate) gives_roles: bool,
}

impl Details {
    /// Of nobody yet.
    pub(crate) fn new(shown: &Shown) -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            department: String::new(),
            relation: Relation::default().name(),
            language: lang(shown.language),
            left: String::new(),
            roles: BTreeSet::from([Role::Employee]),
            gives_roles: gives_roles(shown),
        }
    }

    /// Of this person.
    pub(crate) fn of(person: &Person, shown: &Shown) -> Self {
        Self {
            name: person.name.clone(),
            email: person.email.clone(),
            department: person.department.clone(),
            relation: person.relation.name(),
            language: lang(person.language),
            left: person.left_at.map(|at| calendar::day(at).to_string()).unwrap_or_default(),
            roles: person.roles.clone(),
            gives_roles: gives_roles(shown),
        }
    }

    /// From the form. Who may not give roles away leaves those of `before` as they are.
    pub(crate) fn read(form: &Form, before: &BTreeSet<Role>, shown: &Shown) -> Self {
        let gives_roles = gives_roles(shown);
        let ticked = |role: &Role| form.all("rollen").any(|name| name == role.name());
        let mut roles =
            if gives_roles { Role::ALL.into_iter().filter(ticked).collect() } else { before.clone() };
        roles.insert(Role::Employee);
        let relation = Relation::ALL.iter().find(|one| one.name() == form.text("relatie"));
        Self {
            name: form.text("naam").to_owned(),
            email: form.text("email").to_owned(),
            department: form.text("afdeling").to_owned(),
            relation: relation.copied().unwrap_or_default().name(),
            language: if form.text("taal") == "en" { "en" } else { "nl" },
            left: form.text("uit_dienst").to_owned(),
            roles,
            gives_roles,
        }
    }

    /// What is wrong, at the fields.
    pub(crate) fn problems(&self, shown: &Shown) -> Errors {
        let mut errors = Errors::default();
        if !is_line(&self.name) || self.name.is_empty() {
            errors.add(
                "naam",
                shown.say(
                    "Vul een naam in, van hoogstens 100 tekens.",
                    "Fill in a name of at most 100 characters.",
                ),
            );
        }
        if !is_email(&self.email) {
            errors.add(
                "email",
                shown.say(
                    "Vul een e-mailadres in, zoals naam@voorbeeld.nl.",
                    "Fill in an e-mail address, such as name@example.com.",
                ),
            );
        }
        if !is_line(&self.department) {
            errors.add(
                "afdeling",
                shown.say(
                    "Maak dit korter: hoogstens 100 tekens.",
                    "Make this shorter: at most 100 characters.",
                ),
            );
        }
        if self.left_at().is_none() {
            errors.add(
                "uit_dienst",
                shown.say(
                    "Dit is geen datum. Laat het leeg of kies een dag.",
                    "This is no date. Leave it empty or choose a day.",
                ),
            );
        }
        errors
    }

    /// From when on they do not work here; `None` if what was typed is no date.
    #[expect(clippy::option_option, reason = "no date is something else than a date that cannot be read")]
    pub(crate) fn left_at(&self) -> Option<Option<i64>> {
        if self.left.is_empty() {
            return Some(None);
        }
        let date: Date = self.left.parse().ok()?;
        sluis_core::calendar::start(date).map(Some)
    }

    /// Puts them into a person.
    pub(crate) fn fill(&self, person: &mut Person) {
        person.name.clone_from(&self.name);
        person.email = self.email.to_lowercase();
        person.department.clone_from(&self.department);
        person.relation =
            Relation::ALL.into_iter().find(|one| one.name() == self.relation).unwrap_or_default();
        person.language = if self.language == "en" { Language::En } else { Language::Nl };
        person.left_at = self.left_at().flatten();
        person.roles.clone_from(&self.roles);
    }

    /// The roles to choose from, for the page.
    pub(crate) fn offered(&self, language: Language) -> Vec<Offered> {
        let others = Role::ALL.into_iter().filter(|role| *role != Role::Employee);
        others
            .map(|role| {
                let (name, what) = words::role(role, language);
                Offered {
                    name: role.name(),
                    label: format!("{name}: {what}"),
                    ticked: self.roles.contains(&role),
                }
            })
            .collect()
    }

    /// The ways of working here, for the page.
    pub(crate) fn relations(language: Language) -> Vec<(&'static str, &'static str)> {
        Relation::ALL.into_iter().map(|one| (one.name(), words::relation(one, language))).collect()
    }
}

/// Whether the visitor may give roles away.
pub(crate) fn gives_roles(shown: &Shown) -> bool {
    shown.is(&[Role::Admin])
}

fn is_line(text: &str) -> bool {
    text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// Whether mail could go there. Only the outline is looked at: what is behind it only mail can tell.
pub(crate) fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"".contains(c);
    text.len() <= MAX_EMAIL
        && text.chars().all(plain)
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_mail_have_a_name_and_a_host() {
        for good in ["jo@voorbeeld.nl", "j.o+ai@sub.voorbeeld.nl", "jo@intern"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@voorbeeld.nl", "a".repeat(MAX_EMAIL));
        for bad in [
            "",
            "jo",
            "@voorbeeld.nl",
            "jo@",
            "j o@voorbeeld.nl",
            "jo@a@b",
            "Jo <jo@voorbeeld.nl>",
            "jo@.nl",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
