//! People as the directory knows them. Taking one away, or making them inactive, is leaving: sessions end, keys stop, and
//! what they signed stays.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis_core::person::{Person, Relation, Role};
use sluis_ledger::Event;
use sluis_store::{DirectoryGroup, DirectoryPerson};

use super::problem::Problem;
use super::record::User;
use super::{Call, DIRECTORY, ENTERPRISE, USER, patch};
use crate::people::one::is_last_admin;
use crate::visitor;

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
        let user = User::sent(value, true)?;
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
        let user = User::sent(value, before.person.works_here(self.now))?;
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
        let mut gone = user.clone();
        gone.active = Some(false);
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
        let differs = before.row.is_none() || before.user()? != user;
        self.write(&before.person, &person).await?;
        if differs {
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

/// Whether somebody else has this name to sign in with, or this address.
fn is_taken(one: &Known, user: &User, email: &str, id: Option<&str>) -> bool {
    let is_other = id != Some(one.person.id.as_str());
    let same_name = || one.user().is_ok_and(|other| other.login.to_lowercase() == user.login.to_lowercase());
    is_other && (one.person.email == email || same_name())
}
