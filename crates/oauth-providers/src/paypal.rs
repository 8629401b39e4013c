//! PayPal, by "Log in with PayPal".
//!
//! An app is made at <https://developer.paypal.com/dashboard/applications/>. Tick "Log in with PayPal" among its features; its Advanced
//! Settings take the return URL `https://your.app/auth/paypal/callback` and name what people share: full name and e-mail address.
//!
//! `OAUTH_PAYPAL_DOMAIN=sandbox.paypal.com` signs in with accounts of the sandbox.

use oauth_core::{Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, Variable, register};

/// PayPal.
///
/// The account id ends the URL `user_id`, and belongs to the application: another one sees another id. The payer id, which all see, is in
/// `raw_data` with a scope of its own. The profile is asked for with the schema `openid`, which has one address with its own flag, in place of
/// a list whose entries need not have one.
pub static PAYPAL: ProviderSpec =
    ProviderSpec::oauth2("paypal", "https://www.{domain}/signin/authorize", "https://api-m.{domain}/v1/oauth2/token")
        .display_name("PayPal")
        .docs("https://developer.paypal.com/log-in/build")
        .console("https://developer.paypal.com/dashboard/applications/")
        .brand(Brand { color: "#002991", icon_path: ICON })
        .variables(&[Variable::with_default("domain", "paypal.com").allowed(&["paypal.com", "sandbox.paypal.com"])])
        .authorize_params(&[("flowEntry", "static")])
        .scopes(&["openid", "profile", "email"])
        .known_scopes(&[
            ("openid", "Sign in; PayPal demands it"),
            ("profile", "Read the name"),
            ("email", "Read the e-mail address"),
            ("address", "Read the postal address"),
            ("https://uri.paypal.com/services/paypalattributes", "Read payer id and whether the account is verified"),
        ])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("https://api-m.{domain}/v1/identity/openidconnect/userinfo")
        .user_info_query(&[("schema", "openid")])
        .claims(
            Claims::id("user_id#last")
                .email("email")
                .email_verified("email_verified")
                .lenient_flags()
                .name("name")
                .first_name("given_name")
                .last_name("family_name"),
        )
        .revocation(Revocation::NotOffered { instead: "People withdraw access in their PayPal account" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter exactly this callback URL as Return URL, in the Advanced Settings"),
            (ErrorKind::ClientRefused, "Copy client ID and secret again, of Sandbox or of Live, as DOMAIN says"),
            (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
            (ErrorKind::UserInfoForbidden, "Tick full name and e-mail address in the Advanced Settings"),
            (ErrorKind::EmailMissing, "Ask for the scope email, and tick e-mail address in the Advanced Settings"),
        ]);

register!(PAYPAL);

/// simple-icons, CC0.
const ICON: &str = "M15.607 4.653H8.941L6.645 19.251H1.82L4.862 0h7.995c3.754 0 6.375 2.294 6.473 5.513-.648-.478-2.105-.86-3.722-.86m6.57 5.546c0 3.41-3.01 6.853-6.958 6.853h-2.493L11.595 24H6.74l1.845-11.538h3.592c4.208 0 7.346-3.634 7.153-6.949a5.24 5.24 0 0 1 2.848 4.686M9.653 5.546h6.408c.907 0 1.942.222 2.363.541-.195 2.741-2.655 5.483-6.441 5.483H8.714Z";
