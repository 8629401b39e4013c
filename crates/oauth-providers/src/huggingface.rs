//! Hugging Face.
//!
//! An app is made at <https://huggingface.co/settings/applications/new>, with the scopes `openid`, `profile` and `email` and the redirect
//! URI `https://your.app/auth/huggingface/callback`.

use oauth_core::{Brand, Claims, ErrorKind, Nonce, ProviderSpec, Revocation, SigningAlgorithm, register};

/// Hugging Face.
///
/// The account id survives a rename. Hugging Face does not document that the nonce comes back, so it is checked where it is there, and
/// PKCE binds the code to the login.
pub static HUGGINGFACE: ProviderSpec = ProviderSpec::openid("huggingface", "https://huggingface.co")
    .display_name("Hugging Face")
    .docs("https://huggingface.co/docs/hub/oauth")
    .console("https://huggingface.co/settings/applications/new")
    .brand(Brand { color: "#FFD21E", icon_path: ICON })
    .authorize("https://huggingface.co/oauth/authorize")
    .token("https://huggingface.co/oauth/token")
    .jwks("https://huggingface.co/oauth/jwks")
    .user_info("https://huggingface.co/oauth/userinfo")
    .id_token_algorithms(&[SigningAlgorithm::Rs256])
    .nonce(Nonce::MayBeMissing)
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name, user name, picture and organizations"),
        ("email", "Read the e-mail address"),
        ("read-billing", "Know whether there is a payment method"),
        ("read-repos", "Read repositories"),
        ("write-repos", "Write to repositories"),
        ("inference-api", "Call inference providers at the person's expense"),
    ])
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("email_verified")
            .username("preferred_username")
            .name("name")
            .avatar_url("picture")
            .profile_url("profile"),
    )
    .revocation(Revocation::NotOffered {
        instead: "People withdraw access at https://huggingface.co/settings/connected-applications",
    })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add exactly this callback URL to the redirect URIs of the app"),
        (ErrorKind::ClientRefused, "Copy client ID and app secret again, from the page of the app"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::IdTokenInvalid, "Sign in again; if it stays, tick the scope openid of the app"),
        (ErrorKind::EmailMissing, "Ask for the scope email, and tick it on the app"),
    ]);

register!(HUGGINGFACE);

/// simple-icons, CC0.
const ICON: &str = "M12.025 1.13c-5.77 0-10.449 4.647-10.449 10.378 0 1.112.178 2.181.503 3.185.064-.222.203-.444.416-.577a.96.96 0 0 1 .524-.15c.293 0 .584.124.84.284.278.173.48.408.71.694.226.282.458.611.684.951v-.014c.017-.324.106-.622.264-.874s.403-.487.762-.543c.3-.047.596.06.787.203s.31.313.4.467c.15.257.212.468.233.542.01.026.653 1.552 1.657 2.54.616.605 1.01 1.223 1.082 1.912.055.537-.096 1.059-.38 1.572.637.121 1.294.187 1.967.187.657 0 1.298-.063 1.921-.178-.287-.517-.44-1.041-.384-1.581.07-.69.465-1.307 1.081-1.913 1.004-.987 1.647-2.513 1.657-2.539.021-.074.083-.285.233-.542.09-.154.208-.323.4-.467a1.08 1.08 0 0 1 .787-.203c.359.056.604.29.762.543s.247.55.265.874v.015c.225-.34.457-.67.683-.952.23-.286.432-.52.71-.694.257-.16.547-.284.84-.285a.97.97 0 0 1 .524.151c.228.143.373.388.43.625l.006.04a10.3 10.3 0 0 0 .534-3.273c0-5.731-4.678-10.378-10.449-10.378M8.327 6.583a1.5 1.5 0 0 1 .713.174 1.487 1.487 0 0 1 .617 2.013c-.183.343-.762-.214-1.102-.094-.38.134-.532.914-.917.71a1.487 1.487 0 0 1 .69-2.803m7.486 0a1.487 1.487 0 0 1 .689 2.803c-.385.204-.536-.576-.916-.71-.34-.12-.92.437-1.103.094a1.487 1.487 0 0 1 .617-2.013 1.5 1.5 0 0 1 .713-.174m-10.68 1.55a.96.96 0 1 1 0 1.921.96.96 0 0 1 0-1.92m13.838 0a.96.96 0 1 1 0 1.92.96.96 0 0 1 0-1.92M8.489 11.458c.588.01 1.965 1.157 3.572 1.164 1.607-.007 2.984-1.155 3.572-1.164.196-.003.305.12.305.454 0 .886-.424 2.328-1.563 3.202-.22-.756-1.396-1.366-1.63-1.32q-.011.001-.02.006l-.044.026-.01.008-.03.024q-.018.017-.035.036l-.032.04a1 1 0 0 0-.058.09l-.014.025q-.049.088-.11.19a1 1 0 0 1-.083.116 1.2 1.2 0 0 1-.173.18q-.035.029-.075.058a1.3 1.3 0 0 1-.251-.243 1 1 0 0 1-.076-.107c-.124-.193-.177-.363-.337-.444-.034-.016-.104-.008-.2.022q-.094.03-.216.087-.06.028-.125.063l-.13.074q-.067.04-.136.086a3 3 0 0 0-.135.096 3 3 0 0 0-.26.219 2 2 0 0 0-.12.121 2 2 0 0 0-.106.128l-.002.002a2 2 0 0 0-.09.132l-.001.001a1.2 1.2 0 0 0-.105.212q-.013.036-.024.073c-1.139-.875-1.563-2.317-1.563-3.203 0-.334.109-.457.305-.454m.836 10.354c.824-1.19.766-2.082-.365-3.194-1.13-1.112-1.789-2.738-1.789-2.738s-.246-.945-.806-.858-.97 1.499.202 2.362c1.173.864-.233 1.45-.685.64-.45-.812-1.683-2.896-2.322-3.295s-1.089-.175-.938.647 2.822 2.813 2.562 3.244-1.176-.506-1.176-.506-2.866-2.567-3.49-1.898.473 1.23 2.037 2.16c1.564.932 1.686 1.178 1.464 1.53s-3.675-2.511-4-1.297c-.323 1.214 3.524 1.567 3.287 2.405-.238.839-2.71-1.587-3.216-.642-.506.946 3.49 2.056 3.522 2.064 1.29.33 4.568 1.028 5.713-.624m5.349 0c-.824-1.19-.766-2.082.365-3.194 1.13-1.112 1.789-2.738 1.789-2.738s.246-.945.806-.858.97 1.499-.202 2.362c-1.173.864.233 1.45.685.64.451-.812 1.683-2.896 2.322-3.295s1.089-.175.938.647-2.822 2.813-2.562 3.244 1.176-.506 1.176-.506 2.866-2.567 3.49-1.898-.473 1.23-2.037 2.16c-1.564.932-1.686 1.178-1.464 1.53s3.675-2.511 4-1.297c.323 1.214-3.524 1.567-3.287 2.405.238.839 2.71-1.587 3.216-.642.506.946-3.49 2.056-3.522 2.064-1.29.33-4.568 1.028-5.713-.624";
