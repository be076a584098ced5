//! What stands beside or ends a run that can be a name, and says that it is none.

use crate::cue;
use crate::lexicon::ANY_NAME;
use crate::name::Run;
use crate::page::{Page, Shape};

/// Whether what follows the run says that it is no person: a company form, a compound, a street, an address on the web.
pub(crate) fn vetoed(page: &Page<'_>, run: &Run) -> bool {
    let next = run.end;
    let last = &page.tokens[run.end - 1];
    if let Some(token) = page.get(next) {
        let glued = page.glued(next);
        if glued
            && (matches!(token.mark, b'@' | b'_' | b'\\')
                || token.is_number()
                || token.is_word() && last.is_word() && token.len() > 3)
        {
            return true;
        }
        if glued
            && token.mark == b'-'
            && page.glued(next + 1)
            && page
                .get(next + 1)
                .is_some_and(|t| t.is_word() && t.shape == Shape::Lower && !t.has(cue::PREFIX))
        {
            return true;
        }
        if glued
            && token.mark == b'.'
            && page.glued(next + 1)
            && page.get(next + 1).is_some_and(|t| t.is_word() && t.shape == Shape::Lower && t.len() <= 4)
            && !last.has(cue::TITLE)
            && run.initials == 0
        {
            return true;
        }
        if glued && token.mark == b'(' {
            return true;
        }
        // "De Vlietlanden B.V.", "Boel & Zonen".
        if matches!(page.word(next), "B" | "N")
            && page.gap(next) == 1
            && page.is(next + 1, b'.')
            && page.word(next + 2) == "V"
            || token.mark == b'&'
                && matches!(
                    page.word(next + 1),
                    "Zonen" | "Zn" | "Partners" | "Co" | "Fils" | "Söhne" | "Sons" | "Zoon"
                )
        {
            return true;
        }
        if token.has(cue::COMPANY)
            && token.is_word()
            && page.gap(next) == 1
            && (token.is_capital() && token.len() > 1
                || matches!(page.word(next), "bv" | "nv" | "vzw" | "vof" | "bvba" | "gmbh" | "sprl" | "asbl"))
        {
            return true;
        }
    }
    let first = run.first;
    if page.glued(first) && first > 0 {
        let before = &page.tokens[first - 1];
        if matches!(before.mark, b'@' | b'_' | b'\\' | b'#' | b'.' | b'+' | b'%' | b'$')
            || before.is_number()
            || before.mark == b'-' && first > 1 && page.glued(first - 1) && page.tokens[first - 2].is_word()
            || before.mark == b'/' && first > 1 && page.tokens[first - 2].mark == b'/'
        {
            return true;
        }
    }
    run.words > 0 && page.tokens[run.tail].flags & ANY_NAME == 0 && thing(page.word(run.tail))
}

/// Compounds that name a street, school, building or product after somebody.
fn thing(word: &str) -> bool {
    const ENDS: &[&str] = &[
        "school", "huis", "kanaal", "koek", "college", "fonds", "prijs", "beker", "bokaal", "museum",
        "centrum", "loop", "toernooi", "kerk", "kapel", "toren", "brug", "tunnel", "zaal", "stadion", "park",
        "polder", "methode", "wet", "toets", "schaal", "ziekte", "syndroom", "hof", "weg", "pad",
    ];
    crate::street::is_street_word(word) || word.len() > 7 && ENDS.iter().any(|e| word.ends_with(e))
}
