//! Session ids as the cookie of a session library that has one key only.

use std::time::SystemTime;

use oauth_core::{Error, ErrorKind, Result};

use crate::{
    key_ring::{Label, Purpose},
    login::Login,
    session::SESSION_IDLE,
};

/// Browsers keep 4,096 bytes of name and value; a library adds its signature and escapes some characters.
const MAX_SEALED: usize = 3800;

impl Login {
    /// Seals what a session library would put into the session cookie, for [`SESSION_IDLE`].
    ///
    /// For libraries that encrypt or sign the cookie with a single key: nobody has to sign in again when the keys of this
    /// login are rotated. Some libraries keep the whole session in that value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the value does not fit a cookie.
    pub fn seal_session_id(&self, id: &str) -> Result<String> {
        let now = SystemTime::now();
        let expires_at = now.checked_add(SESSION_IDLE).unwrap_or(now);
        let sealed = self.keys().seal(&self.session_id_label(), expires_at, id.as_bytes())?;
        if sealed.len() > MAX_SEALED {
            return Err(Error::new(ErrorKind::Configuration, "a session is larger than a cookie may be")
                .with_remedy("Keep sessions in a store on the server"));
        }
        Ok(sealed)
    }

    /// The inverse of [`seal_session_id`](Self::seal_session_id): `None` for what is not ours or has expired.
    #[must_use]
    pub fn open_session_id(&self, sealed: &str) -> Option<String> {
        let opened = self.keys().open(&self.session_id_label(), SystemTime::now(), sealed).ok()?;
        std::str::from_utf8(&opened.plaintext).ok().map(str::to_owned)
    }

    fn session_id_label(&self) -> Label<'_> {
        Label { purpose: Purpose::SessionId, name: self.session_cookie().name(), app: self.base_url() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing;

    const OLD: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";
    const NEW: &str = "3q2+7wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxw=";

    fn login(keys: &str, base_url: &str) -> Login {
        Login::builder(testing::registry()).cookie_key(keys).base_url(base_url).build().unwrap()
    }

    // Proves: QC6, QC7
    #[test]
    fn an_id_opens_after_rotation_and_for_its_application_only() {
        let site = "https://app.example";
        let sealed = login(OLD, site).seal_session_id("id").unwrap();
        assert!(!sealed.contains("id"));
        for (keys, base_url, opened) in [
            (OLD.to_owned(), site, Some("id")),
            (format!("{NEW},{OLD}"), site, Some("id")),
            (NEW.to_owned(), site, None),
            (OLD.to_owned(), "https://other.example", None),
        ] {
            assert_eq!(login(&keys, base_url).open_session_id(&sealed).as_deref(), opened, "{base_url}");
        }
        assert_eq!(login(OLD, site).open_session_id("id"), None);
    }

    // Proves: QC8
    #[test]
    fn what_a_browser_would_drop_is_an_error() {
        let login = login(OLD, "https://app.example");
        assert!(login.seal_session_id(&"a".repeat(2700)).is_ok());
        let error = login.seal_session_id(&"a".repeat(3000)).unwrap_err();
        assert!(error.to_string().contains("store on the server"), "{error}");
    }
}
