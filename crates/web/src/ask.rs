//! Asking an AI. With script, the page talks to the gateway itself and shows the answer as it comes; without, the form is sent
//! here and passed on. What is kept of it is sealed under a key of the person; what the gateway records has no text.

mod chat;
mod chats;
mod kept;
mod offer;
mod passing;
mod review;

use std::borrow::Borrow;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use sluis_core::verdict::Language;
use sluis_store::{Chat, Turn};

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::inspect::text;
use crate::page::{Shown, go, respond};
use crate::policy::words::pick;
use crate::visitor::Visitor;

pub(crate) use offer::link;

use chat::Conversation;
use offer::{Offer, WAYS, offer};
use passing::{Outcome, Question, Refusal};
use review::{Review, Wish};

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/vraag", get(show).post(begin))
        .route("/vraag/{chat}", get(open).post(go_on))
        .route("/vraag/bekijk", post(look))
        .merge(kept::routes())
        .merge(chats::routes())
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    shown: Shown,
    offer: Offer,
    chosen: String,
    question: String,
    /// The conversation, if it is kept.
    chat: Option<Chat>,
    turns: Vec<Turn>,
    /// Which turn is asked anew.
    from: Option<usize>,
    /// How long conversations are kept; 0 is not at all.
    days: u32,
    /// Whether this one is not kept.
    temporary: bool,
    /// The last conversations that are kept.
    recent: Vec<Chat>,
    review: Option<Review>,
    /// What was masked by hand, as the form writes it.
    masks: Vec<String>,
    /// What was let go of, with the receipt for it, in a question that was refused.
    released: Vec<String>,
    proof: Option<String>,
    refusal: Option<Refusal>,
    questions: [&'static str; 4],
    made: &'static str,
    /// Code of a refusal, page that helps, and the text of the link there.
    ways: Vec<(&'static str, &'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "ask/review.html")]
struct ReviewPart {
    shown: Shown,
    review: Option<Review>,
    refusal: Option<Refusal>,
}

/// How many of the last conversations the page shows.
const RECENT: usize = 8;

impl AskPage {
    async fn new(
        web: &Web,
        visitor: Visitor,
        offer: Offer,
        conversation: Conversation,
    ) -> Result<Self, Failure> {
        let language = visitor.shown.language;
        let mut recent = web.store.chats_of(&visitor.person.id, visitor.now).await?;
        recent.truncate(RECENT);
        let Conversation { chat, turns } = conversation;
        let known = chat.as_ref().and_then(|chat| offer.choices.iter().find(|one| one.value == chat.model));
        let chosen = known.or(offer.choices.first()).map(|choice| choice.value.clone()).unwrap_or_default();
        let masks = chat.iter().flat_map(|chat| &chat.masks).map(written).collect();
        Ok(Self {
            chosen,
            questions: questions(language),
            made: made(language),
            ways: WAYS.iter().map(|&(code, page)| (code, page, link(page, language))).collect(),
            shown: visitor.shown,
            offer,
            question: String::new(),
            chat,
            turns,
            from: None,
            days: web.chat_days,
            temporary: false,
            recent,
            review: None,
            masks,
            released: Vec::new(),
            proof: None,
            refusal: None,
        })
    }

    /// Where the form goes.
    fn action(&self) -> String {
        self.chat.as_ref().map_or_else(|| "/vraag".into(), |chat| format!("/vraag/{}", chat.id))
    }

    /// Whether the last answer can be asked for again.
    fn is_last(&self, number: impl Borrow<usize>) -> bool {
        *number.borrow() + 1 == self.turns.len()
    }

    /// A number as people count.
    #[expect(clippy::unused_self, reason = "templates reach it through the page")]
    fn counted(&self, number: impl Borrow<usize>) -> usize {
        *number.borrow() + 1
    }
}

/// What was masked by hand, as the form writes it.
fn written(mask: &sluis_core::choice::Mask) -> String {
    format!("{}:{}", if mask.person { "persoon" } else { "anders" }, mask.text)
}

/// The questions that people ask themselves of every answer, as the guidance has them.
const fn questions(language: Language) -> [&'static str; 4] {
    match language {
        Language::Nl => [
            "Heeft de gegenereerde output een relevante en concrete inhoud?",
            "Bevat de gegenereerde output objectieve, correcte en onderbouwde informatie of is deze inconsistent, onjuist of subjectief?",
            "Bevat de gegenereerde output één of meerdere bronvermeldingen?",
            "Bevat de gegenereerde output informatie die beschermd is door enig intellectueel eigendomsrecht (bv. auteursrechten bij afbeeldingen, merkrechten, tekening- en modelrechten)?",
        ],
        Language::En => [
            "Is what it says relevant and concrete?",
            "Is it objective, correct and substantiated, or is it inconsistent, incorrect or subjective?",
            "Does it name one or more sources?",
            "Is some of it protected by intellectual property (such as copyright on images, trademarks or designs)?",
        ],
    }
}

/// The line that goes with a text that was made with AI.
const fn made(language: Language) -> &'static str {
    pick(
        language,
        "Gemaakt met hulp van AI, gecontroleerd door een mens.",
        "Made with the help of AI, checked by a person.",
    )
}

async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let offer = offer(&web, &visitor, &headers).await?;
    let page = AskPage::new(&web, visitor, offer, Conversation::default()).await?;
    Ok(respond(StatusCode::OK, &page))
}

/// What the address of a conversation says.
#[derive(Deserialize)]
struct Opened {
    /// The question to ask anew, as people count.
    wijzig: Option<usize>,
    #[serde(default)]
    gelukt: String,
}

async fn open(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    Query(opened): Query<Opened>,
    mut visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let conversation = Conversation::read(&web, &visitor, &id).await?;
    let offer = offer(&web, &visitor, &headers).await?;
    let notice = match opened.gelukt.as_str() {
        "naam" => Some(visitor.shown.say("De naam is veranderd.", "The name has changed.")),
        "gecontroleerd" => Some(visitor.shown.say(
            "Vastgelegd dat je dit antwoord hebt gecontroleerd.",
            "Recorded that you checked this answer.",
        )),
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    let mut page = AskPage::new(&web, visitor, offer, conversation).await?;
    page.from = opened.wijzig.and_then(|number| number.checked_sub(1)).filter(|&at| at < page.turns.len());
    if let Some(turn) = page.from.and_then(|at| page.turns.get(at)) {
        page.question.clone_from(&turn.question);
    }
    Ok(respond(StatusCode::OK, &page))
}

async fn begin(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    handle(&web, visitor, &headers, &form, Conversation::default()).await
}

async fn go_on(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    let conversation = Conversation::read(&web, &visitor, &id).await?;
    handle(&web, visitor, &headers, &form, conversation).await
}

/// Without script: looks at the question, or passes it on and waits for the whole answer.
async fn handle(
    web: &Arc<Web>,
    visitor: Visitor,
    headers: &HeaderMap,
    form: &Form,
    conversation: Conversation,
) -> Result<Response, Failure> {
    let offer = offer(web, &visitor, headers).await?;
    let again = form.text("doe") == "opnieuw";
    let count = conversation.turns.len();
    let from = if again { count.checked_sub(1) } else { form.read("vanaf") }.filter(|&at| at < count);
    let number = from.unwrap_or(count);
    let asked = match conversation.turns.get(number).filter(|_| again) {
        Some(turn) => Ok(turn.question.clone()),
        None => text(form, "vraag", &visitor.shown),
    };
    let wish = Wish::read(form, conversation.masks(), &visitor.shown);
    let history = conversation.before(number);
    let mut page = AskPage::new(web, visitor.clone(), offer, conversation).await?;
    page.from = from;
    page.temporary = form.has("tijdelijk");
    form.raw("vraag").clone_into(&mut page.question);
    if let Ok(asked) = asked.as_ref()
        && again
    {
        page.question.clone_from(asked);
    }
    form.text("model").clone_into(&mut page.chosen);
    let choice = page.offer.choices.iter().find(|choice| choice.value == page.chosen).cloned();
    let (question, choice, wish) = match (asked, choice, wish) {
        (Ok(question), Some(choice), Ok(wish)) => (question, choice, wish),
        (question, choice, wish) => {
            let mut errors = question.err().unwrap_or_default();
            if choice.is_none() {
                errors.add("model", page.shown.say("Kies een toepassing.", "Choose a tool."));
            }
            errors.0.extend(wish.err().unwrap_or_default().0);
            return Ok(refuse(page, errors));
        }
    };
    page.masks = wish.masks().iter().map(written).collect();
    let language = page.shown.language;
    let sent = Question {
        door: choice.door,
        model: &choice.value,
        history: &history,
        text: &question,
        receipt: Some(form.text("ontvangst")).filter(|receipt| !receipt.is_empty()),
        choices: &wish.choices,
        seen: wish.seen.as_deref(),
        looks: ["bekijk", "maskeer"].contains(&form.text("doe")),
    };
    match outcome(passing::pass(web, headers, sent).await, &page.shown) {
        Ok(Passed::Looked(look)) => {
            page.review = Some(Review::new(look, &question, &wish, language));
            Ok(respond(StatusCode::OK, &page))
        }
        Ok(Passed::Answer(answer, request)) => {
            let at = (web.source.now)();
            let turn = Turn { question, answer, tool: choice.tool, request, whole: true, at };
            let before = Conversation { chat: page.chat.take(), turns: std::mem::take(&mut page.turns) };
            if !page.temporary
                && let Some(chat) =
                    before.keep(web, &visitor, number, turn.clone(), &choice.value, wish.masks()).await?
            {
                return Ok(go(&format!("/vraag/{}#beurt-{}", chat.id, number + 1)));
            }
            page.turns = before.turns;
            page.turns.truncate(number);
            page.turns.push(turn);
            (page.chat, page.from) = (before.chat, None);
            page.question.clear();
            Ok(respond(StatusCode::OK, &page))
        }
        Err((refusal, status)) => {
            (page.released, page.proof) = (wish.choices.release, wish.seen);
            page.refusal = Some(refusal);
            Ok(respond(status, &page))
        }
    }
}

/// What the gateway gave.
enum Passed {
    Answer(String, String),
    Looked(passing::Look),
}

/// What the gateway gave, or why not, with the page that helps.
fn outcome(outcome: Outcome, shown: &Shown) -> Result<Passed, (Refusal, StatusCode)> {
    match outcome {
        Outcome::Answer(answer, request) => Ok(Passed::Answer(answer, request)),
        Outcome::Looked(look) => Ok(Passed::Looked(look)),
        Outcome::Refused(mut refusal, status) => {
            let way = WAYS.iter().find(|(code, _)| *code == refusal.code);
            refusal.way = way.map(|(_, page)| (*page, link(page, shown.language)));
            Err((refusal, status))
        }
        Outcome::Broken => {
            let message = shown.say(
                "Er kwam geen antwoord dat we kunnen lezen. Probeer het opnieuw.",
                "No answer came that we can read. Try again.",
            );
            let refusal = Refusal { message: message.to_owned(), ..Refusal::default() };
            Err((refusal, StatusCode::BAD_GATEWAY))
        }
    }
}

/// With script: what leaves when this question is sent, as a part of the page.
async fn look(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    let offer = offer(&web, &visitor, &headers).await?;
    let choice = offer.choices.iter().find(|choice| choice.value == form.text("model"));
    let choice = choice.ok_or(Failure::Unreadable)?;
    let question = text(&form, "vraag", &visitor.shown).map_err(|_| Failure::Unreadable)?;
    let history: Vec<(String, String)> =
        serde_json::from_str(form.raw("eerder")).map_err(|_| Failure::Unreadable)?;
    let shown = visitor.shown;
    let wish = match Wish::read(&form, &[], &shown) {
        Ok(wish) => wish,
        Err(errors) => {
            let message = errors.0.into_iter().map(|(_, message)| message).collect();
            let refusal = Refusal { message, ..Refusal::default() };
            let part = ReviewPart { shown, review: None, refusal: Some(refusal) };
            return Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &part));
        }
    };
    let sent = Question {
        door: choice.door,
        model: &choice.value,
        history: &history,
        text: &question,
        receipt: None,
        choices: &wish.choices,
        seen: None,
        looks: true,
    };
    match outcome(passing::pass(&web, &headers, sent).await, &shown) {
        Ok(Passed::Looked(look)) => {
            let review = Some(Review::new(look, &question, &wish, shown.language));
            Ok(respond(StatusCode::OK, &ReviewPart { shown, review, refusal: None }))
        }
        // The gateway answers what was only to be looked at: then it has sent it.
        Ok(Passed::Answer(..)) => Err(Failure::Store),
        Err((refusal, status)) => {
            Ok(respond(status, &ReviewPart { shown, review: None, refusal: Some(refusal) }))
        }
    }
}

fn refuse(mut page: AskPage, errors: Errors) -> Response {
    page.shown = page.shown.with_errors(errors);
    respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
