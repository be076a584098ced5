//! Finding every piece of text in a request body.

use serde_json::Value;

use crate::dialect::{Dialect, is_hosted, is_schema_word, is_setting, is_structural, is_unreadable};
use crate::json;

/// The most pieces of text one request may carry.
const MAX_LEAVES: usize = 200_000;

/// What may be done with a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Inspected and rewritten.
    Text,
    /// A participant's name: rewritten without brackets, which providers do not accept there.
    Name,
    /// Inspected, never rewritten: signed by the provider.
    Signed,
}

/// One piece of text, or one number, in the body.
#[derive(Debug)]
pub struct Leaf<'a> {
    /// Where it stands; a string or a number.
    pub value: &'a mut Value,
    /// The key it stands under when that says something about the value, otherwise empty.
    pub label: &'a str,
    /// What may be done with it.
    pub slot: Slot,
}

/// Everything in a body that can carry personal data.
#[derive(Debug, Default)]
pub struct Leaves<'a> {
    /// Texts and numbers, in the order of the document.
    pub leaves: Vec<Leaf<'a>>,
    /// Keys of objects that look like data instead of names of fields. Keys are never rewritten.
    pub keys: Vec<&'a str>,
}

/// A part of the body that cannot be read, so the request is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// An image, a recording, a file or a pointer to one.
    Attachment,
    /// A tool that runs at the provider or at a third party, outside what was decided on.
    HostedTool,
    /// A `type` that this version does not know.
    UnknownType,
    /// Numbers in place of text: text that was already cut into model tokens.
    TokenNumbers,
    /// More pieces of text than one request may carry.
    TooMany,
    /// The input is missing or is not what this endpoint takes.
    NoInput,
}

/// Where in a body we are: it decides what a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The provider's own fields.
    Control,
    /// Free data: arguments, tool input, metadata.
    Data,
    /// A JSON Schema.
    Schema,
    /// The names of a schema's properties: the values are schemas again.
    Properties,
}

struct Walk<'a> {
    dialect: Dialect,
    found: Leaves<'a>,
}

/// Collects the texts of a body. Strings of arguments that are JSON themselves must have been opened with
/// [`open_arguments`] before.
///
/// # Errors
/// The first thing that cannot be read.
pub fn read(dialect: Dialect, body: &mut Value) -> Result<Leaves<'_>, Unreadable> {
    let inputs = dialect.input_fields();
    if !inputs.iter().any(|field| body.get(field).is_some_and(|v| v.is_array() || v.is_string())) {
        // A stored conversation can be continued without new input.
        if dialect != Dialect::Responses || body.get("previous_response_id").is_none() {
            return Err(Unreadable::NoInput);
        }
    }
    let mut walk = Walk { dialect, found: Leaves::default() };
    walk.value(body, "", "", Place::Control, Slot::Text)?;
    Ok(walk.found)
}

/// Collects the texts of free data, such as opened arguments.
///
/// # Errors
/// `TooMany`.
pub fn read_data(data: &mut Value) -> Result<Leaves<'_>, Unreadable> {
    let mut walk = Walk { dialect: Dialect::Chat, found: Leaves::default() };
    walk.value(data, "", "", Place::Data, Slot::Text)?;
    Ok(walk.found)
}

impl<'a> Walk<'a> {
    /// `key` is the field it stands in, `label` what that says of the value.
    fn value(
        &mut self,
        value: &'a mut Value,
        key: &'a str,
        label: &'a str,
        place: Place,
        slot: Slot,
    ) -> Result<(), Unreadable> {
        match value {
            Value::Null | Value::Bool(_) => Ok(()),
            Value::Number(number) => {
                let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
                let setting = place != Place::Data && is_setting(key);
                if setting || digits < 7 { Ok(()) } else { self.leaf(value, label, slot) }
            }
            Value::String(text) => {
                let passes = match place {
                    Place::Control => is_structural(key) && is_identifier(text),
                    Place::Schema => is_schema_word(key) && is_identifier(text),
                    Place::Data | Place::Properties => text.is_empty(),
                };
                if passes { Ok(()) } else { self.leaf(value, label, slot) }
            }
            Value::Array(items) => {
                let is_input = place == Place::Control && key == "input";
                if self.dialect == Dialect::Embeddings
                    && is_input
                    && items.iter().any(|item| !item.is_string())
                {
                    return Err(Unreadable::TokenNumbers);
                }
                for item in items {
                    self.value(item, key, label, place, slot)?;
                }
                Ok(())
            }
            Value::Object(_) => self.object(value, key, place),
        }
    }

    fn leaf(&mut self, value: &'a mut Value, label: &'a str, slot: Slot) -> Result<(), Unreadable> {
        if self.found.leaves.len() >= MAX_LEAVES {
            return Err(Unreadable::TooMany);
        }
        self.found.leaves.push(Leaf { value, label, slot });
        Ok(())
    }

    fn object(&mut self, value: &'a mut Value, key: &str, place: Place) -> Result<(), Unreadable> {
        let control = place == Place::Control;
        let kind = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if control {
            self.check_type(&kind, key, value)?;
        }
        let named = control && ["function", "custom", "tool"].contains(&kind.as_str())
            || value.get("parameters").is_some()
            || value.get("input_schema").is_some()
            || value.get("arguments").is_some()
            || kind == "tool_use"
            || key == "function"
            || key == "tool_choice"
            || key == "json_schema"
            || key == "format";
        let Value::Object(object) = value else { return Ok(()) };
        for (key, item) in object.iter_mut() {
            let key = key.as_str();
            if !is_field_name(key) {
                self.found.keys.push(key);
            }
            if !control {
                let next = match place {
                    Place::Schema
                        if matches!(key, "properties" | "$defs" | "definitions" | "patternProperties") =>
                    {
                        Place::Properties
                    }
                    Place::Properties => Place::Schema,
                    other => other,
                };
                self.value(item, key, key, next, Slot::Text)?;
                continue;
            }
            if is_unreadable(key) && !item.is_null() {
                return Err(Unreadable::Attachment);
            }
            if is_hosted(key) && !matches!(item, Value::Null | Value::Bool(false)) {
                return Err(Unreadable::HostedTool);
            }
            let (next, slot) = match (kind.as_str(), key) {
                ("tool_use" | "server_tool_use", "input") | (_, "metadata" | "arguments") => {
                    (Place::Data, Slot::Text)
                }
                (_, "parameters" | "input_schema" | "schema") if item.is_object() => {
                    (Place::Schema, Slot::Text)
                }
                ("thinking", "thinking") => (Place::Control, Slot::Signed),
                // What a provider encrypted or signed for itself says nothing to anyone else.
                ("thinking" | "reasoning", "signature" | "encrypted_content")
                | ("redacted_thinking", "data") => {
                    continue;
                }
                (_, "name") if named && item.as_str().is_some_and(is_identifier) => continue,
                (_, "name") => (Place::Control, Slot::Name),
                _ => (Place::Control, Slot::Text),
            };
            let label = if next == Place::Data || key == "user" { key } else { "" };
            self.value(item, key, label, next, slot)?;
        }
        Ok(())
    }

    /// Refuses types that cannot be read, and says as well as it can what they are.
    fn check_type(&self, kind: &str, key: &str, value: &Value) -> Result<(), Unreadable> {
        if kind.is_empty() || (self.dialect.reads_type(kind) && kind != "document") {
            return Ok(());
        }
        if kind == "document" && self.dialect.is_anthropic() {
            let source = value.get("source").and_then(|s| s.get("type")).and_then(Value::as_str);
            return if matches!(source, Some("text" | "content")) {
                Ok(())
            } else {
                Err(Unreadable::Attachment)
            };
        }
        let attachment = ["image", "audio", "file", "document", "video", "base64", "url", "upload"];
        if attachment.iter().any(|word| kind.contains(word)) && key != "tools" {
            return Err(Unreadable::Attachment);
        }
        let hosted = ["search", "code", "computer", "mcp", "shell", "fetch", "image_generation", "connector"];
        if hosted.iter().any(|word| kind.contains(word)) {
            return Err(Unreadable::HostedTool);
        }
        Err(Unreadable::UnknownType)
    }
}

/// Whether a text is a mere identifier: letters, digits and joining signs, and not too long. With many digits it has
/// to begin as providers' identifiers do (`call_…`, `chatcmpl-…`): a person's number or account does not.
fn is_identifier(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let word = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let is_prefixed = word > 0 && matches!(text.as_bytes().get(word), Some(b'_' | b'-'));
    (digits < 7 || is_prefixed)
        && text.len() <= 512
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:/+=~-".contains(&b))
}

/// Whether a key is a field's name rather than data: an identifier without a long number in it.
fn is_field_name(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    key.len() <= 64 && digits < 6 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.$-/".contains(&b))
}

/// JSON text inside a string, opened so that its values can be rewritten one by one and it stays valid JSON.
#[derive(Debug)]
pub struct Opened {
    /// JSON pointer of the string in the body.
    pub pointer: String,
    /// What it says.
    pub data: Value,
    /// The string as it was, and what it said.
    before: (String, Value),
}

/// Takes the JSON texts of `arguments` and of tools' results out of the body. One that is not valid JSON stays, and is inspected as
/// plain text.
pub fn open_arguments(body: &mut Value) -> Vec<Opened> {
    fn walk(value: &mut Value, pointer: &mut String, opened: &mut Vec<Opened>) {
        let length = pointer.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    walk(item, pointer, opened);
                    pointer.truncate(length);
                }
            }
            Value::Object(object) => {
                let is_result = object.get("role").and_then(Value::as_str) == Some("tool")
                    || object.get("type").and_then(Value::as_str) == Some("tool_result");
                for (key, item) in object.iter_mut() {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    match item {
                        Value::String(text)
                            if matches!(key.as_str(), "arguments" | "output")
                                || (is_result && key == "content") =>
                        {
                            let container = text.trim_start().starts_with(['{', '[']);
                            if let Some(data) = container.then(|| json::parse(text.as_bytes()).ok()).flatten()
                            {
                                let before = (std::mem::take(text), data.clone());
                                opened.push(Opened { pointer: pointer.clone(), data, before });
                            }
                        }
                        item => walk(item, pointer, opened),
                    }
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
    let mut opened = Vec::new();
    walk(body, &mut String::new(), &mut opened);
    opened
}

/// Puts opened arguments back as text; to the letter when nothing in them changed.
pub fn close_arguments(body: &mut Value, opened: Vec<Opened>) {
    for one in opened {
        if let Some(slot) = body.pointer_mut(&one.pointer) {
            let (text, said) = one.before;
            *slot = Value::String(if one.data == said { text } else { one.data.to_string() });
        }
    }
}
