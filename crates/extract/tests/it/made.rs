//! Archives and documents put together here.

use std::io::Write as _;

use sluis_extract::{Format, Pictures, Unreadable, Unwritable};
use zip::write::SimpleFileOptions;

use super::{document, file, gone, has, refusal};

pub(crate) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in entries {
        out.start_file(*name, SimpleFileOptions::default()).expect("a name");
        out.write_all(data).expect("memory");
    }
    out.finish().expect("an archive").into_inner()
}

#[test]
fn files_in_an_archive_are_read_and_masked_each_in_its_kind() {
    let bytes = archive(&[
        ("lijst.csv", b"Achternaam;BSN\nJansen;111222333\n"),
        ("map/verslag.docx", &file("verslag.docx")),
        ("foto.png", b"\x89PNG\r\n\x1a\n"),
    ]);
    let read = document(&bytes, "alles.zip");
    assert_eq!(read.format, Format::Zip);
    has(&read, "lijst.csv!A2", "Achternaam", None, "Jansen");
    has(
        &read,
        "map/verslag.docx > footnotes paragraph 1",
        "",
        Some(sluis_extract::Hidden::Note),
        "\tHaar BSN is 111222333.",
    );
    assert_eq!(read.unread.len(), 1);
    assert_eq!((read.unread[0].part.as_str(), read.unread[0].why), ("foto.png", Unreadable::Picture));
    let values = ["Jansen", "111222333", "Anneliese van Wijngaarden"];
    let other = super::masked(&bytes, "alles.zip", &values);
    gone(&other, &values);
}

#[test]
fn a_picture_becomes_empty_unless_it_may_stay() {
    let bytes = archive(&[("foto.png", b"\x89PNG\r\n\x1a\nxyz"), ("a.txt", b"Jansen")]);
    let read = document(&bytes, "x.zip");
    let holds = |bytes: &[u8]| super::unpacked(bytes).windows(3).any(|part| part == b"xyz");
    assert!(!holds(&read.rewrite(&bytes, &[], Pictures::Blank).unwrap()));
    assert!(holds(&read.rewrite(&bytes, &[], Pictures::Keep).unwrap()));
}

#[test]
fn what_cannot_be_read_inside_is_named_and_keeps_the_rest_from_leaving() {
    let bytes = archive(&[("a.txt", b"Jansen"), ("b.7z", b"7z\xbc\xaf\x27\x1c")]);
    let read = document(&bytes, "x.zip");
    has(&read, "a.txt line 1", "", None, "Jansen");
    assert_eq!((read.unread[0].part.as_str(), read.unread[0].why), ("b.7z", Unreadable::Unknown));
    assert_eq!(read.rewrite(&bytes, &[], Pictures::Keep), Err(Unwritable::Unread));
}

#[test]
fn the_name_of_a_file_is_a_text_that_cannot_be_changed() {
    let bytes = archive(&[("Jansen.txt", b"x")]);
    let read = document(&bytes, "x.zip");
    let edits = super::edits(&read, &["Jansen"]);
    assert_eq!(edits.len(), 1);
    assert_eq!(read.rewrite(&bytes, &edits, Pictures::Blank), Err(Unwritable::Fixed));
}

#[test]
fn a_value_over_several_runs_gets_its_token_in_the_first() {
    let source = r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w" xmlns:wp="wp"><w:body><w:p><w:r><w:t xml:space="preserve">Dag A&amp;B, </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>Anne</w:t></w:r><w:r><w:t>liese van </w:t></w:r><w:r><w:t>Wijngaarden belt</w:t></w:r></w:p><w:p><w:r><wp:docPr id="1" descr="Foto van Anneliese"/></w:r></w:p></w:body></w:document>"#;
    let bytes = archive(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", source.as_bytes())]);
    let read = document(&bytes, "x.docx");
    assert_eq!(read.format, Format::Docx);
    has(&read, "paragraph 1", "", None, "Dag A&B, Anneliese van Wijngaarden belt");
    has(&read, "paragraph 1", "descr", Some(sluis_extract::Hidden::Attribute), "Foto van Anneliese");
    let other = super::masked(&bytes, "x.docx", &["Anneliese van Wijngaarden"]);
    let all = super::unpacked(&other);
    let text = String::from_utf8_lossy(&all);
    let wanted = source
        .replace("<w:t>Anne<", "<w:t>[X_0]<")
        .replace("liese van <", "<")
        .replace("Wijngaarden belt", " belt");
    assert!(text.contains(&wanted), "{text}");
}

#[test]
fn a_pdf_that_names_its_font_without_having_it_is_read_too() {
    let text = "BT /F1 12 Tf 72 700 Td (Mevrouw Jansen, BSN 111222333) Tj 0 -20 Td (Zo\\353 belt) Tj ET";
    let pdf = format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(Bel Kuiper)>>]>>\nendobj\n4 0 obj\n<</Length {}>>\nstream\n{text}\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n",
        text.len()
    );
    let read = document(pdf.as_bytes(), "x.pdf");
    has(&read, "page 1", "", None, "Mevrouw Jansen, BSN 111222333\nZoë belt");
    assert!(read.segments.iter().any(|one| one.text == "Bel Kuiper"), "comments are found beside the page");
    let empty = pdf.replace(text, "").replace(&text.len().to_string(), "0");
    assert!(document(empty.as_bytes(), "x.pdf").segments.iter().all(|one| one.hidden.is_some()));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![b' '; 8 << 20];
    assert_eq!(refusal(&archive(&[("a.txt", &zeros)]), "bom.zip"), Unreadable::TooLarge);
    let many: Vec<(String, &[u8])> = (0..10_001).map(|n| (format!("{n}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, data)| (name.as_str(), *data)).collect();
    assert_eq!(refusal(&archive(&many), "veel.zip"), Unreadable::TooMany);
    let mut deep = archive(&[("a.txt", b"Jansen")]);
    for _ in 0..5 {
        deep = archive(&[("x.zip", &deep)]);
    }
    let read = document(&deep, "diep.zip");
    assert_eq!(read.unread[0].why, Unreadable::TooDeep);
    assert!(read.segments.iter().all(|one| one.text != "Jansen"));
    let xml = format!("<?xml version=\"1.0\"?>{}x{}", "<a>".repeat(300), "</a>".repeat(300));
    assert_eq!(refusal(xml.as_bytes(), "diep.xml"), Unreadable::TooDeep);
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"ha\">]><a>&b;</a>";
    assert_eq!(refusal(laughs.as_bytes(), "lach.xml"), Unreadable::Entities);
    assert_eq!(refusal(&vec![b'a'; sluis_extract::MAX_INPUT + 1], "groot.txt"), Unreadable::TooLarge);
}

#[test]
fn reading_stops_when_the_time_is_up() {
    for name in ["verslag.docx", "klanten.xlsx", "verslag.pdf", "casus.odp"] {
        assert_eq!(
            sluis_extract::read(&file(name), name, &|| true).err(),
            Some(Unreadable::TooSlow),
            "{name}"
        );
    }
}

/// Columns of real lists, and what must be found under them.
#[test]
fn b05_the_name_of_a_column_makes_its_cells_findings() {
    let detector = sluis_detect::Detector::new(sluis_detect::Profile::Fast);
    let cases = [
        ("Achternaam", "Kuiper", "person"),
        ("Geb.dat", "12-03-1975", "birth_date"),
        ("BSN", "111222333", "bsn"),
        ("Patiëntnr", "P-4471902", "patient_number"),
        ("Klantnummer", "90817263", "customer_number"),
        ("E-mail", "kuiper@voorbeeld.example", "email"),
        ("Telefoon", "06-12345678", "phone"),
        ("Postcode", "3581 KD", "postcode"),
        ("Straat", "Eikenlaan 14", "address"),
        ("Woonplaats", "Utrecht", "city"),
    ];
    for (column, value, kind) in cases {
        let read = document(format!("Nr;{column}\n1;{value}\n").as_bytes(), "lijst.csv");
        let segments: Vec<_> = read
            .segments
            .iter()
            .map(|one| sluis_detect::Segment { text: &one.text, label: &one.label })
            .collect();
        let found = detector.detect_document(&segments);
        let kinds: Vec<&str> = found.last().unwrap().iter().map(|one| one.kind.name()).collect();
        assert_eq!(kinds, [kind], "{column}: {value}");
    }
}
