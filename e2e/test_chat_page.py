"""The page to ask an AI, as people know such pages: conversations that stay, editing, stopping, and a look before it goes."""

import json
import re
import threading
import time

import pytest

from harness.pages import Site, accessible
from standin import Answer

SETTINGS = """
language = "nl"
[detection]
profile = "fast"
[tools.standin]
url = "UPSTREAM/v1"
trust = "contracted"
models = ["gpt-5"]
"""

NAME = "Annelies de Wit"
QUESTION = f"Schrijf een brief aan mevrouw {NAME}."


@pytest.fixture(scope="module")
def site(_standin, browser, tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("chat"), SETTINGS.replace("UPSTREAM", _standin.url))
    site.begin(browser)
    yield site
    assert site.node.stop() == 0


@pytest.fixture
def page(site, browser, _standin):
    """Somebody who is signed in and has no conversations."""
    _standin.forget()
    page = watched(site.person(browser, storage_state=site.state))
    page.errors = []
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto("/gesprekken")
    if page.locator("#zeker").count():
        page.check("#zeker")
        page.get_by_role("button", name="Wis al mijn gesprekken").click()
        page.get_by_text("Al je gesprekken zijn gewist").wait_for()
    page.goto("/vraag")
    yield page
    page.context.close()


def send(page, text):
    page.fill("#vraag", text)
    page.get_by_role("button", name="Stuur", exact=True).click()


def done(page, says="Het antwoord is klaar."):
    page.locator("#stand").get_by_text(says).wait_for()


def watched(page):
    """Counts the turns that the server has kept: the answer is on the screen a moment before."""
    page.kept = 0

    def count(response):
        page.kept += response.url.endswith("/beurt")

    page.on("response", count)
    return page


def kept(page, turns=1):
    end = time.monotonic() + 15
    while page.kept < turns:
        assert time.monotonic() < end, "the turn was not kept"
        page.wait_for_timeout(20)
    page.wait_for_url(re.compile(r"/vraag/[0-9a-f]{32}$"))


def questions(page):
    return page.locator(".sluis-turn--mine .sluis-turn__text").all_inner_texts()


def sent(_standin):
    """What the model got, turn by turn."""
    return [turn["content"] for turn in _standin.last.json["messages"]]


def test_a_conversation_is_kept_found_opened_renamed_and_erased(page, site, browser, _standin):
    send(page, QUESTION)
    done(page)
    kept(page)
    send(page, "Maak hem korter.")
    done(page)
    kept(page, 2)
    assert [NAME in text for text in sent(_standin)] == [False, False, False]
    for stored in site.node.folder.rglob("*"):
        assert not stored.is_file() or b"hem korter" not in stored.read_bytes(), stored.name
    page.reload()
    assert questions(page) == [QUESTION, "Maak hem korter."]
    assert NAME in page.locator(".sluis-turn__text").nth(1).inner_text()
    assert not accessible(page, "gesprek")
    # It goes on where it was.
    send(page, "En in het Engels?")
    done(page)
    kept(page, 3)
    assert len(sent(_standin)) == 5
    # To check and copy is open at the last answer only.
    assert [part.get_attribute("open") is not None for part in page.locator(".sluis-turn__after").all()] == [False, False, True]

    page.locator("summary", has_text="Naam veranderen").click()
    page.fill("#naam", "Brief aan een cliënt")
    page.get_by_role("button", name="Verander de naam").click()
    assert page.locator("h1").inner_text() == "Brief aan een cliënt"
    page.goto("/gesprekken")
    page.fill("#zoek", "in het engels")
    page.get_by_role("button", name="Zoek").click()
    assert page.get_by_role("link", name="Brief aan een cliënt").count() == 1
    assert page.url.endswith("/gesprekken"), "what is sought stands in no address"
    assert not accessible(page, "gesprekken")
    page.fill("#zoek", "staat er niet")
    page.get_by_role("button", name="Zoek").click()
    assert page.get_by_role("link", name="Brief aan een cliënt").count() == 0
    file = page.context.request.get("/gesprekken.json").json()
    assert file["complete"] and NAME in file["chats"][0]["turns"][0]["answer"]

    page.goto("/gesprekken")
    page.get_by_role("link", name="Brief aan een cliënt").click()
    address = page.url
    page.locator("summary", has_text="Naam veranderen").click()
    page.get_by_role("button", name="Wis dit gesprek").click()
    page.get_by_text("Het gesprek is gewist").wait_for()
    assert page.goto(address).status == 404
    assert page.errors == ["Failed to load resource: the server responded with a status of 404 (Not Found)"]


def test_a_temporary_conversation_leaves_nothing(page, _standin):
    page.check("#tijdelijk")
    send(page, QUESTION)
    done(page)
    send(page, "En korter?")
    done(page)
    assert len(sent(_standin)) == 3, "it goes on, on this page"
    assert page.url.endswith("/vraag")
    page.goto("/gesprekken")
    assert page.get_by_text("Je hebt nog geen gesprekken").count() == 1


def test_editing_drops_what_came_after_and_again_asks_the_last_again(page, _standin):
    for text in ("Vraag een", "Vraag twee", "Vraag drie"):
        send(page, text)
        done(page)
    kept(page)
    page.get_by_role("button", name="Wijzig deze vraag (2)").click()
    assert page.input_value("#vraag") == "Vraag twee"
    assert not accessible(page)
    page.get_by_role("button", name="Toch niet wijzigen").click()
    page.get_by_role("button", name="Wijzig deze vraag (2)").click()
    send(page, "Vraag anders")
    done(page)
    assert questions(page) == ["Vraag een", "Vraag anders"]
    assert sent(_standin)[0] == "Vraag een" and sent(_standin)[-1] == "Vraag anders" and len(sent(_standin)) == 3
    _standin.answer = Answer(words="Een ander antwoord.")
    page.get_by_role("button", name="Vraag het laatste antwoord opnieuw").click()
    page.get_by_text("Een ander antwoord.").wait_for()
    done(page)
    kept(page, 5)
    assert questions(page) == ["Vraag een", "Vraag anders"]
    page.reload()
    assert questions(page) == ["Vraag een", "Vraag anders"]
    assert page.get_by_text("Een ander antwoord.").count() == 1
    assert page.errors == []


def test_stopping_keeps_what_came(page, _standin):
    gate = threading.Event()
    _standin.answer = Answer(words="Het begin van een lang antwoord dat nooit af komt", gate=gate, behind_gate=6)
    send(page, "Schrijf iets langs.")
    page.locator(".sluis-turn__text").nth(1).get_by_text("Het begin").wait_for()
    page.get_by_role("button", name="Stop", exact=True).click()
    done(page, "Gestopt")
    kept(page)
    gate.set()
    page.reload()
    assert page.locator(".sluis-turn__text").nth(1).inner_text().startswith("Het begin")
    assert page.get_by_text("Dit antwoord is niet af.").count() == 1


def test_what_is_missed_is_masked_by_hand_and_stays_so(page, _standin):
    page.fill("#vraag", "Wat weet je van project Zilvervos?")
    page.get_by_role("button", name="Bekijk wat er weggaat").click()
    page.locator("#bekeken").wait_for()
    assert _standin.seen == [], "nothing was sent"
    # Selected with the mouse, the words go into the field.
    page.evaluate("""() => {
        const text = document.getElementById("nagekeken").firstChild;
        const range = document.createRange();
        const at = text.data.indexOf("Zilvervos");
        range.setStart(text, at);
        range.setEnd(text, at + 9);
        document.getSelection().removeAllRanges();
        document.getSelection().addRange(range);
    }""")
    page.wait_for_function("document.getElementById('maskeer').value === 'Zilvervos'")
    page.select_option("#soort", "anders")
    page.get_by_role("button", name="Maskeer dit").click()
    page.locator("mark", has_text="zelf gemaskeerd").wait_for()
    assert not accessible(page, "vraag-bekeken")
    page.get_by_role("button", name="Verstuur zo").click()
    done(page)
    assert b"ilvervos" not in _standin.everything and "[DETAIL_" in sent(_standin)[0]
    assert "Zilvervos" in page.locator(".sluis-turn__text").nth(1).inner_text(), "the answer has it back"
    send(page, "Vertel meer over Zilvervos.")
    done(page)
    kept(page, 2)
    page.reload()
    send(page, "En wat kost Zilvervos?")
    done(page)
    assert b"ilvervos" not in _standin.everything
    assert page.errors == []


def test_a_false_alarm_is_let_go_of(page, site, _standin):
    page.fill("#vraag", f"{QUESTION} Zet ook mevrouw Fatima Bakker erin.")
    page.check("#eerst")
    page.get_by_role("button", name="Stuur", exact=True).click()
    page.locator("#bekeken").wait_for()
    assert _standin.seen == [], "it was shown first"
    page.locator("#bekeken li", has_text="Fatima Bakker").get_by_role("checkbox").check()
    assert not accessible(page)
    page.get_by_role("button", name="Verstuur zo").click()
    done(page)
    assert "Fatima Bakker" in sent(_standin)[0] and NAME not in sent(_standin)[0]
    entry = [entry for entry in site.node.ledger() if entry.get("event") == "sent"][-1]
    assert entry["released"] == {"person": 1}
    assert "Fatima" not in json.dumps(site.node.ledger())
    # What says nothing goes without a stop.
    send(page, "Wat is btw?")
    done(page)
    # A number cannot be let go of; and a text that changes has to be looked at again.
    page.fill("#vraag", f"{QUESTION} BSN 111222333.")
    page.get_by_role("button", name="Bekijk wat er weggaat").click()
    page.locator("#bekeken li", has_text="111222333").wait_for()
    assert page.locator("#bekeken li", has_text="111222333").get_by_role("checkbox").count() == 0
    page.locator("#vraag").press_sequentially(" En nu?")
    assert page.locator("#bekeken").count() == 0
    assert page.errors == []


def test_answers_show_tables_and_code_as_text_only_and_copying_wants_a_check(page, site, _standin):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _standin.answer = Answer(words=(
        "Zo:\n\n| Naam | <b>Aantal</b> |\n|---|---:|\n| een \\| twee | **3** |\n\n```python\nprint('<img src=x onerror=alert(1)>')\n```\nKlaar."
    ))
    send(page, "Geef een tabel en code.")
    done(page)
    cells = page.locator("#beurten table td").all_inner_texts()
    assert cells == ["een | twee", "3"]
    assert page.locator("#beurten th").nth(1).inner_text() == "<b>Aantal</b>"
    assert page.locator("#beurten img").count() == 0
    assert not accessible(page, "vraag-antwoord")
    page.get_by_role("button", name="Kopieer code").click()
    page.get_by_role("button", name="Gekopieerd.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "print('<img src=x onerror=alert(1)>')"

    before = len(site.node.ledger())
    page.get_by_role("button", name="Bespreek met je leidinggevende").click()
    page.get_by_text("Zet eerst een vinkje").wait_for()
    assert len(site.node.ledger()) == before
    page.locator("[name=gezien]").nth(1).check()
    page.get_by_label("Ik heb dit antwoord zelf gecontroleerd.").check()
    with page.expect_response(re.compile("gecontroleerd")):
        page.get_by_role("button", name="Bespreek met je leidinggevende").click()
    page.get_by_role("link", name="Stel je vraag").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Geef een tabel en code.") and text.endswith("gecontroleerd door een mens.")
    entry = [entry for entry in site.node.ledger() if entry.get("event") == "answer_checked"][-1]
    assert entry["looked_at"] == [2] and re.fullmatch("[0-9a-f]{32}", entry["request"])
    assert page.errors == []


def test_all_of_it_works_without_script(site, browser, page, _standin):
    page = site.person(browser, storage_state=site.state, java_script_enabled=False)
    page.goto("/vraag")
    page.fill("#vraag", f"{QUESTION} Over project Zilvervos, met mevrouw Fatima Bakker.")
    page.get_by_role("button", name="Bekijk wat er weggaat").click()
    assert _standin.seen == []
    page.fill("#maskeer", "Zilvervos")
    page.select_option("#soort", "anders")
    page.get_by_role("button", name="Maskeer dit").click()
    page.locator("#bekeken li", has_text="Fatima Bakker").get_by_role("checkbox").check()
    assert page.locator("mark", has_text="zelf gemaskeerd").count() == 1
    page.get_by_role("button", name="Verstuur zo").click()
    page.wait_for_url(re.compile("/vraag/[0-9a-f]{32}#beurt-1"))
    assert "Fatima Bakker" in sent(_standin)[0] and "ilvervos" not in sent(_standin)[0] and NAME not in sent(_standin)[0]
    assert "Zilvervos" in page.locator("#beurten").inner_text()
    page.fill("#vraag", "Maak het korter.")
    page.get_by_role("button", name="Stuur", exact=True).click()
    assert questions(page)[-1] == "Maak het korter." and len(sent(_standin)) == 3
    assert b"ilvervos" not in _standin.everything
    page.get_by_role("link", name="Wijzig deze vraag (2)").click()
    page.fill("#vraag", "Maak het langer.")
    page.get_by_role("button", name="Stuur", exact=True).click()
    page.get_by_role("button", name="Vraag het laatste antwoord opnieuw").click()
    assert len(questions(page)) == 2 and questions(page)[1] == "Maak het langer."
    page.get_by_label("Ik heb dit antwoord zelf gecontroleerd.").check()
    page.get_by_role("button", name="Leg vast dat ik dit controleerde").click()
    assert page.get_by_text("Vastgelegd").count() == 1
    page.context.close()


def test_it_fits_a_narrow_screen_in_every_state(site, browser, page, _standin):
    page = watched(site.person(browser, storage_state=site.state, viewport={"width": 320, "height": 640}))
    page.goto("/vraag")
    wide = "| a | b | c | d |\n|---|---|---|---|\n" + "| heel lange cel " * 4 + "|\n\n```\n" + "x" * 300 + "\n```"
    _standin.answer = Answer(words=wide)
    page.fill("#vraag", f"{QUESTION} {'lang' * 60}@voorbeeld.nl")
    page.get_by_role("button", name="Bekijk wat er weggaat").click()
    page.locator("#bekeken").wait_for()
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) <= 320
    assert not accessible(page, "vraag-smal")
    page.get_by_role("button", name="Verstuur zo").click()
    done(page)
    assert page.evaluate(width) <= 320
    kept(page)
    for path in (page.url, "/gesprekken", "/vraag"):
        page.goto(path)
        assert page.evaluate(width) <= 320, path
    page.context.close()
