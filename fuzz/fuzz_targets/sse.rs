//! Any bytes as a stream, cut at any place: the same events as in one piece.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluis_gateway::sse::{Event, Reader, SseError};

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

fuzz_target!(|input: (usize, &[u8])| {
    let (cut, bytes) = input;
    let cut = cut % (bytes.len() + 1);
    assert_eq!(events(&[bytes]), events(&[&bytes[..cut], &bytes[cut..]]));
});
