//! Filters (RFC 7644, section 3.4.2.2), as far as directories use them: comparisons with `eq`, presence with `pr`,
//! joined with `and`.

use serde_json::Value;

use super::problem::Problem;
use super::resource;

/// The most bytes of a filter, and the most comparisons in one.
const MAX_FILTER: usize = 2_000;
const MAX_TERMS: usize = 10;

/// Attributes whose case counts.
const EXACT: [&str; 2] = ["externalId", "id"];

/// All of these have to hold.
#[derive(Debug, PartialEq)]
pub(super) struct Filter(Vec<Term>);

#[derive(Debug, PartialEq)]
struct Term {
    path: Vec<String>,
    /// `None`: whether there is something.
    equals: Option<Value>,
}

impl Filter {
    /// Reads one.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_FILTER {
            return Err(Problem::FILTER);
        }
        let mut terms = Vec::new();
        let mut rest = text.trim();
        loop {
            let (path, after) = word(rest)?;
            let path = resource::path(path).ok_or(Problem::FILTER)?;
            let (operator, after) = word(after)?;
            let after = if operator.eq_ignore_ascii_case("pr") {
                terms.push(Term { path, equals: None });
                after
            } else if operator.eq_ignore_ascii_case("eq") {
                let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
                let value = values.next().and_then(Result::ok).ok_or(Problem::FILTER)?;
                let after = after.get(values.byte_offset()..).unwrap_or_default();
                if value.is_object() || value.is_array() {
                    return Err(Problem::FILTER);
                }
                terms.push(Term { path, equals: Some(value) });
                after
            } else {
                return Err(Problem::FILTER);
            };
            if after.trim().is_empty() {
                return Ok(Self(terms));
            }
            let (join, after) = word(after)?;
            if !join.eq_ignore_ascii_case("and") || terms.len() == MAX_TERMS {
                return Err(Problem::FILTER);
            }
            rest = after;
        }
    }

    /// Whether it holds for a resource, or a part of one.
    pub(super) fn holds(&self, resource: &Value) -> bool {
        self.0.iter().all(|term| {
            let exact = term.path.last().is_some_and(|name| EXACT.contains(&name.as_str()));
            found(resource, &term.path).into_iter().any(|value| match &term.equals {
                None => !value.is_null() && value.as_str() != Some(""),
                Some(wanted) => is_equal(value, wanted, exact),
            })
        })
    }

    /// What something has to say for the filter to hold: names and values.
    pub(super) fn implied(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().filter_map(|term| match (&term.path[..], &term.equals) {
            ([name], Some(value)) => Some((name.as_str(), value)),
            _ => None,
        })
    }
}

/// A word and what follows.
fn word(text: &str) -> Result<(&str, &str), Problem> {
    let text = text.trim_start();
    let end = text.find(' ').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:$".contains(c);
    if word.is_empty() || !word.chars().all(plain) { Err(Problem::FILTER) } else { Ok((word, rest)) }
}

/// The values at a path; of a list, those of all its elements.
fn found<'a>(value: &'a Value, path: &[String]) -> Vec<&'a Value> {
    match (value, path) {
        (Value::Array(all), _) => all.iter().flat_map(|one| found(one, path)).collect(),
        // A list of complex values stands for their `value`.
        (Value::Object(map), []) => map.get("value").or(Some(value)).into_iter().collect(),
        (_, []) => vec![value],
        (Value::Object(map), [first, rest @ ..]) => {
            map.get(first).map(|inside| found(inside, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn is_equal(value: &Value, wanted: &Value, exact: bool) -> bool {
    match (value, wanted) {
        (Value::String(one), Value::String(other)) if !exact => one.to_lowercase() == other.to_lowercase(),
        (Value::Bool(one), Value::String(other)) => other.eq_ignore_ascii_case(&one.to_string()),
        _ => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_of_directories_are_read() {
        let jo = json!({
            "userName": "Jo@A.example", "externalId": "Ab1", "active": true,
            "name": {"familyName": "De \"Wit\" and Co"},
            "emails": [{"type": "home", "value": "x@b.example"}, {"type": "work", "value": "jo@a.example"}],
        });
        for (text, holds) in [
            ("userName eq \"jo@a.example\"", true),
            ("username EQ \"JO@A.example\"", true),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"jo@a.example\"", true),
            ("userName eq \"jo\"", false),
            ("externalId eq \"Ab1\"", true),
            ("externalId eq \"ab1\"", false),
            ("active eq true", true),
            ("active eq \"False\"", false),
            ("name.familyName eq \"De \\\"Wit\\\" and Co\" and userName pr", true),
            ("emails.type eq \"work\"", true),
            ("emails eq \"x@b.example\"", true),
            ("displayName pr", false),
            ("externalId pr and active eq false", false),
        ] {
            assert_eq!(Filter::parse(text).unwrap().holds(&jo), holds, "{text}");
        }
    }

    #[test]
    fn other_filters_are_refused() {
        let many = ["userName pr"; MAX_TERMS + 1].join(" and ");
        let long = format!("userName eq \"{}\"", "a".repeat(MAX_FILTER));
        for text in [
            "",
            "userName",
            "userName eq",
            "userName eq jo",
            "userName co \"jo\"",
            "userName eq \"a\" or userName eq \"b\"",
            "not (userName pr)",
            "(userName pr)",
            "emails[type eq \"work\"]",
            "userName eq \"a\" userName pr",
            "userName eq {\"a\": 1}",
            "password eq \"x\"",
            "userName pr and",
            &many,
            &long,
        ] {
            assert_eq!(Filter::parse(text), Err(Problem::FILTER), "{text}");
        }
    }
}
