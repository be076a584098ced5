#!/usr/bin/env python3
"""Makes the word lists in this folder from public sources; see NOTICE.md in the root for where those come from.

make.py SOURCES DUTCH_WORDS ENGLISH_WORDS

Every list is sorted, lower case, without diacritics, one entry a line: the form in which the lexicon looks words up.
special.txt, namesakes.txt (brands, characters, places) and figures.txt (people in public life) are kept by hand; this program never writes them.
"""
import pathlib, re, sys, unicodedata

SRC, DUTCH, ENGLISH = (pathlib.Path(p) for p in sys.argv[1:4])
OUT = pathlib.Path(__file__).parent
SINGLE = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ĳ": "ij", "’": "'", "ʼ": "'"}
PREFIX = set("van de der den ten ter te 't t 's s het in op aan bij uit over onder voor tot el al la le du des di da do dos das della von zu zur vom d l af a l' d' vd v/d v.d. e o i".split())


def fold(s):
    s = "".join(SINGLE.get(c, c) for c in s.lower())
    return "".join(c for c in unicodedata.normalize("NFD", s) if not unicodedata.combining(c))


def read(name): return (SRC / name).read_text(encoding="utf-8").splitlines()


def write(name, words):
    words = sorted(w for w in words if w)
    (OUT / name).write_text("\n".join(words) + "\n", encoding="utf-8")
    print(name, len(words), (OUT / name).stat().st_size)


def parts(name): return [p for p in re.split(r"[\s\-]+", fold(name)) if p]
ok = lambda w: re.fullmatch(r"[a-z']{2,}", w) and w not in PREFIX

common = {fold(l.split("\t")[0]) for l in read("names/nl-first-names.tsv")[1:]}
first = {p for l in read("names/nl-first-names-more.txt") + read("names/be-first-names.txt") for p in parts(l) if ok(p) and len(p) > 1}
first = {w for w in first if len(w) > 2 or w in {"jo", "bo", "mo", "el", "ed", "al", "li", "an", "ad", "ab", "wu", "yu", "ri", "cy", "ty"}}
top = {p for l in read("names/nl-surnames-top1000.tsv")[1:] for p in parts(l.split("\t")[0]) if ok(p)}
sur = {p for l in read("names/nl-surnames.txt") + read("names/be-surnames.txt") for p in parts(l) if ok(p) and len(p) > 2}
write("first-names-common.txt", {w for w in common if ok(w)})
write("first-names.txt", first - common)
write("surnames-common.txt", top)
write("surnames.txt", sur - top)

dutch = {w for w in DUTCH.read_text(encoding="utf-8").splitlines() if w and w[0].islower()}
english = {w for w in ENGLISH.read_text(encoding="utf-8").splitlines() if w and w[0].islower()}
names = common | first | top | sur
# First names that dictionaries list as words too, and that hardly anybody writes as words.
ONLY_NAMES = set("""aagje aaltje abel abraham adam amanda anita barend benjamin bob bram chris dirk ellen eva evertje geert geertje grietje hans harry hendrik jan jantje joep jonathan jozef karen kelly
    kim klaas koen lammert maarten marc maria marjolein martin mats mike nick pascal peter piet pietje rachel rik rob robbert robert robin sandy sara steven thomas ties trijntje wout wouter""".split())
seen = set()
for f in ("text/nl_alpino-ud-dev.conllu", "text/nl_alpino-ud-test.conllu"):
    for l in read(f):
        c = l.split("\t")
        if len(c) > 3 and c[3] != "PROPN": seen.add(c[1].lower())
words = set()
for w in dutch:
    f = fold(w)
    if re.fullmatch(r"[a-z]{2,}", f) and (f in names or len(f) <= 8 or w in seen): words.add(f)
words -= ONLY_NAMES
write("words-nl.txt", words)
words_en = {fold(w) for w in english if re.fullmatch(r"[a-z]{3,}", fold(w)) and (fold(w) in names or len(w) <= 6)}
words_en -= ONLY_NAMES
write("words-en.txt", words_en - words)

places = {" ".join(parts(l)) for l in read("places/nl-localities.txt") + read("places/be-localities.txt")}
for l in read("places/be-postcodes.txt"):
    n = l.split("\t")[1]
    for x in re.split(r"[()]", n): places.add(" ".join(parts(x)))
places = {p for p in places if re.fullmatch(r"[a-z' ]{2,}", p) and len(p) > 1}
write("places.txt", places)

SUFFIX = re.compile(r"(straat|laan|weg|plein|dijk|pad|hof|dreef|kade|singel|gracht|steeg|ring|baan|lei|markt|kamp|park|plantsoen|steenweg|wal|veld|akker|erf|meent|oord|berg|dwarsstraat|poort|brug|sluis|vaart|haven|plaats|horst|burg|donk|heuvel|hoek|kant|werf|boulevard|allee|wijk|stede|steeg|stein|esch|es|land|waard|weide|polder|kouter|tuin|gaard|zoom|rand|bos|woud|hout|dal|wei|brink|loop|beek|sloot|meer|zijde|zicht|lust|rode|rade|donk|rijt|straatje|pleintje|paadje|laantje|weegje|drift|dam|kolk|wiel|gang|gat|diep|hil|bergen|dorp|einde|eind|heide|hei|huis|huizen|hoeve|molen|toren|kerk|tra|ven|vennen|meers|kens|aard|aart|wegel|vest|veste)$")
FRENCH = re.compile(r"^(rue|avenue|place|chaussee|boulevard|allee|quai|chemin|impasse|square|clos|route|voie|sentier|cite|ruelle|drève|dreve|cour|cours|passage|residence|thier|venelle|rond|parc|au|aux|a|sur|sous|en|les|le|la|l'|pre|montagne|champ|bois)\b")
streets = set()
for l in read("places/nl-streets.txt") + read("places/be-streets.txt"):
    p = " ".join(parts(l.replace('"', "")))
    if not re.fullmatch(r"[a-z' ]{4,24}", p) or SUFFIX.search(p) or FRENCH.search(p): continue
    w = p.split()
    if len(w) == 1 and (w[0] in words or w[0] in words_en): continue
    if len(w) > 3: continue
    streets.add(p)
write("streets.txt", streets)

sub = {" ".join(parts(l.split("\t")[1])) for l in read("health/nl-medicine-substances.tsv")[1:] if "_" not in l.split("\t")[0]}
brand = {parts(l.split("\t")[0])[0] for l in read("health/nl-medicine-products.tsv")[1:] if parts(l.split("\t")[0])}
med = {w for w in sub | brand if re.fullmatch(r"[a-z]{5,}", w) and w not in words and w not in words_en and w not in names and w not in places}
med |= {w for w in sub if re.fullmatch(r"[a-z]{6,}", w) and w not in {"water", "alcohol", "suiker", "zuurstof", "lucht", "ethanol"} and (w not in words or w.endswith(("ine", "on", "ol", "il", "aat", "am", "ide")))}
write("medicines.txt", med)

# People after whom at least three kinds of street are named ("Albert Einsteinlaan", "-straat", "-plein"), unless the surname is a common one.
NAMED = re.compile(r"(straat|laan|weg|plein|pad|hof|dreef|kade|singel|plantsoen|park|steeg|dijk|boulevard|brug|straatje|pleintje|school|baan|ring|gracht|erf|tuin|rode|plaats|lei)$")
ends = {}
for l in read("places/nl-streets.txt") + read("places/be-streets.txt"):
    p = fold(l.strip())
    m = NAMED.search(p)
    w = [x for x in re.split(r"[\s\-]+", p[:m.start()].strip()) if x] if m else []
    if len(w) > 1 and w[0] in common | first and w[0] not in PREFIX and all(re.fullmatch(r"[a-z']+", x) for x in w):
        ends.setdefault(" ".join(w), set()).add(m.group(1))
hand = set((OUT / "namesakes.txt").read_text().splitlines()) | set((OUT / "figures.txt").read_text().splitlines())
write("figures-streets.txt", {n for n, e in ends.items() if len(e) > 2 and (t := n.split()[-1]) not in top | common | first and len(t) > 3} - hand - {"lieve vrouwen", "gulden sporen"})
