//! Plain names of what the policy speaks of, in Dutch (B1) and English.

use sluis_core::a4::{Country, Guard};
use sluis_core::class::DataClass;
use sluis_core::policy::Trust;
use sluis_core::verdict::{Language, Verdict};
use sluis_detect::Kind;

/// The one of two texts in this language.
pub(crate) const fn pick<'a>(language: Language, nl: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}

/// A class of data, as people call it.
pub(crate) const fn class(class: DataClass, language: Language) -> &'static str {
    let (nl, en) = match class {
        DataClass::Public => ("Gewone tekst, niets herkend", "Ordinary text, nothing recognised"),
        DataClass::Internal => ("Namen van organisaties", "Names of organisations"),
        DataClass::Confidential => {
            ("Vertrouwelijke woorden van de organisatie", "Confidential words of the organisation")
        }
        DataClass::Personal => ("Persoonsgegevens", "Personal data"),
        DataClass::NationalId => ("BSN of rijksregisternummer", "National identification number"),
        DataClass::Special => {
            ("Bijzondere persoonsgegevens (zoals gezondheid)", "Special personal data (such as health)")
        }
        DataClass::Criminal => ("Strafrechtelijke gegevens", "Data on offences"),
        DataClass::Credential => ("Wachtwoorden en sleutels", "Passwords and keys"),
    };
    pick(language, nl, en)
}

/// What the level of trust in a tool means.
pub(crate) const fn trust(trust: Trust, language: Language) -> &'static str {
    let (nl, en) = match trust {
        Trust::Unknown => ("Nog niet beoordeeld", "Not judged yet"),
        Trust::Open => ("Zonder verwerkersovereenkomst", "Without a processor agreement"),
        Trust::Contracted => ("Met verwerkersovereenkomst", "With a processor agreement"),
        Trust::Own => ("Op onze eigen computers", "On our own machines"),
    };
    pick(language, nl, en)
}

/// What the level of trust means for the data that goes there.
pub(crate) const fn destination(trust: Trust, language: Language) -> &'static str {
    let (nl, en) = match trust {
        Trust::Unknown => (
            "Niemand heeft gekeken wat er met gegevens gebeurt. Er gaat niets naartoe.",
            "Nobody looked at what happens to data. Nothing goes there.",
        ),
        Trust::Open => (
            "De aanbieder mag leren van wat je invoert, of het bewaren.",
            "The provider may learn from what you enter, or keep it.",
        ),
        Trust::Contracted => (
            "De aanbieder verwerkt gegevens voor ons en mag er niet van leren. Dat staat in een contract.",
            "The provider handles data for us and may not learn from it. A contract says so.",
        ),
        Trust::Own => ("Gegevens blijven binnen de organisatie.", "Data stays inside the organisation."),
    };
    pick(language, nl, en)
}

/// What a verdict does, as a choice in a form.
pub(crate) const fn verdict(verdict: Verdict, language: Language) -> &'static str {
    let (nl, en) = match verdict {
        Verdict::Allow => ("Mag", "Allowed"),
        Verdict::Pseudonymise => ("Schuilnaam", "Pseudonym"),
        Verdict::Ask => ("Eerst vragen", "Ask first"),
        Verdict::Block => ("Mag niet", "Not allowed"),
    };
    pick(language, nl, en)
}

/// What a verdict does, in a sentence.
pub(crate) const fn effect(verdict: Verdict, language: Language) -> &'static str {
    let (nl, en) = match verdict {
        Verdict::Allow => ("gaat mee zoals het er staat", "goes along as it is"),
        Verdict::Pseudonymise => ("gaat mee als schuilnaam", "goes along as a pseudonym"),
        Verdict::Ask => ("gaat pas mee als je het bevestigt", "goes along only after you confirm"),
        Verdict::Block => ("wordt tegengehouden", "is stopped"),
    };
    pick(language, nl, en)
}

/// What enforces a rule, as a choice in a form. Own words are listed beside it.
pub(crate) fn guard(guard: &Guard, language: Language) -> &'static str {
    match guard {
        Guard::Class(one) => class(*one, language),
        Guard::HumanDecision => {
            pick(language, "Vraag om een besluit over een mens", "Request to decide on a person")
        }
        Guard::ProhibitedPractice => {
            pick(language, "Wat de AI-verordening verbiedt", "What the AI Act prohibits")
        }
        Guard::Check => {
            pick(language, "Vier controlevragen bij elk antwoord", "Four questions with every answer")
        }
        Guard::Terms(_) => pick(language, "Eigen vertrouwelijke woorden", "Own confidential words"),
    }
}

/// A country whose law applies.
pub(crate) const fn country(country: Country, language: Language) -> &'static str {
    match country {
        Country::Nl => pick(language, "Nederland", "The Netherlands"),
        Country::Be => pick(language, "België", "Belgium"),
    }
}

/// A kind of finding, as people call it.
pub(crate) const fn kind(kind: Kind, language: Language) -> &'static str {
    let (nl, en) = match kind {
        Kind::Person => ("naam", "name"),
        Kind::Address => ("adres", "address"),
        Kind::Postcode => ("postcode", "postcode"),
        Kind::City => ("plaats", "town"),
        Kind::Email => ("e-mailadres", "e-mail address"),
        Kind::Phone => ("telefoonnummer", "telephone number"),
        Kind::Bsn => ("BSN", "BSN"),
        Kind::Nrn => ("rijksregisternummer", "national number"),
        Kind::Iban => ("bankrekening", "bank account"),
        Kind::Card => ("betaalkaart", "payment card"),
        Kind::BirthDate => ("geboortedatum", "date of birth"),
        Kind::LicencePlate => ("kenteken", "licence plate"),
        Kind::IdDocument => ("identiteitsbewijs", "identity document"),
        Kind::PatientNumber => ("patiëntnummer", "patient number"),
        Kind::CustomerNumber => ("klant- of dossiernummer", "customer or file number"),
        Kind::IpAddress => ("IP-adres", "IP address"),
        Kind::Username => ("gebruikersnaam", "user name"),
        Kind::ProfileUrl => ("profielpagina", "profile page"),
        Kind::Organisation => ("organisatie", "organisation"),
        Kind::Credential => ("wachtwoord of sleutel", "password or key"),
        Kind::Health => ("gezondheid", "health"),
        Kind::Ethnicity => ("afkomst", "origin"),
        Kind::Religion => ("geloof of overtuiging", "religion or belief"),
        Kind::Politics => ("politieke opvatting", "political opinion"),
        Kind::Union => ("lidmaatschap van een vakbond", "union membership"),
        Kind::Sexuality => ("seksualiteit", "sexuality"),
        Kind::Genetic => ("erfelijke gegevens", "genetic data"),
        Kind::Biometric => ("biometrische gegevens", "biometric data"),
        Kind::Criminal => ("strafrechtelijk gegeven", "data on an offence"),
        Kind::ConfidentialTerm => ("vertrouwelijk woord", "confidential word"),
        // A kind that this version has no word for yet.
        _ => ("gegeven", "detail"),
    };
    pick(language, nl, en)
}
