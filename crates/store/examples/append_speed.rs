//! How many entries a second become durable, by how many callers wait at once.
//!
//! `cargo run --release -p sluis-store --example append_speed -- [URL of an empty database]…`; without a URL a file of
//! SQLite in the folder for temporary files.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sluis_ledger::{Event, Expect, verify};
use sluis_store::{MasterKey, Source, Store};

fn random(bytes: &mut [u8]) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    for part in bytes.chunks_mut(8) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        part.copy_from_slice(&number.to_le_bytes()[..part.len()]);
    }
}

#[tokio::main]
async fn main() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a program for measuring takes its place from its arguments"
    )]
    let mut urls: Vec<String> = std::env::args().skip(1).collect();
    let dir = tempfile::tempdir().expect("a folder for temporary files");
    if urls.is_empty() {
        urls.push(format!("sqlite:{}", dir.path().join("speed.db").display()));
    }
    for url in urls {
        let kind = url.split(':').next().unwrap_or_default();
        let source = Source { now: || 1_760_000_000_000_000, random };
        let store =
            Store::open(&url, MasterKey::from_bytes([1; 32]), source).await.expect("an empty database");
        for (callers, each) in [(1, 1000), (16, 500), (64, 500), (256, 200)] {
            let start = Instant::now();
            let running: Vec<_> = (0..callers)
                .map(|_| {
                    let store = store.clone();
                    tokio::spawn(async move {
                        for _ in 0..each {
                            store.append(store.entry(Event::Sent)).await.expect("a database that works");
                        }
                    })
                })
                .collect();
            for one in running {
                one.await.expect("no panic");
            }
            let rate = f64::from(callers * each) / start.elapsed().as_secs_f64();
            println!("{kind}: {callers:>3} callers: {rate:>7.0} entries per second, each durable");
        }
        let mut file = Vec::new();
        store.export(&mut file).await.expect("a database that works");
        let report = verify(&file[..], &Expect::default(), |_| ()).expect("a ledger that is good");
        println!("{kind}: {} entries verified", report.entries);
        store.close().await;
    }
}
