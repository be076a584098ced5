//! Any bytes as a file: read or refused; what is read can be given back, and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluis_extract::{Edit, Pictures, read};

const STARTS: [&[u8]; 8] =
    [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"{\\rtf1 ", b"<?xml version=\"1.0\"?>", b"<html>", b"sep=;\n", b"Message-ID: a\r\nTo: b\r\n"];

fuzz_target!(|input: (u8, &[u8])| {
    let bytes = [STARTS[usize::from(input.0) % STARTS.len()], input.1].concat();
    let Ok(document) = read(&bytes, "x.csv", &|| false) else { return };
    let mut edits = Vec::new();
    for (segment, one) in document.segments.iter().enumerate() {
        let _ = one.place_of(one.text.len()).to_string();
        edits.push(Edit { segment, start: 0, end: one.text.len(), text: "[X_1]".to_owned() });
    }
    let _ = document.text(&edits);
    if let Ok(other) = document.rewrite(&bytes, &edits, Pictures::Blank) {
        assert!(read(&other, "x.csv", &|| false).is_ok());
    }
});
