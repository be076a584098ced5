//! `sluis mask --out` and `sluis unmask`: the same kind of file with pseudonyms, and with the values again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context as _, bail};
use sluis_core::mask::replacements;
use sluis_core::policy::Sinks;
use sluis_core::pseudonym::Codebook;
use sluis_core::restore::{Place, Restorer, tokens_in};
use sluis_core::settings::Settings;
use sluis_detect::{Detector, Finding, Kind, Profile, Segment};
use sluis_extract::{Edit, Format, Pictures, Unreadable};

use crate::reading::{self, Contents, Piece, Refused};
use crate::{inventory, mapfile, node};

/// Values shorter than this, in characters, are not sought where detection did not find them: they stand for other
/// things too. Of names two letters are enough.
const SHORTEST: usize = 4;
const SHORTEST_NAME: usize = 2;

/// Masks a file.
pub fn mask(
    settings: &Settings,
    file: &Path,
    out: &Path,
    map: &Path,
    pictures: Pictures,
    profile: Profile,
) -> anyhow::Result<ExitCode> {
    let refused = |why: Refused| {
        eprintln!("sluis: {} {why}", file.display());
        Ok(ExitCode::from(2))
    };
    for target in [out, map] {
        if target.exists() {
            bail!("{} is there already; nothing was written", target.display());
        }
    }
    let (bytes, contents) = match reading::read(file) {
        Ok(read) => read,
        Err(why) => return refused(why),
    };
    let blocks = inventory::name_unread(&file.display().to_string(), &contents);
    if blocks {
        bail!("what cannot be read cannot be masked; take it out of the file first");
    }
    let as_text = !contents.format.can_rewrite();
    if as_text && out.extension().is_none_or(|ending| ending != "txt") {
        bail!("a {} comes back as text: give a name that ends in .txt", contents.format.name());
    }
    let detector = Detector::new(profile);
    let mut secret = [0; 32];
    (node::SOURCE.random)(&mut secret);
    let mut book = Codebook::new(&secret);
    let found = everywhere(&contents.pieces, inventory::detect(&detector, &contents.pieces))?;
    let values = values(&contents.pieces, &found);
    let edits = edits(&contents.pieces, &found, &mut book)?;
    let name = reading::name(file);
    let done = if as_text {
        reading::text(&bytes, &name, edits).map(|text| labelled(contents.format, text))
    } else {
        // A plain word can be a word of the format too: those are sought in the texts alone.
        let telling = values.iter().filter(|value| !value.chars().all(char::is_alphabetic));
        reading::rewrite(&bytes, &name, edits, telling.cloned().collect(), pictures)
    };
    let masked = match done.and_then(|masked| proven(&detector, masked, &name, as_text, &values)) {
        Ok(masked) => masked,
        Err(why) => return refused(why),
    };
    let issued = book.take_fresh();
    // The map comes first: a masked file without it could never be turned back.
    mapfile::write(settings, map, &issued)?;
    write(out, &masked)?;
    let pictures_gone =
        pictures == Pictures::Blank && contents.unread.iter().any(|one| one.why == Unreadable::Picture);
    if pictures_gone {
        eprintln!("Pictures are empty now: what is on them is not read. --keep-images lets them stay.");
    }
    eprintln!("{} pseudonyms. The map opens with the master key of this machine.", issued.len());
    Ok(ExitCode::from(u8::from(!issued.is_empty())))
}

/// Puts the values back.
pub fn unmask(settings: &Settings, file: &Path, out: &Path, map: &Path) -> anyhow::Result<ExitCode> {
    if out.exists() {
        bail!("{} is there already; nothing was written", out.display());
    }
    let book = Arc::new(mapfile::read(settings, map)?);
    let (bytes, contents) = match reading::read(file) {
        Ok(read) => read,
        Err(why) => {
            eprintln!("sluis: {} {why}", file.display());
            return Ok(ExitCode::from(2));
        }
    };
    let mut edits = Vec::new();
    for (segment, piece) in contents.pieces.iter().enumerate() {
        for range in tokens_in(&piece.text, &book) {
            // Each stands alone here: who asks for the values has the file on this machine.
            let mut restorer = Restorer::new(Arc::clone(&book), Sinks::default(), Place::Text);
            let mut text = String::new();
            restorer.push(&piece.text[range.clone()], &mut text);
            restorer.finish(&mut text);
            edits.push(Edit { segment, start: range.start, end: range.end, text });
        }
    }
    let count = edits.len();
    let name = reading::name(file);
    let done = if contents.format.can_rewrite() {
        reading::rewrite(&bytes, &name, edits, Vec::new(), Pictures::Keep)
    } else {
        reading::text(&bytes, &name, edits)
    };
    match done {
        Ok(restored) => write(out, &restored)?,
        Err(why) => {
            eprintln!("sluis: {} {why}", file.display());
            return Ok(ExitCode::from(2));
        }
    }
    eprintln!("{count} pseudonyms turned back.");
    Ok(ExitCode::SUCCESS)
}

/// Says of a text that it is not the whole document.
fn labelled(format: Format, text: Vec<u8>) -> Vec<u8> {
    let head = format!("[Text of a {}, without layout and pictures]\n\n", format.name());
    [head.into_bytes(), text].concat()
}

/// What detection found, and the same values wherever else they stand as words.
fn everywhere(pieces: &[Piece], mut found: Vec<Vec<Finding>>) -> anyhow::Result<Vec<Vec<Finding>>> {
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    for (piece, findings) in pieces.iter().zip(&found) {
        for one in findings.iter().filter(|one| !one.kind.is_special()) {
            let value = &piece.text[one.start..one.end];
            let shortest = if one.kind == Kind::Person { SHORTEST_NAME } else { SHORTEST };
            if value.chars().count() >= shortest {
                kinds.entry(value).or_insert(one.kind);
            }
        }
    }
    let (values, kinds): (Vec<&str>, Vec<Kind>) = kinds.into_iter().unzip();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&values)
        .context("too many values to look for")?;
    for (piece, findings) in pieces.iter().zip(&mut found) {
        let text = piece.text.as_str();
        let known = findings.len();
        for hit in automaton.find_iter(text) {
            let (start, end) = (hit.start(), hit.end());
            let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let word = !inside(text[..start].chars().next_back()) && !inside(text[end..].chars().next());
            let new = findings[..known].iter().all(|one| one.end <= start || end <= one.start);
            if word && new {
                let kind = kinds[hit.pattern().as_usize()];
                findings.push(Finding { start, end, kind, score: 1.0, detector: "file.again" });
            }
        }
        findings.sort_by_key(|one| one.start);
    }
    Ok(found)
}

/// The texts of all findings that say who somebody is. An illness is nobody's by itself.
fn values(pieces: &[Piece], found: &[Vec<Finding>]) -> BTreeSet<String> {
    let of = |(piece, findings): (&Piece, &Vec<Finding>)| {
        let own = findings.iter().filter(|one| !one.kind.is_special());
        own.map(|one| piece.text[one.start..one.end].to_owned()).collect::<Vec<_>>()
    };
    pieces.iter().zip(found).flat_map(of).collect()
}

fn edits(pieces: &[Piece], found: &[Vec<Finding>], book: &mut Codebook) -> anyhow::Result<Vec<Edit>> {
    let segments: Vec<Segment<'_>> =
        pieces.iter().map(|piece| Segment { text: &piece.text, label: &piece.label }).collect();
    let replaced = replacements(&segments, found, Kind::ALL, book)?;
    let of = |(segment, spans): (usize, Vec<(std::ops::Range<usize>, String)>)| {
        spans.into_iter().map(move |(at, text)| Edit { segment, start: at.start, end: at.end, text })
    };
    Ok(replaced.into_iter().enumerate().flat_map(of).collect())
}

/// Reads the masked file again: detection may find none of the values in it.
fn proven(
    detector: &Detector,
    masked: Vec<u8>,
    name: &str,
    as_text: bool,
    values: &BTreeSet<String>,
) -> Result<Vec<u8>, Refused> {
    let name = if as_text { "masked.txt" } else { name };
    let Contents { pieces, .. } = reading::contents(&masked, name)?;
    let left = pieces
        .iter()
        .zip(inventory::detect(detector, &pieces))
        .any(|(piece, findings)| findings.iter().any(|one| values.contains(&piece.text[one.start..one.end])));
    if left { Err(Refused::Leftover) } else { Ok(masked) }
}

/// Writes a file whole or not at all.
fn write(out: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("{} cannot be written", out.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    file.write_all(bytes).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    file.persist_noclobber(out).with_context(cannot)?;
    Ok(())
}
