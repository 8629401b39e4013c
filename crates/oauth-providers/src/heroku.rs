//! Heroku.
//!
//! An API client is registered on the page Applications of the account, <https://dashboard.heroku.com/account/applications>, with the
//! callback URL `https://your.app/auth/heroku/callback`. The same page shows its id and secret. The command `heroku clients:create` does
//! it too.

use oauth_core::{Brand, Claims, ErrorKind, ProviderSpec, Revocation, register};

/// Heroku.
///
/// The account id is a UUID. The member `verified` of the profile is about billing, not about the e-mail address, so it is not read:
/// no address counts as verified.
pub static HEROKU: ProviderSpec =
    ProviderSpec::oauth2("heroku", "https://id.heroku.com/oauth/authorize", "https://id.heroku.com/oauth/token")
        .display_name("Heroku")
        .docs("https://devcenter.heroku.com/articles/oauth")
        .console("https://dashboard.heroku.com/account/applications")
        .brand(Brand { color: "#430098", icon_path: ICON })
        .scopes(&["identity"])
        .known_scopes(&[
            ("identity", "Read the account: name and e-mail address"),
            ("read", "Read apps and other resources, without their configuration"),
            ("write", "Change apps and other resources, without their configuration"),
            ("global", "Do everything that the person can do"),
        ])
        .user_info("https://api.heroku.com/account")
        .user_info_headers(&[("accept", "application/vnd.heroku+json; version=3")])
        .claims(Claims::id("id").email("email").name("name"))
        .revocation(Revocation::NotOffered {
            instead: "People revoke the access on Heroku's dashboard, under Account settings > Applications",
        })
        .remedies(&[
            (ErrorKind::TokenRefused, "Sign in again; if it stays, copy the secret of the API client again"),
            (ErrorKind::UserInfoUnauthorized, "Sign in again: the token was revoked or has ended"),
            (ErrorKind::UserInfoForbidden, "Ask for the scope identity, or for global"),
            (ErrorKind::RateLimited, "Wait: Heroku counts the requests of each account"),
        ]);

register!(HEROKU);

/// simple-icons, CC0.
const ICON: &str = "M20.61 0H3.39C2.189 0 1.23.96 1.23 2.16v19.681c0 1.198.959 2.159 2.16 2.159h17.22c1.2 0 2.159-.961 2.159-2.159V2.16C22.77.96 21.811 0 20.61 0zm.96 21.841c0 .539-.421.96-.96.96H3.39c-.54 0-.96-.421-.96-.96V2.16c0-.54.42-.961.96-.961h17.22c.539 0 .96.421.96.961v19.681zM6.63 20.399L9.33 18l-2.7-2.4v4.799zm9.72-9.719c-.479-.48-1.379-1.08-2.879-1.08-1.621 0-3.301.421-4.5.84V3.6h-2.4v10.38l1.68-.78s2.76-1.26 5.16-1.26c1.2 0 1.5.66 1.5 1.26v7.2h2.4v-7.2c.059-.179.059-1.501-.961-2.52zM13.17 7.5h2.4c1.08-1.26 1.62-2.521 1.8-3.9h-2.399c-.241 1.379-.841 2.64-1.801 3.9z";
