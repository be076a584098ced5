"""With `answers = "mask"`: what the model brings up by itself is replaced in every protocol, in every place of an answer."""

import json

import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call
from standin import Answer

NEW = (people.PHONE, people.MAIL, people.IBAN)
WORDS = f"Bel {people.PHONE}, mail {people.MAIL} of maak over naar {people.IBAN}. Dat is alles wat ik weet, echt waar, meer niet."
MASKED = "Bel [PHONE], mail [EMAIL] of maak over naar [IBAN]. Dat is alles wat ik weet, echt waar, meer niet."


def events(said):
    return [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: {")]


def everywhere(got):
    return {
        "TEXT": f"{WORDS} Groet {got.tokens[0]}.", "THINK": WORDS, "TEXT0": WORDS, "TEXT1": WORDS,
        "ARGS0": json.dumps({"tekst": WORDS, "wie": got.tokens[0]}), "ARGS1": json.dumps([WORDS]),
    }


def ask(node, path, standin, wire, streams, pieces=5):
    standin.answer = Answer(wire=wire, words=everywhere, pieces=pieces)
    text = f"Groet {people.NAME}."
    body = {"model": "claude-x" if "messages" in path else "gpt-x", "stream": streams, "max_tokens": 99}
    body |= {"input": text} if path == "/v1/responses" else {"messages": [{"role": "user", "content": text}]}
    said = call(node, path, body, node.key())
    assert said.status == 200, said.body
    return said


WIRES = [
    ("/v1/chat/completions", "chat"), ("/v1/chat/completions", "chat_choices"), ("/v1/chat/completions", "chat_tools"),
    ("/v1/chat/completions", "chat_refusal"), ("/v1/responses", "responses_tools"), ("/v1/messages", "messages_tools"),
]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(("path", "wire"), WIRES, ids=[wire for _, wire in WIRES])
def test_nothing_new_reaches_the_client(masking, standin, path, wire, streams):
    said = ask(masking, path, standin, wire, streams)
    assert leaks(said.body, NEW) == []
    if streams:
        joined = "".join(text for event in events(said) for text in strings(event))
        assert leaks(joined.encode(), NEW) == []


def strings(value):
    """All texts of an event, in their order: what pieces of a value would add up to."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(item)


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_all_events_of_the_responses_api_agree(masking, standin, pieces):
    found = events(ask(masking, "/v1/responses", standin, "responses_tools", True, pieces))
    deltas, done = {}, {}
    for event in found:
        kind, _, last = event["type"].rpartition(".")
        at = (kind, event.get("output_index"))
        if last == "delta":
            deltas[at] = deltas.get(at, "") + event["delta"]
        elif last == "done" and ("text" in event or "arguments" in event):
            done[at] = event.get("text") or event["arguments"]
    assert deltas == done and len(done) == 4
    assert done["response.output_text", 3] == f"{MASKED} Groet {people.NAME}."
    assert json.loads(done["response.function_call_arguments", 1]) == {"tekst": MASKED, "wie": people.NAME}
    assert found[-1]["response"]["output"][3]["content"][0]["text"] == done["response.output_text", 3]
    assert [event["sequence_number"] for event in found] == list(range(len(found)))


@pytest.mark.parametrize("streams", [False, True])
def test_several_choices(masking, standin, streams):
    said = ask(masking, "/v1/chat/completions", standin, "chat_choices", streams)
    texts = ["", ""]
    for chunk in events(said) if streams else [said.json]:
        for choice in chunk["choices"]:
            texts[choice["index"]] += choice["delta" if streams else "message"].get("content") or ""
    assert texts == [MASKED, MASKED]


def test_the_evidence_counts_what_was_masked(masking, standin):
    said = ask(masking, "/v1/chat/completions", standin, "chat", True)
    assert masking.entries(said.request)["answered"]["findings"] == {"email": 1, "iban": 1, "phone": 1}


def test_what_was_put_back_is_not_masked_again(masking, standin):
    """The complaint about other gateways: the restored value was taken for new personal data."""
    standin.answer = Answer(words=lambda got: f"{got.tokens[0]} en nog eens {got.tokens[0]}.")
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": f"Mail {people.MAIL}."}]}
    said = call(masking, "/v1/chat/completions", body, masking.key()).json
    assert said["choices"][0]["message"]["content"] == f"{people.MAIL} en nog eens {people.MAIL}."
