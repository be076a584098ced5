//! What a visitor can ask now, and where who was refused can do something about it.

use std::time::Duration;

use axum::http::HeaderMap;
use sluis_core::gate::Gate;
use sluis_core::policy::{Protocol, Tool};
use sluis_core::verdict::Language;

use crate::Web;
use crate::error::Failure;
use crate::policy::agreements::{Agreements, Position};
use crate::policy::words::pick;
use crate::visitor::Visitor;

use super::passing;

/// How long the page waits for providers to say which models they have.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most models in the list.
const MAX_MODELS: usize = 500;

/// A model to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Tool and model, as the gateway takes it.
    pub(crate) value: String,
    pub(crate) tool: String,
    pub(crate) model: String,
    /// Which of the gateway's doors leads there.
    pub(crate) door: &'static str,
}

/// What can be asked, or why nothing can.
pub(crate) struct Offer {
    pub(crate) choices: Vec<Choice>,
    /// Tools whose models nobody could name just now.
    pub(crate) silent: Vec<String>,
    /// Why there is nothing to choose, with the page where the visitor can do something about it.
    pub(crate) shut: Option<(String, &'static str)>,
    /// Who decides in doubt.
    pub(crate) contact: Option<String>,
}

/// Where somebody goes who was refused for this reason.
pub(super) const WAYS: [(&str, &str); 12] = [
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

/// The text of the link to a page that helps.
pub(crate) fn link(page: &str, language: Language) -> &'static str {
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
pub(super) async fn offer(web: &Web, visitor: &Visitor, headers: &HeaderMap) -> Result<Offer, Failure> {
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
    Ok(Offer {
        choices,
        silent,
        shut: shut.map(|gate| (gate.explain(visitor.shown.language), gate.page())),
        contact: agreements.in_force().map(|version| version.a4.contact.clone()),
    })
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
