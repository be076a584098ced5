//! JSON and lines of JSON: every string and number under its key, at its place in the source.

use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::document::{At, Escape, Unreadable};
use crate::read::Reader;

/// Whether the text is JSON, or values of it behind one another. Nesting has the limit of serde_json.
pub(crate) fn is_json(source: &str) -> bool {
    let mut some = false;
    for value in serde_json::Deserializer::from_str(source).into_iter::<IgnoredAny>() {
        if value.is_err() {
            return false;
        }
        some = true;
    }
    some
}

/// Reads a source for which [`is_json`] holds.
pub(crate) fn read(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    let bytes = source.as_bytes();
    let none: Arc<str> = "".into();
    // The keys of what is open; in a list the key of the list stays.
    let mut keys: Vec<Arc<str>> = vec![Arc::clone(&none)];
    let (mut at, mut line) = (0, 1_u32);
    while let Some(&byte) = bytes.get(at) {
        reader.budget.step()?;
        match byte {
            b'\n' => line = line.saturating_add(1),
            b'{' | b'[' => {
                let key = Arc::clone(keys.last().unwrap_or(&none));
                keys.push(key);
            }
            b'}' | b']' => {
                keys.pop();
            }
            b'"' => {
                let end = string_end(bytes, at);
                let text: String = serde_json::from_str(&source[at..end]).map_err(|_| Unreadable::Damaged)?;
                let key = bytes[end..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':');
                if key {
                    let tells =
                        text.contains(['@', ' ']) || text.bytes().filter(u8::is_ascii_digit).count() >= 6;
                    if tells {
                        reader.push_run(leaf, at..end, Escape::Json, &text, &none, At::Line(line))?;
                    }
                    if let Some(last) = keys.last_mut() {
                        *last = text.into();
                    }
                } else {
                    let label = Arc::clone(keys.last().unwrap_or(&none));
                    reader.push_run(leaf, at..end, Escape::Json, &text, &label, At::Line(line))?;
                }
                at = end;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..]
                    .iter()
                    .take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                let end = at + length.count();
                let label = Arc::clone(keys.last().unwrap_or(&none));
                reader.push_run(leaf, at..end, Escape::Json, &source[at..end], &label, At::Line(line))?;
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
