//! Feishu, and Lark, its international service.
//!
//! A custom app is made at <https://open.feishu.cn/app>, or <https://open.larksuite.com/app> for Lark. Its security settings take the redirect
//! URL `https://your.app/auth/feishu/callback`, its credentials are the `App ID` and the `App Secret`.

use oauth_core::{
    Brand, Claims, ErrorKind, ProviderSpec, RequestBody, Revocation, SuccessCheck, TokenReply, Variable, register,
};

/// Feishu.
///
/// The account id is the `open_id`, the person's id within this app; `raw_data` has the `union_id` too, which apps of one developer share.
/// Addresses are those that an administrator entered, and Feishu warns that nobody verified them.
pub static FEISHU: ProviderSpec = ProviderSpec::oauth2(
    "feishu",
    "https://accounts.{domain}/open-apis/authen/v1/authorize",
    "https://accounts.{domain}/oauth/v3/token",
)
.display_name("Feishu")
.docs("https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code")
.console("https://open.feishu.cn/app")
.brand(Brand { color: "#3370FF", icon_path: ICON })
.variables(&[Variable::with_default("domain", "feishu.cn").allowed(&["feishu.cn", "larksuite.com"])])
.scopes(&["contact:user.email:readonly"])
.known_scopes(&[("contact:user.email:readonly", "Read the e-mail address"), ("offline_access", "A refresh token")])
.token_body(RequestBody::Json)
.token_reply(
    TokenReply::standard().success(SuccessCheck::member("code").absent_or(&["0"]).error_code("error_description")),
)
.user_info("https://open.{domain}/open-apis/authen/v1/user_info")
.user_info_success(SuccessCheck::member("code").is(&["0"]).error_code("msg"))
.claims(
    Claims::id("data.open_id")
        .email("data.email | data.enterprise_email")
        .name("data.name")
        .avatar_url("data.avatar_url"),
)
.revocation(Revocation::NotOffered { instead: "" })
.remedies(&[
    (ErrorKind::RedirectUriMismatch, "Add the callback URL under 安全设置 (security settings) of the app"),
    (ErrorKind::TokenRefused, "Sign in again; error 20010 means that the app is not available to this person"),
    (ErrorKind::EmailMissing, "Add contact:user.email:readonly under 权限管理 (permissions) of the app"),
]);

register!(FEISHU);

/// A disc.
const ICON: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
