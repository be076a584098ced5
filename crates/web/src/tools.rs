//! The AI tools that this installation knows, and what may go there.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use sluis_core::class::DataClass;
use sluis_core::policy::{Protocol, Tool};
use sluis_core::verdict::Language;

use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, respond};
use crate::policy::agreements::Agreements;
use crate::policy::words::{self, pick};
use crate::visitor::Visitor;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/toepassingen", get(show))
}

/// What is known of a tool.
struct Known {
    name: String,
    /// Where its requests go.
    host: String,
    models: String,
    trust: &'static str,
    destination: &'static str,
    is_approved: bool,
    /// Class of data and what happens to it; nothing for a tool that is not approved.
    rules: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "tools.html")]
struct ToolsPage {
    shown: Shown,
    tools: Vec<Known>,
    /// Who decides in doubt.
    contact: Option<String>,
    /// Whether there is a policy that counts.
    has_policy: bool,
    /// Whether that policy allows chatbots.
    chatbots: bool,
}

async fn show(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let language = visitor.shown.language;
    let agreements = Agreements::read(&web, visitor.today).await?;
    let policy = agreements.governed(&web.node);
    let known = |tool: &Tool| {
        let is_approved = policy.tool(&tool.name).is_some();
        let rule = |class: DataClass| {
            (words::class(class, language), words::effect(policy.verdict(class, tool.trust), language))
        };
        Known {
            name: tool.name.clone(),
            host: host(tool, language),
            models: tool.models.join(", "),
            trust: words::trust(tool.trust, language),
            destination: words::destination(tool.trust, language),
            is_approved,
            rules: if is_approved { DataClass::ALL.into_iter().map(rule).collect() } else { Vec::new() },
        }
    };
    let counts = agreements.in_force();
    let page = ToolsPage {
        tools: web.node.tools.iter().map(known).collect(),
        contact: counts.map(|version| version.a4.contact.clone()),
        has_policy: counts.is_some(),
        chatbots: counts.is_none_or(|version| version.a4.chatbots),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

/// The name of the machine that a tool's requests go to.
pub(crate) fn host(tool: &Tool, language: Language) -> String {
    if tool.protocol == Protocol::Demo {
        return pick(language, "in Sluis zelf, dit is geen AI", "inside Sluis, this is no AI").into();
    }
    let rest = tool.url.split_once("://").map_or(tool.url.as_str(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use sluis_core::settings::Settings;

    use super::*;

    #[test]
    fn a13_the_host_is_shown_without_the_rest_of_the_address() {
        let settings = "demo = true\n[tools.een]\nurl = \"https://api.mistral.ai/v1\"\n[tools.twee]\nurl = \"http://127.0.0.1:11434/v1\"\ntrust = \"own\"\n";
        let policy = Settings::parse(settings).unwrap().policy;
        let of = |name: &str| host(policy.tool(name).unwrap(), Language::Nl);
        assert_eq!(of("een"), "api.mistral.ai");
        assert_eq!(of("twee"), "127.0.0.1:11434");
        assert!(of("demo").contains("geen AI"));
    }
}
