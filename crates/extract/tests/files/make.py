"""Makes the documents of this folder with LibreOffice, from the flat sources below. The people in them do not exist.

python3 make.py     (needs soffice with writer, calc and impress)
"""

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
        "meta": "meta", "number": "datastyle", "presentation": "presentation", "svg": "svg-compatible", "fo": "xsl-fo-compatible",
    }.items()
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
META = """<office:meta><meta:initial-creator>Roos Verschuur</meta:initial-creator><dc:creator>Roos Verschuur</dc:creator>
<dc:title>Klantdossier</dc:title></office:meta>"""


def flat(kind, body, styles="", automatic=""):
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {SPACES} office:version="1.3" office:mimetype="{mime}">{META}{styles}
<office:automatic-styles>{automatic}</office:automatic-styles>
<office:body>{body}</office:body></office:document>"""


LETTER = flat(
    "text",
    """<office:text>
<text:tracked-changes><text:changed-region xml:id="ct1" text:id="ct1"><text:deletion><office:change-info>
<dc:creator>Bram Dijkgraaf</dc:creator><dc:date>2026-02-03T10:00:00</dc:date></office:change-info>
<text:p>Haar oude nummer was 06-12345670.</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Gespreksverslag</text:h>
<text:p>Op 3 februari sprak ik met mevrouw <text:span text:style-name="B">Anne</text:span>liese
<text:span text:style-name="B">van Wijngaarden</text:span>, geboren op 14-07-1983.<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>
<text:note-body><text:p>Haar BSN is 111222333.</text:p></text:note-body></text:note></text:p>
<text:p>Zij woont aan de Eikenlaan 14, 3581 KD Utrecht.<office:annotation><dc:creator>Bram Dijkgraaf</dc:creator>
<text:p>Bel haar op 06-12345678.</text:p></office:annotation></text:p>
<text:p>Nieuwe afspraak volgt.<text:change text:change-id="ct1"/></text:p>
<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/>
<table:table-row><table:table-cell><text:p>Achternaam</text:p></table:table-cell><table:table-cell><text:p>Geb.dat</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>Kuiper</text:p></table:table-cell><table:table-cell><text:p>12-03-1975</text:p></table:table-cell></table:table-row>
</table:table></office:text>""",
    """<office:styles/><office:master-styles><style:master-page style:name="Standard" style:page-layout-name="P"><style:header><text:p>Dossier van Karel Hoekstra</text:p></style:header>
<style:footer><text:p>Vragen: info@voorbeeld.example</text:p></style:footer></style:master-page></office:master-styles>""",
    """<style:page-layout style:name="P"/><style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>""",
)

ROWS = [
    ("Jansen", "Sanne", "111222333", "1980-04-12", "sanne.jansen@voorbeeld.example"),
    ("El Amrani", "Youssef", "123456782", "1991-11-30", "y.elamrani@voorbeeld.example"),
    ("Vermeulen", "Griet", "", "1969-01-05", "griet@voorbeeld.example"),
]


def cells(row):
    last, first, bsn, born, mail = row
    number = f'<table:table-cell office:value-type="float" office:value="{bsn}"><text:p>{bsn}</text:p></table:table-cell>'
    day = "-".join(reversed(born.split("-")))
    return "".join([
        f'<table:table-cell office:value-type="string"><text:p>{last}</text:p></table:table-cell>',
        f'<table:table-cell office:value-type="string"><text:p>{first}</text:p></table:table-cell>',
        number if bsn else "<table:table-cell/>",
        f'<table:table-cell table:style-name="D" office:value-type="date" office:date-value="{born}"><text:p>{day}</text:p></table:table-cell>',
        f'<table:table-cell office:value-type="string"><text:p>{mail}</text:p></table:table-cell>',
    ])


def head(names):
    return "".join(f'<table:table-cell office:value-type="string"><text:p>{n}</text:p></table:table-cell>' for n in names)


SHEET = flat(
    "spreadsheet",
    f"""<office:spreadsheet>
<table:table table:name="Klanten"><table:table-column table:number-columns-repeated="6"/>
<table:table-row>{head(["Achternaam", "Voornaam", "BSN", "Geb.dat", "E-mail", "Aanhef"])}</table:table-row>
<table:table-row>{cells(ROWS[0])}<table:table-cell table:formula="of:=CONCATENATE(&quot;Beste &quot;;[.A2])" office:value-type="string" office:string-value="Beste Jansen"><text:p>Beste Jansen</text:p></table:table-cell></table:table-row>
<table:table-row>{cells(ROWS[1])}<table:table-cell/></table:table-row>
<table:table-row table:visibility="collapse">{cells(ROWS[2])}<table:table-cell/></table:table-row>
</table:table>
<table:table table:name="Oud" table:style-name="H"><table:table-column table:number-columns-repeated="2"/>
<table:table-row>{head(["Patiëntnr", "Opmerking"])}</table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>P-4471902</text:p></table:table-cell>
<table:table-cell office:value-type="string"><office:annotation><dc:creator>Bram Dijkgraaf</dc:creator><text:p>Gebeld met Mirjam Kuiper</text:p></office:annotation><text:p>Verhuisd</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet>""",
    "",
    """<number:date-style style:name="N"><number:day number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:year number:style="long"/></number:date-style>
<style:style style:name="D" style:family="table-cell" style:data-style-name="N"/>
<style:style style:name="H" style:family="table"><style:table-properties table:display="false"/></style:style>""",
)

SLIDES = flat(
    "presentation",
    """<office:presentation><draw:page draw:name="Een" draw:master-page-name="M">
<draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="4cm"><draw:text-box><text:p>Casus: mevrouw Anneliese van Wijngaarden</text:p><text:p>Telefoon: 06-12345678</text:p></draw:text-box><svg:title>Portret van Karel Hoekstra</svg:title></draw:frame>
<presentation:notes><draw:frame presentation:class="notes" svg:x="2cm" svg:y="2cm" svg:width="15cm" svg:height="10cm"><draw:text-box><text:p>Noem haar BSN 111222333 niet.</text:p></draw:text-box></draw:frame></presentation:notes>
</draw:page></office:presentation>""",
    """<office:styles/>""",
    """<style:page-layout style:name="P"/>""",
).replace("<office:body>", '<office:master-styles><style:master-page style:name="M" style:page-layout-name="P"/></office:master-styles><office:body>')


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, text, kinds in [
            ("verslag.fodt", LETTER, ["odt", "docx", "rtf"]),
            # One font is enough, and keeps the file small.
            ("verslag.fodt", LETTER.replace("text:h", "text:p").replace('text:style-name="B"', ""), ["pdf"]),
            ("klanten.fods", SHEET, ["ods", "xlsx"]),
            ("casus.fodp", SLIDES, ["odp", "pptx"]),
        ]:
            source = folder / name
            source.write_text(text, encoding="utf-8")
            for kind in kinds:
                subprocess.run(
                    ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind, "--outdir", str(HERE), str(source)],
                    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
    protected = HERE / "beveiligd.xlsx"
    # What an encrypted workbook begins with: the magic of a compound file.
    protected.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480))


main()
