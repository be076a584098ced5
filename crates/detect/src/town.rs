//! Postcodes and towns: behind a street, behind "woont in" and "geboren te", in a field.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{Lexicon, PLACE, PLACE_HEAD, WORD, join};
use crate::page::{Candidate, Page, Shape, Token, push};
use crate::street::is_street_word;

/// The town that starts at `at`: one past its last token.
pub(crate) fn place(page: &Page<'_>, at: usize, lexicon: &Lexicon) -> Option<usize> {
    let token = page.get(at)?;
    if !token.is_word() {
        return None;
    }
    if token.has(PLACE_HEAD) {
        let (mut key, mut end, mut found) = (0, at, None);
        for _ in 0..5 {
            let Some(next) = page.get(end).filter(|t| t.is_word()) else { break };
            key = join(key, next.key);
            end += 1;
            if lexicon.phrase(key) & PLACE != 0 {
                found = Some(end);
            }
            if page.is(end, b'-') && page.glued(end) {
                end += 1;
            }
        }
        if found.is_some() {
            return found;
        }
    }
    if !token.has(PLACE) {
        return None;
    }
    // "Bergen op Zoom" and "Sint-Niklaas" are phrases; a double name such as "Houthalen-Helchteren" may not be.
    let double =
        page.is(at + 1, b'-') && page.glued(at + 1) && page.glued(at + 2) && page.tokens[at + 2].is_capital();
    Some(if double { at + 3 } else { at + 1 })
}

/// The town behind a street and number, perhaps across a comma.
pub(crate) fn town_after(page: &Page<'_>, end: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let mut next = end;
    while next < end + 3
        && page.get(next).is_some_and(|t| {
            matches!(t.mark, b',' | b'(' | b'-' | b'*' | b'/' | b'\t' | b';' | b'|')
                || t.is_line()
                || matches!(page.word(next), "te" | "in" | "à")
        })
    {
        next += 1;
    }
    if next > end + 1
        && page.tokens[next - 1].is_line()
        && page.tokens.get(next).is_some_and(|t| !t.is_capital())
    {
        return;
    }
    if let Some(last) = place(page, next, lexicon) {
        let token = &page.tokens[next];
        if token.is_capital() || !token.has(WORD) {
            push(page, next, last, Kind::City, 0.85, "city-after-street", out);
        }
    }
}

/// A postcode at number token `at`, and the town behind it.
pub(crate) fn postcode(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    let text = page.word(at);
    if !(4..=5).contains(&token.len())
        || at > 0
            && page.glued(at)
            && (page.tokens[at - 1].is_word() && !matches!(page.word(at - 1), "B" | "D" | "F" | "NL" | "BE")
                || matches!(page.tokens[at - 1].mark, b'.' | b'/' | b'_' | b'@' | b'#')
                || page.is(at - 1, b'-')
                    && at > 1
                    && !matches!(page.word(at - 2), "B" | "D" | "F" | "NL" | "BE" | "CH" | "A" | "L"))
    {
        return;
    }
    let hint = token.hint & cue::POSTCODE != 0 || page.cue_before(at, 1) & cue::POSTCODE != 0;
    let year = token.len() == 4 && matches!(text.get(..2), Some("19" | "20"));
    let next = at + 1;
    // The address, or a comma or dash behind something with a house number, right before.
    let behind = |reach: usize| {
        (at.saturating_sub(reach)..at)
            .any(|i| page.tokens[i].is_number() && page.tokens[i].len() <= 4 || is_street_word(page.word(i)))
    };
    if token.len() == 4 && !text.starts_with('0') {
        if let Some(letters) = page.get(next).filter(|t| t.is_word() && t.len() == 2 && page.gap(next) <= 2) {
            let word = page.word(next);
            let closed = !page.glued(next + 1)
                || !(page.tokens[next + 1].is_number()
                    || page.is(next + 1, b'_')
                    || page.is(next + 1, b'-') && page.glued(next + 2));
            let upper = letters.shape == Shape::Upper;
            let banned = word.eq_ignore_ascii_case("SA")
                || word.eq_ignore_ascii_case("SD")
                || word.eq_ignore_ascii_case("SS");
            if word.is_ascii() && closed && !banned {
                let town = town(page, next + 1, lexicon);
                let unit = is_unit(word);
                let context = hint || town.is_some_and(|t| t.1) || behind(6);
                let score = if hint {
                    0.95
                } else if upper && !unit && !year {
                    0.85
                } else if upper && context && !(year && !town.is_some_and(|t| t.1) && unit) {
                    0.8
                } else if !upper && (town.is_some_and(|t| t.1) || behind(4)) && !letters.has(WORD) {
                    0.75
                } else {
                    0.0
                };
                if score > 0.0 {
                    push(page, at, next + 1, Kind::Postcode, score, "postcode-nl", out);
                    if let Some((end, known)) = town {
                        let first = skip(page, next + 1);
                        push(
                            page,
                            first,
                            end,
                            Kind::City,
                            if known { 0.9 } else { 0.75 },
                            "city-after-postcode",
                            out,
                        );
                    }
                    return;
                }
            }
        }
        let first = skip(page, next);
        if let Some((end, known)) = town(page, next, lexicon).filter(|_| first == next || hint) {
            let prefixed = at >= 2 && page.is(at - 1, b'-') && matches!(page.word(at - 2), "B" | "L");
            if known
                && page.tokens[first].is_capital()
                && (!year || prefixed || behind(5))
                && (hint || prefixed || behind(6) || !page.tokens[first].has(WORD))
                || hint
            {
                push(page, at, next, Kind::Postcode, 0.8, "postcode-be", out);
                push(page, first, end, Kind::City, 0.82, "city-after-postcode", out);
                return;
            }
        }
        // "9000, Gent" and the column of postcodes.
        if hint {
            push(page, at, next, Kind::Postcode, 0.85, "postcode-field", out);
        }
    } else if token.len() == 5 {
        let street = (at.saturating_sub(3)..at)
            .any(|i| page.tokens[i].is_number() && page.tokens[i].len() <= 3)
            || at >= 2 && page.is(at - 1, b'-') && matches!(page.word(at - 2), "D" | "F");
        if page.get(next).is_some_and(|t| t.shape == Shape::Title && page.gap(next) == 1) && (street || hint)
        {
            push(page, at, next, Kind::Postcode, 0.75, "postcode-de-fr", out);
            push(page, next, next + 1, Kind::City, 0.75, "city-after-postcode", out);
        } else if hint {
            push(page, at, next, Kind::Postcode, 0.8, "postcode-field", out);
        }
    }
}

/// Steps over a comma or the gap of a column.
fn skip(page: &Page<'_>, at: usize) -> usize {
    let mut at = at;
    while page.get(at).is_some_and(|t| matches!(t.mark, b',' | b'(' | b')' | b'-' | b'*'))
        && page.gap(at) <= 2
    {
        at += 1;
    }
    at
}

/// The town behind a postcode: one past its last token, and whether the lists know it.
fn town(page: &Page<'_>, at: usize, lexicon: &Lexicon) -> Option<(usize, bool)> {
    let first = skip(page, at);
    let token = page.get(first)?;
    if page.gap(first) > 8 {
        return None;
    }
    if let Some(end) = place(page, first, lexicon) {
        return Some((end, true));
    }
    (token.is_capital()
        && token.shape != Shape::Single
        && token.len() > 2
        && !token.has(WORD | cue::NEVER | cue::VALUE)
        && first == at)
        .then_some((first + 1, false))
}

/// Two capitals behind four digits that are a unit, country or short word rather than a postcode.
fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "MB" | "GB"
            | "KB"
            | "TB"
            | "KM"
            | "CM"
            | "MM"
            | "KG"
            | "ML"
            | "PK"
            | "EU"
            | "UK"
            | "US"
            | "NL"
            | "BE"
            | "DE"
            | "FR"
            | "AM"
            | "PM"
            | "OP"
            | "IN"
            | "OF"
            | "EN"
            | "AN"
            | "IS"
            | "TE"
            | "HP"
            | "KW"
            | "BV"
            | "NV"
            | "VS"
            | "BC"
            | "AD"
            | "OR"
            | "ZZ"
            | "XL"
            | "HZ"
            | "IE"
            | "VA"
            | "LM"
            | "RE"
            | "FW"
            | "TM"
            | "EK"
            | "WK"
            | "OS"
            | "PC"
    )
}

/// A town behind a word for living, being born or coming from: "woont in", "wonende te", "né à". `at` is that word.
pub(crate) fn find_home(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let mut index = at + 1;
    let mut ready = false;
    while index < at + 12 {
        let Some(token) = page.get(index) else { return };
        if token.is_line() && index > at + 1 && !ready {
            return;
        }
        let word = page.word(index);
        if ready && token.is_capital() {
            if let Some(end) = place(page, index, lexicon) {
                push(page, index, end, Kind::City, 0.8, "city-home", out);
                return;
            }
            if token.shape == Shape::Title
                && !token.has(cue::NEVER | WORD | cue::TITLE | cue::MONTH)
                && !is_street_word(word)
            {
                let double = page.is(index + 1, b'-')
                    && page.glued(index + 2)
                    && page.get(index + 2).is_some_and(Token::is_capital);
                push(
                    page,
                    index,
                    if double { index + 3 } else { index + 1 },
                    Kind::City,
                    0.65,
                    "city-home",
                    out,
                );
            }
            return;
        }
        ready = matches!(
            word,
            "in" | "te" | "à" | "a" | "zu" | "at" | "uit" | "from" | "aus" | "naar" | "van" | "op"
        ) || ready && (token.mark == b'(' || matches!(word, "de" | "het"));
        if token.mark == b'.'
            && page.gap(index + usize::from(index + 1 < page.tokens.len())) > 0
            && !page.tokens[index - 1].has(cue::BIRTH)
        {
            return;
        }
        index += 1;
    }
}

/// The town behind a date of birth: "11 oktober 1999 te Tiel", "02/08/1996 à Nador". `after` is the byte behind the date.
pub(crate) fn find_birthplace(page: &Page<'_>, after: u32, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let at = page.tokens.partition_point(|t| t.start < after);
    let mut index = at;
    while index < at + 3
        && (matches!(page.word(index), "te" | "in" | "à" | "at" | "zu" | "en")
            || page.is(index, b',')
            || page.is(index, b'('))
    {
        index += 1;
    }
    if !page.get(index).is_some_and(Token::is_capital) {
        return;
    }
    if index == at {
        // Lists have the town right behind the date.
        if let Some(end) =
            place(page, index, lexicon).filter(|_| page.gap(index) <= 2 && !page.tokens[index].has(WORD))
        {
            push(page, index, end, Kind::City, 0.65, "birthplace", out);
        }
        return;
    }
    let said = matches!(page.word(index - 1), "te" | "in" | "à" | "at" | "zu");
    if let Some(end) = place(page, index, lexicon) {
        push(page, index, end, Kind::City, 0.8, "birthplace", out);
    } else if said && page.tokens[index].shape == Shape::Title {
        push(page, index, index + 1, Kind::City, 0.7, "birthplace", out);
    }
}

/// The town in a field for towns that starts at `at`.
pub(crate) fn find_field(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let hint = page.tokens[at].hint;
    let Some(first) = (at..at + 4).find(|&i| page.get(i).is_some_and(|t| t.hint == hint && t.is_word()))
    else {
        return;
    };
    if let Some(end) = place(page, first, lexicon) {
        push(page, first, end, Kind::City, 0.9, "city-field", out);
    } else if page.tokens[first].is_capital()
        && !page.tokens[first].has(cue::VALUE)
        && !page.tokens[first..].iter().take(3).any(Token::is_number)
    {
        push(page, first, first + 1, Kind::City, 0.7, "city-field", out);
    }
}
