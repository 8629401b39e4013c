//! What the book lists is what the code has.
#![allow(clippy::unwrap_used, missing_docs)]

use oauth_bitbucket::scope;
use oauth_login::FailureCode;

#[test]
fn every_failure_code_is_in_the_book_with_its_message() {
    let page = include_str!("../../docs/src/failures.md");
    let table = page.split("<!-- failure-codes:begin -->").nth(1).unwrap().split("<!-- failure-codes:end -->").next().unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ");
            Some((cells.next()?.trim_end_matches('`'), cells.last()?))
        })
        .collect();
    let codes: Vec<(&str, &str)> = FailureCode::ALL.iter().map(|code| (code.as_str(), code.message())).collect();
    assert_eq!(rows, codes);
}

#[test]
fn every_scope_is_in_the_book() {
    let page = include_str!("../../docs/src/providers/bitbucket.md");
    for (name, _) in scope::ALL {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
