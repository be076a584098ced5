//! PDF: the text that its pages show, and what it says beside them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, interpret_page,
};
use hayro_syntax::object::{Dict, MaybeRef, Object};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use kurbo::{Affine, BezPath, Point, Rect};

use crate::charset::{self, Charset};
use crate::document::{At, Hidden, Unreadable};
use crate::read::Reader;
use crate::xml;

/// Stands in for fonts that a PDF names and does not have: what its signs look like does not matter here.
const FONT: &[u8] = include_bytes!("../../report/fonts/ClearSans-Regular.ttf");

/// The most pages.
const MAX_PAGES: usize = 5_000;
/// The most glyphs of a page.
const MAX_GLYPHS: usize = 500_000;
/// How deep dictionaries lie in dictionaries.
const MAX_DICTS: usize = 4;
/// Of this share of signs nobody knows what they are: then the text is not read.
const UNKNOWN: f64 = 0.1;

/// Values of dictionaries that people wrote: form fields, comments, properties, descriptions of pictures, links.
const TOLD: [&str; 17] = [
    "Contents",
    "T",
    "TU",
    "V",
    "DV",
    "RC",
    "Title",
    "Author",
    "Subject",
    "Keywords",
    "Alt",
    "ActualText",
    "E",
    "URI",
    "Desc",
    "CA",
    "Company",
];

pub(crate) fn read(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<(), Unreadable> {
    // The library is made for any bytes; should it fail all the same, that is one file less and not the end.
    catch_unwind(AssertUnwindSafe(|| inside(reader, bytes))).unwrap_or(Err(Unreadable::Damaged))
}

fn inside(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<(), Unreadable> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::InvalidEncryption) | LoadPdfError::Invalid => {
            Unreadable::Damaged
        }
        LoadPdfError::Decryption(_) => Unreadable::Encrypted,
    })?;
    let pages = pdf.pages();
    if pages.len() > MAX_PAGES {
        return Err(Unreadable::TooMany);
    }
    let cache = InterpreterCache::new();
    let (mut some, mut scans) = (false, Vec::new());
    for (number, page) in (1..).zip(pages.iter()) {
        reader.budget.time()?;
        let box_ = Rect::new(0.0, 0.0, 1.0, 1.0);
        let settings = InterpreterSettings {
            font_resolver: Arc::new(|_| Some((Arc::new(FONT), 0))),
            ..InterpreterSettings::default()
        };
        let mut context = Context::new(Affine::IDENTITY, box_, &cache, pdf.xref(), settings);
        let mut lines = Lines::default();
        interpret_page(page, &mut context, &mut lines);
        let unknown = f64::from(lines.unknown) > f64::from(lines.glyphs) * UNKNOWN;
        let has_text = !lines.text.trim().is_empty();
        some |= has_text && !unknown;
        if unknown || lines.images > 0 && !has_text {
            scans.push((number, Unreadable::Scan));
        } else if lines.images > 0 {
            scans.push((number, Unreadable::Picture));
        }
        if lines.full {
            return Err(Unreadable::TooMany);
        }
        reader.budget.unpacked(lines.text.len() as u64)?;
        reader.push_fixed(lines.text, "", At::Page(number))?;
    }
    if !some && scans.iter().any(|(_, why)| *why == Unreadable::Scan) {
        return Err(Unreadable::Scan);
    }
    for (page, why) in scans {
        reader.not_read(&format!("page {page}"), why);
    }
    objects(reader, &pdf)
}

/// What stands beside the pages.
fn objects(reader: &mut Reader<'_>, pdf: &Pdf) -> Result<(), Unreadable> {
    let outer = reader.hidden.replace(Hidden::Property);
    for object in pdf.objects() {
        reader.budget.step()?;
        match object {
            Object::Dict(dict) => told(reader, &dict, 0)?,
            Object::Stream(stream) => {
                told(reader, stream.dict(), 0)?;
                let kind = stream.dict().get::<hayro_syntax::object::Name<'_>>("Type");
                match kind.as_ref().map(hayro_syntax::object::Name::as_str) {
                    Some("Metadata") => {
                        let Ok(data) = stream.decoded() else { continue };
                        reader.budget.unpacked(data.len() as u64)?;
                        if let Ok((text, _)) = charset::decode(&data, None) {
                            let leaf = reader.leaf(text.clone(), Charset::UTF_8)?;
                            // What is no XML here says nothing to anybody.
                            let _ = reader.within("metadata", |reader| xml::read(reader, leaf, &text));
                        }
                    }
                    Some("EmbeddedFile") => match stream.decoded() {
                        Ok(data) => {
                            reader.budget.unpacked(data.len() as u64)?;
                            reader.inner(&data, "attachment", None)?;
                        }
                        Err(_) => reader.not_read("attachment", Unreadable::Damaged),
                    },
                    _ => {}
                }
            }
            _ => {}
        }
    }
    reader.hidden = outer;
    Ok(())
}

fn told(reader: &mut Reader<'_>, dict: &Dict<'_>, depth: usize) -> Result<(), Unreadable> {
    for (name, value) in dict.entries() {
        match value {
            MaybeRef::NotRef(Object::String(text)) if TOLD.contains(&name.as_str()) => {
                let label = if name.as_str() == "Author" { "naam" } else { name.as_str() };
                reader.push_fixed(string(text.as_bytes()), label, At::Whole)?;
            }
            MaybeRef::NotRef(Object::Dict(inner)) if depth < MAX_DICTS => told(reader, &inner, depth + 1)?,
            MaybeRef::NotRef(Object::Array(list)) if depth < MAX_DICTS => {
                for one in list.raw_iter() {
                    reader.budget.step()?;
                    if let MaybeRef::NotRef(Object::Dict(inner)) = one {
                        told(reader, &inner, depth + 1)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A text of PDF: UTF-16, UTF-8, or an alphabet of its own that is nearly that of Windows.
fn string(bytes: &[u8]) -> String {
    let encoding =
        encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::WINDOWS_1252, |(encoding, _)| encoding);
    encoding.decode(bytes).0.into_owned()
}

/// The text of a page, put together from glyphs and where they stand.
#[derive(Default)]
struct Lines {
    text: String,
    glyphs: u32,
    unknown: u32,
    images: u32,
    full: bool,
    /// Where the last glyph ended, and how large it was.
    last: Option<(Point, f64)>,
}

impl Lines {
    fn add(&mut self, sign: &str, start: Point, end: Point, em: f64) {
        if let Some((last, size)) = self.last {
            let em = em.max(size).max(0.1);
            let (right, down) = (start.x - last.x, (start.y - last.y).abs());
            if down > em * 0.5 || right < -em * 2.0 {
                self.text.push('\n');
            } else if right > em * 1.5 {
                // A wide gap parts columns.
                self.text.push_str("   ");
            } else if right > em * 0.15 && !self.text.ends_with(' ') && !sign.starts_with(' ') {
                self.text.push(' ');
            }
        }
        self.text.push_str(sign);
        self.last = Some((end, em));
    }
}

impl Device<'_> for Lines {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'_>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'_>,
        _: &GlyphDrawMode,
    ) {
        if self.glyphs as usize >= MAX_GLYPHS {
            self.full = true;
            return;
        }
        self.glyphs += 1;
        let place = transform * glyph_transform;
        let start = place * Point::ZERO;
        let em = (place * Point::new(1_000.0, 0.0) - start).hypot();
        let width = match glyph {
            Glyph::Outline(outline) => outline.advance_width().map_or(500.0, f64::from),
            Glyph::Type3(_) => 500.0,
        };
        let end = place * Point::new(width, 0.0);
        match glyph.as_unicode() {
            Some(BfString::Char(sign)) if sign != '\0' => {
                self.add(sign.encode_utf8(&mut [0; 4]), start, end, em);
            }
            Some(BfString::String(sign)) => self.add(&sign, start, end, em),
            _ => {
                self.unknown += 1;
                self.add("\u{fffd}", start, end, em);
            }
        }
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: Affine) {
        self.images = self.images.saturating_add(1);
    }
}
