//! The gateway: OpenAI and Anthropic wire formats, and the lock between them and the providers.
//!
//! A request passes [`pass::pass`]: gates, reading, detection, decision, evidence; only then is there a
//! [`clearance::Cleared`] that [`upstream`] can send. The answer comes back through `back`, which rewrites it with [`stream`] or [`answer`].

pub mod answer;
mod back;
pub mod behind;
pub mod body;
pub mod clearance;
pub mod conversation;
pub mod demo;
pub mod dialect;
pub mod governance;
pub mod identify;
mod inspection;
pub mod json;
pub mod lane;
pub mod metrics;
mod models;
pub mod pass;
pub mod problem;
pub mod review;
mod routes;
pub mod speech;
pub mod sse;
pub mod stream;
pub mod upstream;

use aws_lc_rs::hmac;
use sluis_core::verdict::Language;
use sluis_store::{MasterKey, Source, Store};

pub use routes::router;

use crate::behind::Clients;
use crate::governance::Governance;
use crate::identify::Doorman;
use crate::metrics::Metrics;
use crate::upstream::Upstream;

/// Everything a node of the gateway holds. Conversations are not among it: any node serves any turn.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) governance: Governance,
    pub(crate) language: Language,
    /// Where people find the pages, without a slash at the end; `None` when there are none.
    pub(crate) pages: Option<String>,
    pub(crate) store: Store,
    pub(crate) upstream: Upstream,
    pub(crate) source: Source,
    pub(crate) doorman: Doorman,
    pub(crate) clients: Clients,
    pub(crate) metrics: Metrics,
    /// Keys the scopes of conversations.
    pub(crate) scopes: hmac::Key,
    /// Keys the receipts of agreements.
    pub(crate) agreements: hmac::Key,
    /// Keys the receipts of reviews.
    pub(crate) reviews: hmac::Key,
}

impl Gateway {
    /// A gateway that obeys what the organisation agreed on, within these rules.
    #[must_use]
    pub fn new(
        governance: Governance,
        language: Language,
        store: Store,
        upstream: Upstream,
        master: &MasterKey,
        source: Source,
    ) -> Self {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, &master.derive(label));
        Self {
            governance,
            language,
            pages: None,
            store,
            upstream,
            source,
            doorman: Doorman::default(),
            clients: Clients::default(),
            metrics: Metrics::default(),
            scopes: conversation::scopes(master),
            agreements: key("agreements"),
            reviews: key("reviews"),
        }
    }

    /// The same gateway, with these chat clients in front of it.
    #[must_use]
    pub fn with_clients(self, clients: Clients) -> Self {
        Self { clients, ..self }
    }

    /// The same gateway, which tells people where the pages are.
    #[must_use]
    pub fn with_pages(self, address: &str) -> Self {
        Self { pages: Some(address.trim_end_matches('/').to_owned()), ..self }
    }
}
