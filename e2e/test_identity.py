"""Who is who: spellings of one person belong together, and people never get each other's data."""

import json
import threading

import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call
from standin import TOKEN, Answer

MODEL = "gpt-5-mini"


def ask(node, key, text, path="/v1/chat/completions", **more):
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}
    return call(node, path, body, key).json["choices"][0]["message"]["content"]


def test_spellings_of_one_person_share_their_digits_and_come_back_as_written(server, key, standin):
    text = f"Beste {people.NAME},\nMevrouw De Wit belde. Annelies vroeg om advies aan mevrouw de Wit."
    assert ask(server, key, text) == text
    assert len({token[-8:-1] if token[-2].isdigit() else token[-9:-2] for token in standin.last.tokens}) == 1
    assert leaks(standin.everything, [people.NAME, "Annelies"]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_comes_back_in_the_very_bytes_it_was_written_in(server, key, standin, form):
    import unicodedata

    text = unicodedata.normalize(form, f"Overleg met {people.ACCENTED} 🚢👩‍⚕️ en {people.OTHER}.")
    assert ask(server, key, text) == text
    assert leaks(standin.everything, [people.OTHER, "van den Ijssel"]) == []


PASTED = ["{}", "`{}`", "**{}**", "({})", "{}s", "{}{}"]


@pytest.mark.parametrize("shape", [*PASTED, "bare", "lower", "dash", "space", "curly"])
def test_a_pasted_token_is_literal_in_every_spelling(server, key, standin, shape):
    """Somebody asks about a token that they saw. It must not turn into the person behind it."""
    ask(server, key, f"Mail {people.MAIL} de agenda.")
    [token] = standin.last.tokens
    spelt = {
        "bare": token.strip("[]"), "lower": token.lower(), "dash": token.replace("_", "-"),
        "space": token.replace("_", " "), "curly": token.replace("[", "{").replace("]", "}"),
    }.get(shape) or shape.replace("{}", token)
    question = f"Waarom staat er {spelt} in mijn brief?"
    messages = [
        {"role": "user", "content": f"Mail {people.MAIL} de agenda."},
        {"role": "assistant", "content": "Dat is gebeurd."},
        {"role": "user", "content": question},
    ]
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": messages}, key).json
    assert said["choices"][0]["message"]["content"] == question


def test_a_value_that_looks_like_a_token_is_not_restored_twice(server, key, standin):
    """One pass from left to right: what was put back is not read again."""
    ask(server, key, f"Mail {people.MAIL}.")
    [token] = standin.last.tokens
    text = f"Mail {people.MAIL}. De klant heet [{token}] en {token[:-1]}{token}."
    assert ask(server, key, text) == text


def test_many_people_at_once_each_get_their_own_back(server, key, standin):
    """Streams and whole answers of many conversations, at the same time, over one key and over several."""
    keys = [key, server.key("afdeling A"), server.key("afdeling B")]
    wrong, sent = [], []

    def work(number):
        for turn in range(12):
            mail, phone = f"klant{number}x{turn}@voorbeeld.nl", f"06-{number:02}{turn:02}5678"
            sent.extend([mail, phone])
            text = f"Mail {mail} en bel {phone}, en groet {people.NAME}."
            said = call(
                server, "/v1/chat/completions",
                {"model": MODEL, "messages": [{"role": "user", "content": text}], "stream": turn % 2 == 0}, keys[number % 3],
            )
            if turn % 2 == 0:
                chunks = [json.loads(line[6:]) for line in said.body.decode().splitlines() if line.startswith("data: {")]
                got = "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
            else:
                got = said.json["choices"][0]["message"]["content"]
            if got != text:
                wrong.append((text, got))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(sent) == 12 * 12 * 2
    assert leaks(standin.everything, sent + [people.NAME]) == []


def test_two_requests_at_once_in_one_kept_conversation_agree_on_their_tokens(server, key, standin):
    named = {"x-sluis-conversation": "samen"}
    mails = [f"klant{number}@voorbeeld.nl" for number in range(8)]

    def work(mail):
        body = {"model": MODEL, "messages": [{"role": "user", "content": f"Mail {mail} en {people.MAIL}."}]}
        call(server, "/v1/chat/completions", body, key, headers=named)

    threads = [threading.Thread(target=work, args=(mail,)) for mail in mails]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(standin.seen) == len(mails)
    tokens = [TOKEN.findall(got.last_text) for got in standin.seen]
    assert len({second for _, second in tokens}) == 1, "one person got several tokens in one conversation"
    assert len({first for first, _ in tokens}) == len(mails), "two people share a token"
    every = [first for first, _ in tokens]
    standin.answer = Answer(words=" ".join(every))
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Wie waren het?"}]}
    said = call(server, "/v1/chat/completions", body, key, headers=named).json["choices"][0]["message"]["content"]
    assert sorted(said.split()) == sorted(mails)


STRUCTURAL = ["id", "status", "object", "type", "role", "tool_call_id", "item_id", "phase", "display", "name"]


@pytest.mark.parametrize("word", STRUCTURAL)
def test_a_number_under_a_technical_name_is_inspected_all_the_same(server, key, standin, word):
    """In a field that the protocol does not know, "id" is as likely the number of a client as of a message."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hoi"}], "x_klant": {word: people.BSN, "a": [{word: people.IBAN}]}}
    said = call(server, "/v1/chat/completions", body, key)
    assert said.status in (200, 400)
    assert leaks(standin.everything, [people.BSN, people.IBAN]) == []
