//! Changes to a part of a resource (RFC 7644, section 3.5.2), also in the spellings of directories that are not strict.

use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::problem::Problem;
use super::resource::{is_passed_over, normalise, path};

/// The most operations in a request.
const MAX_OPERATIONS: usize = 1_000;

/// Attributes with several values.
const LISTS: [&str; 2] = ["emails", "members"];

/// Attributes that only this node sets.
const OURS: [&str; 4] = ["id", "meta", "groups", "schemas"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
}

/// A place in a resource.
struct Place {
    /// The attribute, or the extension and the attribute.
    parts: Vec<String>,
    filter: Option<Filter>,
    /// Of each element that the filter finds, this part.
    inside: Option<String>,
}

/// Applies all operations of a request to a resource.
pub(super) fn apply(resource: &mut Value, request: &Value) -> Result<(), Problem> {
    let Value::Object(request) = request else { return Err(Problem::SYNTAX) };
    let field = |map: &Map<String, Value>, name: &str| {
        map.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let Some(Value::Array(operations)) = field(request, "Operations") else { return Err(Problem::SYNTAX) };
    if operations.len() > MAX_OPERATIONS {
        return Err(Problem::TOO_LARGE);
    }
    for operation in &operations {
        let Value::Object(operation) = operation else { return Err(Problem::SYNTAX) };
        let kind = field(operation, "op");
        let kind = match kind.as_ref().and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("add") => Kind::Add,
            Some("replace") => Kind::Replace,
            Some("remove") => Kind::Remove,
            _ => return Err(Problem::SYNTAX),
        };
        let value = normalise(field(operation, "value").unwrap_or_default());
        match field(operation, "path") {
            Some(Value::String(at)) => one(resource, kind, &at, value)?,
            Some(_) => return Err(Problem::PATH),
            None if kind == Kind::Remove => return Err(Problem::NO_TARGET),
            None => {
                let Value::Object(all) = value else { return Err(Problem::VALUE) };
                for (at, value) in all {
                    // What a whole resource brings along and nobody can set is passed over.
                    if !OURS.contains(&at.as_str()) {
                        one(resource, kind, &at, value)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn one(resource: &mut Value, kind: Kind, at: &str, value: Value) -> Result<(), Problem> {
    if is_passed_over(at) {
        return Ok(());
    }
    let place = Place::parse(at)?;
    if OURS.contains(&place.parts[0].as_str()) {
        return Err(Problem::READ_ONLY);
    }
    let (name, way) = place.parts.split_last().ok_or(Problem::PATH)?;
    if LISTS.contains(&place.parts[0].as_str()) {
        let list =
            resource.as_object_mut().ok_or(Problem::SYNTAX)?.entry(&place.parts[0]).or_insert(json!([]));
        let list = list.as_array_mut().ok_or(Problem::VALUE)?;
        return match (&place.filter, place.parts.len()) {
            (None, 1) => whole(list, kind, value),
            (filter, _) => {
                let inside = place.inside.as_ref().or((place.parts.len() > 1).then_some(name));
                elements(list, kind, filter.as_ref(), inside, &value)
            }
        };
    }
    if place.filter.is_some() {
        return Err(Problem::PATH);
    }
    let mut holder = resource;
    for part in way {
        holder = holder.as_object_mut().ok_or(Problem::VALUE)?.entry(part).or_insert(json!({}));
    }
    let holder = holder.as_object_mut().ok_or(Problem::VALUE)?;
    if kind == Kind::Remove || value.is_null() {
        holder.remove(name);
    } else if let (Some(Value::Object(before)), Value::Object(new)) = (holder.get_mut(name), &value) {
        before.extend(new.clone());
    } else {
        holder.insert(name.clone(), value);
    }
    Ok(())
}

/// Adds to, replaces or empties a list.
fn whole(list: &mut Vec<Value>, kind: Kind, value: Value) -> Result<(), Problem> {
    let new = match value {
        Value::Array(all) => all,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    if !new.iter().all(Value::is_object) {
        return Err(Problem::VALUE);
    }
    let is_same = |one: &Value, other: &Value| one["value"] == other["value"];
    match kind {
        Kind::Replace => *list = new,
        // Some directories say in the value which ones they mean.
        Kind::Remove if !new.is_empty() => list.retain(|one| !new.iter().any(|gone| is_same(one, gone))),
        Kind::Remove => list.clear(),
        Kind::Add => {
            if new.iter().any(|one| one["primary"] == true) {
                for one in &mut *list {
                    if one["primary"] == true {
                        one["primary"] = false.into();
                    }
                }
            }
            list.retain(|one| !new.iter().any(|other| is_same(one, other)));
            list.extend(new);
        }
    }
    Ok(())
}

/// Changes the elements of a list that a filter finds, or a part of each.
fn elements(
    list: &mut Vec<Value>,
    kind: Kind,
    filter: Option<&Filter>,
    inside: Option<&String>,
    value: &Value,
) -> Result<(), Problem> {
    let holds = |one: &Value| filter.is_none_or(|filter| filter.holds(one));
    if kind == Kind::Remove && inside.is_none() {
        list.retain(|one| !holds(one));
        return Ok(());
    }
    // Some directories replace what is not there yet.
    if kind != Kind::Remove && !list.iter().any(holds) {
        let mut one = Map::new();
        for (name, value) in filter.iter().flat_map(|filter| filter.implied()) {
            one.insert(name.to_owned(), value.clone());
        }
        list.push(Value::Object(one));
    }
    for one in list.iter_mut().filter(|one| holds(one)) {
        let one = one.as_object_mut().ok_or(Problem::VALUE)?;
        match (kind, inside, value) {
            (Kind::Remove, Some(name), _) => {
                one.remove(name);
            }
            (_, Some(name), value) => {
                one.insert(name.clone(), value.clone());
            }
            (_, None, Value::Object(new)) => one.extend(new.clone()),
            _ => return Err(Problem::VALUE),
        }
    }
    Ok(())
}

impl Place {
    fn parse(text: &str) -> Result<Self, Problem> {
        let Some((attribute, rest)) = text.split_once('[') else {
            let parts = path(text).ok_or(Problem::PATH)?;
            return Ok(Self { parts, filter: None, inside: None });
        };
        let (filter, rest) = rest.rsplit_once(']').ok_or(Problem::PATH)?;
        let inside = match rest.strip_prefix('.') {
            Some(name) => path(name).ok_or(Problem::PATH)?.pop(),
            None if rest.is_empty() => None,
            None => return Err(Problem::PATH),
        };
        let parts = path(attribute).filter(|parts| parts.len() == 1).ok_or(Problem::PATH)?;
        Ok(Self { parts, filter: Some(Filter::parse(filter)?), inside })
    }
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
