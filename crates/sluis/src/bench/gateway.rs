//! What the gateway adds: the same requests to a stand-in model directly, through Sluis, and through nginx as a
//! plain proxy where it is installed.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Response, header};
use axum::routing::post;
use serde_json::json;
use sluis_core::settings::Settings;
use tokio::net::TcpListener;

use super::SAMPLE;
use super::load::{self, Outcome, Target};
use crate::{keys, listen, node};

/// Frames in the streamed answer of the stand-in.
const FRAMES: usize = 200;

/// Times each measurement is repeated, in turns, so that a slow moment of the machine hits all alike.
const ROUNDS: usize = 3;

const DIRECT: &str = "direct";

/// The stand-in's two models: one answers at once, one takes [`THINKS`].
const AT_ONCE: &str = "at-once";
const THINKING: &str = "thinking";

/// Short for a model, long enough that the machine is not busy with the load itself.
const THINKS: Duration = Duration::from_millis(25);

/// A program that ends when the measurement does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Asked, not killed: nginx ends its workers only then. It may have ended already.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

pub async fn run(requests: usize) -> anyhow::Result<std::process::ExitCode> {
    let folder = tempfile::tempdir()?;
    let upstream = stand_in().await?;
    let (sluis, key, address) = start_sluis(folder.path(), &upstream).await?;
    let nginx = start_nginx(folder.path(), &upstream)?;
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;

    let target = |base: &str, model: &str, stream: bool| Target {
        url: format!("{base}/v1/chat/completions"),
        key: key.clone(),
        body: json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": SAMPLE}]})
            .to_string(),
    };
    let mut ways = vec![(DIRECT, upstream.clone()), ("sluis", format!("http://{address}"))];
    if let Some((_, address)) = &nginx {
        ways.push(("nginx", format!("http://{address}")));
    }
    for (_, base) in &ways {
        wait_for(&client, &target(base, AT_ONCE, false)).await?;
    }
    let first_memory = memory(sluis.0.id())?;

    println!("\nGateway: requests of {} bytes, median of {ROUNDS} rounds", SAMPLE.len());
    println!("\nA model that takes {} ms, {requests} requests", THINKS.as_millis());
    println!(
        "\n{:<8} {:>10} {:>10} {:>10} {:>14} {:>14}",
        "way", "concurrent", "p50 ms", "p99 ms", "added p50 ms", "added p99 ms"
    );
    for concurrent in [1, 16, 64] {
        let requests = requests.min(concurrent * 200);
        let targets: Vec<Target> = ways.iter().map(|(_, base)| target(base, THINKING, false)).collect();
        let outcomes = rounds(&client, &targets, concurrent, requests).await?;
        let figures = |outcomes: &[Outcome]| {
            (median(outcomes, |o| o.percentile(50)), median(outcomes, |o| o.percentile(99)))
        };
        let direct = figures(&outcomes[0]);
        for ((name, _), outcomes) in ways.iter().zip(&outcomes) {
            let (p50, p99) = figures(outcomes);
            println!(
                "{name:<8} {concurrent:>10} {p50:>10.3} {p99:>10.3} {:>14.3} {:>14.3}",
                p50 - direct.0,
                p99 - direct.1
            );
        }
    }

    println!("\nA model that answers at once, {requests} requests, all on the same cores");
    println!("\n{:<8} {:>10} {:>12}", "way", "concurrent", "requests/s");
    for concurrent in [16, 64] {
        let targets: Vec<Target> = ways.iter().map(|(_, base)| target(base, AT_ONCE, false)).collect();
        let outcomes = rounds(&client, &targets, concurrent, requests).await?;
        for ((name, _), outcomes) in ways.iter().zip(&outcomes) {
            println!("{name:<8} {concurrent:>10} {:>12.0}", median(outcomes, Outcome::rate));
        }
    }

    println!("\nStream of {FRAMES} frames\n\n{:<8} {:>16} {:>16}", "way", "first frame ms", "per frame ms");
    for (name, base) in &ways {
        let (mut firsts, mut frames) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            let (first, whole) = load::stream(&client, &target(base, AT_ONCE, true)).await?;
            firsts.push(first.as_secs_f64() * 1e3);
            #[expect(clippy::cast_precision_loss, reason = "a small constant")]
            frames.push(whole.saturating_sub(first).as_secs_f64() * 1e3 / FRAMES as f64);
        }
        println!("{name:<8} {:>16.3} {:>16.4}", middle(firsts), middle(frames));
    }
    println!(
        "\nMemory of sluis: {first_memory} MiB after the first request, {} MiB after all",
        memory(sluis.0.id())?
    );
    if nginx.is_none() {
        println!("nginx is not installed here; without it there is no plain proxy to compare with.");
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// Every way in turn, [`ROUNDS`] times: the outcomes of each.
async fn rounds(
    client: &reqwest::Client,
    targets: &[Target],
    concurrent: usize,
    requests: usize,
) -> anyhow::Result<Vec<Vec<Outcome>>> {
    let mut outcomes: Vec<Vec<Outcome>> = targets.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (target, outcomes) in targets.iter().zip(&mut outcomes) {
            outcomes.push(load::run(client, target, concurrent, requests).await?);
        }
    }
    Ok(outcomes)
}

fn median(outcomes: &[Outcome], figure: impl Fn(&Outcome) -> f64) -> f64 {
    middle(outcomes.iter().map(figure).collect())
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// A model that answers at once, whole or streamed.
async fn stand_in() -> anyhow::Result<String> {
    let answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "standin",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Goedendag, hier is de mail. ".repeat(20)}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 300, "completion_tokens": 120, "total_tokens": 420},
    });
    let answer = Bytes::from(answer.to_string());
    let chunk = json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "standin",
        "choices": [{"index": 0, "delta": {"content": "woord "}, "finish_reason": null}],
    });
    let frame = Bytes::from(format!("data: {chunk}\n\n"));
    let handler = move |body: Bytes| {
        let (answer, frame) = (answer.clone(), frame.clone());
        async move {
            let has = |word: &[u8]| body.windows(word.len()).any(|window| window == word);
            let streams = has(b"\"stream\":true");
            if has(THINKING.as_bytes()) {
                // A thread of its own sleeps more exactly than the runtime's clock.
                let _ = tokio::task::spawn_blocking(|| std::thread::sleep(THINKS)).await;
            }
            let mut response = if streams {
                let frames =
                    std::iter::repeat_n(frame, FRAMES).chain([Bytes::from_static(b"data: [DONE]\n\n")]);
                Response::new(Body::from_stream(futures::stream::iter(frames.map(Ok::<_, std::io::Error>))))
            } else {
                Response::new(Body::from(answer))
            };
            let media_type = if streams { "text/event-stream" } else { "application/json" };
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
            response
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/v1/chat/completions", post(handler));
    tokio::spawn(listen::serve(listener, router, std::future::pending()));
    Ok(format!("http://{address}"))
}

/// A free port of this moment; who takes it next is the program that is started with it.
fn free_address() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

async fn start_sluis(folder: &Path, upstream: &str) -> anyhow::Result<(Running, String, String)> {
    let address = free_address()?;
    let text = format!(
        "listen = \"{address}\"\ndata = \"{}\"\n[detection]\nprofile = \"fast\"\n[tools.standin]\nurl = \"{upstream}/v1\"\ntrust = \"contracted\"\n",
        folder.join("data").display()
    );
    let config = folder.join("sluis.toml");
    fs::write(&config, &text)?;
    let (store, _) = node::open(&Settings::parse(&text)?).await?;
    let (_, key) = keys::insert(&store, keys::unlimited("bench")).await?;
    store.close().await;
    // The measured server is this very program, as a process of its own.
    let child = Command::new(std::env::current_exe()?)
        .arg("--config")
        .arg(&config)
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .context("sluis cannot be started")?;
    Ok((Running(child), key, address))
}

fn start_nginx(folder: &Path, upstream: &str) -> anyhow::Result<Option<(Running, String)>> {
    let address = free_address()?;
    let home = folder.display();
    let config = folder.join("nginx.conf");
    fs::write(
        &config,
        format!(
            "worker_processes 2;\ndaemon off;\npid {home}/nginx.pid;\nerror_log {home}/nginx.log;\n\
             events {{ worker_connections 1024; }}\nhttp {{\n  access_log off;\n  client_body_temp_path {home}/b;\n  \
             proxy_temp_path {home}/p;\n  fastcgi_temp_path {home}/f;\n  uwsgi_temp_path {home}/u;\n  scgi_temp_path {home}/s;\n  \
             upstream model {{ server {}; keepalive 64; }}\n  server {{\n    listen {address};\n    location / {{\n      \
             proxy_pass http://model;\n      proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n      \
             proxy_buffering off;\n    }}\n  }}\n}}\n",
            upstream.trim_start_matches("http://")
        ),
    )?;
    let started = Command::new("nginx").arg("-c").arg(&config).stderr(Stdio::null()).spawn();
    Ok(started.ok().map(|child| (Running(child), address)))
}

async fn wait_for(client: &reqwest::Client, target: &Target) -> anyhow::Result<()> {
    let mut attempts = 100;
    loop {
        attempts -= 1;
        match load::run(client, target, 1, 1).await {
            Ok(_) => return Ok(()),
            Err(error) if attempts == 0 => {
                return Err(error).context(format!("{} does not answer", target.url));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Resident memory of a process, in MiB.
fn memory(process: u32) -> anyhow::Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{process}/status")).context("memory is only read on Linux")?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<u64>().ok())
        .context("the memory of the process is not there")?;
    Ok(kib / 1024)
}
