//! What the web examples promise to whoever drives one from outside, and what they refuse: every case on every framework
//! and with every store. Between the frameworks not one header may differ.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cases;
mod recorder;
mod running;
mod sessions;
mod stores;

use std::fmt::Write as _;

use futures_util::future::{BoxFuture, join_all};
use oauth_tests::RedisServer;

use recorder::{Exchange, Transcript};
use running::{Combination, Framework, Relay, Store};

type Run = fn(Combination) -> BoxFuture<'static, ()>;

/// Cases by the name of their function, and the stores each makes sense with.
macro_rules! cases {
    ($($module:ident::$name:ident on $stores:expr,)+) => {
        &[$((stringify!($name), (|combination| Box::pin($module::$name(combination))) as Run, $stores),)+]
    };
}

const EVERY: &[Store] = &[Store::Cookies, Store::Memory, Store::Redis];
const SHARED: &[Store] = &[Store::Redis];

const CASES: &[(&str, Run, &[Store])] = cases![
    cases::each_route_answers_as_promised on EVERY,
    cases::odd_requests_are_answered_alike on EVERY,
    cases::me_is_the_whole_record on EVERY,
    cases::the_page_shows_who_is_signed_in_and_nothing_that_is_not_text on EVERY,
    cases::the_page_explains_the_listed_codes_only on EVERY,
    cases::a_callback_in_another_browser_signs_nobody_in on EVERY,
    cases::a_callback_under_another_providers_name_reaches_no_provider on EVERY,
    cases::a_callback_works_once on EVERY,
    cases::an_altered_callback_reaches_no_provider on EVERY,
    cases::a_login_ends_in_this_application_only on EVERY,
    cases::two_logins_in_one_browser_end_in_any_order on EVERY,
    cases::declining_and_a_failing_provider_are_explained on EVERY,
    cases::long_tokens_and_missing_email_permission_are_no_obstacle on EVERY,
    cases::behind_a_tls_proxy_every_cookie_is_guarded on EVERY,
    sessions::every_login_gets_a_new_session_and_the_old_one_is_dead on EVERY,
    sessions::only_this_site_signs_people_out_and_then_the_session_is_gone on EVERY,
    sessions::planted_and_odd_cookies_sign_nobody_in_or_out on EVERY,
    stores::several_instances_are_one on SHARED,
    stores::rotating_the_keys_signs_nobody_out on SHARED,
    stores::while_the_store_is_down_nothing_pretends_and_nothing_is_lost on SHARED,
    stores::with_cookies_a_login_ends_on_any_instance on &[Store::Cookies],
];

// Proves: QH8
#[tokio::test(flavor = "multi_thread")]
async fn the_examples_behave_alike_with_every_store() {
    let redis = RedisServer::start();
    let mut table = format!(
        "{:<72}{}\n",
        "",
        EVERY.iter().fold(String::new(), |line, store| line + &format!("{:<10}", format!("{store:?}")))
    );
    let mut problems = Vec::new();
    for (name, run, stores) in CASES {
        let columns = join_all(EVERY.iter().map(|store| async {
            if stores.contains(store) { Some(compare(*run, *store, redis.port()).await) } else { None }
        }));
        write!(table, "{:<72}", name.replace('_', " ")).unwrap();
        for (store, column) in EVERY.iter().zip(columns.await) {
            let cell = match column {
                Some(Ok(exchanges)) => format!("{exchanges} same"),
                Some(Err(problem)) => {
                    problems.push(format!("{name}, {store:?}: {problem}"));
                    "DIFFERENT".to_owned()
                }
                None => "-".to_owned(),
            };
            write!(table, "{cell:<10}").unwrap();
        }
        table.push('\n');
    }
    println!("Answers that axum and actix-web gave byte by byte alike, by case and store:\n\n{table}");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Runs a case on both frameworks and compares what was said. Returns the number of answers.
async fn compare(run: Run, store: Store, redis: u16) -> Result<usize, String> {
    let both = [Framework::Axum, Framework::Actix].map(|framework| async move {
        let combination =
            Combination { framework, store, transcript: Transcript::default(), redis: Relay::start(redis).await };
        match tokio::spawn(run(combination.clone())).await {
            Ok(()) => Ok(combination.transcript.take()),
            Err(error) => Err(format!("{combination} failed: {}", message(error.into_panic().as_ref()))),
        }
    });
    let [axum, actix]: [Result<Vec<Exchange>, String>; 2] = join_all(both).await.try_into().unwrap();
    let (axum, actix) = (axum?, actix?);
    for (number, (axum, actix)) in axum.iter().zip(&actix).enumerate() {
        if axum != actix {
            return Err(format!(
                "answer {number} differs\n--- axum: {}\n{}\n--- actix-web: {}\n{}",
                axum.request, axum.answer, actix.request, actix.answer
            ));
        }
    }
    // What holds for one holds for both.
    if let Some(Exchange { request, answer }) = axum.iter().find(|exchange| !exchange.is_protected()) {
        return Err(format!("{request}\nis answered without protection\n{answer}"));
    }
    if axum.len() == actix.len() { Ok(axum.len()) } else { Err(format!("{} and {} answers", axum.len(), actix.len())) }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
