"""Made-up tables, logs, code and mail heads: forms that people paste and that are tedious to write by hand, with and without people in them."""
import random
import string

import lists
import values
import vary

D = string.digits


def number(r, pattern):
    """# is a digit, @ a capital, ? a small letter; the rest stays."""
    return "".join(r.choice(D) if c == "#" else r.choice("BCDFGHJKLMNPRSTVWXZ") if c == "@" else r.choice(string.ascii_lowercase) if c == "?" else c
                   for c in pattern)


class Person:
    """Somebody with all that a register holds of people."""

    def __init__(self, r):
        self.r, self.belgian = r, r.random() < 0.3
        self.first = [lists.FIRST.draw(r)] + ([lists.FIRST.draw(r)] if r.random() < 0.08 else [])
        self.prefix = r.choice(lists.PREFIX_RUNS) if r.random() < 0.22 else ""
        self.last = lists.SUR.draw(r)
        if r.random() < 0.08:
            self.last += "-" + lists.SUR.draw(r)
        self.dob = (r.randrange(1, 29), r.randrange(1, 13), r.randrange(1935, 2022))

    def surname(self):
        return (self.prefix + " " + self.last).strip()

    def initials(self):
        return "".join(f[0].upper() + "." for f in self.first) + (self.r.choice("ABCDEGHJKLMNPRSTW") + "." if self.r.random() < 0.4 else "")

    def name(self, form=None):
        first = " ".join(self.first)
        form = form or self.r.choice(["first last"] * 5 + ["i last"] * 3 + ["last, first"] * 3 + ["last, i", "last first", "last i", "first"])
        return {"first last": f"{first} {self.surname()}", "i last": f"{self.initials()} {self.surname()}", "last, first": f"{self.surname()}, {first}",
                "last, i": f"{self.last}, {self.initials()}" + (" " + self.prefix if self.prefix else ""), "last first": f"{self.surname()} {first}",
                "last i": f"{self.surname()} {self.initials()}", "first": first, "last": self.surname()}[form]

    def flat(self, form):
        first, last, prefix = vary.plain(self.first[0]) or "jo", vary.plain(self.last) or "smit", vary.plain(self.prefix)
        year = str(self.dob[2])[2:]
        return form.format(f=first, i=first[:1], l=last, p=prefix, y=year, l1=last[:1], l4=last[:4], p1="".join(w[:1] for w in self.prefix.lower().split()))

    def login(self):
        return self.flat(self.r.choice(["{i}{l}", "{f}.{l}", "{f}{y}", "{l}{i}", "{i}{p}{l}", "{l4}{i}", "{f}_{l}", "{p1}{l4}{y}", "{i}.{l}", "{f}{l1}", "{l}{y}",
                                        "{f}-{l}", "u_{l}", "{i}{p1}{l}"]))

    def email(self):
        host = self.r.choice(["gmail.com", "hotmail.com", "outlook.com", "ziggo.nl", "kpnmail.nl", "telenet.be", "skynet.be", "live.nl", "proton.me",
                              "voorbeeld.nl", "example.org", "firma.example", "zorggroep.example", "icloud.com", "xs4all.nl", "casema.nl"])
        return self.flat(self.r.choice(["{i}.{p}{l}", "{f}.{l}", "{f}{y}", "{f}_{l}", "{l}{i}", "{i}{l}", "{f}.{p}{l}", "{f}{l}{y}"])) + "@" + host

    def phone(self):
        form = ["06-########", "06 ## ## ## ##", "06########", "+31 6 ########", "+316########", "0###-######", "0## ### ####", "(0##) ### ## ##"]
        if self.belgian:
            form = ["04## ## ## ##", "04##/##.##.##", "+32 4## ## ## ##", "0## ## ## ##", "04########"]
        return number(self.r, self.r.choice(form))

    def birth(self):
        d, m, y = self.dob
        return self.r.choice([f"{d:02}-{m:02}-{y}", f"{d}-{m}-{y}", f"{y}-{m:02}-{d:02}", f"{d:02}/{m:02}/{y}", f"{d:02}.{m:02}.{y}", f"{y}{m:02}{d:02}",
                              f"{d:02}-{m:02}-{y % 100:02}"])

    def street(self):
        pick = lists.STREET_BE if self.belgian else lists.STREET_NL
        return pick.draw(self.r) + " " + str(self.r.randrange(1, 320)) + self.r.choice(["", "", "", "a", "B", "-2", " bus 3", " II", "hs"])

    def postcode(self):
        return number(self.r, "####") if self.belgian else number(self.r, self.r.choice(["#### @@", "####@@", "####@@"]))

    def city(self):
        return (lists.CITY_BE if self.belgian else lists.CITY_NL).draw(self.r)

    def field(self, kind):
        r = self.r
        return {"name": lambda: (self.name(), "person"), "first": lambda: (" ".join(self.first), "person"), "last": lambda: (self.surname(), "person"),
                "initials": lambda: (self.initials(), "person"), "email": lambda: (self.email(), "email"), "phone": lambda: (self.phone(), "phone"),
                "dob": lambda: (self.birth(), "birth_date"), "street": lambda: (self.street(), "address"), "postcode": lambda: (self.postcode(), "postcode"),
                "city": lambda: (self.city(), "city"), "bsn": lambda: (values.bsn("1" * 9, r), "bsn"), "nrn": lambda: (values.nrn("00.00.00-000.00", r), "nrn"),
                "iban": lambda: (values.iban("BE00 0000 0000 0000" if self.belgian else r.choice(["NL00 INGB 0000 0000 00", "NL00INGB0000000000"]), r), "iban"),
                "number": lambda: (number(r, r.choice(["#####", "######", "K-######", "@@-####", "20##-#####", "P#######", "#######", "@####"])), "customer_number"),
                "patient": lambda: (number(r, r.choice(["#######", "P######", "######"])), "patient_number"), "login": lambda: (self.login(), "username"),
                "plate": lambda: (number(r, r.choice(["@@-###-@", "#-@@@-##", "##-@@-@@", "@-###-@@", "2-@@@-###" if self.belgian else "@@-##-@@"])), "licence_plate"),
                "ip": lambda: (f"{r.randrange(11, 223)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}", "ip_address"),
                "password": lambda: (r.choice(["Welkom", "Zomer", "Winter", "Start", "Geheim", "Herfst"]) + number(r, r.choice(["##!", "20##", "###", "##@"])), "credential"),
                "id": lambda: (number(r, r.choice(["@@@@#####"[2:], "@@#####@#"[0:9], "SPEC#####"])), "id_document")}[kind]()


PERSONAL = {"name": "naam|name|klant|medewerker|bewoner|cliënt|nom|deelnemer|huurder|Name|patient|leerling|aanvrager", "first": "voornaam|firstName|prenom|roepnaam|first_name",
            "last": "achternaam|lastName|nom|surname|familienaam", "initials": "voorletters|initials", "email": "email|e-mail|mail|mailadres|EmailAddress",
            "phone": "tel|telefoon|mobiel|phone|gsm|telnr", "dob": "geboortedatum|geb|gebdat|dob|birthDate|geb.datum|date_naissance", "street": "adres|straat|address|street|adresse",
            "postcode": "postcode|pc|zip|code_postal|plz", "city": "woonplaats|plaats|city|stad|ville|Ort", "bsn": "bsn|BSN|burgerservicenummer",
            "nrn": "rijksregisternr|insz|niss|rrn", "iban": "iban|rekening|IBAN|rekeningnr", "number": "klantnr|dossier|relatienr|personeelsnr|studentnr|polisnr|lidnr|customerId|zaaknr|debnr",
            "patient": "patnr|patiëntnr|zisnr", "login": "user|gebruiker|login|username|accountnaam", "plate": "kenteken|nummerplaat|plate", "ip": "ip|ipadres|client_ip",
            "password": "wachtwoord|password|pw", "id": "paspoortnr|documentnr|id_kaart"}

BRANDS = ["Jan Linders", "Hunkemöller", "Van der Valk", "Albert Heijn", "Dirk van den Broek", "Philips", "Douwe Egberts", "Karel V", "Calvin Klein", "Hugo Boss", "Tommy Hilfiger",
          "Ralph Lauren", "Dr. Oetker", "Ben & Jerry's", "Marc O'Polo", "Miele", "Bosch", "Siemens", "Peter Kaiser", "Paul Smith", "Michael Kors", "Karl Lagerfeld", "Ted Baker",
          "Jamie Oliver", "Verkade", "Van Houten", "Van Melle", "Leonidas", "Delvaux", "Vandemoortele", "Lotus", "Hertog Jan", "Johnnie Walker", "Jack Daniel's", "Moët", "Estée Lauder"]
GOODS = ["haakse slijper", "bureaustoel", "zeskantbout M8", "latexhandschoenen M", "printpapier A4", "schoonmaakazijn", "LED-paneel", "kabelgoot", "stofmasker FFP2", "tapijttegel", "kruk",
         "schroef RVS", "whiteboardstift", "filterzak", "tulpenbol", "dakpan", "verband 10 cm", "naaldcontainer", "koffiepad", "servetten", "fietsband 28 inch", "deurklink", "gipsplaat"]
SORTS = ["aardappelras", "rozensoort", "appelras", "tulp", "jurkmodel", "bankstel", "kleur", "verfkleur", "servies", "dahlia", "aardbeienras", "behang", "model"]
PLAIN = {"artikel": lambda r: r.choice(BRANDS + GOODS * 2), "omschrijving": lambda r: r.choice(GOODS), "merk": lambda r: r.choice(BRANDS), "ean": lambda r: number(r, r.choice(["871##########", "54###########", "#############"])),
         "artnr": lambda r: number(r, r.choice(["######", "########", "#########", "@@-####", "###.###.##", "0### ### ###", "####-######"])),
         "aantal": lambda r: str(r.randrange(1, 400)), "prijs": lambda r: f"{r.randrange(1, 999)}{r.choice('.,')}{r.randrange(100):02}", "datum": lambda r: f"{r.randrange(1, 29):02}-{r.randrange(1, 13):02}-{r.randrange(2019, 2027)}",
         "status": lambda r: r.choice(["open", "gereed", "ja", "nee", "wacht", "geleverd", "OK", "n.v.t.", "-"]), "factuurnr": lambda r: number(r, r.choice(["2026####", "F-#####", "VF26-####"])),
         "magazijn": lambda r: r.choice(["A", "B", "hal 3", "loc. 12", "stelling 4"]), "kg": lambda r: str(r.randrange(1, 90) * 50), "serienr": lambda r: number(r, r.choice(["SN###-###-###", "@@@####@##", "#########"])),
         "versie": lambda r: f"{r.randrange(20)}.{r.randrange(20)}.{r.randrange(30)}" + r.choice(["", ".0", f".{r.randrange(99)}"]), "container": lambda r: number(r, "@@@U ######-#"),
         "bedrag": lambda r: r.choice(["", "-", "+"]) + f"{r.randrange(1, 99)}.{r.randrange(1000):03},{r.randrange(100):02}", "tijd": lambda r: f"{r.randrange(24):02}:{r.randrange(60):02}",
         "btw": lambda r: number(r, "NL#########B0#"), "kvk": lambda r: number(r, "########"), "week": lambda r: str(r.randrange(1, 53))}


def header(r, column):
    return r.choice(PERSONAL[column].split("|")) if column in PERSONAL else column


def cell(r, column, person):
    """A value with its mark."""
    if column in PERSONAL:
        return person.field(column)
    return PLAIN[column](r), None


def columns(r, personal):
    some = r.sample(list(PLAIN), r.randrange(1, 4))
    if personal:
        who = r.choice([["name"], ["name"], ["name"], ["first", "last"], ["initials", "last"], ["login"], ["last"]])
        rest = [k for k in PERSONAL if k not in ("name", "first", "last", "initials", "login")]
        weight = [3 if k in ("email", "phone", "dob", "street", "postcode", "city", "number") else 1 for k in rest]
        some += who + list(dict.fromkeys(r.choices(rest, weight, k=r.randrange(1, 5))))
    else:
        some = r.sample(list(PLAIN), r.randrange(3, 6))
    r.shuffle(some)
    return some


ASK = ["", "", "", "maak hier een nette tabel van", "welke regels zijn dubbel?", "zet om naar json", "sorteer op datum", "wat klopt hier niet?", "kun je dit samenvatten per rij", "convert to csv please",
       "schrijf een query die dit oplevert", "hoe splits ik de eerste kolom in excel?", "geef de totalen", "pouvez-vous mettre ça en forme?", "controleer op fouten aub", "bitte als Liste", "why does the import fail?"]


def table(r, personal):
    cols, sep = columns(r, personal), r.choice([";", ",", "\t", " | ", "|", "  ", "\t", ";"])
    if sep == ",":
        cols = [c for c in cols if c not in ("name", "street", "prijs", "bedrag")] or ["first", "last"]
    out = []
    if r.random() < 0.8:
        out.append([sep.join(header(r, c) for c in cols) + "\n", None])
    for _ in range(r.randrange(2, 9)):
        person = Person(r)
        for n, c in enumerate(cols):
            out.append([sep if n else "", None])
            out.append(list(cell(r, c, person)) if r.random() > 0.05 else ["-" if r.random() < 0.5 else "", None])
        out.append(["\n", None])
    return out


def record(r, personal):
    """One record as JSON, XML, SQL, YAML, a form or the parameters of an address."""
    cols, person, form = columns(r, personal), Person(r), r.randrange(6)
    out = [[["{", "<record>", f"INSERT INTO {r.choice(['klant', 'users', 'zaken', 'orders'])} VALUES (", "---\n", "", "GET /api/v1/zoek?"][form], None]]
    space = r.choice(["", "", "cbc:", "ns2:", "x:"])
    for n, c in enumerate(cols):
        key, (value, kind) = header(r, c), cell(r, c, person)
        before = [f'"{key}": "', f"<{space}{key}>", "'", f"{key}: ", f"{key.capitalize()}: ", f"{key}="][form]
        after = ['"', f"</{space}{key}>", "'", "\n", "\n", ""][form]
        between = [", ", r.choice(["", "\n"]), ", ", "", "", "&"][form] if n else ""
        if form == 5:
            value = value.replace(" ", "%20")
        out += [[between + before, None], [value, kind], [after, None]]
    out.append([["}", "</record>", ");", "", "", " HTTP/1.1"][form], None])
    return out


def log(r, personal):
    out = []
    for _ in range(r.randrange(2, 6)):
        p, stamp = Person(r), f"{r.choice(['Jan', 'Mar', 'Nov', 'Okt'])} {r.randrange(1, 29):2} {r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"
        user, ip = [p.login(), "username"], list(p.field("ip"))
        if personal:
            out += r.choice([
                [[f"{stamp} vpn{r.randrange(9)} radiusd[{r.randrange(9999)}]: Login incorrect: [", None], user, ["] from ", None], ip],
                [[f"{stamp} sshd[{r.randrange(99999)}]: Failed password for ", None], user, [" from ", None], ip, [f" port {r.randrange(65535)} ssh2", None]],
                [[f"commit {number(r, '##?#??#?##')}\nAuthor: ", None], [p.name("first last"), "person"], [" <", None], [p.email(), "email"], [f">\nDate: Mon Nov {r.randrange(1, 29)}\n\n    fix {r.choice(['typo', 'import', 'null check', 'build'])}", None]],
                [[f"{stamp} auth '", None], user, [f"' {r.choice(['refused', 'ok', 'locked out', 'password expired'])} ", None]],
                [ip, [f" - ", None], user, [f" [{r.randrange(1, 29)}/Nov/2026:10:{r.randrange(60):02}:11 +0100] \"GET /index.html HTTP/1.1\" 200 {r.randrange(9999)}", None]],
                [["C:\\Users\\", None], user, [f"\\{r.choice(['Documents', 'Downloads', 'Desktop'])}\\{r.choice(['rapport', 'begroting', 'notulen'])}.docx", None]]])
        else:
            out.append([r.choice([
                f"{stamp} kernel: [{r.randrange(9999)}.{r.randrange(999999)}] {r.choice(['sda1', 'eth0', 'md127', 'xvda2', 'nvme1n1p2', 'br-lan'])}: {r.choice(['I/O error', 'link down', 'timeout', 'reset'])}",
                f"{stamp} systemd[1]: {r.choice(['Starting', 'Stopped', 'Reloading'])} {r.choice(['cron', 'nginx', 'postgresql', 'avahi-daemon'])}.service - job {r.randrange(999)}",
                f"\tat nl.{r.choice(['waterschap', 'winkel', 'haven', 'zorg'])}.{r.choice(['core', 'web'])}.{r.choice(['Gauss', 'Hamming', 'Bresenham', 'Levenshtein', 'Newton'])}{r.choice(['Solver', 'Filter'])}.{r.choice(['run', 'apply'])}({r.choice(['Main', 'Solver', 'Filter'])}.java:{r.randrange(900)})",
                f"{stamp} pomp {r.randrange(9)} storing E{number(r, '###')}, serie {number(r, '##/####/##')}, software {r.randrange(9)}.{r.randrange(20)}.{r.randrange(9)}.{r.randrange(30)}",
                f"WARN {r.choice(['jenkins', 'ant', 'maven', 'gradle', 'cassandra'])} {r.randrange(9)}.{r.randrange(30)}.{r.randrange(9)}: deprecated {r.choice(['option', 'flag'])}"]), None])
        out.append(["\n", None])
    return out


def head(r, _):
    """The head of a mail, and who is there."""
    people = [Person(r) for _ in range(r.randrange(2, 6))]
    form, org = r.choice(["first last", "last, first", "i last"]), r.choice(["", " | Afdeling Inkoop", " (extern)"])
    if r.random() < 0.5:
        out = []
        for key, group in zip(r.choice([["Van: ", "Aan: ", "Cc: "], ["From: ", "To: ", "Cc: "], ["De : ", "À : ", "Cc : "], ["Von: ", "An: ", "CC: "]]), (people[:1], people[1:3], people[3:])):
            if group:
                out.append([key, None])
            for n, p in enumerate(group):
                out += [["; " if n else "", None], [p.name(form), "person"]] + ([[" <", None], [p.email(), "email"], [">", None]] if r.random() < 0.5 else [[org, None]])
            out.append(["\n" if group else "", None])
        return out + [[r.choice(["Onderwerp: ", "Subject: "]) + r.choice(["RE: planning", "FW: factuur", "overleg maandag", "vraag"]) + "\n\n", None]]
    out = [[r.choice(["aanwezig: ", "Aanwezig: ", "Present: ", "Afwezig m.k.g.: ", "deelnemers\n- ", "presentielijst "]), None]]
    gap = "\n- " if out[0][0].endswith("- ") else r.choice([", ", "; ", " / ", ", "])
    for n, p in enumerate(people):
        out += [[gap if n else "", None], [p.name(r.choice(["first last", "i last", "first", "last"]) if gap == ", " else None), "person"]]
    return out + [["\n", None]]


def goods(r, _):
    """Names that name things: sorts, models, brands."""
    sort, lower = r.choice(SORTS), r.random() < 0.4
    out = f"{sort}\t{r.choice(['prijs', 'maat', 'aantal', 'kg'])}\n" if r.random() < 0.7 else f"{r.choice(['Prijslijst', 'Assortiment', 'Voorraad'])} {sort}:\n"
    for _ in range(r.randrange(3, 8)):
        name = lists.FIRST.draw(r) if r.random() < 0.75 else r.choice(BRANDS)
        out += f"{name.lower() if lower else name}{r.choice([' ', chr(9), ' - ', ': '])}{r.choice([str(r.randrange(10, 900)), '€ ' + str(r.randrange(5, 90)) + ',95', str(r.randrange(100, 900)) + ' per krat'])}\n"
    return [[out, None]]


def files(r, _):
    """Names of files with names of people in them."""
    out, end = [[r.choice(["", "hernoem deze bestanden:\n", "map Personeel:\n", "ls -1\n", "welke zijn dubbel\n"]), None]], [".pdf", ".docx", ".jpg", ".msg", "_v2.pdf", " (1).docx", "_def.xlsx", "-scan.png"]
    for _ in range(r.randrange(3, 8)):
        p = Person(r)
        if r.random() < 0.25:
            out.append([r.choice(["Scan", "IMG_", "notulen-", "begroting_", "export "]) + number(r, "####") + r.choice(end) + "\n", None])
            continue
        name = r.choice([lambda: p.name("first last").replace(" ", "_"), lambda: p.name("first last"), lambda: vary.plain(p.last), lambda: p.last, lambda: p.flat("{f}-{l}"),
                         lambda: p.name("last i").replace(" ", "_"), lambda: p.flat("{i}.{l}"), lambda: p.first[0].lower()])()
        lead = r.choice(["CV_", "cv ", "motivatie-", "", "", "", "2026-0" + number(r, "#-1#") + " ", "contract ", "Beoordeling_", "id_", "verslag-", "polis "])
        out += [[lead, None], [name, "person"], [r.choice(["", "", "_cv", "_brief", "_pas", " getekend", "_loonstrook"]) + r.choice(end) + "\n", None]]
    return out


def code(r, _):
    """Comments, commits and tests that mention people."""
    out = [[r.choice(["waarom faalt dit?\n", "review graag:\n", "", "refactor this please\n", "```\n"]), None]]
    for _ in range(r.randrange(2, 5)):
        p = Person(r)
        who = r.choice([p.name("first last"), p.first[0], p.first[0].lower(), p.name("i last")])
        before, after = r.choice([("// TODO ", " vragen of dit weg mag\n"), ("# hack van ", ", niet aankomen\n"), ("    undo: wens van ", " \n"), ("const klant = \"", "\";\n"), ("assert user.name == '", "'\n"),
                                  ("-- query voor ", " (financien)\n"), ("/* requested by ", " after the demo */\n"), ("git commit -m \"bug van ", " opgelost\"\n"), ("<!-- ", " wil deze knop rechts -->\n"),
                                  ("if (naam === '", "') return null;\n"), ("Co-authored-by: ", f" <{number(r, '########')}@git.example>\n"), ("WHERE achternaam LIKE '", "%';\n")])
        out += [[before, None], [who, "person"], [after, None]]
        if r.random() < 0.6:
            out.append([r.choice(["return sum(x for x in rows if x)\n", "  if (total > 100) { return 12; }\n", "SELECT count(*) FROM orders;\n", "for i in range(10): print(i)\n", "}\n", "import java.util.List;\n"]), None])
    return out


SAY = ["ja dat klopt", "ok zullen we beginnen", "ik deel even mijn scherm", "kan iemand notuleren", "dat doen we volgende week", "sorry ik was gemute", "can you hear me", "we gaan naar punt 3", "wie pakt dat op", "prima"]


def talk(r, _):
    """Subtitles and transcripts: who speaks, and who is spoken of."""
    people, form, out = [Person(r) for _ in range(r.randrange(2, 5))], r.randrange(4), []
    for _ in range(r.randrange(3, 8)):
        p, q = r.choice(people), r.choice(people)
        who, clock = p.name(r.choice(["first last", "first"])), f"{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"
        out += [[[f"<v ", f"[{clock}] ", "", f"{clock} "][form], None], [who, "person"], [[">", ": ", ": ", " - "][form] + r.choice(SAY), None]]
        if r.random() < 0.5:
            about = r.choice([q.first[0], q.first[0].lower(), q.surname()])
            out += [[r.choice([", vraag het aan ", ", en ", " zei ", " toch "]), None], [about, "person"], [r.choice(["?", " weet dat", " ook", ""]), None]]
        out.append(["\n", None])
    return out


EPONYMS = ["Allis-klem", "Adson-pincet", "Weitlaner spreider", "Metzenbaum schaar", "Erlenmeyer 250 ml", "Petrischaal", "Bunsenbrander", "Ringerlactaat", "Stillson-sleutel",
           "Bowdenkabel", "Cardanas", "Phillips bit PH2", "Stanley mes", "Allen-sleutel 6", "Jerrycan 20 l", "Jacuzzi filter", "Pelton wiel", "Venturi", "Peltier element", "Bourdon manometer",
           "Tesla-coil", "Gauss-meter", "Hirschmann stekker", "Van der Graaff-generator", "Halligan tool", "Schuko contactdoos", "Dremel", "Karabijn Petzl", "Weber BBQ", "Guedel tube", "Tielman-dop"]


def kit(r, _):
    """Stock lists of things that are named after people."""
    sep, out = r.choice([" - ", " — ", "\t", "; ", ": ", " x "]), r.choice(["", "telling magazijn\n", "Bestellijst OK\n", "inventaris lab:\n", "nog te bestellen:\n"])
    for name in r.sample(EPONYMS, r.randrange(3, 8)):
        out += name + sep + r.choice([f"art. {number(r, '#########')}", number(r, "07##-######"), number(r, "0### ### ###"), number(r, "###.###"), f"GTIN {number(r, '##############')}"]) \
            + sep + str(r.randrange(1, 90)) + r.choice([" st", " stuks", "", " ds", " pcs"]) + "\n"
    return [[out, None]]


def law(r, _):
    """Citations: numbers and names that point to law, not to people."""
    some = [lambda: f"ECLI:NL:{r.choice(['HR', 'RBAMS', 'GHDHA', 'RVS', 'CRVB'])}:{r.randrange(2005, 2027)}:{r.randrange(1, 9999)}", lambda: f"HvJ EU C-{r.randrange(1, 800)}/{r.randrange(5, 26):02}",
            lambda: f"art. {r.randrange(1, 9)}:{r.randrange(1, 700)} BW", lambda: f"§ {r.randrange(1, 900)} {r.choice(['BGB', 'StGB', 'HGB', 'ZPO'])}", lambda: f"{r.randrange(1, 12)} {r.choice(['AZR', 'ZR', 'StR', 'AZN'])} {r.randrange(1, 600)}/{r.randrange(5, 26):02}",
            lambda: f"Cass. {r.randrange(1, 29)} {r.choice(['mei', 'juin', 'oktober'])} {r.randrange(1990, 2026)}, {r.choice(['C', 'S', 'P'])}.{r.randrange(5, 26):02}.{number(r, '####')}.N", lambda: f"Stb. {r.randrange(1990, 2027)}, {r.randrange(1, 600)}",
            lambda: f"Kamerstukken II {r.randrange(2010, 2026)}/26, {r.randrange(29000, 37000)}, nr. {r.randrange(1, 90)}", lambda: f"GW nr. {r.randrange(1, 199)}/{r.randrange(1990, 2026)}", lambda: f"L. {r.randrange(1, 29)} juillet {r.randrange(1960, 2025)}",
            lambda: r.choice(["Staudinger", "Larenz", "Asser/Hartkamp", "Kluwer Tekst & Commentaar", "Dalloz", "de Wet Poortwachter", "Wet Van Rijn"]) + f", nr. {r.randrange(1, 400)}",
            lambda: f"NEN-EN {r.randrange(1000, 62000)}-{r.randrange(1, 9)}:{r.randrange(2005, 2026)}", lambda: f"ISO {r.randrange(9000, 45002)}"]
    words = ["zie ook", "vgl.", "en", "anders dan", "volgens", "cf.", "jo.", "ook nog:", "waarom niet", "siehe auch"]
    return [[" ".join(x for _ in range(r.randrange(3, 7)) for x in (r.choice(words), r.choice(some)())) + r.choice(["?", ".", ""]) + "\n", None]]


def item(number_, epoch, seed=0):
    r = random.Random(f"made/{seed}/{epoch}/{number_}")
    personal = r.random() < 0.6
    make = r.choice([table, table, table, record, record, log, log, head, files, code, talk]) if personal else r.choice([table, table, record, log, goods, kit, law])
    parts, ask = make(r, personal), r.choice(ASK)
    if ask:
        parts = [[ask + r.choice([":\n\n", "\n\n", "\n", ": "]), None]] + parts if r.random() < 0.7 else parts + [["\n" + ask, None]]
    return {"id": f"made-{epoch}-{number_}", "lang": "nl", "segments": [list(p) for p in parts if p[0]], "special": [], "plain": None, "weight": 0.7, "kind": "made"}
