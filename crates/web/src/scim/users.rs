//! People as the directory knows them. Taking one away, or making them inactive, is leaving: sessions end, keys stop, and
//! what they signed stays.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;
use sluis_ledger::Event;
use sluis_store::{DirectoryGroup, DirectoryPerson};

use super::problem::Problem;
use super::resource::normalise;
use super::{Call, DIRECTORY, ENTERPRISE, USER, patch};
use crate::people::details::{MAX_NAME, is_email};
use crate::people::one::is_last_admin;
use crate::visitor;

/// The most characters of a text of the directory, and the most addresses of somebody.
const MAX_TEXT: usize = 256;
const MAX_EMAILS: usize = 10;

/// What the directory says of somebody, as far as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct User {
    user_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Name::is_empty")]
    name: Name,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emails: Vec<Email>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_language: Option<String>,
    #[serde(deserialize_with = "truth", skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    #[serde(skip_serializing_if = "Work::is_empty")]
    work: Work,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Name {
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
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
    /// From what was sent, with all limits.
    fn read(value: Value) -> Result<Self, Problem> {
        // A list would be read as the fields in their order.
        if !value.is_object() {
            return Err(Problem::VALUE);
        }
        let user: Self = serde_json::from_value(normalise(value)).map_err(|_| Problem::VALUE)?;
        let Name { formatted, family_name, given_name } = &user.name;
        let optional = [
            &user.external_id,
            &user.display_name,
            formatted,
            family_name,
            given_name,
            &user.preferred_language,
            &user.work.department,
        ];
        let texts = optional.into_iter().flatten().chain([&user.user_name]);
        let emails = user.emails.iter().flat_map(|email| [Some(&email.value), email.kind.as_ref()]);
        let is_line = |text: &String| text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control);
        if user.user_name.trim().is_empty()
            || user.emails.len() > MAX_EMAILS
            || !texts.chain(emails.flatten()).all(is_line)
        {
            return Err(Problem::VALUE);
        }
        Ok(user)
    }

    /// For somebody of whom the directory has said nothing yet.
    fn of(person: &Person) -> Self {
        let department = Some(person.department.clone()).filter(|text| !text.is_empty());
        Self {
            user_name: person.email.clone(),
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
    fn email(&self) -> &str {
        let of = |wanted: &dyn Fn(&Email) -> bool| {
            self.emails.iter().find(|email| wanted(email) && is_email(&email.value))
        };
        if is_email(&self.user_name) {
            return &self.user_name;
        }
        let email = of(&|email| email.primary == Some(true))
            .or_else(|| of(&|email| email.kind.as_deref() == Some("work")))
            .or_else(|| of(&|_| true));
        email.map_or(&self.user_name, |email| &email.value)
    }

    fn full_name(&self) -> String {
        let Name { formatted, family_name, given_name } = &self.name;
        let both = [given_name.as_deref(), family_name.as_deref()];
        let both = both.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let given = self.display_name.as_ref().or(formatted.as_ref()).filter(|name| !name.trim().is_empty());
        let name = given.cloned().or(Some(both).filter(|name| !name.is_empty()));
        name.unwrap_or_else(|| self.user_name.clone()).trim().chars().take(MAX_NAME).collect()
    }

    /// Puts it into a person.
    fn fill(&self, person: &mut Person, now: i64) {
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

/// Somebody, and what the directory said of them.
pub(super) struct Known {
    pub(super) person: Person,
    row: Option<DirectoryPerson>,
}

impl Known {
    fn user(&self) -> Result<User, Problem> {
        match &self.row {
            Some(row) => serde_json::from_str(&row.record).map_err(|_| Problem::BUSY),
            None => Ok(User::of(&self.person)),
        }
    }

    fn is_gone(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.deleted_at.is_some())
    }
}

impl Call<'_> {
    pub(super) async fn users(&self) -> Result<Vec<Value>, Problem> {
        let groups = self.web.store.directory_groups().await?;
        let known = self.known().await?;
        known.iter().filter(|one| !one.is_gone()).map(|one| self.shown(one, &groups)).collect()
    }

    pub(super) async fn user(&self, id: &str) -> Result<Value, Problem> {
        let groups = self.web.store.directory_groups().await?;
        self.shown(&self.one(id).await?, &groups)
    }

    pub(super) async fn create_user(&self, value: Value) -> Result<Value, Problem> {
        let user = User { active: Some(true), ..User::default() }.overlaid(value)?;
        let known = self.known().await?;
        let email = user.email().trim().to_lowercase();
        let (mut person, revision) = match known.iter().find(|one| is_taken(one, &user, &email, None)) {
            // Taken away before and now back. Another account with the same address is somebody else.
            Some(before) if before.is_gone() && before.user()?.external_id == user.external_id => {
                (before.person.clone(), before.row.as_ref().map_or(0, |row| row.revision))
            }
            Some(_) => return Err(Problem::TAKEN),
            None => (self.blank(), 0),
        };
        let is_new = revision == 0;
        user.fill(&mut person, self.now);
        if is_new {
            self.web.store.insert_person(&person).await?;
        } else {
            self.web.store.update_person(&person).await?;
        }
        let event = if is_new { Event::PersonAdded } else { Event::PersonChanged };
        visitor::record(self.web, event, &person.id, DIRECTORY).await?;
        self.keep(&person.id, &user, revision, None).await?;
        self.user(&person.id).await
    }

    pub(super) async fn replace_user(&self, id: &str, value: Value) -> Result<Value, Problem> {
        let before = self.one(id).await?;
        let active = Some(before.person.works_here(self.now));
        let user = User { active, ..User::default() }.overlaid(value)?;
        self.change(before, user).await
    }

    pub(super) async fn patch_user(&self, id: &str, request: &Value) -> Result<Value, Problem> {
        let before = self.one(id).await?;
        let mut value = self.said(&before)?;
        patch::apply(&mut value, request)?;
        let user = User::read(value)?;
        self.change(before, user).await
    }

    pub(super) async fn delete_user(&self, id: &str) -> Result<Value, Problem> {
        let before = self.one(id).await?;
        let user = before.user()?;
        let gone = User { active: Some(false), ..user.clone() };
        let revision = before.row.as_ref().map_or(0, |row| row.revision);
        let mut person = before.person.clone();
        gone.fill(&mut person, self.now);
        self.write(&before.person, &person).await?;
        for group in self.web.store.directory_groups().await? {
            if group.members.contains(id) {
                let members = group.members.iter().filter(|member| *member != id).cloned().collect();
                self.keep_group(DirectoryGroup { members, ..group }).await?;
            }
        }
        self.regroup(&BTreeSet::from([id.to_owned()])).await?;
        self.keep(id, &user, revision, Some(self.now)).await?;
        Ok(Value::Null)
    }

    /// Everybody, the oldest first.
    async fn known(&self) -> Result<Vec<Known>, Problem> {
        let mut rows: std::collections::HashMap<String, DirectoryPerson> = self
            .web
            .store
            .directory_people()
            .await?
            .into_iter()
            .map(|row| (row.person.clone(), row))
            .collect();
        let people = self.web.store.people().await?;
        Ok(people.into_iter().map(|person| Known { row: rows.remove(&person.id), person }).collect())
    }

    /// Somebody whom the directory can see.
    pub(super) async fn one(&self, id: &str) -> Result<Known, Problem> {
        let person = self.web.store.person(id).await?.ok_or(Problem::NOT_FOUND)?;
        let known = Known { row: self.web.store.directory_person(id).await?, person };
        if known.is_gone() { Err(Problem::NOT_FOUND) } else { Ok(known) }
    }

    async fn change(&self, before: Known, user: User) -> Result<Value, Problem> {
        let email = user.email().trim().to_lowercase();
        let id = before.person.id.clone();
        if self.known().await?.iter().any(|one| is_taken(one, &user, &email, Some(&id))) {
            return Err(Problem::TAKEN);
        }
        let mut person = before.person.clone();
        user.fill(&mut person, self.now);
        let is_new = before.row.is_none() || before.user()? != user;
        self.write(&before.person, &person).await?;
        if is_new {
            self.keep(&id, &user, before.row.map_or(0, |row| row.revision), None).await?;
        }
        self.user(&id).await
    }

    /// Keeps a person, if something changed, and ends what ends with leaving.
    async fn write(&self, before: &Person, after: &Person) -> Result<(), Problem> {
        if before == after {
            return Ok(());
        }
        let leaves = before.works_here(self.now) && !after.works_here(self.now);
        if leaves && before.is(&[Role::Admin]) && is_last_admin(self.web, &before.id).await? {
            return Err(Problem::LAST);
        }
        if !self.web.store.update_person(after).await? {
            return Err(Problem::NOT_FOUND);
        }
        if leaves {
            self.web.store.end_sessions_of(&after.id).await?;
        }
        visitor::record(self.web, Event::PersonChanged, &after.id, DIRECTORY).await?;
        Ok(())
    }

    async fn keep(
        &self,
        person: &str,
        user: &User,
        revision: i64,
        deleted_at: Option<i64>,
    ) -> Result<(), Problem> {
        let row = DirectoryPerson {
            person: person.to_owned(),
            record: serde_json::to_string(user).map_err(|_| Problem::BUSY)?,
            revision: revision + 1,
            changed_at: self.now,
            deleted_at,
        };
        if self.web.store.keep_directory_person(&row).await? { Ok(()) } else { Err(Problem::BUSY) }
    }

    /// Gives and takes the roles that the groups of these people give. The last administrator stays one.
    pub(super) async fn regroup(&self, people: &BTreeSet<String>) -> Result<(), Problem> {
        if self.web.sign_in.groups.is_empty() {
            return Ok(());
        }
        let groups = self.web.store.directory_groups().await?;
        for id in people {
            let Some(before) = self.web.store.person(id).await? else { continue };
            let of = groups.iter().filter(|group| group.members.contains(id));
            let names = of.flat_map(|group| [Some(group.name.as_str()), group.external.as_deref()]);
            let given = self.web.sign_in.roles(names.flatten());
            let mut roles = self.web.sign_in.regrouped(&before.roles, &given);
            let loses = before.is(&[Role::Admin]) && !roles.contains(&Role::Admin);
            if loses && is_last_admin(self.web, id).await? {
                roles.insert(Role::Admin);
            }
            let after = Person { roles, ..before.clone() };
            self.write(&before, &after).await?;
        }
        Ok(())
    }

    fn blank(&self) -> Person {
        Person {
            id: visitor::identifier(self.web),
            name: String::new(),
            email: String::new(),
            roles: BTreeSet::from([Role::Employee]),
            relation: Relation::default(),
            department: String::new(),
            language: self.web.language,
            created_at: self.now,
            left_at: None,
        }
    }

    /// What the directory said. Whether somebody is active is looked up; if it took that word back, nothing is said.
    fn said(&self, known: &Known) -> Result<Value, Problem> {
        let mut user = known.user()?;
        user.active = user.active.map(|_| known.person.works_here(self.now));
        serde_json::to_value(user).map_err(|_| Problem::BUSY)
    }

    fn shown(&self, known: &Known, groups: &[DirectoryGroup]) -> Result<Value, Problem> {
        let person = &known.person;
        let mut value = self.said(known)?;
        let mut schemas = vec![USER];
        if value.get(ENTERPRISE).is_some() {
            schemas.push(ENTERPRISE);
        }
        value["schemas"] = json!(schemas);
        value["id"] = person.id.clone().into();
        let of = groups.iter().filter(|group| group.members.contains(&person.id));
        let of: Vec<Value> = of
            .map(|group| {
                json!({"value": group.id, "display": group.name, "$ref": self.location("Groups", &group.id)})
            })
            .collect();
        if !of.is_empty() {
            value["groups"] = of.into();
        }
        let changed = known.row.as_ref().map_or(person.created_at, |row| row.changed_at);
        value["meta"] = self.meta("User", &person.id, person.created_at, changed);
        Ok(value)
    }
}

impl User {
    /// What was sent; what it does not say stays as it is here.
    fn overlaid(self, value: Value) -> Result<Self, Problem> {
        let user = Self::read(value)?;
        Ok(Self { active: user.active.or(self.active), ..user })
    }
}

/// Whether somebody else has this name to sign in with, or this address.
fn is_taken(one: &Known, user: &User, email: &str, id: Option<&str>) -> bool {
    let is_other = id != Some(one.person.id.as_str());
    let same_name =
        || one.user().is_ok_and(|other| other.user_name.to_lowercase() == user.user_name.to_lowercase());
    is_other && (one.person.email == email || same_name())
}
