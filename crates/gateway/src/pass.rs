//! One request through the lock: identify, gates, read, detect, decide, record, forward, restore, record.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::Value;
use sluis_core::key::{Refusal, VirtualKey};
use sluis_core::policy::{Answers, Policy, Protocol, Tool};
use sluis_detect::Profile;
use sluis_ledger::{Event, hex};
use tokio::sync::oneshot;

use crate::Gateway;
use crate::answer::Usage;
use crate::back::Back;
use crate::behind::Client;
use crate::clearance::{Asking, clear, refuse};
use crate::conversation::scope;
use crate::dialect::Dialect;
use crate::identify::Caller;
use crate::json;
use crate::lane::Tally;
use crate::problem::Problem;
use crate::review::{self, Review};
use crate::speech::{Manner, Speech};
use crate::upstream::Deployment;

/// Carries the receipt of an answer "ask".
pub const RECEIPT_HEADER: &str = "x-sluis-receipt";

/// Names the places (`url`, `tool`, `text`, with commas) where the client agrees that values are put back, as far
/// as the policy asks.
pub const RESTORE_HEADER: &str = "x-sluis-restore";

/// Names the gate that was shut, on an answer that tells it as a message.
pub const GATE_HEADER: &str = "x-sluis-gate";

/// The largest request that the accurate detector reads: it takes some tens of seconds on two cores, and more text than the
/// windows of most models hold.
const ACCURATE_BYTES: usize = 2 << 20;

/// How much, and how long, is read of a request that is turned away at the door.
const DRAIN_BYTES: usize = 64 << 10;
const DRAIN_TIME: Duration = Duration::from_millis(200);

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
    let Caller { key, channel } = match identify(gateway, headers, request, came_in).await {
        Ok(caller) => caller,
        Err(problem) => {
            drain(body).await;
            return Err(problem);
        }
    };
    let client = gateway.clients.of(&key.id);
    let (key, nobody) = match client {
        None => (key, None),
        Some(client) => match client.person_behind(gateway, &key, headers, came_in).await {
            Ok(key) => (key, None),
            Err(problem) => (key, Some(problem)),
        },
    };
    let coming = Coming { gateway, dialect, headers, key: &key, nobody, channel, request, came_in };
    let (asking, hides_usage) = match prepare(&coming, deployment.as_ref(), body).await {
        Ok(prepared) => prepared,
        Err(Stopped { problem, asked }) => {
            let mut entry = gateway.store.entry(Event::Refused);
            entry.principal = key.principal().into();
            entry.request = request.into();
            let problem = refuse(gateway, entry, problem).await;
            let told = asked.filter(|_| client.is_some_and(Client::tells));
            return told.and_then(|asked| asked.tell(&coming, &problem)).ok_or(problem);
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

/// A request of somebody who was let in.
struct Coming<'a> {
    gateway: &'a Gateway,
    dialect: Dialect,
    headers: &'a HeaderMap,
    key: &'a Arc<VirtualKey>,
    /// Why nobody can be named for whom the client asks.
    nobody: Option<Problem>,
    channel: &'static str,
    request: &'a str,
    came_in: i64,
}

/// A request that goes no further, and how its answer was asked for, once that is known.
struct Stopped {
    problem: Problem,
    asked: Option<Asked>,
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self { problem, asked: None }
    }
}

/// How somebody wants to be answered.
struct Asked {
    model: String,
    manner: Manner,
}

impl Asked {
    /// A shut gate, told as a message of the assistant; `None` for other problems and where no assistant speaks.
    fn tell(&self, coming: &Coming<'_>, problem: &Problem) -> Option<Response<Body>> {
        let Problem::Shut { gate, message } = problem else { return None };
        let speech = Speech {
            id: coming.request,
            model: &self.model,
            created: coming.came_in / 1_000_000,
            text: message,
            input: 0,
            output: 0,
            piece: usize::MAX,
        };
        let mut response = Response::new(Body::from(speech.say(coming.dialect, self.manner)?.concat()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.manner.media_type()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(GATE_HEADER, HeaderValue::from_static(gate));
        Some(response)
    }
}

/// Everything before the first look at the text: body, tool, gates, options, conversation.
async fn prepare(
    coming: &Coming<'_>,
    deployment: Option<&Deployment>,
    body: Body,
) -> Result<(Asking, bool), Stopped> {
    let &Coming { gateway, dialect, headers, key, channel, request, came_in, .. } = coming;
    let bytes = receive(gateway, body).await?;
    let rules = gateway.governance.rules(&gateway.store, came_in).await.map_err(|_| Problem::Store)?;
    let mut body = json::parse(&bytes).map_err(Problem::Json)?;
    let wish = review::take(headers, &mut body)?;
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned();
    let tool = choose_tool(&rules.tools, dialect, deployment, key, &mut body)?;
    let asked = Some(Asked { model, manner: Manner::of(&body) });
    if let Some(problem) = coming.nobody.clone() {
        return Err(Stopped { problem, asked });
    }
    let person = key.person.as_deref();
    let gate = gateway.governance.gate(&gateway.store, &rules, person, &tool.name, came_in).await;
    if let Some(gate) = gate.map_err(|_| Problem::Store)? {
        let problem = Problem::shut(&gate, gateway.language, gateway.pages.as_deref());
        return Err(Stopped { problem, asked });
    }
    check_options(&rules.policy, dialect, &body)?;
    let review = Review::new(wish, &gateway.reviews, key.principal(), &tool, &rules.policy, came_in);
    let hides_usage = key.tokens_per_month.is_some() && dialect == Dialect::Chat && ask_for_usage(&mut body);
    let scope = scope(&gateway.scopes, key.principal(), dialect, headers, &mut body, || {
        let mut random = [0; 16];
        (gateway.source.random)(&mut random);
        hex(&random)
    });
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let asking = Asking {
        key: Arc::clone(key),
        channel,
        rules,
        tool,
        dialect,
        body,
        bytes: bytes.len(),
        scope,
        agreed: text(RESTORE_HEADER)
            .map(|places| places.split(',').map(|place| place.trim().to_owned()).collect())
            .unwrap_or_default(),
        receipt: text(RECEIPT_HEADER).map(str::to_owned),
        review,
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

/// Reads on for a moment what nobody looks at: a connection that is closed while its client still sends is reset, and the
/// answer is lost with it.
async fn drain(body: Body) {
    let mut pieces = body.into_data_stream();
    let reading = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(piece)) = pieces.next().await
            && left > 0
        {
            left = left.saturating_sub(piece.len());
        }
    };
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

async fn identify(
    gateway: &Gateway,
    headers: &HeaderMap,
    request: &str,
    now: i64,
) -> Result<Caller, Problem> {
    match gateway.doorman.identify(&gateway.store, headers, now).await {
        Err(_) => Err(Problem::Store),
        Ok(Ok(caller)) => Ok(caller),
        Ok(Err((refusal, key))) => {
            let problem = Problem::Key(refusal);
            // A guess at a key says nothing about a person, and must not be able to fill the ledger.
            let Some(key) = key else {
                gateway.metrics.refused(problem.code());
                return Err(problem);
            };
            let mut entry = gateway.store.entry(Event::Refused);
            entry.principal = key.principal().into();
            entry.request = request.into();
            Err(refuse(gateway, entry, problem).await)
        }
    }
}

async fn receive(gateway: &Gateway, body: Body) -> Result<Bytes, Problem> {
    let limits = gateway.upstream.limits;
    let most = match gateway.governance.detector().profile() {
        Profile::Fast => limits.request_bytes,
        Profile::Accurate => limits.request_bytes.min(ACCURATE_BYTES),
    };
    let reading = axum::body::to_bytes(body, most);
    match tokio::time::timeout(limits.request_time, reading).await {
        Err(_) => Err(Problem::BodyBrokenOff),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let too_large = std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().contains("length limit exceeded"));
            Err(if too_large { Problem::TooLarge(most) } else { Problem::BodyBrokenOff })
        }
    }
}

/// Finds the tool for a model: `tool/model` names both, otherwise the first that offers it. The provider gets
/// the model's own name.
fn choose_tool(
    tools: &[Arc<Tool>],
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
        .and_then(|(name, rest)| tools.iter().find(|tool| tool.name == name).map(|tool| (tool, rest)))
        .filter(|(tool, rest)| speaks(tool) && tool.offers(rest));
    if let Some((tool, rest)) = named {
        body["model"] = rest.into();
        return if key.reaches(&tool.name) { Ok(Arc::clone(tool)) } else { Err(Problem::Key(Refusal::Tool)) };
    }
    let mut offering = tools.iter().filter(|tool| speaks(tool) && tool.offers(&model)).peekable();
    if offering.peek().is_none() {
        return Err(Problem::NoTool);
    }
    offering.find(|tool| key.reaches(&tool.name)).map(Arc::clone).ok_or(Problem::Key(Refusal::Tool))
}

/// Options that would get round the lock.
fn check_options(policy: &Policy, dialect: Dialect, body: &Value) -> Result<(), Problem> {
    let on = |name: &str| body.get(name).is_some_and(|v| !v.is_null() && v != &Value::Bool(false));
    // The provider would answer later, behind the lock's back.
    if on("background") {
        return Err(Problem::Option("background"));
    }
    // They show the model's own words before they are masked.
    if policy.answers == Answers::Mask && (on("logprobs") || on("top_logprobs")) {
        return Err(Problem::Option("logprobs"));
    }
    let audio = body.get("modalities").and_then(Value::as_array);
    if dialect == Dialect::Chat && audio.is_some_and(|list| list.iter().any(|m| m != "text")) {
        return Err(Problem::Option("modalities"));
    }
    Ok(())
}
