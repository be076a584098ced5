"""Two nodes on one PostgreSQL: any node serves any turn, and a database that goes away stops everything."""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import REPORT, free_port, tools
from harness import people
from harness.leaks import leaks
from harness.load import Load
from harness.node import Node
from harness.postgres import Cluster
from harness.raw import call
from standin import Answer, StandIn


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(free_port())
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def pair(cluster, tmp_path_factory):
    """Two nodes with one database and one master key."""
    standin = StandIn()
    folder = tmp_path_factory.mktemp("postgres")
    settings = f'database = "{cluster.url}"\n{REPORT}{tools(standin)}'
    nodes = [Node(folder / name, settings, data=folder / "data") for name in "ab"]
    nodes[0].key()
    yield [node.start() for node in nodes], standin
    for node in nodes:
        assert node.stop() == 0
    standin.close()


def say(node, key, text, **more):
    said = call(node, "/v1/responses", {"model": "gpt-x", "input": text, **more}, key)
    assert said.status == 200, said.body
    return said.json


def test_one_conversation_over_two_nodes(pair):
    (one, two), standin = pair
    standin.forget()
    key = one.key()
    first = say(one, key, people.MEETING)
    issued = standin.last.tokens
    standin.answer = Answer(words=lambda got: " ".join([*issued, *got.tokens]))
    second = say(two, key, f"En {people.NAME}?", previous_response_id=first["id"])
    text = second["output"][0]["content"][0]["text"]
    assert text == f"{people.ACCENTED} {people.OTHER} {people.NAME}"
    third = standin.last.tokens
    standin.answer = Answer(words=lambda got: " ".join([*issued, *third]))
    last = say(one, key, f"Dank, ook aan {people.NAME}.", previous_response_id=second["id"])
    assert last["output"][0]["content"][0]["text"] == text
    assert standin.last.tokens == third, "the same person got another token on another node"
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER, people.NAME]) == []


def test_two_nodes_that_write_at_once_keep_one_sound_chain(pair):
    (one, two), standin = pair
    standin.forget()
    with Load([one, two], one.key()) as load:
        time.sleep(2)
    assert load.wrong == [] and len(load.done) > 20 and set(load.statuses) == {200}
    proven(one, load)


def proven(node, load):
    """Every answer that was received stands in a sound ledger."""
    events = defaultdict(set)
    for entry in node.ledger():
        events[entry.get("request")].add(entry["event"])
    assert [request for request, _ in load.done if not {"sent", "answered"} <= events[request]] == []


def refused_without_evidence(node, key):
    said = call(node, "/v1/responses", {"model": "gpt-x", "input": people.MEETING}, key)
    assert said.status == 503 and said.json["error"]["code"] == "evidence_unavailable"
    assert call(node, "/ready", method="GET").status == 503


def test_the_database_goes_away_and_comes_back_under_load(pair, cluster):
    (one, two), standin = pair
    standin.forget()
    with Load([one, two], one.key(), threads=4) as load:
        time.sleep(0.5)
        cluster.stop()
        time.sleep(0.5)  # answers that were under way end
        arrived = len(standin.seen)
        with ThreadPoolExecutor() as pool:
            list(pool.map(refused_without_evidence, (one, two), (one.key(), one.key())))
        assert len(standin.seen) == arrived, "it was sent without evidence"
        cluster.start()
        end = time.monotonic() + 20
        for node in (one, two):
            while call(node, "/ready", method="GET").status != 200:
                assert time.monotonic() < end
                time.sleep(0.1)
        before = len(load.done)
        while len(load.done) < before + 10:
            assert time.monotonic() < end, "it did not go on after the database came back"
            time.sleep(0.1)
    assert set(load.statuses) <= {200, 503} and 503 in load.statuses
    assert load.wrong == []
    proven(two, load)
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER]) == []


def test_nothing_readable_stands_in_the_database(cluster, pair):
    (one, _), standin = pair
    say(one, one.key(), people.MEETING)
    cluster.stop("fast")
    bytes_kept = b"".join(path.read_bytes() for path in cluster.folder.rglob("*") if path.is_file())
    cluster.start()
    assert len(bytes_kept) > 1_000_000
    assert leaks(bytes_kept, [people.ACCENTED, people.OTHER, people.NAME]) == []
