//! What kind of file some bytes are, by what is in them.

use crate::document::{Format, Unreadable};

/// How much of a file is looked at.
const HEAD: usize = 4_096;

/// How archives begin that are not read, and programs.
const OTHERS: [&[u8]; 6] = [b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x7fELF"];

/// The kinds that are not text, or why it is none of ours.
pub(crate) fn binary(bytes: &[u8]) -> Result<Option<Format>, Unreadable> {
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Some(Format::Zip));
    }
    if head.starts_with(b"{\\rtf") {
        return Ok(Some(Format::Rtf));
    }
    // Readers of PDF accept some bytes before the mark.
    if head[..head.len().min(1_024)].windows(5).any(|five| five == b"%PDF-") {
        return Ok(Some(Format::Pdf));
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_locked = bytes.windows(locked.len()).any(|part| part == locked);
        return Err(if is_locked { Unreadable::Encrypted } else { Unreadable::Old });
    }
    if is_picture(head) {
        return Err(Unreadable::Picture);
    }
    if OTHERS.iter().any(|mark| head.starts_with(mark)) {
        return Err(Unreadable::Unknown);
    }
    Ok(None)
}

/// How pictures begin.
const MARKS: [&[u8]; 8] = [
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\xd7\xcd\xc6\x9a",
    b"\x01\0\0\0\x6c\0\0\0",
];

/// Whether the bytes are a picture.
fn is_picture(head: &[u8]) -> bool {
    let riff = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    let heic = head.get(4..8) == Some(b"ftyp");
    riff || heic
        || MARKS
            .iter()
            .any(|mark| head.starts_with(mark) && (*mark != b"BM" || head.get(6..10) == Some(&[0; 4])))
}

/// The encoding that XML or HTML names in its head.
pub(crate) fn charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).to_ascii_lowercase();
    let from = if head.trim_start().starts_with("<?xml") {
        head.find("encoding=")? + 9
    } else if head.contains("<html") || head.contains("<meta") {
        head.find("charset=")? + 8
    } else {
        return None;
    };
    let name = head[from..].trim_start_matches(['"', '\'']);
    let name: String =
        name.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    Some(name)
}

/// Headers that begin a message.
const HEADERS: [&str; 14] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "delivered-to",
    "content-type",
    "reply-to",
    "cc",
    "dkim-signature",
    "x-mailer",
];

/// What kind of text it is. The name decides only between kinds that the content leaves open.
pub(crate) fn text(source: &str, name: &str) -> Format {
    let mut end = source.len().min(HEAD);
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let head = source[..end].trim_start();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    if lower.starts_with("begin:vcard") {
        return Format::Vcf;
    }
    if lower.starts_with("begin:vcalendar") {
        return Format::Ics;
    }
    if lower.starts_with("<!doctype html")
        || lower.starts_with("<html")
        || lower.contains("<html ") && lower.starts_with('<')
    {
        return Format::Html;
    }
    if lower.starts_with("<?xml") || matches!(ending.as_str(), "xml" | "svg") && lower.starts_with('<') {
        return Format::Xml;
    }
    if matches!(ending.as_str(), "html" | "htm") && lower.starts_with('<') {
        return Format::Html;
    }
    if head.starts_with(['{', '[']) && crate::json::is_json(source) {
        return Format::Json;
    }
    if lower.starts_with("sep=") || matches!(ending.as_str(), "csv" | "tsv" | "tab") {
        return Format::Csv;
    }
    if is_message(&lower, &ending) {
        return Format::Eml;
    }
    Format::Text
}

fn is_message(head: &str, ending: &str) -> bool {
    let mut known = 0;
    for line in head.lines().take(60) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return ending == "eml" && known > 0 };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return false;
        }
        known += usize::from(HEADERS.contains(&name));
    }
    // Two lines "Van:" and "Datum:" begin many letters: the machine's own headers make a message.
    let machine =
        ["message-id:", "mime-version:", "received:", "return-path:"].iter().any(|h| head.contains(h));
    known >= 2 && machine || ending == "eml" && known >= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_and_the_name_only_helps() {
        let cases = [
            ("Beste Jan", "brief.docx", Format::Text),
            ("a;b\n1;2", "x.csv", Format::Csv),
            ("sep=;\na;b", "x.txt", Format::Csv),
            ("a;b\n1;2", "x.txt", Format::Text),
            ("{\"a\": 1}", "x.txt", Format::Json),
            ("{\"a\": 1}\n{\"a\": 2}", "x.jsonl", Format::Json),
            ("{dit is geen json", "x.json", Format::Text),
            ("<?xml version=\"1.0\"?><a/>", "x", Format::Xml),
            ("<!DOCTYPE html><p>x", "x", Format::Html),
            ("BEGIN:VCARD\nFN:x", "x", Format::Vcf),
            ("BEGIN:VCALENDAR\n", "x", Format::Ics),
            ("From: a@b.example\nMessage-ID: <1>\n\nx", "x", Format::Eml),
            ("Date: vandaag\nTo: jou\n\nDag", "x.txt", Format::Text),
        ];
        for (source, name, format) in cases {
            assert_eq!(text(source, name), format, "{source}");
        }
        assert_eq!(binary(b"PK\x03\x04").unwrap(), Some(Format::Zip));
        assert_eq!(binary(b"\x89PNG\r\n").unwrap_err(), Unreadable::Picture);
    }
}
