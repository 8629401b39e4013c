//! Logins that are begun and never finished: anybody can do that, as often as they like.

use std::{
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use oauth_providers::bitbucket::BITBUCKET;
use oauth_testkit::{Browser, DevProvider};
use oauth_tests::{Example, RedisServer};

use crate::{
    EXAMPLES,
    application::{Application, keys, setting, settings, within},
    wire::Connection,
};

const ABANDONED: usize = 100_000;
/// Before memory is looked at: until then it is filled with what is kept for the next request.
const WARM_UP: usize = 5_000;
const CONNECTIONS: usize = 64;
const MOST_GROWTH_KIB: u64 = 20 * 1024;

/// So many logins may wait in Redis, unless an application says otherwise.
const MOST_WAITING: usize = 100_000;
/// Of which so many are not somebody else's.
const PLACES: usize = 1_000;
/// How long they wait: long enough for whoever signs in, and short enough to see them end.
const TTL: Duration = Duration::from_secs(10);

/// Begins so many logins.
async fn abandon(address: SocketAddr, logins: usize) {
    let visitor = |number: usize| async move {
        let mut connection = Connection::open(address).await.unwrap();
        for _ in (number..logins).step_by(CONNECTIONS) {
            connection.get_redirect("/auth/bitbucket/login").await.unwrap();
        }
    };
    let visitors = (0..CONNECTIONS).map(|number| tokio::spawn(visitor(number)));
    assert!(join_all(visitors).await.iter().all(Result::is_ok));
}

/// Signs people in one after the other for as long as `load` lasts, and returns how many.
async fn sign_people_in_during(application: &Application, load: impl Future<Output = ()>) -> usize {
    let mut people = 0;
    let signing_in = async {
        loop {
            let browser = Browser::new();
            application.sign_in(&browser).await;
            assert_eq!(application.me(&browser).await, 200);
            people += 1;
        }
    };
    tokio::select! {
        biased;
        () = load => {}
        () = signing_in => {}
    }
    people
}

/// What the process has in memory.
fn memory_kib(example: &Example) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", example.process_id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Abandons the logins, while people sign in, and tells what that cost the process.
async fn abandon_all(what: &str, application: &Application, logins: usize) {
    let instance = application.instance(0);
    abandon(instance.address(), WARM_UP).await;
    let (before, begun) = (memory_kib(instance), Instant::now());
    let people = sign_people_in_during(application, abandon(instance.address(), logins)).await;
    let after = memory_kib(instance);
    println!(
        "{what}: {logins} abandoned logins in {:.1} s, {people} people signed in meanwhile, {before} KiB before and {after} KiB after",
        begun.elapsed().as_secs_f32()
    );
    assert!(people > 0, "{what}");
    assert!(after < before + MOST_GROWTH_KIB, "{what}: {before} KiB before, {after} KiB after");
}

async fn in_cookies(example: &str) {
    let provider = DevProvider::builder(&BITBUCKET).start().await.unwrap();
    let application = Application::start(&oauth_tests::program(example), 1, &provider.variables()).await;
    abandon_all(&format!("{example}, cookies"), &application, ABANDONED).await;
}

// Proves: QA8
#[tokio::test(flavor = "multi_thread")]
async fn logins_abandoned_at_the_axum_example_cost_no_memory() {
    in_cookies("example-axum").await;
}

// Proves: QA8
#[tokio::test(flavor = "multi_thread")]
async fn logins_abandoned_at_the_actix_example_cost_no_memory() {
    in_cookies("example-actix").await;
}

/// Lets others have begun logins that wait for an hour: their places in the index are taken.
fn fill_up(redis: &RedisServer) {
    let script = "\
local time = redis.call('TIME')
local ends = (time[1] + 3600) * 1000
for other = 1, tonumber(ARGV[1]) do redis.call('ZADD', KEYS[1], ends, 'other ' .. other) end
redis.call('PEXPIREAT', KEYS[1], ends)
return redis.call('ZCARD', KEYS[1])";
    let others = (MOST_WAITING - PLACES).to_string();
    assert_eq!(redis.cli(&["EVAL", script, "1", "oauth:{pending}", &others]), others);
}

async fn in_redis(example: &str) {
    let (redis, provider) = (RedisServer::start(), DevProvider::builder(&BITBUCKET).start().await.unwrap());
    let mut variables = settings(&provider, &redis.url());
    variables.push(setting("OAUTH_LOGIN_TTL", &TTL.as_secs().to_string()));
    let application = Application::start(&oauth_tests::program(example), 1, &variables).await;
    fill_up(&redis);
    abandon_all(&format!("{example}, Redis"), &application, 5 * PLACES).await;

    let waiting = || keys(&redis, "oauth:{pending}:*").len();
    assert!((1..=PLACES).contains(&waiting()), "{example}: {} logins are in the store", waiting());
    within(async {
        while waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

// Proves: QA8
#[tokio::test(flavor = "multi_thread")]
async fn abandoned_logins_fill_neither_the_process_nor_the_store() {
    for example in EXAMPLES {
        in_redis(example).await;
    }
}
