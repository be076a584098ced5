//! Archives: files in them, and office documents, which are archives of parts.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::budget::MAX_PARTS;
use crate::charset;
use crate::document::{At, Body, Escape, Format, Hidden, Unreadable};
use crate::office::{self, Part};
use crate::paragraph;
use crate::read::Reader;
use crate::workbook::Workbook;
use crate::xml::{self, Mark};

/// An entry of the archive.
struct Entry {
    path: String,
    data: Result<Vec<u8>, Unreadable>,
    /// Its source, if it is XML.
    leaf: Option<u32>,
}

pub(crate) fn read(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<(Format, Body), Unreadable> {
    let mut entries = entries(reader, bytes)?;
    let format = format(&entries)?;
    if format == Format::Zip {
        let mut bodies = Vec::with_capacity(entries.len());
        for entry in &entries {
            // The name of a file is a text too, and often somebody's.
            let outer = reader.hidden.replace(Hidden::Property);
            reader.push_fixed(entry.path.clone(), "", At::Whole)?;
            reader.hidden = outer;
            bodies.push(match &entry.data {
                Ok(_) if entry.path.ends_with('/') => Body::Raw,
                Ok(data) => reader.inner(data, &entry.path, None)?,
                Err(why) => {
                    reader.not_read(&entry.path, *why);
                    Body::Fixed
                }
            });
        }
        return Ok((format, Body::Zip(bodies)));
    }
    for entry in &mut entries {
        let data = entry.data.as_ref().map_err(|why| *why)?;
        let is_xml =
            data.iter().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf | 0xff | 0xfe))
                == Some(&b'<');
        if is_xml {
            let (text, charset) = charset::decode(data, crate::sniff::charset(data).as_deref())?;
            entry.leaf = Some(reader.leaf(text, charset)?);
        }
    }
    let book = if format == Format::Xlsx { workbook(reader, &entries)? } else { Workbook::default() };
    let mut bodies = Vec::with_capacity(entries.len());
    for entry in &entries {
        let name = office::name(&entry.path);
        bodies.push(reader.within(name, |reader| part(reader, entry, format, &book))?);
    }
    book.rest(reader)?;
    Ok((format, Body::Zip(bodies)))
}

fn entries(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<Vec<Entry>, Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(Unreadable::TooMany);
    }
    let mut entries = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        reader.budget.part()?;
        let mut data = Vec::new();
        let known = archive.name_for_index(index).and_then(Result::ok).unwrap_or_default().into_owned();
        let (path, read) = match archive.by_index(index) {
            Ok(file) => {
                let path = file.name().map_err(|_| Unreadable::Damaged)?.into_owned();
                let room = reader.budget.room(file.compressed_size());
                (
                    path,
                    file.take(room + 1).read_to_end(&mut data).map_err(|_| Unreadable::Damaged).and_then(
                        |read| {
                            if read as u64 > room { Err(Unreadable::TooLarge) } else { Ok(()) }
                        },
                    ),
                )
            }
            Err(ZipError::UnsupportedArchive(why)) if why == ZipError::PASSWORD_REQUIRED => {
                (known, Err(Unreadable::Encrypted))
            }
            Err(_) => return Err(Unreadable::Damaged),
        };
        if read == Err(Unreadable::TooLarge) {
            return Err(Unreadable::TooLarge);
        }
        reader.budget.unpacked(data.len() as u64)?;
        entries.push(Entry { path, data: read.map(|()| data), leaf: None });
    }
    Ok(entries)
}

fn format(entries: &[Entry]) -> Result<Format, Unreadable> {
    let data = |path: &str| {
        entries.iter().find(|entry| entry.path == path).and_then(|entry| entry.data.as_deref().ok())
    };
    if let Some(kind) = data("mimetype") {
        let kind = String::from_utf8_lossy(&kind[..kind.len().min(128)]);
        let Some(kind) = kind.trim().strip_prefix("application/vnd.oasis.opendocument.") else {
            return Ok(Format::Zip);
        };
        let locked = data("META-INF/manifest.xml")
            .is_some_and(|list| String::from_utf8_lossy(list).contains("encryption-data"));
        return match kind.trim_end_matches("-template") {
            _ if locked => Err(Unreadable::Encrypted),
            "text" => Ok(Format::Odt),
            "spreadsheet" => Ok(Format::Ods),
            "presentation" | "graphics" => Ok(Format::Odp),
            _ => Err(Unreadable::Unknown),
        };
    }
    if data("[Content_Types].xml").is_some() {
        let kinds = [
            ("word/document.xml", Format::Docx),
            ("xl/workbook.xml", Format::Xlsx),
            ("ppt/presentation.xml", Format::Pptx),
        ];
        // The binary variant of Excel and the like have no such part.
        let kind = kinds.into_iter().find(|(path, _)| data(path).is_some()).map(|(_, kind)| kind);
        return kind.ok_or(Unreadable::Unknown);
    }
    Ok(Format::Zip)
}

/// Runs `read` on the source of a leaf, which the reader holds.
fn with_source(
    reader: &mut Reader<'_>,
    leaf: u32,
    read: impl FnOnce(&mut Reader<'_>, &str) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let source = std::mem::take(&mut reader.leaves[leaf as usize].text);
    let done = read(reader, &source);
    reader.leaves[leaf as usize].text = source;
    done
}

/// What the sheets need is read before them.
fn workbook(reader: &mut Reader<'_>, entries: &[Entry]) -> Result<Workbook, Unreadable> {
    let mut book = Workbook::default();
    let leaf = |path: &str| entries.iter().find(|entry| entry.path == path).and_then(|entry| entry.leaf);
    let mut targets = HashMap::new();
    if let Some(leaf) = leaf("xl/_rels/workbook.xml.rels") {
        with_source(reader, leaf, |reader, source| {
            let see = |mark: Mark<'_>, _: &mut Reader<'_>| {
                if let Mark::Open(tag) = mark
                    && let (Some(id), Some(target)) = (tag.get("Id"), tag.get("Target"))
                {
                    let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                    targets.insert(id.to_owned(), path);
                }
                Ok(())
            };
            xml::scan(source, see, reader)
        })?;
    }
    if let Some(leaf) = leaf("xl/workbook.xml") {
        with_source(reader, leaf, |reader, source| book.names(reader, source, &targets))?;
    }
    if let Some(leaf) = leaf("xl/styles.xml") {
        with_source(reader, leaf, |reader, source| book.styles(reader, source))?;
    }
    if let Some(leaf) = leaf("xl/sharedStrings.xml") {
        with_source(reader, leaf, |reader, source| book.shared(reader, leaf, source))?;
    }
    Ok(book)
}

fn part(reader: &mut Reader<'_>, entry: &Entry, format: Format, book: &Workbook) -> Result<Body, Unreadable> {
    let data = entry.data.as_deref().map_err(|why| *why)?;
    let path = entry.path.as_str();
    let role = office::part(format, path);
    let body = match (role, entry.leaf) {
        (Part::Plain, _) => Body::Raw,
        (Part::Trace, _) => {
            if crate::sniff::binary(data) == Err(Unreadable::Picture) {
                Body::Blank
            } else {
                Body::Gone
            }
        }
        (_, _) if data.is_empty() => Body::Raw,
        (Part::Embedded, _) => {
            reader.not_read("", Unreadable::Embedded);
            Body::Fixed
        }
        (_, None) => reader.inner(data, "", None)?,
        (role, Some(leaf)) => {
            let outer = reader.hidden;
            with_source(reader, leaf, |reader, source| match role {
                Part::Paragraphs(dialect, hidden) => {
                    reader.hidden = hidden;
                    paragraph::read(reader, leaf, source, dialect, format == Format::Ods)
                }
                Part::Sheet if path == "xl/sharedStrings.xml" => Ok(()),
                Part::Sheet if book.is_sheet(path) => book.sheet(reader, leaf, source, path),
                Part::Links => links(reader, leaf, source),
                Part::Xml(hidden) => {
                    reader.hidden = hidden;
                    xml::read(reader, leaf, source)
                }
                _ => xml::read(reader, leaf, source),
            })?;
            reader.hidden = outer;
            Body::Leaf(leaf)
        }
    };
    Ok(body)
}

/// Links that lead out of the document.
fn links(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    reader.hidden = Some(Hidden::Attribute);
    let see = |mark: Mark<'_>, reader: &mut Reader<'_>| {
        if let Mark::Open(tag) = mark
            && tag.get("TargetMode") == Some("External")
            && let Some(one) = tag.attributes.iter().find(|one| one.local == "Target")
        {
            reader.push_run(leaf, one.at.clone(), Escape::Xml, &one.value, &"".into(), At::Whole)?;
        }
        Ok(())
    };
    xml::scan(source, see, reader)
}
