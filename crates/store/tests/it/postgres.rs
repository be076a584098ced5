//! A PostgreSQL server for the tests: the one that `SLUIS_TEST_POSTGRES` names, or one of our own that lives as long as
//! the test process.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// URL of the server without a database: `postgres://user@host:port`.
static SERVER: LazyLock<String> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "the harness of the tests is told where a server runs")]
    let given = std::env::var("SLUIS_TEST_POSTGRES");
    given.map_or_else(|_| start(), |url| url.trim_end_matches('/').to_owned())
});

const MISSING: &str = "the tests need PostgreSQL: install the package `postgresql` (Debian, Ubuntu; `initdb` and `postgres` \
    are looked for on PATH and in /usr/lib/postgresql/*/bin), or set SLUIS_TEST_POSTGRES to the URL of a server, without \
    a database, whose user may create databases";

/// Runs until its standard input ends, which it does with the test process, however that ends.
const SCRIPT: &str = r#"
    cd "$DIR" || exit 1
    "$BIN/initdb" -D data -U sluis -A trust -E UTF8 --no-sync >log 2>&1 || exit 1
    "$BIN/postgres" -D data -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c fsync=off -c max_connections=300 >>log 2>&1 &
    cat >/dev/null
    kill -INT $!
    wait $!
    cd / && rm -rf "$DIR"
"#;

/// A database of its own, dropped at the end.
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub async fn make() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("sluis_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = server().await;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut server).await.unwrap();
        Self { url: format!("{}/{name}", *SERVER), name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server().await).await.unwrap();
            });
        });
        // A test that fails already says what matters.
        let _ = dropping.join();
    }
}

/// A connection to the server, which may still be starting.
pub async fn server() -> PgConnection {
    let url = format!("{}/postgres", *SERVER);
    for _ in 0..600 {
        if let Ok(connection) = PgConnection::connect(&url).await {
            return connection;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("PostgreSQL does not answer at the place given for the tests");
}

fn start() -> String {
    let bin = find().expect(MISSING);
    // The server of PostgreSQL does not run as root.
    let root = output(Command::new("id").arg("-u")) == "0";
    let dir = tempfile::Builder::new().prefix("sluis-postgres-").tempdir().unwrap().keep();
    let mut command = if root {
        assert!(Command::new("chown").arg("postgres").arg(&dir).status().unwrap().success(), "{MISSING}");
        let mut command = Command::new("su");
        command.args(["postgres", "-s", "/bin/sh", "-c", SCRIPT]);
        command
    } else {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT]);
        command
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = command
        .env("BIN", bin)
        .env("DIR", dir)
        .env("PORT", port.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The end of this process closes the pipe, and nothing sooner.
    std::mem::forget(child);
    format!("postgres://sluis@127.0.0.1:{port}")
}

/// The folder with `initdb` and `postgres`.
fn find() -> Option<PathBuf> {
    let on_path = output(Command::new("/bin/sh").args(["-c", "command -v initdb"]));
    let mut folders: Vec<PathBuf> = std::fs::canonicalize(on_path)
        .ok()
        .and_then(|path| Some(path.parent()?.to_owned()))
        .into_iter()
        .collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn output(command: &mut Command) -> String {
    command
        .output()
        .map_or_else(|_| String::new(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}
