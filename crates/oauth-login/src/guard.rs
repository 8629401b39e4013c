//! Guards that need to know how the application is set up, to tell whoever runs it when nobody can pass.

use oauth_core::{ErrorKind, VerifiedEmail};

use crate::{
    login::Login,
    record::{LoginRecord, Refusal},
};

impl Login {
    /// Guard: signed in with the provider instance `name`. It is an error in the log if there is no such instance.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProvider`].
    pub fn require_provider(&self, record: &LoginRecord, name: &str) -> Result<(), Refusal> {
        record.require_provider(name).inspect_err(|_| {
            if let Err(error) = self.registry().get(name) {
                tracing::error!(target: "oauth_login", %error, "a route demands a provider that nobody can sign in with");
            }
        })
    }

    /// Guard: the provider vouches for the e-mail address. If there is none at all, the log says how to get one.
    ///
    /// # Errors
    ///
    /// [`Refusal::EmailNotVerified`].
    pub fn require_verified_email<'r>(&self, record: &'r LoginRecord) -> Result<VerifiedEmail<'r>, Refusal> {
        record.require_verified_email().inspect_err(|_| {
            if record.user.email.is_none()
                && let Ok(client) = self.registry().get(record.provider())
            {
                // The visitor can do nothing about a missing permission; whoever runs the application can.
                let error =
                    client.error(ErrorKind::EmailMissing, "a route demands an e-mail address and there is none");
                tracing::info!(target: "oauth_login", %error, "turned away");
            }
        })
    }
}
