//! A provider that hangs, is dead, drips or lies, and the people who sign in with another one meanwhile.

use std::{
    fmt,
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use oauth_login::FailureCode;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{
    Browser, DevProvider, Endpoint,
    hostile::{HostileProvider, Lie, ReplyLie},
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

use crate::{
    EXAMPLES,
    application::{Application, setting, within},
    wire::Connection,
};

/// People at the provider that fails.
const VISITORS: usize = 500;
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
    _well: DevProvider,
    _liars: Vec<HostileProvider>,
    _black_hole: BlackHole,
}

/// The name of the instance in the `number`th trouble.
fn troubled(number: usize) -> String {
    format!("trouble-{number}")
}

impl Scene {
    async fn set(example: &str) -> Self {
        let well = DevProvider::builder(&BITBUCKET).start().await.unwrap();
        let black_hole = BlackHole::open().await;
        let mut variables = well.variables();
        let mut liars = Vec::new();
        for (number, trouble) in TROUBLES.iter().enumerate() {
            let liar = HostileProvider::start(&BITBUCKET).await.unwrap();
            let prefix = troubled(number).to_uppercase().replace('-', "_");
            variables.push(setting(&format!("OAUTH_{prefix}_PROVIDER"), "bitbucket"));
            for (name, value) in liar.variables() {
                let url = match trouble {
                    Trouble::Lie(_) => value.clone(),
                    Trouble::Closed => "http://127.0.0.1:1/token".to_owned(),
                    Trouble::BlackHole => black_hole.url(),
                };
                let value = if name == "OAUTH_BITBUCKET_TOKEN_URL" { url } else { value };
                variables.push(setting(&name.replace("BITBUCKET", &prefix), &value));
            }
            if let Trouble::Lie(lie) = trouble {
                liar.tell(Lie::Reply(Endpoint::Token, *lie));
            }
            liars.push(liar);
        }
        let application = Application::start(&oauth_tests::program(example), 1, &variables).await;
        Self { application, _well: well, _liars: liars, _black_hole: black_hole }
    }

    /// A visitor comes back from a provider that fails, and is told.
    async fn visit(&self, instance: &str, (state, cookies): &(String, String)) {
        let mut connection = Connection::open(self.application.instance(0).address()).await.unwrap();
        let callback = format!("/auth/{instance}/callback?code=code&state={state}");
        let answer = within(connection.get(&callback, cookies)).await.unwrap();
        let code = answer.header("location").and_then(|location| location.strip_prefix("/?error="));
        assert!(code.is_some_and(|code| FailureCode::from_code(code).is_some()), "{instance}: {code:?}");
    }

    /// A visitor sets out for it.
    async fn set_out(&self, instance: &str) -> (String, String) {
        let mut connection = Connection::open(self.application.instance(0).address()).await.unwrap();
        let answer = within(connection.get(&format!("/auth/{instance}/login"), "")).await.unwrap();
        (answer.state().to_owned(), answer.cookies())
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
        let logins = join_all((0..VISITORS).map(|_| self.set_out(&instance))).await;
        let begun = Instant::now();
        let mut lasted = Duration::ZERO;
        let all = async {
            join_all(logins.iter().map(|login| self.visit(&instance, login))).await;
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
    let (axum, actix) = join(table(axum), table(actix)).await;
    println!(
        "{VISITORS} logins end at a provider in trouble, and meanwhile people sign in at another:\n\n{axum}\n{actix}"
    );
}
