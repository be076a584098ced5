"""Shut gates in the chat clients that people have: a message that the official client libraries can read, and nobody named
without proof."""

import base64
import hashlib
import hmac
import json
import re
import time

import anthropic
import httpx
import openai
import pytest

from harness.pages import FIRST, Site

SECRET = "a-shared-secret-of-at-least-32-characters"
SETTINGS = """
language = "nl"
[detection]
profile = "fast"
[tools.standin]
url = "UPSTREAM/v1"
trust = "contracted"
models = ["gpt-5"]
[tools.claude]
protocol = "anthropic"
url = "UPSTREAM"
trust = "contracted"
models = ["claude-*"]
"""


@pytest.fixture(scope="module")
def site(_standin, tmp_path_factory):
    """An organisation in which nobody signed yet, and a chat client with a key that all share."""
    settings = SETTINGS.replace("UPSTREAM", _standin.url)
    site = Site(tmp_path_factory.mktemp("clients"), settings)
    site.set_up_by_forms(["standin", "claude"])
    made = site.node.cli("key", "make", "Open WebUI", "--client", "open-webui")
    site.shared = made.stdout.strip()
    lines = re.search(r"\[clients\.open-webui\]\nkeys = .*", made.stderr).group()
    site.own = site.node.key("own", person=FIRST["email"])
    assert site.node.stop() == 0
    config = site.node.config.read_text()
    client = f'{lines}\ngates = "message"\nidentity = "open-webui"\nsecret_env = "SLUIS_TEST_CLIENT"\n'
    site.node.config.write_text(config + client)
    site.node.start(env={"SLUIS_TEST_CLIENT": SECRET})
    yield site
    assert site.node.stop() == 0


def token(email, secret=SECRET, **other):
    """What Open WebUI signs for its user."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    now = int(time.time())
    claims = {"sub": "1", "email": email, "name": "N", "role": "user", "iss": "open-webui", "iat": now, "exp": now + 300}
    message = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps({**claims, **other}).encode())
    return (message + b"." + part(hmac.digest(secret.encode(), message, hashlib.sha256))).decode()


@pytest.fixture
def headers():
    return {"X-OpenWebUI-User-Jwt": token(FIRST["email"])}


@pytest.fixture
def chats(site, headers):
    with openai.OpenAI(base_url=f"{site.url}/v1", api_key=site.shared, max_retries=0, default_headers=headers) as client:
        yield client


def test_openais_client_reads_the_message(chats, _standin):
    _standin.forget()
    messages = [{"role": "user", "content": "Dag"}]
    answer = chats.chat.completions.with_raw_response.create(model="gpt-5", messages=messages)
    assert answer.headers["x-sluis-gate"] == "policy_not_acknowledged"
    parsed = answer.parse()
    said = parsed.choices[0].message.content
    assert "/beleid" in said and parsed.choices[0].finish_reason == "stop" and parsed.usage.total_tokens == 0
    chunks = list(chats.chat.completions.create(
        model="gpt-5", messages=messages, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == said
    assert chunks[-1].usage.total_tokens == 0
    assert chats.responses.create(model="gpt-5", input="Dag").output_text == said
    with chats.responses.stream(model="gpt-5", input="Dag") as stream:
        assert stream.get_final_response().output_text == said
    assert not _standin.seen, "nothing went out"


def test_anthropics_client_reads_the_message(site, headers):
    with anthropic.Anthropic(base_url=site.url, api_key=site.shared, max_retries=0, default_headers=headers) as client:
        ask = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Dag"}]}
        whole = client.messages.create(**ask)
        assert "/beleid" in whole.content[0].text and whole.stop_reason == "end_turn"
        assert (whole.usage.input_tokens, whole.usage.output_tokens) == (0, 0)
        with client.messages.stream(**ask) as stream:
            assert stream.get_final_message().content[0].text == whole.content[0].text


def test_nobody_is_named_without_the_secret(site):
    """A spoofed header opens nothing: it is told apart from a proven one, and the evidence names the client's key."""
    def ask(key, headers):
        answer = httpx.post(f"{site.url}/v1/chat/completions", headers={"authorization": f"Bearer {key}", **headers},
                            json={"model": "gpt-5", "messages": [{"role": "user", "content": "Dag"}]})
        return answer.status_code, answer.headers.get("x-sluis-gate")

    plain = {"X-OpenWebUI-User-Email": FIRST["email"]}
    for spoofed in (
        plain,
        {"X-OpenWebUI-User-Jwt": token(FIRST["email"], secret="x" * 32)},
        {"X-OpenWebUI-User-Jwt": token(FIRST["email"], exp=1)},
        {"X-OpenWebUI-User-Jwt": token(FIRST["email"]) + "x"},
        {},
    ):
        assert ask(site.shared, spoofed) == (200, "identity_not_proven"), spoofed
    assert ask(site.shared, {"X-OpenWebUI-User-Jwt": token("iemand@elders.example")}) == (200, "unknown_person")
    # With a key of somebody's own nobody else can be named, and a gate is an error.
    assert ask(site.own, plain) == (403, None)


def test_who_signed_passes_and_the_evidence_names_them(site, chats, _standin):
    _standin.forget()
    api = httpx.Client(base_url=f"{site.url}/api/v1", headers={"authorization": f"Bearer {site.own}"})
    me, policy = api.get("/me").json(), api.get("/policy").json()
    assert api.post("/policy/acknowledgements", json={"number": 1, "hash": policy["hash"]}).status_code == 201
    time.sleep(1.1)
    answer = chats.chat.completions.with_raw_response.create(
        model="gpt-5", messages=[{"role": "user", "content": "Dag"}])
    assert "x-sluis-gate" not in answer.headers and answer.parse().choices[0].message.content
    assert _standin.seen
    sent = [entry for entry in site.node.ledger() if entry["event"] == "sent"]
    assert sent and all(entry["principal"] == me["id"] for entry in sent)
