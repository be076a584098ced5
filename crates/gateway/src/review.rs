//! Looking before it goes: what was found in a request is shown to the person, who can mask more or let go of a false alarm,
//! and the request is decided on again with those choices.
//!
//! Letting go takes a receipt: it says that this very text was shown to this very person a moment ago.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use sluis_core::choice::{self, Applied, Choices, HAND, Mask};
use sluis_core::mask::replacements;
use sluis_core::policy::{Policy, Tool};
use sluis_core::pseudonym::{Codebook, Full};
use sluis_core::verdict::Verdict;
use sluis_detect::{Finding, Kind, Segment, reason};
use sluis_ledger::hex;

use crate::problem::Problem;

/// Asks to see what was found before anything is sent: `1` stops a request in which something was found, `always` stops
/// every one.
pub const REVIEW_HEADER: &str = "x-sluis-review";

/// The field of a body with the choices and the receipt. It never leaves.
pub const FIELD: &str = "sluis";

/// How long a receipt counts, in microseconds: ten minutes.
const COUNTS_US: i64 = 600_000_000;

/// The longest receipt that is looked at, in bytes.
const MAX_RECEIPT: usize = 128;

/// When a request stops to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It does not.
    Never,
    /// When something was found and no receipt says that it was seen.
    Found,
    /// In any case.
    Always,
}

/// What a request says about its review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// When to stop.
    pub stop: Stop,
    /// What the person decided.
    pub choices: Choices,
    /// From an earlier review.
    pub receipt: Option<String>,
}

/// Takes the wish out of a request.
///
/// # Errors
/// `Option` when the field is not what it should be, or too long.
pub fn take(headers: &HeaderMap, body: &mut Value) -> Result<Wish, Problem> {
    let stop = match headers.get(REVIEW_HEADER).map(axum::http::HeaderValue::as_bytes) {
        None => Stop::Never,
        Some(b"1") => Stop::Found,
        Some(b"always") => Stop::Always,
        Some(_) => return Err(Problem::Option(REVIEW_HEADER)),
    };
    let field = body.as_object_mut().and_then(|fields| fields.remove(FIELD));
    let (choices, receipt) = match field {
        None => (Choices::default(), None),
        Some(field) => read(&field).ok_or(Problem::Option(FIELD))?,
    };
    Ok(Wish { stop, choices, receipt })
}

/// Choices and receipt as a client writes them; `None` if this is something else.
fn read(field: &Value) -> Option<(Choices, Option<String>)> {
    let fields = field.as_object()?;
    if fields.keys().any(|name| !["mask", "release", "receipt"].contains(&name.as_str())) {
        return None;
    }
    let list = |name: &str| match fields.get(name) {
        None => Some(&[][..]),
        Some(list) => list.as_array().map(Vec::as_slice),
    };
    let mask = |one: &Value| {
        let person = match one.get("kind").and_then(Value::as_str)? {
            "person" => true,
            "other" => false,
            _ => return None,
        };
        Some(Mask { text: one.get("text")?.as_str()?.to_owned(), person })
    };
    let choices = Choices {
        mask: list("mask")?.iter().map(mask).collect::<Option<_>>()?,
        release: list("release")?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?,
    };
    let receipt = match fields.get("receipt") {
        None | Some(Value::Null) => None,
        Some(receipt) => Some(receipt.as_str().filter(|text| text.len() <= MAX_RECEIPT)?.to_owned()),
    };
    choices.is_sound().then_some((choices, receipt))
}

/// The wish of a request, with what its receipt has to fit.
#[derive(Debug, Clone)]
pub struct Review {
    wish: Wish,
    key: hmac::Key,
    principal: String,
    tool: String,
    policy: String,
    now: i64,
}

impl Review {
    /// Of this person or program, on the way to this tool under this policy, at this moment (Unix microseconds).
    #[must_use]
    pub fn new(wish: Wish, key: &hmac::Key, principal: &str, tool: &Tool, policy: &Policy, now: i64) -> Self {
        Self {
            wish,
            key: key.clone(),
            principal: principal.to_owned(),
            tool: tool.name.clone(),
            policy: policy.version.clone(),
            now,
        }
    }

    /// What the person decided.
    #[must_use]
    pub fn choices(&self) -> &Choices {
        &self.wish.choices
    }

    /// Whether the request asks to stop, if anything is found.
    #[must_use]
    pub fn may_stop(&self) -> bool {
        self.wish.stop != Stop::Never
    }

    /// Whether the receipt of the request is good for these texts.
    ///
    /// # Errors
    /// `Receipt` when there is a receipt that is not good, or a finding is let go of without one, in a request that would go.
    pub fn is_seen(&self, texts: &[String]) -> Result<bool, Problem> {
        let Some(receipt) = &self.wish.receipt else {
            let needs_one = self.wish.stop == Stop::Never && !self.wish.choices.release.is_empty();
            return if needs_one { Err(Problem::Receipt) } else { Ok(false) };
        };
        let good = receipt.split_once('.').is_some_and(|(until, _)| {
            let fresh =
                until.parse().is_ok_and(|until: i64| self.now < until && until <= self.now + COUNTS_US);
            fresh && verify_slices_are_equal(receipt.as_bytes(), self.sign(until, texts).as_bytes()).is_ok()
        });
        if good { Ok(true) } else { Err(Problem::Receipt) }
    }

    /// Whether the request stops here, to be shown.
    #[must_use]
    pub fn stops(&self, is_seen: bool, findings: &[Vec<Finding>], applied: &Applied) -> bool {
        match self.wish.stop {
            Stop::Never => false,
            Stop::Always => true,
            Stop::Found => {
                !is_seen && (findings.iter().flatten().next().is_some() || !applied.released.is_empty())
            }
        }
    }

    /// A receipt for these texts.
    #[must_use]
    pub fn receipt(&self, texts: &[String]) -> String {
        self.sign(&(self.now + COUNTS_US).to_string(), texts)
    }

    fn sign(&self, until: &str, texts: &[String]) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        for text in texts {
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let hash = hash.finish();
        let mut context = hmac::Context::with_key(&self.key);
        for part in [
            self.principal.as_bytes(),
            self.tool.as_bytes(),
            self.policy.as_bytes(),
            until.as_bytes(),
            hash.as_ref(),
        ] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        format!("{until}.{}", hex(context.sign().as_ref()))
    }
}

/// Something that was found in the person's last words, without the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which part of the message, from 0.
    part: usize,
    /// First character and one past the last.
    range: (usize, usize),
    kind: Kind,
    /// What would leave in its place.
    token: Option<String>,
    /// Whether the person can let go of it.
    may_release: bool,
    /// Whether they did.
    released: bool,
    /// Whether a person masked it.
    by_hand: bool,
    why: (&'static str, &'static str),
}

impl Seen {
    /// As a client reads it.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "part": self.part,
            "start": self.range.0,
            "end": self.range.1,
            "kind": self.kind.name(),
            "token": self.token,
            "may_release": self.may_release,
            "released": self.released,
            "by_hand": self.by_hand,
            "why": {"nl": self.why.0, "en": self.why.1},
        })
    }
}

/// What a request that stopped to be looked at is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In words.
    pub message: String,
    /// What would happen to it.
    pub verdict: Verdict,
    /// What to send along with the choices.
    pub receipt: String,
    /// What was found.
    pub seen: Vec<Seen>,
}

/// The texts of the last thing the person said, in their order; none when it was not a person who spoke last.
#[must_use]
pub fn last_words(body: &Value) -> Vec<String> {
    let content = match body.get("messages").or_else(|| body.get("input")) {
        Some(Value::Array(turns)) => turns
            .last()
            .filter(|turn| turn.get("role").and_then(Value::as_str) == Some("user"))
            .and_then(|turn| turn.get("content")),
        other => other,
    };
    match content {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// What was found in the last words, with the tokens that would leave.
///
/// # Errors
/// [`Full`] when the conversation can hold no more values.
pub fn seen(
    words: &[String],
    segments: &[Segment<'_>],
    findings: &[Vec<Finding>],
    applied: &Applied,
    (policy, tool): (&Policy, &Tool),
    masked: &[Kind],
    book: &mut Codebook,
) -> Result<Vec<Seen>, Full> {
    let tokens = replacements(segments, findings, masked, book)?;
    let mut all = Vec::new();
    for (part, text) in words.iter().enumerate() {
        // The same words can stand earlier in the conversation; what is found in them is the same.
        let Some(at) = segments.iter().rposition(|segment| segment.text == text) else { continue };
        let stays = findings[at].iter().map(|one| (one, false));
        let gone = applied.gone[at].iter().map(|one| (one, true));
        let mut here: Vec<Seen> = stays
            .chain(gone)
            .map(|(one, released)| {
                let within =
                    |range: &std::ops::Range<usize>| one.start <= range.start && range.end <= one.end;
                let token = tokens[at].iter().find(|(range, _)| !released && within(range));
                let why = reason(one);
                Seen {
                    part,
                    range: (text[..one.start].chars().count(), text[..one.end].chars().count()),
                    kind: one.kind,
                    token: token.map(|(_, token)| token.clone()),
                    may_release: one.detector != HAND && choice::may_release(policy, tool, one.kind),
                    released,
                    by_hand: one.detector == HAND,
                    why: (why.nl, why.en),
                }
            })
            .collect();
        here.sort_by_key(|one| (one.range.0, std::cmp::Reverse(one.range.1)));
        all.extend(here);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use sluis_core::settings::Settings;

    use super::*;

    fn review(principal: &str, receipt: Option<&str>, now: i64) -> Review {
        let policy = Settings::parse("").unwrap().policy;
        let choices = Choices { mask: Vec::new(), release: vec!["Jan Steen".into()] };
        let wish = Wish { stop: Stop::Never, choices, receipt: receipt.map(str::to_owned) };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        Review::new(wish, &key, principal, &policy.tools[0], &policy, now)
    }

    #[test]
    fn a_receipt_is_for_one_text_one_person_and_ten_minutes() {
        let texts = ["Jan Steen".to_owned(), "b".to_owned()];
        let receipt = review("anna", None, 5).receipt(&texts);
        let good = |principal, receipt: &str, now, texts: &[String]| {
            review(principal, Some(receipt), now).is_seen(texts) == Ok(true)
        };
        assert!(good("anna", &receipt, 6, &texts));
        assert!(good("anna", &receipt, COUNTS_US + 4, &texts));
        assert!(!good("anna", &receipt, COUNTS_US + 5, &texts), "expired");
        assert!(!good("bart", &receipt, 6, &texts), "somebody else");
        assert!(!good("anna", &receipt, 6, &["Jan Steenb".to_owned()]), "another text");
        assert!(!good("anna", &receipt, 6, &["Jan Steen".to_owned()]), "a shorter text");
        let (until, mac) = receipt.split_once('.').unwrap();
        let later = format!("{}.{mac}", until.parse::<i64>().unwrap() + 1);
        for forged in ["", ".", "9.", &later, until, &receipt[..receipt.len() - 1], &format!("{receipt}0")] {
            assert!(!good("anna", forged, 6, &texts), "{forged}");
        }
        assert_eq!(review("anna", None, 6).is_seen(&texts), Err(Problem::Receipt), "none at all");
    }

    #[test]
    fn the_field_is_taken_out_and_read_strictly() {
        let none = HeaderMap::new();
        let mut body = json!({"model": "m", "sluis": {"mask": [{"text": "Vos", "kind": "person"}], "release": ["Jan"], "receipt": "1.a"}});
        let wish = take(&none, &mut body).unwrap();
        assert_eq!(body, json!({"model": "m"}));
        assert_eq!(
            (wish.choices.mask[0].person, wish.choices.release.len(), wish.stop),
            (true, 1, Stop::Never)
        );
        assert!(!format!("{wish:?}").contains("Jan"));
        for wrong in [
            json!("x"),
            json!({"masks": []}),
            json!({"mask": [{"text": "Vos"}]}),
            json!({"mask": [{"text": "V", "kind": "person"}]}),
            json!({"mask": [{"text": "Vos", "kind": "bsn"}]}),
            json!({"release": "Jan"}),
            json!({"receipt": "x".repeat(MAX_RECEIPT + 1)}),
            json!({"release": vec!["Jan"; 101]}),
        ] {
            assert_eq!(take(&none, &mut json!({"sluis": wrong})), Err(Problem::Option(FIELD)), "{wrong}");
        }
        let headers = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(REVIEW_HEADER, HeaderValue::from_static(value));
            headers
        };
        for (value, stop) in [("1", Stop::Found), ("always", Stop::Always)] {
            assert_eq!(take(&headers(value), &mut json!({})).unwrap().stop, stop);
        }
        assert_eq!(take(&headers("yes"), &mut json!({})), Err(Problem::Option(REVIEW_HEADER)));
    }

    #[test]
    fn the_last_words_are_those_of_the_person() {
        for (body, words) in [
            (json!({"messages": [{"role": "user", "content": "a"}]}), vec!["a"]),
            (
                json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}),
                vec!["a", "b"],
            ),
            (json!({"messages": [{"role": "assistant", "content": "a"}]}), vec![]),
            (json!({"input": "a"}), vec!["a"]),
            (json!({}), vec![]),
        ] {
            assert_eq!(last_words(&body), words, "{body}");
        }
    }
}
