//! Whole logins: everybody comes back as who they are.

use oauth_core::{ClientAuthentication, OAuthUserInfo, Provider};

use super::{Report, Suite, bare, expected::Expected};
use crate::TestPerson;

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
}

async fn sign_in(suite: &Suite, provider: &'static dyn Provider, person: &TestPerson) -> Result<OAuthUserInfo, String> {
    let stage = suite.stage_of(provider, |builder| builder)?;
    stage.sign_in(&person.key).await.map(|(_, user)| user)
}
