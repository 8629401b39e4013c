//! Stack Exchange: Stack Overflow and the sites of its network.
//!
//! An application is registered at <https://stackapps.com/apps/oauth/register>. It has no list of callback URLs but one OAuth domain, such
//! as `your.app`. Its page shows the client id and makes client secrets.

use oauth_core::{
    Brand, Claims, ErrorKind, OAuthUserInfo, Provider, ProviderSpec, RawData, Result, Revocation, Variable, register,
};

/// Stack Exchange.
///
/// The account id is the number of the account in the whole network, not that of the profile at one site. There is no e-mail address, and
/// no user name: a display name is free text that several people may have. `OAUTH_STACKEXCHANGE_SITE` is the site that the profile is
/// taken from, as the API names it.
pub static STACKEXCHANGE: StackExchange = StackExchange;

register!(STACKEXCHANGE);

/// The type of [`STACKEXCHANGE`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StackExchange;

static SPEC: ProviderSpec = ProviderSpec::oauth2(
    "stackexchange",
    "https://stackoverflow.com/oauth",
    "https://stackoverflow.com/oauth/access_token/json",
)
.display_name("Stack Exchange")
.docs("https://api.stackexchange.com/docs/authentication")
.console("https://stackapps.com/apps/oauth")
.brand(Brand { color: "#1E5397", icon_path: ICON })
.variables(&[Variable::with_default("site", "stackoverflow")])
.scope_separator(",")
.known_scopes(&[
    ("no_expiry", "Get a token that does not end; Stack Exchange advises against it"),
    ("read_inbox", "Read the inbox of the whole network"),
    ("private_info", "Read the whole history of private actions at a site"),
    ("write_access", "Ask, answer, comment and vote in the person's name"),
])
.user_info("https://api.stackexchange.com/2.3/me")
.user_info_query(&[("site", "{site}")])
.claims(
    Claims::id("items[0].account_id")
        .name("items[0].display_name")
        .avatar_url("items[0].profile_image")
        .profile_url("items[0].link"),
)
.revocation(Revocation::NotOffered { instead: "A token ends by itself after a day" })
.remedies(&[
    (ErrorKind::TokenRefused, "Sign in again; if it stays, make a new client secret on the page of the application"),
    (
        ErrorKind::UserInfoRefused,
        "Sign in again; if it stays, SITE must be a site as the API names it, such as superuser",
    ),
    (ErrorKind::UserInfoInvalid, "The person has no profile at the site: set SITE to one that all have, or join it"),
    (ErrorKind::EmailMissing, "Stack Exchange gives no e-mail address: ask the person for one"),
]);

impl Provider for StackExchange {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    /// Texts come ready for an HTML page.
    fn user_info(&self, user: &mut OAuthUserInfo, _raw: &RawData) -> Result<()> {
        for name in [&mut user.first_name, &mut user.last_name] {
            *name = name.as_deref().map(unescaped);
        }
        Ok(())
    }
}

/// `text` with its character references replaced; what is none stays.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(piece);
            }
        }
    }
    plain
}

/// The character of a reference, without `&` and `;`. Control characters have none.
fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|character| !character.is_control())
        }
    }
}

/// simple-icons, CC0.
const ICON: &str = "M21.728 15.577v1.036c0 1.754-1.395 3.177-3.1 3.177h-.904L13.645 24v-4.21H5.371c-1.704 0-3.099-1.423-3.099-3.181v-1.032h19.456zM2.275 10.463h19.323v3.979H2.275v-3.979zm0-5.141h19.323v3.979H2.275V5.322zM18.575 0c1.681 0 3.023 1.42 3.023 3.178v1.034H2.275V3.178C2.275 1.422 3.67 0 5.375 0h13.2z";

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn character_references_are_replaced_once() {
        let table = [
            ("Jane", "Jane"),
            ("O&#39;Doe", "O'Doe"),
            ("&#214;zg&#xFC;r", "Özgür"),
            ("&lt;b&gt; &quot;Doe&quot; &amp; Sons", "<b> \"Doe\" & Sons"),
            ("&amp;lt;", "&lt;"),
            ("a & b; c", "a & b; c"),
            ("&nothing; &#0; &#x110000; &#10;", "&nothing; &#0; &#x110000; &#10;"),
            ("&", "&"),
        ];
        for (sent, read) in table {
            assert_eq!(unescaped(sent), read);
        }
    }
}
