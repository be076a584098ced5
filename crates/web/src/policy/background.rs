//! The law behind the policy, for the day on which somebody looks.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::Date;
use sluis_core::law::{self, Background, COMPARED, Fact};

use super::agreements::Agreements;
use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, respond};
use crate::visitor::Visitor;

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/beleid/achtergrond", get(read)).route("/beleid/achtergrond.pdf", get(pdf))
}

#[derive(Template)]
#[template(path = "policy/background.html")]
struct BackgroundPage {
    shown: Shown,
    day: Date,
    compared: Date,
    chapters: Vec<(&'static str, Vec<Rule>)>,
    coming: Vec<Rule>,
}

/// A fact in the language of the visitor.
struct Rule {
    from: Option<Date>,
    source: &'static str,
    text: &'static str,
}

async fn today(web: &Web, visitor: &Visitor) -> Result<Background, Failure> {
    let agreements = Agreements::read(web, visitor.today).await?;
    let country = agreements.to_read().map_or_else(Default::default, |version| version.a4.country);
    Ok(law::background(visitor.today, country))
}

async fn read(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let law = today(&web, &visitor).await?;
    let language = visitor.shown.language;
    let rules = |facts: &[Fact]| {
        let rule =
            |fact: &Fact| Rule { from: fact.from, source: fact.source(language), text: fact.text(language) };
        facts.iter().map(rule).collect::<Vec<_>>()
    };
    let page = BackgroundPage {
        day: law.day,
        compared: COMPARED,
        chapters: law.chapters.iter().map(|(topic, facts)| (topic.heading(language), rules(facts))).collect(),
        coming: rules(&law.coming),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

async fn pdf(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let law = today(&web, &visitor).await?;
    let (print, language) = (web.background, visitor.shown.language);
    let bytes =
        tokio::task::spawn_blocking(move || print(&law, language)).await.map_err(|_| Failure::Busy)?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"ai-beleid-achtergrond.pdf\""),
    ];
    Ok((headers, bytes).into_response())
}
