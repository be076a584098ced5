"""Searches bytes for values in every spelling that a careless program could leave them in."""

import base64
import json
import unicodedata
from urllib.parse import quote, quote_plus


def spellings(value):
    """The value as raw text, JSON escapes, percent-encoding and base64 at each of its three alignments."""
    forms = {value, value.lower(), value.upper(), unicodedata.normalize("NFD", value)}
    raw = {form.encode() for form in forms}
    raw |= {json.dumps(value)[1:-1].encode(), json.dumps(value, ensure_ascii=False)[1:-1].encode()}
    raw |= {quote(value, safe="").encode(), quote_plus(value).encode(), quote(value, safe="").lower().encode()}
    raw |= {"".join(f"\\u{ord(c):04x}" for c in value).encode(), value.encode("utf-16-le"), value.encode().hex().encode()}
    for shift in range(3):
        # What stands in front shifts the groups of three; the edges depend on the neighbours, so they are cut off.
        whole = base64.b64encode(b"\0" * shift + value.encode())
        middle = whole[4 if shift else 0 : -4]
        if len(middle) >= 8:
            raw |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return raw


def leaks(haystack, values):
    """The values that stand in the bytes in any spelling."""
    return [value for value in values if any(form in haystack for form in spellings(value))]
