//! The way back to the application: a redirect, or a page with a form that is posted.

use std::fmt;

use oauth_core::ResponseMode;
use url::Url;

use crate::{
    page,
    shared::Shared,
    wire::{FORM, Pairs, Reply},
};

/// What the authorization endpoint tells the application, and how.
pub(crate) struct Answer {
    pub(crate) mode: ResponseMode,
    pub(crate) form: Form,
}

/// A form whose fields are all hidden.
pub(crate) struct Form {
    pub(crate) action: Url,
    pub(crate) encoding: FormEncoding,
    /// A label of the Encoding standard.
    pub(crate) charset: &'static str,
    pub(crate) fields: Pairs,
}

/// The `enctype` of a form.
#[derive(Clone, Copy)]
pub(crate) enum FormEncoding {
    UrlEncoded,
    Multipart,
    PlainText,
}

impl Answer {
    pub(crate) fn new(mode: ResponseMode, redirect_uri: Url, fields: Pairs) -> Self {
        let form = Form { action: redirect_uri, encoding: FormEncoding::UrlEncoded, charset: "utf-8", fields };
        Self { mode, form }
    }

    /// The reply that makes the browser carry it.
    pub(crate) fn reply(self, shared: &Shared) -> Reply {
        let Self { mode, form } = self;
        if mode == ResponseMode::FormPost {
            return page::form_post(shared, &form);
        }
        let Form { action: mut location, fields, .. } = form;
        location.query_pairs_mut().extend_pairs(&fields);
        page::secured(Reply::new(303, "text/plain; charset=utf-8", "").header("location", location.as_str()), None)
    }
}

impl fmt::Display for FormEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UrlEncoded => FORM,
            Self::Multipart => "multipart/form-data",
            Self::PlainText => "text/plain",
        })
    }
}
