//! The policy in force, its versions, and signing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sluis_core::a4::Sheet;
use sluis_core::gate::Published;
use sluis_core::verdict::Language;
use sluis_ledger::hex;
use utoipa::ToSchema;

use super::body::{Fields, Json};
use super::fields::PolicyFields;
use super::problem::{Problem, Told};
use super::schema::{self, moment};
use crate::Web;
use crate::policy::agreements::{Agreements, Position};
use crate::policy::{acknowledge, print, to_sign};
use crate::visitor::Visitor;

/// A version that was published, in short.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the evidence calls it so too")]
pub(crate) struct Version {
    /// Its number, from 1.
    number: u32,
    /// SHA-256 of the text that people sign, in hexadecimal.
    hash: String,
    /// How the evidence names it: the beginning of the hash.
    version: String,
    /// The first day it is in force.
    #[schema(value_type = String, format = Date)]
    effective: Date,
    /// When it was published.
    #[schema(format = DateTime)]
    published_at: String,
    /// Whether it is in force today.
    in_force: bool,
    /// Whether you can sign it: it is in force or will be, and you did not sign it yet.
    can_be_signed: bool,
    /// When you signed it.
    #[schema(format = DateTime)]
    signed_at: Option<String>,
}

/// A version with its text and what was filled in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeVersion {
    #[serde(flatten)]
    version: Version,
    /// The text that people sign.
    sheet: SheetText,
    /// What was filled in.
    fields: PolicyFields,
}

/// The text of the A4.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetText {
    /// Its language.
    #[schema(schema_with = schema::language)]
    language: Language,
    /// Its title.
    title: String,
    /// Whose policy it is.
    organisation: String,
    /// Headings with lines under them, in the order in which they are read.
    sections: Vec<SectionText>,
    /// All of it, one line each: what the hash is of.
    text: String,
}

/// A heading with lines under it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SectionText {
    heading: String,
    lines: Vec<String>,
}

/// All versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The oldest first.
    versions: Vec<Version>,
}

/// The version that was on the screen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signing {
    /// Its number.
    #[schema(minimum = 1)]
    number: u32,
    /// Its hash, as it was shown.
    hash: String,
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Signature {
    /// Number of the version.
    pub(crate) number: u32,
    /// Hash of the text that was signed.
    pub(crate) hash: String,
    /// When.
    #[schema(format = DateTime)]
    pub(crate) signed_at: String,
}

impl Version {
    fn new(published: &Published, agreements: &Agreements, position: &Position) -> Self {
        let signed = position.signed(published);
        Self {
            number: published.number,
            hash: hex(&published.hash),
            version: published.a4.sheet().version(),
            effective: published.a4.effective,
            published_at: moment(published.at),
            in_force: agreements.in_force().is_some_and(|one| one.number == published.number),
            can_be_signed: signed.is_none() && agreements.can_be_signed(published),
            signed_at: signed.map(moment),
        }
    }
}

impl WholeVersion {
    pub(crate) fn new(published: &Published, agreements: &Agreements, position: &Position) -> Self {
        Self {
            version: Version::new(published, agreements, position),
            sheet: SheetText::from(published.a4.sheet()),
            fields: PolicyFields::from(&published.a4),
        }
    }
}

impl From<Sheet> for SheetText {
    fn from(sheet: Sheet) -> Self {
        let text = sheet.text();
        let sections = [sheet.why, sheet.may, sheet.may_not, sheet.rules].into_iter().chain(sheet.fields);
        Self {
            language: sheet.language,
            title: sheet.title,
            organisation: sheet.organisation,
            sections: sections
                .map(|section| SectionText { heading: section.heading, lines: section.lines })
                .collect(),
            text,
        }
    }
}

/// The policy in force.
#[utoipa::path(
    get,
    path = "/api/v1/policy",
    tag = "policy",
    responses(
        (status = 200, description = "The version that counts today", body = WholeVersion),
        (status = 404, description = "No version is in force", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn policy(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
) -> Result<Json<WholeVersion>, Problem> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let version = agreements.in_force().ok_or(Problem::NotFound)?;
    Ok(Json(WholeVersion::new(version, &agreements, &position)))
}

/// All versions that were published.
#[utoipa::path(
    get,
    path = "/api/v1/policy/versions",
    tag = "policy",
    responses((status = 200, description = "The oldest first", body = Versions))
)]
pub(super) async fn versions(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
) -> Result<Json<Versions>, Problem> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let version = |one| Version::new(one, &agreements, &position);
    Ok(Json(Versions { versions: agreements.versions.iter().map(version).collect() }))
}

/// One version.
#[utoipa::path(
    get,
    path = "/api/v1/policy/versions/{number}",
    tag = "policy",
    params(("number" = u32, Path, description = "Number of the version", minimum = 1)),
    responses(
        (status = 200, description = "The version", body = WholeVersion),
        (status = 404, description = "There is no such version", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn version(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Json<WholeVersion>, Problem> {
    let number = number.parse().map_err(|_| Problem::NotFound)?;
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let (version, _) = agreements.version(number).ok_or(Problem::NotFound)?;
    Ok(Json(WholeVersion::new(version, &agreements, &position)))
}

/// One version as PDF: one A4.
#[utoipa::path(
    get,
    path = "/api/v1/policy/versions/{number}/sheet.pdf",
    tag = "policy",
    params(("number" = u32, Path, description = "Number of the version", minimum = 1)),
    responses(
        (status = 200, description = "The page", body = String, content_type = "application/pdf"),
        (status = 404, description = "There is no such version", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn sheet(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Problem::NotFound)?;
    let agreements = Agreements::read(&web, visitor.today).await?;
    let (version, _) = agreements.version(number).ok_or(Problem::NotFound)?;
    // Everything that was published fits.
    let bytes = print(&web, version.a4.sheet()).await?.map_err(|_| Problem::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response())
}

/// Sign a version: you read it and keep to it.
#[utoipa::path(
    post,
    path = "/api/v1/policy/acknowledgements",
    tag = "policy",
    request_body = Signing,
    responses(
        (status = 200, description = "You had signed it already", body = Signature),
        (status = 201, description = "Signed", body = Signature),
        (status = 409, description = "It is not the version in force, nor one that comes", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn sign(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Fields(signing): Fields<Signing>,
) -> Result<(StatusCode, Json<Signature>), Problem> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let version = to_sign(&agreements, Some(signing.number), &signing.hash).ok_or(Problem::Replaced)?;
    let is_new = acknowledge(&web, &visitor, version).await?;
    let at = Position::read(&web, &visitor).await?.signed(version).unwrap_or(visitor.now);
    let signature = Signature { number: version.number, hash: hex(&version.hash), signed_at: moment(at) };
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(signature)))
}
