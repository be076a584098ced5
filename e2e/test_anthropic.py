"""Anthropic's messages with the official client."""

import json
import threading

import anthropic
import pytest

from harness import people, raw
from harness.leaks import leaks
from standin import Answer

MODEL = "claude-e2e"
LONG = "Dit is een rustige zin zonder namen erin. " * 8
SIGNATURE = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"


def ask(claude, text, **more):
    return claude.messages.create(model=MODEL, max_tokens=500, messages=[{"role": "user", "content": text}], **more)


def text_and_tools(got):
    first, second = got.tokens[:2]
    return {
        "TEXT": f"Ik schrijf {first}.",
        "ARGS0": json.dumps({"wie": first, "n": 1}),
        "ARGS1": json.dumps({"zoek": [second]}),
    }


def test_a_message_goes_out_masked_and_comes_back_whole(claude, standin, nothing_left):
    said = ask(claude, people.LETTER)
    assert said.content[0].text == people.LETTER
    assert said.usage.input_tokens == 11
    assert standin.last.path == "/v1/messages"
    nothing_left(*people.ALL)


def test_the_version_and_beta_headers_pass_and_the_key_does_not(claude, standin, key):
    claude.beta.messages.create(
        model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "Hoi"}], betas=["context-1m-2025-08-07"]
    )
    headers = {name.lower(): value for name, value in standin.last.headers}
    assert headers["anthropic-version"].startswith("20")
    assert headers["anthropic-beta"] == "context-1m-2025-08-07"
    assert leaks(standin.everything, [key]) == []


@pytest.mark.parametrize("system", ["string", "parts"])
def test_a_system_text_is_masked(claude, standin, nothing_left, system):
    text = f"Je werkt voor {people.OTHER} ({people.MAIL})."
    parts = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    ask(claude, people.LETTER, system=text if system == "string" else parts, metadata={"user_id": people.MAIL})
    if system == "parts":
        assert standin.last.json["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    nothing_left(*people.ALL, people.OTHER)


@pytest.mark.parametrize("pieces", [1, 3, 9, 1000])
def test_a_stream_cut_anywhere(claude, standin, nothing_left, pieces):
    standin.answer = Answer(pieces=pieces)
    with claude.messages.stream(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": people.LETTER}]
    ) as stream:
        text = "".join(stream.text_stream)
        whole = stream.get_final_message()
    assert text == whole.content[0].text == people.LETTER
    assert whole.usage.output_tokens == 7 and whole.stop_reason == "end_turn"
    nothing_left(*people.ALL)


def test_the_first_words_arrive_before_the_last_are_sent(claude, standin):
    gate = threading.Event()
    standin.answer = Answer(words=lambda got: LONG + got.tokens[0], gate=gate)
    text = ""
    for event in ask(claude, f"Groet {people.NAME}.", stream=True):
        if event.type == "content_block_delta":
            text += event.delta.text
        if len(text) > 100:
            gate.set()
    assert text == LONG + people.NAME


def test_tool_input_is_restored(claude, standin):
    standin.answer = Answer(wire="messages_tools", words=text_and_tools)
    text, first, second = ask(claude, people.MEETING).content
    assert text.text == f"Ik schrijf {people.ACCENTED}."
    assert first.input == {"wie": people.ACCENTED, "n": 1}
    assert second.input == {"zoek": [people.OTHER]}


@pytest.mark.parametrize("pieces", [1, 4, 1000])
def test_streamed_tool_input_is_restored_and_stays_json(claude, standin, pieces):
    standin.answer = Answer(wire="messages_tools", words=text_and_tools, pieces=pieces)
    with claude.messages.stream(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": people.MEETING}]
    ) as stream:
        kinds = [event.type for event in stream]
        text, first, second = stream.get_final_message().content
    assert text.text == f"Ik schrijf {people.ACCENTED}."
    assert first.input == {"wie": people.ACCENTED, "n": 1}
    assert second.input == {"zoek": [people.OTHER]}
    assert kinds.count("content_block_stop") == 3 and kinds[-1] == "message_stop"


@pytest.mark.parametrize("streams", [False, True])
def test_a_signed_thinking_step_is_not_touched(server, key, standin, streams):
    """The provider checks its signature when the step comes back, so it may not change by one letter."""
    standin.answer = Answer(
        wire="messages_thinking", pieces=5, words=lambda got: {"THINK": f"Dit gaat over {got.tokens[0]}.", "TEXT": f"Dag {got.tokens[0]}!"}
    )
    body = {
        "model": MODEL, "max_tokens": 2000, "stream": streams, "thinking": {"type": "enabled", "budget_tokens": 1024},
        "messages": [{"role": "user", "content": f"Groet {people.NAME}."}],
    }
    said = raw.call(server, "/v1/messages", body, key)
    token = standin.last.tokens[0]
    if streams:
        deltas = [raw.Event("", line[6:]).json for line in said.body.decode().splitlines() if line.startswith("data: ")]
        deltas = [event["delta"] for event in deltas if event["type"] == "content_block_delta"]
        thought = "".join(delta.get("thinking", "") for delta in deltas)
        signature = "".join(delta.get("signature", "") for delta in deltas)
        text = "".join(delta.get("text", "") for delta in deltas)
    else:
        first, hidden, last = said.json["content"]
        thought, signature, text = first["thinking"], first["signature"], last["text"]
        assert hidden == {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}
    assert thought == f"Dit gaat over {token}." and signature == SIGNATURE
    assert text == f"Dag {people.NAME}!"


def test_a_thinking_step_goes_back_to_the_letter(claude, standin, nothing_left):
    standin.answer = Answer(
        wire="messages_thinking", words=lambda got: {"THINK": f"Dit gaat over {got.tokens[0]}.", "TEXT": f"Dag {got.tokens[0]}!"}
    )
    question = {"role": "user", "content": f"Groet {people.NAME}."}
    said = claude.messages.create(model=MODEL, max_tokens=2000, messages=[question])
    thought = said.content[0].thinking
    history = [question, {"role": "assistant", "content": [block.model_dump() for block in said.content]}]
    standin.answer = Answer(words=lambda got: got.tokens[0])
    said = claude.messages.create(model=MODEL, max_tokens=2000, messages=[*history, {"role": "user", "content": "Korter."}])
    assert said.content[0].text == people.NAME
    step = standin.last.json["messages"][1]["content"][0]
    assert step == {"type": "thinking", "thinking": thought, "signature": SIGNATURE}
    nothing_left(people.NAME)


def test_a_tool_round(claude, standin, nothing_left):
    standin.answer = Answer(wire="messages_tools", words=text_and_tools)
    tools = [{"name": name, "description": f"Voor {people.OTHER}.", "input_schema": {"type": "object"}} for name in ("stuur_brief", "zoek_klant")]
    question = {"role": "user", "content": people.MEETING}
    said = claude.messages.create(model=MODEL, max_tokens=500, tools=tools, messages=[question])
    results = [
        {"type": "tool_result", "tool_use_id": said.content[1].id, "content": f"Verstuurd aan {people.MAIL}."},
        {
            "type": "tool_result",
            "tool_use_id": said.content[2].id,
            "is_error": False,
            "content": [{"type": "text", "text": f"{people.OTHER}: BSN {people.BSN}"}],
        },
    ]
    history = [question, {"role": "assistant", "content": [block.model_dump() for block in said.content]}, {"role": "user", "content": results}]
    standin.answer = Answer(words=lambda got: " ".join(got.tokens))
    answer = claude.messages.create(model=MODEL, max_tokens=500, tools=tools, messages=history).content[0].text
    assert all(value in answer for value in (people.ACCENTED, people.OTHER, people.MAIL, people.BSN))
    assert [tool["name"] for tool in standin.last.json["tools"]] == ["stuur_brief", "zoek_klant"]
    nothing_left(people.ACCENTED, people.OTHER, people.MAIL, people.BSN)


def test_count_tokens_counts_the_masked_text(claude, standin, nothing_left):
    said = claude.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": people.LETTER}])
    assert said.input_tokens == 42 and standin.last.path == "/v1/messages/count_tokens"
    nothing_left(*people.ALL)


def test_an_error_event_inside_a_stream_reaches_the_client(server, claude, standin):
    standin.answer = Answer(wire="messages_error", words=lambda got: f"Dag {got.tokens[0]}")
    with pytest.raises(anthropic.APIStatusError) as caught:
        for _ in ask(claude, f"Groet {people.NAME}.", stream=True):
            pass
    assert "Overloaded" in str(caught.value)
    entries = server.entries(caught.value.response.headers["x-sluis-request"])
    assert "answered" not in entries and "failed" in entries


def test_citations_and_unknown_blocks_are_restored_too(server, key, standin):
    def unknown(got):
        usual = Answer()(got)
        block = {"type": "nieuw_blok", "inhoud": {"tekst": f"Over {got.tokens[0]}"}}
        usual.chunks = [usual.chunks[0].replace(b'"content":[', b'"content":[' + json.dumps(block).encode() + b",")]
        return usual

    standin.answer = unknown
    body = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": f"Groet {people.NAME}."}]}
    first = raw.call(server, "/v1/messages", body, key).json["content"][0]
    assert first == {"type": "nieuw_blok", "inhoud": {"tekst": f"Over {people.NAME}"}}
