//! Rewriting a streamed answer, event by event.
//!
//! Each piece of running text has its own [`Lane`]: per choice and field (OpenAI chat), per item and part
//! (Responses), per content block (Anthropic). What a lane holds back is let go before the event that ends its
//! text. Events in which nothing changes are passed on byte for byte.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value, json};
use sluis_core::restore::Place;

use crate::answer::{self, Usage, mark_response};
use crate::dialect::Dialect;
use crate::json;
use crate::lane::{Lane, Tally, Way};
use crate::sse::{Event, write};

/// The most texts that can run side by side in one answer.
const MAX_LANES: usize = 4_096;

/// The stream is not what the protocol says; nothing more of it may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Garbled;

/// What one event became.
#[derive(Debug, Default)]
pub struct Step {
    /// What the client gets; empty when everything waits.
    pub bytes: Bytes,
    /// Whether this ends the answer: the evidence has to be written first.
    pub last: bool,
}

/// A streamed answer on its way back.
#[derive(Debug)]
pub struct Rewriter {
    way: Way,
    dialect: Dialect,
    conversation: Option<String>,
    lanes: BTreeMap<LaneId, Lane>,
    /// Responses number their events; ours shift when one is added.
    added: u64,
    /// The last chunk of each chat choice, to shape an extra one after.
    template: Option<Value>,
    /// The client did not ask for the count of tokens; the lock did.
    hides_usage: bool,
    /// Whether the provider itself reported an error.
    pub failed: bool,
    /// What was found and done.
    pub tally: Tally,
    /// What the provider counted.
    pub usage: Usage,
}

/// Which text: choice or block number, then the path to the field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LaneId {
    index: u64,
    path: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Key(String),
    Item(u64),
}

impl Rewriter {
    /// A rewriter at the start of an answer.
    #[must_use]
    pub fn new(way: Way, dialect: Dialect, conversation: Option<String>, hides_usage: bool) -> Self {
        Self {
            way,
            dialect,
            conversation,
            lanes: BTreeMap::new(),
            added: 0,
            template: None,
            hides_usage,
            failed: false,
            tally: Tally::default(),
            usage: Usage::default(),
        }
    }

    /// Rewrites one event.
    ///
    /// # Errors
    /// When it is not the protocol's: the answer ends there.
    pub fn event(&mut self, event: Event) -> Result<Step, Garbled> {
        let Some(data) = &event.data else { return Ok(Step { bytes: event.raw, last: false }) };
        if data.trim() == "[DONE]" {
            let mut bytes = self.flush_chat();
            bytes.extend_from_slice(&event.raw);
            return Ok(Step { bytes: bytes.freeze(), last: true });
        }
        if data.is_empty() {
            return Ok(Step { bytes: event.raw, last: false });
        }
        let before = json::parse(data.as_bytes()).map_err(|_| Garbled)?;
        if !before.is_object() || self.lanes.len() > MAX_LANES {
            return Err(Garbled);
        }
        let mut value = before.clone();
        let (mut bytes, last) = match self.dialect {
            Dialect::Messages | Dialect::CountTokens => self.messages_event(&mut value)?,
            Dialect::Responses => self.responses_event(&mut value),
            Dialect::Chat | Dialect::Embeddings => (self.chat_chunk(&mut value), false),
        };
        self.failed |= before.get("error").is_some_and(|error| !error.is_null());
        let only_usage = before.get("choices").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if self.hides_usage && only_usage && before.get("usage").is_some_and(Value::is_object) {
            // Asked for by the lock, not by the client.
        } else if value == before {
            bytes.extend_from_slice(&event.raw);
        } else {
            bytes.extend_from_slice(&write(&event.name, &value.to_string()));
        }
        Ok(Step { bytes: bytes.freeze(), last })
    }

    /// The provider closed the stream: what still waits is let go.
    pub fn finish(&mut self) -> Bytes {
        match self.dialect {
            Dialect::Chat | Dialect::Embeddings => self.flush_chat().freeze(),
            // In the other two every text ends with an event of its own; a stream without it is broken.
            Dialect::Responses | Dialect::Messages | Dialect::CountTokens => Bytes::new(),
        }
    }

    fn lane(&mut self, id: LaneId, place: Place) -> &mut Lane {
        let way = &self.way;
        self.lanes.entry(id).or_insert_with(|| Lane::new(way.clone(), place))
    }

    fn push(&mut self, id: LaneId, place: Place, piece: &str) -> String {
        let mut out = String::new();
        let mut tally = std::mem::take(&mut self.tally);
        self.lane(id, place).push(piece, &mut out, &mut tally);
        self.tally = tally;
        out
    }

    fn end(&mut self, id: &LaneId) -> String {
        let mut out = String::new();
        if let Some(mut lane) = self.lanes.remove(id) {
            lane.finish(&mut out, &mut self.tally);
        }
        out
    }

    // OpenAI chat completions

    fn chat_chunk(&mut self, chunk: &mut Value) -> BytesMut {
        let mut before = BytesMut::new();
        if let Some(usage) = chunk.get("usage") {
            self.usage.see(usage);
        }
        let shape = chunk.clone();
        let Some(Value::Array(choices)) = chunk.get_mut("choices") else {
            answer::rewrite(&self.way, chunk, &mut self.tally);
            return before;
        };
        for (place, choice) in choices.iter_mut().enumerate() {
            let index = choice.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
            let ends = choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            if let Some(delta) = choice.get_mut("delta") {
                self.chat_delta(delta, index, &mut Vec::new(), self.way.text);
            }
            if ends {
                // What waits belongs before the end: into this chunk where it has the field, else into one before.
                for id in self.lane_ids(index) {
                    let rest = self.end(&id);
                    match choice.get_mut("delta").and_then(|delta| field(delta, &id.path)) {
                        Some(Value::String(text)) => text.push_str(&rest),
                        _ if rest.is_empty() => {}
                        _ => before.extend_from_slice(&extra_chunk(&shape, &id, &rest)),
                    }
                }
            }
        }
        self.template = Some(shape);
        before
    }

    /// Every string of a delta is running text, also in fields we do not know, except names and identifiers.
    fn chat_delta(&mut self, value: &mut Value, index: u64, path: &mut Vec<Field>, place: Place) {
        match value {
            Value::String(text) => {
                let id = LaneId { index, path: path.clone() };
                *text = self.push(id, place, text);
            }
            Value::Array(items) => {
                for (position, item) in items.iter_mut().enumerate() {
                    let own = item.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
                    path.push(Field::Item(own));
                    self.chat_delta(item, index, path, place);
                    path.pop();
                }
            }
            Value::Object(object) => {
                for (key, item) in object.iter_mut() {
                    if matches!(key.as_str(), "role" | "type" | "id" | "name") {
                        continue;
                    }
                    let place = if key == "arguments" { Place::Arguments } else { place };
                    path.push(Field::Key(key.clone()));
                    self.chat_delta(item, index, path, place);
                    path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn lane_ids(&self, index: u64) -> Vec<LaneId> {
        self.lanes.keys().filter(|id| id.index == index).cloned().collect()
    }

    /// Chunks with all that still waits, of every choice.
    fn flush_chat(&mut self) -> BytesMut {
        let mut out = BytesMut::new();
        let ids: Vec<LaneId> = self.lanes.keys().cloned().collect();
        let shape = self.template.clone().unwrap_or_else(|| json!({"choices": []}));
        for id in ids {
            let rest = self.end(&id);
            if !rest.is_empty() {
                out.extend_from_slice(&extra_chunk(&shape, &id, &rest));
            }
        }
        out
    }

    // Anthropic messages

    fn messages_event(&mut self, event: &mut Value) -> Result<(BytesMut, bool), Garbled> {
        let mut before = BytesMut::new();
        let kind = event.get("type").and_then(Value::as_str).ok_or(Garbled)?.to_owned();
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0);
        let id = |field: &str| LaneId { index, path: vec![Field::Key(field.into())] };
        for usage in [event.get("usage"), event.pointer("/message/usage")].into_iter().flatten() {
            self.usage.see(usage);
        }
        match kind.as_str() {
            "content_block_delta" => {
                let Some(delta) = event.get_mut("delta") else { return Err(Garbled) };
                let (field, place) = match delta.get("type").and_then(Value::as_str) {
                    Some("text_delta") => ("text", self.way.text),
                    Some("input_json_delta") => ("partial_json", Place::Arguments),
                    // Signed by the provider, to be sent back to the letter.
                    Some("thinking_delta" | "signature_delta") => return Ok((before, false)),
                    _ => {
                        answer::rewrite(&self.way, delta, &mut self.tally);
                        return Ok((before, false));
                    }
                };
                if let Some(Value::String(text)) = delta.get_mut(field) {
                    *text = self.push(id(field), place, text);
                }
            }
            "content_block_stop" => {
                for (field, delta) in [("text", "text_delta"), ("partial_json", "input_json_delta")] {
                    let rest = self.end(&id(field));
                    if !rest.is_empty() {
                        let extra = json!({
                            "type": "content_block_delta", "index": index, "delta": {"type": delta, field: rest}
                        });
                        before.extend_from_slice(&write("content_block_delta", &extra.to_string()));
                    }
                }
            }
            "content_block_start" => {
                // Text can begin here already; it goes on in the deltas.
                let block = event.get_mut("content_block");
                match block {
                    Some(block) if block.get("type").and_then(Value::as_str) == Some("text") => {
                        if let Some(Value::String(text)) = block.get_mut("text") {
                            *text = self.push(id("text"), self.way.text, text);
                        }
                    }
                    Some(block) => answer::rewrite(&self.way, block, &mut self.tally),
                    None => return Err(Garbled),
                }
            }
            "message_stop" => return Ok((before, true)),
            "ping" => {}
            "error" => {
                self.failed = true;
                answer::rewrite(&self.way, event, &mut self.tally);
                return Ok((before, true));
            }
            _ => answer::rewrite(&self.way, event, &mut self.tally),
        }
        Ok((before, false))
    }

    // OpenAI responses

    fn responses_event(&mut self, event: &mut Value) -> (BytesMut, bool) {
        let mut before = BytesMut::new();
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = match kind.as_str() {
            kind if kind.contains("function_call_arguments") || kind.contains("mcp_call_arguments") => {
                Place::Arguments
            }
            kind if kind.contains("tool_call_input") => Place::Input,
            kind if kind.contains("output_text") => self.way.text,
            _ => Place::Text,
        };
        let base = kind.strip_suffix(".delta").or_else(|| kind.strip_suffix(".done"));
        let id = base.map(|base| lane_of(event, base));
        self.renumber(event);
        match (&id, base.is_some_and(|base| kind[base.len()..] == *".delta"), event.get_mut("delta")) {
            (Some(id), true, Some(Value::String(delta))) => {
                *delta = self.push(id.clone(), place, delta);
                return (before, false);
            }
            (Some(id), false, _) => {
                let rest = self.end(id);
                if !rest.is_empty() {
                    let mut extra = event.clone();
                    if let (Value::Object(extra), Some(base)) = (&mut extra, base) {
                        for whole in ["text", "arguments", "refusal", "input", "part", "item", "logprobs"] {
                            extra.remove(whole);
                        }
                        extra.insert("type".into(), format!("{base}.delta").into());
                        extra.insert("delta".into(), rest.into());
                    }
                    before.extend_from_slice(&write(
                        &format!("{}.delta", base.unwrap_or_default()),
                        &extra.to_string(),
                    ));
                    self.added += 1;
                    Self::number(event, 1);
                }
            }
            _ => {}
        }
        self.failed |= matches!(kind.as_str(), "response.failed" | "error");
        let last = self.failed || matches!(kind.as_str(), "response.completed" | "response.incomplete");
        if let Some(response) = event.get_mut("response") {
            if let Some(usage) = response.get("usage") {
                self.usage.see(usage);
            }
            mark_response(response, self.conversation.as_deref());
        }
        // The deltas were counted; the same text in a closing event is only rewritten.
        let mut again = Tally::default();
        let counts = if base.is_some() || event.get("response").is_some() || event.get("item").is_some() {
            &mut again
        } else {
            &mut self.tally
        };
        if place == Place::Input {
            for whole in ["input", "delta"] {
                if let Some(Value::String(text)) = event.get_mut(whole) {
                    *text = self.way.whole(text, Place::Input, counts);
                }
            }
        } else {
            answer::rewrite(&self.way, event, counts);
        }
        (before, last)
    }

    /// Shifts an event's number by the events that were added before it.
    fn renumber(&self, event: &mut Value) {
        Self::number(event, self.added);
    }

    fn number(event: &mut Value, shift: u64) {
        if shift > 0
            && let Some(number) = event.get("sequence_number").and_then(Value::as_u64)
        {
            event["sequence_number"] = Value::from(number + shift);
        }
    }
}

/// The lane of a Responses event: all its identifying fields, and the kind without its last word.
fn lane_of(event: &Value, base: &str) -> LaneId {
    let mut path = vec![Field::Key(base.to_owned())];
    if let Some(item) = event.get("item_id").and_then(Value::as_str) {
        path.push(Field::Key(item.to_owned()));
    }
    for number in ["content_index", "summary_index"] {
        path.push(Field::Item(event.get(number).and_then(Value::as_u64).unwrap_or(0)));
    }
    LaneId { index: event.get("output_index").and_then(Value::as_u64).unwrap_or(0), path }
}

/// The string at a path in a delta.
fn field<'a>(delta: &'a mut Value, path: &[Field]) -> Option<&'a mut Value> {
    let mut at = delta;
    for step in path {
        at = match step {
            Field::Key(key) => at.get_mut(key)?,
            Field::Item(index) => {
                at.as_array_mut()?.iter_mut().enumerate().find_map(|(position, item)| {
                    let own = item.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
                    (own == *index).then_some(item)
                })?
            }
        };
    }
    Some(at)
}

/// A chat chunk like `shape` that carries only `text` in the field of this lane.
fn extra_chunk(shape: &Value, id: &LaneId, text: &str) -> Bytes {
    let mut delta = Value::String(text.to_owned());
    for step in id.path.iter().rev() {
        delta = match step {
            Field::Key(key) => {
                let mut object = Map::new();
                object.insert(key.clone(), delta);
                Value::Object(object)
            }
            Field::Item(index) => {
                if let Value::Object(object) = &mut delta {
                    object.insert("index".into(), (*index).into());
                }
                json!([delta])
            }
        };
    }
    let mut chunk = shape.clone();
    if let Value::Object(object) = &mut chunk {
        object.remove("usage");
        object.insert("choices".into(), json!([{"index": id.index, "delta": delta, "finish_reason": null}]));
    }
    write("", &chunk.to_string())
}
