//! QQ, by QQ Connect.
//!
//! A website application is made at <https://connect.qq.com/manage.html>; QQ reviews it. It takes the callback
//! `https://your.app/auth/qq/callback` and has the `APP ID` and the `APP Key`.

use oauth_core::{
    Brand, Claims, ErrorKind, ExtraCall, Method, Pkce, ProviderSpec, Revocation, SuccessCheck, TokenPlacement, register,
};

/// QQ.
///
/// The account id is the `openid`, the person's id within this application, which one request brings and the next one takes to read the
/// profile. There is no e-mail address.
pub static QQ: ProviderSpec =
    ProviderSpec::oauth2("qq", "https://graph.qq.com/oauth2.0/authorize", "https://graph.qq.com/oauth2.0/token")
        .display_name("QQ")
        .docs("https://wiki.connect.qq.com/")
        .console("https://connect.qq.com/manage.html")
        .brand(Brand { color: "#1EBAFC", icon_path: ICON })
        .pkce(Pkce::Unsupported)
        .scopes(&["get_user_info"])
        .scope_separator(",")
        .known_scopes(&[("get_user_info", "Read nickname and picture")])
        .token_method(Method::Get)
        .token_params(&[("fmt", "json")])
        .user_info("https://graph.qq.com/oauth2.0/me?fmt=json")
        .token_placement(TokenPlacement::Query("access_token"))
        .user_info_success(SuccessCheck::member("error").absent_or(&["0"]).error_code("error_description"))
        .calls(&[ExtraCall::get(
            "profile",
            "https://graph.qq.com/user/get_user_info?oauth_consumer_key={client_id}&openid={userinfo:openid}",
        )
        .optional_on(&[403, 404])])
        .claims(
            Claims::id("openid")
                .name("@profile.nickname")
                .avatar_url("@profile.figureurl_qq_2 | @profile.figureurl_qq_1"),
        )
        .revocation(Revocation::NotOffered { instead: "" })
        .remedies(&[
            (ErrorKind::RedirectUriMismatch, "Enter the callback under 网站回调域 (callback) of the application"),
            (ErrorKind::TokenRefused, "Sign in again; if it stays, copy APP ID and APP Key of the application again"),
            (ErrorKind::UserInfoRefused, "Sign in again: the token has ended, or the person withdrew access"),
            (ErrorKind::EmailMissing, "QQ gives no e-mail address: ask the person for one"),
        ]);

register!(QQ);

/// simple-icons, CC0.
const ICON: &str = "M21.395 15.035a40 40 0 0 0-.803-2.264l-1.079-2.695c.001-.032.014-.562.014-.836C19.526 4.632 17.351 0 12 0S4.474 4.632 4.474 9.241c0 .274.013.804.014.836l-1.08 2.695a39 39 0 0 0-.802 2.264c-1.021 3.283-.69 4.643-.438 4.673.54.065 2.103-2.472 2.103-2.472 0 1.469.756 3.387 2.394 4.771-.612.188-1.363.479-1.845.835-.434.32-.379.646-.301.778.343.578 5.883.369 7.482.189 1.6.18 7.14.389 7.483-.189.078-.132.132-.458-.301-.778-.483-.356-1.233-.646-1.846-.836 1.637-1.384 2.393-3.302 2.393-4.771 0 0 1.563 2.537 2.103 2.472.251-.03.581-1.39-.438-4.673";
