//! The way out: one client, registered destinations only, no redirects, and nothing but [`Cleared`] requests.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use sluis_core::policy::{Protocol, Tool};

use crate::clearance::Cleared;
use crate::demo;
use crate::dialect::Dialect;
use crate::problem::Problem;

/// Times and sizes the way out is held to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub request_bytes: usize,
    /// How long a client may take to send its body.
    pub request_time: Duration,
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// How long until the provider's first byte: models may think for minutes before they answer.
    pub first_byte: Duration,
    /// How long a stream may be silent.
    pub idle: Duration,
    /// The largest whole answer, in bytes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: 32 << 20,
            request_time: Duration::from_mins(1),
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(10),
            idle: Duration::from_mins(2),
            answer_bytes: 64 << 20,
        }
    }
}

/// Connection attempts. Only a connection that never came about is tried again: then nothing has left.
const ATTEMPTS: u32 = 3;

/// Headers of the client that the provider may see: versions and switches, nothing that names anyone.
const PASSED_ON: [&str; 4] = ["anthropic-version", "anthropic-beta", "openai-beta", "accept"];

/// Headers of the provider that the client may see.
const PASSED_BACK: [&str; 6] =
    ["retry-after", "retry-after-ms", "x-request-id", "request-id", "openai-processing-ms", "openai-version"];

/// What the provider answers.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// The headers that may be passed back.
    pub headers: HeaderMap,
    /// Its media type without parameters, in lower case.
    pub media_type: String,
    /// The body as it comes.
    pub body: BoxStream<'static, Result<Bytes, Problem>>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The client for all tools.
#[derive(Debug)]
pub struct Upstream {
    client: reqwest::Client,
    /// The providers' keys, by tool.
    keys: HashMap<String, String>,
    /// Its limits.
    pub limits: Limits,
}

impl Upstream {
    /// A client. `keys` are the providers' own keys, by tool.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(keys: HashMap<String, String>, limits: Limits) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_mins(1))
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { client, keys, limits })
    }

    /// Sends a cleared request. `query` is Azure's `api-version`, if the client gave one.
    ///
    /// # Errors
    /// `Unreachable`, `Timeout`.
    pub async fn send(
        &self,
        cleared: &Cleared,
        headers: &HeaderMap,
        deployment: Option<&Deployment>,
    ) -> Result<Answer, Problem> {
        let tool = cleared.tool();
        if tool.protocol == Protocol::Demo {
            return Ok(demo::answer(cleared.dialect(), cleared.body()));
        }
        let url = address(tool, cleared.dialect(), deployment);
        let mut sent_headers = self.credentials(tool);
        for name in PASSED_ON {
            if let Some(value) = headers.get(name).filter(|value| value.len() <= 256) {
                sent_headers.insert(HeaderName::from_static(name), value.clone());
            }
        }
        if cleared.dialect().is_anthropic() && !sent_headers.contains_key("anthropic-version") {
            sent_headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        sent_headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

        let mut attempt = 1;
        let response = loop {
            let sending =
                self.client.post(&url).headers(sent_headers.clone()).body(cleared.body().clone()).send();
            match tokio::time::timeout(self.limits.first_byte, sending).await {
                Err(_) => return Err(Problem::Timeout),
                Ok(Ok(response)) => break response,
                Ok(Err(error)) if error.is_connect() && attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
                    attempt += 1;
                }
                Ok(Err(error)) if error.is_timeout() => return Err(Problem::Timeout),
                Ok(Err(_)) => return Err(Problem::Unreachable),
            }
        };
        Ok(receive(response, self.limits.idle))
    }

    /// Asks a tool for its list of models.
    ///
    /// # Errors
    /// `Unreachable`, `Timeout`, `BadAnswer`.
    pub async fn models(&self, tool: &Tool) -> Result<Bytes, Problem> {
        let url = match tool.protocol {
            Protocol::Azure => format!("{}/openai/v1/models", tool.url),
            Protocol::Anthropic => format!("{}/models", anthropic_base(&tool.url)),
            Protocol::Openai | Protocol::Demo => format!("{}/models", tool.url),
        };
        let mut headers = self.credentials(tool);
        if tool.protocol == Protocol::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        let sending = self.client.get(url).headers(headers).send();
        let response = tokio::time::timeout(Duration::from_secs(10), sending)
            .await
            .map_err(|_| Problem::Timeout)?
            .map_err(|_| Problem::Unreachable)?;
        if !response.status().is_success() {
            return Err(Problem::BadAnswer);
        }
        collect(receive(response, self.limits.idle).body, 4 << 20).await
    }

    fn credentials(&self, tool: &Tool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(key) = self.keys.get(&tool.name) else { return headers };
        let (name, value) = match tool.protocol {
            Protocol::Anthropic => (HeaderName::from_static("x-api-key"), key.clone()),
            Protocol::Azure => (HeaderName::from_static("api-key"), key.clone()),
            Protocol::Openai | Protocol::Demo => (header::AUTHORIZATION, format!("Bearer {key}")),
        };
        if let Ok(mut value) = HeaderValue::from_str(&value) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers
    }
}

/// What Azure's paths carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The deployment's name.
    pub name: String,
    /// The `api-version`, if one was given.
    pub api_version: Option<String>,
}

fn anthropic_base(url: &str) -> String {
    if url.ends_with("/v1") { url.to_owned() } else { format!("{url}/v1") }
}

fn address(tool: &Tool, dialect: Dialect, deployment: Option<&Deployment>) -> String {
    match (tool.protocol, deployment) {
        (Protocol::Azure, Some(Deployment { name, api_version })) => {
            let query = api_version.as_ref().map(|v| format!("?api-version={v}")).unwrap_or_default();
            format!("{}/openai/deployments/{name}{}{query}", tool.url, dialect.path())
        }
        (Protocol::Azure, None) => format!("{}/openai/v1{}", tool.url, dialect.path()),
        (Protocol::Anthropic, _) => format!("{}{}", anthropic_base(&tool.url), dialect.path()),
        (Protocol::Openai | Protocol::Demo, _) => format!("{}{}", tool.url, dialect.path()),
    }
}

fn receive(response: reqwest::Response, idle: Duration) -> Answer {
    let status = response.status();
    let mut headers = HeaderMap::new();
    for (name, value) in response.headers() {
        let text = name.as_str();
        if PASSED_BACK.contains(&text) || text.contains("ratelimit") {
            headers.insert(name.clone(), value.clone());
        }
    }
    let media_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default();
    let body = response.bytes_stream().map_err(|_| Problem::BadAnswer);
    let body = futures::stream::unfold(Some(body.boxed()), move |stream| async move {
        let mut stream = stream?;
        match tokio::time::timeout(idle, stream.next()).await {
            Ok(Some(item)) => {
                let rest = item.is_ok().then_some(stream);
                Some((item, rest))
            }
            Ok(None) => None,
            Err(_) => Some((Err(Problem::Timeout), None)),
        }
    });
    Answer { status, headers, media_type, body: body.boxed() }
}

/// Reads a whole body of at most `most` bytes.
///
/// # Errors
/// `BadAnswer` when it is larger or breaks off.
pub async fn collect(
    mut body: BoxStream<'static, Result<Bytes, Problem>>,
    most: usize,
) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if whole.len() + piece.len() > most {
            return Err(Problem::BadAnswer);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use sluis_core::policy::Trust;

    use super::*;

    #[test]
    fn each_protocol_has_its_address() {
        let tool = |protocol, url: &str| Tool {
            name: "t".into(),
            trust: Trust::Contracted,
            is_judged: true,
            protocol,
            url: url.into(),
            models: Vec::new(),
            key_env: None,
            key_file: None,
        };
        let deployment = Deployment { name: "gpt".into(), api_version: Some("2024-10-21".into()) };
        for (protocol, url, dialect, deployment, expected) in [
            (
                Protocol::Openai,
                "https://a.example/v1",
                Dialect::Chat,
                None,
                "https://a.example/v1/chat/completions",
            ),
            (
                Protocol::Anthropic,
                "https://a.example",
                Dialect::Messages,
                None,
                "https://a.example/v1/messages",
            ),
            (
                Protocol::Anthropic,
                "https://a.example/v1",
                Dialect::Messages,
                None,
                "https://a.example/v1/messages",
            ),
            (
                Protocol::Azure,
                "https://a.example",
                Dialect::Responses,
                None,
                "https://a.example/openai/v1/responses",
            ),
            (
                Protocol::Azure,
                "https://a.example",
                Dialect::Chat,
                Some(&deployment),
                "https://a.example/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
            ),
        ] {
            assert_eq!(address(&tool(protocol, url), dialect, deployment), expected);
        }
    }
}
