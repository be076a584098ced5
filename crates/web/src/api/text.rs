//! A text to look at. Nothing of it is kept.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluis_core::verdict::Verdict;
use utoipa::ToSchema;

use super::body::{Fields, Json};
use super::problem::{Mistake, Problem};
use super::schema;
use crate::Web;
use crate::inspect::{Inspection, judge, look};
use crate::policy::agreements::Agreements;
use crate::policy::words::pick;
use crate::visitor::Visitor;

/// A text, and where it would go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The text.
    #[schema(min_length = 1, max_length = 50000)]
    text: String,
    /// Name of an approved tool. Without it, everything that is found is replaced.
    #[serde(default)]
    tool: Option<String>,
}

/// What Sluis sees in a text, and what happens to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// What happens to it.
    #[schema(schema_with = schema::verdict)]
    verdict: Verdict,
    /// That in a few words, in the language asked for.
    heading: &'static str,
    /// That in plain sentences, with the way forward.
    explanation: String,
    /// What was found, in the order of the text.
    findings: Vec<FoundPlace>,
    /// Why, for each kind that was found.
    reasons: Vec<Reason>,
    /// The text as it would leave, or could.
    masked: String,
}

/// A place in the text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPlace {
    /// The stable name of the kind.
    kind: &'static str,
    /// The kind as people call it, in the language asked for.
    label: &'static str,
    /// Where it starts, in characters (Unicode code points) from 0.
    start: usize,
    /// Where it ends: the character after it.
    end: usize,
    /// What would leave in its place; without it, it stays.
    replaced_by: Option<String>,
}

/// Why Sluis takes something for a kind of data, and what happens to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// The stable name of the kind.
    kind: &'static str,
    /// The kind as people call it, in the language asked for.
    label: &'static str,
    /// How often it was found.
    count: usize,
    /// What happens to it.
    effect: &'static str,
    /// Why Sluis takes it for that.
    why: &'static str,
}

/// A text with pseudonyms in place of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Masked {
    /// The text.
    text: String,
}

async fn inspected(web: &Arc<Web>, visitor: &Visitor, text: Text) -> Result<Inspection, Problem> {
    let language = visitor.shown.language;
    let errors = judge(&text.text, "tekst", &visitor.shown);
    if errors.any() {
        return Err(errors.into());
    }
    let agreements = Agreements::read(web, visitor.today).await?;
    let ground = agreements.ground(&web.node, text.tool.as_deref());
    if text.tool.is_some() && ground.tool.is_none() {
        let (nl, en) = ("Deze toepassing is hier niet goedgekeurd.", "This tool is not approved here.");
        let mistake = Mistake { pointer: "/tool".into(), detail: pick(language, nl, en).into() };
        return Err(Problem::Invalid(vec![mistake]));
    }
    Ok(look(web, ground, text.text, language).await?)
}

/// What Sluis sees in a text, and what would happen to it. Nothing is sent and nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/check",
    tag = "text",
    request_body = Text,
    responses((status = 200, description = "What was found", body = Checked))
)]
pub(super) async fn check_text(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Fields(text): Fields<Text>,
) -> Result<Json<Checked>, Problem> {
    let seen = inspected(&web, &visitor, text).await?;
    let mut findings = Vec::new();
    let mut start = 0;
    for piece in seen.pieces {
        let end = start + piece.text.chars().count();
        if let Some(mark) = piece.mark {
            let (kind, label) = (mark.name, mark.kind);
            findings.push(FoundPlace { kind, label, start, end, replaced_by: mark.token });
        }
        start = end;
    }
    let reason = |found: crate::inspect::Found| Reason {
        kind: found.name,
        label: found.kind,
        count: found.count,
        effect: found.effect,
        why: found.why,
    };
    Ok(Json(Checked {
        verdict: seen.verdict,
        heading: seen.heading,
        explanation: seen.says,
        findings,
        reasons: seen.found.into_iter().map(reason).collect(),
        masked: seen.safe,
    }))
}

/// A text with pseudonyms in place of what Sluis finds. Nothing is sent and nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/mask",
    tag = "text",
    request_body = Text,
    responses((status = 200, description = "The text that can go on", body = Masked))
)]
pub(super) async fn mask_text(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Fields(text): Fields<Text>,
) -> Result<Json<Masked>, Problem> {
    Ok(Json(Masked { text: inspected(&web, &visitor, text).await?.safe }))
}
