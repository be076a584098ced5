//! Street and house number, postcode and town: Dutch and Flemish, French, German and English forms.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{Lexicon, PLACE, PLACE_HEAD, STREET, STREET_HEAD, WORD, join};
use crate::page::{Candidate, Class, Page, Shape, Token};

/// How far left of the house number a street name may begin, in tokens.
const LONGEST: usize = 9;

/// Endings of street names. The second list is only an ending behind something ("Kerkweg", not "weg").
const ENDINGS: &[&str] = &[
    "straat", "laan", "weg", "plein", "dijk", "dreef", "kade", "singel", "gracht", "steeg", "steenweg", "baan", "lei", "hof", "ring", "pad", "park",
    "plantsoen", "wal", "markt", "boulevard", "allee", "straße", "strasse", "gasse", "platz", "damm", "ufer", "str", "kaai", "wegel", "plaats", "akker",
    "veld", "kamp", "erf", "meent", "oord", "haven", "vaart", "burg", "horst", "donk", "heuvel", "hoek", "kant", "werf", "waard", "weide", "polder",
    "kouter", "tuin", "gaard", "zoom", "rand", "brink", "beek", "loop", "brug", "sluis", "poort", "wijk", "stede", "stein", "es", "esch", "land", "dal",
    "driesche", "driesch", "dries", "drift", "dam", "diep", "ven", "hil", "ham", "tra", "rode", "laar", "straatje", "laantje", "pleintje", "paed", "dyk", "wyk", "singels",
    "strjitte", "leane", "wei", "bosch", "zicht", "einde", "eind", "broekhem", "molen", "meer", "berg", "hout", "bos", "woud", "toren", "heide", "road", "street",
];
/// Endings that are certain: no ordinary word or name of another thing ends so.
const SURE: &[&str] = &["straat", "laan", "steenweg", "plein", "gracht", "singel", "straße", "strasse", "dreef", "kade", "plantsoen", "dijk", "steeg", "weg", "baan", "lei", "hof", "pad", "allee", "boulevard", "str", "straatje"];

fn ends(word: &str, list: &[&str]) -> bool {
    let bytes = word.as_bytes();
    list.iter().any(|e| {
        bytes.len() >= e.len() && bytes[bytes.len() - e.len()..].eq_ignore_ascii_case(e.as_bytes())
    })
}

/// Whether the word is a street by its ending.
pub(crate) fn is_street_word(word: &str) -> bool {
    word.len() >= 7 && ends(word, SURE) && !SURE.iter().any(|e| word.eq_ignore_ascii_case(e))
}

fn push(page: &Page<'_>, first: usize, end: usize, kind: Kind, score: f32, detector: &'static str, out: &mut Vec<Candidate>) {
    if end > first {
        out.push(Candidate { start: page.tokens[first].start, end: page.tokens[end - 1].end, kind, score, detector });
    }
}

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

/// One past the last token of the house number with its addition: "12a", "12 bis", "12-2", "12 bus 3", "88 III".
fn addition(page: &Page<'_>, at: usize) -> usize {
    let mut end = at + 1;
    for _ in 0..3 {
        let Some(next) = page.get(end) else { break };
        let word = page.word(end);
        let gap = page.gap(end);
        let closes = |i: usize| !page.glued(i + 1) || !(page.tokens[i + 1].is_word() || page.tokens[i + 1].is_number());
        if next.is_word() && gap == 0 && next.len() <= 3 && closes(end) {
            end += 1;
        } else if next.is_word() && gap == 1 && (matches!(word, "bis" | "hs" | "huis" | "ter" | "I" | "II" | "III" | "IV" | "rood" | "zw" | "boven" | "a" | "b" | "c" | "d" | "e" | "h") || next.shape == Shape::Single && !page.is(end + 1, b'.') && !page.get(end + 1).is_some_and(|t| t.is_capital() && page.gap(end + 1) == 1)) {
            end += 1;
        } else if next.is_word() && gap <= 1 && matches!(word, "bus" | "Bus" | "boîte" | "bte" | "box" | "Box" | "kamer" | "apt" | "app" | "appt" | "B" | "b" | "verdieping" | "flat" | "unit" | "k") {
            let dot = usize::from(page.is(end + 1, b'.'));
            let code = end + 1 + dot;
            if page.get(code).is_some_and(|t| t.is_number() || t.shape == Shape::Single) && page.gap(code) <= 1 {
                end = code + 1;
                if page.get(end).is_some_and(|t| t.is_word() && page.glued(end) && t.len() <= 2) {
                    end += 1;
                }
            } else {
                break;
            }
        } else if matches!(next.mark, b'-' | b'/') && gap == 0 && page.glued(end + 1) && (page.tokens[end + 1].is_number() && page.tokens[end + 1].len() <= 4 || page.tokens[end + 1].is_word() && page.tokens[end + 1].len() <= 3) {
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
    if comma || matches!(page.word(last), "nr" | "nummer" | "no" | "n°") || page.is(last, b'.') && last > 0 && matches!(page.word(last - 1), "str" | "nr" | "Str") {
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
        let sure = ends(text, SURE) && (!word.has(WORD) || text.len() >= 8 || followed || hint || word.is_capital());
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
        if capital && (followed || hint || !word.has(WORD) && !word.has(crate::lexicon::ANY_NAME | cue::NEVER) || whole && first < last) {
            return Some((first, if followed || hint { 0.88 } else { 0.6 }));
        }
    }
    // Streets that the register knows and that do not show from their ending.
    if let Some(first) = listed(page, last, lexicon) {
        if followed || hint || article_before(page, first) {
            return Some((first, 0.85));
        }
    }
    if word.is_capital() && !year && !word.has(cue::MONTH | cue::TITLE | cue::VALUE) && (hint || followed && page.tokens[at].len() <= 3) {
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
    while next < end + 3 && page.get(next).is_some_and(|t| t.is_line() || matches!(t.mark, b',' | b';' | b'|' | b'-' | b'*' | b'(' | b'/' | b'"' | b'\t') ) {
        next += 1;
    }
    let Some(token) = page.get(next) else { return false };
    if token.is_number() {
        let four = token.len() == 4 && !page.word(next).starts_with('0');
        let letters = page.get(next + 1).is_some_and(|t| t.is_word() && t.len() == 2 && t.shape == Shape::Upper);
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
                let joins = before.is_capital() && (before.has(cue::PREFIX) || !before.has(cue::VALUE | cue::LIVES | cue::GREETING | cue::DOES)) && !matches!(word, "In" | "Op" | "Aan" | "Bij" | "Uit" | "Voor" | "Over" | "Graag" | "Kun" | "Kan" | "Mijn" | "Onze" | "Ons" | "Zijn" | "Haar" | "Ik" | "Wij" | "We" | "En" | "Maar" | "Naar" | "Vanaf" | "Tot" | "Hij" | "Zij" | "Object" | "Locatie")
                    || before.has(cue::PREFIX) && !matches!(word, "in" | "op" | "aan" | "bij" | "over" | "tot" | "uit" | "voor" | "onder" | "i") && first > 1 && (page.tokens[first].is_capital()) && (page.tokens[first - 2].is_capital() && page.gap(first - 1) <= 1);
                if !joins {
                    break;
                }
            }
            Class::Mark if before.mark == b'.' && gap <= 1 && first > 1 && page.tokens[first - 2].is_capital() && page.tokens[first - 2].len() <= 5 && page.glued(first - 1) => {
                first -= 1;
                continue;
            }
            Class::Mark if before.mark == b'-' && gap == 0 && first > 1 && page.glued(first - 1) && page.tokens[first - 2].is_word() => {
                first -= 1;
                continue;
            }
            _ => break,
        }
        first -= 1;
    }
    // "2e Weteringdwarsstraat"
    if first > 1 && matches!(page.word(first - 1), "e" | "de" | "ste") && page.glued(first - 1) && page.tokens[first - 2].is_number() {
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
            return page.get(at + 1).filter(|t| t.is_capital() || t.has(cue::PREFIX) || matches!(page.word(at + 1), "des" | "aux" | "saint" | "st" | "sainte")|| t.mark == b'.').map(|_| at);
        }
        let joins = token.is_capital() || token.has(cue::PREFIX) || matches!(page.word(at), "des" | "aux" | "à" | "au" | "sur" | "et" | "sous") || matches!(token.mark, b'-' | b'\'' | b'.');
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
        if !page.tokens[first..=last].iter().all(Token::is_word) || !page.tokens[first].has(STREET_HEAD) || !page.tokens[first].is_capital() {
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
            let small = t.has(cue::PREFIX) || matches!(page.word(end), "des" | "aux" | "à" | "au" | "sur" | "et" | "sous") || matches!(t.mark, b'-' | b'\'');
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
        if matches!(page.word(end), "Street" | "Road" | "Lane" | "Avenue" | "Drive" | "Close" | "Court" | "Square" | "Way" | "Terrace" | "Crescent" | "Gardens") && end > first {
            return Some((end + 1, 0.85));
        }
        end += 1;
    }
    None
}

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
    let double = page.is(at + 1, b'-') && page.glued(at + 1) && page.glued(at + 2) && page.tokens[at + 2].is_capital();
    Some(if double { at + 3 } else { at + 1 })
}

/// The town behind a street and number, perhaps across a comma.
fn town_after(page: &Page<'_>, end: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let mut next = end;
    while next < end + 3 && page.get(next).is_some_and(|t| matches!(t.mark, b',' | b'(' | b'-' | b'*' | b'/' | b'\t' | b';' | b'|') || t.is_line() || matches!(page.word(next), "te" | "in" | "à")) {
        next += 1;
    }
    if next > end + 1 && page.tokens[next - 1].is_line() && page.tokens.get(next).is_some_and(|t| !t.is_capital()) {
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
fn postcode(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    let text = page.word(at);
    if !(4..=5).contains(&token.len()) || at > 0 && page.glued(at) && (page.tokens[at - 1].is_word() && !matches!(page.word(at - 1), "B" | "D" | "F" | "NL" | "BE") || matches!(page.tokens[at - 1].mark, b'.' | b'/' | b'_' | b'@' | b'#') || page.is(at - 1, b'-') && at > 1 && !matches!(page.word(at - 2), "B" | "D" | "F" | "NL" | "BE" | "CH" | "A" | "L")) {
        return;
    }
    let hint = token.hint & cue::POSTCODE != 0 || page.cue_before(at, 1) & cue::POSTCODE != 0;
    let year = token.len() == 4 && matches!(text.get(..2), Some("19" | "20"));
    let next = at + 1;
    // The address, or a comma or dash behind something with a house number, right before.
    let behind = |reach: usize| (at.saturating_sub(reach)..at).any(|i| page.tokens[i].is_number() && page.tokens[i].len() <= 4 || is_street_word(page.word(i)));
    if token.len() == 4 && !text.starts_with('0') {
        if let Some(letters) = page.get(next).filter(|t| t.is_word() && t.len() == 2 && page.gap(next) <= 2) {
            let word = page.word(next);
            let closed = !page.glued(next + 1) || !(page.tokens[next + 1].is_number() || page.is(next + 1, b'_') || page.is(next + 1, b'-') && page.glued(next + 2));
            let upper = letters.shape == Shape::Upper;
            let banned = word.eq_ignore_ascii_case("SA") || word.eq_ignore_ascii_case("SD") || word.eq_ignore_ascii_case("SS");
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
                        push(page, first, end, Kind::City, if known { 0.9 } else { 0.75 }, "city-after-postcode", out);
                    }
                    return;
                }
            }
        }
        let first = skip(page, next);
        if let Some((end, known)) = town(page, next, lexicon).filter(|_| first == next || hint) {
            let prefixed = at >= 2 && page.is(at - 1, b'-') && matches!(page.word(at - 2), "B" | "L");
            if known && page.tokens[first].is_capital() && (!year || prefixed || behind(5)) && (hint || prefixed || behind(6) || !page.tokens[first].has(WORD)) || hint {
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
        let street = (at.saturating_sub(3)..at).any(|i| page.tokens[i].is_number() && page.tokens[i].len() <= 3) || at >= 2 && page.is(at - 1, b'-') && matches!(page.word(at - 2), "D" | "F");
        if page.get(next).is_some_and(|t| t.shape == Shape::Title && page.gap(next) == 1) && (street || hint) {
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
    while page.get(at).is_some_and(|t| matches!(t.mark, b',' | b'(' | b'-' | b'*')) && page.gap(at) <= 2 {
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
    (token.is_capital() && token.shape != Shape::Single && token.len() > 2 && !token.has(WORD | cue::NEVER | cue::VALUE) && first == at).then_some((first + 1, false))
}

/// Two capitals behind four digits that are a unit, country or short word rather than a postcode.
fn is_unit(word: &str) -> bool {
    matches!(word, "MB" | "GB" | "KB" | "TB" | "KM" | "CM" | "MM" | "KG" | "ML" | "PK" | "EU" | "UK" | "US" | "NL" | "BE" | "DE" | "FR" | "AM" | "PM" | "OP" | "IN" | "OF" | "EN" | "AN" | "IS" | "TE" | "HP" | "KW" | "BV" | "NV" | "VS" | "BC" | "AD" | "OR" | "ZZ" | "XL" | "HZ" | "IE" | "VA" | "LM" | "RE" | "FW" | "TM" | "EK" | "WK" | "OS" | "PC")
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
            if token.shape == Shape::Title && !token.has(cue::NEVER | WORD | cue::TITLE | cue::MONTH) && !is_street_word(word) {
                let double = page.is(index + 1, b'-') && page.glued(index + 2) && page.get(index + 2).is_some_and(Token::is_capital);
                push(page, index, if double { index + 3 } else { index + 1 }, Kind::City, 0.65, "city-home", out);
            }
            return;
        }
        ready = matches!(word, "in" | "te" | "à" | "a" | "zu" | "at" | "uit" | "from" | "aus" | "naar" | "van" | "op" ) || ready && (token.mark == b'(' || matches!(word, "de" | "het"));
        if token.mark == b'.' && page.gap(index + usize::from(index + 1 < page.tokens.len())) > 0 && !page.tokens[index - 1].has(cue::BIRTH) {
            return;
        }
        index += 1;
    }
}

/// The town behind a date of birth: "11 oktober 1999 te Tiel", "02/08/1996 à Nador". `after` is the byte behind the date.
pub(crate) fn find_birthplace(page: &Page<'_>, after: u32, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let at = page.tokens.partition_point(|t| t.start < after);
    let mut index = at;
    while index < at + 3 && (matches!(page.word(index), "te" | "in" | "à" | "at" | "zu" | "en") || page.is(index, b',') || page.is(index, b'(')) {
        index += 1;
    }
    if !page.get(index).is_some_and(Token::is_capital) {
        return;
    }
    if index == at {
        // Lists have the town right behind the date.
        if let Some(end) = place(page, index, lexicon).filter(|_| page.gap(index) <= 2 && !page.tokens[index].has(WORD)) {
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
    let Some(first) = (at..at + 4).find(|&i| page.get(i).is_some_and(|t| t.hint == hint && t.is_word())) else { return };
    if let Some(end) = place(page, first, lexicon) {
        push(page, first, end, Kind::City, 0.9, "city-field", out);
    } else if page.tokens[first].is_capital() && !page.tokens[first].has(cue::VALUE) && !page.tokens[first..].iter().take(3).any(Token::is_number) {
        push(page, first, first + 1, Kind::City, 0.7, "city-field", out);
    }
}

/// A street without a number in a field for addresses, or behind "woont".
pub(crate) fn find_street(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let token = &page.tokens[at];
    if !token.is_capital() || !is_street_word(page.word(at)) || page.get(at + 1).is_some_and(|t| t.is_number() && page.gap(at + 1) <= 1) {
        return;
    }
    let lives = (at.saturating_sub(5)..at).any(|i| page.tokens[i].has(cue::LIVES) && !page.tokens[i].has(cue::BIRTH));
    if token.hint & cue::ADDRESS != 0 || lives {
        push(page, extend(page, at), at + 1, Kind::Address, 0.7, "street", out);
    }
}
