//! What a person sees: pages in the provider's colour, without scripts and without anything from elsewhere.

use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{Brand, ProviderSpec};
use sha2::{Digest, Sha256};

use crate::{
    answer::Form,
    authorize::AuthorizationRequest,
    person::{EmailAccess, TestPerson},
    shared::Shared,
    wire::{Received, Reply},
};

const CSS: &str = include_str!("../templates/style.css");

/// The only script there is: it sends the form of a `form_post` answer on. Without it there is a button.
const SUBMIT: &str = "document.forms[0].submit()";

/// How the pages of one provider look.
pub(crate) struct Look {
    name: &'static str,
    icon_path: Option<&'static str>,
    css: String,
    /// The source expression that allows this style sheet and no other.
    style_source: String,
}

impl Look {
    pub(crate) fn of(spec: &ProviderSpec) -> Self {
        let facts = spec.facts();
        let brand =
            facts.brand.map(|Brand { color, .. }| color).and_then(Color::parse).unwrap_or(Color(0x3b, 0x4a, 0x6b));
        let (ink, light, dark) = (brand.ink(), brand.readable_on(Color::WHITE), brand.readable_on(Color::NIGHT));
        let css =
            format!(":root{{--brand:{brand};--on-brand:{ink};--light-accent:{light};--dark-accent:{dark}}}\n{CSS}");
        let style_source = source_expression(&css);
        Self {
            name: facts.display_name,
            icon_path: facts.brand.map(|brand| brand.icon_path).filter(|path| !path.is_empty()),
            css,
            style_source,
        }
    }
}

#[derive(Template)]
#[template(path = "choice.html")]
struct Choice<'a> {
    look: &'a Look,
    spec: &'a str,
    application: String,
    scopes: Vec<(&'a str, Option<&'static str>)>,
    people: Vec<Card<'a>>,
}

struct Card<'a> {
    key: &'a str,
    initials: String,
    name: String,
    address: &'a str,
    shows: &'a str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    look: &'a Look,
    title: &'a str,
    text: &'a str,
    hint: &'a str,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    look: &'a Look,
    form: &'a Form,
    submit: &'a str,
}

/// The page where somebody is chosen.
pub(crate) fn choice(shared: &Shared, request: &AuthorizationRequest) -> Reply {
    let facts = shared.spec().facts();
    let known = |scope: &str| facts.known_scopes.iter().find(|(known, _)| *known == scope).map(|(_, allows)| *allows);
    let page = Choice {
        look: &shared.look,
        spec: shared.spec().name(),
        application: request.redirect_uri[url::Position::BeforeHost..url::Position::AfterPort].to_owned(),
        scopes: request.scopes.iter().map(|scope| (scope.as_str(), known(scope))).collect(),
        people: shared.options.people.iter().map(card).collect(),
    };
    html(shared, 200, page.render(), None)
}

fn card(person: &TestPerson) -> Card<'_> {
    let primary = person.emails.iter().find(|email| email.is_primary).or(person.emails.first());
    Card {
        key: &person.key,
        initials: initials(person),
        name: shown_name(person),
        address: match person.email_access {
            EmailAccess::Granted => primary.map_or("", |email| &email.address),
            EmailAccess::Refused => "",
        },
        shows: &person.shows,
    }
}

fn shown_name(person: &TestPerson) -> String {
    let handle = || person.username.clone().or_else(|| person.nickname.clone());
    person.full_name().or_else(handle).unwrap_or_else(|| person.key.clone())
}

/// The first letters of the first two words that begin with one.
fn initials(person: &TestPerson) -> String {
    let name = shown_name(person);
    let words = name.split_whitespace().filter_map(|word| word.chars().next()).filter(|first| first.is_alphabetic());
    words.take(2).flat_map(char::to_uppercase).collect()
}

/// An invalid authorization request. It leads to a page and not back to the application, whose address may be what is
/// wrong with it (RFC 6749 section 4.1.2.1).
pub(crate) fn refusal(shared: &Shared, fault: &str) -> Reply {
    let hint =
        "The application sent this browser here with an authorization request that this provider does not accept.";
    message(shared, 400, "This sign-in cannot begin", fault, hint)
}

/// What is not an endpoint of the spec: the pages of people, and the start page.
pub(crate) fn other(shared: &Shared, received: &Received) -> Reply {
    let segments: Vec<&str> = received.path.split('/').skip(1).collect();
    let name = shared.look.name;
    match segments.as_slice() {
        _ if !matches!(received.method.as_str(), "GET" | "HEAD") => Reply::text(405, "GET only").header("allow", "GET"),
        [""] => {
            let text = format!("It plays {name} for an application in development. Begin a sign-in there.");
            message(shared, 200, "Nothing to do here", &text, "")
        }
        ["people", key] if let Some(person) = shared.person(key) => {
            let text = format!("A test person of the development provider that plays {name}.");
            message(shared, 200, &shown_name(person), &text, &person.shows)
        }
        ["people", key, "avatar.svg"] if let Some(person) = shared.person(key) => avatar(person),
        _ => message(shared, 404, "No such page", "The development provider has no page here.", ""),
    }
}

fn avatar(person: &TestPerson) -> Reply {
    let hue = person.key.bytes().fold(0_u32, |hue, byte| (hue * 31 + u32::from(byte)) % 360);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\" width=\"96\" height=\"96\">\
         <rect width=\"96\" height=\"96\" fill=\"hsl({hue} 45% 38%)\"/>\
         <text x=\"48\" y=\"49\" fill=\"#fff\" font-family=\"system-ui,sans-serif\" font-size=\"38\" font-weight=\"600\" \
         text-anchor=\"middle\" dominant-baseline=\"central\">{}</text></svg>",
        initials(person)
    );
    secured(Reply::new(200, "image/svg+xml; charset=utf-8", svg), None)
}

/// A page that posts the answer to the application (OAuth 2.0 Form Post Response Mode).
pub(crate) fn form_post(shared: &Shared, form: &Form) -> Reply {
    let page = FormPost { look: &shared.look, form, submit: SUBMIT };
    html(shared, 200, page.render(), Some(&source_expression(SUBMIT)))
}

fn message(shared: &Shared, status: u16, title: &str, text: &str, hint: &str) -> Reply {
    html(shared, status, Message { look: &shared.look, title, text, hint }.render(), None)
}

fn html(shared: &Shared, status: u16, page: askama::Result<String>, script_source: Option<&str>) -> Reply {
    let Ok(page) = page else { return Reply::text(500, "the page cannot be made") };
    let mut sources = format!("style-src {}", shared.look.style_source);
    if let Some(script) = script_source {
        sources.push_str("; script-src ");
        sources.push_str(script);
    }
    secured(Reply::new(status, "text/html; charset=utf-8", page), Some(&sources))
}

/// Headers of everything that a browser shows. `form-action` is left out: browsers apply it to the redirect that
/// follows the form, and where that leads is the application's choice.
pub(crate) fn secured(reply: Reply, sources: Option<&str>) -> Reply {
    let policy = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"].into_iter().chain(sources);
    reply
        .header("content-security-policy", policy.collect::<Vec<_>>().join("; "))
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff")
}

fn source_expression(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Color(u8, u8, u8);

impl Color {
    const WHITE: Self = Self(0xff, 0xff, 0xff);
    const BLACK: Self = Self(0x11, 0x14, 0x1a);
    /// The card in a dark colour scheme.
    const NIGHT: Self = Self(0x1b, 0x20, 0x2a);
    /// What WCAG 2.2 level AA asks of text.
    const ENOUGH: f64 = 4.5;

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self(red, green, blue))
    }

    /// Relative luminance, WCAG 2.2.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Black or white, whichever reads better on this.
    fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= Self::ENOUGH || self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// This colour, moved towards black or white until it reads well on `background`.
    fn readable_on(self, background: Self) -> Self {
        let goal = if background.luminance() > 0.5 { Self::BLACK } else { Self::WHITE };
        let mix = |from: u8, to: u8, share: u32| {
            let mixed = (u32::from(from) * (20 - share) + u32::from(to) * share) / 20;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let mixed = |share| Self(mix(self.0, goal.0, share), mix(self.1, goal.1, share), mix(self.2, goal.2, share));
        (0..=20).map(mixed).find(|color| color.contrast(background) >= Self::ENOUGH).unwrap_or(goal)
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brand_colour_gives_readable_text() {
        for text in ["#000000", "#ffffff", "#0052CC", "#FFE812", "#1ED760", "#FF0000", "#808080", "#24292e"] {
            let brand = Color::parse(text).unwrap();
            assert!(brand.contrast(brand.ink()) >= Color::ENOUGH, "{text} with {}", brand.ink());
            for background in [Color::WHITE, Color::NIGHT] {
                let accent = brand.readable_on(background);
                assert!(accent.contrast(background) >= Color::ENOUGH, "{text}: {accent} on {background}");
            }
        }
        for text in ["", "#fff", "blue", "#0052CG", "red;}body{"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn initials_are_letters() {
        let table = [("Jane", "Doe", "JD"), ("jane", "van Doe", "JV"), ("<b>", "O’Neil", "O"), ("", "", "")];
        for (first, last, expected) in table {
            assert_eq!(initials(&TestPerson::new("x", "1").name(first, last)), expected);
        }
    }
}
