//! What the parts of office documents are for.

use crate::document::{Format, Hidden};
use crate::paragraph::Dialect;

/// What to do with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Paragraphs and tables.
    Paragraphs(Dialect, Option<Hidden>),
    /// A sheet, or what sheets need.
    Sheet,
    /// XML of which every text and attribute counts.
    Xml(Option<Hidden>),
    /// Where other parts are, and where links lead.
    Links,
    /// Nothing that people wrote.
    Plain,
    /// A picture of the first page, or what a printer remembers.
    Trace,
    /// A file of its own.
    File,
    /// Not read.
    Embedded,
}

/// The part at this path.
pub(crate) fn part(format: Format, path: &str) -> Part {
    match format {
        Format::Odt | Format::Ods | Format::Odp => open_document(path),
        _ => open_xml(path),
    }
}

fn ends(path: &str, endings: &[&str]) -> bool {
    let path = path.to_ascii_lowercase();
    endings.iter().any(|ending| path.ends_with(ending))
}

const FONTS: &[&str] = &[".odttf", ".ttf", ".otf", ".fntdata"];

fn open_document(path: &str) -> Part {
    let file = path.rsplit('/').next().unwrap_or_default();
    match file {
        _ if path.starts_with("Thumbnails/") || path.starts_with("ObjectReplacements/") => Part::Trace,
        _ if path.starts_with("Basic/") || path.starts_with("Scripts/") => Part::Embedded,
        "mimetype" | "manifest.xml" | "manifest.rdf" | "settings.xml" | "" => Part::Plain,
        _ if path.starts_with("Configurations2/") => Part::Plain,
        _ if path == "layout-cache" || ends(path, FONTS) => Part::Plain,
        "content.xml" => Part::Paragraphs(Dialect::OpenDocument, None),
        "styles.xml" => Part::Paragraphs(Dialect::OpenDocument, Some(Hidden::Margin)),
        "meta.xml" => Part::Xml(Some(Hidden::Property)),
        _ if ends(path, &[".xml", ".rdf"]) => Part::Xml(Some(Hidden::Property)),
        _ => Part::File,
    }
}

fn open_xml(path: &str) -> Part {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let text = |hidden| Part::Paragraphs(Dialect::OpenXml, hidden);
    if ends(path, &[".rels"]) {
        return Part::Links;
    }
    if path.starts_with("docProps/thumbnail") || path.contains("printerSettings/") {
        return Part::Trace;
    }
    if file == "vbaProject.bin" || path.contains("/activeX/") || ends(path, &[".bin", ".vbaproject"]) {
        return Part::Embedded;
    }
    if path == "[Content_Types].xml" || file.is_empty() || ends(path, FONTS) || path.contains("/theme/") {
        return Part::Plain;
    }
    if path.starts_with("docProps/") || path.starts_with("customXml/") {
        return Part::Xml(Some(Hidden::Property));
    }
    if path.contains("/pivotCache/") || path.contains("/externalLinks/") {
        return Part::Xml(Some(Hidden::Folded));
    }
    if path.contains("/worksheets/") || path.contains("/chartsheets/") || path == "xl/sharedStrings.xml" {
        return Part::Sheet;
    }
    if ends(path, &[".xml", ".vml"]) {
        return match stem {
            "styles" | "stylesWithEffects" | "fontTable" | "webSettings" | "settings" | "numbering"
            | "calcChain" | "tableStyles" | "presProps" | "viewProps" | "metadata" => Part::Plain,
            "header" | "footer" => text(Some(Hidden::Margin)),
            "footnotes" | "endnotes" | "notesSlide" => text(Some(Hidden::Note)),
            "person" | "people" | "commentAuthors" | "authors" | "table" | "connections" | "queryTable"
            | "pivotTable" => Part::Xml(Some(Hidden::Property)),
            _ if stem.to_ascii_lowercase().contains("comment") => text(Some(Hidden::Comment)),
            "slideMaster" | "slideLayout" | "notesMaster" | "handoutMaster" => text(Some(Hidden::Margin)),
            _ => text(None),
        };
    }
    Part::File
}

/// What detection should know an element or attribute by.
pub(crate) fn label(name: &str) -> &str {
    if is_author(name) || matches!(name, "author" | "displayName" | "userId") { "naam" } else { name }
}

/// Elements of properties that say who made the document.
pub(crate) fn is_author(name: &str) -> bool {
    matches!(
        name,
        "creator"
            | "lastModifiedBy"
            | "initial-creator"
            | "printed-by"
            | "Company"
            | "Manager"
            | "company"
            | "manager"
    )
}

/// Elements of properties that say with what program the document was made.
pub(crate) fn is_program(name: &str) -> bool {
    matches!(name, "generator" | "Application" | "AppVersion" | "Template")
}

/// What people would call a part; the main one has no name.
pub(crate) fn name(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    match stem {
        // A sheet goes by its own name.
        _ if path.contains("/worksheets/") => "",
        "document" | "content" | "workbook" if !path.contains("embeddings") => "",
        stem => stem,
    }
}
