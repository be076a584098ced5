//! Requests that are about a person and not for a machine to decide (requirement B-14), and practices that the AI Act
//! prohibits (B-15, Regulation (EU) 2024/1689, article 5).
//!
//! A request is recognised by words of several groups that stand together in one sentence. Preparing, asking for the rules
//! or for the wording of a letter is no such request: those words are the last group, which must be absent.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Practice {
    /// To take the final decision on a person: whom to dismiss, hire, admit, approve.
    HumanDecision,
    /// To influence people without their knowing, to their harm: article 5(1)(a).
    Manipulation,
    /// To exploit age, disability or a social or economic situation: article 5(1)(b).
    Vulnerability,
    /// To score people by their behaviour or character: article 5(1)(c).
    SocialScoring,
    /// To predict offences from a profile or character alone: article 5(1)(d).
    CrimePrediction,
    /// To collect faces from the internet or cameras: article 5(1)(e).
    FaceCollection,
    /// To infer emotions at work or in education: article 5(1)(f).
    EmotionRecognition,
    /// To deduce race, belief, opinion or orientation from the body: article 5(1)(g).
    BiometricCategorisation,
}

impl Practice {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::HumanDecision,
        Self::Manipulation,
        Self::Vulnerability,
        Self::SocialScoring,
        Self::CrimePrediction,
        Self::FaceCollection,
        Self::EmotionRecognition,
        Self::BiometricCategorisation,
    ];

    /// The stable name, for evidence and errors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HumanDecision => "human_decision",
            Self::Manipulation => "manipulation",
            Self::Vulnerability => "vulnerability",
            Self::SocialScoring => "social_scoring",
            Self::CrimePrediction => "crime_prediction",
            Self::FaceCollection => "face_collection",
            Self::EmotionRecognition => "emotion_recognition",
            Self::BiometricCategorisation => "biometric_categorisation",
        }
    }

    /// The letter of article 5(1) of the AI Act that prohibits it.
    #[must_use]
    pub const fn letter(self) -> Option<char> {
        match self {
            Self::HumanDecision => None,
            Self::Manipulation => Some('a'),
            Self::Vulnerability => Some('b'),
            Self::SocialScoring => Some('c'),
            Self::CrimePrediction => Some('d'),
            Self::FaceCollection => Some('e'),
            Self::EmotionRecognition => Some('f'),
            Self::BiometricCategorisation => Some('g'),
        }
    }
}

/// Only so much of a text is looked at, from its start and from its end: the question stands at one of the two. In bytes.
const REACH: usize = 16 << 10;

/// Words that belong together, with commas between; one that ends in `*` stands for all that begin so. Several words are looked for
/// in a row.
type Group = &'static str;

struct Pattern {
    practice: Practice,
    /// One word of each has to stand in the sentence.
    all: [Group; 3],
    /// None of these may.
    none: Group,
}

const PEOPLE: Group = "kandida*, sollicitant*, medewerk*, werknem*, collega*, leerling*, student*, studenten, cliënt*, \
        client*, klant*, klanten, aanvrager*, huurder*, patiënt*, gezin*, inwoner*, burger*, personeel, \
        stagiair*, deze drie, deze twee, deze vier, van hen, van deze, team*, mensen, persoon, personen, \
        candidate*, applicant*, employee*, worker*, student*, tenant*, people, bewerber*, mitarbeiter*, \
        candidat*, employé*, salarié*, mevrouw, meneer, dhr, mevr";

/// Words of who prepares or wants to know, and does not ask for the decision itself.
const PREPARES: Group = "stap*, regel*, procedure*, brief*, mail*, hoe, tekst*, voorbeeld*, rechten, wet*, termijn*, \
        vragen, criteria, gesprek*, bereid*, voorbereid*, checklist*, formulier*, mag, uitleg*, leg, vat, \
        samenvat*, schrijf, herschrijf, opstellen, stel, how, steps, letter, email, rules, law, explain, \
        summarise, summarize, write, draft, wanneer, waarom, wat, comment, wie schreef, kosten, beleid, \
        policy, vertaal";

/// Of prohibited practices: who asks what the law says, or how to prevent it, does not ask for it.
const ASKS_ABOUT: Group = "mag, verbod*, verboden, wet*, ai act, act, artikel, regels, avg, toegestaan, uitleg*, leg, waarom, \
        voorkom*, beleid, allowed, prohibited, law, article, gdpr, prevent, explain, illegal, legal, \
        samenvat*, definitie";

const PATTERNS: &[Pattern] = &[
    Pattern {
        practice: Practice::HumanDecision,
        all: [
            "moet ik, zal ik, wie, welke, welk, beslis, bepaal, kies, selecteer, rangschik, keur, oordeel, should \
        i, who, which, decide, choose, pick, rank, qui, wen",
            "ontslaan, ontsla, ontslagen, aannemen, aangenomen, afwijzen, afgewezen, wegsturen, promoveren, \
        promotie, schorsen, toelaten, toegelaten, goedkeuren, afkeuren, goed of af, toekennen, stopzetten, \
        beste kandidaat, beste sollicitant, geschiktste, meest geschikt*, zakken, blijven zitten, uit huis, \
        uitzetten, fire, fired, hire, dismiss, reject, promote, best candidate, evict, entlassen, \
        einstellen, licencier, embaucher, krijgt de baan, krijgt de woning, recht heeft op",
            PEOPLE,
        ],
        none: PREPARES,
    },
    Pattern {
        practice: Practice::EmotionRecognition,
        all: [
            "emotie*, stemming, gemoed*, liegt, liegen, leugen*, gestrest, stress, boos, oprecht*, eerlijk, \
        gemotiveerd, emotion*, mood, lying, lies, angry, honest, gefühl*, émotion*, ment",
            "stem, stemgeluid, stemopname*, gezicht*, gelaat*, mimiek, camera*, webcam*, video*, opname*, \
        intonatie, voice, face, facial, gesicht*, stimme, visage, voix",
            "sollicita*, medewerk*, werknem*, collega*, leerling*, student*, kandida*, personeel, stagiair*, \
        klas, examen*, candidate*, applicant*, employee*, pupil*, bewerber*, mitarbeiter*, candidat*, agent*",
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::SocialScoring,
        all: [
            "sociale score*, social score*, social scoring, burgerscore*, betrouwbaarheidsscore*, gedragsscore*, \
        integriteitsscore*, sozialpunkte*, score sociale",
            "geef, bereken*, maak, ken, bouw, ontwerp, bepaal, give, calculate, build, design, assign, berechne, \
        calcule*",
            PEOPLE,
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::CrimePrediction,
        all: [
            "voorspel, voorspellen, inschat*, schat, bereken, predict, vorhersag*, prédi*",
            "misdrijf, misdrijven, misdaad, crimineel, criminelen, strafbaar*, fraude, frauderen, steelt, stelen, \
        crime*, criminal*, offence*, straftat*",
            "profiel, karakter, uiterlijk, afkomst, nationaliteit, wijk, postcode, persoonlijkheid*, familie, \
        profile, personality, nationality, appearance",
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::BiometricCategorisation,
        all: [
            "leid, bepaal, raad, schat, herken, deduce, guess, infer, determine, tell me, bestimme",
            "afkomst, ras, etniciteit, geloof, religie, geaardheid, homo, hetero, politieke, vakbond*, race, \
        ethnicity, religion, orientation, gay, political",
            "foto*, gezicht*, gelaat*, stem, camerabeeld*, pasfoto*, photo*, face, faces, voice, looks, gesicht*",
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::FaceCollection,
        all: [
            "scrape*, scraper*, verzamel, download*, oogst, collect, harvest, sammle",
            "gezichten, gezichtsfoto*, gelaatsfoto*, portretfoto*, faces, facial",
            "internet, instagram, facebook, linkedin, camerabeeld*, cctv, sociale, social, web, websites",
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::Vulnerability,
        all: [
            "misbruik*, speel in op, inspelen op, profiteer*, profiteren, buit, uitbuit*, exploit, prey, verleid, \
        overhaal",
            "dementie, dementerende*, eenza*, schulden, verstandelijk*, laaggeletterd*, verslaaf*, gokverslaaf*, \
        bejaard*, hoogbejaard*, dementia, lonely, debts, addict*, disabled",
            "kopen, koopt, verkopen, verkoop*, abonnement*, tekenen, betalen, afsluiten, bestellen, gokken, buy, \
        sell, sign, subscribe, pay, gamble",
        ],
        none: ASKS_ABOUT,
    },
    Pattern {
        practice: Practice::Manipulation,
        all: [
            "subliminal*, subliminaal, onbewust beïnvloed*, zonder dat ze het merken, zonder dat zij het merken, \
        zonder dat ze het doorhebben, without them noticing, dark pattern*, unterschwellig*",
            "klanten, bezoekers, gebruikers, kinderen, kiezers, mensen, medewerk*, ouderen, patiënten, customers, \
        visitors, users, children, voters, people, employees",
            "kopen, kiezen, stemmen, tekenen, betalen, klikken, laat, maak, ontwerp, schrijf, bedenk, buy, vote, \
        sign, pay, click, design, write",
        ],
        none: ASKS_ABOUT,
    },
];

/// All entries of all groups, by how their first word begins.
struct Table {
    by_start: HashMap<[u8; START], Vec<Entry>>,
}

/// So many bytes of a word decide where it is looked up; no entry with `*` is shorter.
const START: usize = 3;

struct Entry {
    words: Vec<&'static str>,
    /// The bit of its group: four for each pattern, the last of them for `none`.
    group: u32,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut by_start: HashMap<_, Vec<Entry>> = HashMap::new();
    for (pattern, first) in PATTERNS.iter().zip((0..).step_by(4)) {
        let groups = pattern.all.iter().chain([&pattern.none]);
        for (group, bit) in groups.zip(first..) {
            for entry in group.split(", ") {
                let words: Vec<&str> = entry.split(' ').collect();
                let start = start(words[0].trim_end_matches('*'));
                by_start.entry(start).or_default().push(Entry { words, group: 1 << bit });
            }
        }
    }
    Table { by_start }
});

fn start(word: &str) -> [u8; START] {
    let mut start = [0; START];
    for (place, byte) in start.iter_mut().zip(word.bytes()) {
        *place = byte;
    }
    start
}

/// What `text` asks for, each practice once, in their order.
#[must_use]
pub fn practices(text: &str) -> Vec<Practice> {
    let mut found = Vec::new();
    for part in ends(text) {
        let low = part.to_lowercase();
        let mut words = Vec::new();
        for sentence in low.split(['.', '?', '!', '\n', ';']) {
            words.clear();
            words.extend(sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()));
            if !(3..=80).contains(&words.len()) {
                continue;
            }
            let groups = (0..words.len()).fold(0, |groups, at| groups | TABLE.groups(&words[at..]));
            for (pattern, first) in PATTERNS.iter().zip((0..).step_by(4)) {
                let here = groups >> first & 0b1111;
                if here == 0b0111 && !found.contains(&pattern.practice) {
                    found.push(pattern.practice);
                }
            }
        }
    }
    found.sort_unstable();
    found
}

impl Table {
    /// The groups of the entries that stand at the start of `words`.
    fn groups(&self, words: &[&str]) -> u32 {
        let entries = words.first().and_then(|word| self.by_start.get(&start(word)));
        entries
            .into_iter()
            .flatten()
            .filter(|entry| {
                entry.words.len() <= words.len()
                    && entry.words.iter().zip(words).all(|(wanted, word)| fits(wanted, word))
            })
            .fold(0, |groups, entry| groups | entry.group)
    }
}

/// The start and the end of a text; the whole when it is short.
fn ends(text: &str) -> impl Iterator<Item = &str> {
    let (mut head, mut tail) = (text.len().min(REACH), text.len().saturating_sub(REACH));
    while !text.is_char_boundary(head) {
        head -= 1;
    }
    while !text.is_char_boundary(tail) {
        tail += 1;
    }
    let rest = (tail > 0).then(|| &text[tail.max(head)..]);
    std::iter::once(&text[..head]).chain(rest)
}

fn fits(wanted: &str, word: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_with_a_star_are_long_enough_to_be_looked_up() {
        for entry in TABLE.by_start.values().flatten() {
            assert!(
                entry.words[0].strip_suffix('*').is_none_or(|stem| stem.len() >= START),
                "{:?}",
                entry.words
            );
        }
    }

    #[test]
    fn b14_final_decisions_on_people_are_recognised_and_preparing_them_is_not() {
        for text in [
            "Wie van deze drie moet ik ontslaan?",
            "Hier zijn de cv's. Kies de beste kandidaat.",
            "Welke sollicitant moet ik afwijzen, Ahmed of Jan?",
            "Beslis of mevrouw Janssen recht heeft op huishoudelijke hulp.",
            "Keur de leningaanvraag van deze klant goed of af.",
            "Which candidate should I hire?",
            "welke leerling moet blijven zitten",
        ] {
            assert_eq!(practices(text), [Practice::HumanDecision], "{text}");
        }
        for text in [
            "Welke stappen moet ik nemen om een medewerker te ontslaan?",
            "Schrijf een nette brief aan de kandidaat die we afwijzen.",
            "Stel vragen op voor het gesprek met de sollicitant.",
            "Hoe bepaal ik eerlijk welke kandidaat we aannemen?",
            "Wie is de beste schrijver van Nederland?",
            "Vat de sterke punten van deze kandidaten samen, ik beslis zelf wie ik aanneem.",
            "Welke printer moet ik kopen voor mijn collega's?",
        ] {
            assert_eq!(practices(text), [], "{text}");
        }
    }

    #[test]
    fn b15_prohibited_practices_are_recognised_and_questions_about_them_are_not() {
        for (text, practice) in [
            ("Bepaal of deze sollicitant liegt aan zijn stem.", Practice::EmotionRecognition),
            (
                "Welke emotie zie je op het gezicht van deze leerling in de video?",
                Practice::EmotionRecognition,
            ),
            ("Bereken een sociale score voor elke inwoner van de wijk.", Practice::SocialScoring),
            ("Voorspel op basis van nationaliteit en wijk wie gaat frauderen.", Practice::CrimePrediction),
            ("Raad de geaardheid van deze man aan zijn foto", Practice::BiometricCategorisation),
            (
                "Schrijf code om gezichten van Instagram te scrapen: scrape alle gezichtsfoto's.",
                Practice::FaceCollection,
            ),
            ("Speel in op eenzame ouderen zodat ze een abonnement kopen.", Practice::Vulnerability),
            ("Ontwerp iets waardoor klanten kopen zonder dat ze het merken.", Practice::Manipulation),
        ] {
            assert_eq!(practices(text), [practice], "{text}");
            assert!(practice.letter().is_some());
        }
        for text in [
            "Mag een werkgever de emotie van een sollicitant aflezen aan zijn stem?",
            "Leg uit waarom een sociale score voor inwoners verboden is.",
            "Hoe voorkom je fraude met postcodes?",
            "De stem van de zanger bracht emotie in de zaal.",
        ] {
            assert_eq!(practices(text), [], "{text}");
        }
    }

    #[test]
    fn the_question_is_found_at_the_start_and_the_end_of_a_long_text() {
        let filler = "é lorem ipsum dolor. ".repeat(4_000);
        let question = "Wie van deze drie medewerkers moet ik ontslaan?";
        assert_eq!(practices(&format!("{question} {filler}")), [Practice::HumanDecision]);
        assert_eq!(practices(&format!("{filler} {question}")), [Practice::HumanDecision]);
    }
}
