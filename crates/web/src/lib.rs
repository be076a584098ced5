//! The pages: signing in, the policy and its editor, people, and asking an AI. Plain forms that work without script.

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
mod password;
mod people;
mod policy;
mod scim;
mod setup;
mod sign_in;
mod tools;
mod totp;
mod visitor;

use std::fmt;
use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use sluis_core::a4::Sheet;
use sluis_core::policy::Policy;
use sluis_core::sign_in::SignIn;
use sluis_core::verdict::Language;
use sluis_detect::Detector;
use sluis_store::{Source, Store};

pub use oidc::Issuer;

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
    /// The gateway as a service, for questions without script.
    pub gateway: Router,
    /// Whether people reach this over https: cookies then have the attribute `Secure` and the prefix `__Host-`.
    pub secure: bool,
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

/// All pages. The router has a fallback of its own: the page that says that there is no such page.
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .merge(setup::routes())
        .merge(sign_in::routes())
        .merge(oidc::routes())
        .merge(invitation::routes())
        .merge(people::routes())
        .merge(me::routes())
        .merge(home::routes())
        .merge(policy::routes())
        .merge(tools::routes())
        .merge(inspect::routes())
        .merge(ask::routes())
        .merge(visitor::routes())
        .merge(asset::routes())
        .fallback(error::unknown)
        .method_not_allowed_fallback(error::form_only)
        .layer(from_fn_with_state(Arc::clone(&web), page::frame))
        .layer(Extension(Arc::new(password::Passwords::new())))
        .with_state(Arc::clone(&web))
        .nest(scim::BASE, scim::router(web))
}
