//! The AI tools that this installation knows, and what may go there.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluis_core::class::DataClass;
use sluis_core::policy::Trust;
use sluis_core::verdict::Verdict;
use utoipa::ToSchema;

use super::body::Json;
use super::problem::Problem;
use super::schema;
use crate::Web;
use crate::policy::agreements::{Agreements, Position};
use crate::tools::host;
use crate::visitor::Visitor;

/// All tools.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tools {
    tools: Vec<KnownTool>,
}

/// A tool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KnownTool {
    /// Its name: before a slash in the name of a model, and in `check`.
    name: String,
    /// The machine that its requests go to.
    host: String,
    /// The models it offers, as names or with one `*` at the end; none means any.
    models: Vec<String>,
    /// How far the organisation trusts it with its data.
    #[schema(schema_with = schema::trust)]
    trust: Trust,
    /// Whether the policy in force approves it.
    approved: bool,
    /// The gate that is shut for you on the way there, by its stable name.
    gate: Option<&'static str>,
    /// What happens to data of each class; nothing for a tool that is not approved.
    rules: Vec<ClassRule>,
}

/// What happens to data of a class.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassRule {
    #[schema(schema_with = schema::class)]
    class: DataClass,
    #[schema(schema_with = schema::verdict)]
    verdict: Verdict,
}

/// The AI tools that this installation knows, and what may go there.
#[utoipa::path(
    get,
    path = "/api/v1/tools",
    tag = "tools",
    responses((status = 200, description = "All tools, approved or not", body = Tools))
)]
pub(super) async fn tools(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Tools>, Problem> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let policy = agreements.governed(&web.node);
    let node = agreements.judged(&web.node);
    let tools = node.tools.iter().map(|tool| {
        let approved = policy.tool(&tool.name).is_some();
        let rule = |class| ClassRule { class, verdict: policy.verdict(class, tool.trust) };
        KnownTool {
            name: tool.name.clone(),
            host: host(tool, visitor.shown.language),
            models: tool.models.clone(),
            trust: tool.trust,
            approved,
            gate: position.gate(&agreements, &visitor, tool).map(|gate| gate.name()),
            rules: if approved { DataClass::ALL.into_iter().map(rule).collect() } else { Vec::new() },
        }
    });
    Ok(Json(Tools { tools: tools.collect() }))
}
