//! The demonstration model: no AI, no network. It shows what it was sent and answers with the tokens it got, in
//! the wire format it was asked in, so that the whole way out and back can be seen without any account.

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};
use sluis_core::pseudonym::token_shapes;

use crate::dialect::Dialect;
use crate::speech::{Manner, Speech};
use crate::upstream::Answer;

/// Characters of the answer in one streamed piece: small, so that tokens are cut in two.
const PIECE: usize = 7;

/// Answers a request.
#[must_use]
pub fn answer(dialect: Dialect, body: &Bytes) -> Answer {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = reply(&last_text(&body));
    let words = |text: &str| text.split_whitespace().count().max(1);
    let (input, output) = (words(&body.to_string()), words(&text));
    let manner = Manner::of(&body);
    let speech = Speech { id: "demo", model: "demo", created: 0, text: &text, input, output, piece: PIECE };
    let said = speech.say(dialect, manner);
    let media_type = if said.is_some() { manner.media_type() } else { "application/json" };
    let pieces: Vec<Bytes> = said.unwrap_or_else(|| {
        vec![match dialect {
            Dialect::Embeddings => embeddings(&body, input),
            _ => json!({"input_tokens": input}).to_string().into(),
        }]
    });
    Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        media_type: media_type.into(),
        body: futures::stream::iter(pieces.into_iter().map(Ok)).boxed(),
    }
}

/// What the model got, with its tokens spelt so that they are not put back, and an answer that uses them.
fn reply(received: &str) -> String {
    let mut shown = String::new();
    let mut tokens: Vec<&str> = Vec::new();
    let mut at = 0;
    for range in token_shapes(received) {
        let token = &received[range.clone()];
        shown.push_str(&received[at..range.start]);
        shown.push_str(&token.replace('_', "\u{b7}"));
        at = range.end;
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    shown.push_str(&received[at..]);
    let quoted: Vec<String> = shown.lines().map(|line| format!("> {line}")).collect();
    let quoted = quoted.join("\n");
    let names = match tokens.as_slice() {
        [] => "Er stond niets in dat vervangen moest worden.".to_owned(),
        tokens => format!(
            "Ik gebruik de schuilnamen, en bij jou staan weer de echte gegevens: {}.",
            tokens.join(", ")
        ),
    };
    format!("Ik ben het demomodel van Sluis, geen AI. Dit kwam bij mij aan:\n\n{quoted}\n\n{names}")
}

/// The last thing the person said.
fn last_text(body: &Value) -> String {
    fn text_of(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().map(text_of).collect::<Vec<_>>().join("\n"),
            Value::Object(object) => {
                object.get("text").or_else(|| object.get("content")).map(text_of).unwrap_or_default()
            }
            _ => String::new(),
        }
    }
    match body.get("messages").or_else(|| body.get("input")) {
        Some(Value::Array(turns)) => turns.last().map(text_of).unwrap_or_default(),
        Some(other) => text_of(other),
        None => String::new(),
    }
}

/// Not a meaning, only numbers that depend on the text: enough to try a client out.
fn embeddings(body: &Value, input: usize) -> Bytes {
    let texts = match body.get("input") {
        Some(Value::Array(texts)) => texts.clone(),
        Some(text) => vec![text.clone()],
        None => Vec::new(),
    };
    let base64 = body.get("encoding_format").and_then(Value::as_str) == Some("base64");
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let mut sums = [0u32; 8];
            for (place, byte) in text.as_str().unwrap_or_default().bytes().enumerate() {
                sums[place % 8] = (sums[place % 8] * 31 + u32::from(byte)) % 1_000;
            }
            // Thousandths, as the nearest single-precision numbers.
            let numbers: Vec<f32> =
                sums.iter().map(|&sum| f32::from(u16::try_from(sum).unwrap_or(0)) / 1_000.0).collect();
            let embedding = if base64 {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                Value::String(encode_base64(&bytes))
            } else {
                json!(numbers)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    json!({
        "object": "list", "model": "demo", "data": data, "usage": {"prompt_tokens": input, "total_tokens": input},
    })
    .to_string()
    .into()
}

fn encode_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
