"""Signing in with the organisation's own account, at a certified OpenID provider, in a browser."""

import re
import secrets

import pytest

from conftest import free_port
from harness.pages import FIRST, Site, accessible
from harness.provider import Provider

SETTINGS = """
language = "nl"
demo = true
[detection]
profile = "fast"
[tools.standin]
url = "http://127.0.0.1:9/v1"
trust = "contracted"
models = ["gpt-5"]
[sign_in]
issuer = "http://127.0.0.1:PORT"
client_id = "sluis"
client_secret_file = "SECRET"
name = "Linde-account"
scopes = ["openid", "email", "profile", "groups"]
create = true
domains = ["linde.example"]
[sign_in.groups]
Beheer = ["admin", "hr"]
Directie = ["management"]
"""


class Organisation:
    """A node that believes a provider which runs, or not."""

    def __init__(self, folder, browser, more=""):
        self.port, self.secret = free_port(), secrets.token_urlsafe(32)
        path = folder / "secret"
        path.write_text(self.secret + "\n")
        text = SETTINGS.replace("PORT", str(self.port)).replace("SECRET", str(path))
        self.site = Site(folder / "node", text.replace("[sign_in]\n", f"[sign_in]\n{more}"))
        self.browser = browser
        page = self.person()
        self.site.set_up(page)
        page.context.close()

    def provider(self, alg="RS256"):
        return Provider(self.port, f"{self.site.url}/aanmelden/extern/terug", self.secret, alg)

    def person(self):
        page = self.site.person(self.browser)
        # Pages of the provider ask for fonts elsewhere; nothing here goes out.
        page.context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        return page


@pytest.fixture(scope="module")
def organisation(browser, tmp_path_factory):
    organisation = Organisation(tmp_path_factory.mktemp("sign_in"), browser)
    yield organisation
    assert organisation.site.node.stop() == 0


@pytest.fixture(scope="module")
def provider(organisation):
    provider = organisation.provider()
    yield provider
    provider.close()


def sign_in(page, account, next="/mijn-gegevens"):
    """From the button to wherever it ends."""
    page.goto(next)
    page.get_by_role("link", name="Aanmelden met Linde-account").click()
    page.fill("input[name=login]", account)
    page.fill("input[name=password]", "anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/(mijn-gegevens|aanmelden)"))
    return page.locator("#inhoud").inner_text()


def test_b19_people_sign_in_with_their_own_account(organisation, provider):
    page = organisation.person()
    page.goto("/aanmelden")
    assert accessible(page, "aanmelden-werkaccount") == []
    text = sign_in(page, "noor")
    assert FIRST["naam"] in text and page.url.endswith("/mijn-gegevens"), text
    assert accessible(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_role("button", name="Afmelden", exact=True).click()
    page.wait_for_url(re.compile("/aanmelden"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
    signed_in = [entry for entry in organisation.site.node.ledger() if entry["event"] == "signed_in"]
    assert len(signed_in) == 2 and len({entry["principal"] for entry in signed_in}) == 1


def test_somebody_new_of_the_domain_comes_in_with_the_roles_of_their_groups(organisation, provider):
    page = organisation.person()
    text = sign_in(page, "bram")
    assert "Account bram" in text and "bram@linde.example" in text
    page.goto("/beleid/bewerken")
    assert page.locator("h1").inner_text() != "Deze pagina is niet voor jou"
    assert page.goto("/mensen").status == 403
    page.context.close()


def test_an_address_that_is_not_verified_lets_nobody_in(organisation, provider):
    page = organisation.person()
    text = sign_in(page, "unverified")
    assert "hoort nog bij niemand in Sluis" in text
    assert accessible(page) == []
    page.context.close()


def test_who_leaves_is_signed_out_and_stays_out(organisation, provider):
    page = organisation.person()
    assert "Account left" in sign_in(page, "left")
    admin = organisation.person()
    sign_in(admin, "noor", "/mijn-gegevens")
    admin.goto("/mensen")
    admin.get_by_role("link", name="Account left").click()
    admin.fill("#uit_dienst", "2020-01-01")
    admin.locator("form:has(#uit_dienst) button[type=submit]").click()
    admin.wait_for_url(re.compile("gelukt=bewaard"))
    page.goto("/mijn-gegevens")
    assert "/aanmelden" in page.url
    page.get_by_role("link", name="Aanmelden met Linde-account").click()
    page.wait_for_url(re.compile("/aanmelden/extern/terug"))
    assert "werk je hier niet meer" in page.locator("#inhoud").inner_text()
    for one in (page, admin):
        one.context.close()


def test_who_stops_at_the_provider_is_told_so(organisation, provider):
    page = organisation.person()
    page.goto("/aanmelden")
    page.get_by_role("link", name="Aanmelden met Linde-account").click()
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(re.compile("/aanmelden/extern/terug"))
    assert "gestopt of niet toegestaan" in page.locator("#inhoud").inner_text()
    page.get_by_role("link", name="Naar aanmelden").click()
    page.wait_for_url(re.compile("/aanmelden$"))
    page.context.close()


def test_an_answer_in_another_browser_or_a_second_time_lets_nobody_in(organisation, provider):
    page, seen = organisation.person(), []
    page.on("request", lambda request: seen.append(request.url))
    sign_in(page, "an")
    back = next(url for url in seen if "/aanmelden/extern/terug" in url)
    assert "id_token" not in back and "access_token" not in back
    other = organisation.person()
    for one in (other, page):
        assert one.goto(back).status == 400
        assert "in een andere browser begonnen" in one.locator("#inhoud").inner_text()
    other.goto("/mijn-gegevens")
    assert "/aanmelden" in other.url
    for one in (page, other):
        one.context.close()


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA"])
def test_each_allowed_algorithm_of_a_real_provider_is_taken(browser, tmp_path, alg):
    organisation = Organisation(tmp_path, browser)
    provider = organisation.provider(alg)
    page = organisation.person()
    assert FIRST["naam"] in sign_in(page, "noor")
    page.context.close()
    provider.close()
    assert organisation.site.node.stop() == 0


def test_a_provider_that_is_away_shuts_out_all_but_the_emergency_password(browser, tmp_path):
    organisation = Organisation(tmp_path, browser, "passwords = false\n")
    page = organisation.person()
    page.goto("/aanmelden")
    assert page.locator("#wachtwoord").count() == 0
    page.get_by_role("link", name="Aanmelden met Linde-account").click()
    assert "antwoordt nu niet goed" in page.locator("#inhoud").inner_text()
    assert accessible(page) == []
    page.goto("/aanmelden")
    assert accessible(page) == []
    page.get_by_role("link", name=re.compile("noodwachtwoord")).click()
    assert accessible(page) == []
    page.fill("#email", FIRST["email"])
    page.fill("#wachtwoord", FIRST["wachtwoord"])
    page.get_by_role("button", name="Aanmelden met wachtwoord").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    page.context.close()
    assert organisation.site.node.stop() == 0
