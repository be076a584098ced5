//! How fast a ledger of a million entries is checked: `cargo run --release -p sluis-ledger --example verify_speed`.

use std::time::Instant;

use sluis_ledger::{
    Checkpoint, Entry, Event, Expect, Head, Header, Signer, verify, write_checkpoint, write_entry,
    write_header,
};

const ENTRIES: u64 = 1_000_000;
const EVERY: u64 = 1000;

fn entry(number: u64) -> Vec<u8> {
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    let mut entry = Entry::new(format!("{number:032x}"), 1_760_000_000_000_000, &salt, Event::Sent);
    entry.principal = "k-3f0a9c1d".into();
    entry.tool = "mistral-large".into();
    entry.channel = "api_key".into();
    entry.request = format!("r{number:020}");
    entry.verdict = "pseudonymise".into();
    entry.rule = "personal-to-approved".into();
    entry.policy = "2026-11-01".into();
    entry.findings = [("person".to_owned(), 3), ("bsn".to_owned(), 1)].into();
    entry.outcome = "ok".into();
    entry.to_bytes().expect("an entry of normal size")
}

fn main() {
    let signer = Signer::new("example.org/ledger", &[7; 32]).expect("a valid name");
    let key = signer.verifier_key().clone();
    let checkpoints = Some(ENTRIES / EVERY);
    let header = Header {
        version: 1,
        origin: key.name().into(),
        key: key.to_string(),
        size: Some(ENTRIES),
        checkpoints,
    };
    let (mut file, mut head, mut bytes) = (Vec::new(), Head::default(), 0);
    write_header(&mut file, &header).expect("memory takes it");
    let start = Instant::now();
    for number in 0..ENTRIES {
        let entry = entry(number);
        bytes += entry.len();
        let record = head.append(&entry);
        write_entry(&mut file, &record, &entry).expect("memory takes it");
        if head.size().is_multiple_of(EVERY) {
            let note = Checkpoint::sign(&signer, head.size(), &head.root()).expect("a valid name");
            write_checkpoint(&mut file, &note).expect("memory takes it");
        }
    }
    let made = start.elapsed();
    println!("made      {ENTRIES} entries of {} bytes in {made:.2?}", bytes / 1_000_000);
    for _ in 0..3 {
        let start = Instant::now();
        let expect = Expect { key: Some(key.clone()), checkpoint: None };
        let report = verify(&file[..], &expect, |_| ()).expect("the ledger is good");
        let took = start.elapsed();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = report.entries as f64 / took.as_secs_f64();
        println!("verified  {} entries in {took:.2?}: {rate:.0} per second", report.entries);
    }
}
