"""From an empty server to a policy that people sign and the gateway obeys, in a browser."""

import json
import re

import pytest

from harness.pages import FIRST, ORGANISATION, Site, accessible, ask, sign

SETTINGS = """
language = "nl"
demo = true
[detection]
profile = "fast"
[tools.standin]
url = "UPSTREAM/v1"
trust = "contracted"
models = ["gpt-5"]
[tools.gratis]
url = "UPSTREAM/v1"
trust = "open"
models = ["gratis-1"]
"""


@pytest.fixture
def empty(_standin, tmp_path):
    """A server on which nobody has set up anything."""
    _standin.forget()
    site = Site(tmp_path / "node", SETTINGS.replace("UPSTREAM", _standin.url))
    yield site
    assert site.node.stop() == 0


@pytest.fixture(scope="module")
def site(_standin, browser, tmp_path_factory):
    """An organisation with a policy in force, which its first person has signed."""
    site = Site(tmp_path_factory.mktemp("site"), SETTINGS.replace("UPSTREAM", _standin.url))
    site.begin(browser)
    yield site
    assert site.node.stop() == 0


@pytest.fixture
def noor(site, browser):
    """The first person, signed in."""
    page = site.person(browser, storage_state=site.state)
    yield page
    page.context.close()


def invited(site, browser, noor, name, email, roles=()):
    """Somebody whom Noor invited and who chose a password."""
    noor.goto("/mensen/uitnodigen")
    noor.fill("#naam", name)
    noor.fill("#email", email)
    for role in roles:
        noor.get_by_role("checkbox", name=role).check()
    noor.get_by_role("button", name="Uitnodigen").click()
    link = noor.locator("#link").inner_text()
    page = site.person(browser)
    page.goto(link)
    page.fill("#wachtwoord", "een heel ander lang wachtwoord")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/($|\?|#)"))
    return page


def test_a03_from_an_empty_server_to_a_policy_that_is_obeyed(empty, browser, _standin):
    page = empty.person(browser)
    empty.set_up(page)
    page.goto("/vraag")
    assert page.locator("#vraag").count() == 0
    assert page.get_by_text("zeg dat je akkoord bent").count() == 1

    sign(page)
    allowed = ask(page, "Wat is een bijsluiter?", "standin: gpt-5")
    assert "bijsluiter" in _standin.last.last_text
    assert "Antwoord" in allowed

    masked = ask(page, "Schrijf een brief aan mevrouw Annelies de Wit, BSN 111222333.", "standin: gpt-5")
    assert "Annelies de Wit" in masked
    assert b"Annelies" not in _standin.everything and b"111222333" not in _standin.everything

    before = len(_standin.seen)
    blocked = ask(page, "Mevrouw Annelies de Wit heeft diabetes, wat nu?", "standin: gpt-5")
    assert "niet verstuurd" in blocked
    assert len(_standin.seen) == before
    page.context.close()


def test_the_link_for_setting_up_works_once(empty, browser):
    page = empty.person(browser)
    empty.set_up(page)
    other = empty.person(browser)
    assert other.goto(empty.link).status == 410
    for window in (page, other):
        window.context.close()


def test_a55_setting_up_refuses_to_finish_without_a_policy(empty, browser):
    page = empty.person(browser)
    page.goto(empty.link)
    page.fill("#organisatie", ORGANISATION)
    for field, value in FIRST.items():
        page.fill(f"#{field}", value)
    page.locator("main form button[type=submit]").click()
    summary = page.locator("#fouten")
    summary.wait_for()
    assert summary.locator("a").count() >= 2
    assert page.title().startswith("Fout")
    # What was typed is still there, but for the password.
    assert page.input_value("#organisatie") == ORGANISATION
    assert page.input_value("#wachtwoord") == ""
    summary.locator("a", has_text="anspreekpunt").click()
    assert page.evaluate("document.activeElement.id") == "aanspreekpunt"
    assert not accessible(page)
    page.context.close()


def test_forms_work_without_script(empty, browser, _standin):
    page = empty.person(browser, java_script_enabled=False)
    empty.set_up(page)
    sign(page)
    page.goto("/vraag")
    page.select_option("#model", label="standin: gpt-5")
    page.fill("#vraag", "Schrijf een brief aan mevrouw Annelies de Wit.")
    page.locator("button[value=stuur]").click()
    assert "Annelies de Wit" in page.locator("#beurten").inner_text()
    assert b"Annelies" not in _standin.everything
    page.goto("/controleer")
    page.locator("textarea").first.fill("Bel Annelies de Wit op 06 12 34 56 78.")
    page.locator("main form button[type=submit]").first.click()
    assert page.locator("mark").count() >= 2
    page.context.close()


def test_a58_a_stricter_version_is_obeyed_at_once_and_asks_to_sign_again(site, browser, noor, _standin):
    assert "Annelies de Wit" in ask(noor, "Schrijf aan mevrouw Annelies de Wit.", "standin: gpt-5")
    noor.goto("/beleid/bewerken")
    cell = noor.locator("select[aria-label^='Persoonsgegevens'], select[aria-label*='ersoonlijk']").nth(1)
    cell.select_option("block")
    noor.locator("button[value=bewaar]").first.click()
    noor.locator("button[value=publiceer], a[href*=publiceren]").first.click()
    assert "1 mens" in noor.locator("main").inner_text() or "mensen" in noor.locator("main").inner_text()
    assert not accessible(noor, "publiceren")
    noor.get_by_role("button", name="Publiceer dit beleid").click()
    noor.wait_for_url(re.compile("/beleid"))
    noor.goto("/vraag")
    assert noor.get_by_text("zeg dat je akkoord bent").count() == 1
    sign(noor)
    before = len(_standin.seen)
    assert "niet verstuurd" in ask(noor, "Schrijf aan mevrouw Annelies de Wit.", "standin: gpt-5")
    assert len(_standin.seen) == before


def test_h05_access_is_suspended_and_restored(site, browser, noor):
    femke = invited(site, browser, noor, "Femke Achterberg", "femke@linde.example")
    sign(femke)
    noor.goto("/mensen")
    noor.get_by_role("link", name="Femke Achterberg").click()
    noor.locator("summary", has_text="Toegang tijdelijk sluiten").click()
    noor.fill("#dagen", "3")
    noor.fill("#reden", "We zoeken een melding uit.")
    noor.get_by_role("button", name="Toegang sluiten").click()
    noor.get_by_text("Nu dicht").wait_for()
    femke.goto("/vraag")
    assert femke.get_by_text("tijdelijk dicht").count() == 1
    femke.goto("/mijn-gegevens")
    assert femke.get_by_text("We zoeken een melding uit.").count() == 1
    noor.get_by_role("button", name="Weer openen").click()
    femke.goto("/vraag")
    assert femke.locator("#vraag").count() == 1
    femke.context.close()


def test_a29_a_question_is_answered_and_put_below_the_policy(site, browser, noor):
    lotte = invited(site, browser, noor, "Lotte Veenstra", "lotte@linde.example")
    lotte.goto("/vragen")
    lotte.fill("#vraag", "Mag ik een verslag laten vertalen?")
    lotte.get_by_label("Het aanspreekpunt").check()
    lotte.get_by_role("button", name="Vraag versturen").click()
    lotte.get_by_text("Wacht op antwoord").wait_for()
    wrong = accessible(lotte, "vragen")
    noor.goto("/vragen/beantwoorden")
    wrong += accessible(noor)
    noor.get_by_role("link", name=re.compile("Vraag van")).first.click()
    question = noor.url
    noor.fill("#antwoord", "Ja, als er geen namen in staan.")
    wrong += accessible(noor)
    noor.get_by_role("button", name="Antwoord versturen").click()
    noor.goto(question)
    noor.locator("summary", has_text="onder het beleid").click()
    noor.get_by_label("Er staan geen namen in").check()
    wrong += accessible(noor, "vraag-beantwoord")
    noor.get_by_role("button", name="Onder het beleid zetten").click()
    lotte.goto("/vragen")
    assert lotte.get_by_text("Ja, als er geen namen in staan.").count() == 1
    lotte.goto("/beleid")
    lotte.locator("summary", has_text="Mag ik een verslag laten vertalen?").click()
    assert lotte.get_by_text("Ja, als er geen namen in staan.").is_visible()
    wrong += accessible(lotte)
    assert not wrong, "\n".join(wrong)
    lotte.context.close()


def test_h01_an_anonymous_report_from_the_first_page_to_the_outcome(site, browser, noor):
    """Without a session and without script."""
    stranger = site.person(browser, java_script_enabled=False, viewport={"width": 320, "height": 640})
    stranger.goto("/aanmelden")
    stranger.get_by_role("link", name="Meld dat er iets mis is").click()
    stranger.get_by_role("button", name="Melden", exact=True).click()
    assert stranger.locator("#fouten a").count() == 3
    stranger.get_by_label("Ik heb iets aan een AI gegeven").check()
    stranger.fill("#wat", "Een lijst met klanten geplakt.")
    stranger.get_by_label("Dat weet ik niet").check()
    stranger.get_by_role("button", name="Melden", exact=True).click()
    code = stranger.locator("#code").inner_text()
    assert code not in stranger.url
    noor.goto("/meldingen")
    wrong = accessible(noor, "meldingen")
    noor.get_by_role("link", name="Ik heb iets aan een AI gegeven").first.click()
    assert "artikel 33" in noor.locator("main").inner_text()
    noor.get_by_role("button", name="Ik kijk hiernaar").click()
    noor.fill("#bericht", "Om welke klanten gaat het?")
    noor.get_by_role("button", name="Bericht versturen").click()
    wrong += accessible(noor, "melding")
    stranger.get_by_role("link", name="Volg je melding").click()
    stranger.fill("#code", code)
    stranger.get_by_role("button", name="Bekijken").click()
    assert "Om welke klanten gaat het?" in stranger.locator("main").inner_text()
    stranger.fill("#bericht", "Om drie klanten van vorige week.")
    stranger.get_by_role("button", name="Bericht versturen").click()
    assert code not in stranger.url
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 320
    noor.reload()
    assert "Om drie klanten van vorige week." in noor.locator("main").inner_text()
    noor.fill("#uitkomst", "Er is niets uitgelekt.")
    noor.get_by_role("button", name="Melding afsluiten").click()
    wrong += accessible(noor)
    assert not wrong, "\n".join(wrong)
    entries = [entry for entry in site.node.ledger() if "report" in entry]
    events = [entry["event"] for entry in entries]
    assert events.count("reported") == 2 and "report_viewed" in events and events[-2] == "report_closed"
    assert not any(entry.get("principal") for entry in entries if entry["event"] == "reported")
    stranger.context.close()


def test_h01_pages_for_reporters_pass_axe(site, browser, noor):
    stranger = site.person(browser)
    wrong = []
    stranger.goto("/meld")
    wrong += accessible(stranger, "meld")
    stranger.get_by_role("button", name="Melden", exact=True).click()
    wrong += accessible(stranger)
    stranger.get_by_label("Iets is vreemd").check()
    stranger.fill("#wat", "De AI antwoordt in het Russisch.")
    stranger.get_by_label("Nee", exact=True).check()
    stranger.get_by_role("button", name="Melden", exact=True).click()
    wrong += accessible(stranger, "meld-code")
    code = stranger.locator("#code").inner_text()
    stranger.goto("/meld/volgen")
    wrong += accessible(stranger)
    stranger.fill("#code", code)
    stranger.get_by_role("button", name="Bekijken").click()
    wrong += accessible(stranger, "meld-volgen")
    stranger.context.close()
    noor.goto("/meld")
    noor.get_by_label("Iets is vreemd").check()
    noor.fill("#wat", "De knoppen zijn weg.")
    noor.get_by_label("Nee", exact=True).check()
    noor.get_by_label("Met mijn naam").check()
    noor.get_by_role("button", name="Melden", exact=True).click()
    noor.locator("main ul a").first.click()
    wrong += accessible(noor)
    assert not wrong, "\n".join(wrong)


def test_h04_personnel_notes_a_measure_that_was_decided_elsewhere(site, browser, noor):
    hanna = invited(site, browser, noor, "Hanna Post", "hanna@linde.example", ["Personeelszaken"])
    hanna.goto("/mensen")
    hanna.get_by_role("link", name="Noor Haddad").last.click()
    hanna.locator("summary", has_text="Een maatregel noteren").click()
    hanna.select_option("#besloten_door", label="Hanna Post")
    hanna.select_option("#sluiting", value="los")
    hanna.fill("#besloten_op", "2020-01-31")
    hanna.fill("#kenmerk", "P-12")
    wrong = accessible(hanna, "maatregel")
    hanna.get_by_role("button", name="Noteren").click()
    hanna.get_by_text("P-12").wait_for()
    noor.goto("/mijn-gegevens")
    assert noor.get_by_text("P-12").count() == 1
    wrong += accessible(noor)
    assert not wrong, "\n".join(wrong)
    hanna.context.close()


def requested(page, name, purpose):
    """Asks for a tool; gives the address of its page."""
    page.goto("/toepassingen/aanvragen")
    page.fill("#naam", name)
    page.fill("#doel", purpose)
    page.get_by_role("button", name="Aanvraag versturen").click()
    page.wait_for_url(re.compile(r"/toepassingen/[0-9a-f]{32}"))
    return re.search(r"/toepassingen/[0-9a-f]{32}", page.url).group()


def test_a32_a_tool_is_asked_for_judged_stopped_and_started(empty, browser, _standin):
    page = empty.person(browser)
    empty.set_up(page)
    sign(page)
    letter = "Schrijf aan mevrouw Annelies de Wit."
    assert "Annelies de Wit" in ask(page, letter, "standin: gpt-5")
    path = requested(page, "standin", "Brieven herschrijven")
    assert page.get_by_text("Je aanvraag is verstuurd").count() == 1
    page.goto("/")
    page.get_by_role("link", name="Bekijk de aanvragen").click()
    page.get_by_role("link", name="standin", exact=True).click()
    page.get_by_role("link", name="Vul toets en keuzewijzer in").click()
    page.select_option("#training", "nee")
    page.get_by_role("button", name="Bewaar de antwoorden").click()
    page.get_by_role("heading", name="Waarom vertrouwen we haar niet meer?").wait_for()
    # What nobody knows counts as the careful side, within a second.
    page.wait_for_timeout(1_100)
    before = len(_standin.seen)
    assert "niet verstuurd" in ask(page, letter, "standin: gpt-5")
    assert len(_standin.seen) == before

    page.goto(path)
    page.fill("#waarom", "De aanbieder heeft een lek.")
    page.get_by_role("button", name="Zet de toepassing stil").click()
    page.get_by_text("De toepassing staat stil. Er gaat niets meer naartoe.").wait_for()
    page.goto("/vraag")
    assert page.locator("#model option", has_text="standin").count() == 0
    page.goto(path)
    page.get_by_role("button", name="Start de toepassing weer").click()
    page.get_by_text("De toepassing mag weer.").wait_for()
    page.wait_for_timeout(1_100)
    assert "Antwoord" in ask(page, "Wat is een bijsluiter?", "standin: gpt-5")
    page.context.close()


def test_people_see_only_their_own_pages(site, browser, noor):
    sami = invited(site, browser, noor, "Sami Öztürk", "sami@linde.example")
    for path in ("/mensen", "/mensen/uitnodigen", "/beleid/bewerken"):
        assert sami.goto(path).status == 403, path
    noor.goto("/mensen")
    hers = noor.get_by_role("link", name="Noor Haddad").last.get_attribute("href")
    assert sami.goto(hers).status in (403, 404)
    assert sami.goto("/mensen/" + "0" * 32).status in (403, 404)
    assert noor.goto("/mensen/" + "0" * 32).status == 404
    assert noor.goto("/bestaat-niet").status == 404
    sami.context.close()


def test_forged_and_stale_forms_do_nothing(site, browser, noor):
    request = noor.context.request
    noor.goto("/mijn-gegevens")
    token = noor.locator("input[name=_csrf]").first.get_attribute("value")
    for form, headers in [
        ({}, {}),
        ({"_csrf": "AAAA"}, {}),
        ({"_csrf": token}, {"origin": "https://evil.example"}),
        ({"_csrf": token}, {"sec-fetch-site": "cross-site"}),
    ]:
        answer = request.post("/beleid/tekenen", form={**form, "nummer": "1", "hash": "00"}, headers=headers)
        assert answer.status == 403, (form, headers)
    # A signature under a text that is not in force is none: the text that is in force is shown.
    answer = request.post("/beleid/tekenen", form={"_csrf": token, "nummer": "99", "hash": "00" * 32, "gelezen": "ja"})
    assert "Je hebt nog niet getekend" in answer.text() or answer.status in (400, 409, 422)


def test_signing_in_takes_the_right_password_and_says_no_more_than_that(site, browser):
    page = site.person(browser)
    said = []
    for email in (FIRST["email"], "niemand@linde.example"):
        page.goto("/aanmelden")
        page.fill("#email", email)
        page.fill("#wachtwoord", "verkeerd verkeerd verkeerd")
        page.locator("main form button[type=submit]").click()
        said.append(page.locator("#fouten li").all_inner_texts())
    assert said[0] == said[1]
    page.goto("/mijn-gegevens")
    assert "/aanmelden" in page.url
    page.fill("#email", FIRST["email"].upper())
    page.fill("#wachtwoord", FIRST["wachtwoord"])
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/mijn-gegevens"))
    assert page.get_by_text(FIRST["email"]).count() >= 1
    page.context.close()


def test_odd_input_is_refused_in_plain_words(site, browser, noor):
    request = noor.context.request
    noor.goto("/mensen/uitnodigen")
    token = noor.locator("input[name=_csrf]").first.get_attribute("value")
    for form in (
        {"naam": "", "email": ""},
        {"naam": "x" * 5_000, "email": "a@b.example"},
        {"naam": "Jo", "email": "geen adres"},
        {"naam": "<script>alert(1)</script>", "email": "script"},
        {"naam": "Jo", "email": FIRST["email"]},
    ):
        answer = request.post("/mensen/uitnodigen", form={"_csrf": token, **form})
        assert answer.status in (400, 409, 422), form
        assert "<script>alert" not in answer.text()
    big = request.post("/mensen/uitnodigen", form={"_csrf": token, "naam": "x" * 200_000})
    assert big.status == 413


def test_invariant_7_every_page_passes_axe_in_both_languages_and_schemes(site, browser, noor):
    wrong = []
    tool = requested(noor, "Vertaalhulp", "Brieven vertalen")
    stranger = site.person(browser)
    stranger.goto("/aanmelden")
    wrong += accessible(stranger, "aanmelden")
    stranger.context.close()
    paths = {
        "/": "start", "/vraag": "vraag", "/controleer": "controleer", "/beleid": "beleid", "/beleid/bewerken": "beleid-bewerken",
        "/beleid/versies/1": None, "/beleid/achtergrond": "achtergrond", "/toepassingen": "toepassingen",
        "/toepassingen/aanvragen": "toepassing-aanvragen", tool: "toepassing", f"{tool}/beoordelen": "toepassing-beoordelen",
        "/mensen": "mensen", "/mensen/uitnodigen": "uitnodigen", "/vragen": None, "/vragen/beantwoorden": None, "/meld": "meld",
        "/meld/volgen": None, "/meldingen": None,
        "/gesprekken": "gesprekken",
        "/mijn-gegevens": "mijn-gegevens", "/mijn-gegevens/tweede-stap": "tweede-stap", "/bestaat-niet": None,
    }
    for language in ("en", "nl"):
        noor.goto("/")
        noor.locator(f"button[name=taal][value={language}]").click()
        for path, name in paths.items():
            noor.goto(path)
            assert noor.locator("html").get_attribute("lang") == language, path
            assert noor.locator("h1").count() == 1, path
            wrong += accessible(noor, name if language == "nl" else None)
        noor.goto("/mensen")
        noor.get_by_role("link", name="Noor Haddad").last.click()
        wrong += accessible(noor, "persoon" if language == "nl" else None)
    assert not wrong, "\n".join(wrong)


def test_pages_fit_a_narrow_screen(site, browser):
    page = site.person(browser, storage_state=site.state, viewport={"width": 320, "height": 640})
    tool = requested(page, "Schrijfhulp", "Brieven herschrijven")
    for path in ("/", "/vraag", "/controleer", "/beleid", "/beleid/achtergrond", "/beleid/bewerken", "/toepassingen", "/toepassingen/aanvragen",
                 tool, f"{tool}/beoordelen", "/mensen", "/mijn-gegevens", "/vragen", "/vragen/beantwoorden", "/meld", "/meld/volgen", "/meldingen",
                 "/gesprekken"):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, f"{path} is {width} wide"
    page.context.close()


def test_the_a4_is_one_page_of_pdf(site, noor):
    answer = noor.context.request.get("/beleid.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    body = answer.body()
    assert body.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 1


def test_nothing_runs_that_is_not_ours(site, noor):
    """A strict policy for content, and a browser that has nothing to complain about."""
    complaints = []
    noor.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in ("/", "/vraag", "/gesprekken", "/controleer", "/beleid", "/beleid/bewerken", "/mensen", "/mijn-gegevens/tweede-stap"):
        answer = noor.goto(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert complaints == []


def test_what_happens_on_the_pages_stands_in_the_evidence(site, noor):
    entries = site.node.ledger()
    events = {entry.get("event") for entry in entries}
    assert {"policy_published", "policy_acknowledged", "person_added", "signed_in"} <= events
    for secret in ("Noor", "noor@linde", "Femke", ORGANISATION):
        assert secret not in json.dumps(entries, ensure_ascii=False)
