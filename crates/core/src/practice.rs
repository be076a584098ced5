//! What a request may not ask of a machine, in the words of the person who asked.

use sluis_detect::Practice;

use crate::verdict::{Language, Verdict};

/// What happens to a request for this practice: decisions on people go on when a person says that they decide themselves
/// (B-14), prohibited practices do not leave (B-15).
#[must_use]
pub const fn verdict(practice: Practice) -> Verdict {
    if practice.letter().is_some() { Verdict::Block } else { Verdict::Ask }
}

/// The rule's stable name for evidence and errors, such as `practice.social_scoring`.
#[must_use]
pub fn rule(practice: Practice) -> String {
    format!("practice.{}", practice.name())
}

/// Why it stops here, with the article and the way forward. Names the practice, never a word of the request.
#[must_use]
pub fn explain(practice: Practice, language: Language) -> String {
    let (nl, en) = match practice {
        Practice::HumanDecision => {
            return match language {
                Language::Nl => "Je vraagt om een besluit over een mens. AI mag dat besluit voorbereiden, maar niet nemen. \
                                 Gaat het om voorbereiding en beslis je zelf? Bevestig dat dan, of vraag om de voor- en nadelen."
                    .into(),
                Language::En => "You ask for a decision on a person. AI may prepare that decision, but not take it. \
                                 If this is preparation and you decide yourself, confirm that, or ask for the pros and cons."
                    .into(),
            };
        }
        Practice::Manipulation => {
            ("mensen ongemerkt beïnvloeden", "influencing people without their knowing")
        }
        Practice::Vulnerability => {
            ("gebruikmaken van de kwetsbaarheid van mensen", "exploiting people's vulnerability")
        }
        Practice::SocialScoring => ("mensen een sociale score geven", "giving people a social score"),
        Practice::CrimePrediction => (
            "voorspellen of iemand een misdrijf pleegt, alleen uit een profiel",
            "predicting offences from a profile alone",
        ),
        Practice::FaceCollection => {
            ("gezichten verzamelen van internet of camera's", "collecting faces from the internet or cameras")
        }
        Practice::EmotionRecognition => {
            ("emoties afleiden op het werk of in het onderwijs", "inferring emotions at work or in education")
        }
        Practice::BiometricCategorisation => (
            "afkomst, geloof, mening of geaardheid afleiden uit iemands lichaam",
            "deducing origin, belief, opinion or orientation from somebody's body",
        ),
    };
    let letter = practice.letter().unwrap_or('a');
    match language {
        Language::Nl => format!(
            "Dit is niet verstuurd: {nl} met AI is verboden (AI-verordening, artikel 5 lid 1 onder {letter}). \
             Bespreek met je aanspreekpunt wat wel kan."
        ),
        Language::En => format!(
            "This was not sent: {en} with AI is prohibited (AI Act, article 5(1)({letter})). \
             Discuss with your contact point what is possible."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b15_every_prohibition_names_its_article_and_a_way_forward() {
        for practice in Practice::ALL {
            let said = explain(practice, Language::Nl);
            assert_eq!(said.contains("artikel 5"), verdict(practice) == Verdict::Block, "{said}");
            assert!(said.matches('.').count() >= 2, "{said}");
            assert!(explain(practice, Language::En).len() > 60);
        }
    }
}
