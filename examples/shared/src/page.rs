//! The pages: what the templates show, and the header that keeps them to themselves.

use std::fmt::Write as _;

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use oauth_core::{EmailVerified, OAuthClient, OAuthUserInfo};
use oauth_login::{FailureCode, Login};
use oauth_testkit::DevProvider;
use serde::Deserialize;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../../templates/style.css");

/// What is the same on every page.
pub struct Site {
    style: String,
    policy: String,
    buttons: Vec<Button>,
    logout: String,
    development: bool,
}

struct Button {
    class: String,
    href: String,
    label: String,
    icon: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    site: &'a Site,
    message: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedIn<'a> {
    site: &'a Site,
    message: Option<&'a str>,
    user: &'a OAuthUserInfo,
    name: &'a str,
    initials: String,
    provider: &'a str,
    badge: Badge,
    raw_data: String,
}

struct Badge {
    class: &'static str,
    text: &'static str,
}

/// The query of the home page.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct HomeQuery {
    error: Option<String>,
}

impl HomeQuery {
    /// What to say about a login that did not happen.
    #[must_use]
    pub fn message(&self) -> Option<&'static str> {
        FailureCode::from_code(self.error.as_deref()?).map(FailureCode::message)
    }
}

impl Site {
    pub(crate) fn new(login: &Login, development: Option<&DevProvider>) -> Self {
        let clients = || login.registry().iter();
        let style = clients().fold(STYLE.to_owned(), |style, client| style + &brand_style(client));
        let hash = STANDARD.encode(Sha256::digest(&style));
        // Pictures are on the providers' hosts, of which there are many.
        let pictures = development.map_or("https:", DevProvider::base_url);
        // No script is allowed. `connect-src` is for the developer's console: `fetch("/me")`.
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src {pictures}; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        Self {
            policy,
            style,
            buttons: clients().map(|client| Button::new(login, client)).collect(),
            logout: login.logout_path(),
            development: development.is_some(),
        }
    }

    /// The home page, for somebody or nobody, perhaps with a message about a login that did not happen.
    ///
    /// # Errors
    ///
    /// The template fails.
    pub fn home(&self, user: Option<&OAuthUserInfo>, message: Option<&str>) -> askama::Result<String> {
        match user {
            Some(user) => self.signed_in(user, message),
            None => SignIn { site: self, message }.render(),
        }
    }

    /// The `Content-Security-Policy` of a page.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    fn signed_in(&self, user: &OAuthUserInfo, message: Option<&str>) -> askama::Result<String> {
        let full_name = user.full_name();
        let names = [full_name.as_deref(), user.username.as_deref(), user.email.as_deref()];
        let name = names.into_iter().flatten().next().unwrap_or(&user.oauth_id);
        let class = class(&user.provider);
        let button = self.buttons.iter().find(|button| button.class == class);
        SignedIn {
            site: self,
            message,
            user,
            name,
            initials: initials(name),
            provider: button.map_or(&user.provider, |button| &button.label),
            badge: Badge::new(user),
            raw_data: pretty(user.raw_data.as_str()),
        }
        .render()
    }
}

impl Button {
    fn new(login: &Login, client: &OAuthClient) -> Self {
        let facts = client.spec().facts();
        let label = if client.name() == facts.name {
            facts.display_name.to_owned()
        } else {
            format!("{} ({})", facts.display_name, client.name())
        };
        Self {
            class: class(client.name()),
            href: login.login_path(client.name()),
            label,
            icon: facts.brand.map(|brand| brand.icon_path).filter(|path| !path.is_empty()),
        }
    }
}

impl Badge {
    fn new(user: &OAuthUserInfo) -> Self {
        let (class, text) = match (&user.email, user.email_verified) {
            (None, _) => ("", "No e-mail address"),
            (_, EmailVerified::Verified) => ("good", "Verified"),
            (_, EmailVerified::Unverified) => ("warn", "Not verified"),
            (_, EmailVerified::NotStated) => ("warn", "Verification unknown"),
        };
        Self { class, text }
    }
}

/// The class of a provider's button. Instance names are lower-case letters, digits and `-`.
fn class(instance: &str) -> String {
    format!("by-{instance}")
}

/// The provider's colour behind black or white, whichever is read better.
fn brand_style(client: &OAuthClient) -> String {
    let mut style = String::new();
    if let Some(brand) = client.spec().facts().brand
        && let Some(luminance) = luminance(brand.color)
    {
        // Where white and black have the same contrast (WCAG 2.2, "contrast ratio").
        let text = if luminance > 0.179 { "#000" } else { "#fff" };
        let (class, color) = (class(client.name()), brand.color);
        // Writing to a string does not fail.
        let _ = writeln!(style, ".{class} {{ background: {color}; color: {text}; }}");
    }
    style
}

/// Relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(color: &str) -> Option<f64> {
    let number = u32::from_str_radix(color.strip_prefix('#').filter(|digits| digits.len() == 6)?, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes().map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).flat_map(char::to_uppercase).collect()
}

fn pretty(json: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(json).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| json.to_owned())
}
