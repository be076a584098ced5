//! Asking an AI. With script, the page talks to the gateway itself and shows the answer as it comes; without, the form is sent
//! here and passed on. Neither way keeps anything of it: what the gateway records has no text.

mod passing;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use sluis_core::gate::Gate;
use sluis_core::policy::{Protocol, Tool};
use sluis_core::verdict::Language;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::inspect::{Inspection, look, text};
use crate::page::{Shown, respond};
use crate::policy::agreements::{Agreements, Position};
use crate::policy::words::pick;
use crate::visitor::Visitor;

use passing::{Outcome, Question, Refusal};

/// How long the page waits for providers to say which models they have.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most models in the list.
const MAX_MODELS: usize = 500;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/vraag", get(show).post(handle))
}

/// A model to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    /// Tool and model, as the gateway takes it.
    value: String,
    tool: String,
    model: String,
    /// Which of the gateway's doors leads there.
    door: &'static str,
}

/// What can be asked, or why nothing can.
struct Offer {
    choices: Vec<Choice>,
    /// Tools whose models nobody could name just now.
    silent: Vec<String>,
    /// Why there is nothing to choose, with the page where the visitor can do something about it.
    shut: Option<(String, &'static str)>,
    /// Who decides in doubt.
    contact: Option<String>,
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    shown: Shown,
    offer: Offer,
    chosen: String,
    question: String,
    seen: Option<Inspection>,
    answer: Option<String>,
    refusal: Option<Refusal>,
    questions: [&'static str; 4],
    made: &'static str,
    /// Code of a refusal, page that helps, and the text of the link there.
    ways: Vec<(&'static str, &'static str, &'static str)>,
}

impl AskPage {
    fn new(shown: Shown, offer: Offer) -> Self {
        let language = shown.language;
        Self {
            chosen: offer.choices.first().map(|choice| choice.value.clone()).unwrap_or_default(),
            questions: questions(language),
            made: made(language),
            ways: WAYS.iter().map(|&(code, page)| (code, page, link(page, language))).collect(),
            shown,
            offer,
            question: String::new(),
            seen: None,
            answer: None,
            refusal: None,
        }
    }
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

/// Where somebody goes who was refused for this reason.
const WAYS: [(&str, &str); 12] = [
    ("policy_not_in_force", "/beleid"),
    ("no_chatbots", "/beleid"),
    ("policy_not_acknowledged", "/beleid"),
    ("tool_not_approved", "/toepassingen"),
    ("tool_stopped", "/toepassingen"),
    ("tool_not_allowed", "/toepassingen"),
    ("model_not_found", "/toepassingen"),
    ("access_suspended", "/mijn-gegevens"),
    ("no_longer_here", "/mijn-gegevens"),
    ("policy_blocked", "/controleer"),
    ("personal_data_in_key", "/controleer"),
    ("invalid_api_key", "/aanmelden?naar=%2Fvraag"),
];

fn link(page: &str, language: Language) -> &'static str {
    let (nl, en) = match page {
        "/beleid" => ("Lees het AI-beleid", "Read the AI policy"),
        "/toepassingen" => ("Bekijk de toepassingen", "Look at the tools"),
        "/controleer" => ("Maak een veilige versie van je tekst", "Make a safe version of your text"),
        "/mijn-gegevens" => ("Bekijk je gegevens", "Look at your data"),
        _ => ("Meld je opnieuw aan", "Sign in again"),
    };
    pick(language, nl, en)
}

/// What this visitor can ask now.
async fn offer(web: &Web, visitor: &Visitor, headers: &HeaderMap) -> Result<(Offer, Agreements), Failure> {
    let agreements = Agreements::read(web, visitor.today).await?;
    let position = Position::read(web, visitor).await?;
    let policy = agreements.governed(&web.node);
    let mut gate = None;
    let mut open: Vec<&Tool> = Vec::new();
    for tool in &web.node.tools {
        match position.gate(&agreements, visitor, tool) {
            None => open.extend(policy.tool(&tool.name)),
            // That one tool is not approved or stopped says least: others can be open.
            Some(shut) if matches!(gate, None | Some(Gate::NotApproved | Gate::Stopped)) => gate = Some(shut),
            Some(_) => {}
        }
    }
    let (choices, silent) = choices(web, &open, headers).await;
    let shut = gate.filter(|_| open.is_empty());
    let offer = Offer {
        choices,
        silent,
        shut: shut.map(|gate| (gate.explain(visitor.shown.language), gate.page())),
        contact: agreements.in_force().map(|version| version.a4.contact.clone()),
    };
    Ok((offer, agreements))
}

/// The models of these tools. Where the settings do not write them out, the gateway asks the provider.
async fn choices(web: &Web, tools: &[&Tool], headers: &HeaderMap) -> (Vec<Choice>, Vec<String>) {
    let is_written =
        |tool: &Tool| !tool.models.is_empty() && tool.models.iter().all(|one| !one.ends_with('*'));
    let asked = if tools.iter().all(|tool| is_written(tool)) {
        Vec::new()
    } else {
        tokio::time::timeout(PATIENCE, passing::models(web, headers)).await.unwrap_or_default()
    };
    let (mut choices, mut silent) = (Vec::new(), Vec::new());
    for tool in tools {
        let door = if tool.protocol == Protocol::Anthropic { passing::MESSAGES } else { passing::CHAT };
        let names: Vec<&String> = if is_written(tool) {
            tool.models.iter().collect()
        } else {
            asked.iter().filter(|(owner, _)| *owner == tool.name).map(|(_, model)| model).collect()
        };
        if names.is_empty() {
            silent.push(tool.name.clone());
        }
        choices.extend(names.into_iter().map(|model| Choice {
            value: format!("{}/{model}", tool.name),
            tool: tool.name.clone(),
            model: model.clone(),
            door,
        }));
    }
    choices.truncate(MAX_MODELS);
    (choices, silent)
}

async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (offer, ..) = offer(&web, &visitor, &headers).await?;
    Ok(respond(StatusCode::OK, &AskPage::new(visitor.shown, offer)))
}

/// Without script: looks at the question, or passes it on and waits for the whole answer.
async fn handle(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    let (offer, agreements) = offer(&web, &visitor, &headers).await?;
    let mut page = AskPage::new(visitor.shown, offer);
    page.question = form.raw("vraag").to_owned();
    page.chosen = form.text("model").to_owned();
    let choice = page.offer.choices.iter().find(|choice| choice.value == page.chosen).cloned();
    let (question, choice) = match (text(&form, "vraag", &page.shown), choice) {
        (Ok(question), Some(choice)) => (question, choice),
        (question, choice) => {
            let mut errors = question.err().unwrap_or_default();
            if choice.is_none() {
                errors.add("model", page.shown.say("Kies een toepassing.", "Choose a tool."));
            }
            return Ok(refuse(page, errors));
        }
    };
    if form.text("doe") == "bekijk" {
        let ground = agreements.ground(&web.node, Some(&choice.tool));
        page.seen = Some(look(&web, ground, question, page.shown.language).await?);
        return Ok(respond(StatusCode::OK, &page));
    }
    let question = Question {
        door: choice.door,
        model: &choice.value,
        text: &question,
        receipt: Some(form.text("ontvangst")).filter(|receipt| !receipt.is_empty()),
    };
    let status = match passing::pass(&web, &headers, question).await {
        Outcome::Answer(answer) => {
            page.answer = Some(answer);
            StatusCode::OK
        }
        Outcome::Refused(mut refusal, status) => {
            let language = page.shown.language;
            refusal.way = WAYS
                .iter()
                .find(|(code, _)| *code == refusal.code)
                .map(|(_, page)| (*page, link(page, language)));
            page.refusal = Some(refusal);
            status
        }
        Outcome::Broken => {
            page.refusal = Some(Refusal {
                message: page
                    .shown
                    .say(
                        "Er kwam geen antwoord dat we kunnen lezen. Probeer het opnieuw.",
                        "No answer came that we can read. Try again.",
                    )
                    .to_owned(),
                ..Refusal::default()
            });
            StatusCode::BAD_GATEWAY
        }
    };
    Ok(respond(status, &page))
}

fn refuse(mut page: AskPage, errors: Errors) -> Response {
    page.shown = page.shown.with_errors(errors);
    respond(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
