//! The book's pages about providers say what the specs say. `cargo xtask docs` writes what this test compares.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use oauth_core::{
    ClientAuthentication, DescribedBy, EmailList, ErrorKind, Method, Pkce, Provider, ResponseMode, Revocation,
    SpecFacts, TokenPlacement, UserInfoSource,
};
use oauth_providers::CATALOGUE;

/// Set by `cargo xtask docs`: what differs is written instead of being an error.
const WRITE: &str = "WRITE_PAGES";

const BEGIN_FEATURES: &str = "<!-- features:begin oauth-providers -->\n";
const END_FEATURES: &str = "<!-- features:end -->";
const BEGIN_PROVIDERS: &str = "<!-- providers:begin -->\n";
const END_PROVIDERS: &str = "<!-- providers:end -->";

#[test]
fn the_pages_say_what_the_specs_say() {
    let mut stale = Vec::new();
    let mut compare = |path: PathBuf, rewrite: &dyn Fn(&str) -> Option<String>| {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let Ok(text) = fs::read_to_string(&path) else {
            stale.push(format!("{shown} is missing"));
            return;
        };
        match rewrite(&text) {
            None => stale.push(format!("{shown} lacks the comments between which it is generated")),
            Some(new) if new == text => {}
            Some(new) if env::var_os(WRITE).is_some() => fs::write(&path, new).unwrap(),
            Some(_) => stale.push(format!("{shown} is stale: run `cargo xtask docs`")),
        }
    };
    for provider in CATALOGUE.providers {
        let facts = provider.spec().facts();
        let begin = format!("<!-- reference:begin {} -->\n", facts.name);
        compare(book(&format!("providers/{}.md", facts.name)), &|page| {
            between(page, &begin, "<!-- reference:end -->", |_| reference(*provider))
        });
    }
    // The tables of all providers can be written only by a build that has all of them.
    let is_on = |name: &str| providers().any(|facts| facts.name == name);
    if CATALOGUE.known.iter().all(|name| is_on(name)) {
        compare(book("providers/index.md"), &|page| between(page, BEGIN_FEATURES, END_FEATURES, index));
        compare(root().join("README.md"), &|page| between(page, BEGIN_PROVIDERS, END_PROVIDERS, |_| readme()));
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn the_book_lists_every_page() {
    let summary = fs::read_to_string(book("SUMMARY.md")).unwrap();
    for facts in providers() {
        let link = format!("](providers/{}.md)", facts.name);
        assert!(summary.contains(&link), "docs/src/SUMMARY.md has no line with {link}");
    }
}

fn providers() -> impl Iterator<Item = &'static SpecFacts> {
    CATALOGUE.providers.iter().map(|provider| Provider::spec(*provider).facts())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn book(page: &str) -> PathBuf {
    root().join("docs/src").join(page)
}

/// `text` with something new between the two comments.
fn between(text: &str, begin: &str, end: &str, new: impl Fn(&str) -> String) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (old, after) = rest.split_once(end)?;
    Some([before, begin, &new(old), end, after].concat())
}

fn index(old: &str) -> String {
    let mut table = "| feature | provider | default scopes | e-mail address |\n|---|---|---|---|\n".to_owned();
    for facts in providers() {
        let email = match (facts.claims.email_list(), path(facts, "email"), path(facts, "email_verified")) {
            _ if facts.described_by == DescribedBy::Settings => "as the settings say",
            (Some(list), ..) if list.is_verified_primary_only() => "verified, or none",
            (Some(list), ..) if list.paths().3.is_some() => "with a flag",
            (_, _, Some(_)) => "with a flag",
            (None, None, None) => "none",
            _ => "without a flag",
        };
        let page = format!("[{}]({}.md)", facts.display_name, facts.name);
        row(&mut table, &[&code(facts.name), &page, &code(&facts.scopes.join(" ")), email]);
    }
    table + &other_rows(old)
}

fn readme() -> String {
    let mut pages: Vec<_> = providers().map(|facts| (facts.display_name, facts.name)).collect();
    pages.sort_by_key(|(shown, _)| shown.to_lowercase());
    let links = pages.iter().map(|(shown, name)| format!("[{shown}](docs/src/providers/{name}.md)"));
    links.collect::<Vec<_>>().join(" ·\n") + "\n"
}

/// The rows of a feature table that are no provider's: they are written by hand.
fn other_rows(table: &str) -> String {
    let is_provider = |row: &str| CATALOGUE.known.iter().any(|name| row.starts_with(&format!("| `{name}` |")));
    table.lines().skip(2).filter(|row| !is_provider(row)).fold(String::new(), |rows, row| rows + row + "\n")
}

/// Everything about a provider that its spec says.
fn reference(provider: &dyn Provider) -> String {
    let facts = provider.spec().facts();
    let mut page = "\n## Reference\n\n".to_owned();
    settings(&mut page, facts);
    if facts.described_by == DescribedBy::Settings {
        described(&mut page, provider);
    }
    scopes(&mut page, facts);
    fields(&mut page, facts);
    protocol(&mut page, facts);
    remedies(&mut page, facts);
    page + "\n"
}

fn settings(page: &mut String, facts: &SpecFacts) {
    let variable = |setting: &str| {
        let name = |text: &str| text.to_ascii_uppercase().replace('-', "_");
        code(&format!("OAUTH_{}_{}", name(facts.name), name(setting)))
    };
    *page += "### Settings\n\n| variable | meaning | default |\n|---|---|---|\n";
    let credentials = match facts.client_authentication {
        ClientAuthentication::None | ClientAuthentication::Signed => variable("CLIENT_ID"),
        _ => [variable("CLIENT_ID"), variable("CLIENT_SECRET")].join(", "),
    };
    let console = facts.console.map_or_else(String::new, |url| format!(", from <{url}>"));
    row(page, &[&credentials, &format!("credentials{console}"), ""]);
    row(page, &[&variable("SCOPES"), "space-separated scopes", &code(&facts.scopes.join(" "))]);
    if let Some(base_url) = facts.base_url {
        row(page, &[&variable("BASE_URL"), "root of an instance of your own", &code(base_url)]);
    }
    for part in facts.variables {
        let default = part.default().map_or_else(|| "must be set".to_owned(), code);
        let meaning = match part.allowed_values() {
            [] => format!("`{{{}}}` below", part.name()),
            values => format!("`{{{}}}` below, one of {}", part.name(), code(&values.join(" "))),
        };
        row(page, &[&variable(part.name()), &meaning, &default]);
    }
    if let Some(membership) = facts.openid.and_then(|openid| openid.membership) {
        row(page, &[&variable(membership.setting), membership.description, ""]);
    }
    for setting in facts.settings {
        row(page, &[&variable(setting.name), setting.description, if setting.required { "must be set" } else { "" }]);
    }
    if facts.openid.is_some() {
        row(
            page,
            &[&variable("ISSUER"), "issuer identifier", &facts.issuer.map_or_else(|| "must be set".to_owned(), code)],
        );
    }
    let openid = facts.openid.as_ref();
    let mut endpoints = vec![
        ("DISCOVERY", "metadata, if not beside the issuer".to_owned(), openid.and_then(|openid| openid.discovery_url)),
        ("AUTHORIZE", "authorization endpoint".to_owned(), facts.authorize_url),
        ("TOKEN", "token endpoint".to_owned(), facts.token_url),
        ("REFRESH", "endpoint for refreshing".to_owned(), facts.refresh_url),
        ("USERINFO", "user-info endpoint".to_owned(), facts.user_info_url),
        ("JWKS", "key set".to_owned(), openid.and_then(|openid| openid.jwks_url)),
    ];
    let calls = facts.calls.iter();
    endpoints
        .extend(calls.map(|call| (call.name(), format!("further call, `@{}` below", call.name()), Some(call.url()))));
    let pushed = "endpoint for pushed authorization requests (RFC 9126)".to_owned();
    endpoints.push(("PUSHED_AUTHORIZATION", pushed, facts.pushed_authorization_url));
    endpoints.push(("REVOKE", "revocation endpoint".to_owned(), facts.revocation.url()));
    for (name, meaning, url) in endpoints {
        if let Some(url) = url {
            row(page, &[&variable(&format!("{name}_URL")), &meaning, &code(url)]);
        }
    }
}

/// The settings that stand in place of what a spec says.
fn described(page: &mut String, provider: &dyn Provider) {
    let variable = |setting: &str| {
        code(&format!("OAUTH_{}_{setting}", provider.spec().name().to_ascii_uppercase().replace('-', "_")))
    };
    let rows = [
        ("AUTHORIZE_URL", "authorization endpoint", "must be set"),
        ("TOKEN_URL", "token endpoint", "must be set"),
        ("USERINFO_URL", "user-info endpoint", "must be set"),
        ("PUSHED_AUTHORIZATION_URL", "endpoint for pushed authorization requests (RFC 9126)", "nothing is pushed"),
        ("REVOKE_URL", "revocation endpoint (RFC 7009)", "tokens cannot be revoked"),
        (
            "TOKEN_ENDPOINT_AUTH_METHOD",
            "`client_secret_basic`, `client_secret_post`, or `none` for a public client",
            "`client_secret_basic`",
        ),
        ("CODE_CHALLENGE_METHOD", "`S256` or `plain`, or `none` for a server that refuses PKCE", "`S256`"),
        ("SCOPE_SEPARATOR", "what stands between two scopes: `,`, `;` or `+`", "a space"),
    ];
    for (setting, meaning, default) in rows {
        row(page, &[&variable(setting), meaning, default]);
    }
    let paths = provider.spec().facts().claims.paths();
    for (setting, path) in provider.spec().claim_settings() {
        let field = paths.iter().find(|(_, known)| *known == path).map_or("", |(field, _)| field);
        let default = if setting == "CLAIM_SUB" { "must be set" } else { "" };
        row(page, &[&variable(setting), &format!("[path](adding.md#the-path-language) to {}", code(field)), default]);
    }
}

fn scopes(page: &mut String, facts: &SpecFacts) {
    if facts.known_scopes.is_empty() {
        return;
    }
    *page += "\n### Scopes\n\n| scope | allows | by default |\n|---|---|---|\n";
    for (scope, allows) in facts.known_scopes {
        row(page, &[&code(scope), allows, if facts.scopes.contains(scope) { "yes" } else { "" }]);
    }
}

fn fields(page: &mut String, facts: &SpecFacts) {
    if facts.described_by == DescribedBy::Settings {
        return;
    }
    *page +=
        "\n### Fields\n\nAs [paths](adding.md#the-path-language) into the replies.\n\n| field | from |\n|---|---|\n";
    let from = |name| path(facts, name).map(alternatives);
    let list = facts.claims.email_list().map(chosen);
    let email = [from("email"), list].into_iter().flatten().collect::<Vec<_>>();
    let name = from("name").map(|name| format!("{name}, split after its first word"));
    let or_name = |part| [from(part), name.clone()].into_iter().flatten().collect::<Vec<_>>();
    let one = |name| from(name).into_iter().collect::<Vec<_>>();
    let rows = [
        ("oauth_id", one("oauth_id")),
        ("email", email),
        ("email_verified", one("email_verified")),
        ("username", one("username")),
        ("first_name", or_name("first_name")),
        ("last_name", or_name("last_name")),
        ("avatar_url", one("avatar_url")),
        ("profile_url", one("profile_url")),
    ];
    for (field, sources) in rows {
        let from = match (field, sources.as_slice()) {
            ("email_verified", []) if facts.claims.email_list().is_some() => "the flag of that entry".to_owned(),
            ("email_verified", []) => "nothing: the provider has no flag".to_owned(),
            (_, []) => "nothing".to_owned(),
            (_, sources) => sources.join("; else "),
        };
        row(page, &[&code(field), &from]);
    }
    let raw = match (facts.user_info_source, facts.user_info_url) {
        (UserInfoSource::Endpoint | UserInfoSource::SignedEndpoint, Some(url)) => format!("the reply of {}", code(url)),
        (UserInfoSource::Endpoint | UserInfoSource::SignedEndpoint, None) => {
            "the reply of the user-info endpoint, or else the claims of the ID token".to_owned()
        }
        (UserInfoSource::Headers(names), Some(url)) => {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            format!("an object with the headers {} of the reply of {}", names.join(" and "), code(url))
        }
        (UserInfoSource::IdToken, _) => "the claims of the ID token".to_owned(),
        (UserInfoSource::AccessToken, _) => "the claims of the access token".to_owned(),
        _ => "the token reply without its tokens".to_owned(),
    };
    row(page, &["`raw_data`", &raw]);
    if facts.openid.is_some()
        && matches!(facts.user_info_source, UserInfoSource::Endpoint | UserInfoSource::SignedEndpoint)
    {
        *page +=
            "\nWhat that reply leaves out of them is read in the same places of the ID token, but for `oauth_id`.\n";
    }
}

/// How one address is chosen from a list.
fn chosen(list: EmailList) -> String {
    let (entries, address, primary, verified) = list.paths();
    let flag = |flag: Option<&str>| flag.map_or_else(String::new, |path| format!(" ({})", code(path)));
    let (primary, verified) = (flag(primary), flag(verified));
    let entry = format!("{} of an entry of {}", code(address), code(entries));
    if list.is_verified_primary_only() {
        format!("{entry}: the primary one{primary} if it is verified{verified}, and no other")
    } else {
        format!("{entry}: the primary one{primary}, else the first verified one{verified}, else the first")
    }
}

/// What the client does with this provider, and what is unusual about it.
fn protocol(page: &mut String, facts: &SpecFacts) {
    let mut said = vec![match facts.client_authentication {
        ClientAuthentication::Basic => "The client authenticates with HTTP Basic".to_owned(),
        ClientAuthentication::None => "The client is public: it has no secret".to_owned(),
        ClientAuthentication::Signed => {
            "A client secret is signed for each request and sent in its body, beside the client id".to_owned()
        }
        ClientAuthentication::PrivateKeyJwt => {
            "The client proves itself with a private key (RFC 7523): there is no client secret".to_owned()
        }
        _ if facts.token_method == Method::Get => {
            "Client id and secret are in the query of the token request".to_owned()
        }
        _ => "Client id and secret are in the body of the token request".to_owned(),
    }];
    said.push(match facts.pkce {
        Pkce::S256 => "PKCE is sent, with `S256`".to_owned(),
        Pkce::Plain => "PKCE is sent, with `plain`: the provider knows no other method".to_owned(),
        _ => "PKCE is not sent: the provider does not take it. The state alone binds the callback to the browser"
            .to_owned(),
    });
    if facts.response_mode == ResponseMode::FormPost {
        said.push("The callback is a cross-site `POST`".to_owned());
    }
    if facts.scope_separator != " " {
        said.push(format!("Between two scopes of the request stands {}", code(facts.scope_separator)));
    }
    match (&facts.openid, facts.issuer) {
        (Some(openid), _) => {
            let given = facts.authorize_url.is_some() && facts.token_url.is_some() && openid.jwks_url.is_some();
            let how = if given { "needs no discovery" } else { "is discovered" };
            said.push(format!("OpenID Connect, which {how}"));
        }
        (None, Some(_)) => said.push("The callback names its issuer (RFC 9207), which is checked".to_owned()),
        (None, None) => {}
    }
    match facts.token_placement {
        TokenPlacement::Scheme(scheme) => said.push(format!("The access token is sent as `Authorization: {scheme}`")),
        TokenPlacement::Header(name) => said.push(format!("The access token is sent in the header {}", code(name))),
        TokenPlacement::Query(name) => said.push(format!("The access token is sent in the query, as {}", code(name))),
        TokenPlacement::Form(name) => said.push(format!("The access token is sent as the form field {}", code(name))),
        _ => {}
    }
    for (name, value) in facts.authorize_params {
        said.push(format!("The authorization request has `{name}={value}`"));
    }
    for (name, value) in facts.user_info_query {
        said.push(format!("The profile is asked for with `{name}={value}`"));
    }
    for call in facts.calls.iter().filter(|call| !call.optional_statuses().is_empty()) {
        let statuses: Vec<String> = call.optional_statuses().iter().map(u16::to_string).collect();
        said.push(format!(
            "When `@{}` is answered {}, the login goes on without it; a rate limit ends it",
            call.name(),
            statuses.join(" or ")
        ));
    }
    said.push(match facts.revocation {
        Revocation::Endpoint(_) => "`revoke_token` revokes (RFC 7009)".to_owned(),
        Revocation::Request(own) => {
            let method = if own.method() == Method::Delete { "DELETE" } else { "POST" };
            format!("`revoke_token` revokes the access token, by {} of the provider's own", code(method))
        }
        _ if facts.described_by == DescribedBy::Settings => {
            "`revoke_token` revokes where `REVOKE_URL` is set".to_owned()
        }
        Revocation::NotOffered { instead } if !instead.is_empty() => instead.to_owned(),
        _ if facts.openid.is_some_and(|openid| openid.jwks_url.is_none()) => {
            "`revoke_token` revokes where the metadata names an endpoint for it (RFC 7009)".to_owned()
        }
        _ => "Tokens cannot be revoked".to_owned(),
    });
    if let Some(docs) = facts.docs {
        said.push(format!("The provider's own documentation: <{docs}>"));
    }
    *page += "\n### Protocol\n\n";
    for sentence in said {
        writeln!(page, "- {sentence}").unwrap();
    }
}

fn remedies(page: &mut String, facts: &SpecFacts) {
    if facts.remedies.is_empty() {
        return;
    }
    *page += "\n### Errors\n\nThe log says the same.\n\n| what happened | what to do |\n|---|---|\n";
    for (kind, remedy) in facts.remedies {
        row(page, &[in_words(*kind), remedy]);
    }
}

fn in_words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Configuration => "The settings are not accepted",
        ErrorKind::AuthorizationRefused => "The pushed authorization request is not accepted",
        ErrorKind::ClientRefused => "The client id or secret is not accepted",
        ErrorKind::InvalidGrant => "The code or the refresh token is not accepted",
        ErrorKind::RedirectUriMismatch => "The redirect URI is not the registered one",
        ErrorKind::TokenRefused => "The token endpoint refuses",
        ErrorKind::TokenReplyInvalid => "The token reply is none",
        ErrorKind::MetadataInvalid => "The metadata is not accepted",
        ErrorKind::KeySetInvalid => "The key set is not accepted",
        ErrorKind::IdTokenInvalid => "The ID token is not accepted",
        ErrorKind::AccountRefused => "The account may not sign in here",
        ErrorKind::RateLimited => "The provider was asked too often",
        ErrorKind::IssuerMismatch => "The issuer is another one",
        ErrorKind::UserInfoUnauthorized => "The profile request is answered 401",
        ErrorKind::UserInfoForbidden => "The profile request is answered 403",
        ErrorKind::UserInfoRefused => "The profile request fails otherwise",
        ErrorKind::UserInfoInvalid => "The profile is not readable or has no id",
        ErrorKind::EmailMissing => "There is no e-mail address",
        kind => panic!("{kind:?} needs words for the book"),
    }
}

fn path(facts: &SpecFacts, field: &str) -> Option<&'static str> {
    facts.claims.paths().into_iter().find(|(name, _)| *name == field).map(|(_, path)| path)
}

fn alternatives(path: &str) -> String {
    path.split(" | ").map(code).collect::<Vec<_>>().join(", else ")
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    writeln!(page, "| {} |", cells.join(" | ")).unwrap();
}
