//! What the directory says of somebody, as far as it is kept, and what that makes of a person.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use sluis_core::person::Person;
use sluis_core::verdict::Language;

use super::problem::Problem;
use super::resource::normalise;
use crate::people::details::{MAX_NAME, is_email};

/// The most characters of a text of the directory, and the most addresses of somebody.
const MAX_TEXT: usize = 256;
const MAX_EMAILS: usize = 10;

/// What the directory says of somebody, as far as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct User {
    #[serde(rename = "userName")]
    pub(super) login: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Name::is_empty")]
    name: Name,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emails: Vec<Email>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_language: Option<String>,
    #[serde(deserialize_with = "truth", skip_serializing_if = "Option::is_none")]
    pub(super) active: Option<bool>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    #[serde(skip_serializing_if = "Work::is_empty")]
    work: Work,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Name {
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<String>,
    #[serde(rename = "familyName", skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    #[serde(rename = "givenName", skip_serializing_if = "Option::is_none")]
    given: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Email {
    value: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(deserialize_with = "truth", skip_serializing_if = "Option::is_none")]
    primary: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Work {
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
}

/// Yes or no, also from directories that write it as text.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        Value::Bool(truth) => Ok(Some(truth)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("neither true nor false")),
    }
}

impl Name {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Work {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl User {
    /// What was sent; who is neither active nor not is as given here.
    pub(super) fn sent(value: Value, active: bool) -> Result<Self, Problem> {
        let user = Self::read(value)?;
        Ok(Self { active: user.active.or(Some(active)), ..user })
    }

    /// From what was sent, with all limits.
    pub(super) fn read(value: Value) -> Result<Self, Problem> {
        // A list would be read as the fields in their order.
        if !value.is_object() {
            return Err(Problem::VALUE);
        }
        let user: Self = serde_json::from_value(normalise(value)).map_err(|_| Problem::VALUE)?;
        let Name { formatted, family, given } = &user.name;
        let optional = [
            &user.external_id,
            &user.display_name,
            formatted,
            family,
            given,
            &user.preferred_language,
            &user.work.department,
        ];
        let texts = optional.into_iter().flatten().chain([&user.login]);
        let emails = user.emails.iter().flat_map(|email| [Some(&email.value), email.kind.as_ref()]);
        let is_line = |text: &String| text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control);
        if user.login.trim().is_empty()
            || user.emails.len() > MAX_EMAILS
            || !texts.chain(emails.flatten()).all(is_line)
        {
            return Err(Problem::VALUE);
        }
        Ok(user)
    }

    /// For somebody of whom the directory has said nothing yet.
    pub(super) fn of(person: &Person) -> Self {
        let department = Some(person.department.clone()).filter(|text| !text.is_empty());
        Self {
            login: person.email.clone(),
            display_name: Some(person.name.clone()),
            emails: vec![Email {
                value: person.email.clone(),
                kind: Some("work".into()),
                primary: Some(true),
            }],
            active: Some(true),
            work: Work { department },
            ..Self::default()
        }
    }

    /// The address that belongs to the person: the name to sign in with if it is one.
    pub(super) fn email(&self) -> &str {
        let of = |wanted: &dyn Fn(&Email) -> bool| {
            self.emails.iter().find(|email| wanted(email) && is_email(&email.value))
        };
        if is_email(&self.login) {
            return &self.login;
        }
        let email = of(&|email| email.primary == Some(true))
            .or_else(|| of(&|email| email.kind.as_deref() == Some("work")))
            .or_else(|| of(&|_| true));
        email.map_or(&self.login, |email| &email.value)
    }

    fn full_name(&self) -> String {
        let Name { formatted, family, given } = &self.name;
        let both = [given.as_deref(), family.as_deref()];
        let both = both.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let shown = self.display_name.as_ref().or(formatted.as_ref()).filter(|name| !name.trim().is_empty());
        let name = shown.cloned().or(Some(both).filter(|name| !name.is_empty()));
        name.unwrap_or_else(|| self.login.clone()).trim().chars().take(MAX_NAME).collect()
    }

    /// Puts it into a person.
    pub(super) fn fill(&self, person: &mut Person, now: i64) {
        person.name = self.full_name();
        person.email = self.email().trim().to_lowercase();
        person.department =
            self.work.department.iter().flat_map(|text| text.chars()).take(MAX_NAME).collect();
        match self.preferred_language.as_deref().and_then(|tag| tag.get(..2)) {
            Some(tag) if tag.eq_ignore_ascii_case("nl") => person.language = Language::Nl,
            Some(tag) if tag.eq_ignore_ascii_case("en") => person.language = Language::En,
            _ => {}
        }
        let works_here = person.works_here(now);
        match self.active {
            Some(false) if works_here => person.left_at = Some(now),
            Some(true) if !works_here => person.left_at = None,
            _ => {}
        }
    }
}
