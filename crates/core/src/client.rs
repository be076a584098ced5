//! Chat clients that people have already, and that ask through Sluis with one key for all who use them.

use std::collections::BTreeSet;

use serde::Deserialize;

/// A chat client, as the settings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatClient {
    /// Its name in the settings.
    pub name: String,
    /// Identifiers of the virtual keys that are this client's.
    pub keys: BTreeSet<String>,
    /// How shut gates are told.
    pub gates: Gates,
    /// How it names the person who asks; `None`: it names nobody, and the key is a program's.
    pub identity: Option<Identity>,
    /// Name of the environment variable that holds the secret it shares with Sluis.
    pub secret_env: Option<String>,
    /// File that holds the secret.
    pub secret_file: Option<String>,
}

/// How a shut gate is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gates {
    /// As an error of the provider's protocol, which programs understand.
    #[default]
    Error,
    /// As a message of the assistant, which people read in their chat.
    Message,
}

/// How a client names the person who asks, so that it is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// Open WebUI's signed token: HMAC-SHA256 with the shared secret.
    OpenWebui,
    /// A header with the address of mail, and one with the shared secret, as LibreChat can send them.
    Headers,
}

/// The most keys of one client.
const MAX_KEYS: usize = 100;

/// A client, as it stands in the settings file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientTable {
    #[serde(default)]
    keys: BTreeSet<String>,
    #[serde(default)]
    gates: Gates,
    identity: Option<Identity>,
    secret_env: Option<String>,
    secret_file: Option<String>,
}

impl ClientTable {
    /// The client that it is, or what is wrong with it. `others` are those before it in the file.
    pub(crate) fn client(&self, name: &str, others: &[ChatClient]) -> Result<ChatClient, String> {
        if self.keys.len() > MAX_KEYS {
            return Err(format!("client {name}: there are more than {MAX_KEYS} keys"));
        }
        if let Some(key) = self.keys.iter().find(|key| !key.starts_with("key-")) {
            let hint = if key.starts_with(crate::key::KEY_PREFIX) { ", not a secret" } else { "" };
            return Err(format!("client {name}: keys are identifiers such as key-0123456789abcdef{hint}"));
        }
        if self.keys.iter().any(|key| others.iter().any(|other| other.keys.contains(key))) {
            return Err(format!("client {name}: one of its keys is another client's"));
        }
        let secrets = usize::from(self.secret_env.is_some()) + usize::from(self.secret_file.is_some());
        if secrets != usize::from(self.identity.is_some()) {
            let reason = "identity needs secret_env or secret_file, one of the two, and they need identity";
            return Err(format!("client {name}: {reason}"));
        }
        Ok(ChatClient {
            name: name.to_owned(),
            keys: self.keys.clone(),
            gates: self.gates,
            identity: self.identity,
            secret_env: self.secret_env.clone(),
            secret_file: self.secret_file.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_chat_client_shares_a_secret_or_names_nobody() {
        let text = "[clients.open-webui]\nkeys = [\"key-1\"]\ngates = \"message\"\nidentity = \"open-webui\"\n\
                    secret_env = \"S\"\n[clients.x]\nkeys = [\"key-2\"]\n";
        let clients = Settings::parse(text).unwrap().clients;
        assert_eq!((clients[0].gates, clients[0].identity), (Gates::Message, Some(Identity::OpenWebui)));
        assert_eq!((clients[1].gates, clients[1].identity), (Gates::Error, None));
        for (text, line, says) in [
            ("\n[clients.a]\nidentity = \"headers\"\n", 2, "secret_env"),
            ("[clients.a]\nsecret_env = \"S\"\n", 1, "identity"),
            ("[clients.a]\nkeys = [\"sluis-1\"]\n", 1, "not a secret"),
            ("[clients.a]\nkeys = [\"key-1\"]\n[clients.b]\nkeys = [\"key-1\"]\n", 3, "another client's"),
            ("[clients.a]\ngates = \"open\"\n", 2, "unknown variant"),
        ] {
            let error = Settings::parse(text).unwrap_err();
            assert!(error.line == line && error.reason.contains(says), "{error}");
        }
    }
}
