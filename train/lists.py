"""Names, places and medicines to swap in, drawn partly by how often they occur and partly from the long tail."""
import bisect
import itertools
import pathlib
import re

import corpus

NAMES, PLACES, HEALTH = (corpus.DATA / d for d in ("names", "places", "health"))
DETECT = pathlib.Path(__file__).resolve().parents[1] / "crates" / "detect" / "data"
PREFIXES = {"van", "de", "der", "den", "het", "ter", "ten", "te", "vd", "v.d", "v", "d", "in", "op", "el", "al", "ben", "bin", "ibn", "du",
            "le", "la", "les", "des", "von", "zu", "dos", "da", "di", "del", "della", "van't", "vande", "vander", "aan", "bij", "uit", "'t", "t",
            "'s", "s", "ait", "ould", "abu", "st", "af", "onder", "over", "tot"}


def lines(path, skip=0):
    return path.read_text(encoding="utf-8").splitlines()[skip:]


class Weighted:
    """Draws by weight."""

    def __init__(self, pairs):
        self.values = [v for v, _ in pairs]
        self.sums = list(itertools.accumulate(w for _, w in pairs))

    def draw(self, r):
        return self.values[bisect.bisect(self.sums, r.random() * self.sums[-1])]


class Mixed:
    """Draws from several lists, each with its share."""

    def __init__(self, *shares):
        self.shares = [(s, x if isinstance(x, Weighted) else Weighted([(v, 1) for v in x])) for s, x in shares if x]

    def draw(self, r):
        at = r.random() * sum(s for s, _ in self.shares)
        for share, values in self.shares:
            at -= share
            if at <= 0:
                return values.draw(r)
        return self.shares[-1][1].draw(r)


def core(surname):
    """A surname without the small words before it."""
    words = surname.split()
    while len(words) > 1 and words[0].lower().rstrip(".") in PREFIXES:
        words = words[1:]
    return " ".join(words)


def single(names):
    return [n for n in names if " " not in n and len(n) > 1]


words_nl = set(lines(DETECT / "words-nl.txt"))
is_word = lambda name: name.lower() in words_nl
_first = [(n, int(c)) for n, _, c in (l.split("\t") for l in lines(NAMES / "nl-first-names.tsv", 1))]
_more = single(lines(NAMES / "nl-first-names-more.txt"))
_more = [n for n in _more if not n.isupper()]
_be_first = single(lines(NAMES / "be-first-names.txt"))
_sur = [(core(n), int(c)) for n, c in (l.split("\t") for l in lines(NAMES / "nl-surnames-top1000.tsv", 1))]
_all_sur = sorted({core(n) for n in lines(NAMES / "nl-surnames.txt")})
_be_sur = sorted({core(n) for n in lines(NAMES / "be-surnames.txt")})
_common = {n.lower() for n, _ in _sur}

# The frequent names, the long tail of all origins, and the names that are words besides: in the shares of the plan.
FIRST = Mixed((55, Weighted([(n, c ** 0.75) for n, c in _first])), (35, _be_first), (12, _more),
              (10, [n for n in _more + _be_first if is_word(n)]))
SUR = Mixed((45, Weighted([(n, c ** 0.75) for n, c in _sur])), (20, _all_sur), (30, _be_sur),
            (10, [n for n in _all_sur + [n for n, _ in _sur] * 8 if is_word(n)]))
FIRST_NAMES = {n.lower() for n, _ in _first} | {n.lower() for n in _be_first + _more}
COMMON_SUR = _common
PREFIX_RUNS = ["van", "de", "van der", "van den", "van de", "den", "ter", "ten", "el", "Van", "De", "Van de", "Van den", "Vanden", "van 't"]

_place = lambda name: [re.sub(r"\s*\(.*\)", "", l.split("\t")[-1]) for l in lines(PLACES / name)]
CITY_NL = Mixed((70, _place("nl-localities.txt")), (30, ["Amsterdam", "Rotterdam", "Den Haag", "Utrecht", "Eindhoven", "Groningen", "Tilburg",
    "Almere", "Breda", "Nijmegen", "Apeldoorn", "Arnhem", "Haarlem", "Enschede", "Amersfoort", "Zwolle", "Leiden", "Maastricht", "Zaandam",
    "Dordrecht", "Delft", "Deventer", "Alkmaar", "Hoorn", "Venlo", "Leeuwarden", "Assen", "Emmen", "Den Bosch", "Middelburg"]))
CITY_BE = Mixed((70, _place("be-localities.txt")), (20, _place("be-postcodes.txt")), (30, ["Antwerpen", "Gent", "Brugge", "Leuven", "Brussel",
    "Mechelen", "Aalst", "Hasselt", "Kortrijk", "Genk", "Oostende", "Sint-Niklaas", "Roeselare", "Turnhout", "Luik", "Schaarbeek", "Anderlecht"]))
STREET_NL = Mixed((100, [l for l in lines(PLACES / "nl-streets.txt") if 4 < len(l) < 34 and l[0].isupper()]))
STREET_BE = Mixed((100, [l for l in lines(PLACES / "be-streets.txt") if 4 < len(l) < 34 and l[0].isupper()]))
MEDICINES = sorted({w.lower() for l in lines(HEALTH / "nl-medicine-substances.tsv", 1) for w in [l.split("\t")[1]]
                    if re.fullmatch(r"[A-Za-z]{7,18}", w)} - words_nl)
