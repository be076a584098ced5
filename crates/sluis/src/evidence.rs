//! Evidence and copies: export, checkpoint, verify, backup, restore.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sluis_core::settings::Settings;
use sluis_ledger::{Event, Expect, VerifierKey, VerifyError, hex, verify as verify_ledger};
use sluis_store::Store;

use crate::node;

/// `sluis export`
pub async fn export(settings: Settings, path: PathBuf) -> anyhow::Result<ExitCode> {
    let (store, _) = node::open(&settings).await?;
    let entries = if path == Path::new("-") {
        store.export(std::io::stdout()).await?
    } else {
        anyhow::ensure!(!path.exists(), "{} is there already; name another file", path.display());
        // Nothing half-written ever stands under the name that was asked for.
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let entries = write_export(&store, Path::new(&part)).await;
        if entries.is_err() {
            // What is half-written is of no use; that it cannot be removed changes nothing.
            let _ = fs::remove_file(&part);
        }
        let entries = entries?;
        fs::rename(&part, &path)?;
        entries
    };
    eprintln!("{entries} entries. Check them with: sluis verify {}", path.display());
    eprintln!("Key of this ledger: {}", store.verifier_key());
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn write_export(store: &Store, part: &Path) -> anyhow::Result<u64> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(part)
        .with_context(|| format!("{} cannot be written", part.display()))?;
    let mut writer = BufWriter::new(file);
    let entries = store.export(&mut writer).await?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    Ok(entries)
}

/// `sluis checkpoint`
pub async fn checkpoint(settings: Settings) -> anyhow::Result<ExitCode> {
    let (store, _) = node::open(&settings).await?;
    say_part!("{}", store.checkpoint().await?);
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// `sluis verify`
pub fn verify(path: &Path, key: Option<String>, checkpoint: Option<&Path>) -> anyhow::Result<ExitCode> {
    let key = key
        .map(|key| key.parse::<VerifierKey>().context("the key is not a verifier key (name+id+base64)"))
        .transpose()?;
    let checkpoint = checkpoint
        .map(|path| fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display())))
        .transpose()?;
    let has_key = key.is_some();
    let has_checkpoint = checkpoint.is_some();
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let shows = std::io::stderr().is_terminal();
    let outcome =
        verify_ledger(BufReader::with_capacity(1 << 20, file), &Expect { key, checkpoint }, |entries| {
            if shows {
                eprint!("\r{entries} entries …");
            }
        });
    if shows {
        eprint!("\r\x1b[K");
    }
    let report = match outcome {
        Ok(report) => report,
        Err(VerifyError::Io(error)) => bail!("{} cannot be read: {error}", path.display()),
        Err(error) => {
            say!("NOT SOUND: {error}");
            return Ok(ExitCode::from(1));
        }
    };
    say!("Sound: {} entries, {} checkpoints.", report.entries, report.checkpoints);
    say!("Root: {}", hex(&report.root));
    say!("Key:  {}", report.key);
    for (rule, count) in &report.erased_by {
        say!("{count} entries were erased under rule {rule}; their records are sound.");
    }
    if report.unsigned_tail > 0 {
        say!("The last {} entries are chained but not signed yet.", report.unsigned_tail);
    }
    if !has_key {
        say!(
            "The key came with the file. Compare it with the one you got from elsewhere, or give it with --key."
        );
    }
    if !has_checkpoint {
        say!(
            "Without an earlier checkpoint nobody can see whether the newest entries were cut off (--checkpoint)."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// `sluis backup`
pub async fn backup(settings: Settings, path: PathBuf) -> anyhow::Result<ExitCode> {
    let (store, _) = node::open(&settings).await?;
    store.backup(&path).await.with_context(|| format!("{} cannot be written", path.display()))?;
    store.close().await;
    say!("{} is written. Values in it are sealed: keep the master key, somewhere else.", path.display());
    Ok(ExitCode::SUCCESS)
}

/// `sluis restore`
pub async fn restore(settings: Settings, path: PathBuf) -> anyhow::Result<ExitCode> {
    let master = node::master_key(&settings, node::IfMissing::Refuse)?;
    node::make_folder(&settings.data)?;
    sluis_store::restore(&path, &node::database(&settings), &master)
        .await
        .with_context(|| format!("{} was not restored; nothing has changed", path.display()))?;
    let (store, _) = node::open(&settings).await?;
    store.append(store.entry(Event::Restored)).await?;
    let size = store.size().await?;
    store.close().await;
    say!("Restored: {size} entries of evidence.");
    Ok(ExitCode::SUCCESS)
}
