//! The pages beside the gateway: one address for people and programs.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use sluis_core::a4::Sheet;
use sluis_core::key::secret_hash;
use sluis_core::settings::Settings;
use sluis_detect::Detector;
use sluis_ledger::hex;
use sluis_store::{MasterKey, Purpose, Store, Ticket};
use sluis_web::{Issuer, Party, TooLong, Web};
use tower::ServiceExt as _;

use crate::node;

/// What programs ask for. What comes with a key is a program's too, so that a wrong address is told in its protocol;
/// everything else is a page.
const KEYS: [&str; 3] = ["authorization", "x-api-key", "api-key"];
const OF_THE_GATEWAY: [&str; 5] = ["/v1/", "/openai/", "/health", "/ready", "/metrics"];

/// What programs ask of the pages, with a key: the API, and the organisation's directory.
const OF_THE_PAGES: [&str; 2] = [sluis_web::API, "/scim/"];

/// How long the link for setting up works, in microseconds: a day.
const SET_UP_US: i64 = 86_400_000_000;

/// Where people find the pages.
pub fn address(settings: &Settings, listening: &str) -> String {
    settings.address.clone().unwrap_or_else(|| format!("http://{listening}"))
}

/// Pages and gateway behind one address.
pub fn router(
    settings: &Settings,
    address: &str,
    store: Store,
    master: &MasterKey,
    detector: &Detector,
    gateway: Router,
) -> anyhow::Result<Router> {
    let issuer = match &settings.sign_in.provider {
        Some(provider) => {
            let secret = node::client_secret(provider)?;
            Some(Issuer::new(provider.clone(), secret, address)?)
        }
        None => None,
    };
    let directory = node::directory_secret(&settings.sign_in)?.map(|secret| secret_hash(&secret));
    let pages = sluis_web::router(Arc::new(Web {
        store,
        source: node::SOURCE,
        detector: Arc::new(detector.clone()),
        node: Arc::new(settings.policy.clone()),
        language: settings.language,
        pdf,
        background: sluis_report::background,
        gateway: gateway.clone(),
        party: Party::at(address),
        secure: settings.address.as_deref().is_some_and(|address| address.starts_with("https://")),
        chat_days: settings.chat_days,
        form_key: master.derive("forms"),
        sign_in: settings.sign_in.clone(),
        issuer,
        directory,
    }));
    Ok(Router::new().fallback(move |request: Request| {
        let path = request.uri().path();
        let program = OF_THE_GATEWAY.iter().any(|start| path.starts_with(start))
            || KEYS.iter().any(|name| request.headers().contains_key(*name))
                && !OF_THE_PAGES.iter().any(|start| path.starts_with(start));
        if program { gateway.clone() } else { pages.clone() }.oneshot(request)
    }))
}

fn pdf(sheet: &Sheet) -> Result<Vec<u8>, TooLong> {
    sluis_report::a4(sheet).map_err(|long| TooLong { pages: long.pages, lines_over: long.lines })
}

/// A link with which the first person sets up the organisation, as long as there is no policy.
pub async fn set_up_link(store: &Store, address: &str) -> anyhow::Result<Option<String>> {
    if !store.versions().await?.is_empty() {
        return Ok(None);
    }
    let mut random = [0; 16];
    (node::SOURCE.random)(&mut random);
    let code = hex(&random);
    let expires_at = (node::SOURCE.now)() + SET_UP_US;
    let ticket = Ticket { hash: secret_hash(&code), purpose: Purpose::SetUp, person: None, expires_at };
    store.insert_ticket(&ticket).await?;
    Ok(Some(format!("{address}/opzetten/{code}")))
}
