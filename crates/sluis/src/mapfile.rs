//! The map from pseudonyms to values of a masked file, sealed with the master key.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use sluis_core::pseudonym::{Codebook, Issued, Token};
use sluis_core::settings::Settings;

use crate::node::{self, IfMissing};

/// What the seal is for.
const LABEL: &str = "file-map";
/// The largest map, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// One pseudonym.
#[derive(Serialize, Deserialize)]
struct Line {
    word: String,
    token: String,
    canonical: String,
    surface: String,
}

/// A new file for a map, readable by its owner alone.
pub fn create(path: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("the map {} cannot be written", path.display()))
}

/// Writes a new map, readable by its owner alone.
pub fn write(settings: &Settings, path: &Path, issued: &[Issued]) -> anyhow::Result<()> {
    let lines: Vec<Line> = issued
        .iter()
        .map(|one| Line {
            word: one.token.word.stored().to_owned(),
            token: one.token.to_string(),
            canonical: one.canonical.clone(),
            surface: one.surface.clone(),
        })
        .collect();
    let key = node::master_key(settings, IfMissing::Make)?;
    let sealed = key.seal_file(node::SOURCE, LABEL, serde_json::to_vec(&lines)?)?;
    let mut file = create(path)?;
    file.write_all(&sealed)?;
    Ok(file.sync_all()?)
}

/// Reads a map.
pub fn read(settings: &Settings, path: &Path) -> anyhow::Result<Codebook> {
    let mut sealed = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut sealed))
        .with_context(|| format!("the map {} cannot be read", path.display()))?;
    let key = node::master_key(settings, IfMissing::Refuse)?;
    let Ok(plain) = key.open_file(LABEL, &sealed) else {
        bail!("the map {} does not open: it was changed, or sealed with another master key", path.display());
    };
    let lines: Vec<Line> = serde_json::from_slice(&plain).context("the map has another form")?;
    // The secret only decides new codes, and none are issued here.
    let mut book = Codebook::new(&[0; 32]);
    book.load(lines.into_iter().filter_map(|line| {
        let token = Token::from_stored(&line.word, &line.token)?;
        Some(Issued { token, canonical: line.canonical, surface: line.surface })
    }));
    Ok(book)
}
