//! What pages and gateway have to agree on, so that somebody who is signed in can ask as themselves.

/// The cookie that holds the secret of a session, over https.
pub const SECURE_COOKIE: &str = "__Host-sluis";

/// The same where nothing is encrypted, such as on one's own machine.
pub const COOKIE: &str = "sluis";

/// The header that the pages' own script sets (`static/ask.js`) and that no other site's page can set: the gateway takes a
/// session only with it.
pub const PAGE_HEADER: &str = "x-sluis-page";
