//! Any XML as a part of an office document: read or refused, and given back so that it can be read again.
#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;
use sluis_extract::{Edit, Pictures, read};

const PARTS: [(&str, &str); 5] = [
    ("word/document.xml", "word/document.xml"),
    ("xl/workbook.xml", "xl/worksheets/sheet1.xml"),
    ("xl/workbook.xml", "xl/sharedStrings.xml"),
    ("xl/workbook.xml", "xl/styles.xml"),
    ("ppt/presentation.xml", "ppt/slides/slide1.xml"),
];
const BOOK: &str = r#"<workbook><sheets><sheet name="A" r:id="r1"/></sheets></workbook>"#;
const LINKS: &str = r#"<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>"#;

fuzz_target!(|input: (u8, &str)| {
    let (main, part) = PARTS[usize::from(input.0) % PARTS.len()];
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("a name");
        out.write_all(text.as_bytes()).expect("memory");
    };
    put("[Content_Types].xml", "<Types/>");
    put("xl/_rels/workbook.xml.rels", LINKS);
    if main != part {
        put(main, BOOK);
    }
    put(part, input.1);
    let bytes = out.finish().expect("an archive").into_inner();
    let Ok(document) = read(&bytes, "", &|| false) else { return };
    let whole = |(segment, one): (usize, &sluis_extract::Segment)| Edit {
        segment,
        start: 0,
        end: one.text.len(),
        text: "[X_1]".to_owned(),
    };
    let edits: Vec<Edit> = document.segments.iter().enumerate().map(whole).collect();
    if let Ok(other) = document.rewrite(&bytes, &edits, Pictures::Blank) {
        assert!(read(&other, "", &|| false).is_ok());
    }
});
