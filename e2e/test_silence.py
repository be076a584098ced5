"""The canary: marked values go through every route and every error, and are then looked for in all that Sluis keeps or says.

Invariant: text of prompts, answers, findings and names never reaches a log, a metric, an error message or an unencrypted
column.
"""

import json

import pytest

from conftest import MASK, REPORT, free_port, tools
from harness import raw
from harness.leaks import leaks
from harness.node import Node
from standin import Answer, Reply, StandIn

#: Found and masked; found and refused; and words that nobody would recognise as personal.
PERSON = "Kanarina van Zwaluwenburg"
MAIL = "kanarina.zwaluw@voorbeeld.nl"
ODD = "kanarievogel-qx7vtz"
SECRET = "sk-proj-kanarieKANARIEkanarieKANARIEkanarie0123456789"
ANSWER = "antwoordkanarie-zb4kfw"
CANARIES = [PERSON, MAIL, ODD, SECRET, ANSWER]
TALK = f"Overleg met {PERSON}, mail {MAIL}, over {ODD}."


def user(text):
    return [{"role": "user", "content": text}]


def bodies(text):
    """One good request for each endpoint."""
    return {
        "/v1/chat/completions": {"model": "gpt-x", "messages": user(text), "user": MAIL, "metadata": {"x": text}},
        "/v1/responses": {"model": "gpt-x", "input": text, "instructions": text},
        "/v1/embeddings": {"model": "text-embedding-x", "input": [text]},
        "/v1/messages": {"model": "claude-x", "max_tokens": 9, "system": text, "messages": user(text)},
        "/v1/messages/count_tokens": {"model": "claude-x", "messages": user(text)},
        "/openai/v1/chat/completions": {"model": "azure-x", "messages": user(text)},
        "/openai/v1/responses": {"model": "azure-x", "input": text},
        "/openai/v1/embeddings": {"model": "azure-x", "input": text},
        "/openai/deployments/azure-x/chat/completions?api-version=2024-10-21": {"messages": user(text)},
        "/openai/deployments/azure-x/embeddings": {"input": text},
    }


def answers():
    """Every way a provider can answer, with a canary in it."""
    spoken = Answer(words=lambda got: f"{ANSWER} {' '.join(got.tokens)}")
    marked = json.dumps({"error": {"message": f"{ANSWER} {PERSON}", "code": ANSWER}}).encode()

    def broken(got):
        reply = spoken(got)
        return Reply([*reply.chunks[:2], f"data: {ANSWER}".encode()], media_type="text/event-stream", framing="chunked", cut=True)

    return [
        spoken,
        broken,
        *(Reply([marked], status=status, headers={"x-request-id": "r1", "x-foute-kop": ANSWER}) for status in (200, 400, 401, 404, 429, 500)),
        Reply([marked[:-9]]),
        Reply([marked], media_type="text/html", headers={"Location": f"/{ANSWER}"}, status=302),
        Reply([f"event: {ANSWER}\ndata: {ANSWER}\n\n".encode()], media_type="text/event-stream", framing="chunked"),
        Reply([f'data: {{"{ANSWER}":"\xff"}}\n\n'.encode("latin-1")], media_type="text/event-stream", framing="chunked"),
    ]


def provoke(node, standin, key):
    """All routes, all answers, all errors."""
    for answer in answers():
        standin.answer = answer
        for path, body in bodies(TALK).items():
            for more in ({}, {"stream": True}):
                raw.call(node, path, {**body, **more}, key)
    standin.answer = answers()[0]
    for path, body in bodies(f"{TALK} {PERSON} heeft diabetes. Het wachtwoord is {ODD}, de sleutel {SECRET}").items():
        raw.call(node, path, body, key)
    for path, body in bodies(TALK).items():
        text = json.dumps(body, ensure_ascii=False)
        for wrong in (text[:-2], text + "x", text.replace('"model"', '"model":"a","model"'), f"{{{ODD}: {PERSON}}}", f'"{TALK}"'):
            raw.call(node, path, wrong, key)
        raw.call(node, path, text.encode() + b"\xff", key)
        raw.call(node, path, {**body, "model": f"{ODD}/{PERSON}"}, key)
        raw.call(node, path, {**body, "model": "dead-x"}, key)
        raw.call(node, path, {**body, MAIL: ODD, "metadata": {MAIL: PERSON}}, key)
        raw.call(node, path, {**body, "tools": [{"type": ODD, "name": PERSON}]}, key)
        raw.call(node, path, {**body, "background": ODD}, key)
        raw.call(node, path, body, f"sluis-{ODD}")
        raw.call(node, path, body, headers={"x-api-key": SECRET})
        raw.call(node, path, body, key, method="PUT")
        named = {"x-sluis-conversation": f"{ODD} zaak", "x-sluis-receipt": ODD, "User-Agent": ODD, "x-staff": MAIL}
        raw.call(node, path, body, key, headers=named)
    for path in (f"/v1/{ODD}", f"/{MAIL}?q={ODD}", f"/openai/deployments/{ODD}/chat/completions?api-version={ODD}"):
        raw.call(node, path, {"messages": user(TALK)}, key)
        raw.call(node, path, method="GET", headers={"Referer": MAIL})
    raw.bytes_in(node, f"GET /{ODD} {PERSON}\r\n\r\n".encode(), wait=1)
    raw.bytes_in(node, f"POST /v1/responses HTTP/1.1\r\nAuthorization: Bearer {key}\r\nContent-Length: 99\r\n\r\n{TALK}".encode(), wait=1)
    stream = raw.stream(node, "/v1/chat/completions", {**bodies(TALK)["/v1/chat/completions"], "stream": True}, key)
    next(iter(stream), None)
    stream.close()


@pytest.fixture(scope="module", params=[REPORT, MASK], ids=["report", "mask"])
def kept(request, tmp_path_factory):
    """All bytes that a node kept and said, while it ran and after it stopped."""
    standin = StandIn()
    node = Node(tmp_path_factory.mktemp("canary"), request.param + tools(standin, free_port()))
    key = node.key(label=f"sleutel van {PERSON} {ODD}")
    node.start(env={"RUST_LOG": "trace", "RUST_BACKTRACE": "full"})
    provoke(node, standin, key)
    assert node.lives
    found = {"metrics": raw.call(node, "/metrics", method="GET").body, "ready": raw.call(node, "/ready", method="GET").body}
    found |= {f"running/{path.name}": path.read_bytes() for path in node.data.rglob("*") if path.is_file()}
    found["ledger"] = node.export().read_bytes()
    assert node.stop() == 0
    found |= {f"stopped/{path.name}": path.read_bytes() for path in node.data.rglob("*") if path.is_file()}
    found |= {f"printed/{number}": text for number, text in enumerate(node.printed)}
    backup = node.folder / "backup"
    node.cli("backup", backup)
    found["backup"] = backup.read_bytes()
    arrived = standin.everything
    standin.close()
    return found, arrived


def test_nothing_of_it_is_kept_or_said_anywhere(kept):
    found, _ = kept
    assert {"running/sluis.db", "running/sluis.db-wal", "stopped/sluis.db", "printed/0", "ledger", "metrics"} <= set(found)
    assert {place: leaks(text, CANARIES) for place, text in found.items() if leaks(text, CANARIES)} == {}


def test_nothing_of_it_reached_the_provider_unmasked(kept):
    _, arrived = kept
    assert leaks(arrived, [PERSON, MAIL, SECRET]) == []
    assert leaks(arrived, [ODD]) == [ODD], "the canary that may pass did not: the test tests nothing"


def test_the_vault_was_used_so_there_was_something_to_find(kept):
    found, _ = kept
    assert len(found["running/sluis.db"]) + len(found["running/sluis.db-wal"]) > 50_000


@pytest.mark.parametrize("hide", [str.encode, lambda v: json.dumps(v).encode(), lambda v: v.upper().encode()])
def test_the_search_finds_what_is_there(hide):
    import base64
    from urllib.parse import quote

    value = "Zoë van den IJssel"
    assert leaks(b"xx" + hide(value) + b"yy", [value]) == [value]
    for shift in range(3):
        assert leaks(base64.b64encode(b"abc"[:shift] + value.encode() + b"rest"), [value]) == [value]
    assert leaks(quote(value).encode(), [value]) == [value]
    assert leaks(b"nothing of the kind", [value]) == []


@pytest.mark.parametrize("source", ["env", "file"])
def test_the_providers_key_goes_to_the_provider_and_nowhere_else(standin, tmp_path, source):
    secret = "sk-aanbieder-KANARIE-0123456789abcdef"
    (tmp_path / "secret").write_text(secret + "\n")
    named = 'key_env = "SLUIS_E2E_PROVIDER"' if source == "env" else f'key_file = "{tmp_path / "secret"}"'
    settings = f'[detection]\nprofile = "fast"\n[tools.one]\nurl = "{standin.url}/v1"\ntrust = "contracted"\n{named}\n[tools.two]\nprotocol = "anthropic"\nurl = "{standin.url}"\ntrust = "contracted"\n{named}\n'
    node = Node(tmp_path / "node", settings)
    key = node.key()
    node.start(env={"SLUIS_E2E_PROVIDER": secret, "RUST_LOG": "trace"})
    said = [raw.call(node, path, {"model": "m", "messages": user(TALK), "max_tokens": 9}, key) for path in ("/v1/chat/completions", "/v1/messages")]
    standin.answer = Reply([json.dumps({"error": {"message": f"Incorrect API key provided: {secret}"}}).encode()], status=401)
    said.append(raw.call(node, "/v1/chat/completions", {"model": "m", "messages": user(TALK)}, key))
    assert [one.status for one in said] == [200, 200, 502]
    first, second = ({name.lower(): value for name, value in got.headers} for got in standin.seen[:2])
    assert first["authorization"] == f"Bearer {secret}" and second["x-api-key"] == secret
    assert "authorization" not in second
    assert node.stop() == 0
    kept = b"".join(path.read_bytes() for path in node.data.rglob("*") if path.is_file())
    assert leaks(kept + b"".join(node.printed) + b"".join(one.body for one in said), [secret]) == []
