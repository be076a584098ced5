//! Prints how long the model takes per KiB of text on one core.
//!
//! How the product of matrices was chosen, on one core of a Xeon of 2023 (AVX-512 with VNNI) while other programs ran beside it; milliseconds
//! for the four products of one layer of width 384 over 192 pieces:
//!
//! | product | inputs of 384 to 1152 | to 384 | to 1536 | 1536 to 384 | layer |
//! |---|---|---|---|---|---|
//! | `rten-gemm` 0.27, u8 × i8 | 0.42 | 0.13 | 0.46 | 0.61 | 1.6 |
//! | `rten-gemm` 0.27, f32 | 1.17 | 0.39 | 1.58 | 1.51 | 4.7 |
//! | `gemm` 0.19, f32 | 2.54 | 0.73 | 3.09 | 2.92 | 9.3 |
//!
//! Attention adds 0.4 ms to a layer, its softmax 0.25, GELU 0.15. With six layers, 1 KiB of Dutch (about 280 pieces) took 36 to 44 ms while a training
//! run kept both cores of the machine busy; it was not measured on a machine at rest. No probability of the golden file moves by more than 0.005.
//!
//! `rten-gemm` 0.27 has a mistake where each row has a zero of its own: from the second block of rows on it takes those of the first. The zeros are
//! therefore taken into account behind the product (`matrix.rs`), and `products_are_those_of_floating_point_numbers_but_for_rounding` would tell.

use sluis_detect::tagger::{ModelError, Tagger};
use sluis_detect::{Detector, Profile};
use std::time::Instant;

const SAMPLE: &str = "Beste Fatima, kun jij mevrouw Van den Berg-Jansen terugbellen? Zij woont op de Dorpsstraat 12a, 3512 JC Utrecht, \
en is bereikbaar op 06-12345678 of via f.vandenberg@voorbeeld.nl. Het gaat over de factuur van vorige maand (nummer 2024-00917, € 1.250,00); \
volgens haar is het bedrag dubbel afgeschreven van NL91 ABNA 0417 1643 00. De vergadering van donderdag begint een half uur later dan gepland, \
omdat de zaal eerst nog moet worden klaargezet. Wie kan de notulen maken? Graag voor het einde van de week een voorstel.\n";

fn main() -> Result<(), &'static ModelError> {
    let built = Instant::now();
    std::hint::black_box(Detector::new(Profile::Accurate));
    println!("built in {:.1} ms", built.elapsed().as_secs_f64() * 1e3);
    let fast = Detector::new(Profile::Fast);
    let tagger = Tagger::embedded()?;
    for size in [256, 1 << 10, 8 << 10] {
        let mut cut = size;
        let prose = SAMPLE.repeat(size / SAMPLE.len() + 1);
        while !prose.is_char_boundary(cut) {
            cut += 1;
        }
        let text = &prose[..cut];
        let pieces = fast.read_pieces(tagger.vocabulary(), text);
        let mut best = f64::MAX;
        for _ in 0..10 {
            let start = Instant::now();
            // Without the memo, which would know the windows from the second time on.
            std::hint::black_box(tagger.label_anew(&[&pieces]).is_ok());
            best = best.min(start.elapsed().as_secs_f64());
        }
        let kib = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)) / 1024.0;
        let (ms, count) = (best * 1e3, pieces.len());
        println!("{size:6} bytes, {count} pieces: {ms:.1} ms, {:.1} ms/KiB", ms / kib);
    }
    Ok(())
}
