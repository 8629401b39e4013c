//! Codes and tokens: issued, used once, ended.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What a person granted.
pub(crate) struct Grant {
    /// Key of the person.
    pub(crate) person: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    /// What the ID token repeats (OpenID Connect Core section 3.1.2.1).
    pub(crate) nonce: Option<String>,
    /// How the person proved who they are, if the application asked for a way.
    pub(crate) acr: Option<String>,
}

/// A code challenge (RFC 7636 section 4.2).
pub(crate) enum Challenge {
    S256(String),
    Plain(String),
}

impl Challenge {
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        match self {
            Self::S256(challenge) => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge,
            Self::Plain(challenge) => verifier == challenge,
        }
    }
}

/// All that came of one login: it ends together when a code or a refresh token is used twice.
type Family = u64;

struct Entry {
    grant: Arc<Grant>,
    family: Family,
    ends: Option<Instant>,
    used: bool,
}

impl Entry {
    fn has_ended(&self) -> bool {
        self.ends.is_some_and(|ends| ends <= Instant::now())
    }
}

#[derive(Default)]
pub(crate) struct Grants {
    codes: HashMap<String, Entry>,
    access_tokens: HashMap<String, Entry>,
    refresh_tokens: HashMap<String, Entry>,
    families: Family,
}

/// Why a code or a refresh token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAccepted {
    Unknown,
    Used,
    Ended,
}

/// A grant on its way to tokens.
pub(crate) struct Redeemed {
    pub(crate) grant: Arc<Grant>,
    family: Family,
}

impl Grants {
    pub(crate) fn issue_code(&mut self, grant: Grant, lifetime: Duration) -> Result<String, getrandom::Error> {
        let code = random(43)?;
        self.families += 1;
        let entry = Entry { grant: Arc::new(grant), family: self.families, ends: Some(end(lifetime)), used: false };
        self.codes.insert(code.clone(), entry);
        Ok(code)
    }

    /// Uses a code up. A second use ends what the first one gave (RFC 6749 section 4.1.2).
    pub(crate) fn redeem_code(&mut self, code: &str) -> Result<Redeemed, NotAccepted> {
        let redeemed = use_up(&mut self.codes, code);
        self.or_end_family(redeemed)
    }

    /// Uses a refresh token up. A second use ends the whole family (RFC 9700 section 4.14.2).
    pub(crate) fn redeem_refresh_token(&mut self, token: &str) -> Result<Redeemed, NotAccepted> {
        let redeemed = use_up(&mut self.refresh_tokens, token);
        self.or_end_family(redeemed)
    }

    fn or_end_family(&mut self, redeemed: Result<Redeemed, (NotAccepted, Family)>) -> Result<Redeemed, NotAccepted> {
        redeemed.map_err(|(why, family)| {
            if why == NotAccepted::Used {
                self.access_tokens.retain(|_, entry| entry.family != family);
                self.refresh_tokens.retain(|_, entry| entry.family != family);
            }
            why
        })
    }

    /// A new access token and a new refresh token.
    pub(crate) fn issue_tokens(&mut self, redeemed: &Redeemed, access: String, refresh: String, lifetime: Duration) {
        let entry = |ends| Entry { grant: Arc::clone(&redeemed.grant), family: redeemed.family, ends, used: false };
        self.access_tokens.insert(access, entry(Some(end(lifetime))));
        self.refresh_tokens.insert(refresh, entry(None));
    }

    /// Whether this is an access token that ever was good, so that finding it in a wrong place is not chance.
    pub(crate) fn knows_access_token(&self, token: &str) -> bool {
        self.access_tokens.contains_key(token)
    }

    pub(crate) fn grant_of(&self, access_token: &str) -> Option<Arc<Grant>> {
        self.access_tokens.get(access_token).filter(|entry| !entry.has_ended()).map(|entry| Arc::clone(&entry.grant))
    }

    /// Ends a token and what belongs to it (RFC 7009 section 2.1). An unknown one is no error.
    pub(crate) fn revoke(&mut self, token: &str) {
        let entry = self.refresh_tokens.get(token).or_else(|| self.access_tokens.get(token));
        if let Some(family) = entry.map(|entry| entry.family) {
            self.access_tokens.retain(|_, entry| entry.family != family);
            self.refresh_tokens.retain(|_, entry| entry.family != family);
        }
    }
}

fn use_up(entries: &mut HashMap<String, Entry>, key: &str) -> Result<Redeemed, (NotAccepted, Family)> {
    let entry = entries.get_mut(key).ok_or((NotAccepted::Unknown, 0))?;
    if entry.used {
        return Err((NotAccepted::Used, entry.family));
    }
    entry.used = true;
    if entry.has_ended() {
        return Err((NotAccepted::Ended, entry.family));
    }
    Ok(Redeemed { grant: Arc::clone(&entry.grant), family: entry.family })
}

/// A century is never in a test, and no overflow on any clock.
fn end(lifetime: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    Instant::now() + lifetime.min(CENTURY)
}

/// Random characters of base64url.
pub(crate) fn random(length: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; length * 3 / 4 + 1];
    getrandom::fill(&mut bytes)?;
    let mut text = URL_SAFE_NO_PAD.encode(bytes);
    text.truncate(length);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(grants: &mut Grants, lifetime: Duration) -> String {
        let grant = Grant {
            person: "jane".into(),
            scopes: Vec::new(),
            redirect_uri: String::new(),
            challenge: None,
            nonce: None,
            acr: None,
        };
        grants.issue_code(grant, lifetime).unwrap()
    }

    #[test]
    fn a_code_works_once_and_within_its_lifetime() {
        let mut grants = Grants::default();
        let (good, late) = (code(&mut grants, Duration::MAX), code(&mut grants, Duration::ZERO));
        assert!(grants.redeem_code(&good).is_ok());
        assert_eq!(grants.redeem_code(&good).err(), Some(NotAccepted::Used));
        assert_eq!(grants.redeem_code(&late).err(), Some(NotAccepted::Ended));
        assert_eq!(grants.redeem_code("x").err(), Some(NotAccepted::Unknown));
    }

    #[test]
    fn a_code_used_twice_ends_the_tokens_it_gave_and_no_others() {
        let mut grants = Grants::default();
        let (mine, yours) = (code(&mut grants, Duration::MAX), code(&mut grants, Duration::MAX));
        let [(first, _), (second, _)] = [&mine, &yours].map(|code| {
            let redeemed = grants.redeem_code(code).unwrap();
            let tokens = (random(60).unwrap(), random(60).unwrap());
            grants.issue_tokens(&redeemed, tokens.0.clone(), tokens.1.clone(), Duration::MAX);
            tokens
        });
        assert!(grants.redeem_code(&mine).is_err());
        assert!(grants.grant_of(&first).is_none());
        assert!(grants.grant_of(&second).is_some());
    }

    #[test]
    fn random_texts_have_the_length_asked_for() {
        for length in [1, 2, 3, 4, 43, 3000] {
            assert_eq!(random(length).unwrap().len(), length);
        }
        assert_ne!(random(43).unwrap(), random(43).unwrap());
    }
}
