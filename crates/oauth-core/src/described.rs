//! What a spec leaves to the settings of an instance ([`DescribedBy`]), read once when its client is built.

use crate::{
    Error, Result,
    claims::{self, ClaimsMap, Document, Path},
    config::{AUTH_METHOD, variable_name},
    provider::Settings,
    spec::{ClientAuthentication, DescribedBy, Pkce, ProviderSpec},
};

/// Setting that says how the code is bound to its login (RFC 7636 section 4.3).
pub(crate) const CHALLENGE_METHOD: &str = "CODE_CHALLENGE_METHOD";
/// Setting that says what stands between two scopes, where it is no space.
pub(crate) const SCOPE_SEPARATOR: &str = "SCOPE_SEPARATOR";

/// The settings that only such a spec has, besides those of its claims.
pub(crate) const SETTINGS: [&str; 2] = [CHALLENGE_METHOD, SCOPE_SEPARATOR];

/// What servers are known to put between two scopes instead of a space.
const SEPARATORS: [&str; 3] = [",", ";", "+"];

/// The endpoints without which nobody can sign in.
const ENDPOINTS: [(&str, &str); 3] = [
    ("AUTHORIZE_URL", "the authorization endpoint"),
    ("TOKEN_URL", "the token endpoint"),
    ("USERINFO_URL", "the address that tells with an access token who signed in"),
];

/// What the client does, by spec or by settings.
pub(crate) struct Described {
    pub(crate) pkce: Pkce,
    pub(crate) scope_separator: &'static str,
    pub(crate) claims: ClaimsMap,
}

impl Described {
    pub(crate) fn new(spec: &ProviderSpec, instance: &str, settings: &Settings) -> Result<Self> {
        match spec.facts.described_by {
            DescribedBy::Spec => Ok(Self {
                pkce: spec.facts.pkce,
                scope_separator: spec.facts.scope_separator,
                claims: ClaimsMap::new(&spec.facts.claims),
            }),
            DescribedBy::Settings => Description { spec, instance, settings }.read(),
        }
    }
}

struct Description<'s> {
    spec: &'s ProviderSpec,
    instance: &'s str,
    settings: &'s Settings,
}

impl Description<'_> {
    fn read(&self) -> Result<Described> {
        for (setting, what) in ENDPOINTS {
            if self.settings.get(setting).is_none() {
                return Err(self.error(setting, " is not set").with_remedy(format!("It is {what}, a URL")));
            }
        }
        Ok(Described { pkce: self.pkce()?, scope_separator: self.scope_separator()?, claims: self.claims()? })
    }

    fn pkce(&self) -> Result<Pkce> {
        let Some(method) = self.settings.get(CHALLENGE_METHOD) else { return Ok(self.spec.facts.pkce) };
        let pkce = Pkce::named(method).ok_or_else(|| {
            self.error(CHALLENGE_METHOD, " must be S256, plain or none").with_remedy("Remove it: S256 is the default")
        })?;
        let authentication = self.settings.get(AUTH_METHOD).and_then(ClientAuthentication::named);
        if (pkce, authentication) == (Pkce::Unsupported, Some(ClientAuthentication::None)) {
            let message = format!(" and {} are both none", variable_name(self.instance, AUTH_METHOD));
            return Err(self
                .error(CHALLENGE_METHOD, &message)
                .with_remedy("Remove one of them: without a secret and without PKCE anybody can use a stolen code"));
        }
        Ok(pkce)
    }

    fn scope_separator(&self) -> Result<&'static str> {
        let Some(separator) = self.settings.get(SCOPE_SEPARATOR) else { return Ok(self.spec.facts.scope_separator) };
        SEPARATORS.into_iter().find(|known| *known == separator).ok_or_else(|| {
            self.error(SCOPE_SEPARATOR, &format!(" must be one of {}", SEPARATORS.join(" ")))
                .with_remedy("Remove it: a space is the default")
        })
    }

    /// No path has a default: a place that is guessed could hold what changes, or what somebody else can choose.
    fn claims(&self) -> Result<ClaimsMap> {
        let mut paths = Vec::new();
        for (field, setting) in claims::SETTINGS {
            if let Some(path) = self.settings.get(setting) {
                self.check_path(setting, path)?;
                paths.push((field, path));
            }
        }
        let has = |field: &str| paths.iter().any(|(known, _)| *known == field);
        if !has(claims::ID) {
            return Err(self.error("CLAIM_SUB", " is not set").with_remedy(
                "It is the path to the account's id in the user-info reply, such as sub or user.id: one that never \
                 changes and is never given to another account",
            ));
        }
        if has("email_verified") && !has("email") {
            let email = variable_name(self.instance, "CLAIM_EMAIL");
            return Err(self
                .error("CLAIM_EMAIL_VERIFIED", &format!(" is set, but {email} is not"))
                .with_remedy(format!("Set {email}, or remove the other")));
        }
        Ok(ClaimsMap::of_paths(&paths))
    }

    fn check_path(&self, setting: &str, path: &str) -> Result<()> {
        claims::check(path).map_err(|malformed| {
            let at = path.get(..malformed.at).map_or(malformed.at, |before| before.chars().count()) + 1;
            let message = format!(" is no path, at character {at}: {}", malformed.what.rule());
            self.error(setting, &message).with_remedy(
                "A path is a key, or keys with . between them, as in user.id; [0] is the first element of a list, and a | b \
                 the first of two that is there",
            )
        })?;
        let path = Path::parse(path);
        let is_there = |document: &Document| matches!(document, Document::UserInfo | Document::Token);
        if path.fields().all(|field| is_there(&field.document)) {
            return Ok(());
        }
        Err(self
            .error(setting, " reads a document that the provider does not have")
            .with_remedy("A path reads the user-info reply, or with token: before it the token reply"))
    }

    fn error(&self, setting: &str, message: &str) -> Error {
        Error::configuration(variable_name(self.instance, setting) + message)
    }
}
