//! Prints how many microseconds detection takes per KiB of text, for texts of several sizes. Takes a file of prose as argument, else a built-in sample.

use sluis_detect::{Detector, Profile};
use std::hint::black_box;
use std::time::Instant;

const SAMPLE: &str = "Beste Fatima, kun jij mevrouw Van den Berg-Jansen terugbellen? Zij woont op de Dorpsstraat 12a, 3512 JC Utrecht, \
en is bereikbaar op 06-12345678 of via f.vandenberg@voorbeeld.nl. Het gaat over de factuur van vorige maand (nummer 2024-00917, € 1.250,00); \
volgens haar is het bedrag dubbel afgeschreven van NL91 ABNA 0417 1643 00. De vergadering van donderdag begint een half uur later dan gepland, \
omdat de zaal eerst nog moet worden klaargezet. Wie kan de notulen maken? Graag voor het einde van de week een voorstel.\n";

#[expect(
    clippy::disallowed_methods,
    reason = "an example is a program, and programs may read their arguments"
)]
fn main() {
    let built = Instant::now();
    let detector = Detector::new(Profile::Fast);
    println!("built in {:.1} ms", built.elapsed().as_secs_f64() * 1e3);
    let prose = std::env::args()
        .nth(1)
        .and_then(|path| std::fs::read_to_string(path).ok())
        .unwrap_or_else(|| SAMPLE.repeat(40));
    for size in [512, 4 << 10, 64 << 10, 1 << 20] {
        let mut texts = Vec::new();
        let mut rest = prose.as_str();
        while texts.len() < 32 && rest.len() >= size {
            let mut cut = size;
            while !rest.is_char_boundary(cut) {
                cut += 1;
            }
            let (text, tail) = rest.split_at(cut);
            texts.push(text.to_owned());
            rest = tail;
        }
        if texts.is_empty() {
            texts.push(prose.repeat(size / prose.len() + 1));
        }
        let bytes: usize = texts.iter().map(String::len).sum();
        let mut best = f64::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            for text in &texts {
                black_box(detector.detect(black_box(text)));
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        let kib = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1024.0;
        println!("{size:8} bytes: {:.1} µs/KiB", best * 1e6 / kib);
    }
}
