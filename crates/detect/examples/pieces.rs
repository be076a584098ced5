//! Reads lines `{"id","text"}` on stdin and writes, for training, what the trained layer sees of each text.
//!
//! `pieces VOCABULARY` writes binary records, little-endian: u32 number of pieces, then for each u32 start, u32 end (Unicode characters),
//! u32 flags, u16 piece, u8 rule, u8 shape. `pieces VOCABULARY --findings` writes after them u32 number of the rules' findings, and for each u32 start,
//! u32 end, u32 kind (its place in `Kind::ALL`), f32 score.

use sluis_detect::pieces::Pieces;
use sluis_detect::{Detector, Kind, Profile, char_offsets};
use std::io::{self, BufRead, Write};

#[expect(
    clippy::disallowed_methods,
    reason = "an example is a program, and programs may read their arguments"
)]
fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = std::fs::read(arguments.next().unwrap_or_default())?;
    let wanted = arguments.next().is_some();
    let pieces = Pieces::parse(&file).ok_or_else(|| io::Error::other("not a vocabulary"))?;
    // The fast profile is rules and lists alone.
    let detector = Detector::new(Profile::Fast);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let item: serde_json::Value = serde_json::from_str(&line?)?;
        let text = item["text"].as_str().unwrap_or_default();
        let found = detector.read_pieces(&pieces, text);
        out.write_all(&number(found.len()))?;
        let mut chars = Chars { text, byte: 0, count: 0 };
        for piece in found {
            out.write_all(&number(chars.at(piece.start)))?;
            // The next piece may start where this one ends, never before its start.
            let mut ahead = Chars { ..chars };
            out.write_all(&number(ahead.at(piece.end)))?;
            out.write_all(&piece.flags.to_le_bytes())?;
            out.write_all(&piece.id.to_le_bytes())?;
            out.write_all(&[piece.rule, piece.shape])?;
        }
        if wanted {
            let findings = detector.detect(text);
            out.write_all(&number(findings.len()))?;
            for (f, (start, end)) in findings.iter().zip(char_offsets(text, &findings)) {
                let kind = Kind::ALL.iter().position(|&k| k == f.kind).unwrap_or(0);
                out.write_all(&[number(start), number(end), number(kind)].concat())?;
                out.write_all(&f.score.to_le_bytes())?;
            }
        }
    }
    out.flush()
}

fn number(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()
}

/// Counts characters along ascending bytes.
struct Chars<'t> {
    text: &'t str,
    byte: usize,
    count: usize,
}

impl Chars<'_> {
    fn at(&mut self, byte: usize) -> usize {
        let byte = byte.max(self.byte);
        self.count += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.count
    }
}
