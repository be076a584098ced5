//! Server-sent events (WHATWG HTML, section 9.2), byte for byte: what needs no change is passed on exactly as
//! it came, keep-alives included.

use bytes::{Bytes, BytesMut};

/// The largest event that is read, in bytes.
pub const MAX_EVENT_BYTES: usize = 4 << 20;

/// One block of lines up to and including its empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The bytes as they came.
    pub raw: Bytes,
    /// The `event:` field; empty when there is none.
    pub name: String,
    /// All `data:` fields, joined by line feeds; `None` for a block with only comments or other fields.
    pub data: Option<String>,
}

/// Why a stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// An event is larger than [`MAX_EVENT_BYTES`].
    #[error("an event in the stream is larger than {MAX_EVENT_BYTES} bytes")]
    TooLarge,
    /// An event is not valid UTF-8.
    #[error("an event in the stream is not valid UTF-8")]
    NotText,
    /// The stream ended in the middle of an event.
    #[error("the stream ended in the middle of an event")]
    CutOff,
}

/// Splits a byte stream into events. Any split of the stream gives the same events.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: BytesMut,
    /// Bytes of `buffer` in which no event ends.
    searched: usize,
    /// No more bytes will come.
    closed: bool,
}

impl Reader {
    /// Adds bytes from the network.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole event, if there is one.
    ///
    /// # Errors
    /// See [`SseError`]; the stream cannot be read on after one.
    pub fn next_event(&mut self) -> Result<Option<Event>, SseError> {
        match event_end(&self.buffer, self.searched, self.closed) {
            Ok(end) => {
                self.searched = 0;
                if end > MAX_EVENT_BYTES {
                    return Err(SseError::TooLarge);
                }
                parse(self.buffer.split_to(end).freeze()).map(Some)
            }
            Err(searched) => {
                self.searched = searched;
                if self.buffer.len() > MAX_EVENT_BYTES { Err(SseError::TooLarge) } else { Ok(None) }
            }
        }
    }

    /// The stream has ended: gives the last event if only its end was in doubt.
    ///
    /// # Errors
    /// `CutOff` when an event was under way: half an event is never passed on.
    pub fn finish(&mut self) -> Result<Option<Event>, SseError> {
        self.closed = true;
        if let Some(event) = self.next_event()? {
            return Ok(Some(event));
        }
        if self.buffer.iter().all(|&b| matches!(b, b'\n' | b'\r')) { Ok(None) } else { Err(SseError::CutOff) }
    }
}

/// Where the first event ends: behind an empty line. `Err` is how far there is nothing to find.
fn event_end(bytes: &[u8], from: usize, closed: bool) -> Result<usize, usize> {
    let mut line_start = from;
    while let Some(length) = bytes[line_start..].iter().position(|&b| b == b'\n' || b == b'\r') {
        let at = line_start + length;
        let next = match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => at + 2,
            // A carriage return at the very end may be half of a line end.
            (b'\r', None) if !closed => return Err(line_start),
            _ => at + 1,
        };
        if length == 0 && line_start > 0 {
            return Ok(next);
        }
        if length == 0 {
            // Empty lines before an event carry nothing; they go with it.
            let rest = event_end(&bytes[next..], 0, closed);
            return match rest {
                Ok(end) => Ok(next + end),
                Err(_) => Err(0),
            };
        }
        line_start = next;
    }
    Err(line_start)
}

fn parse(raw: Bytes) -> Result<Event, SseError> {
    let text = std::str::from_utf8(&raw).map_err(|_| SseError::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut name = String::new();
    let mut data: Option<String> = None;
    for line in text.split(['\n', '\r']) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut name),
            "data" => match &mut data {
                None => data = Some(value.to_owned()),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            _ => {}
        }
    }
    Ok(Event { raw, name, data })
}

/// Writes an event.
#[must_use]
pub fn write(name: &str, data: &str) -> Bytes {
    let mut out = String::with_capacity(name.len() + data.len() + 20);
    if !name.is_empty() {
        out.push_str("event: ");
        out.push_str(name);
        out.push('\n');
    }
    for line in data.split('\n') {
        out.push_str("data: ");
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(pieces: &[&[u8]]) -> Result<Vec<Event>, SseError> {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        for piece in pieces {
            reader.push(piece);
            while let Some(event) = reader.next_event()? {
                events.push(event);
            }
        }
        events.extend(reader.finish()?);
        Ok(events)
    }

    #[test]
    fn events_are_read_as_the_standard_says() {
        for (stream, expected) in [
            ("data: a\n\n", vec![("", Some("a"))]),
            ("data:a\r\n\r\n", vec![("", Some("a"))]),
            ("data: a\rdata: b\r\rx: 1\n\n", vec![("", Some("a\nb")), ("", None)]),
            ("event: message_stop\ndata: {}\n\n", vec![("message_stop", Some("{}"))]),
            ("data: a\r\r", vec![("", Some("a"))]),
            (": keep-alive\n\ndata: [DONE]\n\n", vec![("", None), ("", Some("[DONE]"))]),
            ("data\n\n", vec![("", Some(""))]),
            ("\u{feff}data: a\n\n", vec![("", Some("a"))]),
            ("\n\ndata: a\n\n\n", vec![("", Some("a"))]),
        ] {
            let found = events(&[stream.as_bytes()]).unwrap();
            let found: Vec<_> = found.iter().map(|e| (e.name.as_str(), e.data.as_deref())).collect();
            assert_eq!(found, expected, "{stream:?}");
        }
    }

    #[test]
    fn half_an_event_is_an_error_not_an_event() {
        assert_eq!(events(&[b"data: a\n\ndata: {\"x"]), Err(SseError::CutOff));
        assert_eq!(events(&[b"data: a\n"]), Err(SseError::CutOff));
        assert_eq!(events(&[b"data: \xff\n\n"]), Err(SseError::NotText));
        let long = vec![b'x'; MAX_EVENT_BYTES + 1];
        assert_eq!(events(&[&long]), Err(SseError::TooLarge));
    }

    #[test]
    fn written_events_read_back() {
        let bytes = write("ping", "{\"a\":1}\nb");
        let read = events(&[&bytes]).unwrap();
        assert_eq!((read[0].name.as_str(), read[0].data.as_deref()), ("ping", Some("{\"a\":1}\nb")));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_split_gives_the_same_events_and_no_byte_is_lost(
            stream in "(data: [a-c]{0,4}(\r\n|\n|\r)|(\r\n|\n|\r)|event: x\n|: c\n){0,20}",
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = stream.as_bytes();
            let cut = if bytes.is_empty() { 0 } else { cut.index(bytes.len()) };
            let whole = events(&[bytes]);
            let singly: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(&events(&singly), &whole);
            prop_assert_eq!(&events(&[&bytes[..cut], &bytes[cut..]]), &whole);
            if let Ok(whole) = whole {
                let raw: Vec<u8> = whole.iter().flat_map(|e| e.raw.to_vec()).collect();
                prop_assert!(bytes.starts_with(&raw));
            }
        }
    }
}
