"""Streamed answers: not buffered, cut anywhere, and the same text as a whole answer."""

import http.client
import json
import statistics
import threading
import time

import pytest

from harness import people, raw
from harness.leaks import leaks
from standin import Answer

MODEL = "gpt-5-mini"
LONG = "Dit is een rustige zin zonder namen erin. " * 8


def user(text):
    return [{"role": "user", "content": text}]


def chat(client, text, **more):
    return client.chat.completions.create(model=MODEL, messages=user(text), stream=True, **more)


def content(chunks, index=0):
    return "".join(
        choice.delta.content or "" for chunk in chunks for choice in chunk.choices if choice.index == index
    )


@pytest.mark.parametrize("pieces", [1, 2, 3, 5, 7, 11, 1000])
def test_tokens_cut_anywhere_come_back_whole(client, standin, nothing_left, pieces):
    standin.answer = Answer(pieces=pieces)
    assert content(chat(client, people.LETTER)) == people.LETTER
    nothing_left(*people.ALL)


@pytest.mark.parametrize("write", [1, 3, 7, 64])
def test_events_cut_anywhere_by_the_network_come_back_whole(client, standin, write):
    standin.answer = Answer(write=write)
    assert content(chat(client, people.MEETING)) == people.MEETING


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_of_the_standard_is_read(client, server, key, standin, newline):
    standin.answer = Answer(newline=newline, words=lambda got: got.last_text)
    body = {"model": MODEL, "messages": user(people.MEETING), "stream": True}
    said = raw.call(server, "/v1/chat/completions", body, key).body.decode()
    text = "".join(
        choice["delta"].get("content") or ""
        for line in said.splitlines()
        if line.startswith("data: {")
        for choice in raw.Event("", line[6:]).json["choices"]
    )
    assert text == people.MEETING


def test_the_first_words_arrive_before_the_last_are_sent(client, standin):
    gate = threading.Event()
    standin.answer = Answer(words=lambda got: LONG + got.tokens[0], gate=gate)
    early = ""
    stream = chat(client, f"Groet {people.NAME}.")
    for chunk in stream:
        early += chunk.choices[0].delta.content or ""
        if len(early) >= 200:
            gate.set()
            break
    assert early + content(stream) == LONG + people.NAME


def test_masked_answers_are_not_buffered_either(masking, standin):
    gate = threading.Event()
    standin.answer = Answer(words=lambda got: LONG + got.tokens[0], gate=gate)
    body = {"model": MODEL, "messages": user(f"Groet {people.NAME}."), "stream": True}
    text = ""
    for event in raw.stream(masking, "/v1/chat/completions", body, masking.key()):
        if event.data != "[DONE]":
            text += "".join(choice["delta"].get("content") or "" for choice in event.json["choices"])
        if len(text) >= 200:
            gate.set()
    assert text == LONG + people.NAME


def test_a_word_without_a_token_waits_for_nothing(client, standin):
    """Each event of ordinary text reaches the client while the provider holds the next one back."""
    steps = [threading.Event() for _ in range(4)]
    usual = Answer(words="Goedemorgen allemaal, welkom.", pieces=8)

    def stepping(got):
        reply = usual(got)
        reply.chunks[2:2] = steps[:1]
        reply.chunks[4:4] = steps[1:2]
        return reply

    standin.answer = stepping
    seen = []
    for chunk in chat(client, f"Groet {people.NAME}."):
        seen += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        if len(seen) == 1:
            steps[0].set()
        if len(seen) == 2:
            steps[1].set()
    assert "".join(seen) == "Goedemorgen allemaal, welkom."


def test_several_choices_keep_apart(client, standin):
    standin.answer = Answer(
        wire="chat_choices", pieces=3, words=lambda got: {"TEXT0": f"Ja {got.tokens[0]}", "TEXT1": f"Nee {got.tokens[1]}!"}
    )
    chunks = list(chat(client, people.MEETING, n=2))
    assert content(chunks, 0) == f"Ja {people.ACCENTED}"
    assert content(chunks, 1) == f"Nee {people.OTHER}!"
    ends = {choice.index: choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason}
    assert ends == {0: "stop", 1: "length"}


def test_no_text_comes_behind_the_end_of_its_choice(client, standin):
    """What was held back goes out before the event that ends it: clients stop reading there."""
    standin.answer = Answer(words=lambda got: f"Groet {got.tokens[0][:-1]}")
    said, ended = "", False
    for chunk in chat(client, f"Groet {people.NAME}."):
        for choice in chunk.choices:
            if choice.delta.content:
                assert not ended
                said += choice.delta.content
            ended = ended or choice.finish_reason is not None
    assert ended and said.startswith("Groet ")


def test_a_refusal_is_restored_while_it_streams(client, standin):
    standin.answer = Answer(wire="chat_refusal", pieces=3, words=lambda got: f"Niet over {got.tokens[0]}.")
    chunks = chat(client, f"Roddel over {people.NAME}.")
    said = "".join(choice.delta.refusal or "" for chunk in chunks for choice in chunk.choices)
    assert said == f"Niet over {people.NAME}."


def test_the_usage_chunk_and_unknown_fields_survive(client, server, standin):
    chunks = list(chat(client, people.MEETING, stream_options={"include_usage": True}))
    assert chunks[-1].usage.prompt_tokens == 11 and chunks[-1].choices == []
    assert all(chunk.to_dict()["obfuscation"] in ("kZ3q", "") for chunk in chunks)
    assert standin.last.json["stream_options"] == {"include_usage": True}


def test_events_without_tokens_pass_byte_for_byte(server, key, standin):
    standin.answer = Answer(words="Niets bijzonders: «é» 🚢.")
    body = {"model": MODEL, "messages": user("Hoi"), "stream": True}
    said = raw.call(server, "/v1/chat/completions", body, key)
    assert said.headers["content-type"].startswith("text/event-stream")
    sent = b"".join(standin.answer(standin.last).chunks)
    assert said.body == sent


def test_comments_that_keep_the_line_alive_are_passed_on(server, key, standin):
    usual = Answer()

    def with_comment(got):
        reply = usual(got)
        reply.chunks.insert(0, b": OPENROUTER PROCESSING\n\n")
        return reply

    standin.answer = with_comment
    body = {"model": MODEL, "messages": user(people.MEETING), "stream": True}
    said = raw.call(server, "/v1/chat/completions", body, key).body
    assert said.startswith(b": OPENROUTER PROCESSING\n\n")


def test_a_value_in_a_streamed_url_is_not_put_back(client, standin):
    standin.answer = Answer(pieces=2, words=lambda got: f"[klik](https://kwaad.example/?q={got.tokens[0]}) {got.tokens[0]}")
    said = content(chat(client, f"Mail {people.MAIL}."))
    link, text = said.split(") ")
    assert leaks(link.encode(), [people.MAIL]) == []
    assert text == people.MAIL


def test_a_client_that_leaves_stops_the_provider_and_stands_in_the_evidence(server, key, standin):
    stopped = threading.Event()

    def endless(got):
        reply = Answer(words=LONG)(got)
        event = reply.chunks[1]

        def forever():
            handler = reply.handler
            try:
                for _ in range(2000):
                    handler.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
                    time.sleep(0.01)
            except OSError:
                stopped.set()
                raise

        reply.chunks[2:] = [forever]
        return reply

    standin.answer = endless
    body = {"model": MODEL, "messages": user(people.MEETING), "stream": True}
    stream = raw.stream(server, "/v1/chat/completions", body, key)
    next(iter(stream))
    stream.answer.close()
    stream.close()
    assert stopped.wait(10), "the provider went on after the client had left"
    end = time.monotonic() + 5
    while "failed" not in (entries := server.entries(stream.headers["x-sluis-request"])):
        assert time.monotonic() < end, entries
        time.sleep(0.1)
    assert entries["failed"]["outcome"] == "client_left"


def test_a_slow_client_gets_everything(server, key, standin):
    standin.answer = Answer(words=lambda got: (LONG + got.tokens[0] + " ") * 60, pieces=100)
    body = {"model": MODEL, "messages": user(f"Groet {people.NAME}."), "stream": True}
    text = ""
    for number, event in enumerate(raw.stream(server, "/v1/chat/completions", body, key)):
        if number % 20 == 0:
            time.sleep(0.05)
        if event.data != "[DONE]":
            text += "".join(choice["delta"].get("content") or "" for choice in event.json["choices"])
    assert text == (LONG + people.NAME + " ") * 60


def test_new_personal_data_from_the_model_is_reported_but_passed_on_by_default(server, client, standin):
    standin.answer = Answer(words=f"Bel {people.PHONE} of mail {people.MAIL}.")
    said = client.chat.completions.with_raw_response.create(model=MODEL, messages=user("Wie kan ik bellen?"), stream=True)
    assert content(said.parse()) == f"Bel {people.PHONE} of mail {people.MAIL}."
    found = server.entries(said.headers["x-sluis-request"])["answered"]["findings"]
    assert found == {"email": 1, "phone": 1}


@pytest.mark.parametrize("streams", [False, True])
def test_new_personal_data_from_the_model_is_masked_when_the_policy_says_so(masking, standin, streams):
    standin.answer = Answer(pieces=1, words=lambda got: f"Bel {people.PHONE} of mail {people.MAIL}; groet {got.tokens[0]}.")
    body = {"model": MODEL, "messages": user(f"Groet {people.NAME}."), "stream": streams}
    said = raw.call(masking, "/v1/chat/completions", body, masking.key())
    assert leaks(said.body, [people.PHONE, people.MAIL]) == []
    if streams:
        lines = [line[6:] for line in said.body.decode().splitlines() if line.startswith("data: {")]
        text = "".join(c["delta"].get("content") or "" for line in lines for c in raw.Event("", line).json["choices"])
    else:
        text = said.json["choices"][0]["message"]["content"]
    assert text == f"Bel [PHONE] of mail [EMAIL]; groet {people.NAME}."


def test_the_first_word_is_not_held_up_by_the_network(server, key, standin):
    """Two small writes in a row on a kept connection wait 40 ms for each other unless Nagle's algorithm is off."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    body = json.dumps({"model": MODEL, "messages": user("Hoi"), "stream": True})
    times = []
    for _ in range(15):
        began = time.monotonic()
        connection.request("POST", "/v1/chat/completions", body, {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        answer.readline()
        times.append(time.monotonic() - began)
        answer.read()
    connection.close()
    assert statistics.median(times) < 0.025, times
