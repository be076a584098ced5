//! Forms as they come in, and what is wrong with them.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::civil::Date;

use crate::error::Failure;

/// The most bytes of a form.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// The most bytes of a form that carries long texts: 50,000 characters to look at or to ask about, urlencoded, all
/// confidential words of an organisation, or all answers about a tool.
pub(crate) const MAX_TEXT_BODY: usize = 512 * 1024;

/// The most bytes of a form that carries a turn of a conversation, or all of them.
pub(crate) const MAX_TURN_BODY: usize = 3 << 20;

/// Where such forms stand.
const TEXTS: [&str; 4] = ["/controleer", "/vraag", "/beleid/bewerken", "/toepassingen/"];

/// The most fields in a form.
const MAX_FIELDS: usize = 1_000;

/// The most bytes of a form at this address.
pub(crate) fn max_body(path: &str) -> usize {
    if path == "/vraag/bekijk" || (path.starts_with("/vraag/") && path.ends_with("/beurt")) {
        return MAX_TURN_BODY;
    }
    if TEXTS.iter().any(|start| path.starts_with(start)) { MAX_TEXT_BODY } else { MAX_BODY }
}

/// A form that was sent in, after [`crate::cross_site`] found that it comes from this site.
#[derive(Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads an urlencoded body; `None` if it has too many fields.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields.len() == MAX_FIELDS {
                return None;
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Some(Self { fields })
    }

    /// The first value of this name as it was typed; empty if there is none. For passwords and long texts.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The first value of this name without the space around it; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value of this name without the space around it, its lines ended as everywhere but in forms.
    pub(crate) fn lines(&self, name: &str) -> String {
        self.text(name).replace("\r\n", "\n")
    }

    /// [`Form::text`] if it is no longer than this many characters and has no control characters; otherwise `None`.
    pub(crate) fn line(&self, name: &str, most: usize) -> Option<&str> {
        let text = self.text(name);
        (text.chars().count() <= most && !text.chars().any(char::is_control)).then_some(text)
    }

    /// All values of this name, as they were typed.
    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.fields.iter().filter(move |(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a field of this name: a box that was ticked, a button that was pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(one, _)| one == name)
    }

    /// The value of this name as a number, a date or whatever else can be read.
    pub(crate) fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Failure;

    // Without an await there is no future worth the name, but the trait wants one.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.remove::<Self>().ok_or(Failure::Unreadable)
    }
}

/// A day, as browsers send it or as people write it.
pub(crate) fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).map(str::trim).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        [day, month, year] if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        _ => None,
    }
}

/// What is wrong with a form: the id of a field, and what to do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Errors(pub(crate) Vec<(String, String)>);

impl Errors {
    /// One more. The field is the `id` of its input, where the link in the summary goes.
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// Whether there is one.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// What is wrong with this field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(one, _)| one == field).map(|(_, message)| message.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_browsers_and_people_write_them() {
        let second = jiff::civil::date(2026, 11, 2);
        for good in ["2026-11-02", "02-11-2026", "2-11-2026", "2/11/2026", "2 / 11 / 2026"] {
            assert_eq!(day(good), Some(second), "{good}");
        }
        for bad in ["", "2026", "31-02-2026", "2-11-26", "morgen", "2026-13-01", "2026-11-21T10:00"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_form_is_read_by_name_and_trimmed() {
        let form = Form::parse(b"naam=+Jo+&rol=a&rol=b&wachtwoord=+x+&n=7").unwrap();
        assert_eq!(form.text("naam"), "Jo");
        assert_eq!(form.raw("wachtwoord"), " x ");
        assert_eq!(form.all("rol").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.read::<i64>("n"), Some(7));
        assert_eq!(form.read::<i64>("naam"), None);
        assert_eq!(form.text("niets"), "");
        assert!(form.has("rol") && !form.has("niets"));
    }

    #[test]
    fn limits_hold() {
        let form = Form::parse("naam=ééé&regel=a%0Ab".as_bytes()).unwrap();
        assert_eq!(form.line("naam", 3), Some("ééé"));
        assert_eq!(form.line("naam", 2), None);
        assert_eq!(form.line("regel", 9), None);
        assert!(Form::parse("a=1&".repeat(MAX_FIELDS).as_bytes()).is_some());
        assert!(Form::parse("a=1&".repeat(MAX_FIELDS + 1).as_bytes()).is_none());
        assert_eq!((max_body("/aanmelden"), max_body("/controleer")), (MAX_BODY, MAX_TEXT_BODY));
        assert_eq!((max_body("/vraag/x/beurt"), max_body("/x/beurt")), (MAX_TURN_BODY, MAX_BODY));
    }
}
