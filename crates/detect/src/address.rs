//! Street and house number, postcode and town: Dutch and Flemish, French, German and English forms.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{Lexicon, STREET, STREET_HEAD, WORD, join};
use crate::page::{Candidate, Class, Page, Shape, Token, push};
use crate::street::{ENDINGS, SURE, ends, is_street_word};
use crate::town::{place, postcode, town_after};

/// How far left of the house number a street name may begin, in tokens.
const LONGEST: usize = 9;

/// Tries everything that hangs on number token `at`: an address that ends there, one that begins there, a postcode.
pub(crate) fn find(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    postcode(page, at, lexicon, out);
    let token = &page.tokens[at];
    if token.len() > 4 || at == 0 || page.word(at).starts_with('0') {
        return;
    }
    let end = addition(page, at);
    if let Some((first, score)) = street_before(page, at, end, lexicon) {
        push(page, first, end, Kind::Address, score, "address", out);
        town_after(page, end, lexicon, out);
    } else if let Some((last, score)) = street_after(page, at) {
        push(page, at, last, Kind::Address, score, "address-number-first", out);
        town_after(page, last, lexicon, out);
    }
}

/// Additions that stand apart from the number.
const ADDITIONS: &[&str] = &[
    "bis", "hs", "huis", "ter", "I", "II", "III", "IV", "rood", "zw", "boven", "a", "b", "c", "d", "e", "h",
];

/// One past the last token of the house number with its addition: "12a", "12 bis", "12-2", "12 bus 3", "88 III".
fn addition(page: &Page<'_>, at: usize) -> usize {
    let mut end = at + 1;
    for _ in 0..3 {
        let Some(next) = page.get(end) else { break };
        let word = page.word(end);
        let gap = page.gap(end);
        let closes = |i: usize| {
            !page.glued(i + 1) || !(page.tokens[i + 1].is_word() || page.tokens[i + 1].is_number())
        };
        let letter = next.shape == Shape::Single
            && !page.is(end + 1, b'.')
            && !page.get(end + 1).is_some_and(|t| t.is_capital() && page.gap(end + 1) == 1);
        if next.is_word()
            && (gap == 0 && next.len() <= 3 && closes(end)
                || gap == 1 && (ADDITIONS.contains(&word) || letter))
        {
            end += 1;
        } else if next.is_word()
            && gap <= 1
            && matches!(
                word,
                "bus"
                    | "Bus"
                    | "boîte"
                    | "bte"
                    | "box"
                    | "Box"
                    | "kamer"
                    | "apt"
                    | "app"
                    | "appt"
                    | "B"
                    | "b"
                    | "verdieping"
                    | "flat"
                    | "unit"
                    | "k"
            )
        {
            let dot = usize::from(page.is(end + 1, b'.'));
            let code = end + 1 + dot;
            if page.get(code).is_some_and(|t| t.is_number() || t.shape == Shape::Single)
                && page.gap(code) <= 1
            {
                end = code + 1;
                if page.get(end).is_some_and(|t| t.is_word() && page.glued(end) && t.len() <= 2) {
                    end += 1;
                }
            } else {
                break;
            }
        } else if matches!(next.mark, b'-' | b'/')
            && gap == 0
            && page.glued(end + 1)
            && (page.tokens[end + 1].is_number() && page.tokens[end + 1].len() <= 4
                || page.tokens[end + 1].is_word() && page.tokens[end + 1].len() <= 3)
        {
            end += 2;
        } else {
            break;
        }
    }
    end
}

/// The first token of the street name in front of house number `at`, and how sure.
fn street_before(page: &Page<'_>, at: usize, end: usize, lexicon: &Lexicon) -> Option<(usize, f32)> {
    let mut last = at - 1;
    let comma = page.is(last, b',');
    if comma
        || matches!(page.word(last), "nr" | "nummer" | "no" | "n°")
        || page.is(last, b'.') && last > 0 && matches!(page.word(last - 1), "str" | "nr" | "Str")
    {
        last = last.checked_sub(1)?;
    }
    if page.is(last, b'.') {
        last = last.checked_sub(1)?;
    }
    let word = page.get(last)?;
    if !word.is_word() || page.gap(at) > 2 && !comma || page.glued(at) && !comma && !page.is(at - 1, b'.') {
        return None;
    }
    if let Some(first) = french(page, last) {
        return Some((first, 0.9));
    }
    if comma {
        return None;
    }
    let year = page.tokens[at].len() == 4 && matches!(page.word(at).get(..2), Some("19" | "20"));
    let text = page.word(last);
    let whole = ENDINGS.iter().any(|e| text.eq_ignore_ascii_case(e));
    let hint = word.hint & cue::ADDRESS != 0;
    let followed = followed(page, end, lexicon);
    if ends(text, ENDINGS) && !year {
        let sure =
            ends(text, SURE) && (!word.has(WORD) || text.len() >= 8 || followed || hint || word.is_capital());
        let first = extend(page, last);
        let capital = word.is_capital() || first < last && page.tokens[first].is_capital();
        if whole && first == last && !hint && !(followed && capital) {
            return None;
        }
        if sure && capital && !whole {
            return Some((first, 0.92));
        }
        if sure && (capital || hint || followed || !word.has(WORD)) {
            return Some((first, if capital { 0.9 } else { 0.75 }));
        }
        if capital
            && (followed
                || hint
                || !word.has(WORD) && !word.has(crate::lexicon::ANY_NAME | cue::NEVER)
                || whole && first < last)
        {
            return Some((first, if followed || hint { 0.88 } else { 0.6 }));
        }
    }
    // Streets that the register knows and that do not show from their ending.
    if let Some(first) = listed(page, last, lexicon)
        && (followed || hint || article_before(page, first))
    {
        return Some((first, 0.85));
    }
    if word.is_capital()
        && !year
        && !word.has(cue::MONTH | cue::TITLE | cue::VALUE)
        && (hint || followed && page.tokens[at].len() <= 3)
    {
        return Some((extend(page, last), if hint { 0.85 } else { 0.8 }));
    }
    if hint && page.tokens[at].len() <= 4 && !word.has(cue::VALUE) {
        return Some((last, 0.7));
    }
    None
}

/// "in de", "op de", "aan het": a street in running text.
fn article_before(page: &Page<'_>, first: usize) -> bool {
    first > 0 && matches!(page.word(first - 1), "de" | "het" | "op" | "aan" | "in" | "den")
}

/// Whether a postcode or known town follows the house number.
fn followed(page: &Page<'_>, end: usize, lexicon: &Lexicon) -> bool {
    let mut next = end;
    while next < end + 3
        && page.get(next).is_some_and(|t| {
            t.is_line() || matches!(t.mark, b',' | b';' | b'|' | b'-' | b'*' | b'(' | b'/' | b'"' | b'\t')
        })
    {
        next += 1;
    }
    let Some(token) = page.get(next) else { return false };
    if token.is_number() {
        let four = token.len() == 4 && !page.word(next).starts_with('0');
        let letters =
            page.get(next + 1).is_some_and(|t| t.is_word() && t.len() == 2 && t.shape == Shape::Upper);
        return four && (letters || place(page, next + 1, lexicon).is_some());
    }
    token.is_capital() && place(page, next, lexicon).is_some()
}

/// Moves left from the last word of a street name over the words that belong to it.
fn extend(page: &Page<'_>, last: usize) -> usize {
    let mut first = last;
    while first > 0 && last - first < LONGEST {
        let before = &page.tokens[first - 1];
        let gap = page.gap(first);
        match before.class {
            Class::Word if gap <= 1 => {
                let word = page.word(first - 1);
                let joins = before.is_capital()
                    && (before.has(cue::PREFIX)
                        || !before.has(cue::VALUE | cue::LIVES | cue::GREETING | cue::DOES))
                    && !matches!(
                        word,
                        "In" | "Op"
                            | "Aan"
                            | "Bij"
                            | "Uit"
                            | "Voor"
                            | "Over"
                            | "Graag"
                            | "Kun"
                            | "Kan"
                            | "Mijn"
                            | "Onze"
                            | "Ons"
                            | "Zijn"
                            | "Haar"
                            | "Ik"
                            | "Wij"
                            | "We"
                            | "En"
                            | "Maar"
                            | "Naar"
                            | "Vanaf"
                            | "Tot"
                            | "Hij"
                            | "Zij"
                            | "Object"
                            | "Locatie"
                    )
                    || before.has(cue::PREFIX)
                        && !matches!(
                            word,
                            "in" | "op" | "aan" | "bij" | "over" | "tot" | "uit" | "voor" | "onder" | "i"
                        )
                        && first > 1
                        && (page.tokens[first].is_capital())
                        && (page.tokens[first - 2].is_capital() && page.gap(first - 1) <= 1);
                if !joins {
                    break;
                }
            }
            Class::Mark
                if before.mark == b'.'
                    && gap <= 1
                    && first > 1
                    && page.tokens[first - 2].is_capital()
                    && page.tokens[first - 2].len() <= 5
                    && page.glued(first - 1) =>
            {
                first -= 1;
                continue;
            }
            Class::Mark
                if before.mark == b'-'
                    && gap == 0
                    && first > 1
                    && page.glued(first - 1)
                    && page.tokens[first - 2].is_word() =>
            {
                first -= 1;
                continue;
            }
            _ => break,
        }
        first -= 1;
    }
    // "2e Weteringdwarsstraat"
    if first > 1
        && matches!(page.word(first - 1), "e" | "de" | "ste")
        && page.glued(first - 1)
        && page.tokens[first - 2].is_number()
    {
        first -= 2;
    }
    first
}

/// A French street name that ends at `last`: the word for street in front of it.
fn french(page: &Page<'_>, last: usize) -> Option<usize> {
    let mut at = last;
    while last - at < 8 {
        let token = page.get(at)?;
        if token.has(cue::RUE) && at < last {
            return page
                .get(at + 1)
                .filter(|t| {
                    t.is_capital()
                        || t.has(cue::PREFIX)
                        || matches!(page.word(at + 1), "des" | "aux" | "saint" | "st" | "sainte")
                        || t.mark == b'.'
                })
                .map(|_| at);
        }
        let joins = token.is_capital()
            || token.has(cue::PREFIX)
            || matches!(page.word(at), "des" | "aux" | "à" | "au" | "sur" | "et" | "sous")
            || matches!(token.mark, b'-' | b'\'' | b'.');
        if !joins || at == 0 || page.gap(at) > 1 {
            return None;
        }
        at -= 1;
    }
    None
}

/// A street of the lists that ends at `last`, one to three words.
fn listed(page: &Page<'_>, last: usize, lexicon: &Lexicon) -> Option<usize> {
    let token = &page.tokens[last];
    for words in (2..=3).rev() {
        let first = (last + 1).checked_sub(words)?;
        if !page.tokens[first..=last].iter().all(Token::is_word)
            || !page.tokens[first].has(STREET_HEAD)
            || !page.tokens[first].is_capital()
        {
            continue;
        }
        let key = page.tokens[first..=last].iter().fold(0, |sum, t| join(sum, t.key));
        if lexicon.phrase(key) & STREET != 0 {
            return Some(first);
        }
    }
    (token.has(STREET) && token.is_capital() && token.len() > 3).then_some(last)
}

/// "12, rue de la Loi", "221B Baker Street": one past the last token.
fn street_after(page: &Page<'_>, at: usize) -> Option<(usize, f32)> {
    let mut first = addition(page, at);
    if page.is(first, b',') {
        first += 1;
    }
    let token = page.get(first)?;
    if token.has(cue::RUE) && page.gap(first) <= 1 {
        let mut end = first + 1;
        let mut named = false;
        while end < first + 9 {
            let Some(t) = page.get(end) else { break };
            let small = t.has(cue::PREFIX)
                || matches!(page.word(end), "des" | "aux" | "à" | "au" | "sur" | "et" | "sous")
                || matches!(t.mark, b'-' | b'\'');
            if !(t.is_capital() || small) || page.gap(end) > 1 {
                break;
            }
            named |= t.is_capital();
            end += 1;
        }
        while end > first && !page.tokens[end - 1].is_capital() {
            end -= 1;
        }
        return named.then_some((end, 0.88));
    }
    let mut end = first;
    while end < first + 4 && page.get(end).is_some_and(|t| t.is_capital() && page.gap(end) == 1) {
        if matches!(
            page.word(end),
            "Street"
                | "Road"
                | "Lane"
                | "Avenue"
                | "Drive"
                | "Close"
                | "Court"
                | "Square"
                | "Way"
                | "Terrace"
                | "Crescent"
                | "Gardens"
        ) && end > first
        {
            return Some((end + 1, 0.85));
        }
        end += 1;
    }
    None
}

/// A street without a number in a field for addresses, or behind "woont".
pub(crate) fn find_street(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    let lives =
        || page.tokens[at.saturating_sub(5)..at].iter().any(|t| t.has(cue::LIVES) && !t.has(cue::BIRTH));
    if !token.is_capital()
        || !(token.hint & cue::ADDRESS != 0 || lives())
        || !is_street_word(page.word(at))
        || page.get(at + 1).is_some_and(|t| t.is_number() && page.gap(at + 1) <= 1)
    {
        return;
    }
    push(page, extend(page, at), at + 1, Kind::Address, 0.7, "street", out);
}
