"""Requests that are no requests: refused with an explanation, without a word from them, and nothing leaves."""

import json
import socket
import time

import pytest

from harness import people, raw
from harness.leaks import leaks

PATHS = ["/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/messages"]
NAME = people.NAME.encode()

BODIES = {
    "empty": b"",
    "spaces": b"   ",
    "no JSON": b"Beste " + NAME,
    "half JSON": b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"' + NAME,
    "two documents": b'{"model":"a"}{"messages":"' + NAME + b'"}',
    "duplicate keys": b'{"model":"gpt-5-mini","messages":[],"messages":[{"role":"user","content":"' + NAME + b'"}]}',
    "duplicate keys, escaped": b'{"model":"gpt-5-mini","messages":[],"\\u006dessages":"' + NAME + b'"}',
    "invalid UTF-8": b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"' + NAME + b'\xff\xfe"}]}',
    "half a surrogate pair": b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"\\ud800 ' + NAME + b'"}]}',
    "10,000 levels": b'{"model":"gpt-5-mini","messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "NaN": b'{"model":"gpt-5-mini","temperature":NaN,"messages":[{"role":"user","content":"' + NAME + b'"}]}',
    "a comment": b'{/* ' + NAME + b' */"model":"gpt-5-mini"}',
    "UTF-16": json.dumps({"model": "gpt-5-mini", "messages": []}).encode("utf-16"),
    "compressed": b"\x1f\x8b\x08\x00" + NAME,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_is_not_json_is_refused_in_the_callers_protocol(server, key, standin, path, body):
    said = raw.call(server, path, body, key)
    assert said.status == 400, said.body
    error = said.json
    assert error["error"]["code"] == "invalid_json"
    if path == "/v1/messages":
        assert error["type"] == "error" and error["error"]["type"] == "invalid_request_error"
    assert "niet te lezen als JSON" in error["error"]["message"]
    assert leaks(said.body, [people.NAME, "Annelies"]) == []
    assert standin.seen == [] and server.lives


@pytest.mark.parametrize("body", [BODIES["no JSON"], BODIES["duplicate keys"]], ids=["no JSON", "duplicate keys"])
def test_a_bad_request_with_a_good_key_stands_in_the_evidence(server, key, standin, body):
    said = raw.call(server, PATHS[0], body, key)
    entries = server.entries(said.request)
    assert set(entries) == {"failed"} and entries["failed"]["outcome"] == "invalid_json"


@pytest.mark.parametrize("body", ["[]", '"tekst"', "1", "null", "{}", '{"model":1}', '{"model":null,"messages":[]}'])
@pytest.mark.parametrize("path", PATHS)
def test_json_of_another_shape_is_refused(server, key, standin, path, body):
    said = raw.call(server, path, body, key)
    assert said.status in (400, 404), said.body
    assert said.json["error"]["message"] and standin.seen == [] and server.lives


def test_nul_characters_are_data_like_any_other(server, key, standin):
    text = f"Overleg\0 met {people.ACCENTED}\0 en {people.OTHER}."
    body = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": text}]}
    said = raw.call(server, PATHS[0], json.dumps(body), key)
    assert said.status in (200, 400)
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []
    if said.status == 200:
        assert said.json["choices"][0]["message"]["content"] == text


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_100_megabytes_is_refused(server, key, standin, declared):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {100 << 20}\r\n\r\n" if declared else "Transfer-Encoding: chunked\r\n\r\n"
    piece = b"x" * (1 << 20)
    chunk = piece if declared else b"%x\r\n%b\r\n" % (len(piece), piece)
    got = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.sendall(head.encode() + (b'{"a":"' if declared else b""))
        try:
            for _ in range(100):
                sock.sendall(chunk)
        except OSError:
            pass  # the server may close before it has read all
        try:
            while not raw.answered(got) and (more := sock.recv(65536)):
                got += more
        except OSError:
            pass
    assert standin.seen == [] and server.lives
    assert got.startswith(b"HTTP/1.1 413"), got[:200]
    assert b"request_too_large" in got


def test_a_large_body_that_is_just_small_enough_goes_through(server, key, standin):
    text = "Geen namen in deze zin. " * 20_000 + people.MEETING
    body = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": text}]}
    said = raw.call(server, PATHS[0], body, key, timeout=120)
    assert said.status == 200 and said.json["choices"][0]["message"]["content"] == text
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []


def test_a_chunked_upload_works(server, key, standin):
    body = json.dumps({"model": "gpt-5-mini", "messages": [{"role": "user", "content": people.MEETING}]}).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body[at : at + 7]), body[at : at + 7]) for at in range(0, len(body), 7))
    head = f"POST {PATHS[0]} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: chunked\r\n\r\n"
    got = raw.bytes_in(server, head.encode() + chunks + b"0\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200") and people.OTHER.encode() in got


def test_who_is_turned_away_while_still_sending_hears_why(server):
    """A connection that is closed on unread bytes is reset, and the client never sees the answer."""
    body = json.dumps({"model": "gpt-5-mini", "input": "x" * 40_000}).encode()
    head = f"POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sluis-wrong\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:20_000])
        time.sleep(0.05)
        connection.sendall(body[20_000:])
        time.sleep(0.05)
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("encoding", ["chunked", "length"])
def test_an_upload_that_breaks_off_sends_nothing(server, key, standin, encoding):
    before = server.ledger()
    head = f"POST {PATHS[0]} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    body = b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"hoi"}]}'
    if encoding == "chunked":
        data = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(body), body)
    else:
        data = head.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body) + 10, body)
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(data)
        time.sleep(0.2)
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(5)
        try:
            got = sock.recv(65536)
        except OSError:
            got = b""
    assert not got or got.startswith(b"HTTP/1.1 4")
    time.sleep(0.2)
    assert standin.seen == [] and server.lives
    assert "sent" not in [entry["event"] for entry in server.ledger()[len(before):]]


SMUGGLED = {
    "two lengths": "Content-Length: 5\r\nContent-Length: 50\r\n",
    "length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "a strange encoding": "Transfer-Encoding: gzip\r\n",
    "a negative length": "Content-Length: -1\r\n",
}


@pytest.mark.parametrize("headers", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_headers_that_two_programs_read_differently(server, key, standin, headers):
    head = f"POST {PATHS[0]} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{headers}\r\n"
    got = raw.bytes_in(server, head.encode() + b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", wait=2)
    assert not got or got.startswith(b"HTTP/1.1 4"), got[:100]
    assert standin.seen == [] and server.lives


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/images/generations", "/v1/files", "/v1/responses/resp_1", "/v1/chat/completions/", "/v1/../v1/models"])
def test_a_wrong_path_is_not_found_in_both_protocols(server, key, standin, path):
    said = raw.call(server, path, {"model": "gpt-5-mini", "messages": []}, key)
    assert said.status == 404 and said.json["error"]["code"] == "not_found"
    said = raw.call(server, path, {}, key, headers={"anthropic-version": "2023-06-01"})
    assert said.json["type"] == "error" and said.json["error"]["type"] == "not_found_error"
    assert standin.seen == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_wrong_method_is_refused_with_an_explanation(server, key, standin, method):
    said = raw.call(server, PATHS[0], None, key, method=method)
    assert said.status in (404, 405) and said.json["error"]["message"]
    assert standin.seen == []


def test_no_json_at_all_on_the_wire(server):
    for data in (b"\x16\x03\x01\x02\x00\x01", b"GARBAGE\r\n\r\n", b"\0" * 100, b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n"):
        got = raw.bytes_in(server, data, wait=2)
        assert not got or got.startswith(b"HTTP/1.1 4")
    assert server.lives


def test_health_ready_and_metrics_answer_without_a_key(server):
    assert raw.call(server, "/health", method="GET").body == b"ok\n"
    assert raw.call(server, "/ready", method="GET").status == 200
    metrics = raw.call(server, "/metrics", method="GET")
    assert metrics.status == 200 and b"sluis_requests_total" in metrics.body


def test_the_line_commands_refuse_bad_lines_and_go_on(server):
    lines = '{"id":1,"text":"' + people.MEETING + '"}\nniet\n{"id":2}\n{"id":3,"text":"Wat is een sluis?"}\n'
    done = server.cli("check", "--jsonl", check=False, input=lines)
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and [line["id"] for line in out] == [1, None, 2, 3]
    assert [finding["kind"] for finding in out[0]["findings"]] == ["person", "person"]
    masked = [json.loads(line) for line in server.cli("mask", "--jsonl", check=False, input=lines).stdout.splitlines()]
    assert leaks(masked[0]["text"].encode(), [people.ACCENTED, people.OTHER]) == []
    assert set(masked[0]["map"].values()) == {people.ACCENTED, people.OTHER}
    text = masked[0]["text"]
    for token, value in masked[0]["map"].items():
        text = text.replace(token, value)
    assert text == people.MEETING
