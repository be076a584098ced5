//! Groups of the directory. The settings say which of them give roles.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};
use sluis_store::DirectoryGroup;

use super::problem::Problem;
use super::resource::normalise;
use super::{Call, GROUP, patch};
use crate::visitor;

/// The most characters of a name, the most members of a group, and the most groups.
const MAX_TEXT: usize = 256;
const MAX_MEMBERS: usize = 20_000;
const MAX_GROUPS: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    display_name: String,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    value: String,
}

impl Group {
    fn read(value: Value) -> Result<Self, Problem> {
        if !value.is_object() {
            return Err(Problem::VALUE);
        }
        let group: Self = serde_json::from_value(normalise(value)).map_err(|_| Problem::VALUE)?;
        let is_line = |text: &String| text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control);
        let texts = group.external_id.iter().chain([&group.display_name]);
        if group.display_name.trim().is_empty()
            || group.members.len() > MAX_MEMBERS
            || !texts.into_iter().all(is_line)
        {
            return Err(Problem::VALUE);
        }
        Ok(group)
    }
}

impl Call<'_> {
    pub(super) async fn groups(&self) -> Result<Vec<Value>, Problem> {
        let groups = self.web.store.directory_groups().await?;
        Ok(groups.iter().map(|group| self.shown_group(group)).collect())
    }

    pub(super) async fn group(&self, id: &str) -> Result<Value, Problem> {
        Ok(self.shown_group(&self.one_group(id).await?))
    }

    pub(super) async fn create_group(&self, value: Value) -> Result<Value, Problem> {
        let group = Group::read(value)?;
        if self.web.store.directory_groups().await?.len() >= MAX_GROUPS {
            return Err(Problem::TOO_LARGE);
        }
        let group = DirectoryGroup {
            id: visitor::identifier(self.web),
            members: self.members(&group, &BTreeSet::new()).await?,
            name: group.display_name,
            external: group.external_id,
            revision: 1,
            created_at: self.now,
            changed_at: self.now,
        };
        self.web.store.insert_directory_group(&group).await?;
        self.regroup(&group.members).await?;
        Ok(self.shown_group(&group))
    }

    pub(super) async fn replace_group(&self, id: &str, value: Value) -> Result<Value, Problem> {
        let before = self.one_group(id).await?;
        self.change_group(before, Group::read(value)?).await
    }

    pub(super) async fn patch_group(&self, id: &str, request: &Value) -> Result<Value, Problem> {
        let before = self.one_group(id).await?;
        let mut value = self.shown_group(&before);
        patch::apply(&mut value, request)?;
        self.change_group(before, Group::read(value)?).await
    }

    pub(super) async fn delete_group(&self, id: &str) -> Result<Value, Problem> {
        let before = self.one_group(id).await?;
        if !self.web.store.delete_directory_group(id).await? {
            return Err(Problem::NOT_FOUND);
        }
        self.regroup(&before.members).await?;
        Ok(Value::Null)
    }

    async fn one_group(&self, id: &str) -> Result<DirectoryGroup, Problem> {
        let groups = self.web.store.directory_groups().await?;
        groups.into_iter().find(|group| group.id == id).ok_or(Problem::NOT_FOUND)
    }

    async fn change_group(&self, before: DirectoryGroup, group: Group) -> Result<Value, Problem> {
        let members = self.members(&group, &before.members).await?;
        let renamed = before.name != group.display_name || before.external != group.external_id;
        let touched: BTreeSet<String> = if renamed {
            before.members.union(&members).cloned().collect()
        } else {
            before.members.symmetric_difference(&members).cloned().collect()
        };
        if !renamed && touched.is_empty() {
            return Ok(self.shown_group(&before));
        }
        let after =
            DirectoryGroup { name: group.display_name, external: group.external_id, members, ..before };
        let after = self.keep_group(after).await?;
        self.regroup(&touched).await?;
        Ok(self.shown_group(&after))
    }

    /// Keeps a group as it is now.
    pub(super) async fn keep_group(&self, group: DirectoryGroup) -> Result<DirectoryGroup, Problem> {
        let group = DirectoryGroup { revision: group.revision + 1, changed_at: self.now, ..group };
        if self.web.store.update_directory_group(&group).await? { Ok(group) } else { Err(Problem::BUSY) }
    }

    /// The members, of whom those that are new have to be known.
    async fn members(&self, group: &Group, before: &BTreeSet<String>) -> Result<BTreeSet<String>, Problem> {
        let members: BTreeSet<String> = group.members.iter().map(|member| member.value.clone()).collect();
        for id in members.difference(before) {
            if self.one(id).await.is_err_and(|problem| problem == Problem::NOT_FOUND) {
                return Err(Problem::MEMBER);
            }
        }
        Ok(members)
    }

    fn shown_group(&self, group: &DirectoryGroup) -> Value {
        let member = |id: &String| json!({"value": id, "type": "User", "$ref": self.location("Users", id)});
        let mut value = json!({
            "schemas": [GROUP],
            "id": group.id,
            "displayName": group.name,
            "meta": self.meta("Group", &group.id, group.created_at, group.changed_at),
        });
        if let Some(external) = &group.external {
            value["externalId"] = external.clone().into();
        }
        if !group.members.is_empty() {
            value["members"] = group.members.iter().map(member).collect();
        }
        value
    }
}
