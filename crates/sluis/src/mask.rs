//! `sluis mask`: a text with pseudonyms in place of personal data.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value};
use sluis_core::mask::pseudonymise;
use sluis_core::pseudonym::Codebook;
use sluis_detect::{Detector, Kind, Profile, Segment};

use crate::{mapfile, node, walk};

/// A masked text and its map back.
pub struct Masked {
    /// The text with tokens.
    pub text: String,
    /// Token → value.
    pub map: Map<String, Value>,
}

/// Masks one text; the tokens are this text's own.
pub fn mask(detector: &Detector, text: &str) -> anyhow::Result<Masked> {
    let mut secret = [0; 32];
    (node::SOURCE.random)(&mut secret);
    let mut book = Codebook::new(&secret);
    let segments = [Segment { text, label: "" }];
    let findings = detector.detect_document(&segments);
    let mut masked = pseudonymise(&segments, &findings, Kind::ALL, &mut book)?;
    let text = masked.pop().flatten().unwrap_or_else(|| text.to_owned());
    let map = book.take_fresh().into_iter().map(|one| (one.token.to_string(), one.surface.into())).collect();
    Ok(Masked { text, map })
}

/// Masks a file or standard input.
pub fn run(file: Option<&Path>, map: Option<&Path>, profile: Profile) -> anyhow::Result<ExitCode> {
    let read = match file {
        Some(path) => walk::read(path),
        None => walk::text(std::io::stdin().lock()),
    };
    let text = match read {
        Ok(text) => text,
        Err(unread) => {
            let name = file.map_or_else(|| "standard input".into(), |path| path.display().to_string());
            eprintln!("sluis: {name} {}", unread.reason());
            return Ok(ExitCode::from(2));
        }
    };
    let masked = mask(&Detector::new(profile), &text)?;
    if let Some(path) = map {
        let mut file = mapfile::create(path)?;
        serde_json::to_writer_pretty(&mut file, &masked.map)?;
        file.write_all(b"\n")?;
    }
    std::io::stdout().lock().write_all(masked.text.as_bytes())?;
    Ok(ExitCode::from(u8::from(!masked.map.is_empty())))
}
