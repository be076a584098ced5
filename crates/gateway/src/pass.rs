//! One request through the lock: identify, gates, read, detect, decide, record, forward, restore, record.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;
use sluis_core::key::{Refusal, VirtualKey};
use sluis_core::policy::{Answers, Protocol, Tool};
use sluis_core::restore::Place;
use sluis_ledger::{Event, hex};
use tokio::sync::{mpsc, oneshot};

use crate::Gateway;
use crate::answer::{self, Usage, mark_response};
use crate::clearance::{Asking, Cleared, Passage, clear, refuse};
use crate::conversation::scope;
use crate::dialect::Dialect;
use crate::identify::month;
use crate::json;
use crate::lane::{Tally, Way};
use crate::problem::Problem;
use crate::sse::{self, Reader};
use crate::stream::Rewriter;
use crate::upstream::{Answer, Deployment, collect};

/// Carries the receipt of an answer "ask".
pub const RECEIPT_HEADER: &str = "x-sluis-receipt";

/// Names the places (`url`, `tool`, `text`, with commas) where the client agrees that values are put back, as far
/// as the policy asks.
pub const RESTORE_HEADER: &str = "x-sluis-restore";

/// Events of an answer that may wait for a slow client; more makes the provider wait.
const WAITING_EVENTS: usize = 16;

/// Serves one request on one of the endpoints that carry text.
pub async fn pass(
    gateway: Arc<Gateway>,
    dialect: Dialect,
    deployment: Option<Deployment>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    gateway.metrics.request();
    let mut random = [0; 16];
    (gateway.source.random)(&mut random);
    let request = hex(&random);
    // A task of its own: when the client leaves, this future is dropped, but the evidence still gets its ending.
    let (stays, leaves) = oneshot::channel();
    let task = tokio::spawn({
        let (gateway, request) = (Arc::clone(&gateway), request.clone());
        async move { serve(&gateway, dialect, deployment, &headers, body, &request, leaves).await }
    });
    let outcome = task.await.unwrap_or(Err(Problem::Internal));
    drop::<oneshot::Sender<()>>(stays);
    let mut response = outcome.unwrap_or_else(|problem| problem.respond(dialect, gateway.language));
    if let Ok(value) = HeaderValue::from_str(&request) {
        response.headers_mut().insert("x-sluis-request", value);
    }
    response
}

async fn serve(
    gateway: &Arc<Gateway>,
    dialect: Dialect,
    deployment: Option<Deployment>,
    headers: &HeaderMap,
    body: Body,
    request: &str,
    leaves: oneshot::Receiver<()>,
) -> Result<Response<Body>, Problem> {
    let came_in = (gateway.source.now)();
    let key = identify(gateway, headers, request, came_in).await?;
    let (asking, hides_usage) =
        match prepare(gateway, dialect, deployment.as_ref(), headers, body, &key, request).await {
            Ok(prepared) => prepared,
            Err(problem) => {
                let mut entry = gateway.store.entry(Event::Refused);
                entry.principal.clone_from(&key.id);
                entry.request = request.into();
                return Err(refuse(gateway, entry, problem).await);
            }
        };
    let (cleared, passage) = clear(gateway, asking).await?;
    let left = (gateway.source.now)();
    gateway.metrics.inside(u64::try_from(left - came_in).unwrap_or(0));

    let back = Back { gateway: Arc::clone(gateway), key, passage, came_in, hides_usage };
    tokio::select! {
        outcome = back.exchange(cleared, headers, deployment) => return outcome,
        _ = leaves => {}
    }
    // Nobody reads the answer any more, but the evidence gets its ending.
    back.record(Event::Failed, "client_left", &Tally::default(), Usage::default()).await?;
    Err(Problem::BodyBrokenOff)
}

/// Everything before the first look at the text: body, tool, options, conversation.
async fn prepare(
    gateway: &Gateway,
    dialect: Dialect,
    deployment: Option<&Deployment>,
    headers: &HeaderMap,
    body: Body,
    key: &Arc<VirtualKey>,
    request: &str,
) -> Result<(Asking, bool), Problem> {
    let bytes = receive(gateway, body).await?;
    let mut body = json::parse(&bytes).map_err(Problem::Json)?;
    let tool = choose_tool(gateway, dialect, deployment, key, &mut body)?;
    check_options(gateway, dialect, &body)?;
    let hides_usage = key.tokens_per_month.is_some() && dialect == Dialect::Chat && ask_for_usage(&mut body);
    let scope = scope(&gateway.scopes, &key.id, dialect, headers, &mut body, || {
        let mut random = [0; 16];
        (gateway.source.random)(&mut random);
        hex(&random)
    });
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let asking = Asking {
        key: Arc::clone(key),
        tool,
        dialect,
        body,
        bytes: bytes.len(),
        scope,
        agreed: text(RESTORE_HEADER)
            .map(|places| places.split(',').map(|place| place.trim().to_owned()).collect())
            .unwrap_or_default(),
        receipt: text(RECEIPT_HEADER).map(str::to_owned),
        request: request.into(),
    };
    Ok((asking, hides_usage))
}

/// A streamed chat is only counted by the provider when it is asked to. Says whether the client had not asked.
fn ask_for_usage(body: &mut Value) -> bool {
    let asked = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
    if body.get("stream") != Some(&Value::Bool(true)) || asked {
        return false;
    }
    if !body.get("stream_options").is_some_and(Value::is_object) {
        body["stream_options"] = Value::Object(serde_json::Map::new());
    }
    body["stream_options"]["include_usage"] = true.into();
    true
}

async fn identify(
    gateway: &Gateway,
    headers: &HeaderMap,
    request: &str,
    now: i64,
) -> Result<Arc<VirtualKey>, Problem> {
    match gateway.doorman.identify(&gateway.store, headers, now).await {
        Err(_) => Err(Problem::Store),
        Ok(Ok(key)) => Ok(key),
        Ok(Err((refusal, key))) => {
            let problem = Problem::Key(refusal);
            // A guess at a key says nothing about a person, and must not be able to fill the ledger.
            let Some(key) = key else {
                gateway.metrics.refused(problem.code());
                return Err(problem);
            };
            let mut entry = gateway.store.entry(Event::Refused);
            entry.principal.clone_from(&key.id);
            entry.request = request.into();
            Err(refuse(gateway, entry, problem).await)
        }
    }
}

async fn receive(gateway: &Gateway, body: Body) -> Result<Bytes, Problem> {
    let limits = gateway.upstream.limits;
    let reading = axum::body::to_bytes(body, limits.request_bytes);
    match tokio::time::timeout(limits.request_time, reading).await {
        Err(_) => Err(Problem::BodyBrokenOff),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let too_large = std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().contains("length limit exceeded"));
            Err(if too_large { Problem::TooLarge(limits.request_bytes) } else { Problem::BodyBrokenOff })
        }
    }
}

/// Finds the tool for a model: `tool/model` names both, otherwise the first that offers it. The provider gets
/// the model's own name.
fn choose_tool(
    gateway: &Gateway,
    dialect: Dialect,
    deployment: Option<&Deployment>,
    key: &VirtualKey,
    body: &mut Value,
) -> Result<Arc<Tool>, Problem> {
    let model = match (deployment, body.get("model")) {
        (Some(deployment), _) => deployment.name.clone(),
        (None, Some(Value::String(model))) => model.clone(),
        (None, _) => return Err(Problem::NoTool),
    };
    let speaks = |tool: &Tool| match tool.protocol {
        Protocol::Demo => true,
        Protocol::Anthropic => dialect.is_anthropic(),
        Protocol::Azure => !dialect.is_anthropic(),
        Protocol::Openai => !dialect.is_anthropic() && deployment.is_none(),
    };
    let named = model
        .split_once('/')
        .and_then(|(name, rest)| gateway.tools.iter().find(|tool| tool.name == name).map(|tool| (tool, rest)))
        .filter(|(tool, rest)| speaks(tool) && tool.offers(rest));
    if let Some((tool, rest)) = named {
        body["model"] = rest.into();
        return if key.reaches(&tool.name) { Ok(Arc::clone(tool)) } else { Err(Problem::Key(Refusal::Tool)) };
    }
    let mut offering = gateway.tools.iter().filter(|tool| speaks(tool) && tool.offers(&model)).peekable();
    if offering.peek().is_none() {
        return Err(Problem::NoTool);
    }
    offering.find(|tool| key.reaches(&tool.name)).map(Arc::clone).ok_or(Problem::Key(Refusal::Tool))
}

/// Options that would get round the lock.
fn check_options(gateway: &Gateway, dialect: Dialect, body: &Value) -> Result<(), Problem> {
    let on = |name: &str| body.get(name).is_some_and(|v| !v.is_null() && v != &Value::Bool(false));
    // The provider would answer later, behind the lock's back.
    if on("background") {
        return Err(Problem::Option("background"));
    }
    // They show the model's own words before they are masked.
    if gateway.policy.answers == Answers::Mask && (on("logprobs") || on("top_logprobs")) {
        return Err(Problem::Option("logprobs"));
    }
    let audio = body.get("modalities").and_then(Value::as_array);
    if dialect == Dialect::Chat && audio.is_some_and(|list| list.iter().any(|m| m != "text")) {
        return Err(Problem::Option("modalities"));
    }
    Ok(())
}

/// The way back of one request.
#[derive(Clone)]
struct Back {
    gateway: Arc<Gateway>,
    key: Arc<VirtualKey>,
    passage: Passage,
    came_in: i64,
    hides_usage: bool,
}

impl Back {
    fn way(&self) -> Way {
        Way {
            detector: Arc::clone(&self.gateway.detector),
            policy: Arc::clone(&self.gateway.policy),
            tool: Arc::clone(&self.passage.tool),
            book: Arc::clone(&self.passage.book),
            sinks: self.passage.sinks,
            text: if self.passage.wants_json { Place::Json } else { Place::Text },
        }
    }

    /// Records how it ended, and counts what it cost. Returns when that is durable.
    async fn record(&self, event: Event, outcome: &str, tally: &Tally, usage: Usage) -> Result<(), Problem> {
        let gateway = &self.gateway;
        let sent = &self.passage.sent;
        let mut entry = gateway.store.entry(event);
        entry.principal.clone_from(&sent.principal);
        entry.tool.clone_from(&sent.tool);
        entry.channel.clone_from(&sent.channel);
        entry.request.clone_from(&sent.request);
        entry.policy.clone_from(&sent.policy);
        entry.findings.clone_from(&tally.new);
        entry.restored = tally.restored;
        entry.tokens_in = usage.input;
        entry.tokens_out = usage.output;
        entry.duration_us = u64::try_from((gateway.source.now)() - self.came_in).ok();
        entry.outcome = outcome.into();
        gateway.metrics.restored(tally.restored, tally.kept_back);
        if self.key.tokens_per_month.is_some() && usage.total() > 0 {
            let month = month((gateway.source.now)());
            gateway.store.add_usage(&self.key.id, &month, usage.total()).await.map_err(|_| Problem::Store)?;
        }
        gateway.store.append(entry).await.map(|_| ()).map_err(|_| Problem::Store)
    }

    /// To the provider and back.
    async fn exchange(
        &self,
        cleared: Cleared,
        headers: &HeaderMap,
        deployment: Option<Deployment>,
    ) -> Result<Response<Body>, Problem> {
        let answer = match self.gateway.upstream.send(&cleared, headers, deployment.as_ref()).await {
            Ok(answer) => answer,
            Err(problem) => return Err(self.fail(problem).await),
        };
        drop(cleared);
        if answer.status.is_success() && answer.media_type == "text/event-stream" {
            Ok(self.clone().stream(answer))
        } else {
            self.whole(answer).await
        }
    }

    async fn fail(&self, problem: Problem) -> Problem {
        self.gateway.metrics.refused(problem.code());
        match self.record(Event::Failed, problem.code(), &Tally::default(), Usage::default()).await {
            Ok(()) => problem,
            Err(store) => store,
        }
    }

    /// A whole JSON answer, or an error of the provider's.
    async fn whole(&self, answer: Answer) -> Result<Response<Body>, Problem> {
        let Answer { status, headers, media_type, body } = answer;
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(self.fail(Problem::ProviderKey).await);
            }
            _ if status.is_redirection() || status.is_informational() => {
                return Err(self.fail(Problem::BadAnswer).await);
            }
            _ => {}
        }
        let bytes = match collect(body, self.gateway.upstream.limits.answer_bytes).await {
            Ok(bytes) => bytes,
            Err(problem) => return Err(self.fail(problem).await),
        };
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        let Some(mut value) = is_json.then(|| json::parse(&bytes).ok()).flatten() else {
            return Err(self.fail(Problem::BadAnswer).await);
        };
        let mut usage = Usage::default();
        if let Some(object) = value.get("usage") {
            usage.see(object);
        }
        let mut tally = Tally::default();
        answer::rewrite(&self.way(), &mut value, &mut tally);
        mark_response(&mut value, self.passage.conversation.as_deref());
        let (event, outcome) =
            if status.is_success() { (Event::Answered, "ok") } else { (Event::Failed, "upstream_error") };
        self.record(event, outcome, &tally, usage).await?;
        let mut response = Response::new(Body::from(value.to_string()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.tell(&mut response);
        Ok(response)
    }

    /// Lets the client's page tell the person how much was masked.
    fn tell(&self, response: &mut Response<Body>) {
        response.headers_mut().insert("x-sluis-masked", HeaderValue::from(self.passage.masked));
    }

    /// A streamed answer. It runs in a task of its own: when the client leaves, the task notices and drops the
    /// connection to the provider; when the client is slow, the provider waits.
    fn stream(self, answer: Answer) -> Response<Body> {
        self.gateway.metrics.stream();
        let (to_client, events) = mpsc::channel::<Result<Bytes, std::convert::Infallible>>(WAITING_EVENTS);
        let body = futures::stream::unfold(events, |mut events| async move {
            events.recv().await.map(|event| (event, events))
        });
        let mut response = Response::new(Body::from_stream(body));
        *response.headers_mut() = answer.headers.clone();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        self.tell(&mut response);
        tokio::spawn(self.run(answer, to_client));
        response
    }

    async fn run(self, answer: Answer, to_client: mpsc::Sender<Result<Bytes, std::convert::Infallible>>) {
        let dialect = self.passage.dialect;
        let mut rewriter =
            Rewriter::new(self.way(), dialect, self.passage.conversation.clone(), self.hides_usage);
        let ending = self.forward(answer, &mut rewriter, &to_client).await;
        let (tally, usage) = (rewriter.tally.clone(), rewriter.usage);
        match ending {
            Ending::Recorded => {}
            Ending::ClientLeft => {
                // Nobody is there to be told when this fails; the entry of the request stands.
                let _ = self.record(Event::Failed, "client_left", &tally, usage).await;
            }
            Ending::Broken(problem) => {
                let recorded = self.record(Event::Failed, problem.code(), &tally, usage).await;
                let problem = recorded.err().unwrap_or(problem);
                let error = problem.json(dialect, self.gateway.language).to_string();
                let name = if dialect == Dialect::Chat { "" } else { "error" };
                let _ = to_client.send(Ok(sse::write(name, &responses_error(dialect, error)))).await;
            }
        }
    }

    async fn forward(
        &self,
        mut answer: Answer,
        rewriter: &mut Rewriter,
        to_client: &mpsc::Sender<Result<Bytes, std::convert::Infallible>>,
    ) -> Ending {
        let mut reader = Reader::default();
        let mut ended = false;
        let mut open = true;
        while open {
            let piece = tokio::select! {
                () = to_client.closed() => return if ended { Ending::Recorded } else { Ending::ClientLeft },
                piece = answer.body.next() => piece,
            };
            match piece {
                Some(Ok(bytes)) => reader.push(&bytes),
                Some(Err(problem)) if !ended => return Ending::Broken(problem),
                Some(Err(_)) => return Ending::Recorded,
                None => open = false,
            }
            loop {
                let event = match if open { reader.next_event() } else { reader.finish() } {
                    Ok(Some(event)) => event,
                    Ok(None) => break,
                    Err(_) => return Ending::Broken(Problem::BadAnswer),
                };
                let Ok(step) = rewriter.event(event) else { return Ending::Broken(Problem::BadAnswer) };
                if step.last && !ended {
                    if let Err(problem) = self.record_end(rewriter, "ok").await {
                        return Ending::Broken(problem);
                    }
                    ended = true;
                }
                if !step.bytes.is_empty() && to_client.send(Ok(step.bytes)).await.is_err() {
                    return if ended { Ending::Recorded } else { Ending::ClientLeft };
                }
            }
        }
        if ended {
            return Ending::Recorded;
        }
        // Some providers end a chat without its last word. What waits is let go.
        if self.passage.dialect != Dialect::Chat {
            return Ending::Broken(Problem::BadAnswer);
        }
        let rest = rewriter.finish();
        if let Err(problem) = self.record_end(rewriter, "no_end_event").await {
            return Ending::Broken(problem);
        }
        if !rest.is_empty() && to_client.send(Ok(rest)).await.is_err() {
            return Ending::Recorded;
        }
        Ending::Recorded
    }

    async fn record_end(&self, rewriter: &Rewriter, outcome: &str) -> Result<(), Problem> {
        let (event, outcome) =
            if rewriter.failed { (Event::Failed, "upstream_error") } else { (Event::Answered, outcome) };
        self.record(event, outcome, &rewriter.tally, rewriter.usage).await
    }
}

enum Ending {
    /// It is over and stands in the evidence.
    Recorded,
    /// The client is gone.
    ClientLeft,
    /// It broke off; the client gets an error event, never raw text.
    Broken(Problem),
}

/// Responses streams carry errors flat, with their type in front.
fn responses_error(dialect: Dialect, error: String) -> String {
    if dialect != Dialect::Responses {
        return error;
    }
    let parsed: Value = serde_json::from_str(&error).unwrap_or_default();
    let field = |name: &str| parsed.pointer(&format!("/error/{name}")).cloned().unwrap_or_default();
    serde_json::json!({
        "type": "error", "code": field("code"), "message": field("message"), "param": null, "sequence_number": 0,
    })
    .to_string()
}
