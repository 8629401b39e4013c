//! What nothing secret can do, by the word of the compiler: be written by `serde`, be printed, be compared byte by byte in a
//! time that depends on the bytes. If one of them can, this file does not compile.

use std::fmt::Display;

use oauth_core::{CallbackParameters, OAuthClient, OAuthToken, PendingAuthorization, ProviderConfig, Registry};
use oauth_login::{
    Answer, BrowserRequest, KeyRing, Login, LoginBuilder, LoginOutcome, PendingKey, ProvenLink, RecordKey,
    SessionRecords, TokenKeeper,
};
use serde::Serialize;

/// Where a type has the trait, there are two `absent` to choose from.
macro_rules! lacks {
    ($($of:ty: $($which:path),+;)+) => {
        $($(const _: fn() = || {
            trait Absent<A> {
                fn absent() {}
            }
            struct Present;
            impl<T: ?Sized> Absent<()> for T {}
            impl<T: ?Sized + $which> Absent<Present> for T {}
            <$of as Absent<_>>::absent();
        };)+)+
    };
}

lacks! {
    Answer: Serialize, Display, PartialEq;
    BrowserRequest<'static>: Serialize, Display, PartialEq;
    CallbackParameters: Serialize, Display, PartialEq;
    KeyRing: Serialize, Display, PartialEq, Clone;
    Login: Serialize, Display;
    LoginBuilder: Serialize, Display;
    LoginOutcome: Serialize, Display, PartialEq, Clone;
    OAuthClient: Serialize, Display;
    OAuthToken: Serialize, Display, PartialEq;
    // The one that is written: sealed, as a login under way.
    PendingAuthorization: Display, PartialEq;
    PendingKey: Serialize, Display;
    ProvenLink: Serialize, Display, PartialEq, Clone;
    ProviderConfig: Serialize, Display, PartialEq;
    RecordKey: Serialize, Display;
    Registry: Serialize, Display;
    SessionRecords: Serialize, Display;
    TokenKeeper: Serialize, Display;
    oauth_actix::NewLogin: Serialize, Display, PartialEq;
    oauth_axum::NewLogin: Serialize, Display, PartialEq;
}
