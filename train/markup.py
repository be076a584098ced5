"""Reads the marked-up training texts: markup.py [FILES] reports what is in them and which numbers fail their check digits.

A file is blocks between lines of "====": header lines "key: value", an empty line, and the text with marks «KIND|value».
A block that cannot be read is reported and left out; the others stay usable.
"""
import collections
import pathlib
import re
import sys

NAMES = {"PERSON": "person", "FIGURE": "figure", "ADDRESS": "address", "POSTCODE": "postcode", "CITY": "city", "EMAIL": "email",
         "PHONE": "phone", "BSN": "bsn", "NRN": "nrn", "IBAN": "iban", "CARD": "card", "DOB": "birth_date", "PLATE": "licence_plate",
         "IDDOC": "id_document", "PATIENTNR": "patient_number", "CUSTOMERNR": "customer_number", "IP": "ip_address",
         "USERNAME": "username", "PROFILE": "profile_url", "SECRET": "credential", "ORG": "organisation"}
SPECIAL = ["health", "ethnicity", "religion", "politics", "union", "sexuality", "genetic", "biometric", "criminal"]
NAMES |= {name.upper(): name for name in SPECIAL}
VERDICTS = {"allow", "pseudonymise", "block", "any"}
MARK = re.compile(r"«([A-Z]+)\|([^«»]*)»")


def digits(value):
    return [int(c) for c in value if c.isdigit()]


def bsn(value):
    """The eleven test: weights 9 to 2, and -1 for the last digit."""
    d = digits(value)
    d = [0] * (9 - len(d)) + d
    return len(d) == 9 and any(d) and (sum((9 - i) * d[i] for i in range(8)) - d[8]) % 11 == 0


def nrn(value):
    """The last two digits are 97 minus the rest of the first nine by 97; of those born from 2000 on with a 2 in front."""
    d = "".join(map(str, digits(value)))
    return len(d) == 11 and int(d[9:]) in (97 - int(d[:9]) % 97, 97 - int("2" + d[:9]) % 97)


def iban(value):
    """The country and its check digits behind the rest, letters as numbers from 10: one more than a multiple of 97."""
    v = "".join(c for c in value.upper() if c.isalnum())
    return len(v) > 14 and int("".join(str(int(c, 36)) for c in v[4:] + v[:4])) % 97 == 1


def luhn(value):
    """Every second digit from the right counts double, digit by digit."""
    total = 0
    for n, d in enumerate(reversed(digits(value))):
        total += d if n % 2 == 0 else d * 2 - 9 * (d > 4)
    return total % 10 == 0


CHECKS = {"bsn": bsn, "nrn": nrn, "iban": iban, "card": luhn}


def block(raw):
    """One item of a block, and what is wrong with it."""
    head, gap, body = raw.strip("\n").partition("\n\n")
    if not gap:
        return None, ["no empty line under the head"]
    meta = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in head.splitlines())}
    wrong = [f"no {key}" for key in ("id", "verdict") if key not in meta]
    special = [s for s in re.split(r"[,\s]+", meta.get("special", "")) if s not in ("", "-")]
    wrong += [f"unknown category {s}" for s in special if s not in SPECIAL]
    if meta.get("verdict", "any") not in VERDICTS:
        wrong.append(f"unknown verdict {meta['verdict']}")
    text, spans, at, soft = "", [], 0, []
    for mark in MARK.finditer(body):
        text += body[at:mark.start()]
        kind, value = NAMES.get(mark[1]), mark[2]
        at = mark.end()
        if not kind:
            wrong.append(f"unknown kind {mark[1]}")
            continue
        check = CHECKS.get(kind)
        if check and not check(value):
            soft.append(f"{kind} {value!r} fails its check digits")
        # Marks that reach over spaces at their ends would teach the model to.
        lead, core = len(value) - len(value.lstrip()), value.strip()
        spans.append({"start": len(text) + lead, "end": len(text) + lead + len(core), "kind": kind})
        text += value
    text += body[at:]
    if re.search(r"«[A-Z]+\||«|»", text):
        soft.append("a stray mark")
        if re.search(r"«[A-Z]+\|", text):
            wrong.append("a mark without end or within another")
    item = {"id": meta.get("id", "?"), "lang": meta.get("lang", "nl"), "domain": meta.get("domain", ""), "special": special,
            "verdict": meta.get("verdict", "any"), "text": text, "spans": [s for s in spans if s["end"] > s["start"]]}
    return (None if wrong else item), wrong + soft


def read(path):
    """The items of a file and the complaints about it."""
    items, wrong, seen = [], [], set()
    for n, raw in enumerate(re.split(r"^====[ \t]*$", pathlib.Path(path).read_text(encoding="utf-8"), flags=re.M)):
        if not raw.strip():
            continue
        item, complaints = block(raw)
        name = item["id"] if item else f"block {n}"
        wrong += [f"{name}: {c}" for c in complaints]
        if item:
            if name in seen:
                wrong.append(f"{name}: twice")
                item["id"] = f"{name}+{n}"
            seen.add(item["id"])
            items.append(item)
    return items, wrong


def main(paths):
    bad = 0
    for path in paths or sorted(pathlib.Path(__file__).parent.glob("text/*.txt")):
        items, wrong = read(path)
        kinds = collections.Counter(s["kind"] for i in items for s in i["spans"])
        clean = sum(not i["spans"] for i in items)
        print(f"{pathlib.Path(path).name}: {len(items)} items, {clean} clean, {sum(len(i['text'].split()) for i in items)} words; "
              + ", ".join(f"{k} {n}" for k, n in kinds.most_common()))
        for line in wrong:
            print("   ", line)
        bad += len(wrong)
    return bad


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
