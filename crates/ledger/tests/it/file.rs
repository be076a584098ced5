//! Makes exported ledgers.

use sluis_ledger::{
    Checkpoint, Entry, Event, Head, Header, Signer, write_checkpoint, write_entry, write_erased, write_header,
};

pub const ORIGIN: &str = "test.example/ledger";

pub fn signer() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

pub fn entry(number: u64) -> Vec<u8> {
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&number.to_le_bytes());
    let at = 1_760_000_000_000_000 + i64::try_from(number).unwrap() * 1000;
    let mut entry = Entry::new(format!("{number:032x}"), at, &salt, Event::Sent);
    entry.principal = "k-81c4".into();
    entry.findings.insert("person".into(), 2);
    entry.to_bytes().unwrap()
}

/// What a file is to hold: number of entries, after how many of them a checkpoint comes, which are erased.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub entries: u64,
    pub checkpoints: Vec<u64>,
    pub erased: Vec<u64>,
}

/// A good file with a checkpoint at the end, and all its checkpoints.
pub fn make(plan: &Plan) -> (Vec<u8>, Vec<String>) {
    make_with(plan, entry, true)
}

/// A file over the entries that `entry` gives; without `counts` the header does not say what the file holds.
pub fn make_with(plan: &Plan, entry: impl Fn(u64) -> Vec<u8>, counts: bool) -> (Vec<u8>, Vec<String>) {
    let signer = signer();
    let mut sizes: Vec<u64> = plan.checkpoints.iter().copied().filter(|size| *size < plan.entries).collect();
    sizes.push(plan.entries);
    sizes.sort_unstable();
    sizes.dedup();
    let header = Header {
        version: 1,
        origin: ORIGIN.into(),
        key: signer.verifier_key().to_string(),
        size: counts.then_some(plan.entries),
        checkpoints: counts.then_some(sizes.len() as u64),
    };
    let (mut out, mut notes, mut head) = (Vec::new(), Vec::new(), Head::default());
    write_header(&mut out, &header).unwrap();
    for number in 0..=plan.entries {
        if sizes.contains(&number) {
            let note = Checkpoint::sign(&signer, head.size(), &head.root()).unwrap();
            write_checkpoint(&mut out, &note).unwrap();
            notes.push(note);
        }
        if number < plan.entries {
            let bytes = entry(number);
            let record = head.append(&bytes);
            if plan.erased.contains(&number) {
                write_erased(&mut out, &record, "retention").unwrap();
            } else {
                write_entry(&mut out, &record, &bytes).unwrap();
            }
        }
    }
    (out, notes)
}

/// The lines of a file, each with its line feed.
pub fn lines(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}
