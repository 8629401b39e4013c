//! What a spec says about OpenID Connect.

use super::{ClientAuthentication, ProviderSpec, SpecFacts, UserInfoSource, check};
use crate::claims::{Claims, checked};

/// Everything a [`ProviderSpec`] says about OpenID Connect, for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenIdFacts {
    /// Where the metadata is, if not beside the issuer.
    pub discovery_url: Option<&'static str>,
    /// The key set, where the spec itself gives the endpoints.
    pub jwks_url: Option<&'static str>,
    /// Signature algorithms that are accepted.
    pub algorithms: &'static [SigningAlgorithm],
    /// Other spellings of the issuer in ID tokens.
    pub issuer_aliases: &'static [&'static str],
    /// The issuer of a provider whose tenants each have their own.
    pub issuer_template: Option<IssuerTemplate>,
    /// Audiences that may stand beside the client id.
    pub trusted_audiences: &'static [&'static str],
    /// Whether the nonce comes back.
    pub nonce: Nonce,
    /// What people may have to belong to.
    pub membership: Option<Membership>,
    /// How user info spells the subject.
    pub user_info_subject: SubjectForm,
}

/// How a user-info reply spells the subject, which must be the one of the ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectForm {
    /// As a text (OpenID Connect Core section 5.1).
    Text,
    /// As a text or as a whole number, which is then compared digit by digit.
    TextOrNumber,
}

/// An organization at the provider that a setting can demand: a workspace, a domain.
///
/// The provider is asked to offer the right account, which anybody can take out of the URL; the verified ID token decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Setting that names the organization, in upper case. Without it everybody may sign in.
    pub setting: &'static str,
    /// What the setting is, for people.
    pub description: &'static str,
    /// Parameter of the authorization request that the setting is sent as.
    pub param: &'static str,
    /// Claim of the ID token that must equal the setting, as a path.
    pub claim: &'static str,
}

/// The scopes that every OpenID provider has (OpenID Connect Core sections 3.1.2.1 and 5.4), for
/// [`known_scopes`](ProviderSpec::known_scopes) of one with no further ones.
pub const OPENID_SCOPES: &[(&str, &str)] =
    &[("openid", "Sign in"), ("profile", "Read name and picture"), ("email", "Read the e-mail address")];

/// Whether a provider puts the nonce of the request into the ID token (OpenID Connect Core section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nonce {
    /// It does, as it must.
    Returned,
    /// It does not always. PKCE alone binds the code to the login then, so PKCE cannot be off.
    MayBeMissing,
}

impl ProviderSpec {
    /// An OpenID Connect provider with its issuer, which names its endpoints by discovery.
    ///
    /// The baseline: scopes `openid profile email`, client credentials by HTTP Basic, standard claims, ID token required
    /// and verified, user info asked where the provider has it. Endpoints that the spec gives by
    /// [`authorize`](Self::authorize), [`token`](Self::token), [`jwks`](Self::jwks) and [`user_info`](Self::user_info) are
    /// not discovered; with the first three given nothing is.
    ///
    /// Clients of such a spec need the feature `oidc`.
    ///
    /// ```
    /// use oauth_core::{Claims, ProviderSpec};
    ///
    /// static ACME: ProviderSpec = ProviderSpec::openid("acme", "https://id.acme.example").display_name("Acme");
    /// ```
    ///
    /// # Panics
    ///
    /// In const evaluation, which does not compile: when the name or the issuer is not valid.
    #[must_use]
    pub const fn openid(name: &'static str, issuer: &'static str) -> Self {
        Self::openid_from_settings(name).issuer(issuer)
    }

    /// An OpenID Connect provider whose issuer only the setting `ISSUER` gives.
    #[must_use]
    pub const fn openid_from_settings(name: &'static str) -> Self {
        Self {
            facts: SpecFacts {
                openid: Some(OpenIdFacts {
                    discovery_url: None,
                    jwks_url: None,
                    algorithms: SigningAlgorithm::PUBLIC_KEY,
                    issuer_aliases: &[],
                    issuer_template: None,
                    trusted_audiences: &[],
                    nonce: Nonce::Returned,
                    membership: None,
                    user_info_subject: SubjectForm::Text,
                }),
                scopes: &["openid", "profile", "email"],
                client_authentication: ClientAuthentication::Basic,
                claims: Claims::openid(),
                ..SpecFacts::baseline(name)
            },
        }
    }

    /// The authorization endpoint, so that it is not discovered.
    #[must_use]
    pub const fn authorize(mut self, url: &'static str) -> Self {
        self.facts.authorize_url = Some(check::url(url));
        self
    }

    /// The token endpoint, so that it is not discovered.
    #[must_use]
    pub const fn token(mut self, url: &'static str) -> Self {
        self.facts.token_url = Some(check::url(url));
        self
    }

    /// The key set (RFC 7517), so that it is not discovered.
    #[must_use]
    pub const fn jwks(self, url: &'static str) -> Self {
        let facts = OpenIdFacts { jwks_url: Some(check::url(url)), ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// Where the metadata is, for a provider that does not keep it beside its issuer.
    #[must_use]
    pub const fn discovery(self, url: &'static str) -> Self {
        let facts = OpenIdFacts { discovery_url: Some(check::url(url)), ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// The signature algorithms to accept; every one with a public key unless set. Neither the metadata nor a token
    /// can add to them (RFC 8725 section 3.1).
    ///
    /// `HS256` stands alone: its key is the client secret, which has at least 32 bytes.
    ///
    /// # Panics
    ///
    /// In const evaluation: when the list is empty, or mixes `HS256` with others.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "const evaluation has no get(); the index is bounded by the loop")]
    pub const fn id_token_algorithms(self, algorithms: &'static [SigningAlgorithm]) -> Self {
        assert!(!algorithms.is_empty(), "a provider signs with some algorithm");
        let mut i = 0;
        while i < algorithms.len() {
            assert!(
                algorithms.len() == 1 || !matches!(algorithms[i], SigningAlgorithm::Hs256),
                "HS256 stands alone: a secret key and public keys do not mix"
            );
            i += 1;
        }
        let facts = OpenIdFacts { algorithms, ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// Other spellings of the issuer in ID tokens, for a provider that is known for them.
    #[must_use]
    pub const fn issuer_aliases(self, aliases: &'static [&'static str]) -> Self {
        let facts = OpenIdFacts { issuer_aliases: aliases, ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// The issuer of a provider whose tenants each have their own.
    #[must_use]
    pub const fn issuer_template(self, template: IssuerTemplate) -> Self {
        let facts = OpenIdFacts { issuer_template: Some(template), ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// Audiences that may stand beside the client id in a token.
    #[must_use]
    pub const fn trusted_audiences(self, audiences: &'static [&'static str]) -> Self {
        let facts = OpenIdFacts { trusted_audiences: audiences, ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// Whether the nonce comes back; it must unless set.
    #[must_use]
    pub const fn nonce(self, nonce: Nonce) -> Self {
        let facts = OpenIdFacts { nonce, ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// How user info spells the subject; as a text unless set.
    #[must_use]
    pub const fn user_info_subject(self, form: SubjectForm) -> Self {
        let facts = OpenIdFacts { user_info_subject: form, ..self.openid_facts() };
        self.with_openid(facts)
    }

    /// An organization that a setting can demand.
    ///
    /// # Panics
    ///
    /// In const evaluation: when the claim is not a path.
    #[must_use]
    pub const fn membership(self, membership: Membership) -> Self {
        let _ = checked(membership.claim);
        let facts = OpenIdFacts { membership: Some(membership), ..self.openid_facts() };
        self.with_openid(facts)
    }

    #[allow(clippy::panic, reason = "const evaluation reports a malformed spec by a panic")]
    const fn openid_facts(&self) -> OpenIdFacts {
        match self.facts.openid {
            Some(facts) => facts,
            None => panic!("only a spec made by openid() has this"),
        }
    }

    const fn with_openid(mut self, facts: OpenIdFacts) -> Self {
        self.facts.openid = Some(facts);
        self
    }

    /// The scopes with `openid` among them, where an ID token is wanted (OpenID Connect Core section 3.1.2.1).
    pub(crate) fn with_openid_scope(&self, mut scopes: Vec<String>) -> Vec<String> {
        if self.needs_id_token() && !scopes.iter().any(|scope| scope == "openid") {
            scopes.insert(0, "openid".to_owned());
        }
        scopes
    }

    /// Whether who signed in is known from an ID token.
    pub(crate) const fn needs_id_token(&self) -> bool {
        self.facts.openid.is_some() && !self.is_known_by_access_token()
    }

    /// Whether a signed access token takes the place of the ID token.
    pub(crate) const fn is_known_by_access_token(&self) -> bool {
        matches!(self.facts.user_info_source, UserInfoSource::AccessToken)
    }
}

/// A signature algorithm of JSON Web Signatures (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// There is no value for `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// `EdDSA` on Ed25519.
    EdDsa,
    /// HMAC with SHA-256, keyed with the client secret (OpenID Connect Core section 10.1).
    Hs256,
}

impl SigningAlgorithm {
    /// Every algorithm whose verification key is public: what is accepted unless a spec says otherwise.
    pub const PUBLIC_KEY: &'static [Self] = &[
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The name in a JOSE header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }
}

/// The issuer of a provider whose tenants each have their own: a text with one `{placeholder}` that stands for a claim.
///
/// A token of such a provider is accepted if the claim is a GUID and the template, filled with it, is the token's issuer.
/// Which tenants may sign in is for [`Provider::identity`](crate::Provider::identity) to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerTemplate {
    template: &'static str,
    claim: &'static str,
}

impl IssuerTemplate {
    /// A template whose placeholder stands for `claim`, such as `tid`.
    ///
    /// # Panics
    ///
    /// In const evaluation: when the template is not an `https` URL.
    #[must_use]
    pub const fn new(template: &'static str, claim: &'static str) -> Self {
        Self { template: super::check::url(template), claim }
    }

    /// The template, as the provider's metadata spells it.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        self.template
    }

    /// The claim that fills it.
    #[must_use]
    pub const fn claim(&self) -> &'static str {
        self.claim
    }

    /// The issuer of one tenant.
    #[must_use]
    pub fn issuer_of(&self, tenant: &str) -> String {
        let filled = self.template.split_once('{').and_then(|(before, rest)| {
            let (_, after) = rest.split_once('}')?;
            Some([before, tenant, after].concat())
        });
        filled.unwrap_or_else(|| self.template.to_owned())
    }
}
