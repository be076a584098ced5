//! Whether a value can be of the kind that the model takes it for; where not, the model saw a ghost.

use crate::kind::Kind;

/// How the names of months begin, and the numbers of days in words, in the languages of the texts.
const MONTHS: &[&str] = &[
    "jan", "feb", "maa", "mrt", "mar", "apr", "mei", "may", "jun", "jui", "jul", "aug", "aou", "aoû", "sep",
    "oct", "okt", "nov", "dec", "dez", "fév", "déc", "fev", "mai", "twee", "negen", "zes", "zeven", "acht",
    "vijf", "vier", "drie", "een",
];

/// Whether `value` can be of this kind.
pub(super) fn plausible(value: &str, kind: Kind) -> bool {
    let length = value.chars().count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let least = match kind {
        Kind::BirthDate => {
            let number = digits == value.len() && (digits == 3 || digits >= 5);
            return digits >= 3 && length < 40 && !is_amount(value) && !number || names_month(value);
        }
        Kind::Email => return length > 5 && has_at(value),
        Kind::Person | Kind::City => return value.chars().any(char::is_alphabetic) && digits <= length / 3,
        Kind::Phone | Kind::Iban => 6,
        Kind::Bsn => 7,
        Kind::Nrn => 8,
        Kind::Card => 10,
        Kind::Postcode => 4,
        Kind::CustomerNumber | Kind::PatientNumber | Kind::IdDocument => 3,
        Kind::IpAddress => 2,
        Kind::LicencePlate => 1,
        _ => 0,
    };
    if digits < least {
        // Numbers that are written in words have no digits at all.
        let worded = matches!(kind, Kind::Phone | Kind::Bsn | Kind::Iban | Kind::CustomerNumber);
        return digits == 0 && worded && length > 12;
    }
    !(kind == Kind::CustomerNumber && is_amount(value))
}

/// A sign or word that parts the two halves of an address: "jan@", "jan%40", "jan(at)", "jan at kpn".
fn has_at(value: &str) -> bool {
    let low = value.to_lowercase();
    let sign = low.match_indices('@').any(|(at, _)| low[..at].ends_with(|c: char| !c.is_whitespace()));
    let spoken = |word: &str| {
        matches!(word, "at" | "ät" | "arobase" | "klammeraffe")
            || word.starts_with("apenstaart")
            || word.starts_with("apestaart")
    };
    sign || low.contains("%40") || low.split(|c: char| !c.is_alphanumeric()).any(spoken)
}

/// "1250,00"
fn is_amount(value: &str) -> bool {
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    value.split_once(['.', ',']).is_some_and(|(whole, cents)| all(whole) && all(cents) && cents.len() == 2)
}

fn names_month(value: &str) -> bool {
    let lower = value.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| MONTHS.iter().any(|month| word.starts_with(month)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_are_refused() {
        for (value, kind) in [
            ("1250,00", Kind::BirthDate),
            ("12345", Kind::BirthDate),
            ("jan", Kind::Email),
            ("jan kpn nl", Kind::Email),
            ("12 34", Kind::Person),
            ("12 34", Kind::Phone),
            ("250.00", Kind::CustomerNumber),
            ("AB", Kind::LicencePlate),
        ] {
            assert!(!plausible(value, kind), "{value}");
        }
        for (value, kind) in [
            ("3 februari", Kind::BirthDate),
            ("03-02-71", Kind::BirthDate),
            ("jan at kpn punt nl", Kind::Email),
            ("jan[at]kpn.nl", Kind::Email),
            ("Bouzidi", Kind::Person),
            ("nul zes twaalf vierendertig", Kind::Phone),
            ("A-1234", Kind::CustomerNumber),
        ] {
            assert!(plausible(value, kind), "{value}");
        }
    }
}
