//! A load of requests, and what came of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::StreamExt as _;

/// Where a load goes.
#[derive(Clone)]
pub struct Target {
    pub url: String,
    pub key: String,
    pub body: String,
}

/// Latencies of a load, sorted, and how long it took as a whole.
pub struct Outcome {
    latencies: Vec<Duration>,
    whole: Duration,
}

impl Outcome {
    /// The latency that this share (0 to 100) of the requests stayed under, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }

    /// Requests per second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
        let count = self.latencies.len() as f64;
        count / self.whole.as_secs_f64()
    }
}

/// Sends `requests` requests, `concurrent` at a time, over kept connections.
pub async fn run(
    client: &reqwest::Client,
    target: &Target,
    concurrent: usize,
    requests: usize,
) -> anyhow::Result<Outcome> {
    let left = Arc::new(AtomicUsize::new(requests));
    let begin = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..concurrent {
        let (client, target, left) = (client.clone(), target.clone(), Arc::clone(&left));
        workers.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                let start = Instant::now();
                let response = send(&client, &target).await?;
                response.bytes().await?;
                latencies.push(start.elapsed());
            }
            anyhow::Ok(latencies)
        }));
    }
    let mut latencies = Vec::with_capacity(requests);
    for worker in workers {
        latencies.extend(worker.await??);
    }
    let whole = begin.elapsed();
    latencies.sort_unstable();
    Ok(Outcome { latencies, whole })
}

/// Time to the first piece of a stream, and to its end.
pub async fn stream(client: &reqwest::Client, target: &Target) -> anyhow::Result<(Duration, Duration)> {
    let start = Instant::now();
    let response = send(client, target).await?;
    let mut pieces = response.bytes_stream();
    let mut first = None;
    while let Some(piece) = pieces.next().await {
        piece?;
        first.get_or_insert_with(|| start.elapsed());
    }
    Ok((first.unwrap_or_default(), start.elapsed()))
}

async fn send(client: &reqwest::Client, target: &Target) -> anyhow::Result<reqwest::Response> {
    let response = client
        .post(&target.url)
        .bearer_auth(&target.key)
        .header("content-type", "application/json")
        .body(target.body.clone())
        .send()
        .await?;
    ensure!(
        response.status().is_success(),
        "a request of the measurement was refused: {}",
        response.status()
    );
    Ok(response)
}
