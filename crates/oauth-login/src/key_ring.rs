//! Keys and sealing: what a browser or a store keeps for us, it can neither read nor change nor use elsewhere.
//!
//! A sealed value is `base64url(version ‖ key id ‖ nonce ‖ XChaCha20-Poly1305(expiry ‖ plaintext))`. The nonce is
//! random (192 bits, so no counter has to be shared between instances). Version, key id, purpose, name and application
//! are authenticated with it: a value sealed for one use opens for no other.

use std::{fmt, sync::LazyLock, time::SystemTime};

use base64::{
    Engine as _,
    alphabet::{self, Alphabet},
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, Simd,
        general_purpose::{NO_PAD, URL_SAFE_NO_PAD},
    },
};
use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};
use oauth_core::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::time::unix_seconds;

const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;
const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;
const EXPIRY_LEN: usize = 8;

/// Least number of bytes in one key.
const MIN_KEY_LEN: usize = 32;
/// Of 32 random bytes about 30 differ; fewer than 12 do not happen by chance.
const MIN_DISTINCT_BYTES: usize = 12;
/// Longer than any cookie; only a cap on the work a stranger can ask for.
const MAX_SEALED_COOKIE: usize = 16 * 1024;

/// What every sealed value is written in: some kilobytes for each login.
static BASE64URL: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

const REMEDY: &str = "Set OAUTH_COOKIE_KEY to the output of `openssl rand -base64 32`; to rotate, put the new key \
                      first and keep the old one after a comma for seven days, which is as long as a session may last";

/// The keys that seal flow cookies, sessions and kept tokens: the first seals, all open.
///
/// To rotate, put a new key in front, and drop the old one after [`SESSION_LIFETIME`](crate::SESSION_LIFETIME), when
/// nothing is left that it sealed. Keys are wiped from memory when the ring is dropped, and `Debug` shows only how many there are.
///
/// ```
/// use oauth_login::KeyRing;
///
/// let ring = KeyRing::from_base64_list("hzq1V3kG0m2qT1tq2nR9mJq0m4x1n8y0WcA3l7d5bYs=")?;
/// assert_eq!(format!("{ring:?}"), "KeyRing { keys: 1, .. }");
///
/// let error = KeyRing::from_base64_list("c2VjcmV0").unwrap_err();
/// assert!(error.to_string().contains("openssl rand -base64 32"));
/// # Ok::<(), oauth_core::Error>(())
/// ```
pub struct KeyRing {
    sealing: SealingKey,
    retired: Vec<SealingKey>,
}

struct SealingKey {
    id: [u8; KEY_ID_LEN],
    cipher: XChaCha20Poly1305,
}

impl KeyRing {
    /// Reads a comma-separated list of base64 keys, each of at least 32 random bytes.
    ///
    /// Both alphabets of RFC 4648 are read, with or without padding.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for an empty list, text that is not base64, and a key that is short or visibly not
    /// random. The text of the error names the position of the key, never the key.
    pub fn from_base64_list(list: &str) -> Result<Self> {
        let mut keys = list.split(',').enumerate().map(|(index, text)| {
            let text = text.trim();
            let bytes = decode_key(text)
                .ok_or_else(|| refused(format!("key {} of OAUTH_COOKIE_KEY is not base64", index + 1)))?;
            if let Some(fault) = weakness(text, &bytes) {
                return Err(refused(format!("key {} of OAUTH_COOKIE_KEY {fault}", index + 1)));
            }
            Ok(SealingKey::new(&bytes))
        });
        let sealing = keys.next().unwrap_or_else(|| Err(refused("OAUTH_COOKIE_KEY is empty".to_owned())))?;
        Ok(Self { sealing, retired: keys.collect::<Result<_>>()? })
    }

    /// One new key from the operating system, forgotten when the process ends.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RandomSource`] if the operating system gives no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; MIN_KEY_LEN]);
        fill_random(bytes.as_mut_slice())?;
        Ok(Self { sealing: SealingKey::new(bytes.as_slice()), retired: Vec::new() })
    }

    /// Seals `plaintext` until `expires_at`, for the use that `label` names.
    pub(crate) fn seal(&self, label: &Label<'_>, expires_at: SystemTime, plaintext: &[u8]) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce)?;
        // Room for the tag too: a growing buffer would leave a copy of the plaintext behind.
        let mut buffer = Vec::with_capacity(EXPIRY_LEN + plaintext.len() + TAG_LEN);
        buffer.extend_from_slice(&unix_seconds(expires_at).to_be_bytes());
        buffer.extend_from_slice(plaintext);
        let key = &self.sealing;
        if key.cipher.encrypt_in_place(&XNonce::from(nonce), &label.bytes(key.id), &mut buffer).is_err() {
            // Only a plaintext of 256 GiB gets here.
            buffer.zeroize();
            return Err(Error::new(ErrorKind::Configuration, "a login is too large to be sealed"));
        }
        let sealed = [&[VERSION][..], &key.id, &nonce, &buffer].concat();
        Ok(BASE64URL.encode(sealed))
    }

    /// Opens what [`seal`](Self::seal) made for the same use, if it has not expired. There is no second decoder.
    pub(crate) fn open(&self, label: &Label<'_>, now: SystemTime, sealed: &str) -> Result<Opened, NotOpened> {
        if label.purpose.is_of_browsers() && sealed.len() > MAX_SEALED_COOKIE {
            return Err(NotOpened::Unreadable);
        }
        let bytes = BASE64URL.decode(sealed).map_err(|_| NotOpened::Unreadable)?;
        let (&[VERSION], rest) = bytes.split_first_chunk().ok_or(NotOpened::Unreadable)? else {
            return Err(NotOpened::Unreadable);
        };
        let (&id, rest) = rest.split_first_chunk::<KEY_ID_LEN>().ok_or(NotOpened::Unreadable)?;
        let (&nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(NotOpened::Unreadable)?;
        let mut plaintext = self
            .keys()
            .filter(|key| key.id == id)
            .find_map(|key| {
                let mut buffer = Zeroizing::new(ciphertext.to_vec());
                let opened = key.cipher.decrypt_in_place(&XNonce::from(nonce), &label.bytes(id), &mut *buffer);
                opened.is_ok().then_some(buffer)
            })
            .ok_or(NotOpened::Unreadable)?;
        let expires_at = u64::from_be_bytes(*plaintext.first_chunk().ok_or(NotOpened::Unreadable)?);
        if unix_seconds(now) >= expires_at {
            return Err(NotOpened::Expired);
        }
        plaintext.drain(..EXPIRY_LEN);
        Ok(Opened { expires_at, plaintext })
    }

    /// Opens what a store kept. That something does not open is for whoever runs the application to know.
    pub(crate) fn open_stored(&self, label: &Label<'_>, now: SystemTime, sealed: &str) -> Option<Opened> {
        let opened = self.open(label, now, sealed);
        if matches!(opened, Err(NotOpened::Unreadable)) {
            tracing::warn!(
                target: "oauth_login",
                what = label.purpose.as_str(),
                "a stored record does not open: it was sealed with a key that is no longer in OAUTH_COOKIE_KEY, or changed"
            );
        }
        opened.ok()
    }

    fn keys(&self) -> impl Iterator<Item = &SealingKey> {
        std::iter::once(&self.sealing).chain(&self.retired)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &(1 + self.retired.len())).finish_non_exhaustive()
    }
}

impl SealingKey {
    /// Hashed, so that a key may be longer than the cipher's, and so that the id in every sealed value says nothing
    /// about the key.
    fn new(bytes: &[u8]) -> Self {
        let mut key: Key = Sha256::new_with_prefix(b"oauth-login sealing key\0").chain_update(bytes).finalize();
        let digest: [u8; 32] = Sha256::new_with_prefix(b"oauth-login key id\0").chain_update(key).finalize().into();
        let cipher = XChaCha20Poly1305::new(&key);
        key.as_mut_slice().zeroize();
        let [a, b, c, d, ..] = digest;
        Self { id: [a, b, c, d], cipher }
    }
}

/// What a sealed value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A pending login in the browser's cookie: the whole of it, or the browser's half of one that is kept in a store.
    Cookie,
    /// A pending login, kept in a store.
    Stored,
    /// A session, kept in a store.
    Session,
    /// The session cookie's value.
    SessionId,
    /// The tokens of a signed-in person, kept in a store.
    Tokens,
}

impl Purpose {
    /// The name that is authenticated.
    fn as_str(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Stored => "stored",
            Self::Session => "session",
            Self::SessionId => "session id",
            Self::Tokens => "tokens",
        }
    }

    /// Whether values of this kind come from browsers, and so from anybody.
    fn is_of_browsers(self) -> bool {
        matches!(self, Self::Cookie | Self::SessionId)
    }
}

/// What is authenticated beside the plaintext.
///
/// The provider is not part of it but of the plaintext: the callback must tell "begun at another provider", which
/// spends the login, from "not ours".
#[derive(Clone, Copy)]
pub(crate) struct Label<'a> {
    pub(crate) purpose: Purpose,
    /// Name of the cookie, or key of the record.
    pub(crate) name: &'a str,
    /// Base URL of the application.
    pub(crate) app: &'a str,
}

impl Label<'_> {
    fn bytes(&self, key_id: [u8; KEY_ID_LEN]) -> Vec<u8> {
        let purpose = self.purpose.as_str().as_bytes();
        let parts = [key_id.as_slice(), purpose, self.name.as_bytes(), self.app.as_bytes()];
        let mut bytes = Vec::with_capacity(1 + parts.iter().map(|part| 8 + part.len()).sum::<usize>());
        bytes.push(VERSION);
        for part in parts {
            // The length in front keeps ("ab", "c") apart from ("a", "bc").
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

pub(crate) struct Opened {
    /// Seconds since 1970.
    pub(crate) expires_at: u64,
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOpened {
    /// Not sealed by us, for this use, with a key we have.
    Unreadable,
    /// Sealed by us, and too old.
    Expired,
}

/// 256 random bits in base64url.
pub(crate) fn random_text() -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; 32]);
    fill_random(&mut *bytes)?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        Error::new(ErrorKind::RandomSource, "the operating system gave no random bytes").with_source(error)
    })
}

fn decode_key(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decode = |alphabet: &Alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(text).ok();
    decode(&alphabet::STANDARD).or_else(|| decode(&alphabet::URL_SAFE)).map(Zeroizing::new)
}

/// A sanity check, not a measurement: it catches the empty, short, repeated, counted-up and worded keys of examples.
/// None of it happens to 32 random bytes in base64 or hexadecimal.
fn weakness(text: &str, key: &[u8]) -> Option<String> {
    if key.len() < MIN_KEY_LEN {
        return Some(format!("has {} bytes, and needs at least {MIN_KEY_LEN}", key.len()));
    }
    let mut distinct = Zeroizing::new(key.to_vec());
    distinct.sort_unstable();
    distinct.dedup();
    let mut steps = key.iter().zip(key.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a));
    let step = steps.next();
    let is_counted = steps.all(|other| Some(other) == step);
    // What comes after a while is what there was before.
    let repeats_after = |length: usize| key.iter().zip(key.iter().skip(length)).all(|(a, b)| a == b);
    let is_repeated = (1..MIN_KEY_LEN.min(key.len() / 2 + 1)).any(repeats_after);
    if distinct.len() < MIN_DISTINCT_BYTES || is_counted || is_repeated {
        return Some("does not look random".to_owned());
    }
    if key.is_ascii() || is_worded(text) {
        return Some("reads like text, and not like random bytes".to_owned());
    }
    None
}

/// Whether a base64 text is a pass phrase rather: letters of one case only, as 32 random bytes never have. Random
/// hexadecimal digits are welcome; they are 48 bytes of base64.
fn is_worded(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    let is_of_one_case = !has(u8::is_ascii_uppercase) || !has(u8::is_ascii_lowercase);
    let is_hexadecimal =
        text.bytes().all(|byte| byte.is_ascii_hexdigit()) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    is_of_one_case && !is_hexadecimal
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message).with_remedy(REMEDY)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use std::time::Duration;

    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    const LABEL: Label<'static> = Label { purpose: Purpose::Cookie, name: "login-1", app: "https://app.example" };

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn random_key() -> String {
        let mut bytes = [0; 32];
        fill_random(&mut bytes).unwrap();
        STANDARD.encode(bytes)
    }

    // Proves: QC7
    #[test]
    fn weak_and_unreadable_keys_are_refused_with_the_remedy_and_without_the_key() {
        let counted: Vec<u8> = (0..64).collect();
        let mut half = [0; 16];
        fill_random(&mut half).unwrap();
        let twice = STANDARD.encode(half.repeat(2));
        for (list, fault) in [
            (String::new(), "key 1 of OAUTH_COOKIE_KEY has 0 bytes"),
            ("  ".to_owned(), "has 0 bytes"),
            ("changeme-changeme-changeme!".to_owned(), "is not base64"),
            (STANDARD.encode(&random_key().as_bytes()[..31]), "has 31 bytes"),
            (STANDARD.encode([0; 32]), "does not look random"),
            (STANDARD.encode(b"abcabcabcabcabcabcabcabcabcabcabcabcabc"), "does not look random"),
            (STANDARD.encode(&counted), "does not look random"),
            (STANDARD.encode([0xff; 32]), "does not look random"),
            (twice, "does not look random"),
            ("changeme".repeat(8), "does not look random"),
            (STANDARD.encode("a quick brown fox jumps over the lazy dog"), "reads like text"),
            (STANDARD.encode("Tr0ub4dor&3, and some more of it: 12345"), "reads like text"),
            ("thequickbrownfoxjumpsoverthelazydogandbackagainto".to_owned() + "day", "reads like text"),
            ("THEQUICKBROWNFOXJUMPSOVERTHELAZYDOGANDBACKAGAINTO".to_owned() + "DAY", "reads like text"),
            ("31415926535897932384626433832795028841971693993751".to_owned() + "05", "reads like text"),
            (format!("{},", random_key()), "key 2 of OAUTH_COOKIE_KEY has 0 bytes"),
            (format!("{},c2hvcnQ=", random_key()), "key 2 of OAUTH_COOKIE_KEY has 5 bytes"),
        ] {
            let error = KeyRing::from_base64_list(&list).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(fault), "{list:?}: {text}");
            assert!(text.contains("openssl rand -base64 32"), "{text}");
            for key in list.split(',').map(str::trim).filter(|key| !key.is_empty()) {
                assert!(!text.contains(key), "{text}");
            }
        }
    }

    #[test]
    fn keys_are_read_in_both_alphabets_with_and_without_padding() {
        let mut bytes = [0xfb; 33];
        fill_random(&mut bytes[1..]).unwrap();
        let standard = STANDARD.encode(&bytes[..32]);
        let url_safe = URL_SAFE_NO_PAD.encode(&bytes[..32]);
        let sealed = KeyRing::from_base64_list(&standard).unwrap().seal(&LABEL, at(10), b"x").unwrap();
        for text in [url_safe, standard.trim_end_matches('=').to_owned(), format!(" {standard}\n")] {
            let opened = KeyRing::from_base64_list(&text).unwrap().open(&LABEL, at(0), &sealed).unwrap();
            assert_eq!(opened.plaintext.as_slice(), b"x");
        }
    }

    // Proves: QC7
    #[test]
    fn what_a_generator_gives_is_taken() {
        for _ in 0..200 {
            let bytes = [(); 32].map(|()| {
                let mut byte = [0];
                fill_random(&mut byte).unwrap();
                byte[0]
            });
            let hexadecimal = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            for text in [STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes), hexadecimal.to_uppercase(), hexadecimal]
            {
                assert!(KeyRing::from_base64_list(&text).is_ok(), "{text}");
            }
        }
    }

    // Proves: QH4
    #[test]
    fn keys_are_wiped_when_they_are_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        is_wiped::<XChaCha20Poly1305>();
        is_wiped::<Zeroizing<Vec<u8>>>();
    }

    // Proves: QC7
    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, new) = (random_key(), random_key());
        let before = KeyRing::from_base64_list(&old).unwrap().seal(&LABEL, at(10), b"begun before").unwrap();
        let rotated = KeyRing::from_base64_list(&format!("{new},{old}")).unwrap();
        assert_eq!(rotated.open(&LABEL, at(0), &before).unwrap().plaintext.as_slice(), b"begun before");

        let after = rotated.seal(&LABEL, at(10), b"begun after").unwrap();
        let only = |key: &str| KeyRing::from_base64_list(key).unwrap().open(&LABEL, at(0), &after).map(|_| ());
        assert_eq!(only(&new), Ok(()));
        assert_eq!(only(&old), Err(NotOpened::Unreadable));
    }

    // Proves: QC6
    #[test]
    fn a_sealed_value_opens_for_no_other_use() {
        let ring = KeyRing::random().unwrap();
        let sealed = ring.seal(&LABEL, at(10), b"x").unwrap();
        for other in [
            Label { name: "login-2", ..LABEL },
            Label { app: "https://app.example/other", ..LABEL },
            Label { name: "login-1h", app: "ttps://app.example", ..LABEL },
        ] {
            assert_eq!(ring.open(&other, at(0), &sealed).map(|_| ()), Err(NotOpened::Unreadable));
        }
    }

    // Proves: QC6
    #[test]
    fn no_purpose_is_interchangeable_with_another() {
        let purposes = [Purpose::Cookie, Purpose::Stored, Purpose::Session, Purpose::SessionId, Purpose::Tokens];
        let ring = KeyRing::random().unwrap();
        for sealed_for in purposes {
            let sealed = ring.seal(&Label { purpose: sealed_for, ..LABEL }, at(10), b"x").unwrap();
            for purpose in purposes {
                let opened = ring.open(&Label { purpose, ..LABEL }, at(0), &sealed).map(|_| ());
                let expected = if purpose == sealed_for { Ok(()) } else { Err(NotOpened::Unreadable) };
                assert_eq!(opened, expected, "{sealed_for:?} as {purpose:?}");
            }
        }
    }

    // Proves: QC6
    #[test]
    fn a_sealed_value_expires() {
        let ring = KeyRing::random().unwrap();
        let sealed = ring.seal(&LABEL, at(10), b"x").unwrap();
        assert_eq!(ring.open(&LABEL, at(9), &sealed).unwrap().expires_at, 10);
        for late in [at(10), at(11), at(u64::from(u32::MAX) * 2)] {
            assert_eq!(ring.open(&LABEL, late, &sealed).map(|_| ()), Err(NotOpened::Expired));
        }
    }

    #[test]
    fn the_same_plaintext_never_seals_alike() {
        let ring = KeyRing::random().unwrap();
        assert_ne!(ring.seal(&LABEL, at(10), b"x").unwrap(), ring.seal(&LABEL, at(10), b"x").unwrap());
    }

    proptest! {
        // Proves: QC6, QH6
        #[test]
        fn no_changed_byte_and_no_junk_opens(
            plaintext in proptest::collection::vec(any::<u8>(), 0..200),
            position in any::<proptest::sample::Index>(),
            change in 1u8..,
            junk in "[ -~]{0,200}",
        ) {
            let ring = KeyRing::random().unwrap();
            let sealed = ring.seal(&LABEL, at(10), &plaintext).unwrap();
            let opened = ring.open(&LABEL, at(0), &sealed).unwrap();
            prop_assert_eq!(opened.plaintext.as_slice(), plaintext.as_slice());

            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
            let at_byte = position.index(bytes.len());
            bytes[at_byte] ^= change;
            for wrong in [URL_SAFE_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes[..at_byte]), junk] {
                prop_assert!(ring.open(&LABEL, at(0), &wrong).is_err());
            }
        }
    }
}
