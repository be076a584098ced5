//! Bytes that are text, in the encodings that office programs write.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::document::Unreadable;

/// How a text was written, so that it can be written so again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charset {
    encoding: &'static Encoding,
    bom: bool,
}

impl Charset {
    pub(crate) const UTF_8: Self = Self { encoding: UTF_8, bom: false };

    /// The text in this encoding. What it has no sign for becomes a question mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let units = |bytes: fn(u16) -> [u8; 2]| {
            let mark = self.bom.then_some(0xfeff);
            mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        if self.encoding == UTF_16LE {
            units(u16::to_le_bytes)
        } else if self.encoding == UTF_16BE {
            units(u16::to_be_bytes)
        } else if self.encoding == UTF_8 {
            let mark: &[u8] = if self.bom { b"\xef\xbb\xbf" } else { b"" };
            [mark, text.as_bytes()].concat()
        } else {
            let (bytes, _, lossy) = self.encoding.encode(text);
            if !lossy {
                return bytes.into_owned();
            }
            let mut out = Vec::with_capacity(text.len());
            for char in text.chars() {
                let mut sign = [0; 4];
                let (bytes, _, lossy) = self.encoding.encode(char.encode_utf8(&mut sign));
                out.extend_from_slice(if lossy { b"?" } else { &bytes });
            }
            out
        }
    }
}

/// The text in these bytes: by its mark, as UTF-8, by the name that the file gives, or else by what the bytes look like.
pub(crate) fn decode(bytes: &[u8], named: Option<&str>) -> Result<(String, Charset), Unreadable> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return whole(&bytes[mark..], Charset { encoding, bom: true });
    }
    let named = named.and_then(|name| Encoding::for_label(name.trim().as_bytes()));
    if let Some(encoding) = named.filter(|one| *one == UTF_16LE || *one == UTF_16BE) {
        return whole(bytes, Charset { encoding, bom: false });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return plain(text.to_owned(), Charset::UTF_8);
    }
    let encoding = named.filter(|one| *one != UTF_8).unwrap_or_else(|| guess(bytes));
    whole(bytes, Charset { encoding, bom: false })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], true);
    // Where Sluis is used, what is not UTF-8 is nearly always what Windows writes.
    let guess = detector.guess(Some(b"nl"), chardetng::Utf8Detection::Deny);
    if guess == UTF_8 { WINDOWS_1252 } else { guess }
}

fn whole(bytes: &[u8], charset: Charset) -> Result<(String, Charset), Unreadable> {
    match charset.encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => plain(text.into_owned(), charset),
        None => Err(Unreadable::Damaged),
    }
}

/// Refuses what only looks like text: no text has signs that steer a machine.
fn plain(text: String, charset: Charset) -> Result<(String, Charset), Unreadable> {
    let steers = |c: char| {
        c.is_ascii_control()
            && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}' | '\u{1a}' | '\u{7f}' | '\u{b}')
    };
    let odd = text.chars().filter(|&c| steers(c)).count();
    if text.contains('\0') || odd > text.len() / 100 { Err(Unreadable::Unknown) } else { Ok((text, charset)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_windows_and_of_other_systems_is_read_and_written_back() {
        let cases: [(&[u8], &str); 5] = [
            ("Zoë".as_bytes(), "Zoë"),
            (b"\xef\xbb\xbfZo\xc3\xab", "Zoë"),
            (b"Pati\xebnt Zo\xeb, \x80 12", "Patiënt Zoë, € 12"),
            (b"\xff\xfeZ\0o\0\xeb\0", "Zoë"),
            (b"\xfe\xff\0Z\0o\0\xeb", "Zoë"),
        ];
        for (bytes, text) in cases {
            let (read, charset) = decode(bytes, None).unwrap();
            assert_eq!(read, text);
            assert_eq!(charset.encode(&read), bytes);
        }
        assert_eq!(decode(b"Zo\xeb", Some("iso-8859-1")).unwrap().0, "Zoë");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(decode(b"\x7fELF\x02\x01\0\0\0", None).unwrap_err(), Unreadable::Unknown);
        assert_eq!(decode(b"\xff\xfe\0\xd8x", None).unwrap_err(), Unreadable::Damaged);
    }
}
