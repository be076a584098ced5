"""What real programs send and expect beyond the simplest call. A gateway that refuses it is taken out again."""

import asyncio
import json

import anthropic
import openai
import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call
from standin import Answer, Reply

MODEL = "gpt-5-mini"


def user(text):
    return [{"role": "user", "content": text}]


ACCEPTED = {
    "coding agents clear old tool calls": (
        "/v1/messages",
        {
            "model": "claude-x", "max_tokens": 99, "messages": user("Hoi"),
            "context_management": {"edits": [{"type": "clear_tool_uses_20250919", "keep": {"type": "tool_uses", "value": 3}}]},
        },
    ),
    "coding agents clear old thinking": (
        "/v1/messages",
        {
            "model": "claude-x", "max_tokens": 99, "messages": user("Hoi"), "thinking": {"type": "adaptive"},
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        },
    ),
    "structured outputs of Anthropic": (
        "/v1/messages",
        {
            "model": "claude-x", "max_tokens": 99, "messages": user("Hoi"),
            "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}},
        },
    ),
    "a coding agent's own tools": (
        "/v1/messages",
        {
            "model": "claude-x", "max_tokens": 99, "messages": user("Hoi"), "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
            "tools": [
                {"type": "bash_20250124", "name": "bash"},
                {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool", "max_characters": 10000},
                {"type": "custom", "name": "lees", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}},
            ],
        },
    ),
    "custom tools with a grammar": (
        "/v1/responses",
        {
            "model": MODEL, "input": "Hoi", "reasoning": {"effort": "medium", "summary": "auto"}, "text": {"verbosity": "low"},
            "tools": [
                {"type": "custom", "name": "apply_patch", "description": "x", "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
                {"type": "function", "name": "shell", "strict": False, "parameters": {"type": "object", "properties": {}}},
            ],
            "tool_choice": "auto", "parallel_tool_calls": False, "store": False, "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": "0199a213-81c0-7800-8aa1-bbab2a035a53",
        },
    ),
    "functions of before tools": (
        "/v1/chat/completions",
        {"model": MODEL, "messages": user("Hoi"), "functions": [{"name": "zoek", "parameters": {"type": "object"}}], "function_call": {"name": "zoek"}},
    ),
    "an answer with all its empty fields": (
        "/v1/chat/completions",
        {
            "model": MODEL,
            "messages": [
                *user("Hoi"),
                {"role": "assistant", "content": "Dag", "refusal": None, "audio": None, "function_call": None, "tool_calls": None, "annotations": []},
                *user("En?"),
            ],
        },
    ),
    "an answer with a citation of the web": (
        "/v1/chat/completions",
        {
            "model": MODEL,
            "messages": [
                *user("Hoi"),
                {
                    "role": "assistant", "content": "Dag",
                    "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "t", "start_index": 0, "end_index": 3}}],
                },
                *user("En?"),
            ],
        },
    ),
    "a response format of plain JSON": ("/v1/chat/completions", {"model": MODEL, "messages": user("Hoi"), "response_format": {"type": "json_object"}}),
    "logprobs in the default policy": ("/v1/chat/completions", {"model": MODEL, "messages": user("Hoi"), "logprobs": True, "top_logprobs": 2}),
}


@pytest.mark.parametrize(("path", "body"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepted_and_passed_on_as_it_is(server, key, standin, path, body):
    said = call(server, path, body, key)
    assert said.status == 200, said.body
    assert standin.last.json == body


def test_a_function_call_of_before_tools_is_restored(server, key, standin):
    def answer(got):
        arguments = json.dumps({"wie": got.tokens[0]})
        message = {"role": "assistant", "content": None, "function_call": {"name": "zoek", "arguments": arguments}}
        return Reply([json.dumps({"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "function_call"}]}).encode()])

    standin.answer = answer
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": user(f"Mail {people.MAIL}.")}, key).json
    assert json.loads(said["choices"][0]["message"]["function_call"]["arguments"]) == {"wie": people.MAIL}


def chunks(*deltas):
    events = [json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    events.append(json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    return Reply([f"data: {event}\n\n".encode() for event in [*events, "[DONE]"]], media_type="text/event-stream", framing="chunked")


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "nieuw_veld"])
def test_running_text_in_a_field_nobody_knows_is_restored(client, standin, field):
    """Models behind OpenAI's interface stream their thoughts in fields of their own."""

    def answer(got):
        token = got.tokens[0]
        return chunks({field: "Aan " + token[:6]}, {field: token[6:]}, {"content": token[:3]}, {"content": token[3:]})

    standin.answer = answer
    thought = text = ""
    for chunk in client.chat.completions.create(model=MODEL, stream=True, messages=user(f"Mail {people.MAIL}.")):
        delta = chunk.choices[0].delta.to_dict()
        thought += delta.get(field) or ""
        text += delta.get("content") or ""
    assert (thought, text) == (f"Aan {people.MAIL}", people.MAIL)


def test_a_streamed_custom_tool_call_is_restored(client, standin):
    item = {"id": "ctc_1", "type": "custom_tool_call", "status": "in_progress", "call_id": "call_1", "name": "apply_patch", "input": ""}

    def answer(got):
        text = f'+ naam = "{got.tokens[0]}"\n'
        at = {"item_id": "ctc_1", "output_index": 0}
        done = {**item, "status": "completed", "input": text}
        response = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": MODEL, "output": [done], "parallel_tool_calls": False, "tool_choice": "auto", "tools": []}
        events = [
            {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            *({"type": "response.custom_tool_call_input.delta", **at, "delta": text[i : i + 5]} for i in range(0, len(text), 5)),
            {"type": "response.custom_tool_call_input.done", **at, "input": text},
            {"type": "response.output_item.done", "output_index": 0, "item": done},
            {"type": "response.completed", "response": response},
        ]
        wire = [f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode() for number, event in enumerate(events)]
        return Reply(wire, media_type="text/event-stream", framing="chunked")

    standin.answer = answer
    text, last = "", None
    for event in client.responses.create(model=MODEL, input=f"Mail {people.MAIL}.", stream=True):
        if event.type == "response.custom_tool_call_input.delta":
            text += event.delta
        if event.type == "response.custom_tool_call_input.done":
            assert event.input == f'+ naam = "{people.MAIL}"\n'
        last = event
    assert text == f'+ naam = "{people.MAIL}"\n' == last.response.output[0].input


def test_the_asynchronous_clients(server, key, standin):
    async def both():
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=key) as client:
            texts = await asyncio.gather(*(
                client.chat.completions.create(model=MODEL, messages=user(f"Mail klant{number}@voorbeeld.nl.")) for number in range(20)
            ))
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key=key) as claude:
            async with claude.messages.stream(model="claude-e2e", max_tokens=9, messages=user(people.MEETING)) as stream:
                streamed = "".join([text async for text in stream.text_stream])
        return [said.choices[0].message.content for said in texts], streamed

    texts, streamed = asyncio.run(both())
    assert texts == [f"Mail klant{number}@voorbeeld.nl." for number in range(20)]
    assert streamed == people.MEETING
    assert leaks(standin.everything, [f"klant{number}@" for number in range(20)]) == []


def test_the_clients_own_helpers_for_structured_answers(client, standin):
    """The helper reads the answer as JSON, and checks it."""
    from pydantic import BaseModel

    class Contact(BaseModel):
        naam: str
        mail: str

    standin.answer = Answer(words=lambda got: json.dumps({"naam": got.tokens[0], "mail": got.tokens[1]}))
    said = client.chat.completions.parse(model=MODEL, messages=user(f"Contact: {people.NAME}, mail {people.MAIL}."), response_format=Contact)
    assert said.choices[0].message.parsed == Contact(naam=people.NAME, mail=people.MAIL)


def test_a_client_that_repeats_a_failed_request_by_itself_gets_its_answer(server, key, standin):
    usual, times = Answer(), []

    def second_time(got):
        times.append(1)
        return usual(got) if len(times) > 1 else Reply([b'{"error":{"message":"x"}}'], status=500)

    standin.answer = second_time
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=2) as patient:
        said = patient.chat.completions.create(model=MODEL, messages=user(people.MEETING))
    assert said.choices[0].message.content == people.MEETING and len(times) == 2
    first, second = standin.seen
    assert first.body == second.body, "the same request left with other tokens"


def test_a_schema_with_quotes_in_its_values_passes(server, key, standin):
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "string", "pattern": '^"\\d+"$', "examples": ["a\"b"]}}}}}
    call(server, "/v1/chat/completions", {"model": MODEL, "messages": user("Hoi"), "tools": [tool]}, key)
    assert standin.last.json["tools"] == [tool]
