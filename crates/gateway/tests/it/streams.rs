//! Streams in the providers' wire formats, event by event.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use sluis_core::pseudonym::{Codebook, Word};
use sluis_core::restore::Place;
use sluis_core::settings::Settings;
use sluis_detect::{Detector, Kind, Profile};
use sluis_gateway::dialect::Dialect;
use sluis_gateway::lane::Way;
use sluis_gateway::sse::{Reader, write};
use sluis_gateway::stream::Rewriter;

/// Building one takes longer than all that these tests do with it.
static DETECTOR: LazyLock<Arc<Detector>> = LazyLock::new(|| Arc::new(Detector::new(Profile::Fast)));

/// A way back on which Jan (`#` is the token's digits) is known.
fn way(policy: &str) -> (Way, String) {
    let settings = Settings::parse(&format!(
        "{policy}\n[tools.t]\nurl = \"https://ai.example/v1\"\ntrust = \"contracted\"\n"
    ))
    .unwrap();
    let mut book = Codebook::new(&[3; 32]);
    let token = book.issue(Word::Kind(Kind::Person), "jan", "Jan \"J\" Kok").unwrap();
    let way = Way {
        detector: Arc::clone(&DETECTOR),
        sinks: settings.policy.sinks,
        text: Place::Text,
        tool: Arc::new(settings.policy.tools[0].clone()),
        policy: Arc::new(settings.policy),
        book: Arc::new(book),
    };
    (way, token.code.to_string())
}

/// What the client gets for a stream, cut where `cut` says.
fn rewrite(policy: &str, dialect: Dialect, stream: &str, cut: usize) -> String {
    let (way, digits) = way(policy);
    let stream = stream.replace('#', &digits);
    let mut rewriter = Rewriter::new(way, dialect, Some("conv".into()), false);
    let mut reader = Reader::default();
    let mut out = Vec::new();
    for piece in stream.as_bytes().chunks(cut.max(1)) {
        reader.push(piece);
        while let Some(event) = reader.next_event().unwrap() {
            out.extend_from_slice(&rewriter.event(event).unwrap().bytes);
        }
    }
    out.extend_from_slice(&rewriter.finish());
    String::from_utf8(out).unwrap().replace(&digits, "#")
}

/// A chat stream of these pieces.
fn chat(pieces: &[&str]) -> String {
    let mut stream = String::new();
    for piece in pieces {
        let content = serde_json::Value::from(*piece);
        let _ = write!(
            stream,
            "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{content}}},\"finish_reason\":null}}]}}\n\n"
        );
    }
    stream.push_str("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    stream
}

/// The text of a chat stream.
fn text(stream: &str) -> String {
    stream
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line.strip_prefix("data: ")?).ok())
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn lesson_3_a_token_cut_in_pieces_is_whole_again_and_nothing_else_waits() {
    let stream = chat(&["Beste ", "[PER", "SON_#", "], dag"]);
    insta::assert_snapshot!(rewrite("", Dialect::Chat, &stream, 7), @r#"
    data: {"id":"c","choices":[{"index":0,"delta":{"content":"Beste "},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{"content":"Jan \"J\" Kok, dag"},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]
    "#);
}

#[test]
fn what_waits_is_let_go_before_the_end() {
    let stream = chat(&["Groet, PERSON_#"]);
    insta::assert_snapshot!(rewrite("", Dialect::Chat, &stream, 999), @r#"
    data: {"id":"c","choices":[{"index":0,"delta":{"content":"Groet, "},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{"content":"Jan \"J\" Kok"},"finish_reason":null}]}

    data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: [DONE]
    "#);
}

#[test]
fn lesson_8_arguments_of_a_tool_call_stay_json_and_parallel_calls_keep_apart() {
    let stream = concat!(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"n\\\":\\\"[PERS\"}}]},\"finish_reason\":null}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"ON_1\\\":1}\"}}]},\"finish_reason\":null}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"ON_#]\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
        "data: [DONE]\n\n",
    );
    insta::assert_snapshot!(rewrite("", Dialect::Chat, stream, 50), @r#"
    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"n\":\""}}]},"finish_reason":null}]}

    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"ON_1\":1}"}}]},"finish_reason":null}]}

    data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"Jan \\\"J\\\" Kok\"}"}}]},"finish_reason":"tool_calls"}]}

    data: [DONE]
    "#);
}

#[test]
fn lesson_4_anthropic_streams_are_restored_and_signed_thinking_is_left_alone() {
    let mut stream = String::new();
    for event in [
        r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":3,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"over [PERSON_#]"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Dag [PERSON"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"_#"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}"#,
        r#"{"type":"message_stop"}"#,
    ] {
        let name =
            serde_json::from_str::<serde_json::Value>(event).unwrap()["type"].as_str().unwrap().to_owned();
        stream.push_str(std::str::from_utf8(&write(&name, event)).unwrap());
    }
    insta::assert_snapshot!(rewrite("", Dialect::Messages, &stream, 31), @r#"
    event: message_start
    data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":3,"output_tokens":1}}}

    event: content_block_start
    data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

    event: content_block_delta
    data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"over [PERSON_#]"}}

    event: content_block_stop
    data: {"type":"content_block_stop","index":0}

    event: content_block_start
    data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

    event: ping
    data: {"type":"ping"}

    event: content_block_delta
    data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Dag "}}

    event: content_block_delta
    data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":""}}

    event: content_block_delta
    data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"[Jan \"J\" Kok"}}

    event: content_block_stop
    data: {"type":"content_block_stop","index":1}

    event: message_delta
    data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}

    event: message_stop
    data: {"type":"message_stop"}
    "#);
}

#[test]
fn responses_number_their_events_and_carry_the_conversation() {
    let mut stream = String::new();
    for (name, event) in [
        (
            "response.created",
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","output":[]}}"#,
        ),
        (
            "response.output_text.delta",
            r#"{"type":"response.output_text.delta","sequence_number":1,"item_id":"i","output_index":0,"content_index":0,"delta":"Dag PERSON_#"}"#,
        ),
        (
            "response.output_text.done",
            r#"{"type":"response.output_text.done","sequence_number":2,"item_id":"i","output_index":0,"content_index":0,"text":"Dag PERSON_#"}"#,
        ),
        (
            "response.completed",
            r#"{"type":"response.completed","sequence_number":3,"response":{"id":"resp_1","output":[],"usage":{"input_tokens":1,"output_tokens":2}}}"#,
        ),
    ] {
        stream.push_str(std::str::from_utf8(&write(name, event)).unwrap());
    }
    insta::assert_snapshot!(rewrite("", Dialect::Responses, &stream, 11), @r#"
    event: response.created
    data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1.sluis-conv","output":[]}}

    event: response.output_text.delta
    data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"i","output_index":0,"content_index":0,"delta":"Dag "}

    event: response.output_text.delta
    data: {"type":"response.output_text.delta","sequence_number":2,"item_id":"i","output_index":0,"content_index":0,"delta":"Jan \"J\" Kok"}

    event: response.output_text.done
    data: {"type":"response.output_text.done","sequence_number":3,"item_id":"i","output_index":0,"content_index":0,"text":"Dag Jan \"J\" Kok"}

    event: response.completed
    data: {"type":"response.completed","sequence_number":4,"response":{"id":"resp_1.sluis-conv","output":[],"usage":{"input_tokens":1,"output_tokens":2}}}
    "#);
}

const MASKED: &str = "[policy]\nanswers = \"mask\"";

#[test]
fn lesson_2_new_personal_data_is_masked_and_restored_values_are_not() {
    let stream =
        chat(&["Dag [PERSON_#], mail naar ", "piet.jans", "sen@voor", "beeld.nl of bel 06 123", "45678."]);
    let out = text(&rewrite(MASKED, Dialect::Chat, &stream, 20));
    assert_eq!(out, "Dag Jan \"J\" Kok, mail naar [EMAIL] of bel [PHONE].");
}

#[test]
fn masked_answers_still_stream() {
    let sentence = "Dit is een gewone zin zonder gegevens. ";
    let pieces: Vec<&str> = std::iter::repeat_n(sentence, 20).collect();
    let out = rewrite(MASKED, Dialect::Chat, &chat(&pieces), 64);
    assert!(text(&out).len() == sentence.len() * 20);
    let first = out.split("\n\n").take(6).map(text).collect::<String>();
    assert!(first.len() > 100, "{first}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any split of the stream gives the same bytes to the client.
    #[test]
    fn any_split_of_the_network_gives_the_same_stream(
        pieces in proptest::collection::vec("(\\[PERSON_#\\]|\\[PERS|ON_#|[a-zé\"\\\\ \n]{0,6}|😀)", 1..8),
        cut in 1usize..40,
    ) {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let stream = chat(&pieces);
        prop_assert_eq!(rewrite("", Dialect::Chat, &stream, cut), rewrite("", Dialect::Chat, &stream, usize::MAX));
    }

    /// However the model cuts its words into events, the person reads the same text.
    #[test]
    fn any_split_into_events_gives_the_same_text(whole in "(\\[PERSON_#\\]|PERSON_#| [a-z]{1,5}|[.,])(\\[PERSON_#B?\\]|[a-z ]{0,9}){0,4}", sizes in proptest::collection::vec(1usize..9, 1..20)) {
        let (_, digits) = way("");
        let whole = whole.replace('#', &digits);
        let characters: Vec<char> = whole.chars().collect();
        let mut at = 0;
        let mut pieces: Vec<String> = Vec::new();
        for size in sizes.iter().cycle() {
            if at >= characters.len() {
                break;
            }
            pieces.push(characters[at..(at + size).min(characters.len())].iter().collect());
            at += size;
        }
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let cut = text(&rewrite("", Dialect::Chat, &chat(&pieces), 100));
        prop_assert_eq!(cut, text(&rewrite("", Dialect::Chat, &chat(&[&whole]), 100)));
    }
}
