//! The way back of one request: the provider's answer, restored, recorded, and passed on.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;
use sluis_core::key::VirtualKey;
use sluis_core::restore::Place;
use sluis_ledger::Event;
use tokio::sync::mpsc;

use crate::Gateway;
use crate::answer::{self, Usage, mark_response};
use crate::clearance::{Cleared, Passage};
use crate::dialect::Dialect;
use crate::identify::month;
use crate::json;
use crate::lane::{Tally, Way};
use crate::problem::Problem;
use crate::sse::{self, Reader};
use crate::stream::Rewriter;
use crate::upstream::{Answer, Deployment, collect};

/// Events of an answer that may wait for a slow client; more makes the provider wait.
const WAITING_EVENTS: usize = 16;

/// The way back of one request.
#[derive(Clone)]
pub(crate) struct Back {
    pub(crate) gateway: Arc<Gateway>,
    /// Whose budget it costs.
    pub(crate) key: Arc<VirtualKey>,
    pub(crate) passage: Passage,
    /// Unix microseconds.
    pub(crate) came_in: i64,
    /// The lock asked for the count of tokens, the client did not.
    pub(crate) hides_usage: bool,
}

impl Back {
    fn way(&self) -> Way {
        Way {
            detector: Arc::clone(&self.passage.rules.lookout),
            policy: Arc::clone(&self.passage.rules.policy),
            tool: Arc::clone(&self.passage.tool),
            book: Arc::clone(&self.passage.book),
            sinks: self.passage.sinks,
            text: if self.passage.wants_json { Place::Json } else { Place::Text },
        }
    }

    /// Records how it ended, and counts what it cost. Returns when that is durable.
    pub(crate) async fn record(
        &self,
        event: Event,
        outcome: &str,
        tally: &Tally,
        usage: Usage,
    ) -> Result<(), Problem> {
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

    /// To the provider and back. Before a stream begins, the entry of the request is brought to the disk, beside the
    /// asking; a whole answer brings it there with its own entry.
    pub(crate) async fn exchange(
        &self,
        cleared: Cleared,
        headers: &HeaderMap,
        deployment: Option<Deployment>,
    ) -> Result<Response<Body>, Problem> {
        let Gateway { upstream, store, .. } = &*self.gateway;
        let sending = upstream.send(&cleared, headers, deployment.as_ref());
        let (answer, settled) = if self.passage.wants_stream {
            tokio::join!(sending, store.settle())
        } else {
            (sending.await, Ok(()))
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(problem) => return Err(self.fail(problem).await),
        };
        drop(cleared);
        if answer.status.is_success() && answer.media_type == "text/event-stream" {
            let settled = if self.passage.wants_stream { settled } else { store.settle().await };
            settled.map_err(|_| Problem::Store)?;
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
        let (to_client, events) = mpsc::channel::<Result<Bytes, Infallible>>(WAITING_EVENTS);
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

    async fn run(self, answer: Answer, to_client: mpsc::Sender<Result<Bytes, Infallible>>) {
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
        to_client: &mpsc::Sender<Result<Bytes, Infallible>>,
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
