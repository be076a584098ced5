//! The gateway: OpenAI and Anthropic wire formats, and the lock between them and the providers.
//!
//! A request passes [`pass::pass`]: gates, reading, detection, decision, evidence; only then is there a
//! [`clearance::Cleared`] that [`upstream`] can send. The answer comes back through `back`, which rewrites it with [`stream`] or [`answer`].

pub mod answer;
mod back;
pub mod body;
pub mod clearance;
pub mod conversation;
pub mod demo;
pub mod dialect;
pub mod identify;
pub mod json;
pub mod lane;
pub mod metrics;
mod models;
pub mod pass;
pub mod problem;
mod routes;
pub mod sse;
pub mod stream;
pub mod upstream;

use std::sync::Arc;

use aws_lc_rs::hmac;
use sluis_core::policy::{Policy, Tool};
use sluis_core::verdict::Language;
use sluis_detect::Detector;
use sluis_store::{MasterKey, Source, Store};

pub use routes::router;

use crate::identify::Doorman;
use crate::metrics::Metrics;
use crate::upstream::Upstream;

/// Everything a node of the gateway holds. Conversations are not among it: any node serves any turn.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) policy: Arc<Policy>,
    pub(crate) tools: Vec<Arc<Tool>>,
    pub(crate) language: Language,
    pub(crate) detector: Arc<Detector>,
    /// Looks at answers as they stream by, so it has to be quick.
    pub(crate) lookout: Arc<Detector>,
    pub(crate) store: Store,
    pub(crate) upstream: Upstream,
    pub(crate) source: Source,
    pub(crate) doorman: Doorman,
    pub(crate) metrics: Metrics,
    /// Keys the scopes of conversations.
    pub(crate) scopes: hmac::Key,
    /// Keys the receipts of agreements.
    pub(crate) agreements: hmac::Key,
}

impl Gateway {
    /// A gateway that obeys this policy.
    #[must_use]
    pub fn new(
        policy: Policy,
        language: Language,
        detector: Detector,
        store: Store,
        upstream: Upstream,
        master: &MasterKey,
        source: Source,
    ) -> Self {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, &master.derive(label));
        Self {
            tools: policy.tools.iter().cloned().map(Arc::new).collect(),
            policy: Arc::new(policy),
            language,
            lookout: Arc::new(detector.rules_only()),
            detector: Arc::new(detector),
            store,
            upstream,
            source,
            doorman: Doorman::default(),
            metrics: Metrics::default(),
            scopes: conversation::scopes(master),
            agreements: key("agreements"),
        }
    }
}
