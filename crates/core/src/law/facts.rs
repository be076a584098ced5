//! The facts. Whoever changes one keeps the old one with its last day, and moves [`super::COMPARED`].

use jiff::civil::{Date, date};

use super::{Fact, Topic};
use crate::a4::Country;

/// A rule that holds everywhere, since long.
const fn rule(topic: Topic, source: [&'static str; 2], text: [&'static str; 2]) -> Fact {
    Fact { topic, country: None, from: None, until: None, source, text }
}

impl Fact {
    const fn in_country(self, country: Country) -> Self {
        Self { country: Some(country), ..self }
    }

    const fn from(self, day: Date) -> Self {
        Self { from: Some(day), ..self }
    }

    const fn until(self, day: Date) -> Self {
        Self { until: Some(day), ..self }
    }
}

pub(super) const ALL: &[Fact] = &[
    rule(
        Topic::Data,
        ["AVG art. 5 en 6", "GDPR art. 5 and 6"],
        [
            "Gegevens over mensen gebruik je alleen voor een duidelijk doel, met een wettelijke grondslag, en niet meer dan nodig is. \
             De organisatie moet kunnen laten zien dat zij dat doet.",
            "Data on people is used for a clear purpose only, on a legal basis, and no more than is needed. The organisation has to \
             be able to show that it does so.",
        ],
    ),
    rule(
        Topic::Data,
        ["AVG art. 4(5)", "GDPR art. 4(5)"],
        [
            "Een tekst met schuilnamen is niet anoniem: wie de lijst heeft, weet nog wie het is. Daarom bewaart Sluis die lijst apart \
             en versleuteld.",
            "A text with pseudonyms is not anonymous: whoever has the list still knows who it is. So Sluis keeps that list apart and \
             encrypted.",
        ],
    ),
    rule(
        Topic::Data,
        ["AVG art. 9", "GDPR art. 9"],
        [
            "Bijzondere gegevens zijn in beginsel verboden: afkomst, politiek, geloof of overtuiging, lidmaatschap van een vakbond, \
             genetische en biometrische gegevens, gezondheid, seksueel leven en gerichtheid.",
            "Special categories are prohibited in principle: origin, politics, religion or belief, union membership, genetic and \
             biometric data, health, sex life and orientation.",
        ],
    ),
    rule(
        Topic::Data,
        ["AVG art. 10", "GDPR art. 10"],
        [
            "Gegevens over straffen en strafbare feiten mag bijna niemand verwerken.",
            "Hardly anybody may process data on convictions and offences.",
        ],
    ),
    rule(
        Topic::Data,
        ["UAVG art. 46", "Dutch GDPR Implementation Act art. 46"],
        [
            "Het BSN mag je alleen gebruiken als een wet dat zegt.",
            "The national number (BSN) may be used only where a law says so.",
        ],
    )
    .in_country(Country::Nl),
    rule(
        Topic::Data,
        ["Wet van 8 augustus 1983, art. 8", "Act of 8 August 1983, art. 8"],
        [
            "Het rijksregisternummer mag je alleen gebruiken met een machtiging.",
            "The national register number may be used only with an authorisation.",
        ],
    )
    .in_country(Country::Be),
    rule(
        Topic::Data,
        ["AVG art. 28(3)", "GDPR art. 28(3)"],
        [
            "Wie persoonsgegevens door een aanbieder laat verwerken, sluit met hem een verwerkersovereenkomst. Daarin staan acht \
             afspraken, zoals: alleen volgens onze instructie, geheim, beveiligd, en na afloop wissen.",
            "Whoever has personal data processed by a provider makes a processor agreement with it. It holds eight terms, such as: on \
             our instructions only, confidential, secured, and erased in the end.",
        ],
    ),
    rule(
        Topic::Data,
        ["AVG art. 12 tot 22", "GDPR art. 12 to 22"],
        [
            "Mensen mogen weten wat er over hen bewaard wordt, en mogen dat laten verbeteren of wissen. Zij krijgen binnen een maand \
             antwoord. Een besluit met grote gevolgen mag in beginsel niet alleen door een machine worden genomen.",
            "People may know what is kept about them, and have it corrected or erased. They get an answer within a month. A decision \
             with great effects may in principle not be taken by a machine alone.",
        ],
    ),
    rule(
        Topic::Data,
        ["AVG art. 35", "GDPR art. 35"],
        [
            "Is het risico voor mensen waarschijnlijk hoog, dan komt er eerst een beoordeling van de gevolgen (DPIA).",
            "Where the risk for people is likely high, its effects are assessed first (DPIA).",
        ],
    ),
    rule(
        Topic::Breach,
        ["AVG art. 4(12)", "GDPR art. 4(12)"],
        [
            "Komen persoonsgegevens bij iemand die ze niet mag hebben, dan is dat een datalek. Dat geldt ook voor gegevens die tegen de \
             afspraken in een chatbot zijn gezet.",
            "Where personal data reaches somebody who may not have it, that is a data breach. That includes data that was put into a \
             chatbot against the agreements.",
        ],
    ),
    rule(
        Topic::Breach,
        ["AVG art. 33; toezicht: Autoriteit Persoonsgegevens", "GDPR art. 33; supervisor: Autoriteit Persoonsgegevens"],
        [
            "Een datalek meldt de organisatie binnen 72 uur nadat zij het weet, tenzij er waarschijnlijk geen risico is voor mensen. \
             Elk datalek komt in een register.",
            "The organisation notifies a breach within 72 hours after it becomes aware, unless a risk for people is unlikely. Every \
             breach is kept in a register.",
        ],
    )
    .in_country(Country::Nl),
    rule(
        Topic::Breach,
        [
            "AVG art. 33; toezicht: Gegevensbeschermingsautoriteit",
            "GDPR art. 33; supervisor: Gegevensbeschermingsautoriteit",
        ],
        [
            "Een datalek meldt de organisatie binnen 72 uur nadat zij het weet, tenzij er waarschijnlijk geen risico is voor mensen. \
             Elk datalek komt in een register. Een Vlaamse bestuursinstantie gaat eerst na of zij bij de Vlaamse \
             Toezichtcommissie meldt.",
            "The organisation notifies a breach within 72 hours after it becomes aware, unless a risk for people is unlikely. Every \
             breach is kept in a register. A Flemish public body first finds out whether it notifies the Vlaamse Toezichtcommissie.",
        ],
    )
    .in_country(Country::Be),
    rule(
        Topic::Breach,
        ["AVG art. 34", "GDPR art. 34"],
        [
            "Is het risico voor mensen hoog, dan horen ook zij het, in gewone taal.",
            "Where the risk for people is high, they are told too, in plain language.",
        ],
    ),
    rule(
        Topic::Ai,
        ["AI-verordening art. 4 (tekst tot 27-7-2026)", "AI Act art. 4 (text until 27-7-2026)"],
        [
            "De organisatie zorgt zoveel als mogelijk voor een toereikend niveau van kennis van AI bij wie ermee werkt.",
            "The organisation sees to a sufficient level of AI literacy of those who work with it, as far as possible.",
        ],
    )
    .from(date(2025, 2, 2))
    .until(date(2026, 7, 27)),
    rule(
        Topic::Ai,
        [
            "AI-verordening art. 4, na Verordening (EU) 2026/1744",
            "AI Act art. 4, as amended by Regulation (EU) 2026/1744",
        ],
        [
            "De organisatie helpt wie met AI werkt om er kennis van te krijgen, passend bij hun werk. De wet belooft geen bepaald niveau.",
            "The organisation helps those who work with AI to learn about it, as fits their work. The law does not promise a level.",
        ],
    )
    .from(date(2026, 7, 27)),
    rule(
        Topic::Ai,
        ["AI-verordening art. 50", "AI Act art. 50"],
        [
            "Mensen die met een chatbot praten, horen dat zij met een machine praten. Nagemaakte beelden, geluid en sommige teksten worden \
             als zodanig herkenbaar gemaakt.",
            "People who talk with a chatbot are told that it is a machine. Made-up pictures, sound and some texts are made recognisable \
             as such.",
        ],
    )
    .from(date(2026, 8, 2)),
    rule(
        Topic::Ai,
        ["AI-verordening art. 26 en bijlage III", "AI Act art. 26 and annex III"],
        [
            "AI met een hoog risico, zoals bij werving, beoordeling of onderwijs, vraagt om toezicht door mensen die het kunnen, \
             bruikbare invoer, logboeken van minstens zes maanden, en uitleg vooraf aan wie er werkt.",
            "High-risk AI, such as in recruitment, appraisal or education, asks for oversight by able people, fitting input, logs of at \
             least six months, and telling those who work here beforehand.",
        ],
    )
    .from(date(2027, 12, 2)),
    rule(
        Topic::Ai,
        ["AI-verordening art. 6(1) en bijlage I", "AI Act art. 6(1) and annex I"],
        [
            "Dezelfde regels gaan gelden voor AI in producten die al gekeurd moeten worden, zoals medische hulpmiddelen.",
            "The same rules come to hold for AI in products that need an assessment already, such as medical devices.",
        ],
    )
    .from(date(2028, 8, 2)),
    rule(
        Topic::Prohibited,
        ["AI-verordening art. 5(1)(a) tot (h)", "AI Act art. 5(1)(a) to (h)"],
        [
            "Acht toepassingen zijn verboden: mensen ongemerkt sturen, misbruik maken van kwetsbaren, sociale scores, misdrijven \
             voorspellen op grond van profielen, gezichten verzamelen van het internet, emoties herkennen op het werk of op school \
             (behalve om medische of veiligheidsredenen), mensen indelen op gevoelige kenmerken aan hun lichaam, en gezichtsherkenning \
             op straat door de politie (met uitzonderingen).",
            "There are eight prohibitions: steering people unnoticed, exploiting the vulnerable, social scores, predicting offences from \
             profiles, collecting faces from the internet, recognising emotions at work or school (except for medical or safety \
             reasons), sorting people on sensitive traits by their bodies, and face recognition in public by the police (with \
             exceptions).",
        ],
    )
    .from(date(2025, 2, 2))
    .until(date(2026, 12, 2)),
    rule(
        Topic::Prohibited,
        [
            "AI-verordening art. 5(1), na Verordening (EU) 2026/1744",
            "AI Act art. 5(1), as amended by Regulation (EU) 2026/1744",
        ],
        [
            "Tien toepassingen zijn verboden: mensen ongemerkt sturen, misbruik maken van kwetsbaren, sociale scores, misdrijven \
             voorspellen op grond van profielen, gezichten verzamelen van het internet, emoties herkennen op het werk of op school \
             (behalve om medische of veiligheidsredenen), mensen indelen op gevoelige kenmerken aan hun lichaam, gezichtsherkenning op \
             straat door de politie (met uitzonderingen), nagemaakte intieme beelden zonder toestemming, en beelden van kindermisbruik.",
            "There are ten prohibitions: steering people unnoticed, exploiting the vulnerable, social scores, predicting offences from \
             profiles, collecting faces from the internet, recognising emotions at work or school (except for medical or safety \
             reasons), sorting people on sensitive traits by their bodies, face recognition in public by the police (with exceptions), \
             made-up intimate pictures without consent, and pictures of child abuse.",
        ],
    )
    .from(date(2026, 12, 2)),
    rule(
        Topic::Work,
        ["Wet op de ondernemingsraden art. 25(1)(k) en 27(1)(k) en (l)", "Works Councils Act art. 25(1)(k) and 27(1)(k) and (l)"],
        [
            "De ondernemingsraad geeft advies over belangrijke nieuwe techniek, en stemt in met regels over gegevens van wie hier werkt \
             en met alles waarmee zij gevolgd kunnen worden.",
            "The works council advises on important new technology, and consents to rules on data of those who work here and to all that \
             can follow them.",
        ],
    )
    .in_country(Country::Nl),
    rule(
        Topic::Work,
        ["Cao nr. 81", "Collective agreement 81"],
        [
            "De werkgever kijkt naar gegevens van elektronisch verkeer alleen voor vier doelen, vertelt dat vooraf, en kijkt niet naar \
             de inhoud.",
            "The employer looks at data of electronic communication for four purposes only, says so beforehand, and does not look at the \
             content.",
        ],
    )
    .in_country(Country::Be),
    rule(
        Topic::Work,
        ["Cao nr. 39", "Collective agreement 39"],
        [
            "Bij nieuwe techniek met grote gevolgen voor het personeel overlegt een werkgever met vijftig of meer mensen daar minstens \
             drie maanden van tevoren over.",
            "On new technology with great effects for the staff, an employer of fifty or more people consults on it at least three \
             months before.",
        ],
    )
    .in_country(Country::Be),
    rule(
        Topic::Work,
        ["AVG art. 7", "GDPR art. 7"],
        [
            "Toestemming van een werknemer is zelden vrij. Daarom steunt dit beleid er niet op.",
            "Consent of an employee is seldom free. So this policy does not rest on it.",
        ],
    ),
    rule(
        Topic::Other,
        ["Grondrechten, arbeidsrecht, contractenrecht en auteursrecht", "Fundamental rights, labour, contract and copyright law"],
        [
            "Ook deze regels blijven gelden als je AI gebruikt, net als de regels van je sector en je beroep. Wat AI maakt, kan iets \
             bevatten waarop een ander rechten heeft.",
            "These rules keep counting when you use AI, as do those of your sector and your profession. What AI makes can hold something \
             that others have rights in.",
        ],
    ),
];
