//! Documents as LibreOffice writes them.

use sluis_extract::{Format, Hidden, Pictures, Unreadable, Unwritable};

use super::{document, edits, file, gone, has, masked, refusal, shown};

const SENTENCE: &str = "Op 3 februari sprak ik met mevrouw Anneliese van Wijngaarden, geboren op 14-07-1983.";

#[test]
fn b05_a_text_document_gives_all_that_is_in_it_and_what_is_out_of_sight() {
    for (name, format) in
        [("verslag.docx", Format::Docx), ("verslag.odt", Format::Odt), ("verslag.rtf", Format::Rtf)]
    {
        let read = document(&file(name), name);
        assert_eq!(read.format, format);
        assert_eq!(read.unread, []);
        let texts = shown(&read);
        // One word in three formats is still one word.
        let seen = |hidden: Option<Hidden>, text: &str| {
            texts.iter().any(|one| one.2 == hidden && one.3.trim() == text)
        };
        assert!(seen(None, SENTENCE), "{name} {texts:#?}");
        assert!(seen(Some(Hidden::Note), "Haar BSN is 111222333."), "{name} {texts:#?}");
        assert!(seen(Some(Hidden::Deleted), "Haar oude nummer was 06-12345670."), "{name} {texts:#?}");
        assert!(seen(Some(Hidden::Margin), "Dossier van Karel Hoekstra"), "{name}");
        assert!(seen(Some(Hidden::Margin), "Vragen: info@voorbeeld.example"), "{name}");
        assert!(seen(Some(Hidden::Property), "Roos Verschuur"), "{name}");
        let comment = |one: &(String, String, Option<Hidden>, String)| {
            one.2 == Some(Hidden::Comment) && one.3.ends_with("Bel haar op 06-12345678.")
        };
        assert!(texts.iter().any(comment), "{name} {texts:#?}");
        assert!(texts.iter().any(|one| one.3.contains("Bram Dijkgraaf")), "{name}: who commented");
        if format != Format::Rtf {
            assert!(texts.iter().any(|one| one.1 == "Achternaam" && one.3 == "Kuiper"), "{name} {texts:#?}");
            assert!(texts.iter().any(|one| one.1 == "Geb.dat" && one.3 == "12-03-1975"), "{name}");
        }
    }
}

#[test]
fn b05_a_workbook_gives_every_sheet_and_cell_under_its_columns_name() {
    for (name, format) in [("klanten.xlsx", Format::Xlsx), ("klanten.ods", Format::Ods)] {
        let read = document(&file(name), name);
        assert_eq!(read.format, format);
        has(&read, "Klanten!A2", "Achternaam", None, "Jansen");
        has(&read, "Klanten!C2", "BSN", None, "111222333");
        has(&read, "Klanten!D2", "Geb.dat", None, "12-04-1980");
        has(&read, "Klanten!F2", "Aanhef", None, "Beste Jansen");
        has(&read, "Klanten!A4", "Achternaam", Some(Hidden::Folded), "Vermeulen");
        has(&read, "Oud!A2", "Patiëntnr", Some(Hidden::Folded), "P-4471902");
        let all = shown(&read);
        assert!(
            all.iter().any(|one| one.2 == Some(Hidden::Comment) && one.3 == "Gebeld met Mirjam Kuiper"),
            "{all:#?}"
        );
        assert!(all.iter().any(|one| one.1 == "naam" && one.3 == "Bram Dijkgraaf"), "{all:#?}");
        assert!(all.iter().any(|one| one.2 == Some(Hidden::Formula) && one.3.contains("Beste")), "{all:#?}");
    }
}

#[test]
fn slides_give_their_texts_notes_and_what_pictures_say() {
    for (name, format) in [("casus.pptx", Format::Pptx), ("casus.odp", Format::Odp)] {
        let read = document(&file(name), name);
        assert_eq!(read.format, format);
        let all = shown(&read);
        let seen =
            |hidden: Option<Hidden>, text: &str| all.iter().any(|one| one.2 == hidden && one.3 == text);
        assert!(seen(None, "Casus: mevrouw Anneliese van Wijngaarden"), "{all:#?}");
        assert!(seen(Some(Hidden::Note), "Noem haar BSN 111222333 niet."), "{all:#?}");
        // LibreOffice writes what a frame is called in its own format only.
        let title = seen(Some(Hidden::Attribute), "Portret van Karel Hoekstra");
        assert!(title || format == Format::Pptx, "{all:#?}");
    }
}

#[test]
fn b05_a_pdf_gives_its_pages_and_properties() {
    let read = document(&file("verslag.pdf"), "verslag.pdf");
    assert_eq!(read.format, Format::Pdf);
    let page = &read.segments[0];
    assert_eq!(page.place.to_string(), "page 1");
    let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("mevrouw Anneliese van Wijngaarden, geboren op 14-07-1983"), "{text}");
    assert!(text.contains("Dossier van Karel Hoekstra") && text.contains("Haar BSN is 111222333."), "{text}");
    assert!(shown(&read).iter().any(|one| one.1 == "naam" && one.3 == "Roos Verschuur"));
    assert_eq!(read.rewrite(&[], &[], Pictures::Blank), Err(Unwritable::Format));
    assert!(read.text(&edits(&read, &["Anneliese van Wijngaarden"])).contains("mevrouw [X_0],"));
}

#[test]
fn with_a_password_or_broken_off_is_said_so() {
    assert_eq!(refusal(&file("beveiligd.xlsx"), "beveiligd.xlsx"), Unreadable::Encrypted);
    for name in ["verslag.docx", "klanten.xlsx", "verslag.odt"] {
        let bytes = file(name);
        assert_eq!(refusal(&bytes[..bytes.len() / 2], name), Unreadable::Damaged, "{name}");
    }
    let old = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat();
    assert_eq!(refusal(&old, "oud.doc"), Unreadable::Old);
    assert_eq!(refusal(b"7z\xbc\xaf\x27\x1c", "x.7z"), Unreadable::Unknown);
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n", "x.docx"), Unreadable::Picture);
}

#[test]
fn nothing_of_a_value_is_left_in_the_bytes_of_a_masked_document() {
    let person = [
        "Anneliese van Wijngaarden",
        "111222333",
        "06-12345678",
        "06-12345670",
        "14-07-1983",
        "Karel Hoekstra",
        "Bram Dijkgraaf",
        "Eikenlaan 14",
        "Kuiper",
    ];
    let customers = [
        "Jansen",
        "Sanne",
        "111222333",
        "123456782",
        "12-04-1980",
        "El Amrani",
        "Youssef",
        "Vermeulen",
        "P-4471902",
        "Mirjam Kuiper",
        "Bram Dijkgraaf",
    ];
    let cases: [(&str, &[&str]); 6] = [
        ("verslag.docx", &person),
        ("verslag.odt", &person),
        ("klanten.xlsx", &customers),
        ("klanten.ods", &customers),
        ("casus.pptx", &["Anneliese van Wijngaarden", "06-12345678", "111222333", "Karel Hoekstra"]),
        ("casus.odp", &["Anneliese van Wijngaarden", "06-12345678", "111222333", "Karel Hoekstra"]),
    ];
    for (name, values) in cases {
        let bytes = file(name);
        let other = masked(&bytes, name, values);
        gone(&other, values);
        gone(&other, &["Roos Verschuur", "1980-04-12"]);
        let (before, after) = (document(&bytes, name), document(&other, name));
        assert_eq!(before.format, after.format);
        // What was put in is what is read, and all else is as it was.
        let lines = |text: String| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        let mut wanted = lines(before.text(&edits(&before, values)));
        wanted.remove("Roos Verschuur");
        assert_eq!(lines(after.text(&[])), wanted, "{name}");
    }
}

#[test]
fn a_number_that_becomes_a_word_is_a_text_cell() {
    let other = masked(&file("klanten.xlsx"), "klanten.xlsx", &["111222333", "12-04-1980"]);
    let read = document(&other, "klanten.xlsx");
    has(&read, "Klanten!C2", "BSN", None, "[X_0]");
    has(&read, "Klanten!D2", "Geb.dat", None, "[X_1]");
    has(&read, "Klanten!F2", "Aanhef", None, "Beste Jansen");
    let sheet = super::unpacked(&other);
    let sheet = String::from_utf8_lossy(&sheet);
    assert!(sheet.contains("t=\"str\"><v>[X_0]</v>"), "the cell says that it is a text");
    assert!(sheet.contains("CONCATENATE"), "formulas stay");
}
