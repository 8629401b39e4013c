//! A web example as somebody starts it: what it prints, what it logs, how it ends. Its tests include this file.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider};

const COOKIE_KEY: &str = "hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=";

fn command<'a>(program: &str, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OAUTH_")) {
        command.env_remove(name);
    }
    command.envs(variables).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The running program. It ends with this.
struct Program {
    process: Child,
    base_url: String,
    greeting: String,
    log: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts it on a free port, with everything that it could log, and waits until it listens.
    fn start(program: &str, variables: &[(String, String)]) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let (listen, base_url) = (free.to_string(), format!("http://localhost:{}", free.port()));
        let own = [("OAUTH_LISTEN", listen.as_str()), ("OAUTH_BASE_URL", &base_url), ("RUST_LOG", "trace")];
        let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut process = command(program, own.into_iter().chain(variables)).spawn().unwrap();

        let mut errors = process.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = Vec::new();
            errors.read_to_end(&mut log).unwrap();
            String::from_utf8(log).unwrap()
        });
        let mut greeting = String::new();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        // An empty line and a paragraph follow, and then nothing.
        while !greeting.contains("\n\n") || !greeting.ends_with(".\n") && !greeting.ends_with("/callback\n") {
            assert_ne!(lines.read_line(&mut greeting).unwrap(), 0, "it ended: {greeting}");
        }
        Self { process, base_url, greeting, log: Some(log) }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Asks it to stop. Returns its exit code and what it logged.
    fn stop(mut self) -> (Option<i32>, String) {
        let told = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(told.success());
        let status = self.process.wait().unwrap();
        (status.code(), self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) async fn without_configuration_it_prints_one_address_and_people_sign_in(program: &str) {
    let program = Program::start(program, &[]);
    assert!(program.greeting.contains(&program.base_url), "{}", program.greeting);
    assert_eq!(program.greeting.matches("http").count(), 1, "{}", program.greeting);
    assert!(program.greeting.contains("development provider"));

    let browser = Browser::new();
    let home = browser.get(&program.base_url).await.unwrap();
    assert!(home.text().contains("Sign in with Bitbucket"));
    let page = browser.open(program.url("/auth/bitbucket/login?next=/me")).await.unwrap();
    let page = browser.sign_in_as(&page, "jane").await.unwrap();
    assert!(page.text().contains("\"oauth_id\":\"123e4567-e89b-12d3-a456-426614174000\""), "{}", page.text());
    drop(browser);

    let (code, log) = program.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("OAUTH_COOKIE_KEY is not set"), "{log}");
}

pub(crate) async fn a_whole_login_logged_in_full_gives_nothing_away(program: &str) {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let mut variables = provider.variables();
    variables.push(("OAUTH_COOKIE_KEY".to_owned(), COOKIE_KEY.to_owned()));
    let program = Program::start(program, &variables);
    let callback = program.url("/auth/bitbucket/callback");
    assert!(program.greeting.contains(&callback), "{}", program.greeting);

    let browser = Browser::new();
    let mut cookies = Vec::new();
    // One that is denied, one that is replayed, one that fails, and one that ends well.
    let page = browser.open(program.url("/auth/bitbucket/login")).await.unwrap();
    cookies.extend(browser.cookies(&program.base_url));
    browser.deny(&page).await.unwrap();
    let page = browser.open(program.url("/auth/bitbucket/login")).await.unwrap();
    cookies.extend(browser.cookies(&program.base_url));
    let answer = browser.choose(&page, "jane").await.unwrap();
    Browser::new().open(answer.location().unwrap()).await.unwrap();
    browser.follow(&answer).await.unwrap();
    browser.open(answer.location().unwrap()).await.unwrap();
    provider.fail_once(oauth_testkit::Endpoint::UserInfo, oauth_testkit::Fault::status(401));
    let page = browser.open(program.url("/auth/bitbucket/login")).await.unwrap();
    browser.sign_in_as(&page, "jane").await.unwrap();
    let page = browser.open(program.url("/auth/bitbucket/login")).await.unwrap();
    let page = browser.sign_in_as(&page, "jane").await.unwrap();
    assert!(page.text().contains("Jane Doe"));
    cookies.extend(browser.cookies(&program.base_url));
    browser.get(program.url("/me")).await.unwrap();
    let post = browser.request("POST", program.url("/auth/logout")).from(&page).send().await.unwrap();
    assert_eq!(post.status(), 303);

    let greeting = program.greeting.clone();
    let (code, log) = program.stop();
    assert_eq!(code, Some(0));
    assert!(log.lines().count() > 100, "that is not everything: {log}");
    for event in ["login begun", "login finished", "login failed", "logged out"] {
        assert!(log.contains(event), "{event}");
    }
    let mut secrets = provider.secrets();
    assert!(secrets.len() > 10);
    secrets.push(COOKIE_KEY.to_owned());
    secrets.extend(cookies.into_iter().map(|cookie| cookie.value));
    for secret in secrets {
        let line = log.lines().chain(greeting.lines()).find(|line| line.contains(&secret));
        assert_eq!(line, None, "a secret is logged");
    }
}

/// Variables, what the error names, and what is in its remedy.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

pub(crate) fn wrong_settings_are_named_with_a_remedy(program: &str) {
    let credentials = [("OAUTH_BITBUCKET_CLIENT_ID", "key"), ("OAUTH_BITBUCKET_CLIENT_SECRET", "planted-secret")];
    let cases: &[Case<'_>] = &[
        (&[("OAUTH_LISTEN", "8000")], "OAUTH_LISTEN", "127.0.0.1:8000"),
        (&[("OAUTH_LISTEN", "192.0.2.1:80")], "OAUTH_LISTEN", "192.0.2.1:80"),
        (&[("OAUTH_STORE_URL", "postgres://:planted-secret@localhost")], "OAUTH_STORE_URL", "redis://"),
        (&[("OAUTH_STORE_URL", "redis://:planted-secret@")], "OAUTH_STORE_URL", "redis://"),
        (&[("OAUTH_STORE_URL", "")], "OAUTH_STORE_URL", "redis://"),
        (&[("OAUTH_BASE_URL", "http://app.example")], "OAUTH_BASE_URL", "https"),
        (&[("OAUTH_BASE_URL", "https://app.example")], "OAUTH_COOKIE_KEY", "openssl rand -base64 32"),
        (&[("OAUTH_COOKIE_KEY", "planted-secret")], "OAUTH_COOKIE_KEY", "openssl rand -base64 32"),
        (&[("OAUTH_LOGIN_TTL", "soon")], "OAUTH_LOGIN_TTL", "600"),
        (&[("OAUTH_PROVIDERS", "bitbuket")], "bitbuket", "bitbucket"),
        (&[("OAUTH_BITBUCKET_CLIENT_ID", "key")], "OAUTH_BITBUCKET_CLIENT_SECRET", "not set"),
        (&[("OAUTH_BITBUCKET_CLIENT_SECRET", "planted-secret")], "OAUTH_BITBUCKET_CLIENT_ID", "not"),
        (
            &[credentials[0], credentials[1], ("OAUTH_BITBUCKET_SCOPE", "planted-secret")],
            "OAUTH_BITBUCKET_SCOPE ",
            "OAUTH_BITBUCKET_SCOPES",
        ),
        (
            &[credentials[0], credentials[1], ("OAUTH_BITBUCKET_TOKEN_URL", "http://app.example/token")],
            "OAUTH_BITBUCKET_TOKEN_URL",
            "https",
        ),
    ];
    for (variables, name, remedy) in cases {
        // Something else than the port that everybody uses, unless the case is about that.
        let output = command(program, [("OAUTH_LISTEN", "127.0.0.1:0")].into_iter().chain(variables.iter().copied()))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{variables:?}: {said}");
        assert!(said.contains(name) && said.contains(remedy), "{variables:?}: {said}");
        assert!(said.contains("error: ") && !said.contains("Error {") && !said.contains("panicked"), "{said}");
        assert!(!said.contains("planted-secret"), "{said}");
        assert!(output.stdout.is_empty());
    }
}

pub(crate) async fn it_starts_while_the_store_is_down(program: &str) {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let store = format!("redis://:planted-secret@{closed}");
    let program = Program::start(program, &[("OAUTH_STORE_URL".to_owned(), store)]);
    let browser = Browser::new();
    for path in ["/health", "/"] {
        assert_eq!(browser.get(program.url(path)).await.unwrap().status(), 200, "{path}");
    }
    // A login begins in a cookie, and finishes when the store is back.
    let page = browser.open(program.url("/auth/bitbucket/login")).await.unwrap();
    let page = browser.sign_in_as(&page, "jane").await.unwrap();
    assert_eq!(page.status(), 503, "{}", page.text());
    drop(browser);

    let (code, log) = program.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("store") && !log.contains("planted-secret"), "{log}");
}
