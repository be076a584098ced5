"""Forgetting before the time is up: a conversation that a client named, and what old entries say."""

import re

import pytest

from conftest import REPORT, tools
from harness.node import Node
from harness.raw import call
from standin import Answer


@pytest.fixture(scope="module")
def node(_standin, tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("erase"), REPORT + tools(_standin))
    node.key()
    node.start()
    yield node
    assert node.stop() == 0


def say(node, text):
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": text}]}
    answer = call(node, "/v1/chat/completions", body, node.key(), headers={"x-sluis-conversation": "zaak-12"})
    assert answer.status == 200
    return answer.json["choices"][0]["message"]["content"]


def test_a_forgotten_conversation_gives_nothing_back(node, standin):
    say(node, "Bel mevrouw Annelies de Wit.")
    token = re.search(r"\[PERSON_\d{6}\]", standin.last.last_text)[0]
    standin.answer = Answer(words=f"Dat is {token}.")
    assert say(node, "Wie is dat?") == "Dat is Annelies de Wit."
    key = node.cli("key", "list").stdout.split()[0]
    assert "Forgotten" in node.cli("erase", "conversation", "zaak-12", "--key", key).stdout
    assert say(node, "Wie is dat?") == f"Dat is {token}."
    assert [entry["principal"] for entry in node.ledger() if entry["event"] == "vault_erased"] == [key]
    again = node.cli("erase", "conversation", "zaak-99", "--key", key, check=False)
    assert again.returncode == 1 and "Nothing is kept" in again.stdout


def test_a_key_that_does_not_exist_is_named(node):
    said = node.cli("erase", "conversation", "zaak-12", "--key", "key-0", check=False)
    assert said.returncode == 2 and "key-0" in said.stderr


def test_young_evidence_stays(node):
    early = node.cli("erase", "entries", "--older-than", "30", "--rule", "too-soon", check=False)
    assert early.returncode == 2 and "six months" in early.stderr
    assert "0 entries" in node.cli("erase", "entries", "--older-than", "200", "--rule", "retention-200-days").stdout
