//! What can be seen of a spec without a login.

use std::collections::HashSet;

use oauth_core::{DescribedBy, Document, ProviderSpec, Revocation, Step, TokenPlacement, UserInfoSource};

use super::{Report, Suite, ensure};
use crate::{
    document::every_field,
    endpoint::{Endpoint, variables},
};

pub(super) fn run(suite: &Suite, report: &mut Report) {
    let spec = suite.spec();
    let facts = spec.facts();
    if !suite.is_generic {
        for (what, is_there) in [
            ("display_name", !facts.display_name.is_empty() && facts.display_name != facts.name),
            ("docs", facts.docs.is_some()),
            ("console", facts.console.is_some()),
            ("brand", facts.brand.is_some()),
        ] {
            report.record(format!("people are told about it: {what}"), ensure(is_there, || "not set".to_owned()));
        }
    }
    if let Some(brand) = facts.brand {
        let is_color = brand.color.len() == 7
            && brand.color.strip_prefix('#').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        report.record("the brand colour is #rrggbb", ensure(is_color, || brand.color.to_owned()));
        let is_path = brand.icon_path.is_empty() || brand.icon_path.starts_with(['M', 'm']);
        report.record("the brand icon is the path of an SVG", ensure(is_path, || format!("{:?}", brand.icon_path)));
    }
    sentences(spec, report);
    scopes(spec, report);
    urls(spec, report);
    claims(spec, report);
    let form_calls = matches!(facts.token_placement, TokenPlacement::Form(_)) && !facts.calls.is_empty();
    report.record(
        "extra calls can carry the access token",
        ensure(!form_calls, || "they are GETs, and TokenPlacement::Form puts it into a body".to_owned()),
    );
}

/// An error ends with its remedy, and whoever shows it puts the full stop.
fn sentences(spec: &ProviderSpec, report: &mut Report) {
    let facts = spec.facts();
    let mut kinds = HashSet::new();
    for (kind, remedy) in facts.remedies {
        let is_sentence = !remedy.trim().is_empty() && !remedy.ends_with('.') && remedy.trim() == *remedy;
        report.record(
            format!("a remedy has words and no full stop at its end: {kind:?}"),
            ensure(is_sentence, || format!("{remedy:?}")),
        );
        report.record(
            format!("an error has one remedy: {kind:?}"),
            ensure(kinds.insert(*kind), || "there are two".to_owned()),
        );
    }
    if let Revocation::NotOffered { instead } = facts.revocation {
        report.record(
            "what people can do instead of revocation has no full stop at its end",
            ensure(!instead.ends_with('.'), || format!("{instead:?}")),
        );
    }
}

fn scopes(spec: &ProviderSpec, report: &mut Report) {
    let facts = spec.facts();
    let mut names = HashSet::new();
    for (name, allows) in facts.known_scopes {
        report.record(format!("a scope is known once: {name}"), ensure(names.insert(*name), || "twice".to_owned()));
        report.record(
            format!("a known scope says what it allows: {name}"),
            ensure(!allows.is_empty(), || "nothing".to_owned()),
        );
    }
    if !facts.known_scopes.is_empty() {
        let unknown: Vec<_> = facts.scopes.iter().filter(|scope| !names.contains(*scope)).collect();
        report.record(
            "the default scopes are among the known ones",
            ensure(unknown.is_empty(), || format!("these are not: {unknown:?}")),
        );
    }
}

fn urls(spec: &ProviderSpec, report: &mut Report) {
    let facts = spec.facts();
    let source = facts.user_info_source;
    if matches!(source, UserInfoSource::Endpoint | UserInfoSource::Headers(_)) && facts.openid.is_none() {
        report.record(
            "the profile has a source",
            ensure(facts.user_info_url.is_some() || facts.described_by == DescribedBy::Settings, || {
                "no user_info() and no other user_info_source()".to_owned()
            }),
        );
    }
    let known = |name: &str| match name.split_once(':') {
        Some(("callback", param)) => facts.callback_params.contains(&param),
        Some(("token" | "userinfo", _)) => true,
        Some(_) => false,
        None => match name {
            "client_id" => true,
            "base_url" => facts.base_url.is_some() || facts.settings.iter().any(|setting| setting.name == "BASE_URL"),
            _ => facts.variables.iter().any(|variable| variable.name() == name),
        },
    };
    for endpoint in Endpoint::of(spec) {
        let Some(url) = endpoint.url_in(spec) else { continue };
        let unknown: Vec<&str> = variables(url).filter(|name| !known(name)).collect();
        report.record(
            format!("the variables of a URL have a source: {endpoint:?}"),
            ensure(unknown.is_empty(), || format!("{url} has {unknown:?}, which nothing gives")),
        );
        let first = variables(url).next().filter(|_| url.starts_with('{'));
        let is_https = url.starts_with("https://") || first == Some("base_url");
        report.record(
            format!("a URL is https: {endpoint:?}"),
            ensure(is_https, || format!("{url} leaves the scheme to a variable that is no URL")),
        );
        let needs_profile = endpoint == Endpoint::UserInfo && variables(url).any(|name| name.starts_with("userinfo:"));
        report.record(
            format!("a URL takes nothing from its own reply: {endpoint:?}"),
            ensure(!needs_profile, || url.to_owned()),
        );
    }
    for variable in facts.variables {
        if let Some(param) = variable.callback_param() {
            let name = variable.name();
            report.record(
                format!("a variable from the callback is kept and has a list of values: {name}"),
                ensure(facts.callback_params.contains(&param) && !variable.allowed_values().is_empty(), || {
                    format!("{param} must be in callback_params, and allowed() must not be empty")
                }),
            );
        }
        if let Some(default) = variable.default() {
            let allowed = variable.allowed_values();
            report.record(
                format!("the default of a variable is allowed: {}", variable.name()),
                ensure(allowed.is_empty() || allowed.contains(&default), || default.to_owned()),
            );
        }
    }
}

fn claims(spec: &ProviderSpec, report: &mut Report) {
    let facts = spec.facts();
    let list = facts.claims.email_list().map(|list| ("emails", list.paths().0));
    for (claim, path) in facts.claims.paths().into_iter().chain(list) {
        for field in every_field(path) {
            let seen = match (&field.document, field.steps.first()) {
                (Document::Call(name), _) if !facts.calls.iter().any(|call| call.name() == name) => {
                    Some(format!("there is no call {name}"))
                }
                (Document::Callback, Some(Step::Key(name))) if !facts.callback_params.contains(&name.as_str()) => {
                    Some(format!("{name} is not in callback_params"))
                }
                _ => None,
            };
            report.record(format!("a claim is read from what there is: {claim}"), seen.map_or(Ok(()), Err));
        }
    }
    let names = facts.claims.paths().into_iter().any(|(claim, _)| claim == "email_verified");
    let email = facts.claims.paths().into_iter().any(|(claim, _)| claim == "email");
    report.record(
        "a flag of an address comes with the address",
        ensure(!names || email, || "email_verified() without email()".to_owned()),
    );
}
