//! Questions that many ask, below the policy: put there in other words, so that nothing leads to who asked.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use sluis_core::question::{ANSWERERS, Frequent};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::go;
use crate::questions::desk::{found, page};
use crate::questions::{MAX_ANSWER, MAX_QUESTION, written};
use crate::visitor::{self, Visitor};

/// The most questions below the policy: it is a page to read, no archive.
const MAX_FREQUENT: usize = 100;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/vragen/{id}/publiceren", post(publish))
        .route("/beleid/vragen/weghalen", post(remove))
}

async fn publish(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let (question, answers) = found(&web, &visitor, &id).await?;
    if !answers || question.answer().is_none() {
        return Err(Failure::Forbidden);
    }
    let shown = &visitor.shown;
    let mut errors = Errors::default();
    let rewritten = written(&form, "faq_vraag", MAX_QUESTION, shown, &mut errors);
    let said = written(&form, "faq_antwoord", MAX_ANSWER, shown, &mut errors);
    let asker = web.store.person(&question.person).await?.map(|person| person.name).unwrap_or_default();
    for (field, text) in [("faq_vraag", &rewritten), ("faq_antwoord", &said)] {
        if names(text, &asker) {
            errors.add(
                field,
                shown.say(
                    "Hier staat nog de naam van wie het vroeg. Haal die weg.",
                    "The name of who asked still stands here. Take it away.",
                ),
            );
        }
    }
    if !form.has("zonder_namen") {
        errors.add(
            "zonder_namen",
            shown.say(
                "Zet een vinkje als je de tekst hebt herschreven en er niemand in te herkennen is.",
                "Tick the box if you have rewritten the text and nobody can be recognised in it.",
            ),
        );
    }
    if !errors.any() && web.store.frequent().await?.len() >= MAX_FREQUENT {
        errors.add(
            "faq_vraag",
            shown.say(
                "Er staan al 100 vragen onder het beleid. Haal er eerst een weg.",
                "There are 100 questions below the policy already. First take one away.",
            ),
        );
    }
    if errors.any() {
        return page(&web, visitor, question, answers, String::new(), (rewritten, said), errors).await;
    }
    let by = visitor.person.id.clone();
    let one =
        Frequent { id: visitor::identifier(&web), question: rewritten, answer: said, by, at: visitor.now };
    web.store.publish_frequent(&one).await?;
    visitor::record_thing(&web, Event::FaqPublished, ("faq", &one.id), Some(&one.by)).await?;
    Ok(go("/beleid?vraag-geplaatst"))
}

/// Whether somebody stands in a text, by their whole name or by the first word of it.
fn names(text: &str, name: &str) -> bool {
    let Some(first) = name.split_whitespace().next() else { return false };
    text.to_lowercase().contains(&name.to_lowercase())
        || text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == first)
}

async fn remove(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    visitor.officer(&ANSWERERS)?;
    let id = form.text("vraag");
    if !web.store.remove_frequent(id).await? {
        return Err(Failure::NotFound);
    }
    visitor::record_thing(&web, Event::FaqRemoved, ("faq", id), Some(&visitor.person.id)).await?;
    Ok(go("/beleid?vraag-weg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_whole_or_by_its_first_word() {
        for text in ["Anna Bakker vroeg dit", "vraag van ANNA BAKKER", "Mag Anna dit?"] {
            assert!(names(text, "Anna Bakker"), "{text}");
        }
        for text in ["", "Mag de bakker dit?", "Annabel vroeg dit", "Hosanna"] {
            assert!(!names(text, "Anna Bakker"), "{text}");
        }
        assert!(!names("Mag dit?", ""));
    }
}
