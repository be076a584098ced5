//! The canonical form of a value, so that two ways to write it are seen to be the same.

use crate::cue;
use crate::fold::Folded;
use crate::kind::Kind;
use crate::lexicon::{fold_letters, key};

/// The canonical form of `value`: "NL91 ABNA 0417 1643 00" and "nl91abna0417164300" give the same, and so do "06-12345678" and
/// "+31 6 12345678", "José  García" and "jose garcia". Normalising twice changes nothing.
#[must_use]
pub fn normalise(kind: Kind, value: &str) -> String {
    let folded = Folded::new(value);
    let text = folded.text.as_ref();
    match kind {
        Kind::Phone => phone(text),
        Kind::BirthDate => date(text),
        Kind::Bsn
        | Kind::Nrn
        | Kind::Iban
        | Kind::Card
        | Kind::LicencePlate
        | Kind::IdDocument
        | Kind::PatientNumber
        | Kind::CustomerNumber
        | Kind::Postcode => lower(text).chars().filter(|c| c.is_alphanumeric()).collect(),
        Kind::Email => lower(text).chars().filter(|c| !c.is_whitespace()).collect(),
        Kind::ProfileUrl => {
            let low: String = lower(text).chars().filter(|c| !c.is_whitespace()).collect();
            let mut rest = low.as_str();
            while let Some(shorter) =
                ["https://", "http://", "www."].iter().find_map(|lead| rest.strip_prefix(lead))
            {
                rest = shorter;
            }
            rest.trim_end_matches('/').to_owned()
        }
        Kind::Username => {
            lower(text).trim_start_matches(|c: char| c == '@' || c.is_whitespace()).trim_end().to_owned()
        }
        // Passwords differ in every character.
        Kind::Credential => value.to_owned(),
        _ => words(text).join(" "),
    }
}

/// Lower case without diacritics.
fn lower(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    fold_letters(text, |b| bytes.push(b));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The words of a name or place in lower case without diacritics; full stops, hyphens and commas part words.
pub(crate) fn words(text: &str) -> Vec<String> {
    lower(text)
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

/// International digits without plus. Numbers in national form are read as Dutch, or as Belgian where only Belgium has such numbers.
fn phone(text: &str) -> String {
    let plus = text.trim_start().trim_start_matches('(').starts_with('+');
    let text = text.replace("(0)", "");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if plus || digits.starts_with("00") {
        return digits.trim_start_matches('0').to_owned();
    }
    match digits.strip_prefix('0') {
        Some(rest)
            if rest.len() == 9 && rest.starts_with('4') && matches!(rest.as_bytes()[1], b'5'..=b'9') =>
        {
            format!("32{rest}")
        }
        Some(rest) if rest.len() == 9 => format!("31{rest}"),
        Some(rest) if rest.len() == 8 => format!("32{rest}"),
        _ => digits,
    }
}

const MONTHS: &[&[&str]] = &[
    &["jan"],
    &["feb", "fev"],
    &["maa", "mrt", "mar", "mae"],
    &["apr", "avr"],
    &["mei", "may", "mai"],
    &["juni", "jun", "juin", "june"],
    &["juli", "jul", "juil", "july"],
    &["aug", "aou"],
    &["sep"],
    &["okt", "oct"],
    &["nov"],
    &["dec", "dez"],
];

/// `yyyy-mm-dd` where the date can be read, else its letters and digits.
fn date(text: &str) -> String {
    let parts = words(text);
    let month =
        |word: &str| MONTHS.iter().position(|names| names.iter().any(|n| word.starts_with(n))).map(|n| n + 1);
    let number = |word: &str| word.parse::<usize>().ok();
    let full = |year: usize, width: usize| {
        if width > 2 {
            year
        } else if year > 26 {
            1900 + year
        } else {
            2000 + year
        }
    };
    let read = match &parts[..] {
        [y, m, d] if y.len() == 4 && number(y).is_some() => {
            number(y).zip(number(m)).zip(number(d)).map(|((y, m), d)| (y, m, d))
        }
        [d, m, y] => number(d.trim_end_matches(char::is_alphabetic))
            .zip(number(m).or_else(|| month(m)))
            .zip(number(y.trim_start_matches('\'')).map(|n| full(n, y.trim_start_matches('\'').len())))
            .map(|((d, m), y)| (y, m, d)),
        [one] if one.len() == 8 && number(one).is_some() => {
            number(&one[..2]).zip(number(&one[2..4])).zip(number(&one[4..])).map(|((d, m), y)| (y, m, d))
        }
        _ => None,
    };
    match read {
        Some((y, m, d)) if (1..=9999).contains(&y) && (1..=12).contains(&m) && (1..=31).contains(&d) => {
            format!("{y:04}-{m:02}-{d:02}")
        }
        _ => parts.join(" "),
    }
}

/// Whether the word is one of the small words inside surnames.
pub(crate) fn is_prefix(word: &str) -> bool {
    cue::is_prefix_key(key(word))
}
