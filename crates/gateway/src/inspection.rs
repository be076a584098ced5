//! What is found in a body, what the rules and the person decide about it, and the body with tokens in their place.

use bytes::Bytes;
use serde_json::Value;
use sluis_core::choice::{self, Applied};
use sluis_core::mask::pseudonymise;
use sluis_core::policy::Tool;
use sluis_core::pseudonym::Codebook;
use sluis_core::verdict::{Decision, Verdict, decide};
use sluis_detect::{Finding, Kind, Segment};

use crate::body::{Leaf, Opened, Slot, close_arguments, open_arguments, read, read_data};
use crate::dialect::Dialect;
use crate::governance::Rules;
use crate::problem::Problem;
use crate::review::{Review, Seen, last_words, seen};

/// What came of it.
pub(crate) struct Inspected {
    /// The body with its tokens.
    pub(crate) body: Bytes,
    /// The tokens that can come back.
    pub(crate) book: Codebook,
    /// What was decided.
    pub(crate) decision: Decision,
    /// What the person's choices did.
    pub(crate) applied: Applied,
    /// What is shown, with the receipt, if the request stops to be looked at.
    pub(crate) shown: Option<(Vec<Seen>, String)>,
}

/// Inspects a body. The wish of the review decides whether it is only shown.
///
/// # Errors
/// What cannot be read, cannot be masked, or was not looked at.
pub(crate) fn inspect(
    rules: &Rules,
    tool: &Tool,
    dialect: Dialect,
    review: &Review,
    mut body: Value,
    mut book: Codebook,
) -> Result<Inspected, Problem> {
    let words = if review.may_stop() { last_words(&body) } else { Vec::new() };
    let mut opened = open_arguments(&mut body);
    let (decision, applied, shown) = {
        let mut found = read(dialect, &mut body).map_err(Problem::Unreadable)?;
        for Opened { data, .. } in &mut opened {
            let inner = read_data(data).map_err(Problem::Unreadable)?;
            found.leaves.extend(inner.leaves);
            found.keys.extend(inner.keys);
        }
        let texts: Vec<String> = found.leaves.iter_mut().map(take_text).collect();
        let segments: Vec<Segment<'_>> = texts
            .iter()
            .zip(&found.leaves)
            .map(|(text, leaf)| Segment { text, label: leaf.label })
            .chain(found.keys.iter().map(|key| Segment { text: key, label: "" }))
            .collect();
        let is_seen = review.is_seen(&texts)?;
        let mut findings = rules.detector.detect_document(&segments);
        let applied = choice::apply(review.choices(), &rules.policy, tool, &segments, &mut findings);
        let decision =
            decide(&rules.policy, tool, findings.iter().flatten().filter(|one| choice::weighs(one)));

        let (in_leaves, in_keys) = findings.split_at(texts.len());
        let is_masked =
            |finding: &Finding| finding.detector == choice::HAND || decision.masked.contains(&finding.kind);
        let mut shown = None;
        if review.stops(is_seen, &findings, &applied) {
            let ground = (&*rules.policy, tool);
            let seen = seen(&words, &segments, &findings, &applied, ground, &decision.masked, &mut book);
            shown = Some((seen.map_err(|_| Problem::Full)?, review.receipt(&texts)));
        } else if decision.verdict < Verdict::Block {
            if in_keys.iter().flatten().any(&is_masked) {
                return Err(Problem::KeyWithData);
            }
            for (leaf, found) in found.leaves.iter().zip(in_leaves) {
                if leaf.slot == Slot::Signed && found.iter().any(is_masked) {
                    return Err(Problem::SignedWithData);
                }
            }
            let masked =
                mask(&segments[..texts.len()], in_leaves, &decision.masked, &found.leaves, &mut book)?;
            for ((leaf, text), masked) in found.leaves.iter_mut().zip(&texts).zip(masked) {
                put_text(leaf, text, masked);
            }
        }
        (decision, applied, shown)
    };
    close_arguments(&mut body, opened);
    Ok(Inspected { body: Bytes::from(body.to_string()), book, decision, applied, shown })
}

/// Signed parts take part in detection, so that a name in them is known elsewhere, but are not rewritten.
fn mask(
    segments: &[Segment<'_>],
    findings: &[Vec<Finding>],
    masked: &[Kind],
    leaves: &[Leaf<'_>],
    book: &mut Codebook,
) -> Result<Vec<Option<String>>, Problem> {
    let mut texts = pseudonymise(segments, findings, masked, book).map_err(|_| Problem::Full)?;
    for (text, leaf) in texts.iter_mut().zip(leaves) {
        if leaf.slot == Slot::Signed {
            *text = None;
        }
    }
    Ok(texts)
}

fn take_text(leaf: &mut Leaf<'_>) -> String {
    match &mut *leaf.value {
        Value::String(text) => std::mem::take(text),
        other => other.to_string(),
    }
}

fn put_text(leaf: &mut Leaf<'_>, text: &str, masked: Option<String>) {
    match (masked, leaf.slot) {
        (Some(masked), Slot::Name) => {
            *leaf.value = Value::String(masked.replace(['[', ']'], "").replace(' ', "_"));
        }
        (Some(masked), _) => *leaf.value = Value::String(masked),
        // A number that stays is still there; a string was taken out.
        (None, _) => {
            if let Value::String(slot) = leaf.value {
                text.clone_into(slot);
            }
        }
    }
}
