//! How people sign in: with the organisation's own accounts, with a password, or both.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::person::Role;
use crate::settings::SettingsError;

/// The most groups that give roles, and the most characters in the name of one.
const MAX_GROUPS: usize = 200;
const MAX_GROUP: usize = 256;

/// The claim with somebody's groups when the settings name none.
const CLAIM: &str = "groups";

/// Hosts on this machine, where plain `http://` is enough.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// How people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Whether passwords let people in; if not, only the longest-serving administrator has one, for emergencies.
    pub passwords: bool,
    /// Who vouches for people, if the organisation has such a one.
    pub provider: Option<Provider>,
    /// Roles by the name of a group.
    pub groups: BTreeMap<String, BTreeSet<Role>>,
    /// The variable with the secret that the directory shows (SCIM), if it is there.
    pub scim_token_env: Option<String>,
    /// The file with that secret.
    pub scim_token_file: Option<String>,
}

/// The OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its address, exactly as its tokens name it.
    pub issuer: String,
    /// Under which name Sluis is registered there.
    pub client_id: String,
    /// The variable with the secret of that registration.
    pub client_secret_env: Option<String>,
    /// The file with it.
    pub client_secret_file: Option<String>,
    /// What people call it, for the button.
    pub name: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The claim with groups or roles.
    pub claim: String,
    /// Whether somebody unknown is added at their first sign-in.
    pub create: bool,
    /// Only with an address of mail in one of these domains.
    pub domains: BTreeSet<String>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            passwords: true,
            provider: None,
            groups: BTreeMap::new(),
            scim_token_env: None,
            scim_token_file: None,
        }
    }
}

impl SignIn {
    /// The roles that these groups give.
    pub fn roles<'a>(&self, groups: impl IntoIterator<Item = &'a str>) -> BTreeSet<Role> {
        groups.into_iter().filter_map(|group| self.groups.get(group)).flatten().copied().collect()
    }

    /// Somebody's roles after their groups gave them these. Roles that no group gives stay as they are.
    #[must_use]
    pub fn regrouped(&self, before: &BTreeSet<Role>, given: &BTreeSet<Role>) -> BTreeSet<Role> {
        let kept = self.groups.values().flatten().copied().collect::<BTreeSet<_>>();
        let mut roles: BTreeSet<Role> = before.difference(&kept).chain(given).copied().collect();
        roles.insert(Role::Employee);
        roles
    }
}

/// `[sign_in]` as it stands in the file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignInTable {
    issuer: Option<Spanned<String>>,
    client_id: Option<Spanned<String>>,
    client_secret_env: Option<Spanned<String>>,
    client_secret_file: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    scopes: Option<Spanned<Vec<String>>>,
    claim: Option<Spanned<String>>,
    create: Option<Spanned<bool>>,
    domains: Option<Spanned<Vec<String>>>,
    groups: BTreeMap<Spanned<String>, BTreeSet<Role>>,
    passwords: Option<Spanned<bool>>,
    scim_token_env: Option<Spanned<String>>,
    scim_token_file: Option<Spanned<String>>,
}

impl SignInTable {
    /// The same, if it makes sense.
    pub(crate) fn compile(
        self,
        at: &impl Fn(usize, String) -> SettingsError,
    ) -> Result<SignIn, SettingsError> {
        let refuse = |place: usize, reason: &str| Err(at(place, reason.into()));
        if let (Some(_), Some(file)) = (&self.client_secret_env, &self.client_secret_file) {
            return refuse(file.span().start, "keep one of client_secret_env and client_secret_file");
        }
        if let (Some(_), Some(file)) = (&self.scim_token_env, &self.scim_token_file) {
            return refuse(file.span().start, "keep one of scim_token_env and scim_token_file");
        }
        if self.groups.len() > MAX_GROUPS {
            return refuse(0, "there are more than 200 groups under sign_in.groups");
        }
        for name in self.groups.keys() {
            if !(1..=MAX_GROUP).contains(&name.get_ref().chars().count()) {
                return refuse(name.span().start, "the name of a group has 1 to 256 characters");
            }
        }
        let passwords = self.passwords.as_ref().is_none_or(|passwords| *passwords.get_ref());
        if let (Some(off), false, None) = (&self.passwords, passwords, &self.issuer) {
            return refuse(off.span().start, "without passwords and without an issuer nobody could sign in");
        }
        let groups =
            self.groups.iter().map(|(name, roles)| (name.get_ref().clone(), roles.clone())).collect();
        let (scim_token_env, scim_token_file) =
            (plain(self.scim_token_env.as_ref()), plain(self.scim_token_file.as_ref()));
        Ok(SignIn { passwords, provider: self.provider(at)?, groups, scim_token_env, scim_token_file })
    }

    fn provider(
        self,
        at: &impl Fn(usize, String) -> SettingsError,
    ) -> Result<Option<Provider>, SettingsError> {
        let Some(issuer) = &self.issuer else {
            let alone = [
                self.client_id.as_ref().map(Spanned::span),
                self.client_secret_env.as_ref().map(Spanned::span),
                self.client_secret_file.as_ref().map(Spanned::span),
                self.name.as_ref().map(Spanned::span),
                self.scopes.as_ref().map(Spanned::span),
                self.claim.as_ref().map(Spanned::span),
                self.create.as_ref().map(Spanned::span),
                self.domains.as_ref().map(Spanned::span),
            ];
            return match alone.into_iter().flatten().next() {
                Some(span) => Err(at(span.start, "this needs an issuer under sign_in".into())),
                None => Ok(None),
            };
        };
        let address = issuer.get_ref();
        if !is_safe_address(address) {
            let reason = "the issuer is a plain https:// address; http:// is for this machine only";
            return Err(at(issuer.span().start, reason.into()));
        }
        if ["/common/", "/organizations/", "/consumers/"].iter().any(|shared| address.contains(shared)) {
            let reason = "the issuer has to be that of your own organisation: put its tenant id there";
            return Err(at(issuer.span().start, reason.into()));
        }
        let Some(client_id) = self.client_id.filter(|id| !id.get_ref().is_empty()) else {
            return Err(at(issuer.span().start, "an issuer needs a client_id".into()));
        };
        let scopes = self
            .scopes
            .map_or_else(|| ["openid", "email", "profile"].map(str::to_owned).to_vec(), Spanned::into_inner);
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic());
        if !scopes.iter().any(|scope| scope == "openid") || !scopes.iter().all(is_scope) {
            return Err(at(issuer.span().start, "the scopes are words, and one of them is openid".into()));
        }
        let domains: BTreeSet<String> = self
            .domains
            .iter()
            .flat_map(Spanned::get_ref)
            .map(|domain| domain.trim_start_matches('@').to_lowercase())
            .collect();
        let create = self.create.as_ref().is_some_and(|create| *create.get_ref());
        if let (true, true, Some(create)) = (create, domains.is_empty(), &self.create) {
            let reason = "create = true needs domains: whose addresses of mail belong to the organisation";
            return Err(at(create.span().start, reason.into()));
        }
        Ok(Some(Provider {
            client_id: client_id.into_inner(),
            client_secret_env: plain(self.client_secret_env.as_ref()),
            client_secret_file: plain(self.client_secret_file.as_ref()),
            name: plain(self.name.as_ref()).unwrap_or_default(),
            scopes,
            claim: plain(self.claim.as_ref()).unwrap_or_else(|| CLAIM.into()),
            create,
            domains,
            issuer: issuer.get_ref().clone(),
        }))
    }
}

fn plain(value: Option<&Spanned<String>>) -> Option<String> {
    value.map(|value| value.get_ref().clone())
}

/// Whether what is said there stays between us and that host: `https://`, or a host on this machine; and nothing in the
/// address but scheme, host, port and path.
#[must_use]
pub fn is_safe_address(address: &str) -> bool {
    let (is_local, rest) = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => return false,
    };
    let host = rest.split('/').next().unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    !name.is_empty()
        && (!is_local || LOOPBACK.contains(&name))
        && rest.bytes().all(|b| b.is_ascii_graphic() && !b"@?#\\".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    const ENTRA: &str = r#"
[sign_in]
issuer = "https://login.microsoftonline.com/0000/v2.0"
client_id = "sluis"
client_secret_env = "SECRET"
create = true
domains = ["@Linde.example"]
[sign_in.groups]
"Beheer" = ["admin", "hr"]
"Directie" = ["management"]
"#;

    #[test]
    fn b19_an_issuer_with_groups_is_read() {
        let sign_in = Settings::parse(ENTRA).unwrap().sign_in;
        let provider = sign_in.provider.as_ref().unwrap();
        assert!(sign_in.passwords && provider.create);
        assert_eq!(provider.domains, BTreeSet::from(["linde.example".to_owned()]));
        assert_eq!((provider.claim.as_str(), provider.scopes.len()), ("groups", 3));
        assert_eq!(sign_in.roles(["Beheer", "Anders"]), BTreeSet::from([Role::Admin, Role::Hr]));
        assert_eq!(Settings::parse("").unwrap().sign_in, SignIn::default());
    }

    #[test]
    fn groups_give_and_take_only_the_roles_they_name() {
        let sign_in = Settings::parse(ENTRA).unwrap().sign_in;
        let before = BTreeSet::from([Role::Employee, Role::Auditor, Role::Admin]);
        let after = sign_in.regrouped(&before, &sign_in.roles(["Directie"]));
        assert_eq!(after, BTreeSet::from([Role::Employee, Role::Auditor, Role::Management]));
    }

    #[test]
    fn what_would_let_in_the_wrong_people_or_nobody_is_refused_with_its_line() {
        for (text, line, says) in [
            ("issuer = \"http://idp.example\"\nclient_id = \"x\"", 2, "https://"),
            ("issuer = \"https://idp.example/?x\"\nclient_id = \"x\"", 2, "https://"),
            ("issuer = \"https://login.microsoftonline.com/common/v2.0\"\nclient_id = \"x\"", 2, "tenant"),
            ("issuer = \"https://idp.example\"", 2, "client_id"),
            ("client_id = \"x\"", 2, "issuer"),
            ("issuer = \"https://idp.example\"\nclient_id = \"x\"\ncreate = true", 4, "domains"),
            ("issuer = \"https://idp.example\"\nclient_id = \"x\"\nscopes = [\"email\"]", 2, "openid"),
            ("passwords = false", 2, "nobody could sign in"),
            ("scim_token_env = \"A\"\nscim_token_file = \"b\"", 3, "keep one"),
            ("[sign_in.groups]\nx = [\"boss\"]", 3, "unknown variant"),
        ] {
            let error = Settings::parse(&format!("[sign_in]\n{text}")).expect_err(text);
            assert!(error.reason.contains(says), "{text}: {}", error.reason);
            assert_eq!(error.line, line, "{text}");
        }
    }

    #[test]
    fn only_encrypted_or_local_addresses_are_safe() {
        for good in
            ["https://idp.example", "https://idp.example:8443/a/b", "http://127.0.0.1:80/x", "http://[::1]:1"]
        {
            assert!(is_safe_address(good), "{good}");
        }
        for bad in [
            "http://idp.example",
            "http://localhost.evil.example",
            "https://",
            "https://a@b",
            "ftp://a",
            "https://a b",
            "http://127.0.0.1@evil.example",
            "http://127.0.0.1:80@evil.example/",
        ] {
            assert!(!is_safe_address(bad), "{bad}");
        }
    }
}
