//! Names of attributes: whatever their case and however they are written, one spelling inside; and which of them are
//! returned.

use serde_json::{Map, Value};

use super::{ENTERPRISE, GROUP, USER};

/// The attributes that are kept or answered, by their one spelling.
const NAMES: [&str; 24] = [
    "schemas",
    "id",
    "externalId",
    "meta",
    "userName",
    "displayName",
    "name",
    "formatted",
    "familyName",
    "givenName",
    "emails",
    "value",
    "type",
    "primary",
    "preferredLanguage",
    "active",
    "groups",
    "department",
    "members",
    "display",
    "$ref",
    "created",
    "lastModified",
    ENTERPRISE,
];

/// Attributes that others have and that nobody needs here: they are passed over, and nothing of them is kept.
const NOT_KEPT: [&str; 24] = [
    "title",
    "nickName",
    "profileUrl",
    "userType",
    "locale",
    "timezone",
    "password",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509Certificates",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "manager",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "description",
    "owner",
];

/// The one spelling of a name.
fn spelling(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|one| one.eq_ignore_ascii_case(name))
}

/// Whether a path begins with an attribute that is passed over.
pub(super) fn is_passed_over(path: &str) -> bool {
    let name = strip(path).1;
    let name = name.split(['.', '[']).next().unwrap_or_default();
    let last = strip(path).1.rsplit('.').next().unwrap_or_default();
    let not_kept = |name: &str| NOT_KEPT.iter().any(|one| one.eq_ignore_ascii_case(name));
    not_kept(name) || name.eq_ignore_ascii_case("name") && not_kept(last)
}

/// A path without the schema in front, and whether that was the extension.
fn strip(path: &str) -> (bool, &str) {
    let behind = |schema: &str| {
        let start = path.get(..schema.len())?;
        start.eq_ignore_ascii_case(schema).then(|| &path[schema.len()..])
    };
    if let Some(rest) = behind(ENTERPRISE) {
        return (true, rest.trim_start_matches([':', '.']));
    }
    let rest = [USER, GROUP].into_iter().find_map(behind).and_then(|rest| rest.strip_prefix(':'));
    (false, rest.unwrap_or(path))
}

/// The parts of a path in their one spelling; `None` if there is no such attribute.
pub(super) fn path(text: &str) -> Option<Vec<String>> {
    let (extension, rest) = strip(text);
    let mut parts = Vec::new();
    if extension {
        parts.push(ENTERPRISE.to_owned());
    }
    if !rest.is_empty() {
        for part in rest.split('.') {
            parts.push(spelling(part)?.to_owned());
        }
    }
    (1..=3).contains(&parts.len()).then_some(parts)
}

/// The same with names in their one spelling and without what is empty. Unknown names stay as they are.
pub(super) fn normalise(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = Map::new();
            for (name, value) in map {
                if !value.is_null() {
                    let name = spelling(&name).map_or(name, str::to_owned);
                    out.insert(name, normalise(value));
                }
            }
            Value::Object(out)
        }
        Value::Array(all) => Value::Array(all.into_iter().map(normalise).collect()),
        other => other,
    }
}

/// Which attributes are asked for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) only: Vec<String>,
    pub(super) without: Vec<String>,
}

impl Wanted {
    /// The resource with only those. Identifier and schemas are always there.
    pub(super) fn of(&self, resource: Value) -> Value {
        let Value::Object(mut map) = resource else { return resource };
        let top = |names: &[String]| -> Vec<String> {
            names.iter().filter_map(|name| path(name.trim())?.into_iter().next()).collect()
        };
        let (only, without) = (top(&self.only), top(&self.without));
        map.retain(|name, _| {
            let always = matches!(name.as_str(), "id" | "schemas");
            let asked = self.only.is_empty() || only.iter().any(|one| one == name);
            always || asked && !without.iter().any(|one| one == name)
        });
        Value::Object(map)
    }
}
