//! VK, by VK ID.
//!
//! An application is added at <https://id.vk.com/about/business/go> for the platform Web, with its domain and the redirect URL
//! `https://your.app/auth/vk/callback`. Its number is the client id. A login needs no secret: it is a public client with PKCE.

use oauth_core::{
    Brand, Claims, ClientAuthentication, ErrorKind, ProviderSpec, Revocation, RevocationRequest, SuccessCheck,
    TokenPlacement, register,
};

/// VK.
///
/// The account id is the number of the VK account, as text. VK does not say whether an address is verified; `verified` is about the
/// person. The callback names a device, which the token request and every refresh must repeat.
pub static VK: ProviderSpec = ProviderSpec::oauth2("vk", "https://id.vk.ru/authorize", "https://id.vk.ru/oauth2/auth")
    .display_name("VK")
    .docs("https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description")
    .console("https://id.vk.com/about/business/go")
    .brand(Brand { color: "#0077FF", icon_path: ICON })
    .scopes(&["vkid.personal_info", "email"])
    .known_scopes(&[
        ("vkid.personal_info", "Read name, picture, gender and date of birth"),
        ("email", "Read the e-mail address"),
        ("phone", "Read the telephone number"),
    ])
    .callback_params(&["device_id", "state"])
    .client_authentication(ClientAuthentication::None)
    .token_params(&[("device_id", "{callback:device_id}"), ("state", "{callback:state}")])
    .user_info("https://id.vk.ru/oauth2/user_info")
    .user_info_form(&[("client_id", "{client_id}")])
    .token_placement(TokenPlacement::Form("access_token"))
    .user_info_success(SuccessCheck::member("error").absent_or(&[""]).error_code("error"))
    .claims(
        Claims::id("user.user_id")
            .email("user.email")
            .first_name("user.first_name")
            .last_name("user.last_name")
            .avatar_url("user.avatar"),
    )
    .revocation(Revocation::Request(
        RevocationRequest::post("https://id.vk.ru/oauth2/revoke", TokenPlacement::Form("access_token"))
            .client(ClientAuthentication::None),
    ))
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL to the trusted redirect URLs of the application"),
        (ErrorKind::ClientRefused, "The client id is the number of the application; its platform must be Web"),
        (ErrorKind::InvalidGrant, "The code has been used or is older than ten minutes: sign in again"),
        (ErrorKind::TokenRefused, "Sign in again; if it stays, compare client id and redirect URL with the console"),
        (ErrorKind::UserInfoRefused, "Sign in again: the token was revoked or has ended"),
        (ErrorKind::UserInfoInvalid, "A proxy in front must pass on every parameter of the callback, device_id too"),
        (ErrorKind::EmailMissing, "Turn on the e-mail address in the accesses of the application; it may be absent"),
    ]);

register!(VK);

/// simple-icons, CC0.
const ICON: &str = "m9.489.004.729-.003h3.564l.73.003.914.01.433.007.418.011.403.014.388.016.374.021.36.025.345.03.333.033c1.74.196 2.933.616 3.833 1.516.9.9 1.32 2.092 1.516 3.833l.034.333.029.346.025.36.02.373.025.588.012.41.013.644.009.915.004.98-.001 3.313-.003.73-.01.914-.007.433-.011.418-.014.403-.016.388-.021.374-.025.36-.03.345-.033.333c-.196 1.74-.616 2.933-1.516 3.833-.9.9-2.092 1.32-3.833 1.516l-.333.034-.346.029-.36.025-.373.02-.588.025-.41.012-.644.013-.915.009-.98.004-3.313-.001-.73-.003-.914-.01-.433-.007-.418-.011-.403-.014-.388-.016-.374-.021-.36-.025-.345-.03-.333-.033c-1.74-.196-2.933-.616-3.833-1.516-.9-.9-1.32-2.092-1.516-3.833l-.034-.333-.029-.346-.025-.36-.02-.373-.025-.588-.012-.41-.013-.644-.009-.915-.004-.98.001-3.313.003-.73.01-.914.007-.433.011-.418.014-.403.016-.388.021-.374.025-.36.03-.345.033-.333c.196-1.74.616-2.933 1.516-3.833.9-.9 2.092-1.32 3.833-1.516l.333-.034.346-.029.36-.025.373-.02.588-.025.41-.012.644-.013.915-.009ZM6.79 7.3H4.05c.13 6.24 3.25 9.99 8.72 9.99h.31v-3.57c2.01.2 3.53 1.67 4.14 3.57h2.84c-.78-2.84-2.83-4.41-4.11-5.01 1.28-.74 3.08-2.54 3.51-4.98h-2.58c-.56 1.98-2.22 3.78-3.8 3.95V7.3H10.5v6.92c-1.6-.4-3.62-2.34-3.71-6.92Z";
