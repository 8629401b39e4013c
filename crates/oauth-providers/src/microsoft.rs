//! Microsoft: work and school accounts of Entra ID, and personal accounts.
//!
//! An application is registered at <https://entra.microsoft.com> under Entra ID > App registrations, with the platform Web and the
//! redirect URI `https://your.app/auth/microsoft/callback`. "Application (client) ID" is the client id; a client secret is made
//! under Certificates & secrets, and it is its value that counts, not its id.
//!
//! `OAUTH_MICROSOFT_TENANT` says who may sign in: `common` (everybody, the default), `organizations`, `consumers`, or one tenant
//! by its id or domain. For a list of tenants set `OAUTH_MICROSOFT_ALLOWED_TENANTS` to their ids.

use oauth_core::{
    Brand, Claims, ClientAuthentication, Error, ErrorKind, Identity, IssuerTemplate, Provider, ProviderSpec, Result,
    Revocation, Setting, Settings, UserInfoSource, Variable, register,
};

/// Microsoft.
///
/// The account id is the subject, which is another one in each application; `oid` and `tid` of the raw data are the person's id in
/// the whole directory. An e-mail address is whatever the administrator of its tenant wrote, so it counts as verified only if the
/// token has the optional claim `xms_edov`. The user name, often of the form of an address, is never taken for one.
pub static MICROSOFT: Microsoft = Microsoft;

register!(MICROSOFT);

/// The type of [`MICROSOFT`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Microsoft;

static SPEC: ProviderSpec = ProviderSpec::openid("microsoft", "https://login.microsoftonline.com/{tenant}/v2.0")
    .display_name("Microsoft")
    .docs("https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc")
    .console("https://entra.microsoft.com/")
    .brand(Brand { color: "#2F2F2F", icon_path: "" })
    .variables(&[Variable::with_default("tenant", "common")])
    .issuer_template(IssuerTemplate::new("https://login.microsoftonline.com/{tenantid}/v2.0", "tid"))
    .settings(&[Setting {
        name: ALLOWED_TENANTS,
        description: "ids of the only tenants that may sign in",
        required: false,
    }])
    .known_scopes(&[
        ("openid", "Sign in"),
        ("profile", "Read name and user name"),
        ("email", "Read the e-mail address"),
        ("offline_access", "Get a refresh token"),
        ("User.Read", "Read the profile by Microsoft Graph"),
    ])
    .client_authentication(ClientAuthentication::Body)
    .user_info_source(UserInfoSource::IdToken)
    .claims(
        Claims::id("sub")
            .email("email")
            .email_verified("xms_edov")
            .lenient_flags()
            .username("preferred_username")
            .name("name")
            .first_name("given_name")
            .last_name("family_name"),
    )
    .revocation(Revocation::NotOffered { instead: "People withdraw access at https://myapps.microsoft.com" })
    .remedies(&[
        (ErrorKind::RedirectUriMismatch, "Add the callback URL to the platform Web, under Authentication"),
        (ErrorKind::ClientRefused, "Copy the value, not the id, of a client secret that has not expired"),
        (ErrorKind::InvalidGrant, "The code or refresh token has been used or has ended: sign in again"),
        (ErrorKind::MetadataInvalid, "Set TENANT to common, organizations, consumers, or a tenant's id or domain"),
        (ErrorKind::IdTokenInvalid, "Sign in with an account of the tenant that TENANT names"),
        (ErrorKind::AccountRefused, "Sign in with an account of a tenant that TENANT and ALLOWED_TENANTS permit"),
        (ErrorKind::EmailMissing, "Ask for the scope email; an account without a mailbox has no address"),
    ]);

const ALLOWED_TENANTS: &str = "ALLOWED_TENANTS";

/// The tenant that personal accounts belong to.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Provider for Microsoft {
    fn spec(&self) -> &ProviderSpec {
        &SPEC
    }

    fn check_settings(&self, settings: &Settings) -> Result<()> {
        let Some(mut tenants) = allowed_tenants(settings) else { return Ok(()) };
        if let Some(malformed) = tenants.clone().find(|tenant| !is_guid(tenant)) {
            let message = format!("{ALLOWED_TENANTS} has {malformed:?}, which is not the id of a tenant");
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_remedy("It is the \"Directory (tenant) ID\" on the overview of the tenant"));
        }
        if tenants.any(|tenant| is_of_kind(tenant, settings)) {
            return Ok(());
        }
        let message = format!("{ALLOWED_TENANTS} has no tenant that TENANT lets in, so that nobody could sign in");
        Err(Error::new(ErrorKind::Configuration, message).with_remedy("Name a tenant there, or remove one of the two"))
    }

    /// The issuer of a token that was verified names the tenant. Where every tenant shares one set of keys and one
    /// configuration, only this keeps the others out.
    fn identity(&self, identity: &Identity, settings: &Settings) -> Result<()> {
        let tenant = identity.issuer().rsplit('/').find(|part| is_guid(part)).unwrap_or_default();
        let is_allowed = allowed_tenants(settings)
            .is_none_or(|mut tenants| tenants.any(|allowed| allowed.eq_ignore_ascii_case(tenant)));
        if is_of_kind(tenant, settings) && is_allowed {
            return Ok(());
        }
        Err(Error::new(ErrorKind::AccountRefused, "the account is of a tenant that may not sign in here"))
    }
}

/// Whether TENANT lets in the accounts of a tenant, as far as it says so by an id or a word.
fn is_of_kind(tenant: &str, settings: &Settings) -> bool {
    let is_consumer = tenant.eq_ignore_ascii_case(CONSUMERS);
    match settings.get("TENANT") {
        Some("organizations") => !is_consumer,
        Some("consumers") => is_consumer,
        Some(only) if is_guid(only) => tenant.eq_ignore_ascii_case(only),
        _ => true,
    }
}

fn allowed_tenants(settings: &Settings) -> Option<impl Iterator<Item = &str> + Clone> {
    let tenants = settings.get(ALLOWED_TENANTS)?.split([',', ' ']);
    Some(tenants.filter(|tenant| !tenant.is_empty()))
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_guid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
