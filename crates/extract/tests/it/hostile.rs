//! Any bytes: refused or read, never a panic, and never a rewritten file that cannot be read.

use proptest::prelude::*;
use sluis_extract::{Pictures, read};

use super::file;

const FILES: [&str; 10] = [
    "verslag.docx",
    "verslag.odt",
    "verslag.rtf",
    "verslag.pdf",
    "klanten.xlsx",
    "klanten.ods",
    "casus.pptx",
    "casus.odp",
    "beveiligd.xlsx",
    "make.py",
];

fn survives(bytes: &[u8], name: &str) {
    if let Ok(read) = read(bytes, name, &|| false) {
        for one in &read.segments {
            assert!(!one.text.is_empty());
            let _ = one.place_of(one.text.len()).to_string();
        }
        let edits: Vec<_> = super::edits(&read, &["a", "e "]);
        let _ = read.text(&edits);
        let _ = read.rewrite(bytes, &edits, Pictures::Blank);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        start in proptest::sample::select(vec!["", "%PDF-1.4\n", "PK\u{3}\u{4}", "{\\rtf1 ", "<?xml version=\"1.0\"?>", "<html>", "sep=;\n", "{\"a\":", "BEGIN:VCARD\n", "From: a\r\nMessage-ID: b\r\n"]),
        name in proptest::sample::select(vec!["", "x.csv", "x.html", "x.eml", "x.xml"]),
    ) {
        survives(&[start.as_bytes(), &bytes].concat(), name);
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in "[a-z<>&;:\"'=\\[\\]{}()\\\\/\n\r\t ,.?!#0-9-]{0,200}",
        start in proptest::sample::select(vec!["", "<?xml version=\"1.0\"?><a>", "<html>", "sep=;\n", "{\\rtf1 ", "BEGIN:VCALENDAR\n", "Message-ID: b\r\nSubject: ", "Message-ID: b\r\nTo: a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"]),
        name in proptest::sample::select(vec!["", "x.csv", "x.html", "x.eml"]),
    ) {
        survives(format!("{start}{text}").as_bytes(), name);
    }

    #[test]
    fn a_damaged_document_is_read_or_refused(
        at in 0..FILES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = file(FILES[at]);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        survives(&bytes, FILES[at]);
    }

    /// The parts of an office document are packed: only damage inside them reaches their readers.
    #[test]
    fn a_damaged_part_of_a_document_is_read_or_refused(
        at in 0..6_usize,
        part in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[<>/\"&;= a-z0-9]{0,6}"), 1..6),
    ) {
        let name = ["verslag.docx", "verslag.odt", "klanten.xlsx", "klanten.ods", "casus.pptx", "casus.odp"][at];
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file(name))).unwrap();
        let wanted = part.index(archive.len());
        let mut entries = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let path = entry.name().unwrap().into_owned();
            let mut data = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut data).unwrap();
            if index == wanted && !data.is_empty() {
                for (place, text) in &changes {
                    let place = place.index(data.len());
                    data.splice(place..place, text.bytes());
                }
            }
            entries.push((path, data));
        }
        let entries: Vec<(&str, &[u8])> = entries.iter().map(|(path, data)| (path.as_str(), data.as_slice())).collect();
        survives(&super::made::archive(&entries), name);
    }

    /// Whatever word is masked in a table or a text: its bytes are gone.
    #[test]
    fn a_masked_value_is_gone_from_the_bytes(value in "[A-Z][a-zé&<\"' ]{3,12}[a-z]", csv in any::<bool>()) {
        let (name, text) = if csv {
            ("x.csv", format!("Naam;Nr\n\"{}\";1\n", value.replace('"', "\"\"")))
        } else {
            ("x.json", serde_json::json!({"naam": value, "nr": [value]}).to_string())
        };
        let other = super::masked(text.as_bytes(), name, &[&value]);
        prop_assert!(!String::from_utf8_lossy(&other).contains(&value));
        prop_assert!(super::document(&other, name).segments.iter().any(|one| one.text == "[X_0]"));
    }
}
