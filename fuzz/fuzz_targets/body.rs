//! Any bytes as a request body: read or refused, and what is read is put back unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluis_gateway::body::{close_arguments, open_arguments, read};
use sluis_gateway::dialect::Dialect;
use sluis_gateway::json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = json::parse(bytes) else { return };
    assert_eq!(json::parse(value.to_string().as_bytes()).as_ref(), Ok(&value));
    for dialect in [Dialect::Chat, Dialect::Responses, Dialect::Embeddings, Dialect::Messages] {
        let mut body = value.clone();
        let opened = open_arguments(&mut body);
        if let Ok(found) = read(dialect, &mut body) {
            assert!(found.leaves.iter().all(|leaf| leaf.value.is_string() || leaf.value.is_number()));
        }
        close_arguments(&mut body, opened);
    }
});
