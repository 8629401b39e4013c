//! Seznam.
//!
//! A service is registered at <https://vyvojari.seznam.cz/oauth/admin> with the redirect URI `https://your.app/auth/seznam/callback`. Its page
//! shows client id and client secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, RequestBody, Revocation, TokenReply, register};

/// Seznam.
///
/// The account id is the `oauth_user_id`, which stays when the address changes. Seznam does not say whether the address is verified, and who
/// has none is told by `null`.
pub static SEZNAM: ProviderSpec =
    ProviderSpec::oauth2("seznam", "https://login.szn.cz/api/v1/oauth/auth", "https://login.szn.cz/api/v1/oauth/token")
        .display_name("Seznam")
        .docs("https://vyvojari.seznam.cz/oauth/doc?lang=en")
        .console("https://vyvojari.seznam.cz/oauth/admin")
        .brand(Brand { color: "#CC0000", icon_path: ICON })
        .scopes(&["identity"])
        .scope_separator(",")
        .known_scopes(&[
            ("identity", "Read name and e-mail address; must be among them"),
            ("avatar", "Read the picture"),
            ("contact-phone", "Read the telephone number"),
            ("adulthood", "Read whether somebody is 18 years old"),
            ("birthday", "Read the date of birth"),
            ("gender", "Read the gender"),
        ])
        .token_body(RequestBody::Json)
        .token_reply(TokenReply::standard().scope("scope | scopes").scope_separator(","))
        .user_info("https://login.szn.cz/api/v1/user")
        .claims(
            Claims::id("oauth_user_id")
                .email("email")
                .first_name("firstname")
                .last_name("lastname")
                .avatar_url("avatar_url"),
        )
        .revocation(Revocation::NotOffered {
            instead: "Seznam has a revocation of its own, which this library does not send",
        })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback URL, with https, at vyvojari.seznam.cz/oauth/admin"),
            (ErrorKind::ClientRefused, "Copy client id and client secret again, from vyvojari.seznam.cz/oauth/admin"),
            (ErrorKind::EmailMissing, "The account has no e-mail address: ask the person for one"),
        ]);

register!(SEZNAM);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
