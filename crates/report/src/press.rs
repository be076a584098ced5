//! The typesetter: fonts, template and library, loaded once, and a sheet as the values that the template asks for.

use std::sync::LazyLock;

use sluis_core::a4::{Section, Sheet};
use sluis_core::verdict::Language;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Array, Bytes, Datetime, Dict, Duration, Smart, Value, array, dict};
use typst::layout::Abs;
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;

use crate::words::{Part, Piece, Word, line, number, parts, subject};
use crate::{LINE, MARGIN, PAGE};

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    [
        include_bytes!("../fonts/ClearSans-Regular.ttf").as_slice(),
        include_bytes!("../fonts/ClearSans-Bold.ttf").as_slice(),
    ]
    .map(|data| Font::new(Bytes::new(data), 0).expect("the fonts that come with the program are sound"))
    .into()
});

static BOOK: LazyLock<LazyHash<FontBook>> = LazyLock::new(|| LazyHash::new(FontBook::from_fonts(&*FONTS)));

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::default);

static A4: LazyLock<Source> = LazyLock::new(|| template("a4.typ", include_str!("../templates/a4.typ")));

static ANNEX: LazyLock<Source> =
    LazyLock::new(|| template("annex.typ", include_str!("../templates/annex.typ")));

fn template(name: &str, text: &str) -> Source {
    let path = VirtualPath::new(name).expect("a plain file name is a path");
    Source::new(RootedPath::new(VirtualRoot::Project, path).intern(), text.into())
}

/// How high the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Height {
    /// As an A4, and what is left over goes between the parts.
    A4,
    /// As its text.
    AsNeeded,
}

/// Whether every font has a form for it.
pub fn shows(c: char) -> bool {
    let private = ('\u{e000}'..='\u{f8ff}').contains(&c) || c >= '\u{f0000}';
    !private && !c.is_control() && FONTS.iter().all(|font| font.info().coverage.contains(c.into()))
}

/// The sheet in type of `size` points.
pub fn set(sheet: &Sheet, size: f64, height: Height) -> PagedDocument {
    compile(&A4, "sheet", values(sheet, size, height))
}

/// The annex, on as many pages as it takes.
pub fn annex(values: Dict) -> PagedDocument {
    compile(&ANNEX, "annex", values)
}

/// A template with the values that it knows under `name`.
fn compile(main: &'static Source, name: &'static str, values: Dict) -> PagedDocument {
    let mut library = LIBRARY.clone();
    library.global.scope_mut().define(name, values);
    let press = Press { library: LazyHash::new(library), main };
    typst::compile(&press).output.unwrap_or_else(|errors| panic!("{}", said(&errors)))
}

/// What the typesetter said, without what it quotes: that may be of the sheet. Any of it is a mistake in the template.
pub fn said(errors: &[SourceDiagnostic]) -> String {
    let said = |error: &SourceDiagnostic| error.message.split('`').step_by(2).collect::<Vec<_>>().join("…");
    format!("the template is broken: {}", errors.iter().map(said).collect::<Vec<_>>().join("; "))
}

/// The world as a template knows it: itself, its fonts, and the values of one document.
struct Press {
    library: LazyHash<Library>,
    main: &'static Source,
}

impl World for Press {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn values(sheet: &Sheet, size: f64, height: Height) -> Dict {
    let say = |nl: &'static str, en: &'static str| match sheet.language {
        Language::Nl => nl,
        Language::En => en,
    };
    let version = sheet.version();
    let organisation = line(&sheet.organisation);
    let title = Some(line(&sheet.title)).filter(|title| !title.is_empty()).unwrap_or_else(|| version.clone());
    let name = if organisation.is_empty() { title.clone() } else { format!("{title}, {organisation}") };
    let (principle, reasons) = match sheet.why.lines.split_last() {
        Some((principle, reasons)) => (text(principle), reasons),
        None => (Array::new(), [].as_slice()),
    };
    dict! {
        "size" => Abs::pt(size),
        "leading" => LINE,
        "margin" => Abs::pt(MARGIN),
        "height" => match height {
            Height::A4 => Smart::Custom(Abs::pt(PAGE)),
            Height::AsNeeded => Smart::Auto,
        },
        "lang" => say("nl", "en"),
        "name" => name,
        "title" => title,
        "organisation" => text(&sheet.organisation),
        "long" => organisation.chars().count() > LONG_NAME,
        "why" => dict! {
            "heading" => line(&sheet.why.heading),
            "reasons" => led(reasons),
            "principle" => principle,
        },
        "may" => section(&sheet.may),
        "may_not" => section(&sheet.may_not),
        "rules" => dict! { "heading" => line(&sheet.rules.heading), "lines" => led(&sheet.rules.lines) },
        "fields" => sheet.fields.iter().map(|field| Value::Dict(section(field))).collect::<Array>(),
        "version" => dict! { "heading" => say("Versie", "Version"), "digits" => version },
        "check" => text(say(
            "Klopt dit blad? Sluis toont bij het beleid dat nu geldt dezelfde zestien tekens. Ze zijn het begin van de \
             SHA-256 van deze tekst: verandert er één letter, dan veranderen zij.",
            "Is this the sheet that counts? Sluis shows the same sixteen characters beside the policy in force. They are \
             the beginning of the SHA-256 of this text: if one letter changes, they do.",
        )),
    }
}

/// A name of more characters stands there in smaller type.
const LONG_NAME: usize = 60;

fn section(section: &Section) -> Dict {
    let lines = section.lines.iter().map(|line| Value::Array(text(line)));
    dict! { "heading" => line(&section.heading), "lines" => lines.collect::<Array>() }
}

/// Lines with a subject, each as its subject and the rest.
fn led(lines: &[String]) -> Array {
    let led = |line: &String| {
        Value::Array(subject(line).map(|half| Value::Array(taken(half))).into_iter().collect())
    };
    lines.iter().map(led).collect()
}

fn text(line: &str) -> Array {
    taken(parts(line))
}

/// Parts as the template takes them: a run is a string, a word a dictionary.
fn taken(parts: Vec<Part>) -> Array {
    let part = |part| match part {
        Part::Run(text) => Value::Str(text.into()),
        Part::Word(word) => Value::Dict(careful(word)),
    };
    parts.into_iter().map(part).collect()
}

/// Of the pieces, too, a string is text; an array holds the number of a character.
fn careful(word: Word) -> Dict {
    let piece = |piece| match piece {
        Piece::Text(text) => Value::Str(text.into()),
        Piece::Unknown(c) => Value::Array(array![number(c)]),
    };
    let pieces: Array = word.pieces.into_iter().map(piece).collect();
    dict! { "short" => word.short, "whole" => word.whole, "pieces" => pieces }
}
