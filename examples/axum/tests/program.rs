//! The program as somebody starts it: what it prints, what it logs, how it ends.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../shared/testing/program.rs"]
mod program;

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-axum");

#[tokio::test(flavor = "multi_thread")]
async fn without_configuration_it_prints_one_address_and_people_sign_in() {
    program::without_configuration_it_prints_one_address_and_people_sign_in(PROGRAM).await;
}

// Proves: QH4, QH5
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_login_logged_in_full_gives_nothing_away() {
    program::a_whole_login_logged_in_full_gives_nothing_away(PROGRAM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_while_the_store_is_down() {
    program::it_starts_while_the_store_is_down(PROGRAM).await;
}

#[test]
fn wrong_settings_are_named_with_a_remedy() {
    program::wrong_settings_are_named_with_a_remedy(PROGRAM);
}
