//! The settings file (`sluis.toml`): server, policy and tools in one text that is refused as a whole when any
//! part of it is unknown or contradicts another.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use aws_lc_rs::digest;
use serde::Deserialize;
use sluis_detect::Profile;
use toml::Spanned;

use crate::class::DataClass;
use crate::client::{ChatClient, ClientTable};
use crate::policy::{Answers, Overrides, Policy, Protocol, Sink, Sinks, Tool, Trust, contradiction};
use crate::sign_in::{SignIn, SignInTable};
use crate::verdict::{Language, Verdict};

/// The largest settings file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// The most confidential terms of an organisation, and the most characters in one.
const MAX_TERMS: usize = 5_000;
const MAX_TERM: usize = 200;

/// The longest that chats are kept, in days.
const MAX_CHAT_DAYS: u32 = 365;

/// Everything a node needs to know before it starts, apart from secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Language of messages to people.
    pub language: Language,
    /// Address to listen on.
    pub listen: String,
    /// Where people and programs find this node, such as `https://sluis.example`, without a slash at the end. `None`: where
    /// it listens, without encryption.
    pub address: Option<String>,
    /// Folder for the embedded database and the master key.
    pub data: String,
    /// Database address; `None` is SQLite in the data folder.
    pub database: Option<String>,
    /// Whether the demonstration model is offered next to the tools.
    pub demo: bool,
    /// How personal data is looked for.
    pub detection: Detection,
    /// Days that chats of the pages are kept after their last turn; 0 is not at all.
    pub chat_days: u32,
    /// How people sign in.
    pub sign_in: SignIn,
    /// The policy.
    pub policy: Policy,
    /// Chat clients that ask for the people who use them.
    pub clients: Vec<ChatClient>,
}

/// How personal data is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The detector.
    pub profile: Profile,
    /// The organisation's own confidential terms (B-02).
    pub terms: Vec<String>,
}

/// Why a settings file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SettingsError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    language: Language,
    listen: String,
    address: Option<Spanned<String>>,
    data: String,
    database: Option<Spanned<String>>,
    demo: Option<bool>,
    detection: DetectionTable,
    chats: ChatsTable,
    sign_in: SignInTable,
    policy: PolicyTable,
    tools: BTreeMap<Spanned<String>, Spanned<ToolTable>>,
    clients: BTreeMap<Spanned<String>, ClientTable>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            language: Language::Nl,
            listen: "127.0.0.1:8787".into(),
            address: None,
            data: "sluis-data".into(),
            database: None,
            demo: None,
            detection: DetectionTable::default(),
            chats: ChatsTable::default(),
            sign_in: SignInTable::default(),
            policy: PolicyTable::default(),
            tools: BTreeMap::new(),
            clients: BTreeMap::new(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct DetectionTable {
    profile: ProfileName,
    terms: Vec<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ChatsTable {
    days: Option<Spanned<u32>>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    Fast,
    #[default]
    Accurate,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct PolicyTable {
    answers: Answers,
    overrides: Overrides,
    keep_days: Option<Spanned<u32>>,
    restore: RestoreTable,
    table: BTreeMap<Trust, BTreeMap<DataClass, Spanned<Verdict>>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RestoreTable {
    text: Option<Sink>,
    url: Option<Sink>,
    tool: Option<Sink>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolTable {
    url: Option<Spanned<String>>,
    #[serde(default)]
    protocol: Protocol,
    /// Left out: nobody decided in the settings.
    trust: Option<Trust>,
    #[serde(default)]
    models: Vec<String>,
    key_env: Option<String>,
    key_file: Option<String>,
}

impl Settings {
    /// Reads a settings file's text. An empty text is valid: embedded defaults and the demonstration model.
    ///
    /// # Errors
    /// The first unknown key, wrong value or contradiction, with its line.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let at = |offset: usize, reason: String| SettingsError {
            line: 1 + text.char_indices().filter(|&(place, char)| char == '\n' && place < offset).count(),
            reason,
        };
        if text.len() > MAX_BYTES {
            return Err(at(0, format!("the file is larger than {MAX_BYTES} bytes")));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            at(error.span().map_or(0, |span| span.start), error.message().replace('\n', " "))
        })?;

        if let Some(database) = &file.database
            && !["sqlite:", "postgres://", "postgresql://"]
                .iter()
                .any(|kind| database.get_ref().starts_with(kind))
        {
            return Err(at(database.span().start, "database is sqlite:path or postgres://…".into()));
        }
        if let Some(address) = &file.address
            && !is_origin(address.get_ref().trim_end_matches('/'))
        {
            let reason =
                "address is https://name or http://name, with a port if need be, and nothing behind it";
            return Err(at(address.span().start, reason.into()));
        }
        let mut table = BTreeMap::new();
        for (&trust, classes) in &file.policy.table {
            for (&class, verdict) in classes {
                if let Some(reason) = contradiction(trust, class, *verdict.get_ref()) {
                    return Err(at(verdict.span().start, reason.into()));
                }
                table.insert((trust, class), *verdict.get_ref());
            }
        }
        let keep_days = days("keep_days", file.policy.keep_days.as_ref(), 1..=3650, &at)?;
        let chat_days = days("days", file.chats.days.as_ref(), 0..=MAX_CHAT_DAYS, &at)?;
        let detection = file.detection.compile(&at)?;
        let sign_in = file.sign_in.compile(&at)?;
        let mut tools = Vec::new();
        for (name, tool) in &file.tools {
            tools.push(compile_tool(name.get_ref(), tool, &at)?);
        }
        let demo = file.demo.unwrap_or(tools.is_empty());
        if demo {
            if tools.iter().any(|tool| tool.name == DEMO) {
                return Err(at(0, "the name \"demo\" is taken by the demonstration model".into()));
            }
            tools.push(demo_tool());
        }
        let mut clients = Vec::new();
        for (name, table) in &file.clients {
            let client = table.client(name.get_ref(), &clients);
            clients.push(client.map_err(|reason| at(name.span().start, reason))?);
        }
        let defaults = Sinks::default();
        Ok(Self {
            language: file.language,
            listen: file.listen,
            address: file.address.map(|address| address.into_inner().trim_end_matches('/').to_owned()),
            data: file.data,
            database: file.database.map(Spanned::into_inner),
            demo,
            detection,
            chat_days,
            sign_in,
            policy: Policy {
                version: version(text),
                tools,
                table,
                answers: file.policy.answers,
                sinks: Sinks {
                    text: file.policy.restore.text.unwrap_or(defaults.text),
                    url: file.policy.restore.url.unwrap_or(defaults.url),
                    tool: file.policy.restore.tool.unwrap_or(defaults.tool),
                },
                keep_days,
                overrides: file.policy.overrides,
            },
            clients,
        })
    }
}

impl DetectionTable {
    fn compile(self, at: &impl Fn(usize, String) -> SettingsError) -> Result<Detection, SettingsError> {
        for term in &self.terms {
            if !(2..=MAX_TERM).contains(&term.get_ref().trim().chars().count()) {
                return Err(at(term.span().start, format!("a term has 2 to {MAX_TERM} characters")));
            }
        }
        if self.terms.len() > MAX_TERMS {
            return Err(at(0, format!("there are more than {MAX_TERMS} terms")));
        }
        Ok(Detection {
            profile: match self.profile {
                ProfileName::Fast => Profile::Fast,
                ProfileName::Accurate => Profile::Accurate,
            },
            terms: self.terms.into_iter().map(Spanned::into_inner).collect(),
        })
    }
}

/// A number of days, thirty if nothing is said.
fn days(
    name: &str,
    written: Option<&Spanned<u32>>,
    range: RangeInclusive<u32>,
    at: &impl Fn(usize, String) -> SettingsError,
) -> Result<u32, SettingsError> {
    match written {
        Some(days) if !range.contains(days.get_ref()) => {
            let (least, most) = (range.start(), range.end());
            Err(at(days.span().start, format!("{name} is a number from {least} to {most}")))
        }
        days => Ok(days.map_or(30, |days| *days.get_ref())),
    }
}

/// Whether this is the first part of an address: a scheme, a name and perhaps a port.
fn is_origin(address: &str) -> bool {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c))
    })
}

/// The name of the demonstration model, as tool and as model.
pub const DEMO: &str = "demo";

fn demo_tool() -> Tool {
    Tool {
        name: DEMO.into(),
        trust: Trust::Own,
        is_judged: true,
        protocol: Protocol::Demo,
        url: String::new(),
        models: vec![DEMO.into()],
        key_env: None,
        key_file: None,
    }
}

fn compile_tool(
    name: &str,
    tool: &Spanned<ToolTable>,
    at: &impl Fn(usize, String) -> SettingsError,
) -> Result<Tool, SettingsError> {
    let start = tool.span().start;
    let tool = tool.get_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return Err(at(
            start,
            "a tool's name has 1 to 64 letters, digits, dots, dashes or underscores".into(),
        ));
    }
    if tool.protocol == Protocol::Demo {
        return Err(at(
            start,
            "the demonstration model is switched on with demo = true, not as a tool".into(),
        ));
    }
    let Some(url) = &tool.url else {
        return Err(at(start, format!("tool {name} has no url; without it no request can go anywhere")));
    };
    let address = url.get_ref().trim_end_matches('/');
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|host| {
        address.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if !address.starts_with("https://") && !local && tool.trust != Some(Trust::Own) {
        return Err(at(
            url.span().start,
            "the url starts with https://; plain http:// is for this machine and for tools with trust = \"own\"".into(),
        ));
    }
    let (scheme, rest) = address.split_once("://").unwrap_or(("", ""));
    let host_end = rest.find('/').unwrap_or(rest.len());
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if !matches!(scheme, "http" | "https")
        || host_end == 0
        || rest[..host_end].contains('@')
        || rest.contains(['?', '#'])
        || rest.contains(odd)
    {
        return Err(at(
            url.span().start,
            "the url is a plain base address: no user name, query or fragment".into(),
        ));
    }
    if let Some(wrong) =
        tool.models.iter().find(|model| model.find('*').is_some_and(|at| at + 1 < model.len()))
    {
        return Err(at(start, format!("model \"{wrong}\": a * can only stand at the end")));
    }
    if tool.key_env.is_some() && tool.key_file.is_some() {
        return Err(at(start, format!("tool {name} has both key_env and key_file; keep one")));
    }
    Ok(Tool {
        name: name.into(),
        trust: tool.trust.unwrap_or(Trust::Unknown),
        is_judged: tool.trust.is_some(),
        protocol: tool.protocol,
        url: address.into(),
        models: tool.models.clone(),
        key_env: tool.key_env.clone(),
        key_file: tool.key_file.clone(),
    })
}

fn version(text: &str) -> String {
    use std::fmt::Write as _;
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref()[..8].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (usize, String) {
        let error = Settings::parse(text).expect_err("must be refused");
        (error.line, error.reason)
    }

    #[test]
    fn b02_own_terms_are_taken_over_and_odd_ones_refused_with_their_line() {
        let settings =
            Settings::parse("[detection]\nprofile = \"fast\"\nterms = [\"Project Zilverreiger\"]\n").unwrap();
        assert_eq!(settings.detection.profile, Profile::Fast);
        assert_eq!(settings.detection.terms, ["Project Zilverreiger"]);
        assert_eq!(refused("[detection]\nterms = [\n\"x\",\n]").0, 3);
        assert_eq!(refused("[detection]\nprofile = \"slow\"").0, 2);
    }

    #[test]
    fn an_empty_file_runs_the_demonstration_model_and_nothing_else() {
        let settings = Settings::parse("").unwrap();
        assert_eq!(settings.policy.tools.len(), 1);
        assert_eq!(settings.policy.tools[0].protocol, Protocol::Demo);
        assert_eq!(settings.listen, "127.0.0.1:8787");
    }

    #[test]
    fn a_real_tool_is_one_line() {
        let settings = Settings::parse(
            "tools.mistral = { url = \"https://api.mistral.ai/v1/\", trust = \"contracted\" }",
        )
        .unwrap();
        let tool = settings.policy.tool("mistral").unwrap();
        assert_eq!((tool.url.as_str(), tool.trust), ("https://api.mistral.ai/v1", Trust::Contracted));
        assert!(tool.is_judged && !settings.demo);
    }

    #[test]
    fn a32_a_tool_without_trust_is_one_that_nobody_decided_on() {
        let settings = Settings::parse("tools.x = { url = \"https://ai.example/v1\" }").unwrap();
        let tool = settings.policy.tool("x").unwrap();
        assert_eq!((tool.trust, tool.is_judged), (Trust::Unknown, false));
    }

    #[test]
    fn unknown_keys_and_contradictions_are_refused_with_their_line() {
        for (text, line, says) in [
            ("\npolcy = 1\n", 2, "unknown field"),
            ("[policy]\nanswers = \"keep\"\n", 2, "unknown variant"),
            (
                "[policy.table.open]\npersonal = \"pseudonymise\"\nspecial = \"allow\"\n",
                3,
                "processor agreement",
            ),
            ("[policy.table.open]\nconfidential = \"ask\"\n", 2, "confidential"),
            ("[policy.table.unknown]\npublic = \"allow\"\n", 2, "nobody has decided"),
            ("[policy.table.own]\ncredential = \"ask\"\n", 2, "password or key"),
            ("\ndatabase = \"mysql://x\"\n", 2, "sqlite:path"),
            ("address = \"sluis.example\"\n", 1, "nothing behind it"),
            ("address = \"https://sluis.example/pad\"\n", 1, "nothing behind it"),
            ("[policy]\nkeep_days = 0\n", 2, "1 to 3650"),
            ("[policy]\noverrides = \"always\"\n", 2, "unknown variant"),
            ("[chats]\ndays = 366\n", 2, "0 to 365"),
            ("[tools.x]\ntrust = \"own\"\n", 1, "no url"),
            ("[tools.x]\nurl = \"http://ai.example/v1\"\n", 2, "https://"),
            ("[tools.x]\nurl = \"http://localhost.evil.example/v1\"\n", 2, "https://"),
            ("[tools.x]\nurl = \"https://me:pw@ai.example/v1\"\n", 2, "base address"),
            ("[tools.x]\nurl = \"https://ai.example\"\nmodels = [\"a*b\"]\n", 1, "only stand at the end"),
            ("[tools.x]\nurl = \"https://a.example\"\n[tools.x]\n", 3, "duplicate"),
            ("[tools.demo]\nurl = \"https://a.example\"\nprotocol = \"demo\"", 1, "demo = true"),
            ("demo = true\n[tools.demo]\nurl = \"https://a.example\"", 1, "taken"),
        ] {
            let (at, reason) = refused(text);
            assert!(reason.contains(says), "{text:?}: {reason}");
            assert_eq!(at, line, "{text:?}: {reason}");
        }
    }

    #[test]
    fn chats_are_kept_for_thirty_days_unless_the_file_says_otherwise() {
        assert_eq!(Settings::parse("").unwrap().chat_days, 30);
        assert_eq!(Settings::parse("chats.days = 0").unwrap().chat_days, 0);
        assert_eq!(Settings::parse("").unwrap().policy.overrides, Overrides::Allow);
        let strict = Settings::parse("policy.overrides = \"forbid\"").unwrap();
        assert_eq!(strict.policy.overrides, Overrides::Forbid);
    }

    #[test]
    fn every_text_gives_settings_or_a_line() {
        for text in ["\0", "=", "[[[", "tools = 1", "a.b.c.d = {"] {
            assert!(refused(text).0 >= 1);
        }
    }
}
