//! The demonstration model: no AI, no network. It shows what it was sent and answers with the tokens it got, in
//! the wire format it was asked in, so that the whole way out and back can be seen without any account.

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};
use sluis_core::pseudonym::token_shapes;

use crate::dialect::Dialect;
use crate::sse::write;
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
    let streams = body.get("stream") == Some(&Value::Bool(true));
    let pieces: Vec<Bytes> = match (dialect, streams) {
        (Dialect::Chat, true) => chat_stream(&text, input, output, &body),
        (Dialect::Chat, false) => vec![chat(&text, input, output)],
        (Dialect::Responses, true) => responses_stream(&text, input, output),
        (Dialect::Responses, false) => vec![responses(&text, input, output).to_string().into()],
        (Dialect::Messages, true) => messages_stream(&text, input, output),
        (Dialect::Messages, false) => vec![messages(&text, input, output)],
        (Dialect::CountTokens, _) => vec![json!({"input_tokens": input}).to_string().into()],
        (Dialect::Embeddings, _) => vec![embeddings(&body, input)],
    };
    let media_type = if streams && pieces.len() > 1 { "text/event-stream" } else { "application/json" };
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

fn pieces(text: &str) -> impl Iterator<Item = String> + '_ {
    let characters: Vec<char> = text.chars().collect();
    (0..characters.len())
        .step_by(PIECE)
        .map(move |at| characters[at..characters.len().min(at + PIECE)].iter().collect())
}

fn chat(text: &str, input: usize, output: usize) -> Bytes {
    json!({
        "id": "chatcmpl-demo", "object": "chat.completion", "created": 0, "model": "demo",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
    .to_string()
    .into()
}

fn chat_stream(text: &str, input: usize, output: usize, body: &Value) -> Vec<Bytes> {
    let chunk = |delta: Value, finish: Value| {
        let chunk = json!({
            "id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 0, "model": "demo",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        });
        write("", &chunk.to_string())
    };
    let mut events = vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)];
    events.extend(pieces(text).map(|piece| chunk(json!({"content": piece}), Value::Null)));
    events.push(chunk(json!({}), "stop".into()));
    if body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true)) {
        let usage = json!({
            "id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 0, "model": "demo", "choices": [],
            "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
        });
        events.push(write("", &usage.to_string()));
    }
    events.push(write("", "[DONE]"));
    events
}

fn message_item(text: &str, status: &str) -> Value {
    let content = if status == "completed" {
        json!([{"type": "output_text", "text": text, "annotations": []}])
    } else {
        json!([])
    };
    json!({"id": "msg_demo", "type": "message", "status": status, "role": "assistant", "content": content})
}

fn responses(text: &str, input: usize, output: usize) -> Value {
    json!({
        "id": "resp_demo", "object": "response", "created_at": 0, "status": "completed", "model": "demo",
        "error": null, "incomplete_details": null, "instructions": null, "metadata": {}, "temperature": 1.0,
        "top_p": 1.0, "tools": [], "tool_choice": "auto", "parallel_tool_calls": true,
        "output": [message_item(text, "completed")],
        "usage": {
            "input_tokens": input, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": input + output,
        },
    })
}

fn responses_stream(text: &str, input: usize, output: usize) -> Vec<Bytes> {
    let whole = responses(text, input, output);
    let mut started = whole.clone();
    started["status"] = "in_progress".into();
    started["output"] = json!([]);
    started["usage"] = Value::Null;
    let at = json!({"item_id": "msg_demo", "output_index": 0, "content_index": 0});
    let empty = json!({"type": "output_text", "text": "", "annotations": []});
    let full = json!({"type": "output_text", "text": text, "annotations": []});
    let mut events = vec![
        ("response.created", json!({"response": started})),
        ("response.in_progress", json!({"response": started})),
        ("response.output_item.added", json!({"output_index": 0, "item": message_item("", "in_progress")})),
        ("response.content_part.added", merged(&at, json!({"part": empty}))),
    ];
    events.extend(
        pieces(text).map(|piece| {
            ("response.output_text.delta", merged(&at, json!({"delta": piece, "logprobs": []})))
        }),
    );
    events.extend([
        ("response.output_text.done", merged(&at, json!({"text": text, "logprobs": []}))),
        ("response.content_part.done", merged(&at, json!({"part": full}))),
        ("response.output_item.done", json!({"output_index": 0, "item": message_item(text, "completed")})),
        ("response.completed", json!({"response": whole})),
    ]);
    events
        .into_iter()
        .enumerate()
        .map(|(number, (name, fields))| {
            write(name, &merged(&json!({"type": name, "sequence_number": number}), fields).to_string())
        })
        .collect()
}

fn merged(first: &Value, second: Value) -> Value {
    let mut both = first.clone();
    if let (Value::Object(both), Value::Object(second)) = (&mut both, second) {
        both.extend(second);
    }
    both
}

fn messages(text: &str, input: usize, output: usize) -> Bytes {
    json!({
        "id": "msg_demo", "type": "message", "role": "assistant", "model": "demo",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": input, "output_tokens": output},
    })
    .to_string()
    .into()
}

fn messages_stream(text: &str, input: usize, output: usize) -> Vec<Bytes> {
    let start = json!({
        "type": "message_start",
        "message": {
            "id": "msg_demo", "type": "message", "role": "assistant", "model": "demo", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": input, "output_tokens": 1},
        },
    });
    let block =
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
    let mut events = vec![start, block, json!({"type": "ping"})];
    events.extend(pieces(text).map(|piece| {
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
    }));
    events.extend([
        json!({"type": "content_block_stop", "index": 0}),
        json!({
            "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": output},
        }),
        json!({"type": "message_stop"}),
    ]);
    events.iter().map(|event| write(event["type"].as_str().unwrap_or_default(), &event.to_string())).collect()
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
