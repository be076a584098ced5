//! Documents for paper: the AI-use policy as exactly one A4 in PDF, and the law behind it as an annex.
//!
//! No file system, no network, no clock: the template and the fonts are part of the program, and what a document says
//! comes in as values. The same sheet gives the same bytes.

mod annex;
mod press;
#[cfg(test)]
mod tests;
mod words;

pub use annex::background;
use sluis_core::a4::{MAX_SHEET, Sheet};
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use press::Height;

/// Sizes of the running text in points, from the one for a short policy on a wall down to the smallest that can be read
/// at arm's length.
const SIZES: [f64; 17] = [
    13.0, 12.75, 12.5, 12.25, 12.0, 11.75, 11.5, 11.25, 11.0, 10.75, 10.5, 10.25, 10.0, 9.75, 9.5, 9.25, 9.0,
];

/// The size to try first: that of a policy with the rules to start with.
const FIRST: usize = 8;

/// From line to line, in parts of the size. The template sets its lines by it.
const LINE: f64 = 1.3;

/// An A4 sheet, in points.
const PAGE: f64 = 297.0 / 25.4 * 72.0;

/// What of a page the margins leave, in points. The template sets its margins by it.
const PRINTED: f64 = PAGE - 2.0 * MARGIN;

/// Above and below, in points: 13 mm, which every printer can do.
const MARGIN: f64 = 13.0 / 25.4 * 72.0;

/// What sums of lengths may differ by, in points.
const ROUNDING: f64 = 0.01;

/// A sheet with more text than this is not set at all. It is twice what a policy may have.
const MAX_CHARACTERS: usize = 2 * MAX_SHEET;

/// A sheet that does not fit on one page, in the smallest type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it takes {pages} pages: {lines} lines too many for one")]
pub struct TooLong {
    /// The pages that it would take.
    pub pages: usize,
    /// By how many lines it is too high. A line across the page holds some 110 characters, one in a column half of it.
    pub lines: usize,
}

impl TooLong {
    /// Of a text of this height in the smallest type, in points and without margins.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "heights of text are finite, at least nought and far below what a usize holds"
    )]
    fn of(height: f64) -> Self {
        let line = SIZES[SIZES.len() - 1] * LINE;
        Self {
            pages: ((height / PRINTED).ceil() as usize).max(2),
            lines: (((height - PRINTED) / line).ceil() as usize).max(1),
        }
    }

    /// Of a text with this many characters, line breaks among them, that is far too long to set.
    fn estimate(characters: usize) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a text of more than 2^52 characters fits in no memory"
        )]
        let lines = characters as f64 / 100.0;
        Self::of(lines * SIZES[SIZES.len() - 1] * LINE)
    }
}

/// The sheet as a PDF of one A4 page, in the largest type that fits; tagged, and in accordance with PDF/UA-1.
///
/// # Errors
/// When it does not fit on one page, not even in type of 9 points.
///
/// # Panics
/// When the template breaks a rule of typst or of PDF/UA-1, which no sheet can make it do.
pub fn a4(sheet: &Sheet) -> Result<Vec<u8>, TooLong> {
    let pdf = page(sheet).map(|document| pdf(sheet, &document));
    // The typesetter remembers all that it has set, in case it comes again, which here it does not.
    typst::comemo::evict(0);
    pdf
}

/// The sheet, set on one page.
fn page(sheet: &Sheet) -> Result<PagedDocument, TooLong> {
    let characters = sheet.text().chars().count();
    if characters > MAX_CHARACTERS {
        return Err(TooLong::estimate(characters));
    }
    // Sizes before `over` are known to be too large, those from `fits` on to be small enough.
    let (mut over, mut fits, mut guess) = (0, SIZES.len(), FIRST);
    while over < fits {
        let at = guess.clamp(over, fits - 1);
        let height = height(&press::set(sheet, SIZES[at], Height::AsNeeded));
        if height <= PAGE - ROUNDING {
            fits = at;
        } else if at == SIZES.len() - 1 {
            return Err(TooLong::of(height - 2.0 * MARGIN));
        } else {
            over = at + 1;
        }
        // Both the length and the height of lines grow with the type, so a text grows with its square.
        let likely = SIZES[at] * (PAGE / height).sqrt();
        guess = SIZES.partition_point(|size| *size > likely);
    }
    Ok(press::set(sheet, SIZES[fits], Height::A4))
}

/// How high a document is, in points, if it is one page of as much as it needs.
fn height(document: &PagedDocument) -> f64 {
    document.pages().iter().map(|page| page.frame.height().to_pt()).sum()
}

/// The document as a file. The version of the sheet is its name, so that it is the same in every print.
fn pdf(sheet: &Sheet, document: &PagedDocument) -> Vec<u8> {
    file(sheet.version(), document)
}

/// A document as a file of this name.
fn file(name: String, document: &PagedDocument) -> Vec<u8> {
    let options = PdfOptions {
        ident: Smart::Custom(name),
        creator: Smart::Custom(Some("Sluis".into())),
        standards: PdfStandards::new(&[PdfStandard::Ua_1]).expect("one standard contradicts none"),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).unwrap_or_else(|errors| panic!("{}", press::said(&errors)))
}
