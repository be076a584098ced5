//! Any bytes as an exported ledger: a report or an error, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluis_ledger::{Expect, verify};

fuzz_target!(|bytes: &[u8]| {
    let _ = verify(bytes, &Expect::default(), |_| {});
});
