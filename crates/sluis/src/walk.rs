//! Reading inputs: files and folders, with limits.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest text that is read whole, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// The most files of one run.
const MAX_FILES: usize = 1_000_000;

/// Why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The operating system says no.
    Denied,
    /// Larger than [`MAX_BYTES`].
    TooLarge,
    /// Not UTF-8 text.
    NotText,
}

impl Unread {
    /// What it is and what to do.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Denied => "cannot be opened; check that it exists and that you may read it",
            Self::TooLarge => "is larger than 256 MiB; split it",
            Self::NotText => "is not text in UTF-8; save it as text first",
        }
    }
}

/// All files under the paths, in a stable order. Links are not followed: they could lead in circles.
pub fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    while let Some(path) = waiting.pop() {
        if found.len() >= MAX_FILES {
            break;
        }
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let mut inside: Vec<PathBuf> = fs::read_dir(&path)
            .map(|entries| {
                entries
                    .filter_map(Result::ok)
                    .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
                    .map(|entry| entry.path())
                    .collect()
            })
            .unwrap_or_default();
        inside.sort_unstable_by(|a, b| b.cmp(a));
        waiting.extend(inside);
    }
    found
}

/// Reads a file whole, whatever is in it.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Unread> {
    let file = File::open(path).map_err(|_| Unread::Denied)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|_| Unread::Denied)?;
    if bytes.len() as u64 > MAX_BYTES { Err(Unread::TooLarge) } else { Ok(bytes) }
}

/// Reads a text file whole.
pub fn read(path: &Path) -> Result<String, Unread> {
    let file = File::open(path).map_err(|_| Unread::Denied)?;
    text(file)
}

/// Reads a text whole from anywhere.
pub fn text(source: impl std::io::Read) -> Result<String, Unread> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|_| Unread::Denied)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unread::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| Unread::NotText)?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}
