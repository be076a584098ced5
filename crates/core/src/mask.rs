//! Replacing findings by tokens, in all segments of a document at once.

use std::ops::Range;

use sluis_detect::{Finding, Identity, Kind, Segment, identities, normalise};
use std::collections::HashMap;

use crate::pseudonym::{Codebook, Full, Word};
use crate::restore::tokens_in;

/// Replaces in each segment the findings whose kind is in `masked`, and escapes text that could be mistaken
/// for a token, so that restoring gives back exactly what came in. Returns the new texts in the same order;
/// `None` where nothing had to change.
///
/// # Errors
/// [`Full`] when the conversation can hold no more values; nothing may be sent then.
pub fn pseudonymise(
    segments: &[Segment<'_>],
    findings: &[Vec<Finding>],
    masked: &[Kind],
    book: &mut Codebook,
) -> Result<Vec<Option<String>>, Full> {
    let replaced = replacements(segments, findings, masked, book)?;
    Ok(segments.iter().zip(replaced).map(|(segment, spans)| rewrite(segment.text, &spans)).collect())
}

/// For each segment of a document the stretches that are replaced, in order, and their tokens.
pub type Replacements = Vec<Vec<(Range<usize>, String)>>;

/// What [`pseudonymise`] puts in place of what.
///
/// # Errors
/// [`Full`] when the conversation can hold no more values; nothing may be sent then.
pub fn replacements(
    segments: &[Segment<'_>],
    findings: &[Vec<Finding>],
    masked: &[Kind],
    book: &mut Codebook,
) -> Result<Replacements, Full> {
    let owners = identities(segments, findings);
    let canonical = canonical_forms(&owners);

    // First every finding gets its token: only then is it known what plain text could be mistaken for one.
    let mut replaced: Replacements = Vec::with_capacity(segments.len());
    for (index, segment) in segments.iter().enumerate() {
        let mut spans = Vec::new();
        let mut end = 0;
        let found = findings.get(index).map_or(&[][..], Vec::as_slice);
        let mut order: Vec<usize> = (0..found.len()).filter(|&i| masked.contains(&found[i].kind)).collect();
        order.sort_by_key(|&i| (found[i].start, std::cmp::Reverse(found[i].end)));
        for i in order {
            let finding = &found[i];
            // Findings of special categories may overlap identifiers: what is left of them is replaced too.
            let range = finding.start.max(end)..finding.end;
            if range.is_empty() {
                continue;
            }
            let surface = &segment.text[range.clone()];
            let shared = owners.get(index).and_then(|o| o.get(i)).and_then(|o| canonical.get(&o.entity));
            let canonical = match shared {
                Some(shared) if range.start == finding.start => *shared,
                _ => &normalise(finding.kind, surface),
            };
            let token = book.issue(Word::Kind(finding.kind), canonical, surface)?;
            end = range.end;
            spans.push((range, token.to_string()));
        }
        replaced.push(spans);
    }

    // Then the text between: escaping issues tokens too, which could in turn stand in the text, so until none
    // is new.
    loop {
        let issued = book.len();
        for (segment, spans) in segments.iter().zip(&mut replaced) {
            escape_between(segment.text, spans, book)?;
        }
        if book.len() == issued {
            break;
        }
    }
    Ok(replaced)
}

/// The normal form of the first mention of each entity: it names the entity in the codebook, and stays the
/// same when a conversation grows.
fn canonical_forms(owners: &[Vec<Identity>]) -> HashMap<usize, &str> {
    let mut forms = HashMap::new();
    for owner in owners.iter().flatten() {
        forms.entry(owner.entity).or_insert(owner.normal.as_str());
    }
    forms
}

fn escape_between(
    text: &str,
    spans: &mut Vec<(Range<usize>, String)>,
    book: &mut Codebook,
) -> Result<(), Full> {
    let mut escaped = Vec::new();
    let mut start = 0;
    for next in spans.iter().map(|(range, _)| range.clone()).chain(std::iter::once(text.len()..text.len())) {
        for token in tokens_in(&text[start..next.start], book) {
            escaped.push(start + token.start..start + token.end);
        }
        start = next.end;
    }
    for range in escaped {
        let surface = &text[range.clone()];
        let token = book.issue(Word::Text, surface, surface)?;
        spans.push((range, token.to_string()));
    }
    spans.sort_by_key(|(range, _)| range.start);
    Ok(())
}

fn rewrite(text: &str, spans: &[(Range<usize>, String)]) -> Option<String> {
    if spans.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + spans.len() * 8);
    let mut at = 0;
    for (range, token) in spans {
        out.push_str(&text[at..range.start]);
        out.push_str(token);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Some(out)
}
