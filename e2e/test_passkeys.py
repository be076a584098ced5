"""Passkeys, with the authenticator that Chromium brings for tests."""

import re

import pytest

from conftest import free_port
from harness.pages import Site, accessible, sign

SETTINGS = """
demo = true
address = "http://localhost:PORT"
[detection]
profile = "fast"
"""
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(tmp_path):
    port = free_port()
    site = Site(tmp_path / "node", SETTINGS.replace("PORT", str(port)), listen=f"127.0.0.1:{port}")
    yield site
    assert site.node.stop() == 0


def with_authenticator(page, **options):
    """Gives the page's browser an authenticator, and says how to speak with it."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, **options}})
    return wire, made["authenticatorId"]


def make(page, label="Mijn telefoon", password="vier losse woorden samen"):
    page.goto("/mijn-gegevens/passkeys")
    page.fill("#naam", label)
    page.fill("#wachtwoord", password)
    page.get_by_role("button", name="Maak een passkey").click()


def test_somebody_makes_a_passkey_and_signs_in_with_it(site, browser):
    page = site.person(browser)
    site.set_up(page, tools=("demo",))
    wire, authenticator = with_authenticator(page)
    make(page, password="een ander wachtwoord")
    page.get_by_text("Dit is niet je wachtwoord van nu").wait_for()
    assert wire.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"] == []

    make(page)
    page.get_by_text("Je passkey is bewaard").wait_for()
    assert page.locator("strong", has_text="Mijn telefoon").count() == 1
    assert not accessible(page, "passkeys")
    kept = wire.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [one["rpId"] for one in kept] == ["localhost"]

    page.get_by_role("button", name=re.compile("Afmelden")).first.click()
    page.wait_for_url(re.compile("/aanmelden"))
    page.goto("/aanmelden?naar=%2Fbeleid")
    assert not accessible(page)
    page.get_by_role("button", name="Aanmelden met een passkey").click()
    page.wait_for_url(re.compile("/beleid$"))
    sign(page)

    # A second one on the same authenticator is refused by the browser, and told in our words.
    make(page)
    page.get_by_text("is niet gelukt of afgebroken").wait_for()

    page.goto("/mijn-gegevens/passkeys")
    page.get_by_role("button", name="Haal weg").click()
    page.get_by_text("De passkey is weg").wait_for()
    page.get_by_role("button", name=re.compile("Afmelden")).first.click()
    page.wait_for_url(re.compile("/aanmelden"))
    page.get_by_role("button", name="Aanmelden met een passkey").click()
    page.get_by_text("Met deze passkey kunnen we je niet aanmelden").wait_for()
    page.context.close()


def test_who_does_not_show_who_they_are_is_not_let_in(site, browser):
    page = site.person(browser)
    site.set_up(page, tools=("demo",))
    wire, authenticator = with_authenticator(page)
    make(page)
    page.get_by_text("Je passkey is bewaard").wait_for()
    page.get_by_role("button", name=re.compile("Afmelden")).first.click()
    page.wait_for_url(re.compile("/aanmelden"))
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Aanmelden met een passkey").click()
    page.get_by_text(re.compile("is niet gelukt of afgebroken|kunnen we je niet aanmelden")).wait_for()
    assert page.url.endswith("/aanmelden") or "/aanmelden?" in page.url
    page.context.close()


def test_an_answer_counts_once_and_in_its_own_browser(site, browser):
    page = site.person(browser)
    site.set_up(page, tools=("demo",))
    with_authenticator(page)
    make(page)
    page.get_by_text("Je passkey is bewaard").wait_for()
    page.get_by_role("button", name=re.compile("Afmelden")).first.click()
    page.wait_for_url(re.compile("/aanmelden"))
    before = page.context.storage_state()
    with page.expect_request(re.compile("/aanmelden/passkey$")) as sent:
        page.get_by_role("button", name="Aanmelden met een passkey").click()
    answer = sent.value.post_data
    page.wait_for_url(re.compile(r"/$"))
    headers = {"content-type": "application/x-www-form-urlencoded"}

    # The very same answer again, from the browser as it was before.
    same = site.person(browser, storage_state=before)
    said = same.context.request.post("/aanmelden/passkey", data=answer, headers=headers)
    assert said.status == 422 and "fout" in said.json()

    # From another browser, with a token of its own.
    other = site.person(browser)
    other.goto("/aanmelden")
    token = other.locator("input[name=_csrf]").first.input_value()
    moved = re.sub(r"_csrf=[^&]*", f"_csrf={token}", answer)
    said = other.context.request.post("/aanmelden/passkey", data=moved, headers=headers)
    assert said.status == 422 and "fout" in said.json()
    for window in (page, same, other):
        window.context.close()


def test_without_script_the_password_is_the_way(site, browser):
    page = site.person(browser)
    site.set_up(page, tools=("demo",))
    state = page.context.storage_state()
    plain = site.person(browser, java_script_enabled=False, storage_state=state)
    plain.goto("/mijn-gegevens/passkeys")
    assert plain.get_by_text("Daar is script voor nodig").is_visible()
    assert not plain.get_by_role("button", name="Maak een passkey").is_visible()
    for window in (page, plain):
        window.context.close()
