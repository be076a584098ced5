"""The trained model at work in the gateway: what only it finds stays inside."""

import pytest

from conftest import tools
from harness.node import Node
from harness.raw import call

@pytest.fixture(scope="module")
def node(_standin, tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("accurate"), 'language = "nl"\n' + tools(_standin))
    node.key()
    node.start()
    yield node
    assert node.stop() == 0


def ask(node, *texts):
    turns = [{"role": role, "content": text} for role, text in zip(["user", "assistant"] * len(texts), texts)]
    return call(node, "/v1/chat/completions", {"model": "gpt-x", "messages": turns}, node.key())


def test_a_name_in_lower_case_without_any_sign_stays_inside(node, standin):
    answer = ask(node, "kan je een kort berichtje maken voor hatice van de receptie")
    assert answer.status == 200
    assert "hatice" not in standin.last.last_text and "[PERSON_" in standin.last.last_text
    assert "hatice" in answer.json["choices"][0]["message"]["content"]


def test_illness_of_somebody_is_stopped_and_a_question_on_it_is_not(node):
    assert ask(node, "mn collega heeft een burn-out en komt volgende week niet").status == 403
    assert ask(node, "Wat zijn de eerste verschijnselen van een longontsteking?").status == 200


def test_more_than_the_model_reads_is_refused(node, standin):
    answer = ask(node, "a " * (1 << 20) + "einde")
    assert answer.status == 413
    assert standin.seen == []
