//! Nextcloud, on a server of your own.
//!
//! An administrator adds a client under Administration settings > Security > OAuth 2.0 clients, with the redirection URI
//! `https://your.app/auth/nextcloud/callback`.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, Setting, SuccessCheck, register,
};

/// Nextcloud.
///
/// The account id is the user id, which an account keeps for life; an account that is deleted and made anew under the same id is the same
/// one here. People can change their e-mail address, and nothing says whether it is verified. Nextcloud has no scopes: a token may
/// do what the person may do.
///
/// It needs `OAUTH_NEXTCLOUD_BASE_URL`, the root of the server.
pub static NEXTCLOUD: ProviderSpec =
    ProviderSpec::oauth2("nextcloud", "{base_url}/apps/oauth2/authorize", "{base_url}/apps/oauth2/api/v1/token")
        .display_name("Nextcloud")
        .docs("https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html")
        .console("https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html")
        .brand(Brand { color: "#0082C9", icon_path: ICON })
        .settings(&[Setting { name: "BASE_URL", description: "root of the server", required: true }])
        .client_authentication(ClientAuthentication::Basic)
        .user_info("{base_url}/ocs/v2.php/cloud/user")
        .user_info_query(&[("format", "json")])
        .user_info_headers(&[("ocs-apirequest", "true")])
        .user_info_success(SuccessCheck::member("ocs.meta.statuscode").is(&["200"]).error_code("ocs.meta.statuscode"))
        .claims(Claims::id("ocs.data.id").email("ocs.data.email").name("ocs.data.display-name | ocs.data.displayname"))
        .revocation(Revocation::NotOffered {
            instead: "People withdraw access in Nextcloud, under Personal settings > Security > Devices & sessions",
        })
        .remedies(&[
            (ErrorKind::ClientRefused, "Copy client identifier and secret key again, or add the client anew"),
            (ErrorKind::TokenRefused, "Sign in again: a code works once and for ten minutes"),
            (
                ErrorKind::UserInfoUnauthorized,
                "Sign in again; if it stays, the web server must pass on the Authorization header",
            ),
            (ErrorKind::UserInfoRefused, "Sign in again; if it stays, check that BASE_URL is the root of the server"),
            (ErrorKind::EmailMissing, "The person has no e-mail address in the personal settings of Nextcloud"),
        ]);

register!(NEXTCLOUD);

/// simple-icons, CC0.
const ICON: &str = "M12.018 6.537c-2.5 0-4.6 1.712-5.241 4.015-.56-1.232-1.793-2.105-3.225-2.105A3.569 3.569 0 0 0 0 12a3.569 3.569 0 0 0 3.552 3.553c1.432 0 2.664-.874 3.224-2.106.641 2.304 2.742 4.016 5.242 4.016 2.487 0 4.576-1.693 5.231-3.977.569 1.21 1.783 2.067 3.198 2.067A3.568 3.568 0 0 0 24 12a3.569 3.569 0 0 0-3.553-3.553c-1.416 0-2.63.858-3.199 2.067-.654-2.284-2.743-3.978-5.23-3.977zm0 2.085c1.878 0 3.378 1.5 3.378 3.378 0 1.878-1.5 3.378-3.378 3.378A3.362 3.362 0 0 1 8.641 12c0-1.878 1.5-3.378 3.377-3.378zm-8.466 1.91c.822 0 1.467.645 1.467 1.468s-.644 1.467-1.467 1.468A1.452 1.452 0 0 1 2.085 12c0-.823.644-1.467 1.467-1.467zm16.895 0c.823 0 1.468.645 1.468 1.468s-.645 1.468-1.468 1.468A1.452 1.452 0 0 1 18.98 12c0-.823.644-1.467 1.467-1.467z";
