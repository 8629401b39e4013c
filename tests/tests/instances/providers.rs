//! A provider that hangs, is dead, drips or lies, and the people who sign in with another one meanwhile.

use std::{
    fmt,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all, stream};
use oauth_login::FailureCode;
use oauth_testkit::{Browser, hostile::ReplyLie};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

use crate::{
    EXAMPLES,
    application::{Application, setting, within},
    provider::Provider,
    wire::Connection,
};

/// People at the provider that fails.
const VISITORS: usize = 500;
/// Of whom so many connect at the same time.
const AT_ONCE: usize = 64;
/// People who sign in at the other one, at least.
const OTHERS: usize = 10;

/// What is wrong with the token endpoint.
#[derive(Clone, Copy)]
enum Trouble {
    /// It does this in place of an answer.
    Lie(ReplyLie),
    /// Nobody listens.
    Closed,
    /// Nobody says so either: packets vanish.
    BlackHole,
}

const TROUBLES: [Trouble; 7] = [
    Trouble::Lie(ReplyLie::Hang),
    Trouble::Lie(ReplyLie::Drip),
    Trouble::Lie(ReplyLie::Endless),
    Trouble::Lie(ReplyLie::Html),
    Trouble::Lie(ReplyLie::Redirect),
    Trouble::Closed,
    Trouble::BlackHole,
];

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lie(lie) => write!(f, "{lie:?}"),
            Self::Closed => f.write_str("connection refused"),
            Self::BlackHole => f.write_str("connection never made"),
        }
    }
}

/// A port at which connections are not made: as many wait there as may, and nobody takes them.
struct BlackHole {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    async fn open() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(connected) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
            waiting.push(connected.unwrap());
        }
        Self { listener, _waiting: waiting }
    }

    fn url(&self) -> String {
        format!("http://{}/token", self.listener.local_addr().unwrap())
    }
}

/// An application with an instance for a provider that is well, and one for each trouble.
struct Scene {
    application: Application,
    _providers: Vec<Provider>,
    _black_hole: BlackHole,
}

/// Somebody who has set out for a provider, and comes back on the same connection: what is measured is no queue of the system.
struct Visitor {
    connection: Connection,
    callback: String,
    cookies: String,
}

impl Visitor {
    /// Comes back, and is told that the login failed.
    async fn come_back(mut self) {
        let answer = within(self.connection.get(&self.callback, &self.cookies)).await.unwrap();
        let code = answer.header("location").and_then(|location| location.strip_prefix("/?error="));
        let code = code.and_then(FailureCode::from_code);
        let is_told = matches!(code, Some(FailureCode::ProviderUnavailable | FailureCode::ProviderRefused));
        assert!(is_told, "{}: {code:?}", self.callback);
    }
}

/// The name of the instance in the `number`th trouble.
fn troubled(number: usize) -> String {
    format!("trouble-{number}")
}

impl Scene {
    async fn set(example: &str) -> Self {
        let (program, black_hole) = (Provider::program(), BlackHole::open().await);
        let well = Provider::start(&program, None);
        let mut variables = well.variables().to_vec();
        let mut providers = vec![well];
        for (number, trouble) in TROUBLES.into_iter().enumerate() {
            let (lie, token_url) = match trouble {
                Trouble::Lie(lie) => (Some(lie), None),
                Trouble::Closed => (None, Some("http://127.0.0.1:1/token".to_owned())),
                Trouble::BlackHole => (None, Some(black_hole.url())),
            };
            let provider = Provider::start(&program, lie);
            let prefix = troubled(number).to_uppercase().replace('-', "_");
            variables.push(setting(&format!("OAUTH_{prefix}_PROVIDER"), "bitbucket"));
            for (name, value) in provider.variables() {
                let replaced = token_url.as_ref().filter(|_| name == "OAUTH_BITBUCKET_TOKEN_URL");
                variables.push(setting(&name.replace("BITBUCKET", &prefix), replaced.unwrap_or(value)));
            }
            providers.push(provider);
        }
        let application = Application::start(&oauth_tests::program(example), 1, &variables).await;
        Self { application, _providers: providers, _black_hole: black_hole }
    }

    /// A visitor sets out for a provider that fails.
    async fn set_out(&self, instance: &str) -> Visitor {
        let mut connection = Connection::open(self.application.instance(0).address()).await.unwrap();
        let answer = within(connection.get(&format!("/auth/{instance}/login"), "")).await.unwrap();
        let callback = format!("/auth/{instance}/callback?code=code&state={}", answer.state());
        Visitor { connection, callback, cookies: answer.cookies() }
    }

    /// Signs people in at the provider that is well until `all` have been told. Returns how many, and the slowest login.
    async fn others_sign_in(&self, all: impl Future<Output = ()>) -> (usize, Duration) {
        let (mut people, mut slowest) = (0, Duration::ZERO);
        let mut all = std::pin::pin!(all);
        let mut told = false;
        while people < OTHERS || !told {
            let sign_in = async {
                let begun = Instant::now();
                self.application.sign_in(&Browser::new()).await;
                begun.elapsed()
            };
            let mut sign_in = std::pin::pin!(sign_in);
            loop {
                tokio::select! {
                    took = &mut sign_in => {
                        slowest = slowest.max(took);
                        people += 1;
                        break;
                    }
                    () = &mut all, if !told => told = true,
                }
            }
        }
        (people, slowest)
    }

    /// A line of the table.
    async fn trouble(&self, number: usize) -> String {
        let instance = troubled(number);
        let visitors: Vec<_> =
            stream::iter(0..VISITORS).map(|_| self.set_out(&instance)).buffer_unordered(AT_ONCE).collect().await;
        let begun = Instant::now();
        let mut lasted = Duration::ZERO;
        let all = async {
            join_all(visitors.into_iter().map(Visitor::come_back)).await;
            lasted = begun.elapsed();
        };
        let (people, slowest) = self.others_sign_in(all).await;
        let trouble = TROUBLES[number].to_string();
        format!("{trouble:<24}{:>12}{people:>12}{:>24}\n", lasted.as_millis(), slowest.as_millis())
    }
}

async fn table(example: &str) -> String {
    let scene = Scene::set(example).await;
    let mut table = format!("{example:<24}{:>12}{:>12}{:>24}\n", "ended, ms", "logins", "slowest of them, ms");
    for number in 0..TROUBLES.len() {
        table += &scene.trouble(number).await;
    }
    table
}

// Proves: QE3
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_in_trouble_costs_the_people_of_another_nothing() {
    let [axum, actix] = EXAMPLES;
    // One after the other: the trouble of one is not to slow down the other one.
    let (axum, actix) = (table(axum).await, table(actix).await);
    println!(
        "{VISITORS} logins end at a provider in trouble, and meanwhile people sign in at another:\n\n{axum}\n{actix}"
    );
}
