//! Verdicts: what may happen to a text, by which rule, and what a person can do next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluis_detect::{Finding, Kind};

use crate::class::DataClass;
use crate::policy::{Policy, Tool};

/// What happens to a text. The order is that of strictness: the strictest rule wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// May leave as it is.
    Allow,
    /// May leave with pseudonyms in place of the findings.
    Pseudonymise,
    /// A person must decide first; programs get a receipt to confirm with.
    Ask,
    /// Does not leave.
    Block,
}

impl Verdict {
    /// The stable name, as in the policy file, the evidence and the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Pseudonymise => "pseudonymise",
            Self::Ask => "ask",
            Self::Block => "block",
        }
    }
}

/// The language Sluis speaks to people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Dutch, at B1 level.
    #[default]
    Nl,
    /// English.
    En,
}

/// The outcome of weighing findings against the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The strictest verdict over all findings.
    pub verdict: Verdict,
    /// The class that led to it; `Public` when nothing was found.
    pub class: DataClass,
    /// How many findings of each kind there were; counts only, never text.
    pub counts: BTreeMap<&'static str, u32>,
    /// The kinds that have to be replaced by a pseudonym when the text leaves.
    pub masked: Vec<Kind>,
}

impl Decision {
    /// The rule's stable name for evidence and errors, such as `contracted.special`.
    #[must_use]
    pub fn rule(&self, tool: &Tool) -> String {
        format!("{}.{}", tool.trust.name(), self.class.name())
    }
}

/// Weighs findings for a tool. Order and number of findings do not matter, only their kinds do.
pub fn decide<'a>(policy: &Policy, tool: &Tool, findings: impl IntoIterator<Item = &'a Finding>) -> Decision {
    let mut decision = Decision {
        verdict: policy.verdict(DataClass::Public, tool.trust),
        class: DataClass::Public,
        counts: BTreeMap::new(),
        masked: Vec::new(),
    };
    for finding in findings {
        *decision.counts.entry(finding.kind.name()).or_default() += 1;
        let class = DataClass::of(finding.kind);
        let verdict = policy.verdict(class, tool.trust);
        if verdict >= Verdict::Pseudonymise && !decision.masked.contains(&finding.kind) {
            decision.masked.push(finding.kind);
        }
        if (verdict, class) > (decision.verdict, decision.class) {
            decision.verdict = verdict;
            decision.class = class;
        }
    }
    decision
}

/// Why a text does not leave, in one or two plain sentences with the way forward. It names classes
/// and tools, never a finding's text.
#[must_use]
pub fn explain(decision: &Decision, tool: &Tool, language: Language) -> String {
    let (what, forward) = match language {
        Language::Nl => (what_nl(decision.class), forward_nl(decision.class)),
        Language::En => (what_en(decision.class), forward_en(decision.class)),
    };
    let name = &tool.name;
    match (language, decision.verdict) {
        (Language::Nl, Verdict::Ask) => {
            format!(
                "In deze tekst staat {what}. Wil je dit echt naar {name} sturen? Wat Sluis herkent, gaat dan als schuilnaam mee. {forward}"
            )
        }
        (Language::Nl, _) => format!("Dit is niet verstuurd: in de tekst staat {what}. {forward}"),
        (Language::En, Verdict::Ask) => {
            format!(
                "This text contains {what}. Do you really want to send it to {name}? What Sluis recognises then goes as a pseudonym. {forward}"
            )
        }
        (Language::En, _) => format!("This was not sent: the text contains {what}. {forward}"),
    }
}

const fn what_nl(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "informatie die niet naar deze AI-toepassing mag",
        DataClass::Internal => "interne informatie",
        DataClass::Confidential => "vertrouwelijke informatie",
        DataClass::Personal => "een persoonsgegeven",
        DataClass::NationalId => "een nationaal identificatienummer, zoals een BSN of rijksregisternummer",
        DataClass::Special => {
            "een bijzonder persoonsgegeven (bijvoorbeeld over gezondheid of geloof) over iemand die te herkennen is"
        }
        DataClass::Criminal => "een strafrechtelijk gegeven over iemand die te herkennen is",
        DataClass::Credential => "een wachtwoord of sleutel",
    }
}

const fn forward_nl(class: DataClass) -> &'static str {
    match class {
        DataClass::Credential => {
            "Haal het wachtwoord of de sleutel weg en probeer het opnieuw. Is het al gedeeld? Vervang het dan meteen."
        }
        DataClass::Special | DataClass::Criminal => {
            "Stel je vraag in algemene woorden, zonder deze persoon, of vraag je aanspreekpunt om hulp."
        }
        _ => "Haal het weg, kies een andere goedgekeurde toepassing, of vraag je aanspreekpunt om hulp.",
    }
}

const fn what_en(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "information that may not go to this AI tool",
        DataClass::Internal => "internal information",
        DataClass::Confidential => "confidential information",
        DataClass::Personal => "personal data",
        DataClass::NationalId => "a national identification number",
        DataClass::Special => {
            "special category data (on health or belief, for example) about someone who can be recognised"
        }
        DataClass::Criminal => "data on an offence of someone who can be recognised",
        DataClass::Credential => "a password or key",
    }
}

const fn forward_en(class: DataClass) -> &'static str {
    match class {
        DataClass::Credential => {
            "Take the password or key out and try again. Was it shared already? Then replace it at once."
        }
        DataClass::Special | DataClass::Criminal => {
            "Ask in general words, without this person, or ask your contact point for help."
        }
        _ => "Take it out, choose another approved tool, or ask your contact point for help.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn finding(kind: Kind) -> Finding {
        Finding { start: 0, end: 1, kind, score: 1.0, detector: "test" }
    }

    fn verdict(trust: &str, kinds: &[Kind]) -> (Verdict, &'static str) {
        let text = format!("[tools.t]\nurl = \"https://ai.example/v1\"\ntrust = \"{trust}\"\n");
        let settings = Settings::parse(&text).unwrap();
        let tool = settings.policy.tool("t").unwrap();
        let findings: Vec<Finding> = kinds.iter().map(|&kind| finding(kind)).collect();
        let decision = decide(&settings.policy, tool, &findings);
        (decision.verdict, decision.class.name())
    }

    #[test]
    fn the_default_table_says_what_the_a4_says() {
        use Kind::{Bsn, ConfidentialTerm, Credential, Criminal, Health, Organisation, Person};
        use Verdict::{Allow, Block, Pseudonymise};
        for (trust, kinds, expected) in [
            ("contracted", &[][..], (Allow, "public")),
            ("contracted", &[Organisation], (Allow, "internal")),
            ("contracted", &[Person], (Pseudonymise, "personal")),
            ("contracted", &[Person, Bsn], (Pseudonymise, "national_id")),
            ("contracted", &[Person, Health], (Block, "special")),
            ("contracted", &[Criminal], (Block, "criminal")),
            ("contracted", &[Credential], (Block, "credential")),
            ("open", &[][..], (Allow, "public")),
            ("open", &[Person], (Block, "personal")),
            ("open", &[ConfidentialTerm], (Block, "confidential")),
            ("own", &[Person], (Pseudonymise, "personal")),
            ("unknown", &[][..], (Block, "public")),
        ] {
            assert_eq!(verdict(trust, kinds), expected, "{trust} {kinds:?}");
        }
    }

    #[test]
    fn a21_every_refusal_gives_a_way_forward_and_no_text() {
        let settings =
            Settings::parse("[tools.t]\nurl = \"https://ai.example/v1\"\ntrust = \"contracted\"\n").unwrap();
        let tool = settings.policy.tool("t").unwrap();
        for kind in Kind::ALL {
            let decision = decide(&settings.policy, tool, &[finding(*kind)]);
            for language in [Language::Nl, Language::En] {
                let said = explain(&decision, tool, language);
                assert!(said.matches('.').count() + said.matches('?').count() >= 2, "{said}");
            }
        }
    }
}
