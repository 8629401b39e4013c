//! Answers on their way back to the application, in the query or in a form.

use oauth_core::ResponseMode;
use serde_json::json;

use super::{
    OTHER, Told,
    lie::{CallbackLie, FormLie, Lie},
};
use crate::{
    answer::{Answer, Form, FormEncoding},
    wire::{Pairs, value},
};

/// More than the 64 KiB that a body may have.
const TOO_MUCH: usize = 64 * 1024;

impl Told {
    /// Changes an answer. An application that did not ask for a form is told nothing that needs one.
    pub(crate) fn lead_back(&self, answer: &mut Answer) {
        match self.lie {
            Lie::Callback(lie) => parameters(&mut answer.form.fields, lie, &self.trap),
            Lie::Form(lie) if answer.mode == ResponseMode::FormPost => form(answer, lie),
            _ => {}
        }
    }
}

/// A state, or a code, that nobody has made.
fn nobodys() -> String {
    "A".repeat(43)
}

/// What the parameters say.
fn parameters(answer: &mut Pairs, lie: CallbackLie, trap: &str) {
    let mut without = |names: &[&str]| answer.retain(|(name, _)| !names.contains(&name.as_str()));
    let other = nobodys();
    let added: &[(&str, &str)] = match lie {
        CallbackLie::Issuer => {
            without(&["iss"]);
            &[("iss", "https://another-issuer.example")]
        }
        CallbackLie::NoIssuer => {
            without(&["iss"]);
            &[]
        }
        CallbackLie::IssuerTwice => &[("iss", "https://another-issuer.example")],
        CallbackLie::State => {
            without(&["state"]);
            &[("state", &other)]
        }
        CallbackLie::NoState => {
            without(&["state"]);
            &[]
        }
        CallbackLie::StateTwice => &[("state", &other)],
        CallbackLie::CodeTwice => &[("code", OTHER)],
        CallbackLie::Tokens => {
            without(&["code"]);
            &[("access_token", OTHER), ("id_token", OTHER), ("token_type", "bearer")]
        }
        CallbackLie::EmptyCode => {
            without(&["code"]);
            &[("code", "")]
        }
        CallbackLie::CodeWithLine => {
            without(&["code"]);
            &[("code", "a\r\nx-injected: 1")]
        }
        CallbackLie::HugeCode => {
            without(&["code"]);
            &[("code", &"a".repeat(20_000))]
        }
        CallbackLie::ErrorScript => {
            without(&["code"]);
            &[
                ("error", "<script>alert(1)</script>"),
                ("error_description", "<img src=x onerror=alert(1)>"),
                ("error_uri", trap),
            ]
        }
        CallbackLie::ErrorBesideCode => &[("error", "access_denied")],
        CallbackLie::ErrorOfOtherIssuer => {
            without(&["code", "iss"]);
            &[("error", "access_denied"), ("iss", "https://another-issuer.example")]
        }
    };
    answer.extend(added.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
}

/// How the form carries them.
fn form(answer: &mut Answer, lie: FormLie) {
    let Answer { mode, form } = answer;
    match lie {
        FormLie::Redirect => *mode = ResponseMode::Query,
        FormLie::InQuery => move_to_query(form, |_| true),
        FormLie::CodeInQuery => move_to_query(form, |name| name == "code"),
        FormLie::StateInQuery => move_to_query(form, |name| name == "state"),
        FormLie::OtherInForm => {
            let fields = form.fields.clone();
            move_to_query(form, |_| true);
            form.fields = fields;
            change(form, "state", |_| nobodys());
            change(form, "code", |_| nobodys());
        }
        FormLie::Multipart => form.encoding = FormEncoding::Multipart,
        FormLie::PlainText => form.encoding = FormEncoding::PlainText,
        FormLie::Json => {
            // The form is sent as `name=value`, and the `=` is to be within a string.
            let [state, code] = ["state", "code"].map(|name| value(&form.fields, name).unwrap_or_default());
            let json = json!({ "state": state, "code": code }).to_string().replacen('}', r#","x":""#, 1);
            form.fields = vec![(json, r#""}"#.to_owned())];
            form.encoding = FormEncoding::PlainText;
        }
        FormLie::Huge => form.fields.push(("padding".to_owned(), "a".repeat(TOO_MUCH))),
        FormLie::NotUtf8 => {
            form.charset = "windows-1252";
            change(form, "code", |code| format!("{code}\u{ff}"));
        }
        FormLie::NestedNul => change(form, "code", |code| format!("{code}%00")),
        FormLie::EncodedTwice => {
            // Of its letters none needs it, so one is enough.
            change(form, "state", |state| {
                let mut letters = state.chars();
                let first = letters.next().map(u32::from).unwrap_or_default();
                format!("%{first:02x}{}", letters.as_str())
            });
        }
        FormLie::Capitals => {
            for (name, _) in &mut form.fields {
                *name = name.to_ascii_uppercase();
            }
        }
    }
}

fn change(form: &mut Form, name: &str, change: impl FnOnce(&str) -> String) {
    if let Some((_, value)) = form.fields.iter_mut().find(|(known, _)| known == name) {
        *value = change(value);
    }
}

fn move_to_query(form: &mut Form, is_meant: impl Fn(&str) -> bool) {
    let (moved, kept): (Pairs, Pairs) = form.fields.drain(..).partition(|(name, _)| is_meant(name));
    form.action.query_pairs_mut().extend_pairs(moved);
    form.fields = kept;
}
