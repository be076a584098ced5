//! The words of the A4, in Dutch (B1) and English.

use aws_lc_rs::digest;

use super::{A4, Country, deviation};
use crate::calendar::written;
use crate::verdict::Language;

/// A heading with lines under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// The text of an A4, in the order in which it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Language of the text.
    pub language: Language,
    /// Its title.
    pub title: String,
    /// Whose policy it is.
    pub organisation: String,
    /// Why there is one, in three, and the principle.
    pub why: Section,
    /// What is allowed.
    pub may: Section,
    /// What is not.
    pub may_not: Section,
    /// On personal data, in short, and added clauses.
    pub rules: Section,
    /// The four fields, each with one line.
    pub fields: Vec<Section>,
}

impl Sheet {
    /// The whole text, one line each: what the hash is of.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = vec![self.title.as_str(), &self.organisation];
        for section in [&self.why, &self.may, &self.may_not, &self.rules].into_iter().chain(&self.fields) {
            lines.push(&section.heading);
            lines.extend(section.lines.iter().map(String::as_str));
        }
        lines.join("\n")
    }

    /// SHA-256 of [`Sheet::text`]: what people sign.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, self.text().as_bytes()).as_ref());
        hash
    }

    /// The first 16 hexadecimal digits of the hash: the version that evidence names.
    #[must_use]
    pub fn version(&self) -> String {
        use std::fmt::Write as _;
        self.hash()[..8].iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

pub(super) fn sheet(a4: &A4) -> Sheet {
    let say = |nl: &'static str, en: &'static str| match a4.language {
        Language::Nl => nl,
        Language::En => en,
    };
    let tools = if a4.chatbots {
        a4.tools.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    } else {
        say(
            "Geen. Gebruik geen chatbots of andere AI voor je werk.",
            "None. Do not use chatbots or other AI for your work.",
        )
        .into()
    };
    let field =
        |heading: &str, line: &str| Section { heading: heading.into(), lines: vec![line.trim().into()] };
    Sheet {
        language: a4.language,
        title: say("AI-gebruiksbeleid", "AI-use policy").into(),
        organisation: a4.organisation.trim().into(),
        why: Section {
            heading: say("Waarom deze afspraken", "Why these agreements").into(),
            lines: [
                say(
                    "Gegevens: wat van klanten en collega's is, komt niet in de verkeerde toepassing.",
                    "Data: what is of clients and colleagues does not end up in the wrong tool.",
                ),
                say("Duidelijkheid: iedereen weet wat mag.", "Clarity: everybody knows what is allowed."),
                say(
                    "Privacywet (AVG): we laten zien dat we zorgvuldig zijn.",
                    "Privacy law (GDPR): we show that we are careful.",
                ),
                say(
                    "Ken je een toepassing niet? Voer dan niets in dat je niet kwijt wilt.",
                    "A tool that you do not know? Enter nothing that you do not want to lose.",
                ),
            ]
            .map(Into::into)
            .into(),
        },
        may: Section {
            heading: say("Dit mag", "This you may do").into(),
            lines: a4.may.iter().map(|line| line.trim().into()).collect(),
        },
        may_not: Section {
            heading: say("Dit niet", "This you may not").into(),
            lines: a4.may_not.iter().map(|rule| rule.text.trim().into()).collect(),
        },
        rules: Section { heading: say("Ook afgesproken", "Also agreed").into(), lines: rules(a4, say) },
        fields: vec![
            field(say("Goedgekeurde toepassingen", "Approved tools"), &tools),
            field(say("Aanspreekpunt bij twijfel", "Contact point in doubt"), &a4.contact),
            field(say("Dit beleid geldt voor", "This policy applies to"), &a4.scope),
            field(say("Ingangsdatum", "In force from"), &written(a4.effective)),
        ],
    }
}

fn rules(a4: &A4, say: impl Fn(&'static str, &'static str) -> &'static str) -> Vec<String> {
    let authority = match a4.country {
        Country::Nl => say("de Autoriteit Persoonsgegevens", "the Dutch data protection authority"),
        Country::Be => say("de Gegevensbeschermingsautoriteit", "the Belgian data protection authority"),
    };
    let mut lines: Vec<String> = vec![
        //
        say(
            "Persoonsgegevens gaan alleen naar een toepassing met een verwerkersovereenkomst. Twijfel je? Dan niet.",
            "Personal data only goes to a tool with a processor agreement. In doubt? Then not.",
        )
        .into(),
        //
        say(
            "De organisatie kiest de toepassingen. Jij blijft verantwoordelijk: je controleert de uitkomst en zegt eerlijk dat \
             je AI hebt gebruikt.",
            "The organisation chooses the tools. You stay responsible: you check the outcome and say openly that you used AI.",
        )
        .into(),
        // H-01, H-02, H-05, H-06.
        format!(
            "{} {authority}{}",
            say(
                "Gaat er iets mis, of denk je dat? Meld het meteen; sommige fouten moeten binnen 72 uur bij",
                "Did something go wrong, or do you think so? Report it at once; some mistakes have to be notified within 72 hours to",
            ),
            say(" gemeld zijn.", "."),
        ),
    ];
    if a4.wording >= 2 {
        lines.extend(deviation::lines(a4));
    }
    let clauses = &a4.clauses;
    if clauses.agreed_with_client {
        lines.push(
            say(
                "Voor een bijzaak, zoals een vertaling, mag je op AI leunen als de klant dat weet en goedvindt.",
                "For a side service, such as a translation, you may lean on AI if the client knows and agrees.",
            )
            .into(),
        );
    }
    if clauses.energy {
        lines.push(
            say(
                "AI kost veel energie. Gebruik het als het echt helpt.",
                "AI takes much energy. Use it where it really helps.",
            )
            .into(),
        );
    }
    if clauses.equipment {
        lines.push(
            say(
                "Ga netjes om met apparaten en systemen, en gebruik ze voor je werk.",
                "Treat equipment and systems with care, and use them for your work.",
            )
            .into(),
        );
    }
    for (name, text) in [
        (say("Ook geldt: ", "Also applies: "), &clauses.sector),
        (say("Beslist over toepassingen: ", "Decides on tools: "), &a4.board),
        (say("Techniek: ", "Technical contact: "), &a4.technical),
    ] {
        if !text.trim().is_empty() {
            lines.push(format!("{name}{}", text.trim()));
        }
    }
    lines
}
