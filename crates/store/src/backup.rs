//! Backup and restore in one format of our own, the same for both databases.
//!
//! ```text
//! {"sluis_backup":1,"schema":1,"key":"<fingerprint of the master key>","tables":[{"name":"ledger","columns":[["seq","int"],…]},…]}
//! {"ledger":[0,"<base64>","<base64>",1760000000000000,"<base64>",null]}
//! …
//! {"end":{"rows":N,"mac":"<HMAC-SHA256 of every byte before this line>"}}
//! ```
//!
//! Sealed values stay sealed. The tables are those of the version that wrote the backup; a newer program restores them as they
//! were and then migrates. The code at the end is made with a key derived from the master key, so a backup that was
//! cut short or changed is refused before a single row is written.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read as _, Seek as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sluis_ledger::{from_hex, hex};
use sqlx::{AssertSqlSafe, Row as _};

use crate::Store;
use crate::db::{Db, chunk, insert_rows, snapshot, writing};
use crate::error::{Result, StoreError};
use crate::schema::{Kind, NEWEST, TABLES, Table, migrate};
use crate::seal::MasterKey;

/// Longest line of a backup in bytes: far more than any row has, and a limit on what a wrong file can cost.
const MAX_LINE: u64 = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    sluis_backup: u32,
    schema: i64,
    key: String,
    tables: Vec<Layout>,
}

/// A table as it was when the backup was made.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    name: String,
    columns: Vec<(String, Kind)>,
}

#[derive(Serialize, Deserialize)]
struct Last {
    end: End,
}

#[derive(Serialize, Deserialize)]
struct End {
    rows: u64,
    mac: String,
}

/// A value of a row.
enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Store {
    /// Writes everything to a new file that only its owner can read, as it stands at one moment, while others go on
    /// reading and writing. The file appears under its name only when it is complete.
    ///
    /// # Errors
    /// `File` (`AlreadyExists` if there is such a file), or the database's.
    pub async fn backup(&self, path: &Path) -> Result<()> {
        if fs::exists(path)? {
            return Err(StoreError::File(std::io::ErrorKind::AlreadyExists));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let done = self.write_backup(&part).await.and_then(|()| {
            fs::rename(&part, path)?;
            // The name is durable only when the folder is.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
        });
        if done.is_err() {
            // The first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        done
    }

    async fn write_backup(&self, path: &Path) -> Result<()> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut out = Signed { file: BufWriter::new(file), context: mac(&self.inner.master) };
        let key = self.inner.master.fingerprint();
        let columns = |table: &Table| {
            table.columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect::<Vec<_>>()
        };
        let tables =
            TABLES.iter().map(|table| Layout { name: table.name.to_owned(), columns: columns(table) });
        out.line(&Header { sluis_backup: 1, schema: NEWEST, key, tables: tables.collect() })?;
        let mut count = 0;
        snapshot!(&self.inner.db, |conn| {
            for table in TABLES {
                let mut rows = sqlx::query(AssertSqlSafe(select(table))).fetch(&mut *conn);
                while let Some(row) = rows.try_next().await? {
                    let mut values = Vec::with_capacity(table.columns.len());
                    for ((_, kind), index) in table.columns.iter().zip(0_usize..) {
                        values.push(match kind {
                            Kind::Int => {
                                row.try_get::<Option<i64>, _>(index)?.map_or(Value::Null, Value::from)
                            }
                            Kind::Text => {
                                row.try_get::<Option<String>, _>(index)?.map_or(Value::Null, Value::from)
                            }
                            Kind::Bytes => row
                                .try_get::<Option<Vec<u8>>, _>(index)?
                                .map_or(Value::Null, |bytes| STANDARD.encode(bytes).into()),
                        });
                    }
                    out.line(&Map::from_iter([(table.name.to_owned(), Value::Array(values))]))?;
                    count += 1;
                }
            }
        });
        let end = End { rows: count, mac: hex(out.context.clone().sign().as_ref()) };
        out.line(&Last { end })?;
        let file = out.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }
}

/// Brings a backup of either database back into an empty database of either kind, which is made if it is a file of SQLite
/// that is not there. The backup is checked as a whole first; then all rows go in with one transaction.
///
/// # Errors
/// `Backup`, `WrongMasterKey`, `NewerSchema`, `NotEmpty`, `File`, or the database's.
pub async fn restore(path: &Path, url: &str, master: &MasterKey) -> Result<()> {
    let mut file = BufReader::new(File::open(path)?);
    let header = check(&mut file, master)?;
    file.rewind()?;
    let db = Db::connect(url).await?;
    let done = fill(&db, &mut file, &header).await;
    db.close().await;
    done
}

async fn fill(db: &Db, file: &mut BufReader<File>, header: &Header) -> Result<()> {
    migrate(db, header.schema).await?;
    let mut line = Vec::new();
    writing!(db, |conn| {
        for table in header.tables.iter().filter(|table| table.name != "meta" && table.name != "ledger_head")
        {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", table.name);
            if sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut *conn).await?.is_some() {
                return Err(StoreError::NotEmpty);
            }
        }
        // A database that was opened but never used has a name and an empty chain; the backup brings its own.
        sqlx::raw_sql("DELETE FROM meta; DELETE FROM ledger_head").execute(&mut *conn).await?;
        let mut rows: Vec<(&Layout, Vec<Cell>)> = Vec::new();
        let mut more = true;
        read_line(file, &mut line)?;
        while more {
            read_line(file, &mut line)?;
            let next = read_row(&line, &header.tables)?;
            more = next.is_some();
            let same = rows
                .first()
                .is_none_or(|(table, _)| next.as_ref().is_some_and(|(other, _)| other.name == table.name));
            if !same || rows.len() == 64 {
                let mut rest = std::mem::take(&mut rows).into_iter();
                while let Some(table) = rest.as_slice().first().map(|(table, _)| *table) {
                    let size = chunk(rest.len());
                    let columns: Vec<_> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
                    let mut query = sqlx::query(AssertSqlSafe(insert_rows(&table.name, &columns, size)));
                    for cell in rest.by_ref().take(size).flat_map(|(_, cells)| cells) {
                        query = match cell {
                            Cell::Int(value) => query.bind(value),
                            Cell::Text(value) => query.bind(value),
                            Cell::Bytes(value) => query.bind(value),
                        };
                    }
                    query.execute(&mut *conn).await?;
                }
            }
            rows.extend(next);
        }
    });
    migrate(db, NEWEST).await
}

/// Reads the whole file and checks its code; gives its first line.
fn check(file: &mut impl BufRead, master: &MasterKey) -> Result<Header> {
    let mut line = Vec::new();
    read_line(file, &mut line)?;
    let header: Header =
        serde_json::from_slice(&line).map_err(|_| StoreError::Backup("it does not start like one"))?;
    if header.sluis_backup != 1 {
        return Err(StoreError::Backup("its format is not known"));
    }
    if header.key != master.fingerprint() {
        return Err(StoreError::WrongMasterKey);
    }
    // The names become part of SQL. The code vouches for them; that they are names is looked at all the same.
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let named = |table: &Layout| is_name(&table.name) && table.columns.iter().all(|(name, _)| is_name(name));
    if !header.tables.iter().all(named) {
        return Err(StoreError::Backup("its tables have no proper names"));
    }
    if header.schema > NEWEST || header.schema < 1 {
        return Err(StoreError::NewerSchema { found: header.schema, known: NEWEST });
    }
    let mut context = mac(master);
    let mut rows = 0;
    loop {
        context.update(&line);
        read_line(file, &mut line)?;
        if let Some(Last { end }) = end_of(&line) {
            let given = from_hex(end.mac.as_bytes()).ok_or(StoreError::Backup("its code is not one"))?;
            let good = verify_slices_are_equal(context.sign().as_ref(), &given).is_ok();
            if !good || end.rows != rows {
                return Err(StoreError::Backup("it was changed"));
            }
            return Ok(header);
        }
        rows += 1;
    }
}

fn end_of(line: &[u8]) -> Option<Last> {
    line.starts_with(b"{\"end\":").then(|| serde_json::from_slice(line).ok())?
}

/// The table and cells of a line; `None` for the last one.
fn read_row<'a>(line: &[u8], tables: &'a [Layout]) -> Result<Option<(&'a Layout, Vec<Cell>)>> {
    const WRONG: StoreError = StoreError::Backup("a row does not fit its table");
    if end_of(line).is_some() {
        return Ok(None);
    }
    let row: Map<String, Value> = serde_json::from_slice(line).map_err(|_| WRONG)?;
    let (name, value) = row.into_iter().next().ok_or(WRONG)?;
    let table = tables.iter().find(|table| table.name == name).ok_or(WRONG)?;
    let Value::Array(values) = value else { return Err(WRONG) };
    if values.len() != table.columns.len() {
        return Err(WRONG);
    }
    let cells = values.into_iter().zip(&table.columns).map(|(value, (_, kind))| match (kind, value) {
        (Kind::Int, Value::Null) => Ok(Cell::Int(None)),
        (Kind::Text, Value::Null) => Ok(Cell::Text(None)),
        (Kind::Bytes, Value::Null) => Ok(Cell::Bytes(None)),
        (Kind::Int, value) => value.as_i64().map(|number| Cell::Int(Some(number))).ok_or(WRONG),
        (Kind::Text, Value::String(text)) => Ok(Cell::Text(Some(text))),
        (Kind::Bytes, Value::String(text)) => {
            STANDARD.decode(text).map(|bytes| Cell::Bytes(Some(bytes))).map_err(|_| WRONG)
        }
        _ => Err(WRONG),
    });
    cells.collect::<Result<Vec<_>>>().map(|cells| Some((table, cells)))
}

fn read_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> Result<()> {
    line.clear();
    file.take(MAX_LINE).read_until(b'\n', line)?;
    if line.ends_with(b"\n") { Ok(()) } else { Err(StoreError::Backup("it breaks off")) }
}

fn select(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|(name, _)| *name).collect();
    format!("SELECT {} FROM {} ORDER BY {}", names.join(", "), table.name, names[..table.key].join(", "))
}

fn mac(master: &MasterKey) -> Context {
    Context::with_key(&Key::new(HMAC_SHA256, &master.derive("backup")))
}

/// A file whose bytes go through the code on their way.
struct Signed {
    file: BufWriter<File>,
    context: Context,
}

impl Signed {
    fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value).map_err(|_| StoreError::Corrupt("a row that is no JSON"))?;
        line.push(b'\n');
        self.context.update(&line);
        Ok(self.file.write_all(&line)?)
    }
}
