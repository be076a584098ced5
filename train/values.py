"""New values for marked numbers and handles: of the same form, with check digits that hold."""
import re
import string

import markup


def refill(value, fresh):
    """Puts new digits at the places of the old ones; what stands between stays."""
    fresh = iter(fresh)
    return "".join(next(fresh, "0") if c.isdigit() else c for c in value)


def some(r, n):
    return "".join(r.choice(string.digits) for _ in range(n))


def bsn(value, r):
    n = sum(c.isdigit() for c in value)
    while n in (8, 9):
        d = ("0" * (9 - n)) + some(r, n)
        if markup.bsn(d) and d[9 - n] != "0":
            return refill(value, d[9 - n:])
    return value


def nrn(value, r):
    if sum(c.isdigit() for c in value) != 11:
        return value
    birth = f"{r.randrange(100):02}{r.randrange(1, 13):02}{r.randrange(1, 29):02}{r.randrange(1, 998):03}"
    lead = "2" if r.random() < 0.15 else ""
    return refill(value, birth + f"{97 - int(lead + birth) % 97:02}")


def iban(value, r):
    plain = re.sub(r"[^A-Za-z0-9]", "", value).upper()
    if len(plain) < 15:
        return value
    body = plain[4:8] if plain[4:8].isalpha() else ""
    if body and plain[:2] == "NL":
        body = r.choice(["ABNA", "INGB", "RABO", "SNSB", "TRIO", "ASNB", "KNAB", "BUNQ", "RBRB", "FVLB"])
    body += some(r, len(plain) - 4 - len(body))
    if plain[:2] == "BE":
        # A Belgian account has check digits of its own.
        body = body[:10] + f"{int(body[:10]) % 97 or 97:02}"
    check = 98 - int("".join(str(int(c, 36)) for c in body + plain[:2] + "00")) % 97
    fresh = iter(plain[:2] + f"{check:02}" + body)
    lower = value[:2].islower()
    return "".join((next(fresh).lower() if lower else next(fresh)) if c.isalnum() else c for c in value)


def card(value, r):
    n = sum(c.isdigit() for c in value)
    if n < 12:
        return value
    d = "".join(c for c in value if c.isdigit())[:1] + some(r, n - 2)
    return next((refill(value, d + str(x)) for x in range(10) if markup.luhn(d + str(x))), value)


def date(value, r):
    if not re.search(r"\d", value):
        return value

    def part(m):
        old = m[0]
        if len(old) == 4:
            return str(r.randrange(1932, 2022))
        if len(old) > 2:
            return some(r, len(old))
        n = int(old)
        fresh = r.randrange(1, 13) if 0 < n <= 12 else r.randrange(13, 29) if n <= 31 else r.randrange(32, 100)
        return str(fresh) if len(str(fresh)) > len(old) or old[0] != "0" and len(old) < 2 else f"{fresh:0{len(old)}}"

    return re.sub(r"\d+", part, value)


def phone(value, r):
    """The beginning says what number it is and stays; the rest is new."""
    digits = "".join(c for c in value if c.isdigit())
    keep = 4 if digits.startswith("00") else 3 if value.lstrip(" (").startswith("+") else 2
    return refill(value, digits[:keep] + some(r, len(digits) - keep))


def mixed(value, r, letters=0.3):
    """New digits, and now and then new letters."""
    swap = r.random() < letters
    out = []
    for c in value:
        if c.isdigit():
            out.append(r.choice(string.digits))
        elif swap and c.isascii() and c.isupper():
            out.append(r.choice("BCDFGHJKLMNPRSTVWXZ"))
        elif swap and c.isascii() and c.islower() and r.random() < 0.6:
            out.append(r.choice(string.ascii_lowercase))
        else:
            out.append(c)
    return "".join(out)


def only_digits(value, r):
    return refill(value, some(r, len(value)))


def plate(value, r):
    return "".join(r.choice(string.digits) if c.isdigit() else
                   r.choice("BDFGHJKLNPRSTVXZ" if c.isupper() else "bdfghjklnprstvxz") if c.isalpha() and c.isascii() else c for c in value)


def ip(value, r):
    if ":" in value:
        return "".join(r.choice("0123456789abcdef") if c in string.hexdigits else c for c in value)
    return re.sub(r"\d+", lambda m: str(r.randrange(1, 255)), value)


def postcode(value, r):
    d = "".join(c for c in value if c.isdigit())
    return re.sub(r"[A-Z]{2}\b", lambda m: "".join(r.choice("ABCDEFGHJKLMNPRSTVWXZ") for _ in m[0]),
                  refill(value, r.choice("123456789") + some(r, max(0, len(d) - 1))))


def secret(value, r):
    return mixed(value, r, 0.7) if any(c.isdigit() for c in value) else value


NEW = {"bsn": bsn, "nrn": nrn, "iban": iban, "card": card, "birth_date": date, "phone": phone, "licence_plate": plate, "ip_address": ip,
       "postcode": postcode, "credential": secret, "id_document": mixed, "patient_number": mixed, "customer_number": mixed}
