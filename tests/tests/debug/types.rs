//! Every public type, and those that no test can or need show.

use std::{collections::BTreeSet, fs, path::Path};

const CRATES: &[&str] = &[
    "oauth-core",
    "oauth-login",
    "oauth-axum",
    "oauth-actix",
    "oauth-redis",
    "oauth-reqwest",
    "oauth-bitbucket",
    "oauth-providers",
];

/// They have no `Debug`.
const NOT_SHOWN: &[&str] = &["oauth_core::Catalogue", "oauth_core::Registered"];

/// What a provider's description is made of: constants of the source, which an application only reads.
const DESCRIPTIONS: &[&str] = &[
    "oauth_core::Alternative",
    "oauth_core::Brand",
    "oauth_core::Claims",
    "oauth_core::ClientAuthentication",
    "oauth_core::DescribedBy",
    "oauth_core::Document",
    "oauth_core::EmailList",
    "oauth_core::ExtraCall",
    "oauth_core::Field",
    "oauth_core::IssuerTemplate",
    "oauth_core::Membership",
    "oauth_core::Method",
    "oauth_core::Nonce",
    "oauth_core::OpenIdFacts",
    "oauth_core::Part",
    "oauth_core::Path",
    "oauth_core::Pkce",
    "oauth_core::RequestBody",
    "oauth_core::ResponseMode",
    "oauth_core::Revocation",
    "oauth_core::RevocationRequest",
    "oauth_core::Setting",
    "oauth_core::SigningAlgorithm",
    "oauth_core::SpaceEncoding",
    "oauth_core::SpecFacts",
    "oauth_core::Step",
    "oauth_core::SubjectForm",
    "oauth_core::SuccessCheck",
    "oauth_core::TokenPlacement",
    "oauth_core::TokenReply",
    "oauth_core::Transform",
    "oauth_core::UrlTrust",
    "oauth_core::UserInfoSource",
    "oauth_core::Variable",
];

/// The members of a profile that the provider documents, all of which are for showing.
const PROFILES: &[&str] = &[
    "oauth_bitbucket::EmailAddress",
    "oauth_bitbucket::Link",
    "oauth_bitbucket::Links",
    "oauth_bitbucket::Profile",
    "oauth_providers::EmailAddress",
    "oauth_providers::Profile",
];

/// They hold the name of a provider at most, or are made by a framework from what is shown here and a service of its own.
const INSIDE_A_FRAMEWORK: &[&str] =
    &["oauth_actix::Guarded", "oauth_actix::WithSessions", "oauth_axum::RequiredProvider", "oauth_axum::SignedInWith"];

/// Every public type in the source of the crates that can hold anything.
pub(crate) fn public_types() -> BTreeSet<String> {
    fn visit(krate: &str, folder: &Path, types: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(krate, &path, types);
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines().map(str::trim_start) {
                // A type without fields, such as a provider with hooks.
                if line.ends_with(';') && !line.contains('(') {
                    continue;
                }
                let declared =
                    ["pub struct ", "pub enum ", "pub union "].iter().find_map(|start| line.strip_prefix(start));
                let name = declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
                types.extend(name.map(|name| format!("{krate}::{name}")));
            }
        }
    }
    let mut types = BTreeSet::new();
    for krate in CRATES {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{krate}/src"));
        visit(&krate.replace('-', "_"), &source, &mut types);
    }
    types
}

/// Those that are in a list, by reason.
pub(crate) fn listed() -> BTreeSet<String> {
    let lists = [NOT_SHOWN, DESCRIPTIONS, PROFILES, INSIDE_A_FRAMEWORK].concat();
    lists.into_iter().map(str::to_owned).collect()
}
