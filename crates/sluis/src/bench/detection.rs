//! How fast detection is, by size of the text.

use std::time::{Duration, Instant};

use sluis_detect::{Detector, Profile};

use super::SAMPLE;

/// How long each size is measured.
const SPAN: Duration = Duration::from_millis(400);

pub fn run() {
    println!("Detection, one core, microseconds per KiB (median of all runs)\n");
    println!("{:<10} {:>10} {:>10} {:>10} {:>10}", "profile", "0.5 KiB", "4 KiB", "64 KiB", "1 MiB");
    for (name, profile) in [("fast", Profile::Fast), ("accurate", Profile::Accurate)] {
        let detector = Detector::new(profile);
        let columns: Vec<String> = [512, 4 << 10, 64 << 10, 1 << 20]
            .into_iter()
            .map(|size| match profile {
                // A mebibyte takes the model the better part of a minute.
                Profile::Accurate if size > 4 << 10 => format!("{:>10}", "–"),
                _ => format!("{:>10.1}", per_kib(&detector, size)),
            })
            .collect();
        println!("{name:<10} {}", columns.join(" "));
    }
}

fn per_kib(detector: &Detector, size: usize) -> f64 {
    let begin = Instant::now();
    let mut runs = Vec::new();
    while begin.elapsed() < SPAN || runs.len() < 3 {
        // Another text each time: the model does not read again what it read before.
        let mut text = format!("{}. {SAMPLE}", runs.len()).repeat(size / SAMPLE.len() + 1);
        let mut end = size;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let start = Instant::now();
        std::hint::black_box(detector.detect(std::hint::black_box(&text)));
        runs.push(start.elapsed());
    }
    runs.sort_unstable();
    let median = runs[runs.len() / 2];
    #[expect(clippy::cast_precision_loss, reason = "a size of at most a mebibyte fits a double exactly")]
    let kib = size as f64 / 1024.0;
    median.as_secs_f64() * 1e6 / kib
}
