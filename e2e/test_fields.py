"""Every field that can carry text is read, and what is not known survives the passage."""

import pytest

from harness import people
from harness.raw import call
from standin import Answer

MODEL = "gpt-5-mini"
TALK = f"Vraag het aan {people.NAME}, {people.MAIL}, BSN {people.BSN}."
VALUES = (people.NAME, people.MAIL, people.BSN)


def post(server, key, path="/v1/chat/completions", **body):
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hoi"}], **body}
    return call(server, path, body, key)


PLACES = {
    "a system text": {"messages": [{"role": "system", "content": TALK}, {"role": "user", "content": "Hoi"}]},
    "a developer text": {"messages": [{"role": "developer", "content": TALK}, {"role": "user", "content": "Hoi"}]},
    "a system text in parts": {
        "messages": [{"role": "system", "content": [{"type": "text", "text": TALK}]}, {"role": "user", "content": "Hoi"}]
    },
    "several parts": {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hoi"}, {"type": "text", "text": TALK}]}]
    },
    "an earlier answer": {
        "messages": [{"role": "user", "content": "Hoi"}, {"role": "assistant", "content": TALK}, {"role": "user", "content": "En?"}]
    },
    "a refusal part": {
        "messages": [
            {"role": "user", "content": "Hoi"},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": TALK}]},
            {"role": "user", "content": "En?"},
        ]
    },
    "the user": {"user": people.MAIL},
    "a safety identifier": {"safety_identifier": people.MAIL},
    "a cache key": {"prompt_cache_key": people.MAIL},
    "metadata": {"metadata": {"dossier": TALK, "bsn": people.BSN}},
    "a stop word": {"stop": [people.NAME]},
    "a predicted output": {"prediction": {"type": "content", "content": TALK}},
    "a tool's description": {
        "tools": [{"type": "function", "function": {"name": "zoek", "description": TALK, "parameters": {"type": "object"}}}]
    },
    "a schema's words": {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "zoek",
                    "parameters": {
                        "type": "object",
                        "properties": {"wie": {"type": "string", "enum": [people.NAME], "description": TALK, "default": people.MAIL}},
                    },
                },
            }
        ]
    },
    "a tool call": {
        "messages": [
            {"role": "user", "content": "Hoi"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "zoek", "arguments": f'{{"bsn": {people.BSN}, "naam": "{people.NAME}", "tekst": "{TALK}"}}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "[]"},
        ]
    },
    "a broken tool call": {
        "messages": [
            {"role": "user", "content": "Hoi"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "zoek", "arguments": f'{{"naam": "{TALK}'}}],
            },
            {"role": "tool", "tool_call_id": "c", "content": "[]"},
        ]
    },
    "a tool's result": {
        "messages": [
            {"role": "user", "content": "Hoi"},
            {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "zoek", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": f'[{{"naam": "{people.NAME}", "mail": "{people.MAIL}", "bsn": {people.BSN}}}]'},
        ]
    },
    "a field nobody knows": {"x_nieuw": {"diep": [{"tekst": TALK}]}},
    "a web location": {"x_user_location": {"approximate": {"city": TALK}}},
}


@pytest.mark.parametrize("fields", PLACES.values(), ids=PLACES.keys())
def test_personal_data_is_found_in(server, key, standin, nothing_left, fields):
    said = post(server, key, **fields)
    assert said.status == 200, said.body
    nothing_left(*VALUES)
    assert standin.last.tokens, "the value has no token"


def test_a_participants_name_is_masked_and_remains_a_name_that_the_provider_accepts(server, key, standin, nothing_left):
    said = post(server, key, messages=[{"role": "user", "name": "Annelies", "content": f"Ik ben {people.NAME}."}])
    assert said.status == 200
    name = standin.last.json["messages"][0]["name"]
    assert name != "Annelies" and name.replace("_", "").isalnum()
    nothing_left(people.NAME)


def test_unknown_fields_survive_on_the_way_out(server, key, standin):
    extra = {
        "x_vendor": {"ratio": 1.10, "big": 12345678901234567890, "list": [None, True, "a"], "é": "ü"},
        "temperature": 0.10,
        "seed": 1234567890,
        "reasoning_effort": "low",
    }
    post(server, key, **extra)
    body = standin.last.body.decode()
    for part in ('"ratio":1.1', '"big":12345678901234567890', '"list":[null,true,"a"]', '"seed":1234567890'):
        assert part in body.replace(" ", ""), part
    assert {name: standin.last.json[name] for name in extra} == extra


def test_unknown_fields_survive_on_the_way_back(server, key, standin):
    said = post(server, key).json
    assert said["x_vendor_extension"] == {"cost": 0.000123, "route": ["a", "b"], "note": None}
    assert said["usage"]["prompt_tokens_details"] == {"cached_tokens": 0, "audio_tokens": 0}


def test_names_of_tools_and_schemas_stay_as_they_are(server, key, standin):
    """A model that sees another name calls a tool that does not exist."""
    tool = {
        "type": "function",
        "function": {
            "name": "stuur_brief_aan_jan",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"person": {"type": "string", "format": "email"}, "adres": {"$ref": "#/$defs/adres"}},
                "required": ["person"],
                "additionalProperties": False,
                "$defs": {"adres": {"type": "string"}},
            },
        },
    }
    choice = {"type": "function", "function": {"name": "stuur_brief_aan_jan"}}
    post(server, key, tools=[tool], tool_choice=choice)
    assert standin.last.json["tools"] == [tool]
    assert standin.last.json["tool_choice"] == choice


def test_personal_data_as_a_name_of_a_field_is_refused(server, key, standin):
    """Names of fields are never rewritten, so what looks like data there cannot be made safe."""
    said = post(server, key, metadata={people.MAIL: "ja"})
    assert said.status == 400 and said.json["error"]["code"] == "personal_data_in_key"
    assert standin.seen == []


SIDE_CALLS = {
    "a title": "Geef een titel van 3 tot 5 woorden voor dit gesprek:\n<chat_history>\nUSER: {talk}\n</chat_history>",
    "tags": '### Task:\nGenerate 1-3 broad tags.\n### Output:\nJSON format: {{ "tags": ["tag1"] }}\n### Chat History:\nUSER: {talk}',
    "a search query": "Generate a search query for:\nUSER: {talk}\nASSISTANT: Goed.",
}


@pytest.mark.parametrize("prompt", SIDE_CALLS.values(), ids=SIDE_CALLS.keys())
def test_a_chat_programs_own_side_call_is_masked_and_restored_too(server, key, standin, nothing_left, prompt):
    standin.answer = Answer(words=lambda got: " ".join(got.tokens))
    said = post(server, key, messages=[{"role": "user", "content": prompt.format(talk=TALK)}])
    content = said.json["choices"][0]["message"]["content"]
    assert all(value in content for value in VALUES)
    nothing_left(*VALUES)
