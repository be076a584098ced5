"""Another version of an item for every epoch: other people, places and numbers, and the damage that text at work has.

Everything works on segments ([text, kind]), so marks stay where they belong whatever happens to the text around them.
"""
import random
import re
import unicodedata

import lists
import values

NUMBERS = set(values.NEW) - {"credential", "ip_address"}
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]{2,})?\.?")
PEOPLE = ("person", "@person")


def like(old, new):
    """The new word in the case of the old one."""
    if len(old.strip(".")) > 1 and old.isupper():
        return new.upper()
    return new.lower() if old.islower() else new


def plain(word):
    """As a name stands in an address of mail."""
    flat = unicodedata.normalize("NFKD", word.lower().replace("ø", "o").replace("ł", "l").replace("ß", "ss").replace("ı", "i"))
    return re.sub(r"[^a-z]", "", flat)


class Cast:
    """Who is renamed to whom in one document."""

    def __init__(self, r, belgian):
        self.r, self.belgian = r, belgian
        self.words, self.initials, self.other = {}, {}, {}

    def role(self, word, at, words, comma):
        low = word.lower()
        if at == len(words) - 1 and len(words) > 1 and not comma:
            return lists.SUR
        if comma is not None and comma > 0 and at < comma:
            return lists.SUR
        if len(words) == 1:
            known = low in lists.FIRST_NAMES
            return lists.FIRST if known and not (low in lists.COMMON_SUR and self.r.random() < 0.5) else lists.SUR
        return lists.FIRST if low in lists.FIRST_NAMES or at == 0 else lists.SUR

    def learn(self, name):
        found = [m for m in WORD.finditer(name)]
        words = [m[0].rstrip(".") for m in found]
        comma = next((i for i, m in enumerate(found) if m.start() > name.find(",")), None) if "," in name else None
        solid = [w for w in words if len(w) > 1 and w.lower() not in lists.PREFIXES]
        for at, word in enumerate(words):
            low = word.lower()
            if len(word) < 2 or low in lists.PREFIXES or low in self.words:
                continue
            source = self.role(word, solid.index(word), solid, comma)
            new = source.draw(self.r)
            for _ in range(3):
                if " " not in new and len(new) < 20:
                    break
                new = source.draw(self.r)
            if source is lists.SUR and at and words[at - 1].lower() not in lists.PREFIXES and self.r.random() < 0.15:
                new = self.r.choice(lists.PREFIX_RUNS) + " " + new
            self.words[low] = new
            if source is lists.FIRST:
                self.initials.setdefault(low[0], new[0].upper())

    def name(self, name):
        def one(m):
            word = m[0].rstrip(".")
            low, dot = word.lower(), m[0][len(word):]
            if low in self.words:
                return like(word, self.words[low]) + dot
            if len(word) == 1:
                new = self.initials.setdefault(low, self.r.choice("ABCDEFGHIJKLMNOPRSTVWYZ"))
                return like(word, new) + dot if word.islower() else new + dot
            return m[0]

        return WORD.sub(one, name)

    def handle(self, value):
        """The same people inside addresses of mail and user names."""
        low = value.lower()
        for old in sorted(self.words, key=len, reverse=True):
            flat = plain(old)
            if len(flat) >= 3 and flat in low:
                new = plain(self.words[old])
                at = low.find(flat)
                piece = value[at:at + len(flat)]
                value = value[:at] + (new.capitalize() if piece[:1].isupper() and not piece.isupper() else new.upper() if piece.isupper() else new) + value[at + len(flat):]
                low = value.lower()
        return re.sub(r"\d", lambda m: self.r.choice("0123456789"), value) if self.r.random() < 0.5 else value

    def same(self, kind, old, make):
        key = (kind, re.sub(r"\W", "", old.lower()))
        if key not in self.other:
            self.other[key] = make()
        return self.other[key]


def street(text, cast):
    m = re.match(r"(\D*?)([\s,]*\d.*)?$", text, re.S)
    if not m or not m[1].strip() or m[1].count(" ") > 4:
        return values.only_digits(text, cast.r)
    pick = lists.STREET_BE if cast.belgian else lists.STREET_NL
    new = cast.same("street", m[1], lambda: pick.draw(cast.r))
    number = re.sub(r"\d+", lambda d: str(cast.r.randrange(1, 10 ** min(3, len(d[0])))) if len(d[0]) < 4 else d[0], m[2] or "")
    return like(m[1], new) + number


def recast(segments, r, lang):
    """Other people, places and numbers, the same ones throughout the document."""
    cast = Cast(r, "BE" in lang or r.random() < 0.1)
    people = [t for t, k in segments if k in PEOPLE]
    for name in sorted(people, key=lambda t: -len(t.split())):
        cast.learn(name)
    out, city_odds, number_odds = [], r.random(), r.random()
    for text, kind in segments:
        if kind in PEOPLE:
            text = cast.name(text)
        elif kind in ("email", "username", "profile_url"):
            text = cast.handle(text)
        elif kind == "city" and city_odds < 0.8:
            pick = lists.CITY_BE if cast.belgian else lists.CITY_NL
            text = like(text, cast.same("city", text, lambda: pick.draw(r)))
        elif kind == "address" and city_odds < 0.8:
            text = street(text, cast)
        elif kind in values.NEW and number_odds < 0.9:
            text = cast.same(kind, text, lambda: values.NEW[kind](text, r)) if kind != "birth_date" else values.date(text, r)
        out.append([text, kind])
    return out


def medicine(segments, r):
    known = set(lists.MEDICINES)
    swap = lambda m: like(m[0], r.choice(lists.MEDICINES)) if m[0].lower() in known else m[0]
    return [[re.sub(r"[A-Za-z]{7,18}", swap, t), k] if k in (None, "health") else [t, k] for t, k in segments]


def each(segments, change, kinds=None):
    return [[change(t) if kinds is None or k in kinds else t, k] for t, k in segments]


def bare(text):
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))) \
        if not text.isascii() else text


def wrap(segments, r):
    """Lines of a width, as from a mail program or a PDF: also in the midst of names and numbers."""
    width, column, out = r.randrange(28, 80), 0, []
    for text, kind in segments:
        new = []
        for c in text:
            column = 0 if c == "\n" else column + 1
            if c == " " and column >= width:
                c, column = "\n", 0
            new.append(c)
        out.append(["".join(new), kind])
    return out


MISREAD = [("l", "1"), ("o", "0"), ("rn", "m"), ("m", "rn"), ("e", "c"), ("i", "l"), ("ij", "y"), ("t", "f"), ("u", "n"), ("S", "5"), ("B", "8")]


def typo(text, r, odds):
    def one(m):
        w = m[0]
        if r.random() > odds or len(w) < 4:
            return w
        i = r.randrange(1, len(w) - 1)
        how = r.randrange(5)
        if how == 0:
            return w[:i] + w[i + 1:]
        if how == 1:
            return w[:i] + w[i + 1] + w[i] + w[i + 2:]
        if how == 2:
            return w[:i] + w[i] + w[i:]
        if how == 3:
            return w[:i] + r.choice("eaionrtslm") + w[i + 1:]
        a, b = r.choice(MISREAD)
        return w.replace(a, b, 1)

    return re.sub(r"[^\W\d_]+", one, text)


def respace(text, r):
    """Other separators between the groups of a number."""
    new = r.choice(["", " ", "\u00a0", "-", ".", "  ", "\t" if len(text) < 14 else " "])
    if r.random() < 0.15:
        return " ".join(text[i:i + 3] for i in range(0, len(text), 3)) if text.isdigit() else text
    return re.sub(r"(?<=\w)[ .\-](?=\w)", new, text)


def damage(segments, r):
    roll = r.random
    if roll() < 0.05:
        segments = each(segments, lambda t: respace(t, r), NUMBERS - {"birth_date", "postcode"})
    if roll() < 0.05:
        odds = r.choice([0.03, 0.08])
        segments = each(segments, lambda t: typo(t, r, odds), {None, "health", "organisation"})
        segments = each(segments, lambda t: typo(t, r, odds), {"person", "city", "address", "@person"})
    if roll() < 0.04:
        drop = r.choice([".,;:!?", ".,", ",;:()"])
        segments = each(segments, lambda t: "".join(c for c in t if c not in drop), {None, "person"})
    if roll() < 0.05:
        segments = each(segments, bare)
    case = roll()
    if case < 0.13:
        segments = each(segments, str.lower)
    elif case < 0.16:
        segments = each(segments, str.upper)
    elif case < 0.20:
        # Only the names lose their capitals: quickly typed.
        segments = each(segments, str.lower, {"person", "city", "address"})
    line = roll()
    if line < 0.08:
        segments = wrap(segments, r)
    elif line < 0.12:
        segments = each(segments, lambda t: re.sub(r"\s*\n\s*", " ", t))
    return [s for s in segments if s[0]]


def item(source, epoch, seed=0):
    """The version of an item for an epoch; the first epoch of half of the items is what was written."""
    r = random.Random(f"{seed}/{epoch}/{source['id']}")
    segments = [list(s) for s in source["segments"]]
    if r.random() < (0.9 if source["kind"] == "written" else 0.4):
        segments = recast(segments, r, source["lang"])
    if r.random() < 0.3:
        segments = medicine(segments, r)
    segments = damage(segments, r)
    return {**source, "segments": segments}


def join(a, b, r):
    """Two short items as one text, as when somebody pastes one thing under another."""
    gap = r.choice(["\n\n", "\n---\n", "\n\n\n", "\n====\n", " ", "\n"])
    both = None if a["special"] is None or b["special"] is None else sorted({*a["special"], *b["special"]})
    return {**a, "id": a["id"] + "&" + b["id"], "segments": a["segments"] + [[gap, None]] + b["segments"], "special": both}
