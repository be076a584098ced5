//! From a body to a request that may leave: read, detect, decide, pseudonymise, record.
//!
//! [`Cleared`] is the only thing [`crate::upstream`] sends, and only [`clear`] makes one, after the evidence is
//! written (invariant 4). That is enough to outlive this process. Nothing of the answer is released before it is on the disk:
//! `back` sees to that, while the provider thinks.

use std::sync::Arc;

use aws_lc_rs::hmac;
use bytes::Bytes;
use serde_json::Value;
use sluis_core::choice::Applied;
use sluis_core::key::VirtualKey;
use sluis_core::policy::{Sinks, Tool};
use sluis_core::practice;
use sluis_core::pseudonym::{Codebook, Issued, Token};
use sluis_core::verdict::{Verdict, explain};
use sluis_detect::{Practice, Profile, practices};
use sluis_ledger::{Entry, Event};
use sluis_store::{Conversation, Pseudonym};

use crate::Gateway;
use crate::conversation::{Scope, question};
use crate::dialect::Dialect;
use crate::governance::Rules;
use crate::inspection::{Inspected, inspect};
use crate::problem::Problem;
use crate::review::{Report, Review};

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
    /// Whether it stops to be looked at, and what the person decided.
    pub review: Review,
    /// The identifier of the request.
    pub request: String,
}

/// Clears a request, or says why not. Both ways stand in the evidence when this returns.
///
/// # Errors
/// Everything of the way out.
pub async fn clear(gateway: &Gateway, asking: Asking) -> Result<(Cleared, Passage), Problem> {
    let Asking { key, channel, rules, tool, dialect, body, bytes, scope, agreed, receipt, review, request } =
        asking;
    let wants_json = wants_json(&body);
    let wants_stream = body.get("stream") == Some(&Value::Bool(true));
    let practice = asked_for(&body, dialect);
    let mut entry = gateway.store.entry(Event::Sent);
    entry.principal = key.principal().into();
    entry.tool.clone_from(&tool.name);
    entry.channel = channel.into();
    entry.request = request;
    entry.policy.clone_from(&rules.policy.version);

    let course = Course { rules: &rules, tool: &tool, dialect, bytes, review: Arc::new(review) };
    let outcome = inspect_and_keep(gateway, &course, body, &scope).await;
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
            note(&mut entry, &inspected.applied);
            if let Some((seen, receipt)) = inspected.shown {
                if verdict < Verdict::Ask {
                    message = Problem::looked(gateway.language).into();
                }
                let report = Report { message, verdict, receipt, seen };
                return Err(refuse(gateway, entry, Problem::Review(Box::new(report))).await);
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
        .sum::<u32>()
        + by_hand(&inspected);
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

/// Records what the person decided: how often, of which kind.
fn note(entry: &mut Entry, applied: &Applied) {
    for (name, counts) in [("added", &applied.added), ("released", &applied.released)] {
        if !counts.is_empty() {
            let counts = counts.iter().map(|(kind, count)| ((*kind).to_owned(), Value::from(*count)));
            entry.rest.insert(name.into(), Value::Object(counts.collect()));
        }
    }
}

/// How much was masked by hand that the table would have let go.
fn by_hand(inspected: &Inspected) -> u32 {
    let is_counted = |kind: &str| {
        inspected.decision.counts.contains_key(kind)
            && inspected.decision.masked.iter().any(|masked| masked.name() == kind)
    };
    inspected.applied.added.iter().filter(|(kind, _)| !is_counted(kind)).map(|(_, count)| count).sum()
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
        Problem::Review(_) => Event::Reviewed,
        Problem::Key(_) | Problem::NoTool | Problem::Shut { .. } | Problem::Receipt => Event::Refused,
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

/// By which rules, to which tool, and how.
struct Course<'a> {
    rules: &'a Arc<Rules>,
    tool: &'a Arc<Tool>,
    dialect: Dialect,
    /// How many bytes the body had.
    bytes: usize,
    review: Arc<Review>,
}

async fn inspect_and_keep(
    gateway: &Gateway,
    course: &Course<'_>,
    body: Value,
    scope: &Scope,
) -> Result<Inspected, Problem> {
    let Some(name) = scope.kept_under else {
        let book = Codebook::new(&scope.secret);
        return run_inspection(course, body, book).await;
    };
    let keep_days = i64::from(course.rules.policy.keep_days);
    let expires = (gateway.source.now)().saturating_add(keep_days * 86_400_000_000);
    let conversation = gateway.store.conversation(&name, expires).await.map_err(|_| Problem::Store)?;
    for _ in 0..ATTEMPTS {
        let mut book = Codebook::new(&derived(&conversation.secret, b"codes"));
        let kept = gateway.store.vault(&conversation).await.map_err(|_| Problem::Store)?;
        book.load(kept.iter().filter_map(from_vault));
        let mut inspected = run_inspection(course, body.clone(), book).await?;
        if inspected.decision.verdict == Verdict::Block || inspected.shown.is_some() {
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

async fn run_inspection(course: &Course<'_>, body: Value, book: Codebook) -> Result<Inspected, Problem> {
    let (rules, tool) = (Arc::clone(course.rules), Arc::clone(course.tool));
    let (dialect, review) = (course.dialect, Arc::clone(&course.review));
    let is_quick = course.bytes <= INLINE_BYTES && rules.detector.profile() == Profile::Fast;
    let work = move || inspect(&rules, &tool, dialect, &review, body, book);
    if is_quick {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::Internal)?
}
