//! What is read from files, and what is left of values in files that are given back.

mod hostile;
mod made;
mod office;
mod plain;

use sluis_extract::{Document, Edit, Hidden, Pictures, Unreadable, read};

/// A document of the folder `files`.
fn file(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    std::fs::read(path).expect("the fixture is there")
}

fn document(bytes: &[u8], name: &str) -> Document {
    read(bytes, name, &|| false).unwrap_or_else(|why| panic!("{name} {why}"))
}

fn refusal(bytes: &[u8], name: &str) -> Unreadable {
    read(bytes, name, &|| false).err().unwrap_or_else(|| panic!("{name} was read"))
}

/// Place, label, whether it is out of sight, and the text of each segment.
fn shown(document: &Document) -> Vec<(String, String, Option<Hidden>, String)> {
    document
        .segments
        .iter()
        .map(|one| (one.place.to_string(), one.label.to_string(), one.hidden, one.text.clone()))
        .collect()
}

#[track_caller]
fn has(document: &Document, place: &str, label: &str, hidden: Option<Hidden>, text: &str) {
    let all = shown(document);
    let wanted = (place.to_owned(), label.to_owned(), hidden, text.to_owned());
    assert!(all.contains(&wanted), "{wanted:?} is not among {all:#?}");
}

/// Every mention of these values becomes `[X_1]`, `[X_2]`, ….
fn edits(document: &Document, values: &[&str]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (segment, one) in document.segments.iter().enumerate() {
        for (number, value) in values.iter().enumerate() {
            for (start, found) in one.text.match_indices(value) {
                let text = format!("[X_{number}]");
                edits.push(Edit { segment, start, end: start + found.len(), text });
            }
        }
    }
    edits
}

/// The bytes of a file, and those of all that is packed in it.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for index in 0..archive.len() {
            let mut data = Vec::new();
            let mut entry = archive.by_index(index).expect("an entry");
            std::io::Read::read_to_end(&mut entry, &mut data).expect("its bytes");
            all.extend(unpacked(&data));
        }
    }
    all
}

#[track_caller]
fn gone(bytes: &[u8], values: &[&str]) {
    let all = unpacked(bytes);
    for value in values {
        let found = all.windows(value.len()).any(|part| part == value.as_bytes());
        assert!(!found, "{value} is still there");
    }
}

fn masked(bytes: &[u8], name: &str, values: &[&str]) -> Vec<u8> {
    let document = document(bytes, name);
    let out = document.rewrite(bytes, &edits(&document, values), Pictures::Blank);
    out.unwrap_or_else(|why| panic!("{name}: {why}"))
}
