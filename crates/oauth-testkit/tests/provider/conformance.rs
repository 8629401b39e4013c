//! The suite against specs that hold, and against specs that are broken in one place each.

use std::path::PathBuf;

use oauth_bitbucket::BITBUCKET;
use oauth_core::{
    Brand, Claims, ClientAuthentication, EmailList, EmailVerified, ErrorKind, ExposeSecret, ExtraCall, OAuthUserInfo,
    Pkce, Provider, ProviderSpec, RawData, RequestBody, Result, Revocation, SuccessCheck, TokenPlacement, TokenReply,
    TokenRequest, Variable,
};
use oauth_testkit::conformance::{self, Report, Suite};

use crate::kinds;

#[tokio::test]
async fn a_whole_provider_passes() {
    conformance::check(&BITBUCKET).await;
}

#[tokio::test]
async fn specs_of_every_kind_pass() {
    let mut failed = String::new();
    for spec in kinds::ALL.iter().chain(kinds::OPENID) {
        let report = Suite::new(*spec).generic().run().await;
        assert!(report.checks() > 150, "{report}");
        if !report.is_ok() {
            failed = format!("{failed}{report}\n");
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// A provider without fault, to put one into.
const fn whole() -> ProviderSpec {
    ProviderSpec::oauth2("acme", "https://id.test/authorize", "https://id.test/token")
        .display_name("Acme")
        .docs("https://docs.test/")
        .console("https://console.test/")
        .brand(Brand { color: "#123ABC", icon_path: "M0 0" })
        .scopes(&["profile"])
        .known_scopes(&[("profile", "Read the profile"), ("email", "Read the e-mail address")])
        .user_info("https://api.test/me")
        .claims(Claims::id("id").email("mail").email_verified("mail_ok").username("login").name("name"))
        .remedies(&[(ErrorKind::ClientRefused, "Copy the client secret again")])
}

static WHOLE: ProviderSpec = whole();

/// A provider that is played as one spec and signed in to by another: what happens when a spec says what is not so.
struct Lies {
    says: &'static ProviderSpec,
    user_info: fn(&mut OAuthUserInfo, &RawData) -> Result<()>,
    token_request: fn(&mut TokenRequest),
}

impl Lies {
    const NONE: Self = Self { says: &WHOLE, user_info: |_, _| Ok(()), token_request: |_| {} };
}

impl Provider for Lies {
    fn spec(&self) -> &ProviderSpec {
        self.says
    }

    fn user_info(&self, user: &mut OAuthUserInfo, raw: &RawData) -> Result<()> {
        (self.user_info)(user, raw)
    }

    fn token_request(&self, request: &mut TokenRequest, _: &oauth_core::Settings) -> Result<()> {
        (self.token_request)(request);
        Ok(())
    }
}

/// Whether a check whose name begins with `check` failed, and was told with `seen`.
fn found(report: &Report, check: &str, seen: &str) -> bool {
    report.failures().iter().any(|failure| failure.check.starts_with(check) && failure.seen.contains(seen))
}

#[tokio::test]
async fn the_provider_without_fault_passes() {
    conformance::check(&WHOLE).await;
    conformance::check(&Lies::NONE).await;
}

#[tokio::test]
async fn a_careless_spec_is_told_what_is_wrong_with_it() {
    const CALLS: &[ExtraCall] = &[ExtraCall::get("mail", "https://api.test/mail")];
    static NAMELESS: ProviderSpec = whole().display_name("acme");
    static COLOURLESS: ProviderSpec = whole().brand(Brand { color: "blue", icon_path: "M0 0" });
    static FULL_STOP: ProviderSpec = whole().remedies(&[(ErrorKind::ClientRefused, "Copy it again.")]);
    static TWO_REMEDIES: ProviderSpec =
        whole().remedies(&[(ErrorKind::ClientRefused, "Copy it"), (ErrorKind::ClientRefused, "Copy it again")]);
    static INSTEAD: ProviderSpec = whole().revocation(Revocation::NotOffered { instead: "See the settings." });
    static UNKNOWN_SCOPE: ProviderSpec = whole().scopes(&["profiles"]);
    static NO_PROFILE: ProviderSpec =
        ProviderSpec::oauth2("acme", "https://id.test/authorize", "https://id.test/token").claims(Claims::id("id"));
    static NO_VARIABLE: ProviderSpec = whole().user_info("https://api.test/{tenant}/me");
    static NO_CALL: ProviderSpec = whole().calls(CALLS).claims(Claims::id("id").email("@emails.mail"));
    static NOT_KEPT: ProviderSpec = whole().claims(Claims::id("id").username("callback:nick"));
    static FORM_CALL: ProviderSpec =
        whole().calls(CALLS).user_info_form(&[]).token_placement(TokenPlacement::Form("access_token"));
    static ANY_HOST: ProviderSpec = whole()
        .variables(&[Variable::with_default("host", "api.test").from_callback("host")])
        .callback_params(&["host"])
        .user_info("https://{host}/me");
    static LOOSE_FLAG: ProviderSpec = whole().claims(Claims::id("id").email_verified("mail_ok"));
    let table: [(&'static ProviderSpec, &str, &str); 13] = [
        (&NAMELESS, "people are told about it: display_name", "not set"),
        (&COLOURLESS, "the brand colour is #rrggbb", "blue"),
        (&FULL_STOP, "a remedy has words and no full stop", "Copy it again."),
        (&TWO_REMEDIES, "an error has one remedy", "two"),
        (&INSTEAD, "what people can do instead", "See the settings."),
        (&UNKNOWN_SCOPE, "the default scopes are among the known ones", "profiles"),
        (&NO_PROFILE, "the profile has a source", "no user_info()"),
        (&NO_VARIABLE, "the variables of a URL have a source", "tenant"),
        (&NO_CALL, "a claim is read from what there is: email", "there is no call emails"),
        (&NOT_KEPT, "a claim is read from what there is: username", "nick is not in callback_params"),
        (&FORM_CALL, "extra calls can carry the access token", "GET"),
        (&ANY_HOST, "a variable from the callback is kept and has a list of values", "allowed()"),
        (&LOOSE_FLAG, "a flag of an address comes with the address", "email_verified()"),
    ];
    for (spec, check, seen) in table {
        let report = Suite::new(spec).run().await;
        assert!(found(&report, check, seen), "{check}: {report}");
    }
    let report = Suite::new(&NOT_KEPT).run().await;
    assert!(found(&report, "a client can be built", "Name nick in callback_params()"), "{report}");
}

#[tokio::test]
async fn hooks_that_go_wrong_are_found() {
    static OTHER_ID: Lies = Lies {
        user_info: |user, _| {
            user.oauth_id = user.username.clone().unwrap_or_default();
            Ok(())
        },
        ..Lies::NONE
    };
    static BY_ADDRESS: Lies = Lies {
        user_info: |user, _| {
            user.oauth_id = user.email.clone().unwrap_or_else(|| user.oauth_id.clone());
            Ok(())
        },
        ..Lies::NONE
    };
    static CUTTING: Lies = Lies {
        token_request: |request| {
            let code = request.param("code").map(|code| code.expose_secret().replace('/', ""));
            request.set_param("code", code.unwrap_or_default());
        },
        ..Lies::NONE
    };
    static ALWAYS_VERIFIED: Lies = Lies {
        user_info: |user, _| {
            user.email_verified = EmailVerified::Verified;
            Ok(())
        },
        ..Lies::NONE
    };
    static NAMING: Lies = Lies {
        user_info: |user, _| {
            user.username = user.username.take().or_else(|| Some(format!("user-{}", user.oauth_id)));
            Ok(())
        },
        ..Lies::NONE
    };
    static ADDRESSING: Lies = Lies {
        user_info: |user, _| {
            user.email = user.email.take().or_else(|| Some(format!("{}@acme.test", user.oauth_id)));
            Ok(())
        },
        ..Lies::NONE
    };
    static DEMANDING: Lies = Lies {
        user_info: |user, raw| {
            let profile: serde_json::Value = raw.parse()?;
            match profile["name"].as_str() {
                Some(name) => user.first_name = Some(name.to_owned()),
                None => return Err(oauth_core::Error::new(ErrorKind::UserInfoInvalid, "no name")),
            }
            Ok(())
        },
        ..Lies::NONE
    };
    static TELLING: Lies = Lies {
        user_info: |_, raw| Err(oauth_core::Error::new(ErrorKind::UserInfoInvalid, raw.as_str().to_owned())),
        ..Lies::NONE
    };
    static NO_SECRET: Lies = Lies { token_request: |request| request.set_param("client_secret", ""), ..Lies::NONE };
    static NO_VERIFIER: Lies =
        Lies { token_request: |request| request.set_param("code_verifier", "another"), ..Lies::NONE };
    let table: [(&'static Lies, &str, &str); 11] = [
        (&BY_ADDRESS, "two accounts with one address stay two", "both are \"jane.doe@example.com\""),
        (&CUTTING, "a code arrives as it came: with a slash", "another code"),
        (&OTHER_ID, "the hooks make nobody somebody else: jane", "oauth_id is Some(\"jane\")"),
        (&ALWAYS_VERIFIED, "the hooks make nobody somebody else: omar", "email_verified is true"),
        (&NAMING, "the hooks make nobody somebody else: bare", "username is Some(\"user-"),
        (&ADDRESSING, "the hooks make nobody somebody else: bare", "@acme.test"),
        (&DEMANDING, "the hooks make nobody somebody else: bare", "no name"),
        (&DEMANDING, "a field that is not needed keeps nobody out: name missing", "no name"),
        (&TELLING, "the hooks make nobody somebody else: jane", "mail_ok"),
        (&NO_SECRET, "the hooks make nobody somebody else: jane", "invalid_client"),
        (&NO_VERIFIER, "the code verifier of the token request meets the challenge", "another"),
    ];
    for (lies, check, seen) in table {
        let report = Suite::new(lies).run().await;
        assert!(found(&report, check, seen), "{check}: {report}");
    }
}

/// The same spec with one lie: what the provider that is played by the whole spec makes of it.
#[tokio::test]
async fn a_spec_that_says_what_is_not_so_cannot_sign_in() {
    static BASIC: ProviderSpec = whole().client_authentication(ClientAuthentication::Basic);
    static JSON: ProviderSpec = whole().token_body(RequestBody::Json);
    static NO_PKCE: ProviderSpec = whole().pkce(Pkce::Unsupported);
    static RENAMED: ProviderSpec = whole().client_params("client_key", "client_secret");
    static IN_QUERY: ProviderSpec = whole().token_placement(TokenPlacement::Query("access_token"));
    let provider = oauth_testkit::DevProvider::builder(&WHOLE).start().await.unwrap();
    let client = |spec: &'static ProviderSpec| {
        oauth_core::OAuthClient::new(spec, provider.config(), oauth_reqwest::ReqwestClient::new().unwrap()).unwrap()
    };
    let table: [(&'static ProviderSpec, Option<ErrorKind>); 4] = [
        (&WHOLE, None),
        (&BASIC, Some(ErrorKind::ClientRefused)),
        (&JSON, Some(ErrorKind::TokenRefused)),
        (&IN_QUERY, Some(ErrorKind::UserInfoUnauthorized)),
    ];
    for (spec, kind) in table {
        let end = crate::sign_in(&client(spec), "jane").await;
        assert_eq!(end.err().map(|error| error.kind()), kind);
    }
    for spec in [&NO_PKCE, &RENAMED] {
        let request = oauth_core::AuthorizationRequest::new(crate::REDIRECT_URI);
        let url = client(spec).authorize(&request).await.unwrap().url().to_owned();
        assert_eq!(oauth_testkit::Browser::new().open(&url).await.unwrap().status(), 400);
    }
}

/// A folder of cases beside the build, made anew.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("case")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join("case").join(name), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_spec_that_does_not_fit_the_real_replies_is_found_by_its_fixtures() {
    const TOKEN: (&str, &str) = ("token.json", r#"{"access_token":"access-1","token_type":"bearer"}"#);
    const LISTED: (&str, &str) =
        ("token.json", r#"{"access_token":"access-1","token_type":"bearer","scope":"profile,email"}"#);
    const USER: (&str, &str) =
        ("user.json", r#"{"id":7,"mail":"jane@example.com","mail_ok":true,"login":"jane","name":"Jane Doe"}"#);
    const EXPECTED: (&str, &str) = (
        "expected.json",
        r#"{"provider":"acme","oauth_id":"7","email":"jane@example.com","email_verified":true,"username":"jane",
            "first_name":"Jane","last_name":"Doe","avatar_url":null,"profile_url":null}"#,
    );
    static WRONG_ID: ProviderSpec = whole().claims(Claims::id("uuid"));
    static WRONG_FLAG: ProviderSpec =
        whole().claims(Claims::id("id").email("mail").email_verified("verified").username("login").name("name"));
    static WRONG_TOKEN: ProviderSpec = whole().token_reply(TokenReply::standard().object("data"));
    static WRONG_TYPE: ProviderSpec = whole().token_reply(TokenReply::standard().token_types(&["Token"]));
    static WRONG_CHECK: ProviderSpec = whole().user_info_success(SuccessCheck::member("ok").is(&["true"]));
    static WRONG_LIST: ProviderSpec = whole()
        .claims(Claims::id("id").emails(EmailList::new("mails", "mail").verified("ok")).username("login").name("name"));

    let right = folder("right", &[TOKEN, USER, EXPECTED]);
    conformance::fixtures(&WHOLE, &right).await;
    let table: [(&'static ProviderSpec, &PathBuf, &str); 9] = [
        (&WRONG_ID, &right, "no usable account id"),
        (&WRONG_FLAG, &right, "email_verified: NotStated"),
        (&WRONG_TOKEN, &right, "no token object"),
        (&WRONG_TYPE, &right, "token_type other than bearer"),
        (&WRONG_CHECK, &right, "the user-info endpoint refused"),
        (&WRONG_LIST, &right, "email: None"),
        (&WHOLE, &folder("listed", &[LISTED, USER, EXPECTED]), "\"profile,email\") is no scope"),
        (&WHOLE, &folder("without-user", &[TOKEN, EXPECTED]), "user.json is missing"),
        (&WHOLE, &folder("broken", &[TOKEN, ("user.json", "{"), EXPECTED]), "user.json is no JSON"),
    ];
    for (spec, folder, seen) in table {
        let failed = tokio::spawn(conformance::fixtures(spec, folder.clone())).await.unwrap_err();
        let told = *failed.into_panic().downcast::<String>().unwrap();
        assert!(told.contains(seen), "{seen}: {told}");
    }
    let nothing = folder("nothing", &[]);
    std::fs::remove_dir(nothing.join("case")).unwrap();
    assert!(tokio::spawn(conformance::fixtures(&WHOLE, nothing)).await.is_err());
}
