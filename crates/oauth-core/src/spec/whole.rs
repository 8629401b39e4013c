//! What the parts of a spec must have in common, checked when a client is built.

use super::{ProviderSpec, TokenPlacement};
use crate::{
    Error, Result,
    claims::{Alternative, Document, Field, Part, Path, Step},
};

impl ProviderSpec {
    /// Refuses parts that contradict each other, so that a login does not fail silently for everybody.
    pub(crate) fn check_whole(&self) -> Result<()> {
        let facts = &self.facts;
        if let TokenPlacement::Form(_) = facts.token_placement
            && let Some(call) = facts.calls.first()
        {
            let message = format!("the call {} is a GET, but the access token goes into a form", call.name);
            return Err(Error::configuration(message).with_remedy("Place the token in a header, or make no extra call"));
        }
        let list = facts.claims.email_list().map(|list| ("emails", list.paths().0));
        for (claim, path) in facts.claims.paths().into_iter().chain(list) {
            let unkept = fields(&Path::parse(path)).find_map(|field| match (&field.document, field.steps.first()) {
                (Document::Callback, Some(Step::Key(name))) if !facts.callback_params.contains(&name.as_str()) => {
                    Some(name.clone())
                }
                _ => None,
            });
            if let Some(name) = unkept {
                let message = format!("{claim} is read from the callback parameter {name}, which is not kept");
                return Err(Error::configuration(message)
                    .with_remedy(format!("Name {name} in callback_params() of the provider's spec")));
            }
        }
        Ok(())
    }
}

/// Every place that a path names.
fn fields(path: &Path) -> impl Iterator<Item = &Field> {
    path.alternatives.iter().flat_map(|alternative| match alternative {
        Alternative::Field(field) => vec![field],
        Alternative::Template(parts) => parts
            .iter()
            .filter_map(|part| match part {
                Part::Field(field) => Some(field),
                Part::Text(_) => None,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{claims::Claims, error::ErrorKind, spec::ExtraCall};

    const BASE: ProviderSpec = ProviderSpec::oauth2("acme", "https://x.test/authorize", "https://x.test/token");
    const CALLS: &[ExtraCall] = &[ExtraCall::get("mail", "https://x.test/mail")];

    #[test]
    fn parts_that_contradict_each_other_are_refused() {
        let callback = Claims::id("callback:openid").name("tmpl:{callback:given} {callback:family}");
        let table = [
            (BASE.claims(callback), Some("callback parameter openid")),
            (BASE.claims(callback).callback_params(&["openid", "given"]), Some("callback parameter family")),
            (BASE.claims(callback).callback_params(&["openid", "given", "family"]), None),
            (BASE.token_placement(TokenPlacement::Form("access_token")).calls(CALLS), Some("the call mail is a GET")),
            (BASE.token_placement(TokenPlacement::Form("access_token")), None),
            (BASE.calls(CALLS), None),
        ];
        for (spec, expected) in table {
            match (spec.check_whole(), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(expected)) => {
                    assert_eq!(error.kind(), ErrorKind::Configuration);
                    assert!(error.to_string().contains(expected), "{error}");
                }
                (result, expected) => panic!("{result:?} {expected:?}"),
            }
        }
    }
}
