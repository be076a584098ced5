"""JSON stays JSON, also when the value that comes back holds a sign that JSON has to escape."""

import json

import pytest

from harness.leaks import leaks
from harness.raw import call
from standin import Answer

MODEL = "gpt-5-mini"
#: `\m` is no escape in JSON: put back as it is, the text is no longer JSON.
PASSWORD = "Xk9\\mP2$vL8q"
QUESTION = f"The password is {PASSWORD}."
#: A value over several lines.
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"


def whole(said):
    return said.json["choices"][0]["message"]


def deltas(said):
    chunks = [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: {")]
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"]]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("value, question", [(PASSWORD, QUESTION), (KEY, f"Is this key in order?\n{KEY}\nThanks.")])
def test_in_the_arguments_of_a_call(masking, standin, streams, value, question):
    standin.answer = Answer(
        wire="chat_tools", pieces=3, words=lambda got: {"ARGS0": json.dumps({"pw": got.tokens[0]}), "ARGS1": '{"a": "\\\\ \\" é"}'}
    )
    body = {"model": MODEL, "stream": streams, "messages": [{"role": "user", "content": question}]}
    said = call(masking, "/v1/chat/completions", body, masking.key())
    if streams:
        texts = ["", ""]
        for delta in deltas(said):
            for tool in delta.get("tool_calls") or []:
                texts[tool["index"]] += tool["function"].get("arguments") or ""
    else:
        texts = [tool["function"]["arguments"] for tool in whole(said)["tool_calls"]]
    assert [json.loads(text) for text in texts] == [{"pw": value}, {"a": '\\ " é'}]
    assert leaks(standin.everything, [value]) == []


@pytest.mark.parametrize("streams", [False, True])
def test_in_anthropics_tool_input(masking, standin, streams):
    standin.answer = Answer(
        wire="messages_tools", pieces=3, words=lambda got: {"TEXT": "x", "ARGS0": json.dumps({"pw": got.tokens[0]}), "ARGS1": "{}"}
    )
    body = {"model": "claude-x", "max_tokens": 9, "stream": streams, "messages": [{"role": "user", "content": QUESTION}]}
    said = call(masking, "/v1/messages", body, masking.key())
    if streams:
        events = [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: ")]
        text = "".join(event["delta"].get("partial_json", "") for event in events if event["type"] == "content_block_delta" and event["index"] == 1)
        assert json.loads(text) == {"pw": PASSWORD}
    else:
        assert said.json["content"][1]["input"] == {"pw": PASSWORD}


FORMATS = {
    "a schema": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
    "any object": {"type": "json_object"},
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
def test_in_a_structured_answer(masking, standin, form, streams):
    """Whoever asks for JSON gets JSON."""
    standin.answer = Answer(pieces=3, words=lambda got: json.dumps({"pw": got.tokens[0], "regel": "a\nb"}))
    body = {"model": MODEL, "stream": streams, "response_format": form, "messages": [{"role": "user", "content": QUESTION}]}
    said = call(masking, "/v1/chat/completions", body, masking.key())
    text = "".join(delta.get("content") or "" for delta in deltas(said)) if streams else whole(said)["content"]
    assert json.loads(text) == {"pw": PASSWORD, "regel": "a\nb"}


def test_in_a_structured_answer_of_the_responses_api(masking, standin):
    standin.answer = Answer(words=lambda got: json.dumps({"pw": got.tokens[0]}))
    body = {"model": MODEL, "input": QUESTION, "text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}}}
    said = call(masking, "/v1/responses", body, masking.key())
    assert json.loads(said.json["output"][0]["content"][0]["text"]) == {"pw": PASSWORD}


@pytest.mark.parametrize("streams", [False, True])
def test_a_number_that_is_masked_in_a_structured_answer(masking, standin, streams):
    standin.answer = Answer(pieces=3, words='{"bsn": 111222333, "n": 1}')
    body = {"model": MODEL, "stream": streams, "response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "Maak een klant."}]}
    said = call(masking, "/v1/chat/completions", body, masking.key())
    text = "".join(delta.get("content") or "" for delta in deltas(said)) if streams else whole(said)["content"]
    assert "111222333" not in text and json.loads(text)["n"] == 1


def test_json_inside_a_tools_result_stays_json_on_its_way_out(server, key, standin):
    """The model reads it, and is right to expect that it parses."""
    result = json.dumps({"klanten": [{"naam": "Annelies de Wit", "mail": "a.dewit@voorbeeld.nl", "bsn": "111222333", "tel": "06-12345678"}]}, indent=2)
    messages = [
        {"role": "user", "content": "Zoek."},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "zoek", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": result},
    ]
    call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages}, key)
    sent = json.loads(standin.last.json["messages"][2]["content"])
    assert set(sent["klanten"][0]) == {"naam", "mail", "bsn", "tel"}
    assert leaks(standin.everything, ["Annelies de Wit", "a.dewit@", "111222333", "06-12345678"]) == []


@pytest.mark.parametrize("result", ['{"bsn": 111222333}', '[111222333, 111222333]', '{"a": {"bsn":111222333,"n":2}}'])
def test_a_bare_number_in_a_tools_result_stays_json_too(server, key, standin, result):
    messages = [
        {"role": "user", "content": "Zoek."},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "zoek", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": result},
    ]
    call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages}, key)
    assert leaks(standin.everything, ["111222333"]) == []
    json.loads(standin.last.json["messages"][2]["content"])
