//! What a hostile provider says, one lie at a time. The ids behind each stand in the book's list of requirements.

use crate::{endpoint::Endpoint, openid::IdTokenFault};

/// One thing that is not as it should be. No login may end signed in while it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lie {
    /// An endpoint of the provider gives no proper reply.
    Reply(Endpoint, ReplyLie),
    /// The metadata of an OpenID provider is not to be believed.
    Metadata(MetadataLie),
    /// The key set of an OpenID provider is not to be believed.
    Keys(KeysLie),
    /// The token reply is not one.
    Token(TokenLie),
    /// The ID token is not for this login.
    IdToken(IdTokenFault),
    /// The ID token proves nothing, or means two things.
    Forgery(Forgery),
    /// The user-info reply is about nobody, or somebody else.
    UserInfo(UserInfoLie),
    /// The browser comes back with an answer that is none.
    Callback(CallbackLie),
    /// The browser comes back with an answer by `form_post` that did not come in the body of a form.
    Form(FormLie),
    /// The metadata names the trap as token endpoint (QA2). That is a lie to whoever was told another endpoint when the
    /// login began, and not among [`HostileProvider::lies`](super::HostileProvider::lies).
    Moved,
}

/// Makes an enum of lies and the list of all of them.
macro_rules! lies {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])+ $lie:ident,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])+ $lie,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$lie,)+];
        }
    };
}

lies! {
    /// What an endpoint does in place of its reply.
    ReplyLie {
        /// Redirects to the trap and keeps method and body: 307 (QE2).
        Redirect,
        /// Redirects to the trap by 302, which clients follow by `GET` (QE2).
        RedirectByGet,
        /// Never answers (QE3).
        Hang,
        /// Sends one byte at a time, and never the last one (QE3).
        Drip,
        /// Sends a body without an end (QE3).
        Endless,
        /// Sends 2 MiB in a few KiB of gzip (QE3).
        Bomb,
        /// Says that the body was compressed twice (QE3).
        TwoCodings,
        /// Sends 1,000 header lines (QE3).
        Headers,
        /// Ends the connection in the middle of the body (QE6).
        Cut,
        /// Answers with nothing (QE6).
        Empty,
        /// Answers 200 with a page (QE6).
        Html,
        /// Answers with bytes that are no text (QE6).
        Binary,
        /// Nests 100,000 lists (QE6, QH6).
        Deep,
        /// Puts the reply into a list (QE6).
        Listed,
        /// Has its most important member twice, first the trap's and then its own (QF10).
        Twice,
    }
}

impl ReplyLie {
    /// Whether it is about what JSON says and not about how it comes.
    pub(crate) fn needs_object(self) -> bool {
        matches!(self, Self::Listed | Self::Twice)
    }
}

lies! {
    /// What metadata says (OpenID Connect Discovery 1.0).
    MetadataLie {
        /// It is that of another issuer (QF13).
        Issuer,
        /// Its issuer has a slash more (QF13).
        IssuerWithSlash,
        /// It names no issuer (QF13).
        NoIssuer,
        /// Its issuer is a list that contains the right one (QF10, QF13).
        IssuerInList,
        /// The token endpoint is plain http elsewhere (QE1).
        PlainHttp,
        /// The token endpoint is the trap, under the address that stands for all addresses of a machine (QE4).
        Unspecified,
        /// The token endpoint is the trap, under an IPv4 address that is written as IPv6 (QE4).
        Mapped,
        /// The key set is at the address where clouds keep the secrets of a machine (QE4).
        LinkLocal,
        /// The user-info endpoint has credentials in its URL (QE4).
        Credentials,
        /// The authorization endpoint is a script (QE1).
        Script,
        /// The token endpoint is a file (QE1).
        File,
        /// It has no token endpoint (QF13).
        NoTokenEndpoint,
        /// It has no key set (QF1).
        NoKeys,
    }
}

impl MetadataLie {
    /// Whether it is one only where somebody asks for the keys.
    pub(crate) fn is_about_keys(self) -> bool {
        matches!(self, Self::LinkLocal | Self::NoKeys)
    }
}

lies! {
    /// What a key set has (RFC 7517).
    KeysLie {
        /// 1,000 keys, the right one behind all others (QF11).
        Flood,
        /// The right key and 2 MiB of nothing (QF11).
        Huge,
        /// No key (QF11).
        Empty,
        /// An object in place of the list (QF11).
        NoList,
        /// The right key, for encryption (QF11).
        ForEncryption,
        /// The right key, for deriving keys (QF11).
        ForDerivation,
        /// The right key, for another algorithm (QF2, QF11).
        OtherAlgorithm,
        /// A key of 1,024 bits with which anybody can sign, and a token that is so signed (QF11).
        Weak,
        /// A shared secret for all to read, and a token that is signed with it (QF2, QF3).
        Shared,
        /// The key of somebody else under the right name (QF1).
        Foreign,
    }
}

impl KeysLie {
    /// Whether an ID token comes with it.
    pub(crate) fn needs_id_token(self) -> bool {
        matches!(self, Self::Weak | Self::Shared)
    }
}

lies! {
    /// What a token reply says (RFC 6749 section 5).
    TokenLie {
        /// An error beside the tokens, with status 200 (QE6).
        ErrorBesideTokens,
        /// No access token (QE6).
        NoAccessToken,
        /// An empty access token (QE6).
        EmptyAccessToken,
        /// An access token that is a number (QE6).
        AccessTokenNumber,
        /// An access token that is a list (QE6).
        AccessTokenInList,
        /// An access token that would be a header line of its own (QD4, QE6).
        AccessTokenWithLine,
        /// A token that is no bearer token (QE7).
        Mac,
    }
}

lies! {
    /// What makes an ID token prove nothing (RFC 7515, RFC 8725, OpenID Connect Core section 3.1.3.7).
    Forgery {
        /// `alg` is `nOnE`, without a signature (QF2).
        NoneInOtherCase,
        /// `alg` is missing (QF2).
        NoAlgorithm,
        /// `alg` is a list that contains the right one (QF2).
        AlgorithmInList,
        /// The right header and no signature (QF1).
        NoSignature,
        /// A signature of zeros, which careless ECDSA accepts for every message (QF1).
        ZeroSignature,
        /// The claims were changed after signing (QF1).
        ChangedClaims,
        /// `HS256` with the public key as the secret, as it stands in the key set (QF2).
        HmacWithPublicKey,
        /// `HS256` with the client secret (QF3).
        HmacWithClientSecret,
        /// `HS256` with an empty key (QF3).
        HmacWithNothing,
        /// The header brings its key: `jwk` (QF4).
        OwnKey,
        /// The header says where its keys are, at the trap: `jku` (QF4, QF12).
        OwnKeyUrl,
        /// The header brings a certificate: `x5c` (QF4).
        OwnCertificate,
        /// The header says where its certificate is, at the trap: `x5u` (QF4, QF12).
        OwnCertificateUrl,
        /// The name of the key is a URL, at the trap (QF4, QF12).
        UrlAsKeyName,
        /// The name of the key is a path to an empty file, and the signature that of an empty key (QF4, QF12).
        PathAsKeyName,
        /// The header has a critical member that nobody knows (QF4).
        Critical,
        /// The payload is said not to be base64url: RFC 7797 (QF4).
        PlainPayload,
        /// It is an access token: `typ` is `at+jwt` (QF4).
        AccessToken,
        /// It is a logout token: `typ` is `logout+jwt` (QF4).
        LogoutToken,
        /// The claims are compressed: `zip` (QF4).
        Compressed,
        /// It has the five parts of an encrypted token (QF5).
        Encrypted,
        /// It is JSON and not compact (QF5).
        Json,
        /// It has a fourth part (QF5).
        FourParts,
        /// It has 60,000 parts (QF5).
        ManyParts,
        /// It is longer than 64 KiB, and well signed (QF5).
        Huge,
        /// Its parts are padded (QF5).
        Padded,
        /// It has a line break in it (QF5).
        LineBreak,
        /// The header has `alg` twice: `none`, and the right one (QF10).
        AlgorithmTwice,
        /// The claims have `sub` twice (QF10).
        SubjectTwice,
        /// The claims have `aud` twice (QF10).
        AudienceTwice,
        /// The claims are a list (QF10).
        ClaimsInList,
        /// It is for this client and one more (QF6).
        SecondAudience,
        /// It is for a client whose id begins like this one's (QF6).
        LongerAudience,
        /// It was asked for by another client: `azp` (QF6).
        AuthorizedParty,
        /// Its issuer has a slash more (QF6).
        IssuerWithSlash,
        /// Its subject is a number (QF7).
        SubjectNumber,
        /// Its subject is empty (QF7).
        EmptySubject,
        /// Its subject has 300 characters (QF7).
        LongSubject,
        /// Its subject has a control character (QF7).
        ControlInSubject,
        /// `exp` is a text (QF8).
        ExpiryText,
        /// `exp` is missing (QF8).
        NoExpiry,
        /// `iat` is a text (QF8).
        IssuedText,
        /// `iat` is missing (QF8).
        NoIssued,
        /// It was issued an hour ago (QF8).
        IssuedLongAgo,
        /// It is not valid yet: `nbf` (QF8).
        NotYet,
        /// `nbf` is a text (QF8).
        NotYetText,
        /// Its nonce is a list that contains the right one (QF9).
        NonceInList,
        /// `at_hash` is a number (QF9).
        HashNumber,
        /// `c_hash` is that of another code (QF9).
        CodeHash,
    }
}

impl Forgery {
    /// Whether it is one only where the provider signs with a key pair.
    pub(crate) fn needs_public_key(self) -> bool {
        matches!(self, Self::HmacWithPublicKey | Self::HmacWithClientSecret | Self::OwnKey)
    }
}

lies! {
    /// What a user-info reply says.
    UserInfoLie {
        /// It is about nobody (QG1, QG6).
        NoSubject,
        /// The subject is a flag (QG6).
        FlagAsSubject,
        /// The subject is an object (QG6).
        ObjectAsSubject,
        /// The subject is empty (QG6).
        EmptySubject,
        /// It is about somebody else: with an ID token only (QG1).
        OtherSubject,
        /// The subject is that of the ID token in other letters: with an ID token only (QG1).
        SubjectInOtherCase,
        /// It is a token without a signature: with an ID token only (QF1).
        Unsigned,
    }
}

impl UserInfoLie {
    /// Whether it is one only where an ID token says whom the reply must be about.
    pub(crate) fn needs_id_token(self) -> bool {
        matches!(self, Self::OtherSubject | Self::SubjectInOtherCase | Self::Unsigned)
    }
}

lies! {
    /// What the browser brings back, in the query or in a form (RFC 6749 section 4.1.2, RFC 9207).
    CallbackLie {
        /// Another issuer (QB6, QH1).
        Issuer,
        /// No issuer, though the metadata promises one (QB6).
        NoIssuer,
        /// The right issuer and another one (QB2).
        IssuerTwice,
        /// The state of another login (QB3).
        State,
        /// No state (QB3).
        NoState,
        /// The state twice (QB2).
        StateTwice,
        /// A code and another one (QB2).
        CodeTwice,
        /// No code, and tokens in its place (QB7).
        Tokens,
        /// An empty code (QB1).
        EmptyCode,
        /// A code that would be a header line of its own (QB1, QD4).
        CodeWithLine,
        /// A code of 20,000 characters (QB1).
        HugeCode,
        /// An error that is a script, with an `error_uri` at the trap (QB10).
        ErrorScript,
        /// An error beside the code (QB1).
        ErrorBesideCode,
        /// An error beside another issuer (QB6).
        ErrorOfOtherIssuer,
    }
}

lies! {
    /// How the browser brings it back where a form was asked for (OAuth 2.0 Form Post Response Mode). A browser sends each
    /// of them for a page that asks it to.
    FormLie {
        /// By a redirect, in the query (QB8).
        Redirect,
        /// By a form without fields, in the query of its address (QB8).
        InQuery,
        /// The code in the query, all else in the form (QB8).
        CodeInQuery,
        /// The state in the query, all else in the form (QB8).
        StateInQuery,
        /// In the query, beside a form with the state and the code of nobody (QB8).
        OtherInForm,
        /// As `multipart/form-data` (QB1, QB8).
        Multipart,
        /// As `text/plain` (QB1, QB8).
        PlainText,
        /// As JSON, in the only way that a form can: as `text/plain` (QB1, QB8).
        Json,
        /// Beside 64 KiB of nothing (QB1, QB8).
        Huge,
        /// With a code that is no text in UTF-8, because the form is in another encoding (QB1).
        NotUtf8,
        /// With a code that has an encoded NUL behind it, to be decoded twice (QB1).
        NestedNul,
        /// With a state that was encoded twice (QB3).
        EncodedTwice,
        /// With names in capitals (QB3).
        Capitals,
    }
}
