//! What stands in for `session.rs` without the feature `tower-sessions`: no request has a session of ours.

#![allow(clippy::unused_async, reason = "the signatures are those of `session.rs`")]

use std::convert::Infallible;

use axum::{http::request::Parts, response::Response};
use oauth_login::{Login, LoginRecord};

use crate::turned_away::TurnedAway;

pub(crate) struct Unavailable;

pub(crate) fn find(_parts: &Parts) -> Option<Infallible> {
    None
}

pub(crate) async fn begin(session: &Infallible, _record: &LoginRecord) -> Result<(), Unavailable> {
    match *session {}
}

pub(crate) async fn renew(session: &Infallible) -> Result<(), Unavailable> {
    match *session {}
}

pub(crate) async fn end(session: &Infallible, _login: &Login) -> Result<Response, Unavailable> {
    match *session {}
}

pub(crate) async fn record(_parts: &Parts) -> Result<Option<LoginRecord>, TurnedAway> {
    Err(TurnedAway::not_set_up("the extension `LoginRecord`"))
}

pub(crate) async fn signed_in(parts: &Parts) -> Option<LoginRecord> {
    parts.extensions.get().cloned()
}
