//! `sluis demo`: one prompt out and back through a real gateway on this machine, with the demonstration model.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use serde_json::{Value, json};
use sluis_core::settings::Settings;
use sluis_gateway::router;
use sluis_gateway::sse::Reader;
use sluis_ledger::{Expect, verify};
use tokio::net::TcpListener;

use crate::{keys, listen, marks, node, serve};

const EXAMPLE: &str = "Schrijf een korte, vriendelijke brief aan mevrouw Annelies de Wit, Dorpsstraat 12, 1234 AB \
Ons Dorp. Haar BSN is 111222333 en ze belt vanaf 06 12 34 56 78. Vraag of mevrouw De Wit dinsdag kan komen.";

/// Shows the way of one prompt.
pub async fn run(text: Option<String>) -> anyhow::Result<ExitCode> {
    let prompt = text.unwrap_or_else(|| EXAMPLE.into());
    let folder = tempfile::tempdir()?;
    let mut settings = Settings::parse("")?;
    settings.data = folder.path().display().to_string();
    let (store, master) = node::open(&settings).await?;
    let (_, secret) = keys::insert(&store, keys::unlimited("demo")).await?;
    let detector = serve::detector(&settings);
    let gateway = serve::gateway(&settings, &detector, store.clone(), &master)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1/chat/completions", listener.local_addr()?);
    let server = tokio::spawn(listen::serve(listener, router(Arc::new(gateway)), std::future::pending()));

    title("1. Jij schrijft (wat Sluis vindt, is gemarkeerd)")?;
    let found = detector.detect(&prompt);
    let colour = std::io::IsTerminal::is_terminal(&std::io::stdout());
    say!("{}", marks::mark(&prompt, &found, colour));

    let body = json!({"model": "demo", "stream": true, "messages": [{"role": "user", "content": prompt}]});
    let response = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(url)
        .bearer_auth(&secret)
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await?;
    let status = response.status();
    if status.is_success() {
        title("2. Het antwoord, zoals het bij jou binnenstroomt")?;
        say!("(Het demomodel laat zien wat er buiten aankwam; \"PERSON\u{b7}123456\" is een schuilnaam.)\n");
        stream(response).await?;
    } else {
        title("2. Dit is niet verstuurd")?;
        let error: Value = serde_json::from_slice(&response.bytes().await?)?;
        say!("{}", error.pointer("/error/message").and_then(Value::as_str).unwrap_or_default());
    }

    title("3. Het bewijs (zonder inhoud)")?;
    let mut ledger = Vec::new();
    store.export(&mut ledger).await?;
    let request_entries = ledger.split(|&b| b == b'\n').filter(|line| {
        let wanted = ["\"event\":\"sent\"", "\"event\":\"answered\"", "\"event\":\"blocked\""];
        std::str::from_utf8(line).is_ok_and(|line| wanted.iter().any(|event| line.contains(event)))
    });
    for line in request_entries {
        let line: Value = serde_json::from_slice(line)?;
        say!("{}", line["entry"]);
    }
    let report =
        verify(ledger.as_slice(), &Expect::default(), |_| {}).context("the evidence is not sound")?;
    say!("\n{} bewijsregels, ondertekend en gecontroleerd.", report.entries);
    if let Some(finding) = found.iter().find(|finding| finding.end - finding.start >= 6) {
        let value = &prompt[finding.start..finding.end];
        ensure!(
            !String::from_utf8_lossy(&ledger).contains(value),
            "the evidence holds a value; this must never happen"
        );
    }
    say!("\nZelf gebruiken:  sluis serve   en daarna  sluis key make <naam>");
    server.abort();
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn title(text: &str) -> anyhow::Result<()> {
    say!("\n\u{2500}\u{2500} {text}\n");
    Ok(())
}

async fn stream(response: reqwest::Response) -> anyhow::Result<()> {
    let mut reader = Reader::default();
    let mut bytes = response.bytes_stream();
    while let Some(piece) = bytes.next().await {
        reader.push(&piece?);
        while let Some(event) = reader.next_event()? {
            let Some(chunk) = event.data.and_then(|data| serde_json::from_str::<Value>(&data).ok()) else {
                continue;
            };
            if let Some(text) = chunk.pointer("/choices/0/delta/content").and_then(Value::as_str) {
                say_part!("{text}");
                std::io::stdout().flush()?;
            }
        }
    }
    say!("");
    Ok(())
}
