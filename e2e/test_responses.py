"""The Responses API, also when the provider keeps the conversation and the client sends only what is new."""

import json
import threading

import openai
import pytest

from harness import people, raw
from harness.leaks import leaks
from standin import Answer

MODEL = "gpt-5-mini"
LONG = "Dit is een rustige zin zonder namen erin. " * 8


def thinking_with_tools(got):
    first, second = got.tokens[:2]
    return {
        "THINK": f"Ik denk na over {first}.",
        "ARGS0": json.dumps({"wie": first}),
        "ARGS1": json.dumps({"zoek": [second]}),
        "TEXT": f"Ik schrijf {first} en zoek {second}.",
    }


def test_a_string_as_input(client, standin, nothing_left):
    said = client.responses.create(model=MODEL, input=people.LETTER)
    assert said.output_text == people.LETTER
    nothing_left(*people.ALL)


def test_instructions_and_input_in_parts(client, standin, nothing_left):
    said = client.responses.create(
        model=MODEL,
        instructions=f"Je werkt voor {people.OTHER}.",
        input=[
            {"role": "developer", "content": f"Houd rekening met {people.MAIL}."},
            {"role": "user", "content": [{"type": "input_text", "text": people.LETTER}]},
        ],
        metadata={"dossier": people.BSN},
        user=people.MAIL,
    )
    assert said.output_text == people.LETTER
    nothing_left(*people.ALL, people.OTHER)


def test_reasoning_calls_and_text_of_a_whole_answer(client, standin):
    standin.answer = Answer(wire="responses_tools", words=thinking_with_tools)
    output = client.responses.create(model=MODEL, input=people.MEETING).output
    assert [item.type for item in output] == ["reasoning", "function_call", "function_call", "message"]
    assert output[0].summary[0].text == f"Ik denk na over {people.ACCENTED}."
    assert output[0].encrypted_content == "gAAAAABo2yOpQ"
    assert json.loads(output[1].arguments) == {"wie": people.ACCENTED}
    assert json.loads(output[2].arguments) == {"zoek": [people.OTHER]}
    assert output[3].content[0].text == f"Ik schrijf {people.ACCENTED} en zoek {people.OTHER}."


@pytest.mark.parametrize("pieces", [1, 3, 9, 1000])
def test_every_event_of_a_stream_says_the_same(client, standin, nothing_left, pieces):
    standin.answer = Answer(wire="responses_tools", words=thinking_with_tools, pieces=pieces)
    deltas, done, numbers, last = {}, {}, [], None
    for event in client.responses.create(model=MODEL, input=people.MEETING, stream=True):
        numbers.append(event.sequence_number)
        name = event.type
        if name.endswith(".delta"):
            at = (name.removesuffix(".delta"), event.output_index)
            deltas[at] = deltas.get(at, "") + event.delta
        elif name.endswith(("text.done", "arguments.done")):
            done[name.removesuffix(".done"), event.output_index] = getattr(event, "text", None) or event.arguments
        last = event
    assert numbers == list(range(len(numbers))), "the numbers of the events have a hole or stand twice"
    expected = {
        ("response.reasoning_summary_text", 0): f"Ik denk na over {people.ACCENTED}.",
        ("response.function_call_arguments", 1): json.dumps({"wie": people.ACCENTED}),
        ("response.function_call_arguments", 2): json.dumps({"zoek": [people.OTHER]}),
        ("response.output_text", 3): f"Ik schrijf {people.ACCENTED} en zoek {people.OTHER}.",
    }
    for texts in (deltas, done):
        assert {at: _loose(text) for at, text in texts.items()} == {at: _loose(text) for at, text in expected.items()}
    assert last.type == "response.completed"
    assert last.response.output_text == expected["response.output_text", 3]
    assert json.loads(last.response.output[1].arguments) == {"wie": people.ACCENTED}
    nothing_left(people.ACCENTED, people.OTHER)


def _loose(text):
    """JSON arguments may be spelt with or without escapes."""
    return json.loads(text) if text.startswith("{") else text


def test_the_first_words_arrive_before_the_last_are_sent(client, standin):
    gate = threading.Event()
    standin.answer = Answer(words=lambda got: LONG + got.tokens[0], gate=gate, behind_gate=5)
    text = ""
    for event in client.responses.create(model=MODEL, input=f"Groet {people.NAME}.", stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        if len(text) > 100:
            gate.set()
    assert text == LONG + people.NAME


@pytest.mark.parametrize("streams", [False, True])
def test_a_conversation_that_the_provider_keeps_restores_what_only_turn_one_said(client, standin, nothing_left, streams):
    first = client.responses.create(model=MODEL, input=people.MEETING)
    issued = standin.last.tokens
    standin.answer = Answer(pieces=3, words=lambda got: f"Ja, {issued[0]} en {issued[1]}.")
    second = client.responses.create(model=MODEL, input="Wie waren dat?", previous_response_id=first.id, stream=streams)
    if streams:
        *_, last = second
        second = last.response
    assert second.output_text == f"Ja, {people.ACCENTED} en {people.OTHER}."
    assert standin.last.json["previous_response_id"] == "resp_67cb71b351908190a308f3859487620d"
    third = client.responses.create(model=MODEL, input=f"En {people.OTHER}, {people.NAME}?", previous_response_id=second.id)
    assert third.output_text == f"Ja, {people.ACCENTED} en {people.OTHER}."
    assert issued[1] in standin.last.tokens, "the same person got another token in turn three"
    nothing_left(people.ACCENTED, people.OTHER, people.NAME)


def test_a_kept_conversation_of_another_key_stays_closed(server, client, standin):
    first = client.responses.create(model=MODEL, input=people.MEETING)
    issued = standin.last.tokens
    standin.answer = Answer(words=" ".join(issued))
    stranger = server.key("vreemde")
    body = {"model": MODEL, "input": "Wie waren dat?", "previous_response_id": first.id}
    said = raw.call(server, "/v1/responses", body, stranger)
    assert leaks(said.body, [people.ACCENTED, people.OTHER]) == []


def test_a_conversation_named_in_a_header_restores_over_turns_of_a_chat(client, standin):
    """For clients that do not send the history along."""
    named = {"x-sluis-conversation": "zaak-2026-17"}
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": people.MEETING}], extra_headers=named)
    issued = standin.last.tokens
    standin.answer = Answer(words=" ".join(issued))
    said = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Wie waren dat?"}], extra_headers=named
    )
    assert said.choices[0].message.content == f"{people.ACCENTED} {people.OTHER}"
    assert "x-sluis-conversation" not in {name.lower() for name, _ in standin.last.headers}


def test_an_unstored_response_keeps_its_own_id(client, standin):
    said = client.responses.create(model=MODEL, input="Hoi", store=False)
    assert said.id == "resp_67cb71b351908190a308f3859487620d"


def test_a_tool_round_with_function_call_outputs(client, standin, nothing_left):
    standin.answer = Answer(wire="responses_tools", words=thinking_with_tools)
    first = client.responses.create(model=MODEL, input=people.MEETING)
    call = first.output[1]
    standin.answer = Answer(words=lambda got: " ".join(got.tokens))
    result = json.dumps({"naam": people.NAME, "mail": people.MAIL, "bsn": int(people.BSN)})
    second = client.responses.create(
        model=MODEL,
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": call.call_id, "output": result}],
    )
    assert all(value in second.output_text for value in (people.NAME, people.MAIL, people.BSN))
    nothing_left(people.NAME, people.MAIL, people.BSN, people.ACCENTED, people.OTHER)


def test_a_history_that_the_client_sends_along_goes_masked(client, standin, nothing_left):
    standin.answer = Answer(wire="responses_tools", words=thinking_with_tools)
    first = client.responses.create(model=MODEL, input=people.MEETING, store=False, include=["reasoning.encrypted_content"])
    history = [{"role": "user", "content": people.MEETING}, *(item.to_dict() for item in first.output)]
    history.append({"type": "function_call_output", "call_id": "call_Zr4kQ", "output": "ok"})
    standin.answer = Answer(words=lambda got: got.tokens[0])
    second = client.responses.create(model=MODEL, input=[*history, {"role": "user", "content": "En nu?"}], store=False)
    assert second.output_text == people.ACCENTED
    sent = standin.last.json["input"]
    assert next(item for item in sent if item.get("type") == "reasoning")["encrypted_content"] == "gAAAAABo2yOpQ"
    nothing_left(people.ACCENTED, people.OTHER)


def test_embeddings_are_made_of_masked_text(client, standin, nothing_left):
    said = client.embeddings.create(
        model="text-embedding-3-small", input=[people.LETTER, people.MEETING], encoding_format="float"
    )
    assert said.data[0].embedding == [0.0123, -0.5, 0.25]
    nothing_left(*people.ALL, people.ACCENTED, people.OTHER)
    client.embeddings.create(model="text-embedding-3-small", input=people.LETTER, dimensions=256, user=people.MAIL)
    assert standin.last.json["dimensions"] == 256
    nothing_left(*people.ALL)


def test_the_official_client_for_azure(azure, standin, nothing_left):
    said = azure.chat.completions.create(model="azure-gpt", messages=[{"role": "user", "content": people.LETTER}])
    assert said.choices[0].message.content == people.LETTER
    assert standin.last.path == "/openai/deployments/azure-gpt/chat/completions?api-version=2024-10-21"
    stream = azure.chat.completions.create(model="azure-gpt", stream=True, messages=[{"role": "user", "content": people.MEETING}])
    text = "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
    assert text == people.MEETING
    azure.embeddings.create(model="azure-embed", input=people.LETTER)
    assert standin.last.path == "/openai/deployments/azure-embed/embeddings?api-version=2024-10-21"
    nothing_left(*people.ALL, people.ACCENTED, people.OTHER)


@pytest.mark.parametrize("name", ["../secrets", "a%2f..%2fb", "a?x=1", "een naam"])
def test_a_deployment_name_cannot_change_the_address(server, key, standin, name):
    from urllib.parse import quote

    path = f"/openai/deployments/{quote(name, safe='%')}/chat/completions?api-version=2024-10-21"
    said = raw.call(server, path, {"messages": [{"role": "user", "content": "Hoi"}]}, key)
    assert said.status == 404 and standin.seen == []


def test_a_refusal_reaches_the_official_client_inside_the_protocol(client, standin):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model=MODEL, input="Hoi", background=True)
    assert "background" in str(caught.value) and standin.seen == []
