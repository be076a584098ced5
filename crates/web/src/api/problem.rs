//! What can keep a request from being served, as RFC 9457 has it: a status, a stable code, a sentence.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sluis_core::key::Refusal;
use sluis_core::verdict::Language;
use sluis_store::StoreError;
use utoipa::ToSchema;

use crate::error::Failure;
use crate::form::Errors;
use crate::policy::words::pick;

/// What is wrong, and what to do about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Told {
    /// Always `about:blank`: the status and `code` say which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The phrase of the status.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The stable name of the problem.
    code: &'static str,
    /// What happened and what to do, for people, in the language asked for.
    detail: &'static str,
    /// What is wrong with the fields that were sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Mistake>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Mistake {
    /// Which field, as a JSON pointer into what was sent; empty for all of it.
    pub(crate) pointer: String,
    /// What to do about it.
    pub(crate) detail: String,
}

/// Why a request is not served. As a response it is empty: [`super::frame`] writes it in the language asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The key is not let in.
    Key(Refusal),
    /// The key is a program's.
    NotAPerson,
    /// The person of the key does not work here any more.
    Left,
    /// It is for people with another role.
    Forbidden,
    /// There is no such thing here, or it is somebody else's.
    NotFound,
    /// The address does not do this.
    Method,
    /// What was sent is not said to be JSON.
    MediaType,
    /// More was sent than is read.
    TooLarge,
    /// What was sent is no JSON.
    Json,
    /// Fields are missing, unknown, or of the wrong kind.
    Shape,
    /// What stands in the fields cannot be.
    Invalid(Vec<Mistake>),
    /// The condition in `If-Match` cannot be read.
    Condition,
    /// There has to be a condition in `If-Match`.
    NoCondition,
    /// The draft is another than the one in the condition.
    DraftChanged,
    /// The version cannot be signed any more, or not yet.
    Replaced,
    /// The store does not answer.
    Store,
    /// Too many want the same at once.
    Busy,
}

impl Problem {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Key(Refusal::Rate | Refusal::Budget) => StatusCode::TOO_MANY_REQUESTS,
            Self::Key(_) => StatusCode::UNAUTHORIZED,
            Self::NotAPerson | Self::Left | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Json | Self::Condition => StatusCode::BAD_REQUEST,
            Self::Shape | Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoCondition => StatusCode::PRECONDITION_REQUIRED,
            Self::DraftChanged => StatusCode::PRECONDITION_FAILED,
            Self::Replaced => StatusCode::CONFLICT,
            Self::Store | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The stable name; for keys the same as at the gateway.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Key(Refusal::Expired) => "expired_api_key",
            Self::Key(Refusal::Revoked) => "revoked_api_key",
            Self::Key(Refusal::Rate | Refusal::Budget) => "rate_limit_exceeded",
            Self::Key(_) => "invalid_api_key",
            Self::NotAPerson => "key_without_person",
            Self::Left => "no_longer_here",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Method => "method_not_allowed",
            Self::MediaType => "unsupported_media_type",
            Self::TooLarge => "request_too_large",
            Self::Json => "invalid_json",
            Self::Shape | Self::Invalid(_) => "invalid_fields",
            Self::Condition => "invalid_condition",
            Self::NoCondition => "condition_required",
            Self::DraftChanged => "draft_changed",
            Self::Replaced => "policy_replaced",
            Self::Store => "unavailable",
            Self::Busy => "busy",
        }
    }

    const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Key(Refusal::Expired) => (
                "Deze sleutel is verlopen. Maak een nieuwe bij Mijn gegevens.",
                "This key has expired. Make a new one at My data.",
            ),
            Self::Key(Refusal::Revoked) => (
                "Deze sleutel is ingetrokken. Maak een nieuwe bij Mijn gegevens.",
                "This key was revoked. Make a new one at My data.",
            ),
            Self::Key(Refusal::Rate | Refusal::Budget) => (
                "Er komen te veel verzoeken met deze sleutel. Wacht een minuut.",
                "Too many requests come in with this key. Wait a minute.",
            ),
            Self::Key(_) => (
                "Deze sleutel klopt niet. Stuur \"Authorization: Bearer sluis-…\" mee, met een sleutel van Mijn gegevens.",
                "This key is not right. Send \"Authorization: Bearer sluis-…\" with a key of My data.",
            ),
            Self::NotAPerson => (
                "Deze sleutel is van een programma. Hier werkt alleen een sleutel van een persoon: die maak je bij Mijn gegevens.",
                "This key is a program's. Only a key of a person works here: make one at My data.",
            ),
            Self::Left => (
                "Dit account is gesloten. Klopt dat niet? Vraag het je beheerder.",
                "This account is closed. Is that wrong? Ask your administrator.",
            ),
            Self::Forbidden => (
                "Hiervoor heb je een andere rol nodig. Vraag het je beheerder.",
                "You need another role for this. Ask your administrator.",
            ),
            Self::NotFound => ("Dit bestaat hier niet, of niet meer.", "This is not here, or not any more."),
            Self::Method => (
                "Dit adres doet dit niet. Kijk in /api/v1/openapi.json wat het wel doet.",
                "This address does not do this. See /api/v1/openapi.json for what it does.",
            ),
            Self::MediaType => (
                "Stuur JSON, met \"Content-Type: application/json\".",
                "Send JSON, with \"Content-Type: application/json\".",
            ),
            Self::TooLarge => {
                ("Dit is te veel in één keer. Splits het.", "This is too much at once. Split it.")
            }
            Self::Json => (
                "Dit is niet te lezen als JSON. Er is niets gedaan.",
                "This cannot be read as JSON. Nothing was done.",
            ),
            Self::Shape => (
                "Er ontbreekt een veld, of een veld is onbekend of van een andere soort dan in /api/v1/openapi.json. Er is niets gedaan.",
                "A field is missing, unknown, or of another kind than in /api/v1/openapi.json. Nothing was done.",
            ),
            Self::Invalid(_) => (
                "Er klopt iets niet in de velden. Er is niets gedaan.",
                "Something is not right in the fields. Nothing was done.",
            ),
            Self::Condition => (
                "Zet in If-Match de ETag van het concept, zoals \"3\", met de aanhalingstekens.",
                "Put the ETag of the draft in If-Match, such as \"3\", with the quotation marks.",
            ),
            Self::NoCondition => (
                "Zet in If-Match de ETag van het concept dat je hebt gezien.",
                "Put the ETag of the draft that you saw in If-Match.",
            ),
            Self::DraftChanged => (
                "Iemand anders heeft het concept intussen veranderd. Er is niets gedaan. Haal het op en kijk eerst wat er nu staat.",
                "Somebody else changed the draft meanwhile. Nothing was done. Fetch it and first look at what stands there now.",
            ),
            Self::Replaced => (
                "Deze versie kun je nu niet tekenen. Haal het beleid op dat nu geldt.",
                "You cannot sign this version now. Fetch the policy that is in force.",
            ),
            Self::Store => (
                "Sluis kan dit nu niet. Probeer het zo opnieuw.",
                "Sluis cannot do this now. Try again soon.",
            ),
            Self::Busy => {
                ("Het is nu te druk. Probeer het zo opnieuw.", "There is too much to do now. Try again soon.")
            }
        }
    }

    /// The whole answer.
    pub(crate) fn respond(self, language: Language) -> Response {
        let status = self.status();
        let (nl, en) = self.words();
        let told = Told {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code(),
            detail: pick(language, nl, en),
            errors: if let Self::Invalid(mistakes) = &self { mistakes.clone() } else { Vec::new() },
        };
        // Our own plain data always becomes JSON.
        let mut response = Response::new(Body::from(serde_json::to_vec(&told).unwrap_or_default()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::SignIn => Self::Key(Refusal::Unknown),
            Failure::NotFound => Self::NotFound,
            Failure::Forbidden | Failure::Forged => Self::Forbidden,
            Failure::TooLarge => Self::TooLarge,
            Failure::Unreadable => Self::Shape,
            Failure::Store => Self::Store,
            Failure::Busy => Self::Busy,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

impl From<Errors> for Problem {
    fn from(errors: Errors) -> Self {
        Self::Invalid(mistakes(errors))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What is wrong with the fields of a form, at the fields of the API that mean the same.
pub(crate) fn mistakes(errors: Errors) -> Vec<Mistake> {
    let mistake = |(field, detail): (String, String)| Mistake { pointer: pointer(&field), detail };
    errors.0.into_iter().map(mistake).collect()
}

/// The JSON pointer for the `id` of an input on a page.
fn pointer(field: &str) -> String {
    let plain = match field {
        "naam" => "/name",
        "email" => "/email",
        "afdeling" => "/department",
        "uit_dienst" => "/left_on",
        "rol-admin" => "/roles",
        "reden" => "/reason",
        "toepassing" => "/tool",
        "dagen" | "sleutel_dagen" => "/days",
        "sleutel_naam" => "/label",
        "tekst" => "/text",
        "organisatie" => "/organisation",
        "toepassingen" => "/tools",
        "aanspreekpunt" => "/contact",
        "geldt_voor" => "/scope",
        "chatbots" => "/chatbots",
        "sector" => "/clauses/sector",
        "bestuur" => "/board",
        "techniek" => "/technical",
        _ => "",
    };
    if !plain.is_empty() {
        return plain.into();
    }
    let mut parts = field.split('_');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("mag"), Some(number), None) => format!("/may/{number}"),
        (Some("niet"), Some(number), None) => format!("/may_not/{number}"),
        (Some("niet"), Some(number), Some(_)) => format!("/may_not/{number}/guards"),
        (Some("tabel"), ..) => "/table".into(),
        // About the whole, such as a text that does not fit on one page.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_point_at_the_fields_of_the_api() {
        for (field, expected) in [
            ("naam", "/name"),
            ("mag_3", "/may/3"),
            ("niet_0", "/may_not/0"),
            ("niet_2_bewaakt", "/may_not/2/guards"),
            ("tabel_open_personal", "/table"),
            ("voorbeeld", ""),
        ] {
            assert_eq!(pointer(field), expected, "{field}");
        }
    }
}
