//! Style, script and icon: part of the program, named with their hash, kept by browsers for a year.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sluis_ledger::{hex, sha256};

use crate::Web;
use crate::error::Failure;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 7] = [
    Asset {
        name: "sluis.css",
        media_type: "text/css; charset=utf-8",
        text: include_str!("../static/sluis.css"),
    },
    Asset {
        name: "sluis.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("../static/sluis.js"),
    },
    Asset { name: "ask.css", media_type: "text/css; charset=utf-8", text: include_str!("../static/ask.css") },
    Asset {
        name: "ask.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("../static/ask.js"),
    },
    Asset {
        name: "passkey.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("../static/passkey.js"),
    },
    Asset {
        name: "markdown.js",
        media_type: "text/javascript; charset=utf-8",
        text: include_str!("../static/markdown.js"),
    },
    Asset { name: "sluis.svg", media_type: "image/svg+xml", text: include_str!("../static/sluis.svg") },
];

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/static/{name}", get(show))
}

/// Where pages fetch it. The hash makes a new address of a new text.
pub(crate) fn address(name: &str) -> String {
    let hash = ASSETS.iter().find(|asset| asset.name == name).map(|asset| sha256(asset.text.as_bytes()));
    format!("/static/{name}?{}", hash.map_or_else(String::new, |hash| hex(&hash[..8])))
}

async fn show(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Failure::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.text).into_response())
}
