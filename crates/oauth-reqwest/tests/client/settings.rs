//! Settings that are not valid are errors, never a weaker client.

use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_reqwest::{ReqwestClient, ReqwestClientBuilder};

#[test]
fn invalid_settings_are_errors_that_name_them() {
    type Set = fn(ReqwestClientBuilder) -> ReqwestClientBuilder;
    let table: [(&str, Set); 12] = [
        ("connect_timeout", |builder| builder.connect_timeout(Duration::ZERO)),
        ("timeout", |builder| builder.timeout(Duration::ZERO)),
        ("max_body_bytes", |builder| builder.max_body_bytes(0)),
        ("max_concurrent_requests", |builder| builder.max_concurrent_requests(0)),
        ("max_concurrent_requests", |builder| builder.max_concurrent_requests(usize::MAX)),
        ("user_agent", |builder| builder.user_agent("")),
        ("user_agent", |builder| builder.user_agent("app\r\nx-injected: 1")),
        ("allow_private_network", |builder| builder.allow_private_network("https://idp.example")),
        ("add_root_certificate", |builder| builder.add_root_certificate("")),
        ("add_root_certificate", |builder| builder.add_root_certificate("not PEM")),
        ("add_root_certificate", |builder| {
            builder.add_root_certificate("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n")
        }),
        ("add_root_certificate", |builder| {
            builder.add_root_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }),
    ];
    for (setting, set) in table {
        let error = set(ReqwestClient::builder()).build().expect_err(setting);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{setting}");
        let text = error.to_string();
        assert!(text.contains(setting), "{text}");
        assert!(error.remedy().is_some(), "{text}");
    }
}

#[test]
fn debug_shows_limits_and_no_certificates() {
    let builder = ReqwestClient::builder().add_root_certificate("planted");
    assert!(!format!("{builder:?}").contains("112, 108"), "{builder:?}");
    let client = ReqwestClient::new().unwrap();
    let text = format!("{client:?}");
    assert!(text.contains("timeout: 10s") && text.contains("connect_timeout: 3s"), "{text}");
}

#[test]
fn the_table_of_features_is_that_of_the_manifest() {
    let (_, features) = include_str!("../../Cargo.toml").split_once("[features]\n").unwrap();
    let (features, _) = features.split_once("\n\n").unwrap();
    let manifest: Vec<&str> = features
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|&name| name != "default" && !name.starts_with('#'))
        .collect();
    let documented: Vec<&str> = include_str!("../../src/lib.rs")
        .split_once("# Features")
        .unwrap()
        .1
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(documented, manifest);
}
