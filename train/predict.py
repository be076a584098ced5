"""Findings of rules, model, or both, in the form that score.py reads: predict.py RUN GOLD.jsonl OUT.jsonl [rules|model|both]"""
import json
import re
import sys

import numpy as np
import torch

import data
import labels as L
import lists
import model as M

SPECIAL = set(L.CATEGORIES)
SILENT = {"figure", "organisation"}
DIRECT = [k for k in L.KINDS if k not in SPECIAL and k not in SILENT]
# Findings of the rules that the model may take back.
DOUBTFUL = {"person", "city", "address", "organisation", "username", "customer_number", "phone", "licence_plate", "postcode", "id_document",
            "patient_number", "ip_address"}
TITLES = {"dr", "drs", "ir", "ing", "mr", "prof", "dhr", "mw", "mevr", "mevrouw", "meneer", "de heer", "heer", "ds", "mrs", "ms", "miss", "mme", "m", "herr", "frau",
          "monsieur", "madame", "jhr", "bc", "msc", "bsc", "ma", "ba", "dokter", "meester", "juf", "juffrouw"}
# How sure the model must be of a piece of each kind to add it, and how sure that there is nothing to take a rule's finding back.
THETA = {k: 0.5 for k in L.KINDS}
# And of the surest piece of what it adds.
SURE = 0.5
# How clearly the clearest finding of a text must show that somebody is spoken of, for doubtful ones to count.
ALONE = 0.0
# A finding of the rules by its form alone counts as clear from this score on.
CLEAR = 0.8
LAMBDA = {k: 0.1 for k in DOUBTFUL} | {"special": 0.05, "figure": 0.5}
CATEGORY = {k: 0.5 for k in L.CATEGORIES}


def load(run, dtype=torch.float32):
    saved = torch.load(data.WORK / f"{run}.pt") if isinstance(run, str) else run
    state = saved["net"]
    net = M.Tagger(M.Shape(vocab=state["word.weight"].shape[0], layers=saved["layers"]))
    net.load_state_dict(state)
    return net.eval()


@torch.no_grad()
def probabilities(net, read, dtype=torch.bfloat16):
    """For each text the probability of each label per piece, and of each category."""
    parts = [(n, a, b) for n, pieces in enumerate(read) for a, b in data.windows(len(pieces)) if len(pieces)]
    parts.sort(key=lambda p: p[2] - p[1])
    prob = [np.zeros((len(p), L.COUNT), np.float32) for p in read]
    cats = [np.zeros(len(L.CATEGORIES), np.float32) for _ in read]
    at = 0
    while at < len(parts):
        n = 1
        while at + n < len(parts) and (n + 1) * (parts[at + n][2] - parts[at + n][1] + 2) <= 4096:
            n += 1
        group = parts[at:at + n]
        at += n
        batch = {k: torch.from_numpy(v) for k, v in data.collate([(read[i][a:b], None, None, 1) for i, a, b in group]).items()}
        logits, cat = net(batch["ids"], batch["flags"], batch["rules"], batch["forms"], batch["keep"], dtype)
        p, c = logits.float().softmax(-1).numpy(), cat.float().sigmoid().numpy()
        for row, (i, a, b) in enumerate(group):
            # Where windows overlap, each decides about the half that lies further inside it.
            lead = L.OVERLAP // 2 if a else 0
            tail = L.OVERLAP // 2 if b < len(read[i]) else 0
            prob[i][a + lead:b - tail] = p[row, 1 + lead:1 + b - a - tail]
            cats[i] = np.maximum(cats[i], c[row])
    return prob, cats


def by_kind(prob):
    """[pieces, kinds]: a kind's probability is that of its two labels."""
    return prob[:, 1::2] + prob[:, 2::2]


def grow(text, start, end):
    """Whole words only: a part of a word that is left would tell the rest."""
    inside = lambda i: 0 <= i < len(text) and text[i].isalnum()
    while start > 0 and inside(start) and inside(start - 1):
        start -= 1
    while inside(end - 1) and inside(end):
        end += 1
    return start, end


def trim(text, start, end, kind):
    """Without the marks and titles around it, and a name without a glued genitive."""
    strip = " \t\r\n,;:!?\"'|*<>[]{}=/\\" + ("()" if kind in ("person", "city") else "")
    while start < end and text[start] in strip:
        start += 1
    while start < end and text[end - 1] in strip:
        end -= 1
    if kind == "person":
        while True:
            m = re.match(r"([^\W\d_]+)\.?\s+", text[start:end])
            if not m or m[1].lower() not in TITLES or len(m[1]) == 1:
                break
            start += m.end()
        if text[start:end].endswith(("'s", "’s")):
            end -= 2
    while start < end and text[start:end].count("(") != text[start:end].count(")") and text[start] in "()":
        start += 1
    while start < end and text[start:end].count("(") != text[start:end].count(")") and text[end - 1] in "()":
        end -= 1
    return start, end


# A span without these is not what it is taken for: kind → fewest digits.
DIGITS = {"birth_date": 3, "phone": 6, "bsn": 7, "nrn": 8, "iban": 6, "card": 10, "postcode": 4, "customer_number": 3, "patient_number": 3,
          "id_document": 3, "ip_address": 2, "licence_plate": 1}
MONTH = re.compile(r"(?i)\b(jan|feb|maa|mrt|mar|apr|mei|may|jun|jui|jul|aug|ao[uû]|sep|o[ck]t|nov|de[cz]|f[eé]v|d[eé]c|mai|twee|negen|zes|zeven|acht|vijf|vier|drie|een)")


def plausible(value, kind):
    """Whether the value can be of the kind at all; where not, the model saw a ghost."""
    digits = sum(c.isdigit() for c in value)
    if kind == "birth_date":
        return digits >= 3 and len(value) < 40 and not re.fullmatch(r"\d+[.,]\d\d|\d{3}|\d{5,}", value) or bool(MONTH.search(value))
    if kind == "email":
        return len(value) > 5 and bool(re.search(r"(?i)\S@|%40|[\[(]at[\])]|\b(at|ät|apenstaart\w*|apestaart\w*|arobase|klammeraffe)\b", value))
    if kind in ("person", "city"):
        return any(c.isalpha() for c in value) and digits <= len(value) // 3
    if kind in DIGITS and digits < DIGITS[kind]:
        # Numbers written in words have no digits at all.
        return digits == 0 and kind in ("phone", "bsn", "iban", "customer_number") and len(value) > 12
    return not (kind == "customer_number" and re.fullmatch(r"\d+[.,]\d\d", value))


def spans(text, pieces, prob, theta):
    """Runs of pieces that the model takes for one kind. What it hides matters more than what it is called: the kinds that identify are weighed together."""
    kinds = by_kind(prob)
    direct = [L.KINDS.index(k) for k in DIRECT]
    together = kinds[:, direct].sum(1) + theta.get("figure as person", 0.0) * kinds[:, L.KINDS.index("figure")]
    best = np.array(direct)[kinds[:, direct].argmax(1)]
    on = together >= np.array([theta[k] for k in L.KINDS])[best]
    out, last = [], -2
    for n in np.flatnonzero(on):
        kind, label = L.KINDS[best[n]], 1 + 2 * best[n]
        begins = prob[n, label] > prob[n, label + 1] and pieces["id"][n] != L.END
        if last == n - 1 and out[-1][2] == kind and not begins:
            out[-1][1], out[-1][3] = int(pieces["end"][n]), max(out[-1][3], float(together[n]))
        else:
            out.append([int(pieces["start"][n]), int(pieces["end"][n]), kind, float(together[n])])
        last = n
    # Wide gaps are the borders of columns.
    out = [[start + m.start(), start + m.end(), kind, p] for start, end, kind, p in out
           for m in (re.finditer(r"\S+(?:\s{1,2}\S+)*", text[start:end]) if kind in ("person", "city") else re.finditer(r"(?s).+", text[start:end]))]
    done = []
    for start, end, kind, p in out:
        start, end = grow(text, start, end)
        start, end = trim(text, start, end, kind)
        if end > start and p >= SURE and plausible(text[start:end], kind) and (end - start > 1 or kind == "person"):
            done.append([start, end, kind, p])
    return done


def specials(pieces, prob, theta):
    """Spans of the special categories."""
    kinds, out = by_kind(prob), []
    for k in L.CATEGORIES:
        on = kinds[:, L.KINDS.index(k)] >= theta[k]
        if not on.any():
            continue
        for n in np.flatnonzero(on):
            if out and out[-1][2] == k and n and on[n - 1]:
                out[-1][1] = int(pieces[n]["end"])
            else:
                out.append([int(pieces[n]["start"]), int(pieces[n]["end"]), k, float(kinds[n, L.KINDS.index(k)])])
    return out


def remembered(text, found):
    """Names that the model is sure of are sought in the whole text: whole, and word by word where the word is no ordinary one."""
    out, seen = [], set()
    for start, end, kind, score in found:
        if kind != "person" or score < 0.9:
            continue
        name = text[start:end]
        words = [w for w in re.findall(r"[^\W\d_][^\W\d_'’]+", name) if len(w) > 2 and w[0].isupper() and w.lower() not in lists.words_nl
                 and w.lower() not in lists.PREFIXES]
        for word in {*words, *([name] if len(name) > 5 and " " in name else [])} - seen:
            seen.add(word)
            for m in re.finditer(r"(?<!\w)" + re.escape(word) + r"(?!\w)", text):
                out.append([m.start(), m.end(), "person", 0.6])
    return out


def merge(text, found):
    """Later findings give way to earlier ones; a name or address keeps what sticks out."""
    taken, out = np.zeros(len(text) + 1, bool), []
    for start, end, kind, score in found:
        if kind in SPECIAL or kind in SILENT:
            out.append([start, end, kind, score])
            continue
        free = [i for i in range(start, end) if not taken[i]]
        if not free:
            continue
        if len(free) < end - start:
            # The longest free part, if it holds more than marks.
            runs = np.split(free, np.flatnonzero(np.diff(free) > 1) + 1)
            for run in runs:
                a, b = trim(text, int(run[0]), int(run[-1]) + 1, kind)
                if sum(c.isalnum() for c in text[a:b]) >= 2:
                    out.append([a, b, kind, score])
                    taken[a:b] = True
            continue
        out.append([start, end, kind, score])
        taken[start:end] = True
    return sorted(out)


def clarity(found, pieces, direct, mine):
    """How clearly a finding shows that somebody is spoken of: a number with a form of its own fully, the rest as the model sees it."""
    start, end, kind, score = found
    if kind in SPECIAL or kind in SILENT:
        return 0.0
    if found not in mine and kind not in DOUBTFUL and score >= CLEAR:
        return 1.0
    return float(direct[(pieces["start"] < end) & (pieces["end"] > start)].max(initial=0))


def combine(text, pieces, rules, prob, cats, how="both", theta=THETA, lam=LAMBDA, category=CATEGORY, alone=ALONE):
    """All findings of a text and its special categories."""
    kinds = by_kind(prob) if prob is not None else None
    kept = []
    if how != "model":
        for start, end, kind, score in rules:
            if how == "both" and (kind in DOUBTFUL or kind in SPECIAL) and len(pieces):
                over = (pieces["start"] < end) & (pieces["end"] > start)
                # A special finding is believed while the model sees the category in the text or its words.
                if kind in SPECIAL:
                    i = L.CATEGORIES.index(kind)
                    sure = max(float(cats[i]), float(kinds[over, L.KINDS.index(kind)].max(initial=0)))
                    if sure < lam["special"]:
                        continue
                else:
                    sure = kinds[over][:, [L.KINDS.index(k) for k in DIRECT]].sum(1).max(initial=0)
                    if kind == "person":
                        # Somebody in public life is still somebody; the rules have a list of their own of whom they leave alone.
                        sure += lam.get("figure", 0.0) * kinds[over, L.KINDS.index("figure")].max(initial=0)
                    if sure < lam[kind]:
                        continue
            kept.append([start, end, kind, score])
    if how != "rules":
        mine = spans(text, pieces, prob, theta)
        direct = kinds[:, [L.KINDS.index(k) for k in DIRECT]].sum(1)
        for m in mine:
            # "Jansen" and "Piet" of the rules are one name to the model, comma and all: what both call by one kind becomes one. What the
            # rules have beyond it stays if the model sees anything in it.
            for rule in [k for k in kept if k[2] == m[2] and k[2] in DOUBTFUL and k[0] < m[1] and k[1] > m[0]]:
                beyond = lambda a, b: b > a and direct[(pieces["start"] < b) & (pieces["end"] > a)].max(initial=0) >= 0.02
                start = rule[0] if beyond(rule[0], m[0]) else m[0]
                end = rule[1] if beyond(m[1], rule[1]) else m[1]
                m[0], m[1], m[3] = min(start, m[0]), max(end, m[1]), max(m[3], rule[3])
                kept.remove(rule)
        kept += mine
        together = direct + theta.get("figure as person", 0.0) * kinds[:, L.KINDS.index("figure")]
        if alone and how == "both" and not any(clarity(f, pieces, together, mine) >= alone for f in kept):
            kept = [f for f in kept if f[2] in SPECIAL or f not in mine and f[2] not in DOUBTFUL]
        kept += remembered(text, kept)
        kept += specials(pieces, prob, theta)
    found = merge(text, kept)
    special = {f[2] for f in found if f[2] in SPECIAL}
    if how != "rules":
        special = {f[2] for f in found if f[2] in SPECIAL and (how == "rules" or f in kept)}
        special |= {k for k, c in zip(L.CATEGORIES, cats) if c >= category[k]}
    return found, sorted(special)


def verdict(found, special):
    if special or any(k == "credential" for _, _, k, _ in found):
        return "block"
    return "pseudonymise" if any(k in DIRECT for _, _, k, _ in found) else "allow"


def run(net, gold, how="both", settings=None, dtype=torch.bfloat16):
    read = data.read([g["text"] for g in gold], findings=True)
    prob, cats = probabilities(net, [p for p, _ in read], dtype) if net is not None else ([None] * len(gold),) * 2
    return compose(gold, read, prob, cats, how, settings)


def compose(gold, read, prob, cats, how="both", settings=None):
    out = []
    for g, (pieces, rules), p, c in zip(gold, read, prob, cats):
        found, special = combine(g["text"], pieces, rules, p, c, how, **(settings or {}))
        out.append({"id": g["id"], "findings": [{"start": s, "end": e, "kind": k, "score": round(float(x), 3)} for s, e, k, x in found],
                    "special": special, "verdict": verdict(found, special)})
    return out


def jsonl(path):
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


if __name__ == "__main__":
    name, source, target, *how = sys.argv[1:]
    how = how[0] if how else "both"
    settings = json.loads((data.WORK / "settings.json").read_text()) if (data.WORK / "settings.json").exists() else None
    found = run(None if how == "rules" else load(name), jsonl(source), how, settings)
    with open(target, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(x, ensure_ascii=False) + "\n" for x in found)
