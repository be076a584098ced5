//! Every field is read, or the request is refused.

use serde_json::{Value, json};
use sluis_gateway::body::{Slot, Unreadable, close_arguments, open_arguments, read, read_data};
use sluis_gateway::dialect::Dialect;

/// The texts that are found in a body, in its order.
fn texts(dialect: Dialect, body: &Value) -> Result<Vec<String>, Unreadable> {
    let mut body = body.clone();
    let mut opened = open_arguments(&mut body);
    let mut found: Vec<String> = read(dialect, &mut body)?
        .leaves
        .iter()
        .map(|leaf| leaf.value.as_str().map_or_else(|| leaf.value.to_string(), str::to_owned))
        .filter(|text| !text.is_empty())
        .collect();
    for one in &mut opened {
        let inner = read_data(&mut one.data)?;
        found.extend(inner.leaves.iter().map(|leaf| format!("{}={}", leaf.label, leaf.value)));
    }
    Ok(found)
}

#[test]
fn lesson_11_every_text_of_every_protocol_is_found() {
    for (dialect, body, expected) in [
        (Dialect::Chat, json!({"model": "m", "messages": [{"role": "user", "content": "a"}]}), &["a"][..]),
        (
            Dialect::Chat,
            json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}),
            &["a", "b"],
        ),
        (
            Dialect::Chat,
            json!({"messages": [
                {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
                    "function": {"name": "zoek", "arguments": "{\"naam\":\"Jan\",\"nr\":111222333}"}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "gevonden"}]}),
            &["gevonden", "naam=\"Jan\"", "nr=111222333"],
        ),
        (
            Dialect::Chat,
            json!({"messages": [], "tools": [{"type": "function", "function": {"name": "zoek", "description": "Zoek op",
                "parameters": {"type": "object", "properties": {"naam": {"type": "string", "description": "De naam", "enum": ["Jan"]}},
                "required": ["naam"]}}}]}),
            &["Zoek op", "De naam", "Jan"],
        ),
        (
            Dialect::Chat,
            json!({"messages": [{"role": "user", "name": "Jan", "content": "a"}], "user": "u1", "metadata": {"zaak": "z1"}, "stop": ["s"], "nieuw": {"diep": ["veld"]}}),
            &["Jan", "a", "u1", "z1", "s", "veld"],
        ),
        (Dialect::Responses, json!({"input": "a", "instructions": "b"}), &["a", "b"]),
        (
            Dialect::Responses,
            json!({"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]},
                {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"x\":\"b\"}"},
                {"type": "function_call_output", "call_id": "c", "output": "d"},
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "e"}], "encrypted_content": "geheim=="}]}),
            &["a", "d", "e", "x=\"b\""],
        ),
        (Dialect::Embeddings, json!({"input": ["a", "b"], "model": "m"}), &["a", "b"]),
        (
            Dialect::Messages,
            json!({"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}], "messages": [
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {"naam": "Jan", "bsn": 111_222_333}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "r"}]}]},
                {"role": "user", "content": [{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "d"}, "title": "t"}]}]}),
            &["s", "Jan", "111222333", "r", "d", "t"],
        ),
    ] {
        assert_eq!(texts(dialect, &body).unwrap(), expected, "{body}");
    }
}

#[test]
fn lesson_21_what_cannot_be_read_is_refused() {
    use Unreadable::{Attachment, HostedTool, NoInput, TokenNumbers, UnknownType};
    let part = |part: Value| json!({"messages": [{"role": "user", "content": [part]}]});
    let item = |item: Value| json!({"input": [item]});
    for (dialect, body, expected) in [
        (
            Dialect::Chat,
            part(json!({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}})),
            Attachment,
        ),
        (Dialect::Chat, part(json!({"type": "input_audio", "input_audio": {"data": "AA=="}})), Attachment),
        (Dialect::Chat, part(json!({"type": "file", "file": {"file_id": "f"}})), Attachment),
        (Dialect::Chat, part(json!({"type": "hologram", "hologram": "x"})), UnknownType),
        (Dialect::Chat, json!({"messages": [], "audio": {"voice": "v"}}), Attachment),
        (Dialect::Chat, json!({"messages": [], "web_search_options": {}}), HostedTool),
        (Dialect::Chat, json!({}), NoInput),
        (
            Dialect::Responses,
            item(json!({"role": "user", "content": [{"type": "input_image", "image_url": "x"}]})),
            Attachment,
        ),
        (
            Dialect::Responses,
            item(json!({"role": "user", "content": [{"type": "input_file", "file_id": "x"}]})),
            Attachment,
        ),
        (Dialect::Responses, json!({"input": "a", "tools": [{"type": "web_search"}]}), HostedTool),
        (
            Dialect::Responses,
            json!({"input": "a", "tools": [{"type": "mcp", "server_url": "https://x.example"}]}),
            HostedTool,
        ),
        (Dialect::Responses, json!({"input": "a", "prompt": {"id": "p"}}), Attachment),
        (Dialect::Embeddings, json!({"input": [[1, 2, 3]]}), TokenNumbers),
        (Dialect::Embeddings, json!({"input": [1, 2, 3]}), TokenNumbers),
        (
            Dialect::Messages,
            part(json!({"type": "image", "source": {"type": "base64", "data": "x"}})),
            Attachment,
        ),
        (
            Dialect::Messages,
            part(json!({"type": "document", "source": {"type": "url", "url": "https://x.example"}})),
            Attachment,
        ),
        (
            Dialect::Messages,
            json!({"messages": [], "mcp_servers": [{"url": "https://x.example"}]}),
            Attachment,
        ),
    ] {
        assert_eq!(texts(dialect, &body), Err(expected), "{body}");
    }
    // The same words are ordinary names inside a caller's own data.
    let own = json!({"messages": [], "tools": [{"type": "function", "function": {"name": "f", "parameters":
        {"type": "object", "properties": {"image_url": {"type": "string"}, "file_id": {"type": "string"}}}}}]});
    assert_eq!(texts(Dialect::Chat, &own), Ok(Vec::new()));
}

#[test]
fn identifiers_pass_and_numbers_that_only_pretend_to_be_one_do_not() {
    for (value, is_text) in [
        ("call_abc123", false),
        ("gpt-5.1", false),
        ("111222333", true),
        ("06-12345678", true),
        ("Jan de Vries", true),
    ] {
        let body = json!({"messages": [{"role": "tool", "tool_call_id": value, "content": ""}]});
        assert_eq!(!texts(Dialect::Chat, &body).unwrap().is_empty(), is_text, "{value}");
    }
}

#[test]
fn keys_that_look_like_data_are_found_and_names_of_fields_are_not() {
    let mut body = json!({"messages": [], "metadata": {"jan@example.nl": 1, "zaak_id": 2, "0612345678": 3, "Jan de Vries": 4}});
    let found = read(Dialect::Chat, &mut body).unwrap();
    assert_eq!(found.keys, ["jan@example.nl", "0612345678", "Jan de Vries"]);
}

#[test]
fn a_signed_thinking_step_is_read_and_never_rewritten() {
    let mut body = json!({"messages": [{"role": "assistant", "content": [
        {"type": "thinking", "thinking": "stap", "signature": "c2ln"}, {"type": "redacted_thinking", "data": "ZGF0YQ=="}]}]});
    let found = read(Dialect::Messages, &mut body).unwrap();
    let slots: Vec<_> = found.leaves.iter().map(|leaf| (leaf.value.as_str(), leaf.slot)).collect();
    assert_eq!(slots, [(Some("stap"), Slot::Signed)]);
}

#[test]
fn arguments_are_opened_and_closed_without_losing_a_digit() {
    let body = json!({"tool_calls": [{"function": {"arguments": "{\"a\":1.10,\"b\":[\"x\"]}"}}, {"function": {"arguments": "geen json"}}]});
    let mut changed = body.clone();
    let opened = open_arguments(&mut changed);
    assert_eq!(opened.len(), 1);
    close_arguments(&mut changed, opened);
    assert_eq!(changed, body);
}
