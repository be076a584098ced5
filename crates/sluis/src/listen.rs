//! Taking connections, with limits on how many and how slow.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections at one time; who comes then waits for a place.
const MOST_CONNECTIONS: usize = 4_096;

/// How long a client may take for the head of a request, and how long a kept connection may be idle.
const HEAD: Duration = Duration::from_secs(30);

/// How long running requests may take to end when the program stops.
const FAREWELL: Duration = Duration::from_secs(30);

/// Serves until `stop`; then lets running requests end.
///
/// # Errors
/// None of a single connection's: those end with the connection.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    let running = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        let connection = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((connection, _)) = connection else {
            // Out of file handles, mostly: others have to end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // A streamed answer is many small pieces; the kernel would hold each back until the one before it is
        // acknowledged. A connection that is gone already says so at its first read.
        let _ = connection.set_nodelay(true);
        let service = TowerToHyperService::new(routes.clone());
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(connection), service);
        let serving = running.watch(serving);
        tokio::spawn(async move {
            // What goes wrong on a connection is that connection's: the client left, or spoke no HTTP.
            let _ = serving.await;
            drop(place);
        });
    }
    drop(listener);
    // Who is not done by then is cut off; the evidence of it stands all the same.
    let _ = tokio::time::timeout(FAREWELL, running.shutdown()).await;
    Ok(())
}
