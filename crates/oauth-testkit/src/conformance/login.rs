//! Whole logins: everybody comes back as who they are.

use oauth_core::{ClientAuthentication, OAuthUserInfo, Provider};

use super::{Report, Suite, bare, ensure, expected::Expected};
use crate::{TestEmail, TestPerson};

pub(super) async fn run(suite: &Suite, report: &mut Report) {
    let spec = suite.spec();
    let is_hooked = !std::ptr::addr_eq(std::ptr::from_ref(suite.provider), std::ptr::from_ref(spec));
    // Who proves the client by a hook cannot do without it.
    let is_signed = spec.facts().client_authentication == ClientAuthentication::Signed;
    let alone: &'static dyn Provider = if is_signed { suite.provider } else { spec };
    for person in TestPerson::built_in().into_iter().chain([bare()]) {
        let expected = Expected::of(spec, &person);
        // Hooks may know more than the spec says; without them the spec alone has to give everything back.
        let user = sign_in(suite, alone, &person).await;
        report.record(
            format!("everybody comes back as who they are: {}", person.key),
            user.and_then(|user| expected.check(&user)),
        );
        if is_hooked {
            let user = sign_in(suite, suite.provider, &person).await;
            report.record(
                format!("the hooks make nobody somebody else: {}", person.key),
                user.and_then(|user| expected.check_hooked(&user)),
            );
        }
    }
    report.record("two accounts with one address stay two", twins(suite).await);
}

/// Signs in two people who have everything in common but their accounts.
async fn twins(suite: &Suite) -> Result<(), String> {
    let twin = |key: &str, id: &str| {
        TestPerson::new(key, id).name("Jane", "Doe").username(key).email(TestEmail::primary("jane.doe@example.com"))
    };
    let people =
        [twin("first", "8e0f2b6a-41d7-4c93-b5a8-6d1c7e9f0b24"), twin("second", "8e0f2b6a-41d7-4c93-b5a8-6d1c7e9f0b25")];
    let stage = suite.stage(|builder| builder.people(people))?;
    let (_, first) = stage.sign_in("first").await?;
    let (_, second) = stage.sign_in("second").await?;
    ensure(first.oauth_id != second.oauth_id, || format!("both are {:?}", first.oauth_id))
}

async fn sign_in(suite: &Suite, provider: &'static dyn Provider, person: &TestPerson) -> Result<OAuthUserInfo, String> {
    let stage = suite.stage_of(provider, |builder| builder)?;
    stage.sign_in(&person.key).await.map(|(_, user)| user)
}
