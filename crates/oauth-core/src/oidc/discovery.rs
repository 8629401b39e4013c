//! The provider's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414).

use serde_json::value::RawValue;
use url::Url;

use super::{
    id_token::IssuerRule,
    json::{Object, Refused},
};
use crate::{
    authorization::CallbackIssuer,
    http::UrlTrust,
    spec::IssuerTemplate,
    template::{is_loopback, parse_url},
};

/// Why the metadata of somebody else is refused.
pub(crate) const ANOTHER_ISSUER: &str = "names another issuer than the one that was asked";

/// What is used of the metadata. Everything else, such as the algorithms it lists, is for others to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The issuer that the tokens of this provider name.
    pub(crate) issuer: IssuerRule,
    pub(crate) authorize: Option<Url>,
    pub(crate) token: Option<DiscoveredUrl>,
    pub(crate) jwks: Option<DiscoveredUrl>,
    pub(crate) user_info: Option<DiscoveredUrl>,
    pub(crate) revoke: Option<DiscoveredUrl>,
    /// Where the authorization request has to be pushed (RFC 9126 section 5); `None` where that is left to the client.
    pub(crate) pushed_authorization: Option<DiscoveredUrl>,
    /// Whether every callback names the issuer (RFC 9207 section 3).
    pub(crate) callback_issuer: CallbackIssuer,
}

/// A URL of the metadata, and whether the address guard applies to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DiscoveredUrl {
    pub(crate) url: Url,
    pub(crate) trust: UrlTrust,
}

/// Where the metadata of `issuer` is. The issuer is a text: a slash at its end is left out here and nowhere else.
pub(crate) fn well_known(issuer: &str) -> String {
    [issuer.strip_suffix('/').unwrap_or(issuer), "/.well-known/openid-configuration"].concat()
}

impl Metadata {
    /// Reads the metadata of `issuer`, which must name that very issuer (section 4.3).
    pub(crate) fn parse(
        json: &str,
        issuer: &str,
        aliases: &'static [&'static str],
        template: Option<IssuerTemplate>,
    ) -> Result<Self, Refused> {
        let metadata = Object::parse(json)?;
        let named = metadata.text("issuer")?.ok_or_else(|| Refused::new("names no issuer"))?;
        let rule = issuer_rule(&named, issuer, aliases, template).ok_or_else(|| Refused::new(ANOTHER_ISSUER))?;
        let configured = Url::parse(issuer).map_err(|_| Refused::new("has an issuer that is no URL"))?;
        let url = |name: &'static str| match metadata.text(name)? {
            Some(text) => DiscoveredUrl::new(&text, &configured)
                .map(Some)
                .ok_or_else(|| Refused::new(format!("has a member {name} that is no https URL"))),
            None => Ok(None),
        };
        let flag = |name| match metadata.get(name).map(RawValue::get) {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(_) => Err(Refused::new("has a flag that is neither true nor false")),
        };
        let callback_issuer = if flag("authorization_response_iss_parameter_supported")? {
            CallbackIssuer::Required
        } else {
            CallbackIssuer::Optional
        };
        let pushed_authorization = if flag("require_pushed_authorization_requests")? {
            let endpoint = url("pushed_authorization_request_endpoint")?;
            Some(endpoint.ok_or_else(|| Refused::new("demands that requests are pushed, and does not say where to"))?)
        } else {
            None
        };
        Ok(Self {
            issuer: rule,
            authorize: url("authorization_endpoint")?.map(|authorize| authorize.url),
            token: url("token_endpoint")?,
            jwks: url("jwks_uri")?,
            user_info: url("userinfo_endpoint")?,
            revoke: url("revocation_endpoint")?,
            pushed_authorization,
            callback_issuer,
        })
    }
}

/// The rule for the tokens of a provider that names itself `named` and was asked as `issuer`.
fn issuer_rule(
    named: &str,
    issuer: &str,
    aliases: &'static [&'static str],
    template: Option<IssuerTemplate>,
) -> Option<IssuerRule> {
    if let Some(template) = template {
        let (asked, answer) = (IssuerRule::of_tenant(template, issuer), IssuerRule::of_tenant(template, named));
        match (asked.exact(), answer.exact()) {
            // Asked by the id of a tenant, such a provider answers for this tenant, though in digits of another case; asked
            // by another name of a tenant, with its id; asked for everybody, with the template.
            (Some(asked), Some(tenant)) => return asked.eq_ignore_ascii_case(tenant).then_some(answer),
            (None, Some(_)) => return Some(answer),
            (None, None) if named == template.template() => return Some(answer),
            (_, None) => {}
        }
    }
    (named == issuer).then(|| IssuerRule::Exact { issuer: issuer.to_owned(), aliases })
}

impl DiscoveredUrl {
    /// `https`, or `http` on loopback where the issuer is there too. The origin of the issuer is as trusted as the setting
    /// that names it; any other address is data.
    fn new(text: &str, issuer: &Url) -> Option<Self> {
        let url = parse_url(text).ok()?;
        let issuer_is_loopback = is_loopback(issuer);
        if url.scheme() != "https" && !issuer_is_loopback {
            return None;
        }
        let trusted = url.origin() == issuer.origin() || (issuer_is_loopback && is_loopback(&url));
        let trust = if trusted { UrlTrust::Configured } else { UrlTrust::FromData };
        Some(Self { url, trust })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_pass_by_value)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const GUID: &str = "11111111-2222-3333-4444-555555555555";
    const TEMPLATE: IssuerTemplate = IssuerTemplate::new("https://login.test/{tenantid}/v2.0", "tid");

    fn document(changes: Value) -> String {
        let mut document = json!({
            "issuer": "https://id.test",
            "authorization_endpoint": "https://id.test/authorize",
            "token_endpoint": "https://id.test/token",
            "jwks_uri": "https://keys.test/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["none", "RS256"],
        });
        for (name, value) in changes.as_object().unwrap() {
            document[name] = value.clone();
        }
        document.as_object_mut().unwrap().retain(|_, value| *value != json!("absent"));
        document.to_string()
    }

    fn parse(json: &str, issuer: &str) -> Result<Metadata, Refused> {
        Metadata::parse(json, issuer, &[], None)
    }

    #[test]
    fn the_metadata_is_beside_the_issuer_without_a_doubled_slash() {
        let table = [
            ("https://id.test", "https://id.test/.well-known/openid-configuration"),
            ("https://id.test/", "https://id.test/.well-known/openid-configuration"),
            ("https://id.test/realms/a", "https://id.test/realms/a/.well-known/openid-configuration"),
            ("https://id.test/realms/a/", "https://id.test/realms/a/.well-known/openid-configuration"),
        ];
        for (issuer, url) in table {
            assert_eq!(well_known(issuer), url);
        }
    }

    // Proves: QF13
    #[test]
    fn a_document_of_another_issuer_is_refused_character_by_character() {
        for (named, accepted) in [
            ("https://id.test", true),
            ("https://id.test/", false),
            ("https://ID.test", false),
            ("https://id.test:443", false),
            ("http://id.test", false),
            ("https://evil.test", false),
        ] {
            assert_eq!(parse(&document(json!({ "issuer": named })), "https://id.test").is_ok(), accepted, "{named}");
        }
        let slash = "https://id.test/realm/";
        let metadata = parse(&document(json!({ "issuer": slash })), slash).unwrap();
        assert_eq!(metadata.issuer, IssuerRule::Exact { issuer: slash.to_owned(), aliases: &[] });
    }

    // Proves: QF13
    #[test]
    fn a_templated_issuer_is_taken_only_where_the_spec_has_the_template() {
        let parse = |named: &str, template| {
            Metadata::parse(&document(json!({ "issuer": named })), "https://login.test/common/v2.0", &[], template)
                .map(|metadata| metadata.issuer)
                .ok()
        };
        let of_tenant = format!("https://login.test/{GUID}/v2.0");
        assert_eq!(parse(TEMPLATE.template(), None), None);
        assert_eq!(parse(TEMPLATE.template(), Some(TEMPLATE)), Some(IssuerRule::Template(TEMPLATE)));
        assert_eq!(parse(&of_tenant, None), None);
        assert_eq!(
            parse(&of_tenant, Some(TEMPLATE)),
            Some(IssuerRule::Exact { issuer: of_tenant.clone(), aliases: &[] })
        );
        assert_eq!(parse(&format!("https://evil.test/{GUID}/v2.0"), Some(TEMPLATE)), None);
        assert_eq!(parse("https://login.test/other/v2.0", Some(TEMPLATE)), None);
    }

    // Proves: QF13
    #[test]
    fn whoever_asks_for_one_tenant_gets_no_other() {
        let of = |tenant: &str| format!("https://login.test/{tenant}/v2.0");
        let (tenant, other) = ("aaaaaaaa-2222-3333-4444-555555555555", GUID);
        let table = [
            (of(tenant), Some(of(tenant))),
            (of(&tenant.to_ascii_uppercase()), Some(of(&tenant.to_ascii_uppercase()))),
            (of(other), None),
            (TEMPLATE.template().to_owned(), None),
            (of("common"), None),
        ];
        for (named, issuer) in table {
            let metadata = Metadata::parse(&document(json!({ "issuer": named })), &of(tenant), &[], Some(TEMPLATE));
            let rule = issuer.map(|issuer| IssuerRule::Exact { issuer, aliases: &[] });
            assert_eq!(metadata.ok().map(|metadata| metadata.issuer), rule, "{named}");
        }
    }

    // Proves: QE1, QE4
    #[test]
    fn endpoints_are_https_and_guarded_unless_they_are_the_issuers_own() {
        let table = [
            ("https://id.test", "https://id.test/t", Some(UrlTrust::Configured)),
            ("https://id.test", "https://other.test/t", Some(UrlTrust::FromData)),
            ("https://id.test", "https://id.test:8443/t", Some(UrlTrust::FromData)),
            ("https://id.test", "https://127.0.0.1/t", Some(UrlTrust::FromData)),
            ("https://id.test", "http://id.test/t", None),
            ("https://id.test", "http://127.0.0.1/t", None),
            ("https://id.test", "http://localhost/t", None),
            ("https://id.test", "ftp://id.test/t", None),
            ("https://id.test", "https://u:p@id.test/t", None),
            ("https://id.test", "/t", None),
            ("https://id.test", "", None),
            ("http://localhost:9000", "http://localhost:9000/t", Some(UrlTrust::Configured)),
            ("http://localhost:9000", "http://127.0.0.1:9001/t", Some(UrlTrust::Configured)),
            ("http://localhost:9000", "https://other.test/t", Some(UrlTrust::FromData)),
            ("http://127.0.0.1:9000", "http://169.254.169.254/t", None),
        ];
        for (issuer, endpoint, trust) in table {
            let metadata = parse(
                &document(json!({ "issuer": issuer, "token_endpoint": endpoint, "jwks_uri": "absent",
                "authorization_endpoint": "absent" })),
                issuer,
            );
            assert_eq!(metadata.ok().map(|metadata| metadata.token.unwrap().trust), trust, "{issuer} {endpoint}");
        }
    }

    // Proves: QA9
    #[test]
    fn requests_are_pushed_where_that_is_demanded_and_not_where_it_is_offered() {
        let offered = json!({ "pushed_authorization_request_endpoint": "https://id.test/par" });
        for (demanded, pushed) in [(json!("absent"), false), (json!(false), false), (json!(true), true)] {
            let mut offered = offered.clone();
            offered["require_pushed_authorization_requests"] = demanded;
            let metadata = parse(&document(offered), "https://id.test").unwrap();
            assert_eq!(metadata.pushed_authorization.is_some(), pushed);
        }
    }

    #[test]
    fn odd_documents_are_read_and_broken_ones_refused() {
        let table = [
            (document(json!({})), "accepted"),
            (document(json!({ "userinfo_endpoint": "absent", "revocation_endpoint": "absent" })), "accepted"),
            (document(json!({ "authorization_response_iss_parameter_supported": true })), "accepted"),
            (
                document(json!({ "authorization_response_iss_parameter_supported": "true" })),
                "has a flag that is neither true nor false",
            ),
            (
                document(json!({ "require_pushed_authorization_requests": "true" })),
                "has a flag that is neither true nor false",
            ),
            (
                document(json!({ "require_pushed_authorization_requests": true })),
                "demands that requests are pushed, and does not say where to",
            ),
            (
                document(json!({
                    "require_pushed_authorization_requests": true,
                    "pushed_authorization_request_endpoint": "http://id.test/par",
                })),
                "has a member pushed_authorization_request_endpoint that is no https URL",
            ),
            (document(json!({ "jwks_uri": ["https://id.test/jwks"] })), "has a member jwks_uri that is not text"),
            (document(json!({ "issuer": "absent" })), "names no issuer"),
            (document(json!({ "issuer": null })), "has a member issuer that is not text"),
            (format!(r#"{{"issuer":"https://evil.test",{}"#, &document(json!({}))[1..]), "has a member twice"),
            ("<html>".to_owned(), "is not a JSON object"),
            ("[]".to_owned(), "is not a JSON object"),
        ];
        for (json, text) in table {
            let outcome =
                parse(&json, "https://id.test").map_or_else(|refused| refused.to_string(), |_| "accepted".to_owned());
            assert_eq!(outcome, text, "{json}");
        }
    }

    proptest::proptest! {
        // Proves: QH6
        #[test]
        fn no_document_makes_it_panic(raw in ".{0,200}", text in ".{0,80}") {
            let _ = parse(&raw, "https://id.test");
            let _ = parse(&document(json!({ "issuer": text, "token_endpoint": raw })), &text);
            let _ = Metadata::parse(&document(json!({ "issuer": text })), "https://id.test", &[], Some(TEMPLATE));
        }
    }
}
