//! Signing in with OAuth 2.0 and OpenID Connect providers: the protocol, without a web framework.
//!
//! A provider is a value, [`ProviderSpec`]; a provider with credentials is an [`OAuthClient`]; the [`Registry`] holds them
//! by name. The network is behind the trait [`HttpClient`]. Whoever serves browsers uses `oauth-login` and an
//! adapter on top; this crate is enough for a program that handles the redirect itself.
//!
//! The feature `oidc` adds OpenID Connect, for providers made by [`ProviderSpec::openid`]: discovery, key sets and verified ID
//! tokens. Without it a client of such a provider cannot be built.
//!
//! Wherever secrets are involved, `Debug`, `Display` and log events leave them out.

mod authorization;
mod claims;
mod client;
mod config;
mod described;
mod endpoints;
mod error;
mod http;
mod identity;
#[cfg(feature = "oidc")]
mod oidc;
#[cfg(not(feature = "oidc"))]
#[path = "oidc_off.rs"]
mod oidc;
mod provider;
mod registry;
mod secret;
mod spec;
mod template;
mod token;
mod user;

pub use async_trait::async_trait;
#[doc(hidden)]
pub use inventory;
pub use secrecy::{ExposeSecret, SecretString};

pub use authorization::{Authorization, AuthorizationRequest, CallbackParameters, PendingAuthorization};
pub use claims::{Alternative, Claims, Document, EmailList, Field, Part, Path, Step, Transform};
pub use client::OAuthClient;
pub use config::ProviderConfig;
pub use error::{Error, ErrorKind, Result};
pub use http::{HttpClient, HttpRequest, HttpResponse, Location, Method, UrlTrust};
pub use identity::Identity;
#[cfg(feature = "oidc")]
pub use oidc::SigningKey;
pub use provider::{Provider, Settings, TokenRequest};
pub use registry::{Catalogue, Registered, Registry, RegistryBuilder};
pub use spec::{
    Brand, ClientAuthentication, DescribedBy, ExtraCall, IssuerTemplate, Membership, Nonce, OPENID_SCOPES, OpenIdFacts,
    Pkce, ProviderSpec, RequestBody, ResponseMode, Revocation, RevocationRequest, Setting, SigningAlgorithm,
    SpaceEncoding, SpecFacts, SubjectForm, SuccessCheck, TokenPlacement, TokenReply, UserInfoSource, Variable,
};
pub use token::{OAuthToken, Scopes, cleartext};
pub use user::{EmailVerified, OAuthUserInfo, RawData, VerifiedEmail};
