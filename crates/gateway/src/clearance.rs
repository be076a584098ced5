//! From a body to a request that may leave: read, detect, decide, pseudonymise, record.
//!
//! [`Cleared`] is the only thing [`crate::upstream`] sends, and only [`clear`] makes one, after the evidence is
//! written (invariant 4). That is enough to outlive this process. Nothing of the answer is released before it is on the disk:
//! `back` sees to that, while the provider thinks.

use std::sync::Arc;

use aws_lc_rs::hmac;
use bytes::Bytes;
use serde_json::Value;
use sluis_core::key::VirtualKey;
use sluis_core::mask::pseudonymise;
use sluis_core::policy::{Sinks, Tool};
use sluis_core::practice;
use sluis_core::pseudonym::{Codebook, Issued, Token};
use sluis_core::verdict::{Decision, Verdict, decide, explain};
use sluis_detect::{Detector, Finding, Kind, Practice, Profile, Segment, practices};
use sluis_ledger::{Entry, Event};
use sluis_store::{Conversation, Pseudonym};

use crate::Gateway;
use crate::body::{Leaf, Opened, Slot, close_arguments, open_arguments, read, read_data};
use crate::conversation::{Scope, question};
use crate::dialect::Dialect;
use crate::governance::Rules;
use crate::problem::Problem;

/// Bodies above this size are inspected on a thread of their own, so that others do not wait: a millisecond or two of the
/// fast detector. The accurate one always gets a thread.
const INLINE_BYTES: usize = 64 << 10;

/// How often two nodes may get in each other's way before we give up.
const ATTEMPTS: usize = 5;

/// A request that went through every gate and stands in the evidence. Its fields cannot be changed.
#[derive(Debug)]
pub struct Cleared {
    tool: Arc<Tool>,
    dialect: Dialect,
    body: Bytes,
}

impl Cleared {
    /// Where it goes.
    #[must_use]
    pub fn tool(&self) -> &Tool {
        &self.tool
    }

    /// In which wire format.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What leaves.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// What the way back needs to know of a cleared request.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The tokens that can come back.
    pub book: Arc<Codebook>,
    /// The rules it went by.
    pub rules: Arc<Rules>,
    /// The tool it went to.
    pub tool: Arc<Tool>,
    /// The wire format.
    pub dialect: Dialect,
    /// Copied into the entry of the answer.
    pub sent: Arc<Entry>,
    /// How many findings were replaced.
    pub masked: u32,
    /// Set when the provider keeps the conversation: goes into the response's id.
    pub conversation: Option<String>,
    /// Where values may be put back.
    pub sinks: Sinks,
    /// Whether the caller asked for an answer in JSON.
    pub wants_json: bool,
    /// Whether the caller asked for a stream.
    pub wants_stream: bool,
}

/// A request on its way to clearance.
#[derive(Debug)]
pub struct Asking {
    /// Who asks.
    pub key: Arc<VirtualKey>,
    /// Where the text came from.
    pub channel: &'static str,
    /// The rules of this moment.
    pub rules: Arc<Rules>,
    /// For which tool.
    pub tool: Arc<Tool>,
    /// In which wire format.
    pub dialect: Dialect,
    /// The body as it came.
    pub body: Value,
    /// How many bytes it had.
    pub bytes: usize,
    /// Which conversation it belongs to.
    pub scope: Scope,
    /// Places that the client agreed to beforehand, where the policy asks.
    pub agreed: Vec<String>,
    /// The receipt of an earlier answer "ask", if the person agreed.
    pub receipt: Option<String>,
    /// The identifier of the request.
    pub request: String,
}

struct Inspected {
    body: Bytes,
    book: Codebook,
    decision: Decision,
}

/// Clears a request, or says why not. Both ways stand in the evidence when this returns.
///
/// # Errors
/// Everything of the way out.
pub async fn clear(gateway: &Gateway, asking: Asking) -> Result<(Cleared, Passage), Problem> {
    let Asking { key, channel, rules, tool, dialect, body, bytes, scope, agreed, receipt, request } = asking;
    let wants_json = wants_json(&body);
    let wants_stream = body.get("stream") == Some(&Value::Bool(true));
    let practice = asked_for(&body, dialect);
    let mut entry = gateway.store.entry(Event::Sent);
    entry.principal = key.principal().into();
    entry.tool.clone_from(&tool.name);
    entry.channel = channel.into();
    entry.request = request;
    entry.policy.clone_from(&rules.policy.version);

    let outcome = inspect_and_keep(gateway, &rules, &tool, dialect, body, bytes, &scope).await;
    let (inspected, confirmed) = match outcome {
        Ok(inspected) => {
            let decision = &inspected.decision;
            entry.findings =
                decision.counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
            entry.verdict = decision.verdict.name().into();
            entry.rule = decision.rule(&tool);
            let mut verdict = decision.verdict;
            let mut message = explain(decision, &tool, gateway.language);
            if let Some(practice) = practice.filter(|&practice| practice::verdict(practice) > verdict) {
                verdict = practice::verdict(practice);
                entry.verdict = verdict.name().into();
                entry.rule = practice::rule(practice);
                message = practice::explain(practice, gateway.language);
            }
            match verdict {
                Verdict::Block => return Err(refuse(gateway, entry, Problem::Blocked(message)).await),
                Verdict::Ask => {
                    let wanted = agreement(gateway, key.principal(), &tool.name, &inspected.body);
                    if receipt.as_deref() != Some(wanted.as_str()) {
                        let problem = Problem::Ask { message, receipt: wanted };
                        return Err(refuse(gateway, entry, problem).await);
                    }
                    (inspected, true)
                }
                Verdict::Allow | Verdict::Pseudonymise => (inspected, false),
            }
        }
        Err(problem) => return Err(refuse(gateway, entry, problem).await),
    };
    if confirmed {
        entry.outcome = "confirmed".into();
    }
    let masked = inspected
        .decision
        .masked
        .iter()
        .map(|kind| entry.findings.get(kind.name()).copied().unwrap_or(0))
        .sum();
    gateway.metrics.findings(&entry.findings);
    let sent = Arc::new(entry.clone());
    gateway.store.write(entry).await.map_err(|_| Problem::Store)?;

    let passage = Passage {
        book: Arc::new(inspected.book),
        tool: Arc::clone(&tool),
        dialect,
        sent,
        masked,
        conversation: scope.kept_by_provider,
        sinks: rules.policy.sinks.agreed(&agreed),
        rules,
        wants_json,
        wants_stream,
    };
    Ok((Cleared { tool, dialect, body: inspected.body }, passage))
}

/// The strictest practice that the person's last words ask for.
fn asked_for(body: &Value, dialect: Dialect) -> Option<Practice> {
    if dialect == Dialect::Embeddings {
        return None;
    }
    practices(&question(body)).into_iter().max_by_key(|&practice| practice::verdict(practice))
}

/// Whether the answer's text will be JSON, in each protocol's way of asking.
fn wants_json(body: &Value) -> bool {
    ["/response_format/type", "/text/format/type", "/output_format/type", "/output_config/format/type"]
        .iter()
        .filter_map(|place| body.pointer(place).and_then(Value::as_str))
        .any(|kind| kind.starts_with("json"))
}

/// Records that a request did not leave. When even that fails, the store's problem is the one to report.
pub async fn refuse(gateway: &Gateway, mut entry: Entry, problem: Problem) -> Problem {
    entry.event = match problem {
        Problem::Blocked(_) | Problem::Ask { .. } => Event::Blocked,
        Problem::Key(_) | Problem::NoTool | Problem::Shut { .. } => Event::Refused,
        _ => Event::Failed,
    };
    entry.outcome = problem.code().into();
    gateway.metrics.refused(problem.code());
    match gateway.store.append(entry).await {
        Ok(_) => problem,
        Err(_) => Problem::Store,
    }
}

/// What a person agrees to: this very text, to this tool, with this key.
fn agreement(gateway: &Gateway, key: &str, tool: &str, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&gateway.agreements);
    for part in [key.as_bytes(), tool.as_bytes(), body] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    sluis_ledger::hex(&context.sign().as_ref()[..16])
}

async fn inspect_and_keep(
    gateway: &Gateway,
    rules: &Arc<Rules>,
    tool: &Arc<Tool>,
    dialect: Dialect,
    body: Value,
    bytes: usize,
    scope: &Scope,
) -> Result<Inspected, Problem> {
    let Some(name) = scope.kept_under else {
        let book = Codebook::new(&scope.secret);
        return run_inspection(rules, tool, dialect, body, bytes, book).await;
    };
    let expires = (gateway.source.now)().saturating_add(i64::from(rules.policy.keep_days) * 86_400_000_000);
    let conversation = gateway.store.conversation(&name, expires).await.map_err(|_| Problem::Store)?;
    for _ in 0..ATTEMPTS {
        let mut book = Codebook::new(&derived(&conversation.secret, b"codes"));
        let kept = gateway.store.vault(&conversation).await.map_err(|_| Problem::Store)?;
        book.load(kept.iter().filter_map(from_vault));
        let mut inspected = run_inspection(rules, tool, dialect, body.clone(), bytes, book).await?;
        if inspected.decision.verdict == Verdict::Block {
            // What does not leave needs no way back.
            return Ok(inspected);
        }
        let fresh: Vec<Pseudonym> =
            inspected.book.take_fresh().iter().map(|issued| to_vault(&conversation, issued)).collect();
        if fresh.is_empty() {
            return Ok(inspected);
        }
        let conflicts = gateway.store.remember(&conversation, &fresh).await.map_err(|_| Problem::Store)?;
        if conflicts.is_empty() {
            return Ok(inspected);
        }
        // Another node issued tokens in the meantime: start again with what it issued.
    }
    Err(Problem::Store)
}

fn derived(secret: &[u8; 32], label: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    out.copy_from_slice(hmac::sign(&key, label).as_ref());
    out
}

/// In the vault a value stands behind its normal form, which no value contains a NUL of.
fn to_vault(conversation: &Conversation, issued: &Issued) -> Pseudonym {
    let word = issued.token.word.stored();
    let value = format!("{}\0{}", issued.canonical.replace('\0', " "), issued.surface);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &derived(&conversation.secret, b"fingerprints"));
    let mut context = hmac::Context::with_key(&key);
    context.update(word.as_bytes());
    context.update(&[0]);
    context.update(value.as_bytes());
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(context.sign().as_ref());
    Pseudonym {
        token: issued.token.to_string(),
        kind: word.into(),
        value,
        entity: issued.token.code,
        fingerprint,
    }
}

fn from_vault(kept: &Pseudonym) -> Option<Issued> {
    let (canonical, surface) = kept.value.split_once('\0')?;
    Some(Issued {
        token: Token::from_stored(&kept.kind, &kept.token)?,
        canonical: canonical.into(),
        surface: surface.into(),
    })
}

async fn run_inspection(
    rules: &Arc<Rules>,
    tool: &Arc<Tool>,
    dialect: Dialect,
    body: Value,
    bytes: usize,
    book: Codebook,
) -> Result<Inspected, Problem> {
    let (inside, tool) = (Arc::clone(rules), Arc::clone(tool));
    let work = move || {
        inspect(&inside.detector, dialect, body, book, |findings| decide(&inside.policy, &tool, findings))
    };
    if bytes <= INLINE_BYTES && rules.detector.profile() == Profile::Fast {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::Internal)?
}

fn inspect(
    detector: &Detector,
    dialect: Dialect,
    mut body: Value,
    mut book: Codebook,
    decide: impl FnOnce(&mut dyn Iterator<Item = &Finding>) -> Decision,
) -> Result<Inspected, Problem> {
    let mut opened = open_arguments(&mut body);
    let decision = {
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
        let findings = detector.detect_document(&segments);
        let decision = decide(&mut findings.iter().flatten());

        let (in_leaves, in_keys) = findings.split_at(texts.len());
        let is_masked = |finding: &Finding| decision.masked.contains(&finding.kind);
        if decision.verdict < Verdict::Block {
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
        decision
    };
    close_arguments(&mut body, opened);
    Ok(Inspected { body: Bytes::from(body.to_string()), book, decision })
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
