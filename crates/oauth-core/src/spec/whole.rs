//! What the parts of a spec must have in common, checked when a client is built.

use super::{ClientAuthentication, Nonce, Pkce, ProviderSpec, Revocation, TokenPlacement};
use crate::{
    Error, Result,
    claims::{Document, Path, Step},
};

/// What an account is found by, or a door opened with. A callback passes through the browser, so it can say none of them.
const IDENTIFYING: [&str; 4] = ["oauth_id", "email", "email_verified", "emails"];

impl ProviderSpec {
    /// Refuses parts that contradict each other, so that a login does not fail silently for everybody.
    pub(crate) fn check_whole(&self) -> Result<()> {
        let facts = &self.facts;
        if let TokenPlacement::Form(_) = facts.token_placement
            && let Some(call) = facts.calls.first()
        {
            let message = format!("the call {} is a GET, but the access token goes into a form", call.name);
            return Err(Error::configuration(message).with_remedy("Place the token in a header, or make no extra call"));
        }
        if facts.openid.is_none() && facts.user_info_source.is_signed() {
            return Err(Error::configuration("the profile is a signed token, which only an OpenID provider gives")
                .with_remedy("Make the spec by ProviderSpec::openid()"));
        }
        if let Revocation::Request(own) = facts.revocation
            && (own.client, own.token) == (Some(ClientAuthentication::Basic), TokenPlacement::Bearer)
        {
            return Err(Error::configuration("the revocation request has two Authorization headers")
                .with_remedy("Place the token elsewhere, or authenticate the client otherwise"));
        }
        if let Some(openid) = facts.openid
            && (openid.nonce, facts.pkce) == (Nonce::MayBeMissing, Pkce::Unsupported)
        {
            return Err(Error::configuration(
                "neither PKCE nor a nonce that must come back binds the code to its login",
            ));
        }
        if let Some(asked) = self.profile_requests().find(|text| text.contains("{callback:")) {
            let message = format!("the profile is asked for with {asked}, so the callback could choose whose it is");
            return Err(Error::configuration(message)
                .with_remedy("Take the value from the token reply, or make it a variable of the settings"));
        }
        let list = facts.claims.email_list().map(|list| ("emails", list.paths().0));
        for (claim, path) in facts.claims.paths().into_iter().chain(list) {
            let path = Path::parse(path);
            let missing = path.fields().find_map(|field| match field.document {
                Document::IdToken if !self.needs_id_token() => Some("ID token"),
                Document::AccessToken if !self.is_known_by_access_token() => Some("access token that is signed"),
                _ => None,
            });
            if let Some(missing) = missing {
                return Err(Error::configuration(format!("{claim} is read from an {missing}, and there is none")));
            }
            let is_unsigned = path.fields().any(|field| field.document == Document::Callback);
            if is_unsigned && IDENTIFYING.contains(&claim) {
                let message = format!("{claim} is read from the callback, where anybody can write it");
                return Err(Error::configuration(message).with_remedy("Read it from a reply of the provider"));
            }
            let unkept = path.fields().find_map(|field| match (&field.document, field.steps.first()) {
                (Document::Callback, Some(Step::Key(name))) if !facts.callback_params.contains(&name.as_str()) => {
                    Some(name.clone())
                }
                _ => None,
            });
            if let Some(name) = unkept {
                let message = format!("{claim} is read from the callback parameter {name}, which is not kept");
                return Err(Error::configuration(message)
                    .with_remedy(format!("Name {name} in callback_params() of the provider's spec")));
            }
        }
        Ok(())
    }

    /// What says whose profile is asked for: the URLs of user info and of extra calls, and what goes along.
    fn profile_requests(&self) -> impl Iterator<Item = &'static str> {
        let facts = &self.facts;
        let urls = facts.user_info_url.into_iter().chain(facts.calls.iter().map(|call| call.url));
        let pairs = [facts.user_info_query, facts.user_info_form, facts.user_info_headers].into_iter().flatten();
        urls.chain(pairs.map(|(_, value)| *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        claims::{Claims, EmailList},
        error::ErrorKind,
        spec::{ExtraCall, RevocationRequest, UserInfoSource},
    };

    const BASE: ProviderSpec = ProviderSpec::oauth2("acme", "https://x.test/authorize", "https://x.test/token");
    const OPENID: ProviderSpec = ProviderSpec::openid("acme", "https://x.test");
    const TWICE: RevocationRequest =
        RevocationRequest::delete("https://x.test/token", TokenPlacement::Bearer).client(ClientAuthentication::Basic);
    const CALLS: &[ExtraCall] = &[ExtraCall::get("mail", "https://x.test/mail")];
    const CHOSEN: &[ExtraCall] = &[ExtraCall::get("mail", "https://x.test/{callback:id}/mail")];

    // Proves: QG3
    #[test]
    fn parts_that_contradict_each_other_are_refused() {
        let callback = Claims::id("id").username("callback:nick").name("tmpl:{callback:given} {callback:family}");
        let id = Claims::id("id");
        let table = vec![
            (BASE.claims(callback), Some("callback parameter nick")),
            (BASE.claims(callback).callback_params(&["nick", "given"]), Some("callback parameter family")),
            (BASE.claims(callback).callback_params(&["nick", "given", "family"]), None),
            (BASE.claims(Claims::id("id | callback:id")).callback_params(&["id"]), Some("oauth_id is read from the")),
            (
                BASE.claims(id.email("tmpl:{name}@{callback:at}")).callback_params(&["at"]),
                Some("email is read from the"),
            ),
            (
                BASE.claims(id.email("mail").email_verified("callback:ok")).callback_params(&["ok"]),
                Some("email_verified is read from the"),
            ),
            (
                BASE.claims(id.emails(EmailList::new("callback:mails", "mail"))).callback_params(&["mails"]),
                Some("emails is read from the"),
            ),
            (BASE.user_info("https://x.test/users/{callback:id}"), Some("with https://x.test/users/{callback:id}, so")),
            (BASE.user_info("https://{callback:shop}.x.test/me"), Some("so the callback could choose")),
            (BASE.user_info_query(&[("id", "{callback:id}")]), Some("with {callback:id}, so the callback")),
            (BASE.user_info_form(&[("id", "{callback:id}")]), Some("with {callback:id}, so the callback")),
            (BASE.user_info_headers(&[("x-id", "{callback:id}")]), Some("with {callback:id}, so the callback")),
            (BASE.calls(CHOSEN), Some("so the callback could choose")),
            (BASE.user_info("https://x.test/users/{token:id}"), None),
            (BASE.token_params(&[("device_id", "{callback:device_id}")]), None),
            (BASE.token_placement(TokenPlacement::Form("access_token")).calls(CALLS), Some("the call mail is a GET")),
            (BASE.token_placement(TokenPlacement::Form("access_token")), None),
            (BASE.calls(CALLS), None),
            (BASE.revocation(Revocation::Request(TWICE)), Some("two Authorization headers")),
            (BASE.user_info_source(UserInfoSource::IdToken), Some("which only an OpenID provider gives")),
            (
                BASE.claims(Claims::id("id").name("id_token:name")),
                Some("name is read from an ID token, and there is none"),
            ),
            (OPENID.claims(Claims::id("sub").name("id_token:name")), None),
            (OPENID.claims(Claims::id("sub").name("access_token:name")), Some("an access token that is signed")),
            (
                OPENID
                    .claims(Claims::id("sub").name("access_token:name"))
                    .user_info_source(UserInfoSource::AccessToken),
                None,
            ),
            (OPENID.nonce(Nonce::MayBeMissing), None),
            (OPENID.pkce(Pkce::Unsupported), None),
            (OPENID.nonce(Nonce::MayBeMissing).pkce(Pkce::Unsupported), Some("neither PKCE nor a nonce")),
        ];
        for (spec, expected) in table {
            match (spec.check_whole(), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(expected)) => {
                    assert_eq!(error.kind(), ErrorKind::Configuration);
                    assert!(error.to_string().contains(expected), "{error}");
                }
                (result, expected) => panic!("{result:?} {expected:?}"),
            }
        }
    }
}
