//! Why a tool is not trusted more, in plain words.

use super::{Point, Reason};
use crate::verdict::Language;

impl Point {
    /// What the agreement has to settle.
    #[must_use]
    pub const fn explain(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Self::Instructions => (
                "De aanbieder doet alleen wat wij schriftelijk vragen.",
                "The provider only does what we ask in writing.",
            ),
            Self::Secrecy => (
                "Wie de gegevens ziet, moet ze geheimhouden.",
                "Whoever sees the data has to keep it to themselves.",
            ),
            Self::Security => ("De gegevens worden goed beveiligd.", "The data is well secured."),
            Self::SubProcessors => (
                "De aanbieder schakelt anderen alleen in als wij dat goedvinden.",
                "The provider calls in others only with our permission.",
            ),
            Self::Rights => (
                "De aanbieder helpt als iemand zijn gegevens wil zien, verbeteren of wissen.",
                "The provider helps when somebody wants to see, correct or erase their data.",
            ),
            Self::Duties => (
                "De aanbieder helpt bij beveiliging, datalekken en een DPIA.",
                "The provider helps with security, data breaches and a DPIA.",
            ),
            Self::Return => (
                "Na afloop worden de gegevens gewist of teruggegeven.",
                "At the end the data is erased or given back.",
            ),
            Self::Audit => (
                "De aanbieder laat zien dat dit klopt, en wij mogen het controleren.",
                "The provider shows that this is so, and we may check it.",
            ),
        };
        match language {
            Language::Nl => nl,
            Language::En => en,
        }
    }
}

impl Reason {
    /// One sentence: which answer it is.
    #[must_use]
    pub fn explain(self, language: Language) -> String {
        let (nl, en) = match self {
            Self::Place => (
                "We weten niet in welk land de gegevens terechtkomen.",
                "We do not know in which country the data ends up.",
            ),
            Self::Transfer => (
                "De gegevens gaan naar een land buiten Europa, en daarvoor is niets geregeld.",
                "The data goes to a country outside Europe, and nothing was arranged for that.",
            ),
            Self::Training => (
                "Het staat niet vast dat de aanbieder niet traint met wat je invoert.",
                "It is not certain that the provider does not train with what you enter.",
            ),
            Self::Free => (
                "Het is gratis, of we weten dat niet: dan betaal je misschien met je gegevens.",
                "It is free, or we do not know: then you may be paying with your data.",
            ),
            Self::Storage => (
                "De aanbieder bewaart wat je invoert langer dan nodig, of we weten het niet.",
                "The provider keeps what you enter longer than needed, or we do not know.",
            ),
            Self::Days => (
                "We weten niet na hoeveel dagen de gegevens weg zijn.",
                "We do not know after how many days the data is gone.",
            ),
            Self::Agreement => (
                "Er is geen verwerkersovereenkomst, of we weten het niet.",
                "There is no processor agreement, or we do not know.",
            ),
            Self::Undated => (
                "De datum van de verwerkersovereenkomst staat er niet bij.",
                "The date of the processor agreement is missing.",
            ),
            Self::Point(point) => {
                return match language {
                    Language::Nl => format!(
                        "Dit staat niet vast in de verwerkersovereenkomst (artikel 28 lid 3 onder {}): {}",
                        point.letter(),
                        point.explain(language)
                    ),
                    Language::En => format!(
                        "This is not settled in the processor agreement (article 28(3)({})): {}",
                        point.letter(),
                        point.explain(language)
                    ),
                };
            }
            Self::Others => (
                "We weten niet welke andere bedrijven de gegevens verwerken.",
                "We do not know which other companies handle the data.",
            ),
            Self::Evidence => (
                "Er is niet opgeschreven waar in het contract dit staat, en van welke datum dat is.",
                "It was not written down where the contract says so, and of which date it is.",
            ),
            Self::Basis => (
                "Er is niet opgeschreven op welke grond gegevens van mensen hierheen mogen.",
                "It was not written down on what ground data of people may go there.",
            ),
        };
        match language {
            Language::Nl => nl.into(),
            Language::En => en.into(),
        }
    }
}
