//! Who signed in: the user-info request, the extra calls and their pages, and what they are read as.

use std::borrow::Cow;

use futures_util::future::{try_join, try_join_all};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use tracing::warn;
use url::Url;

use super::{Call, Inner, Values, token::set_body};
use crate::{
    Error, ErrorKind, Result,
    claims::{Document, Lookup},
    http::{HttpRequest, HttpResponse, Location, Method, REPLY_HEADERS},
    identity::Identity,
    spec::{RequestBody, TokenPlacement, UserInfoSource},
    token::{OAuthToken, repeatable, without_secrets},
    user::{OAuthUserInfo, RawData},
};

/// How many pages of one extra call are read.
const MAX_PAGES: usize = 10;

impl Inner {
    pub(super) async fn user_info(&self, token: &OAuthToken) -> Result<OAuthUserInfo> {
        let values = Values::of(token);
        let independent = self.calls.iter().filter(|call| !call.after_user_info);
        let (user_info, mut calls) = try_join(
            self.user_info_reply(token, values),
            try_join_all(independent.map(|call| self.call(call, token, values))),
        )
        .await?;
        let values = Values { user_info: Some(&user_info), ..values };
        let dependent = self.calls.iter().filter(|call| call.after_user_info);
        calls.extend(try_join_all(dependent.map(|call| self.call(call, token, values))).await?);

        let signed_claims = token.identity().and_then(Identity::claims);
        let callback_json = self.described.claims.reads(&Document::Callback).then(|| token.callback().to_json());
        let mut user = self.described.claims.read(&self.name, |document| match document {
            Document::UserInfo => vec![user_info.as_str()],
            Document::Call(name) => {
                let pages = calls.iter().filter(|(call, _)| call == name);
                pages.flat_map(|(_, pages)| pages.iter().map(String::as_str)).collect()
            }
            Document::Token => vec![token.raw().expose_secret()],
            Document::Callback => callback_json.as_deref().into_iter().collect(),
            Document::IdToken | Document::AccessToken => signed_claims.into_iter().collect(),
        })?;
        // Where there is no user-info endpoint the two are one.
        if let Some(claims) = signed_claims.filter(|claims| *claims != user_info) {
            self.described.claims.complete(&mut user, claims)?;
        }
        let pages = calls.into_iter().flat_map(|(name, pages)| pages.into_iter().map(move |page| (name, page)));
        let calls = pages.map(|(name, page)| (name, without_secrets(page))).collect();
        let raw = RawData::new(without_secrets(user_info), calls);
        self.provider.user_info(&mut user, &raw)?;
        user.raw_data = raw;
        Ok(user)
    }

    async fn user_info_reply(&self, token: &OAuthToken, values: Values<'_>) -> Result<String> {
        let facts = self.facts();
        let identity = match (&self.openid, token.identity()) {
            (Some(_), None) => {
                return Err(Error::new(ErrorKind::IdTokenInvalid, "the token does not say who signed in")
                    .with_remedy("Give it the identity of the login by with_identity()"));
            }
            (_, identity) => identity,
        };
        let signed_claims = || {
            identity.and_then(Identity::claims).map(str::to_owned).ok_or_else(|| {
                Error::new(ErrorKind::UserInfoInvalid, "the claims of the login's token are no longer there")
            })
        };
        let endpoints = self.endpoints().await?;
        let endpoint = match (facts.user_info_source, &endpoints.user_info) {
            (UserInfoSource::TokenReply, _) => return Ok(token.raw().expose_secret().to_owned()),
            (UserInfoSource::IdToken | UserInfoSource::AccessToken, _) => return signed_claims(),
            (UserInfoSource::Endpoint, None) if identity.is_some() => return signed_claims(),
            (_, Some(endpoint)) => endpoint,
            (_, None) => {
                return Err(Error::configuration("the provider has no user-info URL"));
            }
        };
        let mut request = endpoint.request(facts.user_info_method, |name| self.value(name, values))?;
        for (name, value) in &self.user_info_query {
            let value = value.text(|name| self.value(name, values))?;
            request.url.query_pairs_mut().append_pair(name, &value);
        }
        let mut request = self.authorized(request, facts.token_placement, token, values)?;
        if facts.user_info_source == UserInfoSource::SignedEndpoint {
            request.set_header("accept", "application/jwt");
        }
        if let UserInfoSource::Headers(names) = facts.user_info_source {
            request.wanted_headers = names;
        }
        if let Some(json) = facts.user_info_json {
            request.set_header("content-type", "application/json");
            request.body = Some(json.as_bytes().to_vec());
        } else if facts.user_info_method == Method::Post {
            let mut fields = Vec::new();
            for (name, value) in &self.user_info_form {
                fields.push((*name, value.text(|name| self.value(name, values))?));
            }
            if let TokenPlacement::Form(name) = facts.token_placement {
                fields.push((name, token.access_token().expose_secret().to_owned()));
            }
            set_body(&mut request, RequestBody::Form, fields.iter().map(|(name, value)| (*name, value.as_str())));
        }
        let response = self.http.send(request).await?;
        if !response.is_success() {
            return Err(refused("user info", response, token));
        }
        if let UserInfoSource::Headers(names) = facts.user_info_source {
            return Ok(headers_as_json(&response, names));
        }
        let json = response
            .into_text()
            .ok_or_else(|| Error::new(ErrorKind::UserInfoInvalid, "the profile reply is not text"))?;
        let secrets = [token.access_token().expose_secret()];
        match self.user_info_success.as_ref().and_then(|success| success.failure(&json, &secrets)) {
            None => {}
            Some(code) => {
                return Err(Error::new(ErrorKind::UserInfoRefused, format!("the user-info endpoint refused: {code}")));
            }
        }
        match (&self.openid, &endpoints.server, identity) {
            (Some(openid), Some(server), Some(identity)) => openid.user_info(&*self.http, server, json, identity).await,
            _ => Ok(json),
        }
    }

    /// The pages of an extra call; none if the provider does not permit it.
    async fn call(&self, call: &Call, token: &OAuthToken, values: Values<'_>) -> Result<(&'static str, Vec<String>)> {
        let mut pages = Vec::new();
        let mut next = Some(call.endpoint.request(Method::Get, |name| self.value(name, values))?);
        let placement = self.facts().token_placement;
        while let Some(request) = next.take() {
            let (url, trust) = (request.url.clone(), request.url_trust);
            let request = self.authorized(request, placement, token, values)?;
            let response = self.http.send(request).await?;
            if call.spec.optional_statuses.contains(&response.status) && !response.is_rate_limit() {
                break;
            }
            if !response.is_success() {
                return Err(refused(call.spec.name, response, token));
            }
            let json = response.into_text().ok_or_else(|| {
                Error::new(ErrorKind::UserInfoInvalid, format!("the reply of {} is not text", call.spec.name))
            })?;
            if let Some(link) = call.next_page.as_ref().and_then(|lookup| lookup.text(&json)) {
                let page = self.next_page(call.spec.name, &url, &link, pages.len());
                next = page.map(|page| HttpRequest { url_trust: trust, ..HttpRequest::get(page) });
            }
            pages.push(json);
        }
        Ok((call.spec.name, pages))
    }

    /// The next page, if it is one: a token goes to no other origin, and a list has an end.
    fn next_page(&self, call: &str, current: &Url, link: &str, read: usize) -> Option<Url> {
        let next = current.join(link).ok()?;
        if next.origin() != current.origin() || next == *current {
            warn!(provider = %self.name, call, next = %Location(&next), "next page is not followed: it is elsewhere");
            return None;
        }
        if read + 1 >= MAX_PAGES {
            warn!(provider = %self.name, call, limit = MAX_PAGES, "further pages are not read");
            return None;
        }
        Some(next)
    }

    /// Puts the access token and the spec's headers on a request.
    pub(super) fn authorized(
        &self,
        mut request: HttpRequest,
        placement: TokenPlacement,
        token: &OAuthToken,
        values: Values<'_>,
    ) -> Result<HttpRequest> {
        let secret = token.access_token().expose_secret();
        match placement {
            TokenPlacement::Bearer => {
                request.headers.push((Cow::Borrowed("authorization"), ["Bearer ", secret].concat()));
            }
            TokenPlacement::Scheme(scheme) => request.set_header("authorization", format!("{scheme} {secret}")),
            TokenPlacement::Header(name) => request.set_header(name, secret),
            TokenPlacement::Query(name) => {
                request.url.query_pairs_mut().append_pair(name, secret);
            }
            TokenPlacement::Form(_) => {}
        }
        for (name, value) in &self.user_info_headers {
            request.set_header(*name, value.text(|name| self.value(name, values))?);
        }
        request.wanted_headers = REPLY_HEADERS;
        self.provider.user_info_request(&mut request, token, &self.settings)?;
        Ok(request)
    }
}

/// The headers of `names` as a JSON object.
fn headers_as_json(response: &HttpResponse, names: &[&str]) -> String {
    let value = |name| Some(percent_decode_str(response.header(name)?).decode_utf8_lossy().into_owned());
    let members = names.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?.into())));
    serde_json::Value::Object(members.collect()).to_string()
}

/// The error of a refused profile request. Of the reply only a short message of the API is told.
fn refused(what: &str, response: HttpResponse, token: &OAuthToken) -> Error {
    let status = response.status;
    let kind = match status {
        _ if response.is_rate_limit() => ErrorKind::RateLimited,
        401 => ErrorKind::UserInfoUnauthorized,
        403 => ErrorKind::UserInfoForbidden,
        _ => ErrorKind::UserInfoRefused,
    };
    let message =
        response.into_text().and_then(|json| Lookup::new("error.message | error_description | message").text(&json));
    let secrets = [token.access_token().expose_secret()];
    match message.as_deref().and_then(|message| repeatable(message, &secrets)) {
        Some(message) => Error::new(kind, format!("{what} answered {status} ({})", message.trim_end_matches('.'))),
        None => Error::new(kind, format!("{what} answered {status}")),
    }
}
