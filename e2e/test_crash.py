"""Killed at any moment: the evidence stays sound, and holds every answer that somebody received."""

import os
import random
import time
from collections import defaultdict

from conftest import REPORT, tools
from harness import people
from harness.leaks import leaks
from harness.load import Load
from harness.node import Node
from harness.raw import call

ROUNDS = int(os.environ.get("SLUIS_CRASH_ROUNDS", "15"))
SEED = int(os.environ.get("SLUIS_CRASH_SEED", "20261122"))


def test_killed_again_and_again_under_load(standin, tmp_path):
    chance = random.Random(SEED)
    node = Node(tmp_path, REPORT + tools(standin))
    key = node.key()
    received, size = [], 0
    for number in range(ROUNDS):
        node.start()
        with Load([node], key, seed=number) as load:
            time.sleep(chance.uniform(0.05, 1.0))
            node.kill()
        assert load.wrong == []
        received += load.done
        ledger = node.ledger()
        assert len(ledger) > size, "the evidence got shorter"
        size = len(ledger)
        events = defaultdict(set)
        for entry in ledger:
            events[entry.get("request")].add(entry["event"])
        missing = [(request, kind) for request, kind in received if not {"sent", "answered"} <= events[request]]
        assert missing == [], f"round {number} of seed {SEED}: {len(missing)} answers without evidence"
    sent = {entry["request"] for entry in ledger if entry["event"] == "sent"}
    assert len(received) > ROUNDS and len(standin.seen) <= len(sent), "something left without standing in the evidence"
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []


def test_a_conversation_outlives_a_crash(standin, tmp_path):
    node = Node(tmp_path, REPORT + tools(standin))
    key = node.key()
    node.start()
    first = call(node, "/v1/responses", {"model": "gpt-x", "input": people.MEETING}, key).json
    issued = standin.last.tokens
    node.kill()
    node.start()
    standin.answer = type(standin.answer)(words=" ".join(issued))
    body = {"model": "gpt-x", "input": "Wie waren dat?", "previous_response_id": first["id"]}
    second = call(node, "/v1/responses", body, key).json
    assert second["output"][0]["content"][0]["text"] == f"{people.ACCENTED} {people.OTHER}"
    assert node.stop() == 0


def test_stopping_in_good_order_finishes_what_runs(standin, tmp_path):
    """A stop waits for answers that are under way, and says in the evidence that it stopped."""
    import threading

    gate = threading.Event()
    standin.answer = type(standin.answer)(gate=gate)
    node = Node(tmp_path, REPORT + tools(standin))
    key = node.key()
    node.start()
    answers = []
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": people.MEETING}], "stream": True}
    thread = threading.Thread(target=lambda: answers.append(call(node, "/v1/chat/completions", body, key)))
    thread.start()
    while not standin.seen:
        time.sleep(0.01)
    stopping = threading.Thread(target=node.stop)
    stopping.start()
    time.sleep(0.3)
    gate.set()
    thread.join(20)
    stopping.join(20)
    assert node.process.returncode == 0
    assert answers and answers[0].body.endswith(b"data: [DONE]\n\n")
    events = [entry["event"] for entry in node.ledger()]
    assert events[-1] == "stopped" and "answered" in events
