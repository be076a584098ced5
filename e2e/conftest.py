"""Fixtures: one stand-in, and one server for each variant of the settings, for the whole session."""

import socket

import anthropic
import openai
import pytest

from harness.leaks import leaks
from harness.node import Node
from harness.pages import chromium
from harness.slow import Slow
from standin import StandIn


def free_port():
    """A port on which nothing listens now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def tools(standin, dead=None):
    """All tools of the tests, each with models of its own so that a model's name chooses one."""
    return f"""
[tools.standin]
url = "{standin.url}/v1"
trust = "contracted"
models = ["gpt-*", "text-embedding-*"]
[tools.claude]
protocol = "anthropic"
url = "{standin.url}"
trust = "contracted"
models = ["claude-*"]
[tools.azure]
protocol = "azure"
url = "{standin.url}"
trust = "contracted"
models = ["azure-*"]
[tools.free]
url = "{standin.url}/v1"
trust = "open"
models = ["free-*"]
[tools.local]
url = "{standin.url}/v1"
trust = "own"
models = ["local-*"]
[tools.dead]
url = "http://127.0.0.1:{dead or free_port()}/v1"
trust = "contracted"
models = ["dead-*"]
"""


# Most suites are about the gateway, not about what is found: the rules alone are quick and never change their mind.
REPORT = """
language = "nl"
demo = true
[detection]
profile = "fast"
[policy.table.own]
personal = "ask"
"""

MASK = """
language = "en"
demo = true
[detection]
profile = "fast"
[policy]
answers = "mask"
[policy.table.contracted]
credential = "pseudonymise"
[policy.restore]
url = "restore"
"""


@pytest.fixture(scope="module")
def browser():
    """A running browser, for the tests of one file: it and those that run a loop of their own do not go together."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def _standin():
    standin = StandIn()
    yield standin
    standin.close()


@pytest.fixture
def standin(_standin):
    """The stand-in, with nothing seen yet."""
    _standin.forget()
    yield _standin
    assert _standin.gates_missed == 0, "the answer was buffered: the client saw nothing before the provider was done"


@pytest.fixture(scope="session")
def server(_standin, tmp_path_factory):
    """Sluis as it is set up by default, in Dutch."""
    node = Node(tmp_path_factory.mktemp("report"), REPORT + tools(_standin))
    node.key()
    yield node.start()
    assert node.stop() == 0


@pytest.fixture(scope="session")
def masking(_standin, tmp_path_factory):
    """Sluis that masks new personal data in answers too, in English."""
    node = Node(tmp_path_factory.mktemp("mask"), MASK + tools(_standin))
    node.key()
    yield node.start()
    assert node.stop() == 0


@pytest.fixture(scope="session")
def key(server):
    return server.key()


@pytest.fixture
def client(server, key):
    """The official OpenAI client."""
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, timeout=30) as client:
        yield client


@pytest.fixture
def claude(server, key):
    """The official Anthropic client."""
    with anthropic.Anthropic(base_url=server.url, api_key=key, max_retries=0, timeout=30) as client:
        yield client


@pytest.fixture
def azure(server, key):
    """The official OpenAI client for Azure."""
    with openai.AzureOpenAI(
        azure_endpoint=server.url, api_key=key, api_version="2024-10-21", max_retries=0, timeout=30
    ) as client:
        yield client


@pytest.fixture
def nothing_left(standin):
    """Asserts that none of the values ever arrived at the provider, in any spelling."""

    def check(*values):
        assert standin.seen, "nothing arrived at the provider at all"
        assert leaks(standin.everything, values) == []

    return check


@pytest.fixture(scope="session")
def slow(tmp_path_factory):
    """The cases that take minutes: they run beside the other tests."""
    cases = Slow(lambda standin: Node(tmp_path_factory.mktemp("slow"), REPORT + tools(standin)))
    yield cases
    cases.close()


@pytest.fixture(scope="session", autouse=True)
def _slow_cases_start_first(request):
    if any("slow" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("slow")


def pytest_collection_modifyitems(items):
    """What is slow is looked at last, so that it has had its time."""
    items.sort(key=lambda item: "slow" in getattr(item, "fixturenames", ()))
