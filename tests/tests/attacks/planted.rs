//! Values that were planted, and the search for them in every spelling.

use std::collections::HashMap;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// So many bytes of a secret are enough to know it by.
const PREFIX: usize = 16;

/// Secrets in all their spellings, by their first bytes.
#[derive(Default)]
pub(crate) struct Planted(HashMap<[u8; PREFIX], String>);

impl Planted {
    pub(crate) fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut planted = Self::default();
        for secret in secrets {
            planted.add(secret.as_ref());
        }
        planted
    }

    pub(crate) fn add(&mut self, secret: &str) {
        // What is shorter was made up by nobody who keeps a secret.
        let Some(bytes) = secret.as_bytes().get(..PREFIX) else { return };
        self.0.insert(bytes.try_into().unwrap(), format!("{secret:?}"));
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        // Base64 of a text depends on how many bytes come before it.
        let shifted = (0..3).flat_map(|shift| {
            let text = format!("{}{secret}", &"   "[..shift]);
            let skipped = if shift == 0 { 0 } else { 4 };
            [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)].map(|text| text[skipped..].to_owned())
        });
        for spelling in shifted.chain([encoded]) {
            if let Some(prefix) = spelling.as_bytes().get(..PREFIX) {
                self.0.insert(prefix.try_into().unwrap(), format!("{secret:?} as {spelling:?}"));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn assert_not_in(&self, place: &str, bytes: &[u8]) {
        for (at, window) in bytes.windows(PREFIX).enumerate() {
            if let Some(secret) = self.0.get(window) {
                let around = &bytes[at.saturating_sub(200)..bytes.len().min(at + 200)];
                panic!("{secret} is in {place}: …{}…", String::from_utf8_lossy(around));
            }
        }
    }
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let secret = "a planted secret/of this test";
    let planted = Planted::new([secret]);
    for shift in 0..4 {
        let text = format!("{}{secret} and more", "x".repeat(shift));
        for place in [text.clone(), STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            let found = std::panic::catch_unwind(|| planted.assert_not_in("there", place.as_bytes()));
            assert!(found.is_err(), "{place}");
        }
    }
    let found = std::panic::catch_unwind(|| planted.assert_not_in("there", b"?a=a+planted+secret%2Fof+this+test"));
    assert!(found.is_err());
    planted.assert_not_in("there", b"a planted thing that is not the secret of this test");
    assert_eq!(Planted::new(["short"]).len(), 0);
}
