//! What a node is made of: settings, master key, store, clock and randomness.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, bail};
use sluis_core::settings::Settings;
use sluis_core::sign_in::{Provider, SignIn};
use sluis_store::{MasterKey, Source, Store};

/// The file with the master key, in the data folder unless a variable or systemd says otherwise.
const MASTER_FILE: &str = "master.key";

/// The clock and the randomness of the machine: the only place that reads them.
pub const SOURCE: Source = Source { now, random };

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that all others are given")]
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

fn random(bytes: &mut [u8]) {
    #[expect(clippy::disallowed_methods, reason = "this is the randomness that all others are given")]
    aws_lc_rs::rand::fill(bytes)
        .expect("the operating system gives no randomness; nothing can be kept safe without it");
}

/// A variable of the environment, if it is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs a command that needs the network or the database.
pub fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Reads the settings: the file that was named, `sluis.toml` here, or the defaults.
pub fn settings(named: Option<&Path>) -> anyhow::Result<Settings> {
    let standard = Path::new("sluis.toml");
    let path = match named {
        Some(path) => path,
        None if standard.exists() => standard,
        None => return Ok(Settings::parse("")?),
    };
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Settings::parse(&text).with_context(|| format!("{} is refused", path.display()))
}

/// The address of the database.
pub fn database(settings: &Settings) -> String {
    settings
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", data_file(settings, "sluis.db").display()))
}

fn data_file(settings: &Settings, name: &str) -> PathBuf {
    Path::new(&settings.data).join(name)
}

/// Opens the store with the master key.
pub async fn open(settings: &Settings) -> anyhow::Result<(Store, MasterKey)> {
    let url = database(settings);
    make_folder(&settings.data)?;
    let key = || master_key(settings, IfMissing::Make);
    let store = Store::open(&url, key()?, SOURCE).await.context("the database cannot be opened")?;
    Ok((store, key()?))
}

/// Makes the data folder, for its owner only, if it is not there.
pub fn make_folder(folder: &str) -> anyhow::Result<()> {
    if !Path::new(folder).exists() {
        fs::create_dir_all(folder).with_context(|| format!("the folder {folder} cannot be made"))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// What happens when there is no master key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// A first start: one is made.
    Make,
    /// A backup wants the key it was made with.
    Refuse,
}

/// The master key: from the file that `SLUIS_MASTER_KEY_FILE` names, from systemd's credential
/// `sluis-master-key`, or from the data folder, where it is made when there is nothing yet that it could open.
pub fn master_key(settings: &Settings, missing: IfMissing) -> anyhow::Result<MasterKey> {
    if let Some(path) = variable("SLUIS_MASTER_KEY_FILE") {
        return read_key(Path::new(&path));
    }
    if let Some(folder) = variable("CREDENTIALS_DIRECTORY") {
        let path = Path::new(&folder).join("sluis-master-key");
        if path.exists() {
            return read_key(&path);
        }
    }
    let path = data_file(settings, MASTER_FILE);
    if path.exists() {
        return read_key(&path);
    }
    if settings.database.is_none() && data_file(settings, "sluis.db").exists() {
        bail!(
            "the database in {} has a master key that is not there. Put {} back, or name it in SLUIS_MASTER_KEY_FILE",
            settings.data,
            path.display()
        );
    }
    if missing == IfMissing::Refuse {
        bail!(
            "there is no master key. Put the one this backup was made with at {}, or name it in SLUIS_MASTER_KEY_FILE",
            path.display()
        );
    }
    make_folder(&settings.data)?;
    let mut bytes = [0; 32];
    random(&mut bytes);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    writeln!(file, "{}", sluis_ledger::hex(&bytes))?;
    file.sync_all()?;
    Ok(MasterKey::from_bytes(bytes))
}

fn read_key(path: &Path) -> anyhow::Result<MasterKey> {
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(1_024).read_to_string(&mut text))
        .with_context(|| format!("the master key {} cannot be read", path.display()))?;
    let digits = text.trim();
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("the master key {} is not 64 hexadecimal digits", path.display());
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair)?, 16)?;
    }
    Ok(MasterKey::from_bytes(bytes))
}

/// The providers' keys, by tool.
pub fn provider_keys(settings: &Settings) -> anyhow::Result<HashMap<String, String>> {
    let mut keys = HashMap::new();
    for tool in &settings.policy.tools {
        let key = match (&tool.key_env, &tool.key_file) {
            (Some(name), _) => variable(name)
                .with_context(|| format!("tool {}: the variable {name} is not set", tool.name))?,
            (None, Some(path)) => fs::read_to_string(path)
                .with_context(|| format!("tool {}: the key file {path} cannot be read", tool.name))?,
            (None, None) => continue,
        };
        keys.insert(tool.name.clone(), key.trim().to_owned());
    }
    Ok(keys)
}

/// The fewest characters of a secret that a chat client shares.
const MIN_SECRET: usize = 32;

/// The secrets that chat clients share, by the names of the clients.
pub fn client_secrets(settings: &Settings) -> anyhow::Result<HashMap<String, String>> {
    let mut secrets = HashMap::new();
    for client in &settings.clients {
        let secret = match (&client.secret_env, &client.secret_file) {
            (Some(name), _) => variable(name)
                .with_context(|| format!("client {}: the variable {name} is not set", client.name))?,
            (None, Some(path)) => fs::read_to_string(path)
                .with_context(|| format!("client {}: the secret file {path} cannot be read", client.name))?,
            (None, None) => continue,
        };
        let secret = secret.trim().to_owned();
        anyhow::ensure!(
            secret.chars().count() >= MIN_SECRET,
            "client {}: the shared secret has fewer than {MIN_SECRET} characters; make one with: openssl rand -hex 32",
            client.name
        );
        secrets.insert(client.name.clone(), secret);
    }
    Ok(secrets)
}

/// The fewest characters of the secret that the directory shows.
const MIN_DIRECTORY_SECRET: usize = 32;

/// The secret of this node at the OpenID provider, if it has one.
pub fn client_secret(provider: &Provider) -> anyhow::Result<Option<String>> {
    secret(
        "sign_in.client_secret",
        provider.client_secret_env.as_deref(),
        provider.client_secret_file.as_deref(),
    )
}

/// The secret that the organisation's directory shows, if there is one.
pub fn directory_secret(sign_in: &SignIn) -> anyhow::Result<Option<String>> {
    let secret =
        secret("sign_in.scim_token", sign_in.scim_token_env.as_deref(), sign_in.scim_token_file.as_deref())?;
    if secret.as_ref().is_some_and(|secret| secret.len() < MIN_DIRECTORY_SECRET) {
        bail!(
            "sign_in.scim_token has fewer than {MIN_DIRECTORY_SECRET} characters; make one with: openssl rand -hex 32"
        );
    }
    Ok(secret)
}

/// A secret from a variable or a file.
fn secret(what: &str, name: Option<&str>, path: Option<&str>) -> anyhow::Result<Option<String>> {
    let secret = match (name, path) {
        (Some(name), _) => {
            variable(name).with_context(|| format!("{what}: the variable {name} is not set"))?
        }
        (None, Some(path)) => {
            fs::read_to_string(path).with_context(|| format!("{what}: the file {path} cannot be read"))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(secret.trim().to_owned()))
}
