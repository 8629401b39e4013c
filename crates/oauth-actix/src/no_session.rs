//! What stands in for `session.rs` without the feature `actix-session`: no request has a session of ours.

#![allow(clippy::unused_async, reason = "the signatures are those of `session.rs`")]

use std::convert::Infallible;

use actix_web::{HttpMessage as _, HttpRequest, http::header::HeaderMap};
use oauth_login::LoginRecord;

use crate::turned_away::TurnedAway;

pub(crate) struct Unavailable;

pub(crate) fn find(_request: &HttpRequest) -> Option<Infallible> {
    None
}

pub(crate) async fn begin(session: &Infallible, _record: &LoginRecord) -> Result<(), Unavailable> {
    match *session {}
}

pub(crate) async fn renew(session: &Infallible) -> Result<(), Unavailable> {
    match *session {}
}

pub(crate) async fn end(session: &Infallible) -> Result<HeaderMap, Unavailable> {
    match *session {}
}

pub(crate) fn record(_request: &HttpRequest) -> Result<Option<LoginRecord>, TurnedAway> {
    Err(TurnedAway::not_set_up("the extension `LoginRecord`"))
}

pub(crate) fn signed_in(request: &HttpRequest) -> Option<LoginRecord> {
    request.extensions().get().cloned()
}
