//! Intercom.
//!
//! An app is made in the Developer Hub of a workspace. Under Configure > Authentication tick "Use OAuth", add the redirect URL
//! `https://your.app/auth/intercom/callback` and choose the permission to read admins; Basic Information has the client id and secret.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, TokenReply, Variable, register};

/// Intercom.
///
/// The account id is that of a teammate. Anybody can make an account with an address that is not theirs, so a login by address must look at
/// the flag. `OAUTH_INTERCOM_APP_HOST` and `OAUTH_INTERCOM_API_HOST` choose a region.
pub static INTERCOM: ProviderSpec =
    ProviderSpec::oauth2("intercom", "https://{app_host}/oauth", "https://{api_host}/auth/eagle/token")
        .display_name("Intercom")
        .docs("https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth")
        .console("https://app.intercom.com/a/apps/_/developer-hub")
        .brand(Brand { color: "#6AFDEF", icon_path: ICON })
        .variables(&[
            Variable::with_default("app_host", "app.intercom.com").allowed(&[
                "app.intercom.com",
                "app.eu.intercom.com",
                "app.au.intercom.com",
            ]),
            Variable::with_default("api_host", "api.intercom.io").allowed(&[
                "api.intercom.io",
                "api.eu.intercom.io",
                "api.au.intercom.io",
            ]),
        ])
        .token_reply(TokenReply::standard().access_token("access_token | token"))
        .user_info("https://{api_host}/me")
        .claims(
            Claims::id("id")
                .email("email")
                .email_verified("email_verified")
                .name("name")
                .avatar_url("avatar.image_url"),
        )
        .revocation(Revocation::NotOffered { instead: "A workspace removes the app in Intercom, in its app settings" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Add the callback URL, with https, under Configure > Authentication"),
            (ErrorKind::ClientRefused, "Copy Client ID and Client secret again, from Basic Information of the app"),
            (ErrorKind::TokenRefused, "Sign in again: a code works once and for five minutes"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the workspace removed the app"),
            (ErrorKind::UserInfoForbidden, "Choose the permission to read admins, under Configure > Authentication"),
        ]);

register!(INTERCOM);

/// simple-icons, CC0.
const ICON: &str = "M21 0H3C1.343 0 0 1.343 0 3v18c0 1.658 1.343 3 3 3h18c1.658 0 3-1.342 3-3V3c0-1.657-1.342-3-3-3zm-5.801 4.399c0-.44.36-.8.802-.8.44 0 .8.36.8.8v10.688c0 .442-.36.801-.8.801-.443 0-.802-.359-.802-.801V4.399zM11.2 3.994c0-.44.357-.799.8-.799s.8.359.8.799v11.602c0 .44-.357.8-.8.8s-.8-.36-.8-.8V3.994zm-4 .405c0-.44.359-.8.799-.8.443 0 .802.36.802.8v10.688c0 .442-.36.801-.802.801-.44 0-.799-.359-.799-.801V4.399zM3.199 6c0-.442.36-.8.802-.8.44 0 .799.358.799.8v7.195c0 .441-.359.8-.799.8-.443 0-.802-.36-.802-.8V6zM20.52 18.202c-.123.105-3.086 2.593-8.52 2.593-5.433 0-8.397-2.486-8.521-2.593-.335-.288-.375-.792-.086-1.128.285-.334.79-.375 1.125-.09.047.041 2.693 2.211 7.481 2.211 4.848 0 7.456-2.186 7.479-2.207.334-.289.839-.25 1.128.086.289.336.25.84-.086 1.128zm.281-5.007c0 .441-.36.8-.801.8-.441 0-.801-.36-.801-.8V6c0-.442.361-.8.801-.8.441 0 .801.357.801.8v7.195z";
