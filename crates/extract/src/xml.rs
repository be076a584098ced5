//! XML: its tags and texts with their places in the source, and documents of unknown kinds of it.

use std::ops::Range;
use std::sync::Arc;

use quick_xml::Reader as Events;
use quick_xml::events::{BytesStart, Event};

use crate::budget::MAX_XML_DEPTH;
use crate::document::{At, Escape, Hidden, Unreadable};
use crate::read::Reader;

/// Something in the source.
pub(crate) enum Mark<'s> {
    /// A start tag; of an element without content, its end follows at once.
    Open(Open<'s>),
    /// An end tag, by the local name.
    Close(&'s str),
    /// Text, with entities resolved.
    Text(String, Range<usize>),
    /// A comment.
    Comment(Range<usize>),
}

/// A start tag.
pub(crate) struct Open<'s> {
    /// Without the prefix of its name space.
    pub name: &'s str,
    /// Where the tag stands.
    pub at: Range<usize>,
    pub attributes: Vec<Attribute<'s>>,
}

impl Open<'_> {
    /// The value of an attribute, by its local name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|one| one.local == name).map(|one| one.value.as_str())
    }
}

/// An attribute.
pub(crate) struct Attribute<'s> {
    pub name: &'s str,
    pub local: &'s str,
    pub value: String,
    /// Where the value stands, without its quotes.
    pub at: Range<usize>,
    /// Where all of it stands.
    pub whole: Range<usize>,
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Where a part of the source stands in it.
fn range(source: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(source.as_ptr().addr())?;
    let range = start..start.checked_add(part.len())?;
    (source.get(range.clone())? == part).then_some(range)
}

/// Goes through a source. Entities are resolved only if XML itself has them; documents that define their own are refused.
pub(crate) fn scan<'s>(
    source: &'s str,
    mut see: impl FnMut(Mark<'s>, &mut Reader<'_>) -> Result<(), Unreadable>,
    reader: &mut Reader<'_>,
) -> Result<(), Unreadable> {
    let mut events = Events::from_str(source);
    let mut depth = 0_usize;
    let mut text: Option<(String, Range<usize>)> = None;
    loop {
        let start = position(&events)?;
        let event = events.read_event().map_err(|_| Unreadable::Damaged)?;
        let at = start..position(&events)?;
        reader.budget.step()?;
        match event {
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                let piece = match &event {
                    Event::GeneralRef(name) => entity(name),
                    Event::CData(data) => data.as_ref().to_owned(),
                    _ => source.get(at.clone()).ok_or(Unreadable::Damaged)?.to_owned(),
                };
                match &mut text {
                    Some((all, range)) => {
                        all.push_str(&piece);
                        range.end = at.end;
                    }
                    None => text = Some((piece, at)),
                }
                continue;
            }
            _ => {}
        }
        if let Some((all, range)) = text.take() {
            see(Mark::Text(all, range), reader)?;
        }
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth > MAX_XML_DEPTH {
                    return Err(Unreadable::TooDeep);
                }
                see(Mark::Open(open(source, &tag, at)?), reader)?;
            }
            Event::Empty(tag) => {
                let tag = open(source, &tag, at)?;
                let name = tag.name;
                see(Mark::Open(tag), reader)?;
                see(Mark::Close(name), reader)?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                let tag = source.get(at).ok_or(Unreadable::Damaged)?;
                see(
                    Mark::Close(local(tag.trim_start_matches("</").trim_end_matches('>').trim_end())),
                    reader,
                )?;
            }
            Event::Comment(_) => see(Mark::Comment(at), reader)?,
            Event::DocType(kind) if kind.as_ref().contains('[') => return Err(Unreadable::Entities),
            Event::Eof => break,
            _ => {}
        }
    }
    if depth > 0 { Err(Unreadable::Damaged) } else { Ok(()) }
}

fn position(events: &Events<&[u8]>) -> Result<usize, Unreadable> {
    usize::try_from(events.buffer_position()).map_err(|_| Unreadable::TooLarge)
}

/// What an entity stands for; one that XML does not know stays as it is written.
fn entity(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(char)) = name.resolve_char_ref() {
        return char.to_string();
    }
    let name: &str = name.as_ref();
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    }
}

fn open<'s>(source: &'s str, tag: &BytesStart<'_>, at: Range<usize>) -> Result<Open<'s>, Unreadable> {
    let find = |part: &str| range(source, part).ok_or(Unreadable::Damaged);
    let name = local(&source[find(tag.name().into_inner())?]);
    let mut attributes = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Unreadable::Damaged)?;
        let key = find(attribute.key.into_inner())?;
        let value_at = find(&attribute.value)?;
        let raw = &source[value_at.clone()];
        let value =
            quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned);
        let name = &source[key.clone()];
        let whole = key.start..(value_at.end + 1).min(at.end);
        attributes.push(Attribute { name, local: local(name), value, at: value_at, whole });
    }
    Ok(Open { name, at, attributes })
}

/// Reads XML of which no more is known: every text and every attribute.
pub(crate) fn read(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut item = 0_u32;
    scan(
        source,
        |mark, reader| {
            match mark {
                Mark::Open(tag) => {
                    let place = At::Item(item.saturating_add(1));
                    for one in tag.attributes.iter().filter(|one| !one.name.starts_with("xmlns")) {
                        if one.value.chars().any(char::is_alphanumeric) {
                            let label = crate::office::label(one.local);
                            reader.push_run(
                                leaf,
                                one.at.clone(),
                                Escape::Xml,
                                &one.value,
                                &label.into(),
                                place,
                            )?;
                        }
                    }
                    names.push(tag.name.into());
                }
                Mark::Close(_) => {
                    names.pop();
                }
                Mark::Text(text, at) => {
                    let program = reader.hidden == Some(Hidden::Property)
                        && names.last().is_some_and(|name| crate::office::is_program(name));
                    if !text.trim().is_empty() && !program {
                        item = item.saturating_add(1);
                        let name = names.last().map_or("", |name| name);
                        if reader.hidden == Some(Hidden::Property) && crate::office::is_author(name) {
                            reader.clean.push((leaf, at.clone()));
                        }
                        let label = crate::office::label(name).into();
                        reader.push_run(leaf, at, Escape::Xml, &text, &label, At::Item(item))?;
                    }
                }
                Mark::Comment(at) => comment(reader, leaf, source, at, At::Item(item.max(1)))?,
            }
            Ok(())
        },
        reader,
    )
}

/// Takes in a comment of XML.
pub(crate) fn comment(
    reader: &mut Reader<'_>,
    leaf: u32,
    source: &str,
    at: Range<usize>,
    place: At,
) -> Result<(), Unreadable> {
    let inner = at.start + 4..at.end.saturating_sub(3).max(at.start + 4);
    let Some(text) = source.get(inner.clone()) else { return Ok(()) };
    let before = reader.hidden.replace(Hidden::Comment);
    let done = reader.push_run(leaf, inner, Escape::Xml, text, &"".into(), place);
    reader.hidden = before;
    done
}
