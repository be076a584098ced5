//! Noting that a measure was decided outside Sluis (H-04). It is another record than a suspension, with another person who
//! decides (H-06), and it says no more than where to find it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use sluis_core::calendar;
use sluis_core::measure::{Decision, Measure, may_decide};
use sluis_core::person::{Person, Relation, Role, Suspension};
use sluis_core::verdict::Language;
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form, day};
use crate::page::{Shown, go};
use crate::people::access::Access;
use crate::people::details::Details;
use crate::people::one;
use crate::visitor::{self, Visitor};

/// Who notes measures.
pub(crate) const NOTERS: [Role; 1] = [Role::Hr];

/// The most characters of a reference.
const MAX_REFERENCE: usize = 100;

/// What stands in the form when a measure belongs to no suspension.
const APART: &str = "los";

/// The form, as it was typed.
#[derive(Default)]
pub(crate) struct Note {
    pub(crate) decider: String,
    pub(crate) occasion: String,
    pub(crate) day: String,
    pub(crate) reference: String,
}

/// A measure, as pages show it.
pub(crate) struct Noted {
    pub(crate) measure: Measure,
    /// Who decided, if they are still known.
    pub(crate) decider: String,
}

/// What the page of a person offers to who notes measures.
pub(crate) struct Notes {
    pub(crate) all: Vec<Noted>,
    /// What follows a breach, for somebody who works here in this way.
    pub(crate) route: &'static str,
    pub(crate) deciders: Vec<(String, String)>,
    pub(crate) occasions: Vec<(String, String)>,
    pub(crate) note: Note,
}

/// All measures about somebody, with the names of who decided.
pub(crate) async fn noted(web: &Web, person: &str) -> Result<Vec<Noted>, Failure> {
    let measures = web.store.measures_of(person).await?;
    let mut all = Vec::with_capacity(measures.len());
    for measure in measures {
        let decider = web.store.person(&measure.decided_by).await?.map(|one| one.name).unwrap_or_default();
        all.push(Noted { measure, decider });
    }
    Ok(all)
}

/// For the page of a person, if the visitor notes measures.
pub(crate) async fn notes(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    suspensions: &[Suspension],
    note: Note,
) -> Result<Option<Notes>, Failure> {
    if !visitor.person.is(&NOTERS) || visitor.person.id == person.id {
        return Ok(None);
    }
    let shown = &visitor.shown;
    let mut deciders = vec![(String::new(), shown.say("Kies iemand", "Choose somebody").to_owned())];
    let people = web.store.people().await?;
    let others = people.into_iter().filter(|one| one.id != person.id && one.works_here(visitor.now));
    deciders.extend(others.map(|one| (one.id, one.name)));
    let apart =
        shown.say("Nee, dit staat los van een sluiting", "No, it belongs to no suspension").to_owned();
    let mut occasions = vec![(APART.to_owned(), apart)];
    if !suspensions.is_empty() {
        occasions.insert(0, (String::new(), shown.say("Kies een antwoord", "Choose an answer").to_owned()));
    }
    occasions.extend(suspensions.iter().map(|one| {
        let label = shown.say("Ja, bij de sluiting van", "Yes, to the suspension of");
        (one.id.clone(), format!("{label} {}", shown.moment(one.from)))
    }));
    Ok(Some(Notes {
        all: noted(web, &person.id).await?,
        route: route(person.relation, shown.language),
        deciders,
        occasions,
        note,
    }))
}

/// What a measure has to follow, which depends on how somebody works here (H-04).
pub(crate) const fn route(relation: Relation, language: Language) -> &'static str {
    match (relation, language) {
        (Relation::Employee, Language::Nl) => {
            "In dienst: volg het arbeidsrecht en het arbeidsreglement of de huisregels. Hoor eerst de persoon zelf."
        }
        (Relation::Employee, Language::En) => {
            "Employed: follow labour law and the work rules. First hear the person."
        }
        (Relation::Temp, Language::Nl) => {
            "Uitzendkracht: het uitzendbureau is de werkgever. Volg het contract met het bureau en overleg daar."
        }
        (Relation::Temp, Language::En) => {
            "Agency worker: the agency is the employer. Follow the contract with the agency and talk to it."
        }
        (Relation::Freelancer, Language::Nl) => {
            "Ingehuurd: volg het contract dat met deze persoon is gesloten."
        }
        (Relation::Freelancer, Language::En) => "Hired in: follow the contract with this person.",
        (Relation::Intern, Language::Nl) => {
            "Stagiair: volg de stageovereenkomst en overleg met de school of opleiding."
        }
        (Relation::Intern, Language::En) => {
            "Intern: follow the agreement on the placement and talk to the school."
        }
        (Relation::Volunteer, Language::Nl) => {
            "Vrijwilliger: volg de vrijwilligersovereenkomst. Arbeidsrecht geldt hier niet."
        }
        (Relation::Volunteer, Language::En) => {
            "Volunteer: follow the agreement with the volunteer. Labour law does not apply."
        }
    }
}

pub(crate) async fn note(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&NOTERS)?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    if person.id == visitor.person.id {
        return Err(Failure::Forbidden);
    }
    let suspensions = web.store.suspensions_of(&person.id).await?;
    let shown = visitor.shown.clone();
    let text = |name| form.text(name).to_owned();
    let note = Note {
        decider: text("besloten_door"),
        occasion: text("sluiting"),
        day: text("besloten_op"),
        reference: text("kenmerk"),
    };
    match judge(&web, &visitor, &person, &suspensions, &note, &shown).await? {
        Ok(measure) => {
            web.store.note_measure(&measure).await?;
            visitor::record(&web, Event::MeasureNoted, &person.id, &visitor.person.id).await?;
            Ok(go(&format!("/mensen/{}?gelukt=maatregel", person.id)))
        }
        Err(errors) => {
            let details = Details::of(&person, &shown);
            one::page(&web, visitor, person, details, Access::default(), note, errors).await
        }
    }
}

/// The measure, or what is wrong with the form.
async fn judge(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    suspensions: &[Suspension],
    note: &Note,
    shown: &Shown,
) -> Result<Result<Measure, Errors>, Failure> {
    let mut errors = Errors::default();
    let occasion = suspensions.iter().find(|one| one.id == note.occasion);
    if occasion.is_none() && note.occasion != APART {
        errors.add(
            "sluiting",
            shown.say(
                "Kies of dit bij een sluiting van de toegang hoort.",
                "Choose whether this belongs to a suspension of access.",
            ),
        );
    }
    let decider = web.store.person(&note.decider).await?.filter(|one| one.works_here(visitor.now));
    match &decider {
        Some(decider) if may_decide(&decider.id, &person.id, occasion) => {}
        Some(decider) if decider.id != person.id => errors.add(
            "besloten_door",
            shown.say(
                "Deze persoon heeft de toegang gesloten. Over een maatregel beslist iemand anders.",
                "This person suspended the access. Somebody else decides on a measure.",
            ),
        ),
        _ => errors.add("besloten_door", shown.say("Kies wie heeft beslist.", "Choose who decided.")),
    }
    let on = day(&note.day).filter(|day| *day <= calendar::day(visitor.now));
    if on.is_none() {
        errors.add(
            "besloten_op",
            shown.say("Vul de dag in waarop is beslist.", "Fill in the day of the decision."),
        );
    }
    let is_line = |text: &str| text.chars().count() <= MAX_REFERENCE && !text.chars().any(char::is_control);
    if note.reference.is_empty() || !is_line(&note.reference) {
        errors.add(
            "kenmerk",
            shown.say(
                "Vul een kort kenmerk in, van hoogstens 100 tekens.",
                "Fill in a short reference of at most 100 characters.",
            ),
        );
    }
    let (Some(decider), Some(day), false) = (decider, on, errors.any()) else {
        return Ok(Err(errors));
    };
    Ok(Ok(Measure {
        id: visitor::identifier(web),
        person: person.id.clone(),
        decided_by: decider.id,
        noted_by: visitor.person.id.clone(),
        suspension: occasion.map(|one| one.id.clone()),
        decision: Decision { day, reference: note.reference.clone() },
        at: visitor.now,
    }))
}
