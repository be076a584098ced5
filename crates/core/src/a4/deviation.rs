//! Where the data table differs from the default, in words: what people sign says all that the gateway obeys.

use super::A4;
use crate::class::DataClass;
use crate::policy::{Trust, default_verdict};
use crate::verdict::{Language, Verdict};

/// One line for each class of data that is treated otherwise somewhere, in the order of the classes.
pub(super) fn lines(a4: &A4) -> Vec<String> {
    DataClass::ALL.iter().filter_map(|&class| line(a4, class)).collect()
}

fn line(a4: &A4, class: DataClass) -> Option<String> {
    let part = |&trust: &Trust| {
        let verdict = a4.verdict(trust, class);
        let differs = verdict != default_verdict(class, trust);
        differs.then(|| format!("{} {}", place(trust, a4.language), effect(verdict, a4.language)))
    };
    let parts: Vec<String> = Trust::ALL.iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| format!("{}: {}.", name(class, a4.language), parts.join("; ")))
}

const fn pick(language: Language, nl: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}

const fn name(class: DataClass, language: Language) -> &'static str {
    let (nl, en) = match class {
        DataClass::Public => ("Gewone tekst", "Ordinary text"),
        DataClass::Internal => ("Namen van organisaties", "Names of organisations"),
        DataClass::Confidential => ("Vertrouwelijke woorden", "Confidential words"),
        DataClass::Personal => ("Persoonsgegevens", "Personal data"),
        DataClass::NationalId => ("BSN of rijksregisternummer", "National identification number"),
        DataClass::Special => ("Bijzondere persoonsgegevens", "Special personal data"),
        DataClass::Criminal => ("Strafrechtelijke gegevens", "Data on offences"),
        DataClass::Credential => ("Wachtwoorden en sleutels", "Passwords and keys"),
    };
    pick(language, nl, en)
}

const fn place(trust: Trust, language: Language) -> &'static str {
    let (nl, en) = match trust {
        Trust::Unknown => ("in een onbekende toepassing", "in an unknown tool"),
        Trust::Open => ("zonder verwerkersovereenkomst", "without a processor agreement"),
        Trust::Contracted => ("met verwerkersovereenkomst", "with a processor agreement"),
        Trust::Own => ("op onze eigen computers", "on our own machines"),
    };
    pick(language, nl, en)
}

const fn effect(verdict: Verdict, language: Language) -> &'static str {
    let (nl, en) = match verdict {
        Verdict::Allow => ("toegestaan", "allowed"),
        Verdict::Pseudonymise => ("als schuilnaam", "as a pseudonym"),
        Verdict::Ask => ("pas na bevestigen", "only after confirming"),
        Verdict::Block => ("niet toegestaan", "not allowed"),
    };
    pick(language, nl, en)
}
