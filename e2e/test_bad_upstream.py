"""A provider that misbehaves: the client gets a clear error in its own protocol, and never anything raw."""

import json
import socket
import threading
import time

import anthropic
import openai
import pytest

from harness import people, raw
from harness.leaks import leaks
from standin import TOKEN, Answer, Reply

PATHS = {
    "chat": ("/v1/chat/completions", {"model": "gpt-5-mini", "messages": [{"role": "user", "content": people.MEETING}]}),
    "responses": ("/v1/responses", {"model": "gpt-5-mini", "input": people.MEETING}),
    "messages": ("/v1/messages", {"model": "claude-e2e", "max_tokens": 9, "messages": [{"role": "user", "content": people.MEETING}]}),
}
RAW = "ONGEZIENE-TEKST-VAN-DE-AANBIEDER"


def checked_error(server, name, said, code, status):
    """A whole answer that is an error in the caller's protocol, with its entry in the evidence."""
    assert said.status == status, said.body
    assert RAW.encode() not in said.body and not TOKEN.search(said.body.decode())
    body = said.json
    if name == "messages":
        assert body["type"] == "error" and body["error"]["type"]
    assert body["error"]["code"] == code
    assert len(body["error"]["message"]) > 40
    entries = server.entries(said.request)
    assert set(entries) == {"sent", "failed"} and entries["failed"]["outcome"] == code
    assert server.lives


WHOLE = {
    "html": (Reply([f"<html>{RAW}</html>".encode()], media_type="text/html"), "upstream_bad_answer", 502),
    "html that says it is JSON": (Reply([f"<html>{RAW}</html>".encode()]), "upstream_bad_answer", 502),
    "no media type": (Reply([b'{"a":"' + RAW.encode() + b'"}'], media_type=None), "upstream_bad_answer", 502),
    "an empty answer": (Reply([b""]), "upstream_bad_answer", 502),
    "half an answer": (Reply([b'{"choices":[{"message":{"content":"' + RAW.encode()]), "upstream_bad_answer", 502),
    "less than it promised": (Reply([b'{"a":"' + RAW.encode() + b'"}'], length=500, cut=True), "upstream_bad_answer", 502),
    "broken off chunks": (Reply([b'{"a":"' + RAW.encode()], framing="chunked", cut=True), "upstream_bad_answer", 502),
    "invalid UTF-8": (Reply([b'{"a":"' + RAW.encode() + b'\xff"}']), "upstream_bad_answer", 502),
    "duplicate keys": (Reply([b'{"a":1,"a":"' + RAW.encode() + b'"}']), "upstream_bad_answer", 502),
    "a deep answer": (Reply([b"[" * 9000 + b"]" * 9000]), "upstream_bad_answer", 502),
    "a refused key": (Reply([b'{"error":{"message":"' + RAW.encode() + b'"}}'], status=401), "upstream_key_refused", 502),
    "a forbidden key": (Reply([b'{"error":{"message":"' + RAW.encode() + b'"}}'], status=403), "upstream_key_refused", 502),
    "a redirect": (Reply([b""], status=302, headers={"Location": "/elders"}), "upstream_bad_answer", 502),
    "a redirect that keeps the body": (Reply([b""], status=307, headers={"Location": "/elders"}), "upstream_bad_answer", 502),
    "an html error": (Reply([f"<h1>{RAW}</h1>".encode()], status=503, media_type="text/html"), "upstream_bad_answer", 502),
}


@pytest.mark.parametrize(("reply", "code", "status"), WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize("name", PATHS)
def test_a_whole_answer_that_is_wrong(server, key, standin, name, reply, code, status):
    standin.answer = reply
    path, body = PATHS[name]
    checked_error(server, name, raw.call(server, path, body, key), code, status)
    assert len(standin.seen) == 1, "it was sent again, or a redirect was followed"
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []


@pytest.mark.parametrize("name", ["chat", "responses"])
def test_a_provider_that_is_not_there(server, key, name):
    path, body = PATHS[name]
    began = time.monotonic()
    said = raw.call(server, path, {**body, "model": "dead-model"}, key)
    checked_error(server, name, said, "upstream_unreachable", 502)
    assert said.headers["x-should-retry"] == "true" and time.monotonic() - began < 5


def test_more_than_it_promised_stops_where_it_promised(server, key, standin):
    """The bytes behind the promised length are the next answer's problem, so the connection is not used again."""
    good = json.dumps({"id": "x", "object": "chat.completion", "choices": []}).encode()
    standin.answer = Reply([good + RAW.encode()], length=len(good))
    path, body = PATHS["chat"]
    assert RAW.encode() not in raw.call(server, path, body, key).body
    standin.answer = Answer()
    said = raw.call(server, path, body, key)
    assert said.json["choices"][0]["message"]["content"] == people.MEETING


def test_the_providers_own_error_is_passed_on_with_values_restored(server, client, standin):
    def error(got):
        text = f"The server had an error about {got.tokens[0]}."
        return Reply([json.dumps({"error": {"message": text, "type": "server_error", "param": None, "code": None}}).encode()], status=500)

    standin.answer = error
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="gpt-5-mini", messages=PATHS["chat"][1]["messages"])
    assert people.ACCENTED in caught.value.body["message"]
    entries = server.entries(caught.value.response.headers["x-sluis-request"])
    assert entries["failed"]["outcome"] == "upstream_error"


def test_a_rate_limit_is_passed_on_with_its_waiting_time(server, client, claude, standin):
    limits = {"retry-after": "20", "x-ratelimit-remaining-requests": "0", "x-request-id": "req_1", "set-cookie": RAW}
    standin.answer = Reply(
        [b'{"error":{"message":"Rate limit reached.","type":"requests","param":null,"code":"rate_limit_exceeded"}}'],
        status=429, headers=limits,
    )
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="gpt-5-mini", messages=PATHS["chat"][1]["messages"])
    headers = caught.value.response.headers
    assert headers["retry-after"] == "20" and headers["x-ratelimit-remaining-requests"] == "0"
    assert headers["x-request-id"] == "req_1" and "set-cookie" not in headers
    standin.answer = Reply(
        [b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011"}'], status=529
    )
    with pytest.raises(anthropic.APIStatusError) as caught:
        claude.messages.create(max_tokens=9, model="claude-e2e", messages=PATHS["messages"][1]["messages"])
    assert caught.value.status_code == 529


def streamed(change, cut=True):
    """The usual stream, changed, and with its connection broken at the end."""
    usual = Answer(words=lambda got: f"Dag {got.tokens[0]}, {RAW}", pieces=6)

    def answer(got):
        return Reply(change(usual(got).chunks), media_type="text/event-stream", framing="chunked", cut=cut)

    return answer


def half(chunks):
    """Everything before the middle, then half an event."""
    middle = len(chunks) // 2
    return [*chunks[:middle], chunks[middle][: len(chunks[middle]) // 2]]


def with_event(event):
    return lambda chunks: [*chunks[:3], event, *chunks[3:]]


BROKEN = {
    "cut in the middle of an event": streamed(half),
    "ended in the middle of an event": streamed(half, cut=False),
    "cut between two events": streamed(lambda chunks: chunks[:4]),
    "an event too large": streamed(with_event(b'data: {"x":"' + b"x" * (5 << 20) + b'"}\n\n')),
    "an event without an end": streamed(lambda chunks: [*chunks[:3], *[b"x" * 65536] * 80]),
    "invalid UTF-8": streamed(with_event(b'data: {"x":"\xff\xfe"}\n\n')),
    "duplicate keys": streamed(with_event(b'data: {"choices":[],"choices":[]}\n\n')),
    "no JSON": streamed(with_event(b"data: hallo " + RAW.encode() + b"\n\n")),
    "a list": streamed(with_event(b"data: [1,2]\n\n")),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("name", PATHS)
def test_a_stream_that_is_wrong_ends_with_an_error_event(server, key, standin, name, answer):
    standin.answer = answer
    path, body = PATHS[name]
    stream = raw.stream(server, path, {**body, "stream": True}, key)
    events = [event for event in stream if event.data != "[DONE]"]
    assert stream.status == 200 and events
    last = events[-1].json
    if name == "responses":
        assert events[-1].name == "error" and last["type"] == "error" and last["code"] == "upstream_bad_answer"
    elif name == "messages":
        assert events[-1].name == "error" and last["type"] == "error" and last["error"]["type"] == "api_error"
    else:
        assert last["error"]["code"] == "upstream_bad_answer"
    assert b"[DONE]" not in stream.raw, "a broken answer may not end as a good one"
    assert not TOKEN.search(stream.raw.decode())
    entries = server.entries(stream.headers["x-sluis-request"])
    assert set(entries) == {"sent", "failed"} and entries["failed"]["outcome"] == "upstream_bad_answer"
    assert server.lives


def test_the_official_clients_raise_an_error_for_a_broken_stream(client, claude, standin):
    standin.answer = BROKEN["cut in the middle of an event"]
    with pytest.raises(openai.APIError):
        for _ in client.chat.completions.create(stream=True, **PATHS["chat"][1]):
            pass
    with pytest.raises(anthropic.APIError):
        for _ in claude.messages.create(stream=True, **PATHS["messages"][1]):
            pass


@pytest.mark.parametrize("name", ["responses", "messages"])
def test_a_stream_without_its_closing_event_is_an_error(server, key, standin, name):
    standin.answer = streamed(lambda chunks: chunks[:-1], cut=False)
    path, body = PATHS[name]
    stream = raw.stream(server, path, {**body, "stream": True}, key)
    events = list(stream)
    assert events[-1].name == "error"
    assert set(server.entries(stream.headers["x-sluis-request"])) == {"sent", "failed"}


def test_a_chat_without_its_last_word_is_whole_all_the_same(server, key, standin):
    """Several OpenAI-like providers leave [DONE] out."""
    standin.answer = streamed(lambda chunks: chunks[:-1], cut=False)
    path, body = PATHS["chat"]
    stream = raw.stream(server, path, {**body, "stream": True}, key)
    text = "".join(choice["delta"].get("content") or "" for event in stream for choice in event.json["choices"])
    assert text == f"Dag {people.ACCENTED}, {RAW}"
    entry = server.entries(stream.headers["x-sluis-request"])["answered"]
    assert entry["outcome"] == "no_end_event"


def test_a_chat_that_ends_before_its_finish_reason_holds_nothing_back(server, key, standin):
    standin.answer = streamed(lambda chunks: chunks[:-2], cut=False)
    path, body = PATHS["chat"]
    stream = raw.stream(server, path, {**body, "stream": True}, key)
    text = "".join(choice["delta"].get("content") or "" for event in stream for choice in event.json["choices"])
    assert text == f"Dag {people.ACCENTED}, {RAW}"


def test_an_error_inside_a_chat_stream_is_passed_on_and_recorded_as_a_failure(server, client, standin):
    error = b'data: {"error":{"message":"The server is overloaded.","type":"server_error","code":null}}\n\n'
    standin.answer = streamed(lambda chunks: [*chunks[:4], error], cut=False)
    stream = client.chat.completions.with_raw_response.create(stream=True, **PATHS["chat"][1])
    with pytest.raises(openai.APIError):
        for _ in stream.parse():
            pass
    entries = server.entries(stream.headers["x-sluis-request"])
    assert set(entries) == {"sent", "failed"}


FAILURES = {
    "error": {"type": "error", "code": "server_error", "message": "The server had an error.", "param": None},
    "response.failed": {
        "type": "response.failed",
        "response": {"id": "resp_1", "object": "response", "status": "failed", "output": [], "error": {"code": "server_error", "message": "x"}},
    },
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_error_inside_a_responses_stream_is_passed_on_and_recorded_as_a_failure(server, key, standin, name):
    event = f"event: {name}\ndata: {json.dumps(FAILURES[name] | {'sequence_number': 4})}\n\n".encode()
    standin.answer = streamed(lambda chunks: [*chunks[:4], event], cut=False)
    path, body = PATHS["responses"]
    stream = raw.stream(server, path, {**body, "stream": True}, key)
    assert [event.name for event in stream][-1] == name
    assert set(server.entries(stream.headers["x-sluis-request"])) == {"sent", "failed"}


def test_an_answer_to_a_stream_that_does_not_stream_is_passed_on(server, key, standin):
    whole = Answer()

    def plain(got):
        got.body = got.body.replace(b'"stream":true', b'"stream":false')
        return whole(got)

    standin.answer = plain
    path, body = PATHS["chat"]
    said = raw.call(server, path, {**body, "stream": True}, key)
    assert said.json["choices"][0]["message"]["content"] == people.MEETING


def test_after_all_of_this_the_server_works_and_the_evidence_is_sound(server, client, standin):
    said = client.chat.completions.create(**PATHS["chat"][1])
    assert said.choices[0].message.content == people.MEETING
    server.export()


def test_a_client_that_leaves_before_a_whole_answer_comes_stands_in_the_evidence(server, key, standin):
    """It was sent and paid for; the evidence says how it ended."""
    arrived, gone = threading.Event(), threading.Event()

    def late(got):
        arrived.set()
        gone.wait(10)
        return Answer()(got)

    standin.answer = late
    path, body = PATHS["chat"]
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(data)}\r\n\r\n"
    before = len(server.ledger())
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(head.encode() + data)
        assert arrived.wait(5)
    time.sleep(0.3)
    gone.set()
    time.sleep(0.7)
    events = [entry["event"] for entry in server.ledger()[before:]]
    assert events[0] == "sent" and events[1:] in (["failed"], ["answered"]), events
