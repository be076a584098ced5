"""Prints the tables for docs/benchmarks.md from the reports that `run` left: `table.py FOLDER`."""

import json
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1])
PINS = {
    pin.split("==")[0].split("[")[0]: pin.split("==")[1]
    for file in (Path(__file__).parent / "install").glob("*.txt") for pin in file.read_text().split()
}
PORTKEY = json.loads((Path(__file__).parent / "install/portkey.json").read_text())["dependencies"]
NAMES = {
    "direct": "no gateway",
    "litellm": "LiteLLM",
    "litellm-filter": "LiteLLM, content filter",
    "litellm-presidio": "LiteLLM, Presidio",
    "litellm-presidio-restore": "LiteLLM, Presidio, restoring",
    "portkey": "Portkey",
    "portkey-regex": "Portkey, patterns",
    "llm-shield-proxy": "LLM-Shield-Proxy",
    "llm-shield-proxy-answers": "LLM-Shield-Proxy, answers too",
    "sluis": "Sluis",
    "sluis-mask": "Sluis, answers too",
}
KINDS = ("EMAIL", "SSN", "CREDIT_CARD", "AWS_ACCESS_KEY_ID", "GITHUB_TOKEN", "SLACK_TOKEN")
SHORT = {"CARDPAN": "card", "EMAIL": "e-mail", "SSN": "SSN", "USPHONE": "phone"}


def load(path):
    return json.loads(path.read_text())


def version(name):
    if name == "direct":
        return ""
    if name.startswith("sluis"):
        return (FOLDER / "reports" / name / "work/version").read_text().split()[-1]
    if name.startswith("portkey"):
        return PORTKEY["@portkey-ai/gateway"]
    return PINS["llm-shield-proxy" if name.startswith("llm") else "litellm"]


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells):
    row(*cells)
    print("|" + "---|" * len(cells))


def same(values):
    """One value when all seeds agree, else each of them."""
    values = [str(value) for value in values]
    return values[0] if len(set(values)) == 1 else "; ".join(values)


def rate(value):
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def first_profile(name):
    runs = [load(path) for path in sorted((FOLDER / "reports" / name).glob("ci-all-*/current.json"))]
    raws = [load(path) for path in sorted((FOLDER / "reports" / name).glob("ci-all-*/current.raw.json"))]
    personal = [load(path) for path in sorted((FOLDER / "reports" / name).glob("ci-personal-*/current.json"))]
    refused = [raw["checks"]["configured_upstream_boundary"]["correlated_requests"] == 0 for raw in raws]
    cells = []
    for kind in KINDS:
        states = [run["entities"][kind] for run in runs]
        cells.append({"contained": "kept", "not measured": "–"}.get(same(states), same(states)))
    back = same("–" if refusal else "yes" if raw["checks"]["response_fidelity"]["passed"] else "no"
                for raw, refusal in zip(raws, refused, strict=True))
    row(NAMES[name], version(name), *cells, back, same(run["verdict"] for run in runs),
        same(run["verdict"] for run in personal))


def second_profile(name):
    rows = [load(path)["rows"][0] for path in sorted((FOLDER / "reports" / name).glob("v2-*/summary.json"))]
    parts = [load(path) for path in sorted((FOLDER / "reports" / name).glob("v2-*/*.partial-emission.json"))]
    partial = [f"{part['metrics']['cases_partial_emission']} of {part['metrics']['cases_applicable']}"
               f", {'passed' if part['passed'] else 'failed'}" for part in parts]
    # Without a gateway the benchmark runs a policy of its own, which never has the values of the request.
    ours = name == "direct"
    row(NAMES[name],
        "–" if ours else same(", ".join(SHORT[kind] for kind in one["request_path_leak"]) or "none" for one in rows),
        same(rate(one["leak_single_chunk"]) for one in rows), same(rate(one["leak_adversarial"]) for one in rows),
        "–" if ours else same(rate(one["fidelity_rate"]) for one in rows),
        same(f"{one['cases_applicable']} of {one['cases_attempted']}" for one in rows),
        same(partial), same(one["outcome"] for one in rows))


measured = [name for name in NAMES if (FOLDER / "reports" / name).is_dir()]
failed = {name: FOLDER / "reports" / name / "failed" for name in measured}
failed = {name: path.read_text().strip() for name, path in failed.items() if path.exists()}
measured = [name for name in measured if name not in failed]

print("\nThe request, `ci --duty restore`:\n")
head("gateway", "version", "e-mail", "SSN", "card", "AWS key", "GitHub token", "Slack token", "values back",
     "verdict", "verdict without credentials")
for name in measured:
    first_profile(name)
print("\nThe answer, `v2 --exhaustive-splits --partial-emission`:\n")
head("gateway", "leaked in the request", "leak rate, whole", "leak rate, cut", "fidelity", "cases", "partial emission",
     "outcome")
for name in measured:
    second_profile(name)
for name, why in failed.items():
    print(f"\n{NAMES[name]}: {why}")
