"""An outside opinion on the stream: however the provider's bytes are cut, the client reads the same."""

import http.client
import json

import pytest
from chunk_invariance import assert_chunk_invariant

from harness import people
from harness.leaks import leaks
from harness.raw import call
from playback import events
from standin import Answer, Reply

QUESTION = {"model": "gpt-5-mini", "stream": True, "messages": [{"role": "user", "content": people.MEETING}]}


class Line:
    """One connection that is kept open: thousands of small requests go over it."""

    def __init__(self, node, standin):
        self.node, self.standin = node, standin
        self.connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)

    def ask(self, chunks):
        """The bytes that the client gets when the provider writes these chunks."""
        self.standin.answer = lambda got: Reply(list(chunks), media_type="text/event-stream", framing="chunked")
        headers = {"Authorization": f"Bearer {self.node.key()}", "Content-Type": "application/json"}
        self.connection.request("POST", "/v1/chat/completions", body=json.dumps(QUESTION), headers=headers)
        return self.connection.getresponse().read()

    def tokens(self):
        self.ask([b"data: [DONE]\n\n"])
        return self.standin.last.tokens


def words(body):
    """The model's words in a streamed answer."""
    data = [line[6:] for line in body.decode().split("\n") if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for line in data for choice in json.loads(line)["choices"])


def chunk(text, finish=None):
    """One event, short, so that every cut of a whole stream can be tried."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


@pytest.fixture(params=["report", "mask"])
def line(request, standin):
    return Line(request.getfixturevalue("server" if request.param == "report" else "masking"), standin)


def test_every_cut_of_the_providers_bytes(line):
    first, second = line.tokens()
    stream = chunk(f"«{first[:5]}") + chunk(f"{first[5:]}, {second}» é") + chunk("", "stop") + b"data: [DONE]\n\n"
    whole = line.ask([stream])
    assert words(whole) == f"«{people.ACCENTED}, {people.OTHER}» é"
    tried = assert_chunk_invariant(lambda chunks: [line.ask(chunks)], lambda text: line.ask([text]), stream)
    assert tried == len(stream)


def test_every_cut_of_the_models_words_in_two_and_a_sample_in_three(line):
    first, second = line.tokens()
    text = f"Dag {first}s, **{second.lower()}** [x] {{PERSON_1}} é 🚢 {first}{second}"

    def through(chunks):
        parts = [chunk(part) for part in chunks]
        yield words(line.ask([*parts, chunk("", "stop"), b"data: [DONE]\n\n"]))

    expected = next(iter(through([text])))
    assert expected.startswith(f"Dag {people.ACCENTED}s, **{people.OTHER}** [x]")
    assert expected.endswith(f"{people.ACCENTED}{people.OTHER}")
    assert_chunk_invariant(through, lambda text: "".join(through([text])), text)
    three = [[text[:a], text[a:b], text[b:]] for a in range(1, len(text), 3) for b in range(a + 1, min(a + 14, len(text)), 4)]
    assert_chunk_invariant(through, lambda text: "".join(through([text])), text, splits=three)


def test_one_character_at_a_time(line):
    first, second = line.tokens()
    text = f"Aan {first} en {second}: " + "een rustige zin zonder namen. " * 5
    expected = text.replace(first, people.ACCENTED).replace(second, people.OTHER)
    assert words(line.ask(events("chat", {"TEXT": text, "MODEL": "m", "IN": "1", "OUT": "1"}, 1))) == expected
    stream = b"".join(events("chat", {"TEXT": text, "MODEL": "m", "IN": "1", "OUT": "1"}, 1))
    assert words(line.ask([stream[at : at + 1] for at in range(len(stream))])) == expected


#: What a model may bring up by itself. Long enough that no window of a stream holds all of it.
INVENTED = (
    "Geachte mevrouw Bakker,\n\nU kunt bellen met 06-12345678 of mailen naar info.klant@voorbeeld.nl. Uw rekening "
    "NL91ABNA0417164300 staat op naam van Karin Bakker, Kerkstraat 12, 3511 AB Utrecht. Uw BSN is 111222333. "
    + "Dit is een rustige zin zonder namen erin. " * 9
    + "Met vriendelijke groet,\nFatima Visser\nTelefoon: +31 6 87654321\nGeboren op 12 maart 1980. Kaart 4111 1111 1111 1111. "
    + "En nog een zin die nergens over gaat. " * 5
    + "Mevrouw Bakker belt terug."
)


def answered_whole(node, standin, text):
    """What a client gets when the answer comes in one piece, not streamed."""
    standin.answer = Answer(words=text)
    body = {**QUESTION, "stream": False}
    return call(node, "/v1/chat/completions", body, node.key()).json["choices"][0]["message"]["content"]


@pytest.mark.parametrize("pieces", [1, 2, 5, 17, 64, 100, 250])
def test_masking_the_models_own_words_does_not_depend_on_the_pieces(masking, standin, pieces):
    line = Line(masking, standin)
    whole = answered_whole(masking, standin, INVENTED)
    values = ("06-12345678", "info.klant@", "NL91ABNA", "Karin", "Fatima", "Visser", "Kerkstraat 12", "3511 AB", "111222333", "87654321", "4111 1111")
    assert leaks(whole.encode(), values) == []
    streamed = words(line.ask(events("chat", {"TEXT": INVENTED, "MODEL": "m", "IN": "1", "OUT": "1"}, pieces)))
    assert leaks(streamed.encode(), values) == []
    assert streamed == whole


def test_every_cut_of_the_models_own_words_in_two(masking, standin):
    line = Line(masking, standin)
    text = INVENTED[:190]

    def through(chunks):
        yield words(line.ask([*map(chunk, chunks), chunk("", "stop"), b"data: [DONE]\n\n"]))

    assert_chunk_invariant(through, lambda text: answered_whole(masking, standin, text), text)
