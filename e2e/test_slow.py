"""Who waits too long: providers that stall and clients that never finish. They run beside all other tests (see conftest)."""

from harness import people
from standin import TOKEN


def entries(slow, request):
    return {entry["event"]: entry for entry in slow.node.ledger() if entry.get("request") == request}


def test_a_stream_that_stalls_ends_with_an_error_event(slow):
    stream, events = slow.result("stream")
    assert events[-1].json["error"]["code"] == "upstream_timeout"
    assert b"[DONE]" not in stream.raw and not TOKEN.search(stream.raw.decode())
    assert entries(slow, stream.headers["x-sluis-request"])["failed"]["outcome"] == "upstream_timeout"


def test_a_stalled_message_stream_ends_with_anthropics_error_event(slow):
    stream, events = slow.result("messages")
    assert events[-1].name == "error" and events[-1].json["type"] == "error"
    assert entries(slow, stream.headers["x-sluis-request"])["failed"]["outcome"] == "upstream_timeout"


def test_a_whole_answer_that_stalls_is_a_timeout(slow):
    said = slow.result("whole")
    assert said.status == 504 and said.json["error"]["code"] == "upstream_timeout"
    assert people.ACCENTED.encode() not in said.body
    assert entries(slow, said.request)["failed"]["outcome"] == "upstream_timeout"


def test_a_client_that_never_finishes_its_upload_is_sent_away(slow):
    got, seconds = slow.result("upload")
    assert got.startswith(b"HTTP/1.1 408"), got[:200]
    assert b"body_broken_off" in got and seconds < 75


def test_a_client_that_never_finishes_its_headers_is_sent_away(slow):
    _, seconds = slow.result("headers")
    assert seconds < 75, "half a request line keeps a connection for ever"


def test_meanwhile_the_node_served_others(slow):
    assert slow.node.lives
    slow.node.export()
