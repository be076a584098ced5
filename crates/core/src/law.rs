//! The law behind the policy, as facts with the days between which they hold. General information, no legal advice.
//!
//! A page or document shows what [`background`] gives for its day, so a text never outlives the rule it speaks of.

mod facts;

use jiff::civil::Date;

use crate::a4::Country;
use crate::verdict::Language;

/// The day on which the facts were last compared with the law.
pub const COMPARED: Date = jiff::civil::date(2026, 11, 21);

/// What a fact is about, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Personal data.
    Data,
    /// Breaches of personal data.
    Breach,
    /// What the AI Act asks of who uses AI.
    Ai,
    /// What nobody may do with AI.
    Prohibited,
    /// The people who work here, and their council.
    Work,
    /// Other law.
    Other,
}

impl Topic {
    /// Every topic, in the order of the text.
    pub const ALL: [Self; 6] =
        [Self::Data, Self::Breach, Self::Ai, Self::Prohibited, Self::Work, Self::Other];

    /// Its heading.
    #[must_use]
    pub const fn heading(self, language: Language) -> &'static str {
        let said = match self {
            Self::Data => ["Persoonsgegevens", "Personal data"],
            Self::Breach => ["Datalekken", "Data breaches"],
            Self::Ai => ["De AI-verordening", "The AI Act"],
            Self::Prohibited => ["Wat met AI verboden is", "What is prohibited with AI"],
            Self::Work => ["Mensen die hier werken", "People who work here"],
            Self::Other => ["Andere regels", "Other rules"],
        };
        said[language as usize]
    }
}

/// A rule of law, in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub topic: Topic,
    /// Where it holds; `None` is in the whole Union.
    pub country: Option<Country>,
    /// The first day it holds; `None` is since long.
    pub from: Option<Date>,
    /// The first day it no longer does.
    pub until: Option<Date>,
    /// The article, in Dutch and in English.
    pub source: [&'static str; 2],
    /// What it says, in Dutch and in English.
    pub text: [&'static str; 2],
}

impl Fact {
    /// The article.
    #[must_use]
    pub const fn source(&self, language: Language) -> &'static str {
        self.source[language as usize]
    }

    /// What it says.
    #[must_use]
    pub const fn text(&self, language: Language) -> &'static str {
        self.text[language as usize]
    }
}

/// The law of a country on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    /// The day.
    pub day: Date,
    /// What holds on it, by topic; topics without a fact are left out.
    pub chapters: Vec<(Topic, Vec<Fact>)>,
    /// What is adopted and comes later, the first to come first.
    pub coming: Vec<Fact>,
}

/// The law as it stands on this day, and what is adopted and comes.
#[must_use]
pub fn background(day: Date, country: Country) -> Background {
    let here = |fact: &&Fact| fact.country.is_none_or(|one| one == country);
    let holds =
        |fact: &&Fact| fact.from.is_none_or(|from| from <= day) && fact.until.is_none_or(|until| day < until);
    let chapters = Topic::ALL.into_iter().filter_map(|topic| {
        let of = |fact: &&Fact| fact.topic == topic;
        let facts: Vec<Fact> = facts::ALL.iter().filter(of).filter(here).filter(holds).copied().collect();
        (!facts.is_empty()).then_some((topic, facts))
    });
    let later = |fact: &&Fact| fact.from.is_some_and(|from| from > day);
    let mut coming: Vec<Fact> = facts::ALL.iter().filter(here).filter(later).copied().collect();
    coming.sort_by_key(|fact| fact.from);
    Background { day, chapters: chapters.collect(), coming }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn text(day: Date, country: Country) -> String {
        let background = background(day, country);
        let facts = background.chapters.iter().flat_map(|(_, facts)| facts);
        facts
            .flat_map(|fact| [fact.source(Language::En), fact.text(Language::En)])
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a27_each_day_has_its_own_law() {
        for (day, says, does_not) in [
            // Regulation 2026/1744 changed the duty of literacy on 27 July 2026.
            (date(2026, 7, 26), "a sufficient level", "does not promise a level"),
            (date(2026, 7, 27), "does not promise a level", "a sufficient level"),
            // The duties to be open count since 2 August 2026.
            (date(2026, 8, 1), "AI Act art. 5(1)", "art. 50"),
            (date(2026, 8, 2), "art. 50", "intimate"),
            // Two prohibitions were added from 2 December 2026.
            (date(2026, 12, 1), "eight prohibitions", "intimate"),
            (date(2026, 12, 2), "intimate", "eight prohibitions"),
            // High-risk duties were put off to 2 December 2027.
            (date(2027, 12, 1), "art. 50", "art. 26"),
            (date(2027, 12, 2), "art. 26", "nothing that is never said"),
        ] {
            let text = text(day, Country::Nl);
            assert!(text.contains(says), "{day}: {says}");
            assert!(!text.contains(does_not), "{day}: {does_not}");
        }
    }

    #[test]
    fn a27_each_country_has_its_own_council_and_authority() {
        let [nl, be] = [Country::Nl, Country::Be].map(|country| text(COMPARED, country));
        for (word, of, not) in [
            ("Works Councils Act", &nl, &be),
            ("Autoriteit Persoonsgegevens", &nl, &be),
            ("Collective agreement 81", &be, &nl),
            ("Gegevensbeschermingsautoriteit", &be, &nl),
        ] {
            assert!(of.contains(word) && !not.contains(word), "{word}");
        }
    }

    #[test]
    fn every_fact_has_words_in_both_languages_and_days_in_order() {
        for fact in facts::ALL {
            for said in fact.text.into_iter().chain(fact.source) {
                assert!(!said.is_empty() && said.trim() == said, "{said:?}");
            }
            assert!(fact.text.iter().all(|text| text.ends_with('.')), "{}", fact.text[0]);
            if let (Some(from), Some(until)) = (fact.from, fact.until) {
                assert!(from < until, "{}", fact.text[0]);
            }
        }
    }

    #[test]
    fn what_comes_is_told_in_order_and_is_not_told_as_law() {
        let background = background(COMPARED, Country::Nl);
        assert!(background.coming.is_sorted_by_key(|fact| fact.from));
        assert!(background.coming.iter().all(|fact| fact.from.is_some_and(|from| from > COMPARED)));
        assert!(background.coming.iter().any(|fact| fact.from == Some(date(2026, 12, 2))));
    }
}
