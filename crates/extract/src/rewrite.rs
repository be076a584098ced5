//! The same file with other words in it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::ops::Range;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::document::{Body, Document, Edit, Escape, Run};
use crate::read::Pictures;

/// Why a file is not given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The format is read, not written.
    #[error("files of this kind can only be given back as text")]
    Format,
    /// Something in it was not read.
    #[error("something in it cannot be read, so nobody knows what would be given away")]
    Unread,
    /// A text that cannot be changed where it stands, such as the name of a sheet or a file.
    #[error("a name of a sheet or file in it has personal data; rename it first")]
    Fixed,
    /// The bytes are not those that were read.
    #[error("the file changed while it was worked on")]
    Changed,
}

/// A picture of one white pixel.
const BLANK: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63,
    0xf8, 0x0f, 0, 1, 1, 1, 0, 0x1b, 0xb6, 0xee, 0x56, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60,
    0x82,
];

impl Document {
    /// The file with the edits in it; layout, formulas and all else as they were. Names of authors are emptied.
    ///
    /// # Errors
    /// [`Unwritable`]: then nothing of the file may go anywhere.
    pub fn rewrite(
        &self,
        original: &[u8],
        edits: &[Edit],
        pictures: Pictures,
    ) -> Result<Vec<u8>, Unwritable> {
        if !self.format.can_rewrite() {
            return Err(Unwritable::Format);
        }
        let leaves = self.leaves(edits)?;
        write(&self.body, original, &leaves, pictures)
    }

    /// All texts with the edits in them, one below the other: what is left of a file that can only be read.
    #[must_use]
    pub fn text(&self, edits: &[Edit]) -> String {
        let mut of = BTreeMap::<usize, Vec<&Edit>>::new();
        for edit in edits {
            of.entry(edit.segment).or_default().push(edit);
        }
        let mut out = String::new();
        for (number, segment) in self.segments.iter().enumerate() {
            let mut own = of.remove(&number).unwrap_or_default();
            own.sort_by_key(|edit| edit.start);
            let mut at = 0;
            for edit in own {
                out.push_str(segment.text.get(at..edit.start).unwrap_or_default());
                out.push_str(&edit.text);
                at = at.max(edit.end);
            }
            out.push_str(segment.text.get(at..).unwrap_or_default());
            out.push('\n');
        }
        out
    }

    /// The sources of all leaves with the edits in them; nothing where one stays as it was.
    fn leaves(&self, edits: &[Edit]) -> Result<Vec<Option<Vec<u8>>>, Unwritable> {
        let mut changes: Vec<Vec<(Range<usize>, String)>> = self.leaves.iter().map(|_| Vec::new()).collect();
        let mut put = |leaf: u32, at: Range<usize>, text: String| {
            if let Some(list) = changes.get_mut(leaf as usize) {
                list.push((at, text));
            }
        };
        // Cells can share a run; what happens to it is gathered first.
        let mut runs: BTreeMap<(u32, u32, u32), Changed<'_>> = BTreeMap::new();
        for edit in edits {
            let segment = self.segments.get(edit.segment).ok_or(Unwritable::Changed)?;
            let whole = segment.text.get(edit.start..edit.end).ok_or(Unwritable::Changed)?;
            let mut text = Some(edit.text.as_str());
            for run in &segment.runs {
                let from = edit.start.max(run.from as usize);
                let to = edit.end.min(run.to as usize);
                if from < to {
                    let own =
                        segment.text.get(run.from as usize..run.to as usize).ok_or(Unwritable::Changed)?;
                    let one = runs.entry((run.leaf, run.start, run.end)).or_insert_with(|| Changed {
                        run: *run,
                        text: own,
                        edits: Vec::new(),
                    });
                    let at = from - run.from as usize..to - run.from as usize;
                    one.edits.push((at, text.take().unwrap_or_default()));
                }
            }
            if text.is_some() && !whole.trim().is_empty() {
                return Err(Unwritable::Fixed);
            }
            for also in &segment.also {
                put(also.leaf, also.at.start as usize..also.at.end as usize, also.text.to_owned());
            }
        }
        for changed in runs.into_values() {
            let at = changed.run.start as usize..changed.run.end as usize;
            let raw = self.leaves.get(changed.run.leaf as usize).and_then(|leaf| leaf.text.get(at.clone()));
            let (leaf, escape) = (changed.run.leaf, changed.run.escape);
            put(leaf, at, escaped(&changed.text(), escape, raw.unwrap_or_default()));
        }
        for (leaf, at) in &self.clean {
            put(*leaf, at.clone(), String::new());
        }
        let both = self.leaves.iter().zip(changes);
        both.map(|(leaf, changes)| {
            if changes.is_empty() {
                return Ok(None);
            }
            Ok(Some(leaf.charset.encode(&apply(&leaf.text, changes).ok_or(Unwritable::Changed)?)))
        })
        .collect()
    }
}

/// A run with what is edited in it.
struct Changed<'t> {
    run: Run,
    text: &'t str,
    edits: Vec<(Range<usize>, &'t str)>,
}

impl Changed<'_> {
    /// The new text. Where edits of two cells overlap, the first wins and the rest of the other goes.
    fn text(mut self) -> String {
        self.edits.sort_by_key(|(at, _)| (at.start, std::cmp::Reverse(at.end)));
        let mut out = String::new();
        let mut done = 0;
        for (at, text) in self.edits {
            if at.start >= done {
                out.push_str(self.text.get(done..at.start).unwrap_or_default());
                out.push_str(text);
            }
            done = done.max(at.end);
        }
        out.push_str(self.text.get(done..).unwrap_or_default());
        out
    }
}

/// Puts the changes in; of those for one place the first counts.
fn apply(source: &str, mut changes: Vec<(Range<usize>, String)>) -> Option<String> {
    // What is emptied is emptied, whatever else would come there.
    changes.sort_by_key(|(at, text)| (at.start, at.end, text.len()));
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    let mut last: Option<Range<usize>> = None;
    for (range, text) in changes {
        if range.start < at || last.as_ref() == Some(&range) {
            continue;
        }
        out.push_str(source.get(at..range.start)?);
        out.push_str(&text);
        at = range.end;
        last = Some(range);
    }
    out.push_str(source.get(at..)?);
    Some(out)
}

/// A text as it is written in its source, where `raw` stood.
fn escaped(text: &str, escape: Escape, raw: &str) -> String {
    match escape {
        Escape::None | Escape::Card => text.to_owned(),
        Escape::Xml | Escape::Bare => {
            let mut out = String::with_capacity(text.len());
            for char in text.chars() {
                match char {
                    '&' => out.push_str("&amp;"),
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '"' => out.push_str("&quot;"),
                    '\'' => out.push_str("&#39;"),
                    ' ' | '\t' | '\n' | '=' | '`' if escape == Escape::Bare => {
                        out.push_str("&#");
                        out.push_str(&u32::from(char).to_string());
                        out.push(';');
                    }
                    other => out.push(other),
                }
            }
            out
        }
        Escape::Csv(separator) => {
            let needs = text.contains(['"', '\n', '\r', char::from(separator)]);
            if raw.starts_with('"') || needs {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_owned()
            }
        }
        Escape::Json => serde_json::Value::from(text).to_string(),
    }
}

fn write(
    body: &Body,
    original: &[u8],
    leaves: &[Option<Vec<u8>>],
    pictures: Pictures,
) -> Result<Vec<u8>, Unwritable> {
    match body {
        Body::Leaf(leaf) => {
            let changed = leaves.get(*leaf as usize).ok_or(Unwritable::Changed)?;
            Ok(changed.clone().unwrap_or_else(|| original.to_vec()))
        }
        Body::Raw => Ok(original.to_vec()),
        Body::Gone => Ok(Vec::new()),
        Body::Blank if pictures == Pictures::Keep => Ok(original.to_vec()),
        Body::Blank => Ok(BLANK.to_vec()),
        Body::Fixed => Err(Unwritable::Unread),
        Body::Zip(bodies) => archive(bodies, original, leaves, pictures).ok_or(Unwritable::Changed)?,
        Body::Mail(parts) => {
            let mut out = Vec::with_capacity(original.len());
            let mut at = 0;
            for (range, packing, body) in parts {
                let raw = original.get(range.clone()).ok_or(Unwritable::Changed)?;
                if range.start < at {
                    return Err(Unwritable::Changed);
                }
                out.extend_from_slice(&original[at..range.start]);
                at = range.end;
                if matches!(body, Body::Leaf(leaf) if leaves.get(*leaf as usize).is_some_and(Option::is_none))
                {
                    out.extend_from_slice(raw);
                    continue;
                }
                let inner = packing.unpack(raw).ok_or(Unwritable::Changed)?;
                out.extend_from_slice(&packing.pack(&write(body, &inner, leaves, pictures)?));
            }
            out.extend_from_slice(&original[at..]);
            Ok(out)
        }
    }
}

/// An archive with other parts. What is not in its list of entries does not come along.
fn archive(
    bodies: &[Body],
    original: &[u8],
    leaves: &[Option<Vec<u8>>],
    pictures: Pictures,
) -> Option<Result<Vec<u8>, Unwritable>> {
    let mut source = ZipArchive::new(Cursor::new(original)).ok()?;
    if source.len() != bodies.len() {
        return None;
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (index, body) in bodies.iter().enumerate() {
        let same = match body {
            Body::Raw => true,
            Body::Leaf(leaf) => leaves.get(*leaf as usize)?.is_none(),
            Body::Blank => pictures == Pictures::Keep,
            _ => false,
        };
        if same {
            out.raw_copy_file(source.by_index_raw(index).ok()?).ok()?;
            continue;
        }
        let mut file = source.by_index(index).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut data = Vec::new();
        file.by_ref().take(crate::budget::MAX_UNPACKED).read_to_end(&mut data).ok()?;
        let data = match write(body, &data, leaves, pictures) {
            Ok(data) => data,
            Err(why) => return Some(Err(why)),
        };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        out.start_file(name, options).ok()?;
        out.write_all(&data).ok()?;
    }
    Some(Ok(out.finish().ok()?.into_inner()))
}
