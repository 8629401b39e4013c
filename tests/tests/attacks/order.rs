//! The order of the checks in the callback: of two reasons to refuse it, the earlier one is told, and what comes after it is
//! not done.

use oauth_providers::oidc::OIDC;
use oauth_testkit::{Browser, DevProvider, Endpoint, Fault, IdTokenFault};
use url::Url;

use crate::{
    application::{Application, COOKIE_KEY, Combination, instance},
    planted::Planted,
};

/// What is wrong with a callback, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Method,
    Size,
    Repetition,
    State,
    Cookie,
    TwoCookies,
    Provider,
    Issuer,
    Error,
    NoCode,
    Exchange,
    IdToken,
    UserInfo,
}

/// What becomes of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    Waits,
    Spent,
}

impl Wrong {
    const ALL: [Self; 13] = [
        Self::Method,
        Self::Size,
        Self::Repetition,
        Self::State,
        Self::Cookie,
        Self::TwoCookies,
        Self::Provider,
        Self::Issuer,
        Self::Error,
        Self::NoCode,
        Self::Exchange,
        Self::IdToken,
        Self::UserInfo,
    ];

    /// The answer, what becomes of the login, and how many requests the token and user-info endpoints have had.
    fn end(self) -> (&'static str, Login, [usize; 2]) {
        match self {
            Self::Method | Self::Size | Self::Repetition => ("invalid_request", Login::Waits, [0, 0]),
            // Of two cookies one is a stranger's, so both are deleted.
            Self::TwoCookies | Self::NoCode => ("invalid_request", Login::Spent, [0, 0]),
            Self::State | Self::Cookie => ("login_not_found", Login::Waits, [0, 0]),
            Self::Provider => ("state_mismatch", Login::Spent, [0, 0]),
            Self::Issuer => ("issuer_mismatch", Login::Spent, [0, 0]),
            Self::Error => ("access_denied", Login::Spent, [0, 0]),
            Self::Exchange | Self::IdToken => ("provider_refused", Login::Spent, [1, 0]),
            Self::UserInfo => ("profile_unavailable", Login::Spent, [1, 1]),
        }
    }
}

/// A callback with these faults, and the good one that it was made of.
async fn spoilt(app: &Application, browser: &Browser, faults: &[Wrong]) -> (oauth_testkit::Page, Url) {
    let good = app.callback(browser, "work", "jane").await;
    let flow = browser.cookies(app.url("/")).into_iter().find(|cookie| cookie.name.starts_with("login-")).unwrap();
    let cookie = format!("{}={}", flow.name, flow.value);
    let mut url = good.clone();
    let mut pairs: Vec<(String, String)> = good.query_pairs().into_owned().collect();
    let (mut method, mut cookies) = ("GET", cookie.clone());
    for fault in faults {
        let mut set = |name: &str, value: &str| {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name.to_owned(), value.to_owned()));
        };
        match fault {
            Wrong::Method => method = "POST",
            Wrong::Size => set("padding", &"a".repeat(17 * 1024)),
            Wrong::State => set("state", &"A".repeat(43)),
            Wrong::Cookie => cookies = format!("another={}", flow.value),
            Wrong::TwoCookies => cookies = format!("{cookie}; {cookie}"),
            Wrong::Provider => url.set_path("/auth/home/callback"),
            Wrong::Issuer => set("iss", "https://another-issuer.example"),
            Wrong::Error => set("error", "access_denied"),
            Wrong::NoCode => set("code", ""),
            // The last of all, lest another fault take it away; and what the provider does.
            Wrong::Repetition | Wrong::Exchange | Wrong::IdToken | Wrong::UserInfo => {}
        }
    }
    if faults.contains(&Wrong::Repetition) {
        let code = pairs.iter().find(|(name, _)| name == "code").cloned();
        pairs.extend(code);
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
    let stranger = Browser::new();
    let sender = if faults.contains(&Wrong::Cookie) { &stranger } else { browser };
    (sender.request(method, &url).header("cookie", cookies).send().await.unwrap(), good)
}

// Proves: QB1, QB2, QB3, QB4, QB6
#[tokio::test(flavor = "multi_thread")]
async fn of_two_faults_of_a_callback_the_earlier_one_is_told() {
    for combination in Combination::all() {
        let start = || DevProvider::builder(&OIDC).start();
        let (work, home) = (start().await.unwrap(), start().await.unwrap());
        let variables = instance("work", &work).into_iter().chain(instance("home", &home));
        let app = Application::start(&combination, variables).await;
        let pairs = Wrong::ALL.into_iter().enumerate();
        let pairs = pairs.flat_map(|(at, first)| Wrong::ALL[at..].iter().map(move |second| [first, *second]));
        let mut asked = [0, 0];
        for faults in pairs {
            let case = format!("{app} {faults:?}");
            // Without its cookie there are no two of it.
            if faults == [Wrong::Cookie, Wrong::TwoCookies] || faults == [Wrong::State, Wrong::TwoCookies] {
                continue;
            }
            for fault in faults {
                match fault {
                    Wrong::Exchange => work.fail(Endpoint::Token, Fault::json(400, r#"{"error":"invalid_grant"}"#)),
                    Wrong::IdToken => work.spoil_id_tokens(IdTokenFault::ALL[0]),
                    Wrong::UserInfo => work.fail(Endpoint::UserInfo, Fault::status(503)),
                    _ => {}
                }
            }
            let browser = Browser::new();
            let (end, good) = spoilt(&app, &browser, &faults).await;
            let (code, login, requests) = faults[0].end();
            assert_eq!(end.status(), 303, "{case}");
            assert_eq!(app.failure(&end).as_deref(), Some(code), "{case}");
            assert!(app.me(&browser).await.is_none(), "{case}");
            let before = asked;
            asked = [Endpoint::Token, Endpoint::UserInfo].map(|endpoint| work.count(endpoint));
            assert_eq!([asked[0] - before[0], asked[1] - before[1]], requests, "{case}");
            assert_eq!(home.count(Endpoint::Token), 0, "{case}");

            work.recover(Endpoint::Token);
            work.recover(Endpoint::UserInfo);
            work.spoil_id_tokens(None);
            let again = browser.get(&good).await.unwrap();
            match login {
                Login::Waits => assert_eq!(again.header("location"), Some("/"), "{case}"),
                Login::Spent => assert_eq!(app.failure(&again).as_deref(), Some("login_not_found"), "{case}"),
            }
            asked = [Endpoint::Token, Endpoint::UserInfo].map(|endpoint| work.count(endpoint));
        }
        let secrets = work.secrets().into_iter().chain(home.secrets()).chain([COOKIE_KEY.to_owned()]);
        app.assert_silent_about(&Planted::new(secrets));
    }
}
