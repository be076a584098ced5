//! The lock between people's data and AI: the command line, and the wiring of all other crates.

/// Prints a line, and hands on the error when nobody reads any more.
macro_rules! say {
    ($($text:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($text)*)))?
    };
}

/// The same without an end of line.
macro_rules! say_part {
    ($($text:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($text)*))?
    };
}

mod bench;
mod check;
mod demo;
mod erase;
mod eval;
mod evidence;
mod inventory;
mod jsonl;
mod keys;
mod listen;
mod mapfile;
mod marks;
mod mask;
mod mask_file;
mod node;
mod pages;
mod reading;
mod serve;
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// A request makes many small strings; this allocator is quicker with them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The lock between people's data and AI.
///
/// Sluis stands between your people and the AI they use. It replaces personal data by pseudonyms before a prompt
/// leaves, puts it back in the answer, obeys your policy, and keeps evidence without content.
#[derive(Parser)]
#[command(name = "sluis", version, about, max_term_width = 100)]
struct Cli {
    /// The settings file. Without it: sluis.toml in this folder, or the embedded defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show one prompt going out and coming back, with the demonstration model. Needs nothing, keeps nothing.
    Demo {
        /// The prompt to send instead of the example.
        text: Option<String>,
    },
    /// Run the gateway.
    Serve,
    /// Show the personal data in texts, documents, tables, messages and archives. Exit code 0: clean, 1: findings,
    /// 2: error, or something could not be read.
    Check {
        /// Files or folders; standard input when there are none.
        paths: Vec<PathBuf>,
        /// Read {"id","text"} lines on standard input, write findings as lines.
        #[arg(long, conflicts_with = "paths")]
        jsonl: bool,
        /// Say below the text why each thing was found, by line and column.
        #[arg(long, conflicts_with = "jsonl")]
        why: bool,
        /// Write what was found to this file, by file, kind and class, without the content: .csv, .json or .html.
        #[arg(long, value_name = "FILE", requires = "paths", conflicts_with_all = ["jsonl", "why"])]
        report: Option<PathBuf>,
        /// Which detector to use.
        #[arg(long, value_enum, default_value = "accurate")]
        profile: Profile,
    },
    /// Replace the personal data in a text or file by pseudonyms. Exit code as for check.
    ///
    /// With --out, the same kind of file comes back with its layout, and the map is sealed with the master key.
    Mask {
        /// A file; standard input when there is none.
        file: Option<PathBuf>,
        /// Read {"id","text"} lines on standard input, write {"id","text","map"} lines.
        #[arg(long, conflicts_with = "file")]
        jsonl: bool,
        /// Write the map from pseudonyms to values to this file (readable by you alone).
        #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
        map: Option<PathBuf>,
        /// Write the masked file here; a PDF becomes a text.
        #[arg(short, long, value_name = "FILE", requires_all = ["file", "map"])]
        out: Option<PathBuf>,
        /// Let pictures stay as they are instead of empty. What is on them is not read.
        #[arg(long, requires = "out")]
        keep_images: bool,
        /// Which detector to use.
        #[arg(long, value_enum, default_value = "accurate")]
        profile: Profile,
    },
    /// Put the values back in a file with pseudonyms, such as an answer about a masked file.
    Unmask {
        /// The file with pseudonyms.
        file: PathBuf,
        /// The map that mask --out wrote.
        #[arg(long, value_name = "FILE")]
        map: PathBuf,
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Read one file from standard input, with little memory and time: check and mask start this by themselves.
    #[command(hide = true)]
    ReadFile,
    /// Measure detection on texts in which people marked the personal data.
    Eval {
        /// Lines of {"text","spans":[{"start","end","kind"}],"special","verdict"}; offsets are characters.
        gold: PathBuf,
        /// Which detector to use.
        #[arg(long, value_enum, default_value = "accurate", conflicts_with = "findings")]
        profile: Profile,
        /// Measure findings that another program wrote, as lines in the form of check --jsonl.
        #[arg(long, value_name = "FILE")]
        findings: Option<PathBuf>,
        /// Also show the figures for each value of this field, such as lang.
        #[arg(long, value_name = "FIELD", conflicts_with = "json")]
        by: Option<String>,
        /// Print the figures as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check an exported ledger, offline. Exit code 0: sound, 1: not sound, 2: cannot be read.
    Verify {
        /// The file that `sluis export` wrote.
        ledger: PathBuf,
        /// The verifier key, if you have it from elsewhere than the file.
        #[arg(long)]
        key: Option<String>,
        /// An earlier checkpoint that the ledger must contain: proves that nothing was rolled back since.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
    },
    /// Write the evidence to a file that anyone can verify.
    Export {
        /// The file to write; - is standard output.
        file: PathBuf,
    },
    /// Print a signed checkpoint of the evidence, to be kept outside this machine.
    Checkpoint,
    /// Make, list and revoke the keys that programs and people use.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Erase what is kept, before its time.
    Erase {
        #[command(subcommand)]
        command: EraseCommand,
    },
    /// Copy everything to one file; secrets in it stay sealed.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Fill an empty database from a backup.
    Restore {
        /// The file that `sluis backup` wrote.
        file: PathBuf,
    },
    /// Check the settings file.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Measure detection and the gateway on this machine.
    Bench {
        /// Only detection: no network, some seconds.
        #[arg(long)]
        detection: bool,
        /// Requests per measurement of the gateway.
        #[arg(long, default_value_t = 2_000)]
        requests: usize,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key and show it, once.
    Make {
        /// For whom or what it is.
        label: String,
        /// Tools it may reach; all approved tools when none is named.
        #[arg(long)]
        tool: Vec<String>,
        /// Days until it expires.
        #[arg(long)]
        days: Option<u32>,
        /// Requests per minute.
        #[arg(long)]
        rate: Option<u32>,
        /// Model tokens per calendar month.
        #[arg(long)]
        tokens: Option<u64>,
        /// Address of mail of the person whose key it is: the gates of that person then count for it.
        #[arg(long, value_name = "EMAIL")]
        person: Option<String>,
        /// Name of the chat client whose key it is, such as open-webui: says what to put in the settings.
        #[arg(long, value_name = "NAME", conflicts_with = "person")]
        client: Option<String>,
    },
    /// List the keys, without their secrets.
    List,
    /// Revoke a key at once.
    Revoke {
        /// Its id, as in the list.
        id: String,
    },
}

#[derive(Subcommand)]
enum EraseCommand {
    /// Forget one conversation: its pseudonyms can no longer be turned back.
    Conversation {
        /// The name that the client gave it in the header x-sluis-conversation.
        name: String,
        /// The id of the key it was held with, as in `sluis key list`.
        #[arg(long)]
        key: String,
    },
    /// Erase what old entries of the evidence say; their records stay and verify.
    Entries {
        /// Entries older than this many days, 184 at least.
        #[arg(long)]
        older_than: u32,
        /// The name of your retention rule, which the records show from then on.
        #[arg(long)]
        rule: String,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say whether the settings are right, and what follows from them.
    Check,
}

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// Rules and lists: microseconds per page.
    Fast,
    /// Rules, lists and a trained model: some tens of milliseconds per page.
    Accurate,
}

impl From<Profile> for sluis_detect::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Fast => Self::Fast,
            Profile::Accurate => Self::Accurate,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        // Whoever read our output has seen enough.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sluis: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(broken))
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = || node::settings(cli.config.as_deref());
    match cli.command {
        Command::Check { paths, jsonl: false, why, report, profile } => {
            check::run(&paths, profile.into(), why, report.as_deref())
        }
        Command::Check { jsonl: true, profile, .. } => jsonl::check(profile.into()),
        Command::Mask { file: Some(file), map: Some(map), out: Some(out), keep_images, profile, .. } => {
            let pictures =
                if keep_images { sluis_extract::Pictures::Keep } else { sluis_extract::Pictures::Blank };
            mask_file::mask(&settings()?, &file, &out, &map, pictures, profile.into())
        }
        Command::Unmask { file, map, out } => mask_file::unmask(&settings()?, &file, &out, &map),
        Command::ReadFile => reading::serve(),
        Command::Mask { file, jsonl: false, map, profile, .. } => {
            mask::run(file.as_deref(), map.as_deref(), profile.into())
        }
        Command::Mask { jsonl: true, profile, .. } => jsonl::mask(profile.into()),
        Command::Eval { gold, profile, findings, by, json } => {
            let finder = match &findings {
                Some(lines) => eval::Finder::Lines(lines),
                None => eval::Finder::Detector(profile.into()),
            };
            eval::run(&gold, &finder, by.as_deref(), json)
        }
        Command::Verify { ledger, key, checkpoint } => evidence::verify(&ledger, key, checkpoint.as_deref()),
        Command::Config { command: ConfigCommand::Check } => serve::check_config(&settings()?),
        Command::Demo { text } => node::block_on(demo::run(text)),
        Command::Serve => node::block_on(serve::run(settings()?)),
        Command::Export { file } => node::block_on(evidence::export(settings()?, file)),
        Command::Checkpoint => node::block_on(evidence::checkpoint(settings()?)),
        Command::Key { command } => match command {
            KeyCommand::Make { label, tool, days, rate, tokens, person, client } => {
                let wanted = keys::Wanted { label, tools: tool, days, rate, tokens, person: None };
                node::block_on(keys::make(settings()?, wanted, person, client))
            }
            KeyCommand::List => node::block_on(keys::list(settings()?)),
            KeyCommand::Revoke { id } => node::block_on(keys::revoke(settings()?, id)),
        },
        Command::Erase { command: EraseCommand::Conversation { name, key } } => {
            node::block_on(erase::conversation(settings()?, name, key))
        }
        Command::Erase { command: EraseCommand::Entries { older_than, rule } } => {
            node::block_on(erase::entries(settings()?, older_than, rule))
        }
        Command::Backup { file } => node::block_on(evidence::backup(settings()?, file)),
        Command::Restore { file } => node::block_on(evidence::restore(settings()?, file)),
        Command::Bench { detection, requests } => bench::run(detection, requests),
    }
}
