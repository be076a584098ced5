//! Rewriting answers as JSON: whole ones, and the parts of stream events that are not running text.

use serde_json::Value;
use sluis_core::restore::Place;

use crate::conversation::mark;
use crate::lane::{Tally, Way};

/// Fields of answers that are not text, or that the provider signed or encrypted for itself.
fn is_left_alone(key: &str) -> bool {
    matches!(
        key,
        "id" | "object"
            | "model"
            | "type"
            | "role"
            | "finish_reason"
            | "stop_reason"
            | "status"
            | "system_fingerprint"
            | "service_tier"
            | "item_id"
            | "call_id"
            | "tool_use_id"
            | "signature"
            | "encrypted_content"
            | "embedding"
            | "logprobs"
            | "obfuscation"
    )
}

/// Rewrites every text in a JSON answer. Keys stay as they are; texts of tool calls follow the rule for tools.
pub fn rewrite(way: &Way, value: &mut Value, tally: &mut Tally) {
    walk(way, value, Place::Text, tally);
}

fn walk(way: &Way, value: &mut Value, place: Place, tally: &mut Tally) {
    match value {
        Value::String(text) => *text = way.whole(text, place, tally),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(way, item, place, tally)),
        Value::Object(object) => {
            let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
            let is_call = matches!(kind, "tool_use" | "custom_tool_call");
            // A signed thinking step must go back to the provider to the letter.
            let is_signed = kind == "thinking" || kind == "redacted_thinking";
            for (key, item) in object.iter_mut() {
                match key.as_str() {
                    // Inside a tool call's input these are the tool's own words.
                    key if place != Place::Input && is_left_alone(key) => {}
                    "thinking" | "data" if is_signed => {}
                    "arguments" if item.is_string() => walk(way, item, Place::Arguments, tally),
                    "input" if is_call => walk(way, item, Place::Input, tally),
                    "content" | "text" if item.is_string() && place == Place::Text => {
                        walk(way, item, way.text, tally);
                    }
                    _ => walk(way, item, place, tally),
                }
            }
        }
        Value::Number(number) if place == Place::Input && number.as_str().len() >= 7 => {
            let before = number.to_string();
            let after = way.whole(&before, Place::Input, tally);
            if after != before {
                *value = Value::String(after);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts the conversation into the id of a response that the provider keeps.
pub fn mark_response(response: &mut Value, conversation: Option<&str>) {
    if let (Some(conversation), Some(Value::String(id))) = (conversation, response.get_mut("id")) {
        *id = mark(id, conversation);
    }
}

/// Model tokens as the provider counted them: in, out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Read by the model.
    pub input: Option<u64>,
    /// Written by the model.
    pub output: Option<u64>,
}

impl Usage {
    /// Takes over what a `usage` object says; later objects replace earlier ones.
    pub fn see(&mut self, usage: &Value) {
        let number = |names: [&str; 2]| names.iter().find_map(|name| usage.get(name)).and_then(Value::as_u64);
        self.input = number(["prompt_tokens", "input_tokens"]).or(self.input);
        self.output = number(["completion_tokens", "output_tokens"]).or(self.output);
    }

    /// Both together, for the budget.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.input.unwrap_or(0).saturating_add(self.output.unwrap_or(0))
    }
}
