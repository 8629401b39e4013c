//! What the rules for an ID token cost on top of the bare signature check of the same library, as a ratio in one run.
//!
//! `cargo bench -p oauth-core --features oidc --bench id_token`
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../tests/support/signer.rs"]
#[allow(dead_code, unreachable_pub)]
mod signer;

use std::{
    hint::black_box,
    time::{Instant, SystemTime},
};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use futures_util::FutureExt;
use oauth_core::{
    AuthorizationRequest, HttpClient, HttpRequest, HttpResponse, OAuthClient, ProviderConfig, ProviderSpec, Result,
    SecretString, async_trait,
};
use serde_json::json;
use signer::Signer;
use url::Url;

/// Odd, so that there is a middle one.
const ROUNDS: usize = 401;
/// Few, so that most rounds pass between two interruptions.
const CHECKS: u32 = 40;

static SPEC: ProviderSpec = ProviderSpec::openid("bench", "https://id.test")
    .authorize("https://id.test/authorize")
    .token("https://id.test/token")
    .jwks("https://id.test/jwks");

/// Has nothing but its keys to give.
struct Jwks(String);

#[async_trait]
impl HttpClient for Jwks {
    async fn send(&self, _: HttpRequest) -> Result<HttpResponse> {
        Ok(HttpResponse::new(200, self.0.clone().into_bytes()))
    }
}

fn main() {
    println!("{:7} {:>12} {:>12} {:>7}", "", "signature", "ID token", "ratio");
    let algorithms: [(&str, &'static dyn VerificationAlgorithm); 3] =
        [("RS256", &RSA_PKCS1_2048_8192_SHA256), ("ES256", &ECDSA_P256_SHA256_FIXED), ("EdDSA", &ED25519)];
    for (alg, algorithm) in algorithms {
        let signer = Signer::new(alg, "k1");
        let http = Jwks(json!({ "keys": [signer.jwk()] }).to_string());
        let client = OAuthClient::new(&SPEC, ProviderConfig::new("bench", "client", "secret"), http).unwrap();
        let authorization = client.authorization_url(&AuthorizationRequest::new("https://app.test/cb")).unwrap();
        let url = Url::parse(authorization.url()).unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let token = signer.token(&json!({
            "iss": "https://id.test", "sub": "248289761001", "aud": "client", "azp": "client", "exp": now + 3600, "iat": now,
            "nonce": nonce, "email": "jane@id.test", "email_verified": true, "name": "Jane Doe",
            "picture": "https://id.test/jane.png",
        }));

        let key = ParsedPublicKey::new(algorithm, signer.public_key()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = signer::decode(signature);
        let bare = || key.verify_sig(black_box(message.as_bytes()), black_box(&signature)).unwrap();

        let id_token = SecretString::from(token.clone());
        let pending = authorization.pending();
        let whole = || client.verify_id_token(black_box(&id_token), pending).now_or_never().unwrap().unwrap();

        // Both are timed in each round, in turns which one first: what else the machine does falls on both.
        let whole = || drop(black_box(whole()));
        let rounds = (0..ROUNDS).map(|round| match round % 2 {
            0 => (time(bare), time(whole)),
            _ => {
                let token = time(whole);
                (time(bare), token)
            }
        });
        let (signatures, tokens): (Vec<f64>, Vec<f64>) = rounds.unzip();
        let ratios = tokens.iter().zip(&signatures).map(|(token, signature)| token / signature).collect();
        let (signature, token, ratio) = (median(signatures), median(tokens), median(ratios));
        println!("{alg:7} {signature:>9.2} µs {token:>9.2} µs {ratio:>7.3}");
    }
}

/// Microseconds of one check, on average.
fn time(check: impl Fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..CHECKS {
        check();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(CHECKS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
