//! What Sluis says in the place of a model: one message of the assistant, well-formed in the wire format of the request, whole or
//! streamed.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::dialect::Dialect;
use crate::sse::write;

/// Something to say.
#[derive(Debug, Clone, Copy)]
pub struct Speech<'a> {
    /// Ends the identifiers of answer and message.
    pub id: &'a str,
    /// The model that is said to speak.
    pub model: &'a str,
    /// Unix seconds.
    pub created: i64,
    /// What is said.
    pub text: &'a str,
    /// Model tokens that were read.
    pub input: usize,
    /// Model tokens that were said.
    pub output: usize,
    /// The most characters in one streamed piece.
    pub piece: usize,
}

/// How the request wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// As a stream of events.
    pub streams: bool,
    /// A chat that also wants to know, at the end of its stream, what was used.
    pub counts: bool,
}

impl Manner {
    /// What the body of a request asks for.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self {
            streams: body.get("stream") == Some(&Value::Bool(true)),
            counts: body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true)),
        }
    }

    /// The media type of the answer.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        if self.streams { "text/event-stream" } else { "application/json" }
    }
}

impl Speech<'_> {
    /// The body of the answer, in pieces; `None` where no assistant speaks.
    #[must_use]
    pub fn say(&self, dialect: Dialect, manner: Manner) -> Option<Vec<Bytes>> {
        Some(match (dialect, manner.streams) {
            (Dialect::Chat, true) => self.chat_stream(manner.counts),
            (Dialect::Chat, false) => vec![self.chat().to_string().into()],
            (Dialect::Responses, true) => self.responses_stream(),
            (Dialect::Responses, false) => vec![self.responses().to_string().into()],
            (Dialect::Messages, true) => self.messages_stream(),
            (Dialect::Messages, false) => vec![self.messages().to_string().into()],
            (Dialect::CountTokens | Dialect::Embeddings, _) => return None,
        })
    }

    fn pieces(&self) -> Vec<String> {
        let characters: Vec<char> = self.text.chars().collect();
        characters.chunks(self.piece.max(1)).map(|piece| piece.iter().collect()).collect()
    }

    fn chat_usage(&self) -> Value {
        json!({
            "prompt_tokens": self.input, "completion_tokens": self.output,
            "total_tokens": self.input + self.output,
        })
    }

    fn chat(&self) -> Value {
        json!({
            "id": format!("chatcmpl-{}", self.id), "object": "chat.completion", "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0, "message": {"role": "assistant", "content": self.text}, "finish_reason": "stop",
            }],
            "usage": self.chat_usage(),
        })
    }

    fn chat_stream(&self, counts: bool) -> Vec<Bytes> {
        let event = |choices: Value| {
            json!({
                "id": format!("chatcmpl-{}", self.id), "object": "chat.completion.chunk",
                "created": self.created, "model": self.model, "choices": choices,
            })
        };
        let chunk = |delta: Value, finish: Value| {
            let choice = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
            write("", &event(choice).to_string())
        };
        let mut events = vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)];
        events.extend(self.pieces().iter().map(|piece| chunk(json!({"content": piece}), Value::Null)));
        events.push(chunk(json!({}), "stop".into()));
        if counts {
            let usage = merged(&event(json!([])), json!({"usage": self.chat_usage()}));
            events.push(write("", &usage.to_string()));
        }
        events.push(write("", "[DONE]"));
        events
    }

    fn message_item(&self, is_whole: bool) -> Value {
        let content = if is_whole {
            json!([{"type": "output_text", "text": self.text, "annotations": []}])
        } else {
            json!([])
        };
        json!({
            "id": format!("msg_{}", self.id), "type": "message",
            "status": if is_whole { "completed" } else { "in_progress" },
            "role": "assistant", "content": content,
        })
    }

    fn responses(&self) -> Value {
        json!({
            "id": format!("resp_{}", self.id), "object": "response", "created_at": self.created,
            "status": "completed", "model": self.model, "error": null, "incomplete_details": null,
            "instructions": null, "metadata": {}, "temperature": 1.0, "top_p": 1.0, "tools": [],
            "tool_choice": "auto", "parallel_tool_calls": true, "output": [self.message_item(true)],
            "usage": {
                "input_tokens": self.input, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": self.output, "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": self.input + self.output,
            },
        })
    }

    fn responses_stream(&self) -> Vec<Bytes> {
        let whole = self.responses();
        let mut started = whole.clone();
        started["status"] = "in_progress".into();
        started["output"] = json!([]);
        started["usage"] = Value::Null;
        let at = json!({"item_id": format!("msg_{}", self.id), "output_index": 0, "content_index": 0});
        let part = |text: &str| json!({"part": {"type": "output_text", "text": text, "annotations": []}});
        let item = |is_whole| json!({"output_index": 0, "item": self.message_item(is_whole)});
        let mut events = vec![
            ("response.created", json!({"response": started})),
            ("response.in_progress", json!({"response": started})),
            ("response.output_item.added", item(false)),
            ("response.content_part.added", merged(&at, part(""))),
        ];
        events.extend(self.pieces().iter().map(|piece| {
            ("response.output_text.delta", merged(&at, json!({"delta": piece, "logprobs": []})))
        }));
        events.extend([
            ("response.output_text.done", merged(&at, json!({"text": self.text, "logprobs": []}))),
            ("response.content_part.done", merged(&at, part(self.text))),
            ("response.output_item.done", item(true)),
            ("response.completed", json!({"response": whole})),
        ]);
        let numbered = events.into_iter().enumerate().map(|(number, (name, fields))| {
            let event = merged(&json!({"type": name, "sequence_number": number}), fields);
            write(name, &event.to_string())
        });
        numbered.collect()
    }

    fn messages(&self) -> Value {
        json!({
            "id": format!("msg_{}", self.id), "type": "message", "role": "assistant", "model": self.model,
            "content": [{"type": "text", "text": self.text}], "stop_reason": "end_turn",
            "stop_sequence": null, "usage": {"input_tokens": self.input, "output_tokens": self.output},
        })
    }

    fn messages_stream(&self) -> Vec<Bytes> {
        let mut message = self.messages();
        message["content"] = json!([]);
        message["stop_reason"] = Value::Null;
        message["usage"]["output_tokens"] = self.output.min(1).into();
        let mut events = vec![
            json!({"type": "message_start", "message": message}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "ping"}),
        ];
        events.extend(self.pieces().iter().map(|piece| {
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
        }));
        events.extend([
            json!({"type": "content_block_stop", "index": 0}),
            json!({
                "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": self.output},
            }),
            json!({"type": "message_stop"}),
        ]);
        let named = |event: &Value| write(event["type"].as_str().unwrap_or_default(), &event.to_string());
        events.iter().map(named).collect()
    }
}

fn merged(first: &Value, second: Value) -> Value {
    let mut both = first.clone();
    if let (Value::Object(both), Value::Object(second)) = (&mut both, second) {
        both.extend(second);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(dialect: Dialect, streams: bool, counts: bool) -> String {
        let speech = Speech {
            id: "1",
            model: "m",
            created: 7,
            text: "Teken eerst.",
            input: 0,
            output: 0,
            piece: usize::MAX,
        };
        let pieces = speech.say(dialect, Manner { streams, counts }).unwrap();
        pieces.iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    }

    #[test]
    fn a_chat_says_one_message() {
        assert_eq!(
            said(Dialect::Chat, false, false),
            r#"{"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Teken eerst."},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}"#
        );
        let start =
            r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m","choices":["#;
        let choice = |delta: &str, finish: &str| {
            format!("data: {start}{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n")
        };
        let usage = r#""usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#;
        let expected = [
            choice(r#"{"role":"assistant","content":""}"#, "null"),
            choice(r#"{"content":"Teken eerst."}"#, "null"),
            choice("{}", "\"stop\""),
            format!("data: {start}],{usage}}}\n\n"),
            "data: [DONE]\n\n".into(),
        ];
        assert_eq!(said(Dialect::Chat, true, true), expected.concat());
        assert!(!said(Dialect::Chat, true, false).contains("usage"));
    }

    #[test]
    fn a_message_of_anthropics_interface_is_whole() {
        assert_eq!(
            said(Dialect::Messages, false, false),
            r#"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Teken eerst."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}"#
        );
        assert_eq!(
            said(Dialect::Messages, true, false),
            r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Teken eerst."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":0}}

event: message_stop
data: {"type":"message_stop"}

"#
        );
    }

    #[test]
    fn a_response_streams_from_created_to_completed() {
        let streamed = said(Dialect::Responses, true, false);
        let names: Vec<&str> = streamed.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        assert_eq!(
            names,
            [
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.content_part.added",
                "response.output_text.delta",
                "response.output_text.done",
                "response.content_part.done",
                "response.output_item.done",
                "response.completed",
            ]
        );
        assert!(said(Dialect::Responses, false, false).contains(r#""status":"completed""#));
    }

    #[test]
    fn nobody_speaks_in_embeddings() {
        let speech = Speech { id: "1", model: "m", created: 0, text: "x", input: 0, output: 0, piece: 1 };
        let manner = Manner { streams: false, counts: false };
        assert!(speech.say(Dialect::Embeddings, manner).is_none());
        assert!(speech.say(Dialect::CountTokens, manner).is_none());
    }
}
