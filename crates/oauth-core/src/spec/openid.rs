//! What a spec says about OpenID Connect.

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
