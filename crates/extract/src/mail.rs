//! Messages: headers, bodies, and what is attached.

use std::ops::Range;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::charset::Charset;
use crate::document::{At, Body, Escape, Hidden, Unreadable};
use crate::read::Reader;

/// Headers of machines for machines, without a word about people.
const SILENT: [&str; 7] = [
    "content-transfer-encoding",
    "mime-version",
    "dkim-signature",
    "arc-seal",
    "arc-message-signature",
    "content-language",
    "importance",
];

/// How a part of a message is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// The value of a header.
    Header,
    /// As it is.
    None,
    /// Quoted-printable.
    Quoted,
    /// Base64.
    Base64,
}

impl Packing {
    /// The bytes that stand in a message so.
    pub(crate) fn unpack(self, raw: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::None => Some(raw.to_vec()),
            Self::Header => Some(decoded(raw).into_bytes()),
            Self::Quoted => quoted_printable_decode(raw),
            Self::Base64 => base64_decode(raw),
        }
    }

    /// The bytes as they stand in a message.
    pub(crate) fn pack(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::None => bytes.to_vec(),
            Self::Header => header(&String::from_utf8_lossy(bytes)).into_bytes(),
            Self::Quoted => quoted(bytes),
            Self::Base64 => base64_lines(bytes),
        }
    }
}

pub(crate) fn read(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<Body, Unreadable> {
    let message = MessageParser::new().parse(bytes).ok_or(Unreadable::Damaged)?;
    let mut parts = Vec::new();
    for part in &message.parts {
        reader.budget.part()?;
        headers(reader, bytes, part, &mut parts)?;
        body(reader, bytes, part, &mut parts)?;
    }
    parts.sort_by_key(|(range, _, _)| range.start);
    between(reader, bytes, &message, &parts)?;
    Ok(Body::Mail(parts))
}

type Parts = Vec<(Range<usize>, Packing, Body)>;

fn headers(
    reader: &mut Reader<'_>,
    bytes: &[u8],
    part: &MessagePart<'_>,
    parts: &mut Parts,
) -> Result<(), Unreadable> {
    for one in &part.headers {
        let range = one.offset_start as usize..one.offset_end as usize;
        let name = one.name.as_str();
        let Some(raw) = bytes.get(range.clone()) else { continue };
        if SILENT.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let text = decoded(raw);
        if text.trim().is_empty() {
            continue;
        }
        let leaf = reader.leaf(text.clone(), Charset::UTF_8)?;
        let seen = ["from", "to", "cc", "bcc", "subject", "date", "reply-to"];
        let lower = name.to_ascii_lowercase();
        let outer = reader.hidden;
        if !seen.contains(&lower.as_str()) {
            reader.hidden = Some(Hidden::Property);
        }
        let done = reader.within(name, |reader| {
            reader.push_run(leaf, 0..text.len(), Escape::None, &text, &"".into(), At::Whole)
        });
        reader.hidden = outer;
        done?;
        parts.push((range, Packing::Header, Body::Leaf(leaf)));
    }
    Ok(())
}

fn body(
    reader: &mut Reader<'_>,
    bytes: &[u8],
    part: &MessagePart<'_>,
    parts: &mut Parts,
) -> Result<(), Unreadable> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let Some(raw) = bytes.get(range.clone()).filter(|raw| !raw.is_empty()) else { return Ok(()) };
    let kind = part.content_type();
    let charset = kind.and_then(|kind| kind.attribute("charset"));
    let (name, is_attachment) = match (part.attachment_name(), &part.body) {
        (Some(name), _) => (name.to_owned(), true),
        (None, PartType::Html(_)) => ("body.html".to_owned(), false),
        (None, PartType::Text(_)) => ("body.txt".to_owned(), false),
        (None, PartType::Message(_)) => ("message.eml".to_owned(), true),
        (None, _) => ("attachment".to_owned(), true),
    };
    let packing = match (&part.body, part.encoding) {
        (PartType::Multipart(_), _) => return Ok(()),
        (_, Encoding::None) => Packing::None,
        (_, Encoding::QuotedPrintable) => Packing::Quoted,
        (_, Encoding::Base64) => Packing::Base64,
    };
    let Some(data) = packing.unpack(raw) else {
        reader.not_read(&name, Unreadable::Damaged);
        parts.push((range, packing, Body::Fixed));
        return Ok(());
    };
    reader.budget.unpacked(data.len() as u64)?;
    let shown = if is_attachment { name.as_str() } else { "" };
    let inner = reader.inner_as(&data, &name, shown, charset)?;
    parts.push((range, packing, inner));
    Ok(())
}

/// What stands between the parts is shown by no mail program, but it is there.
fn between(
    reader: &mut Reader<'_>,
    bytes: &[u8],
    message: &Message<'_>,
    parts: &Parts,
) -> Result<(), Unreadable> {
    let multipart = message.parts.iter().any(|part| matches!(part.body, PartType::Multipart(_)));
    if !multipart {
        return Ok(());
    }
    let mut at = 0;
    let ends = std::iter::once(bytes.len()..bytes.len());
    let outer = reader.hidden.replace(Hidden::Comment);
    for next in parts.iter().map(|(range, _, _)| range.clone()).chain(ends) {
        let gap = bytes.get(at..next.start).unwrap_or_default();
        at = at.max(next.end);
        let text = String::from_utf8_lossy(gap);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("--"))
            .filter(|line| line.split_once(':').is_none_or(|(name, _)| name.contains(' ')))
            .collect();
        reader.push_fixed(lines.join("\n"), "", At::Whole)?;
    }
    reader.hidden = outer;
    Ok(())
}

/// A header without its folds, with encoded words decoded.
fn decoded(raw: &[u8]) -> String {
    let text = String::from_utf8(raw.to_vec())
        .unwrap_or_else(|_| encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0.into_owned());
    let text = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").replace('\n', "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let before = &rest[..at];
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        if let Some((text, length)) = word(&rest[at..]) {
            out.push_str(&text);
            rest = &rest[at + length..];
            after_word = true;
        } else {
            out.push_str("=?");
            rest = &rest[at + 2..];
            after_word = false;
        }
    }
    out.push_str(rest);
    out
}

/// The encoded word that a text begins with, and its length.
fn word(text: &str) -> Option<(String, usize)> {
    let mut fields = text.get(2..)?.splitn(3, '?');
    let (charset, kind, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let end = rest.find("?=")?;
    let data = &rest.as_bytes()[..end];
    let bytes = match kind {
        "Q" | "q" => quoted_printable_decode(rest[..end].replace('_', "=20").as_bytes())?,
        "B" | "b" => base64_decode(data)?,
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or_default();
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes())?;
    let length = 2 + charset_length(text)? + 1 + kind.len() + 1 + end + 2;
    Some((encoding.decode_without_bom_handling(&bytes).0.into_owned(), length))
}

fn charset_length(text: &str) -> Option<usize> {
    text.get(2..)?.find('?')
}

/// A header's value, in encoded words where it is not plain, on lines of a length that every program takes.
fn header(text: &str) -> String {
    let text = text.trim();
    let mut out = String::from(" ");
    let mut line = 0;
    for (index, piece) in text.split(' ').enumerate() {
        let plain = piece.bytes().all(|b| (b'!'..=b'~').contains(&b));
        let encoded =
            if plain { piece.to_owned() } else { format!("=?utf-8?B?{}?=", base64(piece.as_bytes())) };
        if index > 0 {
            if line + encoded.len() > 72 {
                out.push_str("\r\n ");
                line = 0;
            } else {
                out.push(' ');
            }
        }
        line += encoded.len() + 1;
        out.push_str(&encoded);
    }
    out.push_str("\r\n");
    out
}

fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 5 / 4);
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let mut width = 0;
        for (at, &byte) in text.iter().enumerate() {
            let last = at + 1 == text.len();
            let plain =
                (b'!'..=b'~').contains(&byte) && byte != b'=' || matches!(byte, b' ' | b'\t') && !last;
            if width + 3 > 75 {
                out.extend_from_slice(b"=\r\n");
                width = 0;
            }
            if plain {
                out.push(byte);
                width += 1;
            } else {
                out.extend_from_slice(format!("={byte:02X}").as_bytes());
                width += 3;
            }
        }
        out.extend_from_slice(&line[text.len()..]);
    }
    out
}

fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 7 / 5);
    // 57 bytes make a line of 76 signs.
    for chunk in bytes.chunks(57) {
        out.extend_from_slice(base64(chunk).as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read_and_written() {
        assert_eq!(
            decoded(b" =?utf-8?Q?Zo=C3=AB_de_Boer?= <zoe@voorbeeld.example>\r\n"),
            " Zo\u{eb} de Boer <zoe@voorbeeld.example>"
        );
        assert_eq!(decoded(b"=?iso-8859-1?B?Wm/r?=\r\n =?iso-8859-1?Q?_de_Boer?="), "Zo\u{eb} de Boer");
        assert_eq!(decoded(b"50 =? nee"), "50 =? nee");
        let long = format!("{} Zo\u{eb}", "woord ".repeat(30));
        assert_eq!(decoded(header(&long).as_bytes()).trim(), long);
        assert!(header(&long).lines().all(|line| line.len() < 80));
    }

    #[test]
    fn packing_and_unpacking_are_each_others_mirror() {
        let text = "Zo\u{eb} = caf\u{e9}, een lange regel die vast en zeker langer is dan de zesenzeventig tekens die passen.\r\nEinde ";
        assert_eq!(quoted_printable_decode(&quoted(text.as_bytes())).unwrap(), text.as_bytes());
        assert_eq!(base64_decode(&base64_lines(text.as_bytes())).unwrap(), text.as_bytes());
    }
}
