//! Everything that can go wrong, said in the caller's protocol and language, with what to do next.
//!
//! No message carries text of a prompt, an answer or a finding.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use sluis_core::gate::Gate;
use sluis_core::key::Refusal;
use sluis_core::verdict::Language;

use crate::body::Unreadable;
use crate::dialect::Dialect;
use crate::review::{Report, Seen};

/// Why a request is not served, or an answer not passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The key is not let in.
    Key(Refusal),
    /// The address does not exist here.
    NotFound,
    /// The body is larger than the limit, in bytes.
    TooLarge(usize),
    /// The body did not arrive in time, or broke off.
    BodyBrokenOff,
    /// The body is not the JSON it has to be; says why and where.
    Json(String),
    /// A part cannot be read.
    Unreadable(Unreadable),
    /// No approved tool offers this model.
    NoTool,
    /// A gate is shut; the message is the gate's own.
    Shut {
        /// The gate.
        gate: &'static str,
        /// What to tell the person, with where to go.
        message: String,
    },
    /// The policy says block; the message is the verdict's own.
    Blocked(String),
    /// The policy says ask; the message is the verdict's own, the receipt confirms.
    Ask {
        /// What to tell the person.
        message: String,
        /// What to send along to confirm.
        receipt: String,
    },
    /// The request stopped to be looked at; nothing was sent.
    Review(Box<Report>),
    /// A receipt of a review is missing or not good (any more) for this text.
    Receipt,
    /// A key of an object looks like personal data, and keys are never rewritten.
    KeyWithData,
    /// A part that the provider signed carries personal data.
    SignedWithData,
    /// The conversation holds too many values.
    Full,
    /// An option that Sluis cannot keep safe; names it.
    Option(&'static str),
    /// The evidence or the vault cannot be written.
    Store,
    /// The provider cannot be reached.
    Unreachable,
    /// The provider did not answer in time.
    Timeout,
    /// The provider refuses Sluis's own key.
    ProviderKey,
    /// The provider answered something that is not its protocol.
    BadAnswer,
    /// Sluis itself failed.
    Internal,
}

impl Problem {
    /// A shut gate, with the page where the person can do something about it.
    #[must_use]
    pub fn shut(gate: &Gate, language: Language, pages: Option<&str>) -> Self {
        let mut message = gate.explain(language);
        if let Some(pages) = pages {
            message = format!("{message} {pages}{}", gate.page());
        }
        Self::Shut { gate: gate.name(), message }
    }

    /// What is said of a request that may go, when it stopped to be looked at.
    #[must_use]
    pub const fn looked(language: Language) -> &'static str {
        match language {
            Language::Nl => "Dit gaat weg als je het verstuurt. Er is nog niets verstuurd.",
            Language::En => "This leaves when you send it. Nothing was sent yet.",
        }
    }

    /// The client does not prove for whom it asks.
    #[must_use]
    pub fn unproven(language: Language) -> Self {
        let (nl, en) = (
            "Dit chatprogramma bewijst niet namens wie het vraagt. Er is niets verstuurd. Vraag je beheerder om het gedeelde geheim na te kijken.",
            "This chat client does not prove for whom it asks. Nothing was sent. Ask your administrator to check the shared secret.",
        );
        Self::Shut { gate: "identity_not_proven", message: pick(language, nl, en).into() }
    }

    /// The client asks for somebody whom nobody added here.
    #[must_use]
    pub fn stranger(language: Language) -> Self {
        let (nl, en) = (
            "Je staat nog niet in Sluis. Vraag je beheerder om je toe te voegen, met het e-mailadres waarmee je hier bent aangemeld.",
            "You are not in Sluis yet. Ask your administrator to add you, with the e-mail address that you are signed in with here.",
        );
        Self::Shut { gate: "unknown_person", message: pick(language, nl, en).into() }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Key(Refusal::Unknown | Refusal::Expired | Refusal::Revoked) => StatusCode::UNAUTHORIZED,
            Self::Key(Refusal::Tool) | Self::Shut { .. } | Self::Blocked(_) => StatusCode::FORBIDDEN,
            Self::Key(Refusal::Rate | Refusal::Budget) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound | Self::NoTool => StatusCode::NOT_FOUND,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyBrokenOff => StatusCode::REQUEST_TIMEOUT,
            Self::Json(_)
            | Self::Unreadable(_)
            | Self::KeyWithData
            | Self::SignedWithData
            | Self::Full
            | Self::Option(_) => StatusCode::BAD_REQUEST,
            Self::Ask { .. } | Self::Review(_) | Self::Receipt => StatusCode::CONFLICT,
            Self::Store => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreachable | Self::ProviderKey | Self::BadAnswer => StatusCode::BAD_GATEWAY,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code, for programs and for the evidence.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Key(Refusal::Unknown) => "invalid_api_key",
            Self::Key(Refusal::Expired) => "expired_api_key",
            Self::Key(Refusal::Revoked) => "revoked_api_key",
            Self::Key(Refusal::Tool) => "tool_not_allowed",
            Self::Key(Refusal::Rate) => "rate_limit_exceeded",
            Self::Key(Refusal::Budget) => "insufficient_quota",
            Self::NotFound => "not_found",
            Self::TooLarge(_) => "request_too_large",
            Self::BodyBrokenOff => "body_broken_off",
            Self::Json(_) => "invalid_json",
            Self::Unreadable(_) => "unreadable_content",
            Self::NoTool => "model_not_found",
            Self::Shut { gate, .. } => gate,
            Self::Blocked(_) => "policy_blocked",
            Self::Ask { .. } => "policy_asks",
            Self::Review(_) => "review",
            Self::Receipt => "receipt_not_valid",
            Self::KeyWithData => "personal_data_in_key",
            Self::SignedWithData => "personal_data_in_signed_part",
            Self::Full => "conversation_full",
            Self::Option(_) => "unsupported_option",
            Self::Store => "evidence_unavailable",
            Self::Unreachable => "upstream_unreachable",
            Self::Timeout => "upstream_timeout",
            Self::ProviderKey => "upstream_key_refused",
            Self::BadAnswer => "upstream_bad_answer",
            Self::Internal => "internal_error",
        }
    }

    /// Whether sending the same again makes sense.
    const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Key(Refusal::Rate) | Self::Store | Self::Unreachable | Self::Timeout | Self::BadAnswer
        )
    }

    /// What happened and what to do, for people.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let (nl, en) = match self {
            Self::Shut { message, .. } | Self::Blocked(message) | Self::Ask { message, .. } => {
                return message.clone();
            }
            Self::Review(report) => return report.message.clone(),
            Self::Json(why) => {
                return match language {
                    Language::Nl => {
                        format!("Het verzoek is niet te lezen als JSON: {why}. Er is niets verstuurd.")
                    }
                    Language::En => format!("The request cannot be read as JSON: {why}. Nothing was sent."),
                };
            }
            Self::TooLarge(limit) => {
                return match language {
                    Language::Nl => {
                        format!(
                            "Het verzoek is te groot (meer dan {limit} bytes). Maak het korter of splits het."
                        )
                    }
                    Language::En => {
                        format!("The request is too large (over {limit} bytes). Shorten or split it.")
                    }
                };
            }
            Self::Option(name) => {
                return match language {
                    Language::Nl => {
                        format!(
                            "De optie \"{name}\" kan Sluis niet veilig doorgeven. Laat haar weg en probeer het opnieuw."
                        )
                    }
                    Language::En => {
                        format!(
                            "Sluis cannot pass on the option \"{name}\" safely. Leave it out and try again."
                        )
                    }
                };
            }
            Self::Receipt => (
                "Je tekst is veranderd, of je keek te lang geleden. Bekijk opnieuw wat er weggaat. Er is niets verstuurd.",
                "Your text has changed, or you looked too long ago. See again what leaves. Nothing was sent.",
            ),
            Self::Unreadable(what) => unreadable(*what),
            Self::Key(refusal) => key(*refusal),
            Self::NotFound => (
                "Dit adres bestaat niet bij Sluis. Gebruik /v1/chat/completions, /v1/responses, /v1/embeddings, /v1/models of /v1/messages.",
                "This address does not exist at Sluis. Use /v1/chat/completions, /v1/responses, /v1/embeddings, /v1/models or /v1/messages.",
            ),
            Self::BodyBrokenOff => (
                "Het verzoek kwam niet helemaal binnen. Er is niets verstuurd. Probeer het opnieuw.",
                "The request did not arrive whole. Nothing was sent. Try again.",
            ),
            Self::NoTool => (
                "Geen goedgekeurde AI-toepassing biedt dit model aan. Kies een model uit de lijst (/v1/models) of vraag je aanspreekpunt om het aan te vragen.",
                "No approved AI tool offers this model. Choose one from the list (/v1/models) or ask your contact point to request it.",
            ),
            Self::KeyWithData => (
                "De naam van een veld lijkt op een persoonsgegeven. Sluis verandert veldnamen niet. Zet het gegeven in de waarde van het veld en probeer het opnieuw.",
                "The name of a field looks like personal data. Sluis does not change field names. Put it in the field's value and try again.",
            ),
            Self::SignedWithData => (
                "Een denkstap die de aanbieder heeft ondertekend bevat een persoonsgegeven en kan niet worden aangepast. Begin een nieuw gesprek.",
                "A thinking step signed by the provider contains personal data and cannot be changed. Start a new conversation.",
            ),
            Self::Full => (
                "Dit gesprek bevat te veel verschillende gegevens. Begin een nieuw gesprek of splits het werk.",
                "This conversation contains too many different values. Start a new one or split the work.",
            ),
            Self::Store => (
                "Sluis kan nu geen bewijs vastleggen en laat daarom niets door. Probeer het straks opnieuw of waarschuw de beheerder.",
                "Sluis cannot record evidence now and therefore lets nothing through. Try again later or warn the administrator.",
            ),
            Self::Unreachable => (
                "De AI-toepassing is niet bereikbaar. Probeer het straks opnieuw.",
                "The AI tool cannot be reached. Try again later.",
            ),
            Self::Timeout => (
                "De AI-toepassing antwoordt niet op tijd. Probeer het straks opnieuw.",
                "The AI tool does not answer in time. Try again later.",
            ),
            Self::ProviderKey => (
                "De AI-toepassing weigert de sleutel van Sluis. Vraag de beheerder om de sleutel van deze toepassing te vervangen.",
                "The AI tool refuses the key of Sluis. Ask the administrator to replace this tool's key.",
            ),
            Self::BadAnswer => (
                "De AI-toepassing gaf een antwoord dat Sluis niet kan lezen. Het is niet doorgegeven. Probeer het opnieuw.",
                "The AI tool gave an answer that Sluis cannot read. It was not passed on. Try again.",
            ),
            Self::Internal => (
                "Er ging iets mis in Sluis. Er is niets doorgelaten. Probeer het opnieuw of waarschuw de beheerder.",
                "Something went wrong in Sluis. Nothing was let through. Try again or warn the administrator.",
            ),
        };
        match language {
            Language::Nl => nl.into(),
            Language::En => en.into(),
        }
    }

    /// The error as the provider's own interface writes it.
    #[must_use]
    pub fn json(&self, dialect: Dialect, language: Language) -> serde_json::Value {
        let message = self.message(language);
        let status = self.status();
        let mut error = if dialect.is_anthropic() {
            let kind = match status.as_u16() {
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                400 | 408 | 409 => "invalid_request_error",
                _ => "api_error",
            };
            json!({"type": "error", "error": {"type": kind, "message": message, "code": self.code()}})
        } else {
            let kind = match status.as_u16() {
                401 => "authentication_error",
                403 => "permission_error",
                429 if *self == Self::Key(Refusal::Budget) => "insufficient_quota",
                429 => "rate_limit_error",
                400..=499 => "invalid_request_error",
                _ => "server_error",
            };
            json!({"error": {"message": message, "type": kind, "param": null, "code": self.code()}})
        };
        match self {
            Self::Ask { receipt, .. } => error["error"]["receipt"] = receipt.as_str().into(),
            Self::Review(report) => {
                error["error"]["receipt"] = report.receipt.as_str().into();
                error["error"]["verdict"] = report.verdict.name().into();
                error["error"]["findings"] = report.seen.iter().map(Seen::json).collect();
            }
            _ => {}
        }
        error
    }

    /// The whole HTTP answer.
    #[must_use]
    pub fn respond(&self, dialect: Dialect, language: Language) -> Response<Body> {
        let mut response = Response::new(Body::from(self.json(dialect, language).to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Both official client libraries heed this, and would otherwise repeat a 409 by themselves.
        let again = if self.is_passing() { "true" } else { "false" };
        headers.insert("x-should-retry", HeaderValue::from_static(again));
        if *self == Self::Key(Refusal::Rate) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }
}

const fn pick(language: Language, nl: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}

const fn unreadable(what: Unreadable) -> (&'static str, &'static str) {
    match what {
        Unreadable::Attachment => (
            "Sluis kan deze afbeelding, opname, bijlage of verwijzing naar een bestand niet lezen en stuurt haar daarom niet door. Zet de tekst die je nodig hebt in het bericht zelf.",
            "Sluis cannot read this image, recording, attachment or reference to a file and therefore does not send it. Put the text you need in the message itself.",
        ),
        Unreadable::HostedTool => (
            "Dit verzoek zet een hulpmiddel aan dat bij de aanbieder of een derde draait, buiten wat is goedgekeurd. Laat het weg.",
            "This request switches on a tool that runs at the provider or a third party, outside what was approved. Leave it out.",
        ),
        Unreadable::UnknownType => (
            "Een onderdeel van dit verzoek heeft een soort (\"type\") die Sluis niet kent en dus niet kan controleren. Laat het weg of vraag je beheerder om een nieuwere versie.",
            "A part of this request has a \"type\" that Sluis does not know and so cannot check. Leave it out or ask your administrator for a newer version.",
        ),
        Unreadable::TokenNumbers => (
            "Stuur de tekst zelf, niet de tokennummers: die kan Sluis niet controleren.",
            "Send the text itself, not token numbers: Sluis cannot check those.",
        ),
        Unreadable::TooMany => (
            "Dit verzoek heeft te veel losse stukken tekst. Splits het.",
            "This request has too many pieces of text. Split it.",
        ),
        Unreadable::NoInput => (
            "In dit verzoek ontbreekt de invoer (\"messages\" of \"input\").",
            "This request has no input (\"messages\" or \"input\").",
        ),
    }
}

const fn key(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Unknown => (
            "Deze sleutel klopt niet. Gebruik een sleutel die met \"sluis key make\" is gemaakt.",
            "This key is not right. Use one made with \"sluis key make\".",
        ),
        Refusal::Expired => (
            "Deze sleutel is verlopen. Vraag de beheerder om een nieuwe.",
            "This key has expired. Ask the administrator for a new one.",
        ),
        Refusal::Revoked => (
            "Deze sleutel is ingetrokken. Vraag de beheerder om een nieuwe.",
            "This key was revoked. Ask the administrator for a new one.",
        ),
        Refusal::Tool => (
            "Deze sleutel mag niet naar deze AI-toepassing. Kies een andere of vraag je aanspreekpunt om toegang.",
            "This key may not reach this AI tool. Choose another or ask your contact point for access.",
        ),
        Refusal::Rate => (
            "Er komen te veel verzoeken met deze sleutel. Wacht een minuut.",
            "Too many requests come in with this key. Wait a minute.",
        ),
        Refusal::Budget => (
            "Het maandtegoed van deze sleutel is op. Vraag de beheerder om meer.",
            "This key's monthly budget is used up. Ask the administrator for more.",
        ),
    }
}
