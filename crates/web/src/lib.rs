//! The pages: signing in, the policy and its editor, people, and asking an AI. Plain forms that work without script.

mod api;
mod ask;
mod asset;
mod cross_site;
mod error;
mod form;
mod home;
mod inspect;
mod invitation;
mod me;
mod oidc;
mod page;
mod passkey;
mod password;
mod people;
mod policy;
mod questions;
mod reports;
mod scim;
mod setup;
mod sheet;
mod sign_in;
mod tools;
mod totp;
mod visitor;

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use sluis_core::a4::Sheet;
use sluis_core::law::Background;
use sluis_core::policy::Policy;
use sluis_core::sign_in::SignIn;
use sluis_core::verdict::Language;
use sluis_detect::Detector;
use sluis_store::{Source, Store};
use tower::ServiceExt as _;

pub use api::openapi;
pub use oidc::Issuer;
pub use passkey::Party;

/// The text of a policy does not fit on one A4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// How many pages it would take.
    pub pages: usize,
    /// How many lines stand beyond the first.
    pub lines_over: usize,
}

/// What the pages are made of.
pub struct Web {
    /// What is kept.
    pub store: Store,
    /// Clock and randomness.
    pub source: Source,
    /// What finds personal data.
    pub detector: Arc<Detector>,
    /// The node's policy from its settings: which tools exist, with trust; the A4 narrows it.
    pub node: Arc<Policy>,
    /// The language of visitors who say nothing of theirs.
    pub language: Language,
    /// Makes the A4 as PDF: one page, or the reason why not.
    pub pdf: fn(&Sheet) -> Result<Vec<u8>, TooLong>,
    /// Makes the law behind it as PDF.
    pub background: fn(&Background, Language) -> Vec<u8>,
    /// The gateway as a service, for questions without script.
    pub gateway: Router,
    /// Whether people reach this over https: cookies then have the attribute `Secure` and the prefix `__Host-`.
    pub secure: bool,
    /// The site that passkeys are for, if it can have them: one with a name and https.
    pub party: Option<Party>,
    /// Days that chats are kept after their last turn; 0 is not at all.
    pub chat_days: u32,
    /// Key of the tokens against forged forms, derived from the master key.
    pub form_key: [u8; 32],
    /// How people sign in, and which groups give which roles.
    pub sign_in: SignIn,
    /// Who vouches for people, if the organisation has such a one.
    pub issuer: Option<Issuer>,
    /// SHA-256 of the secret that the organisation's directory shows; without it there is no door for one.
    pub directory: Option<[u8; 32]>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web")
            .field("language", &self.language)
            .field("secure", &self.secure)
            .finish_non_exhaustive()
    }
}

/// Where the API stands.
pub const API: &str = "/api/";

/// All pages and the API beside them. The router answers every address, if only with the page that says that there is no such
/// page.
pub fn router(web: Arc<Web>) -> Router {
    let (api, pages) = (api::router(&web), pages(web));
    Router::new().fallback(move |request: Request| {
        if request.uri().path().starts_with(API) { api.clone() } else { pages.clone() }.oneshot(request)
    })
}

fn pages(web: Arc<Web>) -> Router {
    Router::new()
        .merge(setup::routes())
        .merge(sign_in::routes())
        .merge(oidc::routes())
        .merge(invitation::routes())
        .merge(people::routes())
        .merge(me::routes())
        .merge(passkey::routes())
        .merge(home::routes())
        .merge(policy::routes())
        .merge(questions::routes())
        .merge(reports::routes())
        .merge(tools::routes())
        .merge(inspect::routes())
        .merge(ask::routes())
        .merge(visitor::routes())
        .merge(asset::routes())
        .fallback(error::unknown)
        .method_not_allowed_fallback(error::form_only)
        .layer(from_fn_with_state(Arc::clone(&web), page::frame))
        .layer(Extension(Arc::new(password::Passwords::new())))
        .layer(Extension(Arc::new(reports::Turns::default())))
        .with_state(Arc::clone(&web))
        .nest(scim::BASE, scim::router(web))
}
