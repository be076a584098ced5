"""The pages, as people use them: Debian's Chromium, driven by Playwright, with axe-core on every page that is looked at."""

import os
import re
import time
from contextlib import contextmanager

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from harness.node import ROOT, Node

# Chromium looks things up on the internet by itself; none of that here.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
# With this variable set, the pages that are looked at are also kept as pictures for the documentation.
SCREENS = ROOT / "docs" / "screens" if os.environ.get("SLUIS_SCREENS") else None
AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

ORGANISATION = "Huisartsenpraktijk De Linde"
FIRST = {"naam": "Noor Haddad", "email": "noor@linde.example", "wachtwoord": "vier losse woorden samen"}


@contextmanager
def chromium():
    """A running browser."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Site:
    """A node with an organisation that is set up, or not yet."""

    def __init__(self, folder, settings, **options):
        self.node = Node(folder, settings, **options).start()
        end = time.monotonic() + 10
        while not (found := re.search(rb"http://\S+/opzetten/\w{32}\b", b"".join(self.node.printed))):
            assert time.monotonic() < end, "no link for setting up was printed"
            time.sleep(0.02)
        self.link = found.group().decode()

    @property
    def url(self):
        return self.node.url

    def person(self, browser, **options):
        """Somebody with a browser window of their own."""
        # Without motion: a colour that is still changing is not the colour that axe should judge.
        options = {"locale": "nl-NL", "reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(15_000)
        return context.new_page()

    def set_up(self, page, tools=("standin",)):
        """Fills in the first form: the organisation, the first person and the four fields."""
        page.goto(self.link)
        page.fill("#organisatie", ORGANISATION)
        for field, value in FIRST.items():
            page.fill(f"#{field}", value)
        choose(page, tools)
        page.fill("#aanspreekpunt", "Noor Haddad, kamer 2, toestel 12")
        page.fill("#geldt_voor", "Iedereen die voor de praktijk werkt, ook invallers en stagiairs")
        page.get_by_role("button", name="Beleid publiceren en beginnen").click()
        page.wait_for_url(re.compile(r"/mijn-gegevens/tweede-stap"))

    def begin(self, browser, **options):
        """Sets up and signs; `state` is then the browser of the first person."""
        page = self.person(browser)
        self.set_up(page, **options)
        sign(page)
        self.state = page.context.storage_state()
        page.context.close()

    def set_up_by_forms(self, tools):
        """The same as `set_up` without a browser, for tests that need none."""
        with httpx.Client(follow_redirects=True) as client:
            page = client.get(self.link).text
            value = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page).group(1) for name in ("_csrf", "ingang")}
            fields = {**FIRST, **value, "organisatie": ORGANISATION, "land": "nl", "chatbots": "ja", "toepassing": tools,
                      "aanspreekpunt": "Noor Haddad, toestel 12", "geldt_voor": "Iedereen die hier werkt"}
            answer = client.post(self.link, data=fields)
            assert answer.url.path == "/mijn-gegevens/tweede-stap", answer.text


def choose(page, tools):
    """Ticks these tools and no others."""
    for box in page.locator("input[name=toepassing]").all():
        if box.is_enabled():
            box.set_checked(box.get_attribute("value") in tools)


def sign(page):
    """Signs the policy that is in force."""
    page.goto("/beleid")
    page.locator("#tekenen input[type=checkbox]").check()
    page.locator("#tekenen button").click()
    page.locator("#tekenen").get_by_text(re.compile("Getekend|Signed")).wait_for()


def ask(page, text, model=None):
    """Asks a question on the chat page, and gives what then stands there."""
    page.goto("/vraag")
    if model:
        page.select_option("#model", label=model)
    page.fill("#vraag", text)
    page.locator("button[value=stuur]").click()
    page.locator("#stand").get_by_text(re.compile("klaar|niet|ready|not")).first.wait_for()
    return page.locator("#inhoud").inner_text()


def accessible(page, name=None):
    """What axe finds wrong with the page as it stands, in light and in dark."""
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for one in AXE.run(page, options=RULES).response["violations"]:
            places = [node["target"] for node in one["nodes"]]
            wrong.append(f"{page.url} {scheme}: {one['id']}: {one['help']} {places[:3]}")
    page.emulate_media(color_scheme="light")
    if SCREENS and name:
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
    return wrong
