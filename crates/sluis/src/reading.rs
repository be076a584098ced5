//! Files are read and rewritten by a process of their own, with little memory and time and nothing else: a file that
//! breaks its reader costs that file and no more.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use sluis_extract::{At, Edit, Format, Hidden, Pictures, Unread, Unreadable, Unwritable};

use crate::walk;

/// Address space of the process, in bytes.
const MEMORY: u64 = 4 << 30;
/// Its processor time, in seconds.
const PROCESSOR: u64 = 60;
/// After this it gives up by itself.
const PATIENCE: Duration = Duration::from_mins(1);
/// After this it is ended.
const END: Duration = Duration::from_secs(90);
/// The most that is taken from it, in bytes.
const ANSWER: u64 = 1 << 30;

/// A text of a file, with its place in words.
#[derive(Debug, Serialize, Deserialize)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The column or field it stands under.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    place: String,
    /// Its first line, where lines are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Whether it is out of sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
}

impl Piece {
    /// Where the byte `offset` stands.
    pub fn place(&self, offset: usize) -> String {
        let Some(first) = self.line else { return self.place.clone() };
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + first as usize;
        let space = if self.place.is_empty() { "" } else { " " };
        format!("{}{space}line {line}", self.place)
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct Contents {
    /// What kind it is.
    pub format: Format,
    /// Its texts.
    pub pieces: Vec<Piece>,
    /// What in it was not read.
    pub unread: Vec<Unread>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The file cannot be opened.
    Closed(walk::Unread),
    /// It can be opened, but not read.
    File(Unreadable),
    /// It can be read, but not given back.
    Writing(Unwritable),
    /// A value was still in it after masking.
    Leftover,
    /// Reading it ended the reader.
    Broken,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed(why) => f.write_str(why.reason()),
            Self::File(why) => why.fmt(f),
            Self::Writing(why) => write!(f, "is not masked: {why}"),
            Self::Leftover => {
                f.write_str("is not masked: a value was still in it afterwards, so nothing was written")
            }
            Self::Broken => f.write_str("cannot be read within the limits of memory and time; split it"),
        }
    }
}

impl std::error::Error for Refused {}

/// What the process is asked.
#[derive(Debug, Serialize, Deserialize)]
enum Work {
    Read,
    /// The same file with edits; none of the values may be in it then.
    Rewrite {
        edits: Vec<Edit>,
        values: Vec<String>,
        keep_pictures: bool,
    },
    /// Its texts alone, with edits.
    Text {
        edits: Vec<Edit>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Job {
    name: String,
    work: Work,
}

/// The first line of an answer.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// A line for each piece follows.
    Pieces {
        format: Format,
        unread: Vec<Unread>,
        count: usize,
    },
    /// So many bytes follow.
    Bytes(usize),
    Refused(Unreadable),
    Unwritable(String),
    Leftover,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<(Vec<u8>, Contents), Refused> {
    let bytes = walk::bytes(path).map_err(Refused::Closed)?;
    let contents = contents(&bytes, &name(path))?;
    Ok((bytes, contents))
}

/// The name of a file, which helps to know its kind.
pub fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads the bytes of a file.
pub fn contents(bytes: &[u8], name: &str) -> Result<Contents, Refused> {
    let job = Job { name: name.to_owned(), work: Work::Read };
    ask(&job, bytes, |answer, lines| {
        let Answer::Pieces { format, unread, count } = answer else { return Err(refusal(answer)) };
        let mut pieces = Vec::new();
        let mut line = String::new();
        while pieces.len() < count {
            line.clear();
            lines.read_line(&mut line).map_err(|_| Refused::Broken)?;
            pieces.push(serde_json::from_str(&line).map_err(|_| Refused::Broken)?);
        }
        Ok(Contents { format, pieces, unread })
    })
}

/// The same file with edits in it, in which none of the values is left.
pub fn rewrite(
    bytes: &[u8],
    name: &str,
    edits: Vec<Edit>,
    values: Vec<String>,
    pictures: Pictures,
) -> Result<Vec<u8>, Refused> {
    let work = Work::Rewrite { edits, values, keep_pictures: pictures == Pictures::Keep };
    ask(&Job { name: name.to_owned(), work }, bytes, take_bytes)
}

/// The texts of a file with edits in them.
pub fn text(bytes: &[u8], name: &str, edits: Vec<Edit>) -> Result<Vec<u8>, Refused> {
    ask(&Job { name: name.to_owned(), work: Work::Text { edits } }, bytes, take_bytes)
}

fn take_bytes(answer: Answer, lines: &mut dyn std::io::BufRead) -> Result<Vec<u8>, Refused> {
    let Answer::Bytes(count) = answer else { return Err(refusal(answer)) };
    let mut out = Vec::new();
    lines.read_to_end(&mut out).map_err(|_| Refused::Broken)?;
    if out.len() == count { Ok(out) } else { Err(Refused::Broken) }
}

fn refusal(answer: Answer) -> Refused {
    match answer {
        Answer::Refused(why) => Refused::File(why),
        Answer::Unwritable(why) => Refused::Writing(match why.as_str() {
            "format" => Unwritable::Format,
            "unread" => Unwritable::Unread,
            "fixed" => Unwritable::Fixed,
            _ => Unwritable::Changed,
        }),
        Answer::Leftover => Refused::Leftover,
        Answer::Pieces { .. } | Answer::Bytes(_) => Refused::Broken,
    }
}

/// Starts the process, gives it the job, and hears it out.
fn ask<T>(
    job: &Job,
    bytes: &[u8],
    hear: impl FnOnce(Answer, &mut dyn std::io::BufRead) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let program = std::env::current_exe().map_err(|_| Refused::Broken)?;
    let mut child = Command::new(program)
        .arg("read-file")
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Refused::Broken)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Refused::Broken);
    };
    let child = Mutex::new(child);
    let (done, waits) = channel::<()>();
    let heard = std::thread::scope(|scope| {
        let child = &child;
        scope.spawn(move || {
            if waits.recv_timeout(END) == Err(RecvTimeoutError::Timeout) {
                stop(child);
            }
        });
        scope.spawn(move || {
            // A reader that has seen enough closes its end; its answer says why.
            let mut first = serde_json::to_vec(job).unwrap_or_default();
            first.push(b'\n');
            let _ = input.write_all(&first).and_then(|()| input.write_all(bytes));
        });
        let mut lines = BufReader::new(output.take(ANSWER));
        let heard = first_line(&mut lines).and_then(|answer| hear(answer, &mut lines));
        drop(lines);
        if heard.is_err() {
            stop(child);
        }
        drop(done);
        heard
    });
    let ended = child.into_inner().unwrap_or_else(PoisonError::into_inner).wait();
    match heard {
        Ok(_) if !ended.is_ok_and(|status| status.success()) => Err(Refused::Broken),
        heard => heard,
    }
}

fn stop(child: &Mutex<Child>) {
    // It may have ended by itself.
    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
}

fn first_line(lines: &mut impl std::io::BufRead) -> Result<Answer, Refused> {
    let mut line = String::new();
    lines.read_line(&mut line).map_err(|_| Refused::Broken)?;
    serde_json::from_str(&line).map_err(|_| Refused::Broken)
}

/// The process itself: a job and a file on standard input, the answer on standard output.
pub fn serve() -> anyhow::Result<ExitCode> {
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, limit(MEMORY))?;
    setrlimit(Resource::Cpu, limit(PROCESSOR))?;
    setrlimit(Resource::Core, limit(0))?;
    setrlimit(Resource::Fsize, limit(0))?;
    let started = Instant::now();
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut line = String::new();
    input.read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    let mut bytes = Vec::new();
    input.take(sluis_extract::MAX_INPUT as u64 + 1).read_to_end(&mut bytes)?;
    let expired = || started.elapsed() > PATIENCE;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let document = match sluis_extract::read(&bytes, &job.name, &expired) {
        Ok(document) => document,
        Err(why) => return finish(&mut out, &Answer::Refused(why), &[]),
    };
    match job.work {
        Work::Read => {
            let answer = Answer::Pieces {
                format: document.format,
                unread: document.unread,
                count: document.segments.len(),
            };
            write_line(&mut out, &answer)?;
            for one in document.segments {
                let line = if let At::Line(line) = one.place.at { Some(line) } else { None };
                let place = if line.is_some() { one.place.part.to_string() } else { one.place.to_string() };
                let piece =
                    Piece { text: one.text, label: one.label.to_string(), place, line, hidden: one.hidden };
                write_line(&mut out, &piece)?;
            }
            out.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        Work::Text { edits } => {
            let text = document.text(&edits);
            finish(&mut out, &Answer::Bytes(text.len()), text.as_bytes())
        }
        Work::Rewrite { edits, values, keep_pictures } => {
            let pictures = if keep_pictures { Pictures::Keep } else { Pictures::Blank };
            match document.rewrite(&bytes, &edits, pictures) {
                Ok(file) if sluis_extract::holds(&file, &values) => finish(&mut out, &Answer::Leftover, &[]),
                Ok(file) => finish(&mut out, &Answer::Bytes(file.len()), &file),
                Err(why) => {
                    let why = match why {
                        Unwritable::Format => "format",
                        Unwritable::Unread => "unread",
                        Unwritable::Fixed => "fixed",
                        Unwritable::Changed => "changed",
                    };
                    finish(&mut out, &Answer::Unwritable(why.to_owned()), &[])
                }
            }
        }
    }
}

fn write_line(out: &mut impl std::io::Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(out.write_all(b"\n")?)
}

fn finish(out: &mut impl std::io::Write, answer: &Answer, bytes: &[u8]) -> anyhow::Result<ExitCode> {
    write_line(out, answer)?;
    out.write_all(bytes)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
