//! Every provider that is on passes the suite and reads its fixtures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::{fs, path::PathBuf};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use oauth_core::{
    Alternative, DescribedBy, EmailVerified, Field, OAuthUserInfo, Part, Path, Provider, Step, Transform,
    UserInfoSource,
};
use oauth_providers::CATALOGUE;
use oauth_testkit::conformance::{Report, Suite};
use serde_json::Value;
use tokio::task::JoinSet;

/// A key as Apple gives it.
fn apple_key() -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let key = STANDARD.encode(pair.to_pkcs8v1().unwrap());
    format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n")
}

fn suite(provider: &'static dyn Provider) -> Suite {
    let suite = Suite::new(provider);
    match provider.spec().name() {
        "apple" => {
            suite.setting("TEAM_ID", "TEAM000001").setting("KEY_ID", "KEY0000001").setting("PRIVATE_KEY", apple_key())
        }
        // They stand for whatever the settings say.
        "oidc" | "oauth2" => suite.generic(),
        _ => suite,
    }
}

fn assert_all(reports: &[Report]) {
    let failed: Vec<String> = reports.iter().filter(|report| !report.is_ok()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

// Proves: QG6, QG7
#[tokio::test(flavor = "multi_thread")]
async fn every_provider_conforms() {
    let running: JoinSet<_> =
        CATALOGUE.providers.iter().map(|provider| async { suite(*provider).run().await }).collect();
    assert_all(&running.join_all().await);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixtures(provider: &dyn Provider) -> PathBuf {
    root().join("fixtures").join(provider.spec().name())
}

#[tokio::test]
async fn every_provider_reads_its_fixtures() {
    let mut reports = Vec::new();
    for provider in CATALOGUE.providers {
        reports.push(suite(*provider).read_fixtures(fixtures(*provider)).await);
    }
    assert_all(&reports);
}

/// What every provider must have been seen to send: everything, with an address if it ever gives one; no address; one that
/// nobody verified where it would say so; and nothing that may be missing.
#[test]
fn no_provider_lacks_a_fixture_of_the_usual_kinds() {
    for provider in CATALOGUE.providers {
        let facts = provider.spec().facts();
        let has_claim = |name: &str| facts.claims.paths().into_iter().any(|(claim, _)| claim == name);
        let has_email = facts.claims.email_list().is_some() || has_claim("email");
        let in_list = facts.claims.email_list().is_some_and(|list| list.paths().3.is_some());
        let has_flag = in_list || has_claim("email_verified");
        for case in ["full", "no-email", "minimal"].into_iter().chain(has_flag.then_some("unverified")) {
            let expected = fixtures(*provider).join(case).join("expected.json");
            let expected =
                fs::read_to_string(&expected).unwrap_or_else(|_| panic!("{} is missing", expected.display()));
            let user: OAuthUserInfo = serde_json::from_str(&expected).unwrap();
            let is_told = match case {
                "full" => {
                    user.email.is_some() == has_email && (user.email_verified == EmailVerified::Verified || !has_flag)
                }
                "unverified" => user.email_verified != EmailVerified::Verified,
                _ => user.email.is_none() && user.email_verified == EmailVerified::NotStated,
            };
            assert!(is_told, "{} {case}: {user:?}", facts.name);
        }
    }
}

/// Where each provider says who somebody is: what it never changes and never gives to somebody else. Another place is
/// another account for everybody who signed in before.
const KEYS: &[(&str, &str)] = &[
    ("amazon", "user_id"),
    ("anilist", "data.Viewer.id"),
    ("apple", "sub"),
    ("asana", "sub"),
    ("asgardeo", "sub"),
    ("atlassian", "account_id"),
    ("auth0", "sub"),
    ("authelia", "sub"),
    ("authentik", "sub"),
    ("battlenet", "sub"),
    ("bitbucket", "uuid#trim:{}"),
    ("bitbucket-data-center", "x-auserid"),
    ("box", "id"),
    ("bungie", "Response.membershipId"),
    ("calendly", "resource.uri#last"),
    ("cilogon", "sub"),
    ("classlink", "UserId"),
    ("clerk", "sub"),
    ("clever", "data.id"),
    ("clickup", "user.id"),
    ("cloudfoundry", "sub"),
    ("cognito", "sub"),
    ("coinbase", "data.id"),
    ("dataporten", "sub"),
    ("descope", "sub"),
    ("deviantart", "userid"),
    ("digitalocean", "account.uuid"),
    ("discord", "id"),
    ("dribbble", "id"),
    ("dropbox", "account_id"),
    ("duende-identityserver", "sub"),
    ("egi-checkin", "sub"),
    ("etsy", "user_id"),
    ("eveonline", "owner"),
    ("facebook", "id"),
    ("faceit", "guid"),
    ("feishu", "data.open_id"),
    ("figma", "id"),
    ("franceconnect", "sub"),
    ("freshbooks", "response.identity_id"),
    ("fusionauth", "sub"),
    ("gitea", "sub"),
    ("gitee", "id"),
    ("github", "id"),
    ("gitlab", "sub"),
    ("globus", "sub"),
    ("google", "sub"),
    ("govbr", "sub"),
    ("harvest", "user.id"),
    ("headhunter", "id"),
    ("heroku", "id"),
    ("huggingface", "sub"),
    ("id-me", "attributes[handle=uuid].value"),
    ("instagram", "user_id"),
    ("intercom", "id"),
    ("jumpcloud", "sub"),
    ("kakao", "id"),
    ("kanidm", "sub"),
    ("keycloak", "sub"),
    ("kick", "data[0].user_id"),
    ("kinde", "sub"),
    ("lichess", "id"),
    ("lifescience-login", "sub"),
    ("line", "sub"),
    ("linear", "data.viewer.id"),
    ("linkedin", "sub"),
    ("logto", "sub"),
    ("mailchimp", "login.login_id"),
    ("mailru", "id"),
    ("mastodon", "id"),
    ("mercadolibre", "id"),
    ("microsoft", "sub"),
    ("monday", "data.me.id"),
    ("myanimelist", "id"),
    ("naver", "response.id"),
    ("netlify", "id"),
    ("nextcloud", "ocs.data.id"),
    ("notion", "bot.owner.user.id"),
    ("oauth2", "sub"),
    ("oidc", "sub"),
    ("okta", "sub"),
    ("onelogin", "sub"),
    ("openstreetmap", "user.id"),
    ("orcid", "sub"),
    ("ory", "sub"),
    ("osu", "id"),
    ("patreon", "data.id"),
    ("paypal", "user_id#last"),
    ("ping", "sub"),
    ("pinterest", "id"),
    ("pipedrive", "tmpl:{data.company_id}:{data.id}"),
    ("pocket-id", "sub"),
    ("polar", "sub"),
    ("propelauth", "user_id"),
    ("qq", "openid"),
    ("reddit", "id"),
    ("roblox", "sub"),
    ("salesforce", "sub"),
    ("seznam", "oauth_user_id"),
    ("slack", "sub"),
    ("snapchat", "data.me.externalId"),
    ("soundcloud", "urn"),
    ("spotify", "account_id"),
    ("stackexchange", "items[0].account_id"),
    ("startgg", "data.currentUser.id"),
    ("strava", "id"),
    ("streamlabs", "streamlabs.id"),
    ("surfconext", "sub"),
    ("telegram", "sub"),
    ("threads", "id"),
    ("tiktok", "data.user.open_id"),
    ("todoist", "id"),
    ("trakt", "user.ids.uuid"),
    ("trovo", "userId"),
    ("twitch", "sub"),
    ("twitter", "data.id"),
    ("typeform", "user_id"),
    ("uber", "sub"),
    ("unsplash", "id"),
    ("vatsim", "data.cid"),
    ("vercel", "sub"),
    ("vimeo", "uri#last"),
    ("vipps", "sub"),
    ("vk", "user.user_id"),
    ("webflow", "id"),
    ("wechat", "openid"),
    ("weibo", "idstr"),
    ("wikimedia", "sub"),
    ("wordpress", "ID"),
    ("xero", "sub"),
    ("yahoo", "sub"),
    ("yandex", "id"),
    ("ynab", "data.user.id"),
    ("zalo", "id"),
    ("zitadel", "sub"),
    ("zoho", "ZUID"),
    ("zoom", "id"),
];

/// What stands at the place of `path` in a recorded reply, as text.
fn at(path: &str, reply: &Value) -> String {
    let place = |field: &Field| {
        let value = field.steps.iter().fold(reply, |value, step| {
            let next = match step {
                Step::Key(key) => value.get(key),
                Step::Index(index) => value.get(usize::try_from(*index).unwrap()),
                Step::Where(member, wanted) => {
                    value.as_array().unwrap().iter().find(|element| element[member] == wanted.as_str())
                }
            };
            next.unwrap_or_else(|| panic!("{path} is not in {reply}"))
        });
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        field.transforms.iter().fold(text, |text, transform| match transform {
            Transform::Trim(characters) => text.trim_matches(|c| characters.contains(c)).to_owned(),
            Transform::Last => text.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
        })
    };
    match &Path::parse(path).alternatives[0] {
        Alternative::Field(field) => place(field),
        Alternative::Template(parts) => parts.iter().fold(String::new(), |text, part| match part {
            Part::Text(part) => text + part,
            Part::Field(field) => text + &place(field),
        }),
    }
}

// Proves: QG5, QG6
#[test]
fn every_provider_names_the_immutable_key_of_its_accounts() {
    for provider in CATALOGUE.providers {
        let facts = provider.spec().facts();
        let name = facts.name;
        let (keys, others): (Vec<_>, Vec<_>) =
            facts.claims.paths().into_iter().partition(|(claim, _)| *claim == "oauth_id");
        let [(_, key)] = keys[..] else { panic!("{name}: {keys:?}") };
        // A user name, an address and a name change hands.
        let places = Path::parse(key).alternatives;
        for (claim, path) in others {
            let is_key = Path::parse(path).alternatives.iter().any(|alternative| places.contains(alternative));
            assert!(!is_key, "{name}: {claim} is the key too");
        }

        // Its page names the place, or the setting without which there is none.
        let page = fs::read_to_string(root().join(format!("docs/src/providers/{name}.md"))).unwrap();
        let row = match facts.described_by {
            DescribedBy::Settings => format!("| `OAUTH_{}_CLAIM_SUB` |", name.to_uppercase()),
            _ => format!("| `oauth_id` | `{key}` |"),
        };
        assert!(page.contains(&row), "{name}: the page has no {row}");

        // Recorded replies have it there, and who signs in has nothing else.
        let Some((_, known)) = KEYS.iter().find(|(known, _)| *known == name) else { continue };
        assert_eq!(key, *known, "{name}");
        let file = match facts.user_info_source {
            UserInfoSource::IdToken | UserInfoSource::AccessToken => "id_token.json",
            UserInfoSource::Headers(_) => "headers.json",
            _ => "user.json",
        };
        for case in fs::read_dir(fixtures(*provider)).unwrap().map(|case| case.unwrap().path()) {
            let read = |file: &str| fs::read_to_string(case.join(file)).ok();
            let Some(expected) = read("expected.json") else { continue };
            let expected: OAuthUserInfo = serde_json::from_str(&expected).unwrap();
            let reply: Value = serde_json::from_str(&read(file).unwrap()).unwrap();
            assert_eq!(expected.oauth_id, at(key, &reply), "{}", case.display());
        }
    }
}
