//! Counters for operators, in Prometheus' text form. Labels are names of endpoints, codes and kinds: never people
//! or text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Upper bounds of the histogram's buckets, in microseconds.
const BOUNDS_US: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 10_000_000, 60_000_000];

/// All counters of a node.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: AtomicU64,
    streams: AtomicU64,
    restored: AtomicU64,
    kept_back: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    found: Mutex<BTreeMap<String, u64>>,
    /// Time in Sluis before a request left, per bucket, then the sum in microseconds.
    inside: [AtomicU64; 13],
    inside_sum: AtomicU64,
}

impl Metrics {
    /// A request came in.
    pub fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// An answer is streamed.
    pub fn stream(&self) {
        self.streams.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was not served, for the reason of this code.
    pub fn refused(&self, code: &'static str) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// Findings by kind.
    pub fn findings(&self, counts: &BTreeMap<String, u32>) {
        if counts.is_empty() {
            return;
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, count) in counts {
            *found.entry(kind.clone()).or_default() += u64::from(*count);
        }
    }

    /// Values put back, and tokens left standing.
    pub fn restored(&self, restored: u32, kept_back: u32) {
        self.restored.fetch_add(restored.into(), Ordering::Relaxed);
        self.kept_back.fetch_add(kept_back.into(), Ordering::Relaxed);
    }

    /// Microseconds a request spent in Sluis before it left.
    pub fn inside(&self, micros: u64) {
        let bucket = BOUNDS_US.iter().position(|&bound| micros <= bound).unwrap_or(BOUNDS_US.len());
        self.inside[bucket].fetch_add(1, Ordering::Relaxed);
        self.inside_sum.fetch_add(micros, Ordering::Relaxed);
    }

    /// The text that `/metrics` answers.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut counter = |name: &str, help: &str, rows: &[(String, u64)]| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter");
            for (labels, value) in rows {
                let _ = writeln!(out, "{name}{labels} {value}");
            }
        };
        let plain = |value: &AtomicU64| vec![(String::new(), value.load(Ordering::Relaxed))];
        counter("sluis_requests_total", "Requests that came in.", &plain(&self.requests));
        counter("sluis_streams_total", "Answers that were streamed.", &plain(&self.streams));
        counter("sluis_restored_total", "Values put back in answers.", &plain(&self.restored));
        counter(
            "sluis_kept_back_total",
            "Tokens left standing where a value could leak.",
            &plain(&self.kept_back),
        );
        let labelled = |name: &str, key: &str, value: u64| (format!("{{{name}=\"{key}\"}}"), value);
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let rows: Vec<_> = refused.iter().map(|(code, count)| labelled("code", code, *count)).collect();
        counter("sluis_refused_total", "Requests that were not served.", &rows);
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let rows: Vec<_> = found.iter().map(|(kind, count)| labelled("kind", kind, *count)).collect();
        counter("sluis_findings_total", "Findings in requests that left.", &rows);

        let name = "sluis_inside_seconds";
        let _ = writeln!(out, "# HELP {name} Time in Sluis before a request left.\n# TYPE {name} histogram");
        let mut sum = 0;
        for (bound, bucket) in BOUNDS_US.iter().zip(&self.inside) {
            sum += bucket.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}_bucket{{le=\"{}\"}} {sum}", seconds(*bound));
        }
        sum += self.inside[BOUNDS_US.len()].load(Ordering::Relaxed);
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {sum}");
        let _ = writeln!(out, "{name}_sum {}", seconds(self.inside_sum.load(Ordering::Relaxed)));
        let _ = writeln!(out, "{name}_count {sum}");
        out
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.request();
        metrics.refused("policy_blocked");
        metrics.findings(&BTreeMap::from([("person".to_owned(), 2)]));
        metrics.inside(300);
        let text = metrics.text();
        for line in [
            "sluis_requests_total 1",
            "sluis_refused_total{code=\"policy_blocked\"} 1",
            "sluis_findings_total{kind=\"person\"} 2",
            "sluis_inside_seconds_bucket{le=\"0.000250\"} 0",
            "sluis_inside_seconds_bucket{le=\"0.000500\"} 1",
            "sluis_inside_seconds_count 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
