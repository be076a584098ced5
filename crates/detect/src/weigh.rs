//! How much a run that can be a name weighs by itself, when no title, label or role vouches for it.

use crate::cue;
use crate::lexicon::{ANY_FIRST, ANY_SUR, FIRST_COMMON, Flags, PLACE, SUR_COMMON, WORD};
use crate::name::{Before, Run};
use crate::page::{Page, Shape, Token};

/// What the lists say of a word.
#[expect(clippy::struct_excessive_bools, reason = "each is one list")]
pub(crate) struct Known {
    pub first: bool,
    pub common: bool,
    pub sur: bool,
    pub word: bool,
    pub place: bool,
    pub upper: bool,
    pub never: bool,
}

pub(crate) fn known(token: &Token) -> Known {
    let has = |flags: Flags| token.flags & flags != 0;
    Known {
        first: has(ANY_FIRST),
        common: has(FIRST_COMMON),
        sur: has(ANY_SUR),
        word: has(WORD | cue::VALUE | cue::ROLE | cue::GREETING | cue::CLOSING),
        place: has(PLACE),
        upper: token.shape == Shape::Upper,
        never: has(cue::NEVER | cue::COMPANY),
    }
}

/// The score of a run that no word before or label vouches for.
pub(crate) fn unaided(page: &Page<'_>, run: &Run, before: Before) -> f32 {
    let head = known(&page.tokens[run.head]);
    let tail = known(&page.tokens[run.tail]);
    let does = page.get(run.end).is_some_and(|t| t.has(cue::DOES) && page.gap(run.end) == 1);
    if run.words == 0 {
        0.0
    } else if run.initials > 0 && run.words <= 2 && run.first < run.head {
        // "J. de Vries" needs no list; "A Koper" does.
        if run.dotted > 0 {
            if tail.never || tail.upper && tail.word { 0.3 } else { 0.9 }
        } else if tail.sur && !tail.word && !tail.place && !tail.never {
            0.75
        } else {
            0.2
        }
    } else if run.words >= 2 {
        several(page, run, before, &head, &tail)
    } else if run.prefixes > 0 && run.first < run.tail {
        prefixed(page, run, before, &tail, does)
    } else if run.initials > 0 && run.first == run.head {
        // "Samira B.", "Floor K."
        let fine = (head.first || tail.sur) && (!head.word || !before.sentence || run.end > run.tail + 2);
        if fine { 0.85 } else { 0.3 }
    } else {
        single(&page.tokens[run.head], before, &head, does)
    }
}

/// Two words or more: "Fatima Bouzidi", "Bouzidi Fatima".
fn several(page: &Page<'_>, run: &Run, before: Before, head: &Known, tail: &Known) -> f32 {
    let listed = (head.first && tail.sur) || (head.sur && tail.first) || (head.first && tail.first);
    let plain = !head.word && !tail.word && !head.never && !tail.never;
    let common = page.tokens[run.tail].has(SUR_COMMON);
    if head.upper && tail.upper && !(head.first && tail.sur && plain || head.sur && tail.first && plain) {
        return if run.prefixes > 0 && (head.first || tail.sur) { 0.6 } else { 0.2 };
    }
    match (listed, plain) {
        (true, true) if head.place && tail.place => 0.4,
        (true, true) => 0.93,
        (true, false) if head.common && !head.word && tail.sur => 0.9,
        (true, false) if head.first && !head.word => 0.85,
        (true, false) if !before.sentence && head.first && (tail.sur && !tail.word) => 0.75,
        (true, false) if head.common && common && run.prefixes > 0 => 0.9,
        (true, false) if head.common && common => 0.7,
        (true, false) if head.first && !tail.word => 0.65,
        (true, false) => 0.35,
        // "Opinieartikel van Rudi": too long for a first name that no list has.
        (false, true) if run.prefixes > 0 && !head.first && !head.sur && page.tokens[run.head].len() > 9 => {
            0.3
        }
        (false, true) if run.prefixes > 0 && !head.place => 0.85,
        (false, true) if head.first => 0.85,
        (false, true) if tail.sur && !head.place && !tail.place => 0.6,
        (false, true) if tail.first && !head.place => 0.55,
        (false, true) if before.joined && !before.sentence && !head.place && !tail.place => 0.4,
        _ => 0.2,
    }
}

/// Prefixes that open a name more often than a sentence.
const OPENERS: &[&str] = &[
    "Van", "Vander", "Vanden", "El", "Ten", "Ter", "Von", "'t", "VAN", "Ait", "Aït", "Di", "Ben", "D", "V",
    "Del", "Den",
];

/// One word with prefixes: "De Vries", "Van den Bossche".
fn prefixed(page: &Page<'_>, run: &Run, before: Before, tail: &Known, does: bool) -> f32 {
    let strong = page.tokens[run.first].is_capital() && OPENERS.contains(&page.word(run.first));
    let token = &page.tokens[run.tail];
    let preposition = before.sentence
        && matches!(
            page.word(run.first),
            "In" | "Op" | "Aan" | "Voor" | "Bij" | "Over" | "Onder" | "Uit" | "Tot" | "Het" | "Im" | "Zu"
        );
    match () {
        () if tail.never || tail.upper || preposition => 0.2,
        () if tail.place && !tail.sur => 0.2,
        () if tail.sur && !tail.word && strong => 0.85,
        () if tail.sur && !tail.word && !tail.place => {
            if before.sentence {
                0.75
            } else {
                0.8
            }
        }
        () if tail.sur && !before.sentence && token.is_capital() && !tail.place => 0.7,
        () if strong && !before.sentence && !tail.word => 0.7,
        () if tail.sur && strong && (does || before.joined) => 0.7,
        () if tail.sur && does && token.has(SUR_COMMON) => 0.55,
        () => 0.2,
    }
}

/// One word alone: "Fatima", "Bouzidi".
fn single(token: &Token, before: Before, head: &Known, does: bool) -> f32 {
    if head.never || head.upper || token.len() < 3 && !head.common {
        let loud = head.upper && head.first && !head.word && !head.never && token.len() > 3;
        return if loud { 0.35 } else { 0.1 };
    }
    match (head.first, head.word, head.place) {
        (true, false, false) if head.common => 0.85,
        (true, false, false) if before.sentence && !does => 0.6,
        (true, false, false) => 0.7,
        (true, false, true) if head.common && (!before.sentence || does) => 0.6,
        (true, false, true) if does => 0.5,
        (true, false, true) => 0.3,
        (true, true, _) if !before.sentence && (head.common && !token.has(cue::VALUE) || does) => 0.55,
        (true, true, _) => 0.2,
        (false, false, false) if head.sur => match (token.has(SUR_COMMON), before.sentence) {
            (true, false) => 0.75,
            _ if does => 0.65,
            (false, false) => 0.55,
            (true, true) => 0.5,
            (false, true) => 0.35,
        },
        (false, false, false) if token.flags == 0 && does && !before.sentence => 0.4,
        _ => 0.1,
    }
}
