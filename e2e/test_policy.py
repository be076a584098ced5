"""Verdicts and keys: what is not allowed says so in the caller's own protocol, and nothing leaves."""

import time

import anthropic
import openai
import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call

MODEL = "gpt-5-mini"


def user(text):
    return [{"role": "user", "content": text}]


def refused_in_dutch(error, *values):
    text = str(error)
    assert "[" not in text or "PERSON_" not in text
    assert leaks(text.encode(), values) == [], "the refusal repeats the value"
    assert "niet verstuurd" in text and ("contact" in text or "aanspreekpunt" in text or "probeer" in text)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("text", "rule"), [(people.PATIENT, "contracted.special"), (people.CREDENTIAL, "contracted.credential")]
)
def test_special_data_and_credentials_are_refused_to_openais_client(server, client, standin, text, rule, streams):
    with pytest.raises(openai.PermissionDeniedError) as caught:
        client.chat.completions.create(model=MODEL, messages=user(text), stream=streams)
    refused_in_dutch(caught.value, people.NAME, people.SECRET, "diabetes", "insuline")
    assert caught.value.code == "policy_blocked"
    assert standin.seen == []
    entries = server.entries(caught.value.response.headers["x-sluis-request"])
    assert set(entries) == {"blocked"} and entries["blocked"]["rule"] == rule


@pytest.mark.parametrize("text", [people.PATIENT, people.CREDENTIAL])
def test_special_data_and_credentials_are_refused_to_anthropics_client(claude, standin, text):
    with pytest.raises(anthropic.PermissionDeniedError) as caught:
        claude.messages.create(model="claude-e2e", max_tokens=99, messages=user(text))
    refused_in_dutch(caught.value, people.NAME, people.SECRET, "diabetes")
    assert caught.value.body["type"] == "error" and caught.value.body["error"]["type"] == "permission_error"
    assert standin.seen == []


@pytest.mark.parametrize("text", [people.PATIENT, people.CREDENTIAL])
def test_special_data_and_credentials_are_refused_on_the_other_endpoints(client, azure, standin, text):
    with pytest.raises(openai.PermissionDeniedError):
        client.responses.create(model=MODEL, input=text)
    with pytest.raises(openai.PermissionDeniedError):
        client.embeddings.create(model="text-embedding-3-small", input=[text])
    with pytest.raises(openai.PermissionDeniedError):
        azure.chat.completions.create(model="azure-gpt", messages=user(text))
    assert standin.seen == []


def test_a_refusal_is_english_when_the_settings_say_so(masking, standin):
    said = call(masking, "/v1/chat/completions", {"model": MODEL, "messages": user(people.PATIENT)}, masking.key())
    assert said.status == 403 and "was not sent" in said.json["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "Wat is diabetes?",
        "Welke kleuren passen bij een kerk?",
        f"{people.NAME} pakte haar tas en ging naar huis.",
        f"Ik geloof dat {people.NAME} morgen komt.",
    ],
)
def test_ordinary_words_are_no_special_category(client, standin, text):
    said = client.chat.completions.create(model=MODEL, messages=user(text))
    assert said.choices[0].message.content == text


def test_a_tool_without_an_agreement_gets_no_personal_data(client, standin):
    with pytest.raises(openai.PermissionDeniedError):
        client.chat.completions.create(model="free-model", messages=user(people.MEETING))
    assert standin.seen == []
    client.chat.completions.create(model="free-model", messages=user("Wat is een sluis?"))
    assert len(standin.seen) == 1


def test_ask_gives_a_receipt_and_a_confirmed_request_goes_out(server, key, standin):
    body = {"model": "local-llama", "messages": user(people.MEETING)}
    asked = call(server, "/v1/chat/completions", body, key)
    assert asked.status == 409 and asked.json["error"]["code"] == "policy_asks"
    assert "echt naar local sturen" in asked.json["error"]["message"]
    assert asked.headers["x-should-retry"] == "false"
    assert standin.seen == []
    receipt = asked.json["error"]["receipt"]
    said = call(server, "/v1/chat/completions", body, key, headers={"x-sluis-receipt": receipt})
    assert said.status == 200 and said.json["choices"][0]["message"]["content"] == people.MEETING
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []
    assert server.entries(asked.request)["blocked"]["outcome"] == "policy_asks"
    assert server.entries(said.request)["sent"]["outcome"] == "confirmed"


def test_a_receipt_is_for_this_text_and_this_key_only(server, key, standin):
    body = {"model": "local-llama", "messages": user(people.MEETING)}
    receipt = {"x-sluis-receipt": call(server, "/v1/chat/completions", body, key).json["error"]["receipt"]}
    other = {"model": "local-llama", "messages": user(f"{people.MEETING} En {people.NAME}.")}
    assert call(server, "/v1/chat/completions", other, key, headers=receipt).status == 409
    assert call(server, "/v1/chat/completions", body, server.key("een ander"), headers=receipt).status == 409
    assert call(server, "/v1/chat/completions", body, key, headers={"x-sluis-receipt": "0" * 32}).status == 409
    assert standin.seen == []


def test_ask_reaches_the_official_client_as_a_conflict_it_does_not_repeat(server, key, standin):
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=3) as patient:
        with pytest.raises(openai.ConflictError) as caught:
            patient.chat.completions.create(model="local-llama", messages=user(people.MEETING))
    assert caught.value.body["receipt"]


def hello(server, key, model=MODEL):
    return call(server, "/v1/chat/completions", {"model": model, "messages": user(people.MEETING)}, key)


def test_no_key_and_a_wrong_key_are_refused_without_a_trace_in_the_ledger(server, standin):
    before = len(server.ledger())
    for key in (None, "sk-openai", "sluis-" + "0" * 64, "sluis-" + "x" * 500):
        said = hello(server, key)
        assert said.status == 401 and said.json["error"]["code"] == "invalid_api_key"
        assert "sluis key make" in said.json["error"]["message"]
    assert standin.seen == []
    assert len(server.ledger()) == before


def test_both_official_clients_raise_an_authentication_error(server, standin):
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="sluis-nee") as client:
        with pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(model=MODEL, messages=user("Hoi"))
    with anthropic.Anthropic(base_url=server.url, api_key="sluis-nee") as claude:
        with pytest.raises(anthropic.AuthenticationError):
            claude.messages.create(model="claude-e2e", max_tokens=9, messages=user("Hoi"))
    assert standin.seen == []


def test_an_expired_key_is_refused_and_that_is_recorded(server, standin):
    said = hello(server, server.key("verlopen", days=0))
    assert said.status == 401 and said.json["error"]["code"] == "expired_api_key"
    assert server.entries(said.request)["refused"]["outcome"] == "expired_api_key"
    assert standin.seen == []


def test_a_revoked_key_stops_within_two_seconds(server, standin):
    key = server.key("weg")
    assert hello(server, key).status == 200
    server.revoke("weg")
    time.sleep(2.2)
    said = hello(server, key)
    assert said.status == 401 and said.json["error"]["code"] == "revoked_api_key"
    assert len(standin.seen) == 1


def test_a_key_over_its_rate_waits(server, standin):
    key = server.key("traag", rate=3)
    if time.time() % 60 > 55:
        time.sleep(6)  # the count starts anew each minute
    assert [hello(server, key).status for _ in range(5)] == [200, 200, 200, 429, 429]
    said = hello(server, key)
    assert said.json["error"]["code"] == "rate_limit_exceeded" and said.headers["retry-after"] == "60"
    assert len(standin.seen) == 3


def test_a_key_over_its_budget_stops(server, standin):
    """Each answer of the stand-in costs 18 tokens."""
    key = server.key("arm", tokens=30)
    assert [hello(server, key).status for _ in range(3)] == [200, 200, 429]
    said = hello(server, key)
    assert said.json["error"]["code"] == said.json["error"]["type"] == "insufficient_quota"
    assert len(standin.seen) == 2


def test_a_streamed_answer_counts_for_the_budget_too(server, standin):
    """Also when the client did not ask for the usage chunk, which is then not in the stream."""
    key = server.key("arm stroom", tokens=30)
    body = {"model": MODEL, "messages": user("Hoi"), "stream": True}
    statuses = [call(server, "/v1/chat/completions", body, key).status for _ in range(4)]
    assert statuses[-1] == 429, "streams without a usage chunk are free"


def test_a_key_reaches_only_its_tools(server, standin):
    key = server.key("alleen demo", tool="demo")
    said = hello(server, key)
    assert said.status == 403 and said.json["error"]["code"] == "tool_not_allowed"
    assert hello(server, key, "demo").status in (200, 409)
    assert standin.seen == []


def test_logprobs_are_refused_when_answers_are_masked(masking, standin):
    """They hold the model's own words, letter by letter."""
    body = {"model": MODEL, "messages": user("Hoi"), "logprobs": True}
    said = call(masking, "/v1/chat/completions", body, masking.key())
    assert said.status == 400 and "logprobs" in said.json["error"]["message"]
    assert standin.seen == []
