//! Files that are text.

use sluis_extract::{Format, Hidden};

use super::{document, gone, has, masked, shown};

#[test]
fn b05_text_is_read_in_the_encodings_of_office_programs() {
    for bytes in [
        "Patiënt Zoë\r\nbelt".as_bytes().to_vec(),
        b"\xef\xbb\xbfPati\xc3\xabnt Zo\xc3\xab\r\nbelt".to_vec(),
        b"Pati\xebnt Zo\xeb\r\nbelt".to_vec(),
        [vec![0xff, 0xfe], "Patiënt Zoë\r\nbelt".encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat(),
    ] {
        let read = document(&bytes, "brief.txt");
        assert_eq!(read.format, Format::Text);
        assert_eq!(read.segments[0].text, "Patiënt Zoë\r\nbelt");
        assert_eq!(read.segments[0].place_of(15).to_string(), "line 2");
        let other = masked(&bytes, "brief.txt", &["Zoë"]);
        assert_eq!(document(&other, "brief.txt").segments[0].text, "Patiënt [X_0]\r\nbelt");
        assert_eq!(masked(&bytes, "brief.txt", &[]), bytes, "without edits not a byte changes");
    }
}

#[test]
fn b05_every_cell_stands_under_its_columns_name() {
    for source in [
        "Achternaam;Geb.dat;BSN\r\nJansen;12-04-1980;111222333\r\n",
        "sep=,\nAchternaam,Geb.dat,BSN\nJansen,12-04-1980,111222333\n",
        "Achternaam\tGeb.dat\tBSN\n\"Jansen\"\t12-04-1980\t111222333",
    ] {
        let read = document(source.as_bytes(), "klanten.csv");
        assert_eq!(read.format, Format::Csv);
        let row = if source.starts_with("sep") { 3 } else { 2 };
        has(&read, &format!("A{row}"), "Achternaam", None, "Jansen");
        has(&read, &format!("C{row}"), "BSN", None, "111222333");
        let other = masked(source.as_bytes(), "klanten.csv", &["Jansen", "111222333"]);
        let text = String::from_utf8(other).unwrap();
        assert_eq!(text, source.replace("Jansen", "[X_0]").replace("111222333", "[X_1]"));
    }
    // A first row with values names nothing.
    let read = document(b"Jansen;12-04-1980\nKuiper;12-03-1975\n", "klanten.csv");
    assert!(read.segments.iter().all(|one| one.label.is_empty()));
}

#[test]
fn json_keeps_its_form_and_numbers_become_texts() {
    let source = r#"{ "klant": {"naam": "Jansen \"J\"", "bsn": 111222333,
  "tags": ["a", "Jansen"] } }"#;
    let read = document(source.as_bytes(), "x.json");
    assert_eq!(read.format, Format::Json);
    has(&read, "line 1", "naam", None, "Jansen \"J\"");
    has(&read, "line 1", "bsn", None, "111222333");
    has(&read, "line 2", "tags", None, "Jansen");
    let other = masked(source.as_bytes(), "x.json", &["Jansen", "111222333"]);
    let wanted = source.replace("111222333", "\"[X_1]\"").replace("Jansen", "[X_0]");
    assert_eq!(String::from_utf8(other).unwrap(), wanted);
    let lines = "{\"naam\": \"Jansen\"}\n{\"naam\": \"Kuiper\"}\n";
    has(&document(lines.as_bytes(), "x.jsonl"), "line 2", "naam", None, "Kuiper");
}

#[test]
fn pages_give_text_tables_attributes_and_comments() {
    let source = r#"<!doctype html><html><head><title>Dossier Jansen</title><!-- van Kuiper --></head><body class="x">
<p>Mevrouw <b>Anne</b>liese &amp; co<br>belt</p><img alt="Foto van Jansen" src=x.png>
<a href="mailto:jansen@voorbeeld.example">mail</a>
<table><tr><th>Achternaam</th><th>BSN</th></tr><tr><td>Jansen</td><td>111222333</td></tr></table></body></html>"#;
    let read = document(source.as_bytes(), "pagina.html");
    assert_eq!(read.format, Format::Html);
    let texts: Vec<String> = shown(&read).into_iter().map(|one| one.3).collect();
    assert!(texts.contains(&"Mevrouw Anneliese & co\nbelt".to_owned()), "{texts:?}");
    assert!(shown(&read).iter().any(|one| one.2 == Some(Hidden::Attribute) && one.3 == "Foto van Jansen"));
    assert!(shown(&read).iter().any(|one| one.2 == Some(Hidden::Comment) && one.3.contains("van Kuiper")));
    assert!(shown(&read).iter().any(|one| one.1 == "BSN" && one.3 == "111222333"));
    let values = ["Anneliese", "Jansen", "jansen@voorbeeld.example", "111222333", "Kuiper"];
    let other = masked(source.as_bytes(), "pagina.html", &values);
    gone(&other, &values[1..]);
    let text = String::from_utf8(other).unwrap();
    assert!(text.contains("<b>[X_0]</b> &amp; co<br>"), "{text}");
    assert!(text.contains("<body class=\"x\">"));
}

#[test]
fn xml_gives_every_text_and_attribute() {
    let source = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><klant naam='Zo&#235;'><!-- oud: Kuiper -->A &amp; B<![CDATA[ & C]]></klant>";
    let read = document(source.as_bytes(), "x.xml");
    has(&read, "paragraph 1", "naam", None, "Zoë");
    has(&read, "paragraph 1", "klant", None, "A & B & C");
    has(&read, "paragraph 1", "", Some(Hidden::Comment), " oud: Kuiper ");
    let other = String::from_utf8(masked(source.as_bytes(), "x.xml", &["Zoë", "Kuiper"])).unwrap();
    assert!(other.contains("naam='[X_0]'") && other.contains("<!-- oud: [X_1] -->"), "{other}");
}

#[test]
fn contacts_and_appointments_are_read_over_folded_lines() {
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anneliese van Wijn\r\n gaarden\r\nTEL;TYPE=home:06-12345678\r\nBDAY:1983-07-14\r\nEND:VCARD\r\n";
    let read = document(card.as_bytes(), "x.vcf");
    assert_eq!(read.format, Format::Vcf);
    has(&read, "line 3", "naam", None, "Anneliese van Wijngaarden");
    has(&read, "line 6", "geboortedatum", None, "1983-07-14");
    let other = masked(card.as_bytes(), "x.vcf", &["Anneliese van Wijngaarden"]);
    assert_eq!(
        String::from_utf8(other).unwrap(),
        card.replace("Anneliese van Wijn\r\n gaarden", "[X_0]\r\n ")
    );
    let day = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Gesprek met Jansen\nATTENDEE;CN=\"Kuiper: Jan\":mailto:k@voorbeeld.example\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = document(day.as_bytes(), "x.ics");
    has(&read, "line 4", "deelnemer", None, "mailto:k@voorbeeld.example");
    has(&read, "line 4", "", None, "CN=\"Kuiper: Jan\"");
}

const MESSAGE: &str = "From: =?utf-8?Q?Zo=C3=AB_de_Boer?= <zoe@voorbeeld.example>\r
To: balie@voorbeeld.example\r
Subject: Vraag van Jansen\r
Message-ID: <1@voorbeeld.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=\"grens\"\r
\r
Alleen oude programma's zien Kuiper.\r
--grens\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Pati=EBnt Jansen belt, bsn 111=\r
222333.\r
--grens\r
Content-Type: text/csv; name=\"Jansen.csv\"\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment; filename=\"lijst.csv\"\r
\r
QWNodGVybmFhbTtCU04KSmFuc2VuOzExMTIyMjMzMwo=\r
--grens--\r
";

#[test]
fn b05_messages_are_read_with_headers_parts_and_attachments() {
    let read = document(MESSAGE.as_bytes(), "x.eml");
    assert_eq!(read.format, Format::Eml);
    has(&read, "Subject", "", None, " Vraag van Jansen");
    has(&read, "From", "", None, " Zoë de Boer <zoe@voorbeeld.example>");
    has(&read, "line 1", "", None, "Patiënt Jansen belt, bsn 111222333.");
    has(&read, "lijst.csv!A2", "Achternaam", None, "Jansen");
    assert!(shown(&read).iter().any(|one| one.3.contains("zien Kuiper")), "{:#?}", shown(&read));
}

#[test]
fn a_masked_message_is_a_message_without_the_values_in_any_packing() {
    let source = MESSAGE.replace("Alleen oude programma's zien Kuiper.\r\n", "");
    let values = ["Jansen", "111222333", "Zoë de Boer", "zoe@voorbeeld.example"];
    let other = masked(source.as_bytes(), "x.eml", &values);
    gone(&other, &values);
    let read = document(&other, "x.eml");
    has(&read, "Subject", "", None, " Vraag van [X_0]");
    has(&read, "line 1", "", None, "Patiënt [X_0] belt, bsn [X_1].");
    has(&read, "lijst.csv!B2", "BSN", None, "[X_1]");
    has(&read, "From", "", None, " [X_2] <[X_3]>");
}
