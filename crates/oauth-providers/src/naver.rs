//! Naver, by Naver Login.
//!
//! An application is registered at <https://developers.naver.com/apps/> for the API 네이버 로그인 (Naver Login), with the environment PC 웹
//! (PC web) and the callback URL `https://your.app/auth/naver/callback`. What the profile holds is chosen there, not by scopes.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, SuccessCheck, register};

/// Naver.
///
/// The account id is the person's id within this application. The e-mail address is the one that people gave Naver for contact, any
/// address, without a word on whether it is verified. The token request repeats the state.
pub static NAVER: ProviderSpec =
    ProviderSpec::oauth2("naver", "https://nid.naver.com/oauth2.0/authorize", "https://nid.naver.com/oauth2.0/token")
        .display_name("Naver")
        .docs("https://developers.naver.com/docs/login/api/api.md")
        .console("https://developers.naver.com/apps/")
        .brand(Brand { color: "#03C75A", icon_path: ICON })
        .callback_params(&["state"])
        .token_params(&[("state", "{callback:state}")])
        .user_info("https://openapi.naver.com/v1/nid/me")
        .user_info_success(SuccessCheck::member("resultcode").is(&["00"]).error_code("message"))
        .claims(
            Claims::id("response.id")
                .email("response.email")
                .username("response.nickname")
                .name("response.name")
                .avatar_url("response.profile_image"),
        )
        .revocation(Revocation::NotOffered {
            instead: "People end the connection in the security settings of their Naver account",
        })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback URL under API 설정 (API settings) of the application"),
            (ErrorKind::TokenRefused, "Sign in again; if it stays, copy Client ID and Client Secret again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (ErrorKind::UserInfoForbidden, "Turn on 네이버 로그인 (Naver Login) under API 설정 of the application"),
            (ErrorKind::EmailMissing, "Choose 이메일 주소 (e-mail address) under API 설정; people can decline it"),
        ]);

register!(NAVER);

/// simple-icons, CC0.
const ICON: &str = "M16.273 12.845 7.376 0H0v24h7.726V11.156L16.624 24H24V0h-7.727v12.845Z";
