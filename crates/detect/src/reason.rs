//! Why something was found, in one sentence that everybody understands.

use crate::kind::{Finding, Kind};

/// Why something was found, in the languages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Dutch, level B1.
    pub nl: &'static str,
    /// English.
    pub en: &'static str,
}

/// By the name of the detector; a name that ends in `-` stands for all that begin with it.
const BY_DETECTOR: &[(&str, &str, &str)] = &[
    (
        "name-title",
        "Er staat een aanspreektitel voor, zoals mevrouw of dokter.",
        "A title stands before it, such as Mrs or Dr.",
    ),
    (
        "name-label",
        "Het staat achter een woord als naam of cliënt, of in zo'n kolom.",
        "It stands behind a word like name or client, or in such a column.",
    ),
    ("name-greeting", "Het staat in een aanhef.", "It stands in a greeting."),
    (
        "name-closing",
        "Het staat onder een bericht, als ondertekening.",
        "It stands under a message, as a signature.",
    ),
    ("name-speaker", "Het staat voor wat iemand zegt.", "It stands before what somebody says."),
    (
        "name-role",
        "Er staat een functie of familiewoord bij, zoals collega of zoon.",
        "A role or family word stands beside it, such as colleague or son.",
    ),
    (
        "name-again",
        "Deze naam staat ook ergens anders in de tekst.",
        "This name also stands elsewhere in the text.",
    ),
    (
        "name-known",
        "Deze naam staat ook ergens anders in de tekst.",
        "This name also stands elsewhere in the text.",
    ),
    ("name-beside", "Het staat naast een gegeven van een persoon.", "It stands beside a detail of a person."),
    (
        "name-",
        "Het is geschreven als een naam en komt voor als voornaam of achternaam.",
        "It is written like a name and is in use as a first name or surname.",
    ),
    (
        "model",
        "In deze zin gaat het om een persoon of een gegeven van een persoon.",
        "In this sentence it is about a person or a detail of a person.",
    ),
    (
        "bsn",
        "Negen cijfers die kloppen als burgerservicenummer, of het woord BSN staat ervoor.",
        "Nine digits that fit a Dutch citizen service number, or the word BSN stands before it.",
    ),
    (
        "nrn",
        "Elf cijfers die kloppen als Belgisch rijksregisternummer, of dat woord staat ervoor.",
        "Eleven digits that fit a Belgian national number, or that word stands before it.",
    ),
    (
        "national-",
        "Het heeft de vorm van een persoonsnummer uit een ander land.",
        "It has the form of another country's personal number.",
    ),
    (
        "iban",
        "Het heeft de vorm van een rekeningnummer, en de controlecijfers kloppen.",
        "It has the form of an account number, and its check digits agree.",
    ),
    (
        "iban-unchecked",
        "Het heeft de vorm van een rekeningnummer, maar de controlecijfers kloppen niet.",
        "It has the form of an account number, but its check digits do not agree.",
    ),
    (
        "card",
        "Het heeft de vorm van een creditcardnummer, en het controlecijfer klopt.",
        "It has the form of a card number, and its check digit agrees.",
    ),
    (
        "mrz",
        "Het is de regel voor machines uit een paspoort of identiteitskaart.",
        "It is the machine-readable line of a passport or identity card.",
    ),
    ("student-number", "Het heeft de vorm van een studentnummer.", "It has the form of a student number."),
    ("city-after-postcode", "Het staat achter een postcode.", "It stands behind a postcode."),
    (
        "city-after-street",
        "Het staat achter een straat met huisnummer.",
        "It stands behind a street and number.",
    ),
    ("city-", "Hier staat waar iemand woont of vandaan komt.", "It says where somebody lives or comes from."),
    ("birthplace", "Hier staat waar iemand geboren is.", "It says where somebody was born."),
    (
        "email-spoken",
        "Het is een e-mailadres, uitgeschreven in woorden.",
        "It is an e-mail address, spelt out in words.",
    ),
    ("url-password", "In dit webadres staat een wachtwoord.", "There is a password in this web address."),
    (
        "password-habit",
        "Het lijkt op hoe mensen een wachtwoord maken.",
        "It looks like a password as people make them.",
    ),
    ("private-key", "Het is een geheime sleutel.", "It is a private key."),
    (
        "key-",
        "Het heeft de vorm van een geheime sleutel van een dienst.",
        "It has the form of a service's secret key.",
    ),
    ("jwt", "Het is een toegangsbewijs voor een programma.", "It is an access token of a program."),
    (
        "medicine",
        "Het is een geneesmiddel, en het gaat over een persoon.",
        "It is a medicine, and it is about a person.",
    ),
];

/// By kind, for all others.
fn by_kind(kind: Kind) -> Reason {
    let (nl, en) = match kind {
        Kind::Person => ("Het lijkt op de naam van een persoon.", "It looks like the name of a person."),
        Kind::Address => ("Het is een straat met een huisnummer.", "It is a street with a number."),
        Kind::Postcode => ("Het is een postcode bij een adres.", "It is the postcode of an address."),
        Kind::City => {
            ("Hier staat waar iemand woont of vandaan komt.", "It says where somebody lives or comes from.")
        }
        Kind::Email => ("Het is een e-mailadres.", "It is an e-mail address."),
        Kind::Phone => ("Het is een telefoonnummer.", "It is a telephone number."),
        Kind::Bsn | Kind::Nrn => {
            ("Het is een persoonsnummer van de overheid.", "It is a personal number of the government.")
        }
        Kind::Iban => ("Het is een rekeningnummer.", "It is an account number."),
        Kind::Card => ("Het is een kaartnummer.", "It is a card number."),
        Kind::BirthDate => ("Het is een geboortedatum.", "It is a date of birth."),
        Kind::LicencePlate => ("Het is een kenteken.", "It is a licence plate."),
        Kind::IdDocument => {
            ("Het is het nummer van een identiteitsbewijs.", "It is the number of an identity document.")
        }
        Kind::PatientNumber => {
            ("Het is een nummer van een patiënt of cliënt.", "It is the number of a patient or client.")
        }
        Kind::CustomerNumber => (
            "Het is een nummer dat bij een persoon hoort, zoals een klantnummer.",
            "It is a number that belongs to a person, such as a customer number.",
        ),
        Kind::IpAddress => (
            "Het is het adres van een computer op internet.",
            "It is the address of a computer on the internet.",
        ),
        Kind::Username => ("Het is een gebruikersnaam.", "It is a user name."),
        Kind::ProfileUrl => {
            ("Het is het adres van iemands profiel.", "It is the address of somebody's profile.")
        }
        Kind::Organisation => ("Het is de naam van een organisatie.", "It is the name of an organisation."),
        Kind::Credential => {
            ("Het is een wachtwoord of een geheime sleutel.", "It is a password or a secret key.")
        }
        Kind::Health => {
            ("Het zegt iets over iemands gezondheid.", "It says something about somebody's health.")
        }
        Kind::Ethnicity => {
            ("Het zegt iets over iemands afkomst.", "It says something about somebody's origin.")
        }
        Kind::Religion => {
            ("Het zegt iets over iemands geloof.", "It says something about somebody's belief.")
        }
        Kind::Politics => (
            "Het zegt iets over iemands politieke mening.",
            "It says something about somebody's political opinion.",
        ),
        Kind::Union => (
            "Het zegt of iemand lid is van een vakbond.",
            "It says whether somebody is a member of a trade union.",
        ),
        Kind::Sexuality => (
            "Het zegt iets over iemands seksuele leven of geaardheid.",
            "It says something about somebody's sex life or orientation.",
        ),
        Kind::Genetic => (
            "Het zegt iets over iemands erfelijke eigenschappen.",
            "It says something about somebody's genes.",
        ),
        Kind::Biometric => (
            "Het gaat om een lichaamskenmerk waaraan iemand te herkennen is.",
            "It is a feature of the body that identifies somebody.",
        ),
        Kind::Criminal => (
            "Het zegt iets over een misdrijf of verdenking van iemand.",
            "It says something about an offence or suspicion of somebody.",
        ),
        _ => (
            "Uw organisatie heeft dit als vertrouwelijk aangemerkt.",
            "Your organisation marked this as confidential.",
        ),
    };
    Reason { nl, en }
}

/// Why this was found. Says nothing of the text itself, so it may be shown and logged.
#[must_use]
pub fn reason(finding: &Finding) -> Reason {
    let fits =
        |name: &str| finding.detector == name || name.ends_with('-') && finding.detector.starts_with(name);
    let exact = BY_DETECTOR.iter().find(|(name, ..)| finding.detector == *name);
    match exact.or_else(|| BY_DETECTOR.iter().find(|(name, ..)| fits(name))) {
        Some(&(_, nl, en)) => Reason { nl, en },
        None => by_kind(finding.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(kind: Kind, detector: &'static str) -> Reason {
        reason(&Finding { start: 0, end: 1, kind, score: 1.0, detector })
    }

    #[test]
    fn the_closest_name_wins_and_every_kind_has_a_reason() {
        assert!(why(Kind::Iban, "iban-unchecked").nl.contains("kloppen niet"));
        assert!(why(Kind::Person, "name-full").nl.contains("geschreven als een naam"));
        assert!(why(Kind::Credential, "key-github").en.contains("secret key"));
        let all: Vec<Reason> = Kind::ALL.iter().map(|&kind| why(kind, "unknown")).collect();
        assert!(all.iter().all(|reason| reason.nl.ends_with('.') && reason.en.ends_with('.')));
    }

    #[test]
    fn sentences_are_short() {
        for (name, nl, en) in BY_DETECTOR {
            assert!(nl.split(' ').count() <= 16 && en.split(' ').count() <= 20, "{name}");
        }
    }
}
