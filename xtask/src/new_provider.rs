//! `cargo xtask new-provider`: a provider that compiles and passes the checks for providers, to be filled with what is
//! peculiar to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{cmd, docs};

mod insert;

const USAGE: &str = "\
usage: cargo xtask new-provider NAME ENDPOINTS [OPTION…]

NAME has lower-case letters, digits and '-'. ENDPOINTS is one of

  --issuer URL                                   OpenID Connect: the endpoints are discovered
  --discovery FILE                               from metadata in a file: OpenID Connect if it names a key set, else OAuth 2.0
  --authorize URL --token URL --userinfo URL     OAuth 2.0

and an OPTION is one of

  --display-name TEXT    the name on the sign-in button
  --scopes \"A B\"         the scopes to ask for
  --site URL             where an application is registered
  --crate FOLDER         writes a crate of its own, FOLDER/oauth-NAME, instead of a feature of oauth-providers";

/// Where the fields of an OAuth 2.0 profile usually stand.
const CLAIMS: &str =
    r#"claims(Claims::id("id").email("email").username("username").name("name").avatar_url("avatar_url"))"#;

/// What is to be written.
struct Order {
    name: String,
    display_name: String,
    endpoints: Endpoints,
    scopes: Vec<String>,
    revocation: Option<String>,
    site: String,
    folder: Option<PathBuf>,
}

enum Endpoints {
    Given { authorize: String, token: String, user_info: String },
    Discovered { issuer: String },
}

/// The metadata of an authorization server, as far as it is used here (RFC 8414, OpenID Connect Discovery).
#[derive(Deserialize)]
struct Metadata {
    issuer: Option<String>,
    jwks_uri: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
}

/// Writes what `arguments` order.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if arguments.is_empty() {
        println!("{USAGE}");
        return Ok(());
    }
    let order = Order::parse(arguments).with_context(|| USAGE.to_owned())?;
    let written = if let Some(folder) = &order.folder {
        write_crate(&order, cmd::root(), &std::path::absolute(folder)?.join(format!("oauth-{}", order.name)))?
    } else {
        let written = write_feature(&order, cmd::root())?;
        cmd::run(&mut cmd::cargo(&["fmt", "--package", "oauth-providers"]))?;
        docs::write_pages(cmd::cargo(&[]))?;
        written
    };
    for path in written {
        println!("{}", path.display());
    }
    let test = match &order.folder {
        Some(_) => "cargo test".to_owned(),
        None => format!("cargo test -p oauth-providers --features {}", order.name),
    };
    println!(
        "\n`{test}` holds it to the checks for providers. What only the provider's documentation says is yours to fill in:\n\
         colour and icon, where the fields of the profile stand (`.claims`), quirks, remedies; and replies as the service\n\
         sends them in place of the made-up fixtures, without the data of real people."
    );
    Ok(())
}

impl Order {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let (name, options) = arguments.split_first().context("a name is wanted")?;
        check_name(name)?;
        let mut given = BTreeMap::new();
        for pair in options.chunks(2) {
            let [option, value] = pair else { bail!("{} wants a value", pair.concat()) };
            let known =
                ["issuer", "discovery", "authorize", "token", "userinfo", "display-name", "scopes", "site", "crate"];
            let option = option.strip_prefix("--").filter(|option| known.contains(option));
            let option = option.with_context(|| format!("{} is no option", pair.concat()))?;
            ensure!(given.insert(option, (*value).to_owned()).is_none(), "--{option} stands twice");
        }
        let mut take = |option: &str| given.remove(option);
        let metadata = match (take("discovery"), take("issuer")) {
            (Some(_), Some(_)) => bail!("--discovery and --issuer exclude each other"),
            (Some(file), None) => read_metadata(Path::new(&file))?,
            (None, Some(issuer)) => Metadata { issuer: Some(issuer), ..Metadata::of_endpoints(None, None, None) },
            (None, None) => Metadata::of_endpoints(take("authorize"), take("token"), take("userinfo")),
        };
        let scopes = take("scopes").map(|scopes| scopes.split_whitespace().map(str::to_owned).collect());
        let display_name = take("display-name").unwrap_or_else(|| capitalised(name));
        let (site, folder) = (take("site"), take("crate").map(PathBuf::from));
        let revocation = metadata.revocation_endpoint.clone();
        let endpoints = metadata.endpoints()?;
        if let Some((option, _)) = given.first_key_value() {
            bail!("--{option} does not go with the metadata of an issuer");
        }
        let first = match &endpoints {
            Endpoints::Given { authorize, .. } => authorize,
            Endpoints::Discovered { issuer } => issuer,
        };
        let site = site.unwrap_or_else(|| first.split('/').take(3).collect::<Vec<_>>().join("/") + "/");
        let order = Self {
            name: (*name).to_owned(),
            display_name,
            endpoints,
            scopes: scopes.unwrap_or_default(),
            revocation,
            site,
            folder,
        };
        for text in order.texts() {
            ensure!(!text.contains(['"', '\\', '\n', '{', '}']), "{text} has a character that does not belong there");
        }
        for url in order.urls() {
            ensure!(url.starts_with("https://") && !url.contains([' ', '#']), "{url} is no https URL");
        }
        Ok(order)
    }

    fn urls(&self) -> impl Iterator<Item = &str> {
        let endpoints: Vec<&str> = match &self.endpoints {
            Endpoints::Given { authorize, token, user_info } => vec![authorize, token, user_info],
            Endpoints::Discovered { issuer } => vec![issuer],
        };
        endpoints.into_iter().chain(self.revocation.as_deref()).chain([self.site.as_str()])
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.urls().chain(self.scopes.iter().map(String::as_str)).chain([self.display_name.as_str()])
    }

    fn is_openid(&self) -> bool {
        matches!(self.endpoints, Endpoints::Discovered { .. })
    }

    fn module(&self) -> String {
        self.name.replace('-', "_")
    }

    fn variable(&self) -> String {
        self.module().to_uppercase()
    }

    /// The spec, from its imports on.
    fn spec(&self) -> String {
        let imports = ["Brand", "Claims", "ErrorKind", "ProviderSpec", "Revocation"];
        let used = |import: &&str| match *import {
            "Claims" => !self.is_openid(),
            "Revocation" => self.revocation.is_some(),
            _ => true,
        };
        let imports: Vec<&str> = imports.into_iter().filter(used).collect();
        format!("use oauth_core::{{{}, register}};\n\n", imports.join(", "))
            + &self.fill(include_str!("../templates/provider.txt"))
    }

    fn constructor(&self) -> String {
        match &self.endpoints {
            Endpoints::Discovered { issuer } => format!("ProviderSpec::openid({:?}, {issuer:?})", self.name),
            Endpoints::Given { authorize, token, .. } => {
                format!("ProviderSpec::oauth2({:?}, {authorize:?}, {token:?})", self.name)
            }
        }
    }

    fn setters(&self) -> String {
        let mut setters = Vec::new();
        if !self.scopes.is_empty() {
            setters.push(format!("scopes(&{:?})", self.scopes));
        }
        if let Endpoints::Given { user_info, .. } = &self.endpoints {
            setters.push(format!("user_info({user_info:?})"));
            setters.push(CLAIMS.to_owned());
        }
        if let Some(revocation) = &self.revocation {
            setters.push(format!("revocation(Revocation::Endpoint({revocation:?}))"));
        }
        setters.iter().fold(String::new(), |text, setter| text + "\n    ." + setter)
    }

    fn fill(&self, template: &str) -> String {
        let values = [
            ("{{NAME}}", self.name.clone()),
            ("{{MODULE}}", self.module()),
            ("{{STATIC}}", self.variable()),
            ("{{VARIABLE}}", self.variable()),
            ("{{DISPLAY}}", self.display_name.clone()),
            ("{{SITE}}", self.site.clone()),
            ("{{CONSTRUCTOR}}", self.constructor()),
            ("{{SETTERS}}", self.setters()),
        ];
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Replies in the shape that the spec reads, each with the file's path in the folder of fixtures.
    fn fixtures(&self) -> Vec<(String, Value)> {
        let cases = if self.is_openid() { openid_cases() } else { oauth2_cases() };
        let token = json!({ "access_token": "access-1", "token_type": "bearer", "expires_in": 3600 });
        let id_token = match &self.endpoints {
            Endpoints::Discovered { issuer } => Some(json!({ "iss": issuer, "sub": "1000001" })),
            Endpoints::Given { .. } => None,
        };
        let files = cases.into_iter().flat_map(|(case, profile, user)| {
            let mut expected = json!({
                "provider": self.name, "oauth_id": "1000001", "email": null, "email_verified": null, "username": null,
                "first_name": null, "last_name": null, "avatar_url": null, "profile_url": null,
            });
            if let (Value::Object(expected), Value::Object(user)) = (&mut expected, user) {
                expected.extend(user);
            }
            let replies = [("token", token.clone()), ("user", profile), ("expected", expected)];
            let replies = replies.into_iter().chain(id_token.clone().map(|claims| ("id_token", claims)));
            replies.map(|(file, content)| (format!("{case}/{file}.json"), content)).collect::<Vec<_>>()
        });
        files.collect()
    }
}

type Case = (&'static str, Value, Value);

/// Name, profile and what is read from it besides the id.
fn oauth2_cases() -> Vec<Case> {
    let picture = "https://images.example.com/jane.png";
    vec![
        (
            "full",
            json!({
                "id": "1000001", "email": "jane@example.com", "username": "jane", "name": "Jane Doe", "avatar_url": picture,
            }),
            json!({
                "email": "jane@example.com", "username": "jane", "first_name": "Jane", "last_name": "Doe", "avatar_url": picture,
            }),
        ),
        (
            "no-email",
            json!({ "id": "1000001", "email": null, "username": "jane", "name": "Jane Doe" }),
            json!({ "username": "jane", "first_name": "Jane", "last_name": "Doe" }),
        ),
        ("minimal", json!({ "id": "1000001" }), json!({})),
    ]
}

/// The same with the standard claims (OpenID Connect Core section 5.1).
fn openid_cases() -> Vec<Case> {
    let with_flag = |case, verified: bool| {
        let email = "jane@example.com";
        (
            case,
            json!({
                "sub": "1000001", "email": email, "email_verified": verified, "given_name": "Jane", "family_name": "Doe",
            }),
            json!({ "email": email, "email_verified": verified, "first_name": "Jane", "last_name": "Doe" }),
        )
    };
    vec![
        with_flag("full", true),
        with_flag("unverified", false),
        (
            "no-email",
            json!({ "sub": "1000001", "preferred_username": "jane", "name": "Jane Doe" }),
            json!({ "username": "jane", "first_name": "Jane", "last_name": "Doe" }),
        ),
        ("minimal", json!({ "sub": "1000001" }), json!({})),
    ]
}

impl Metadata {
    fn of_endpoints(authorize: Option<String>, token: Option<String>, user_info: Option<String>) -> Self {
        Self {
            issuer: None,
            jwks_uri: None,
            authorization_endpoint: authorize,
            token_endpoint: token,
            userinfo_endpoint: user_info,
            revocation_endpoint: None,
        }
    }

    fn endpoints(self) -> Result<Endpoints> {
        let by_issuer = self.jwks_uri.is_some() || self.authorization_endpoint.is_none();
        if let Some(issuer) = self.issuer.filter(|_| by_issuer) {
            return Ok(Endpoints::Discovered { issuer });
        }
        Ok(Endpoints::Given {
            authorize: self.authorization_endpoint.context("the authorization endpoint is not given")?,
            token: self.token_endpoint.context("the token endpoint is not given")?,
            user_info: self.userinfo_endpoint.context("the user-info endpoint is not given")?,
        })
    }
}

fn read_metadata(file: &Path) -> Result<Metadata> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no metadata", file.display()))
}

fn check_name(name: &str) -> Result<()> {
    let characters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    ensure!(
        characters
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && !name.ends_with('-')
            && name.len() <= 64,
        "{name:?} is no name: lower-case letters first, then also digits and '-'"
    );
    // A crate feature, a setting, a part of the crate or a word of the language would have the same name.
    let taken =
        ["default", "profiles", "oauth-core", "mod", "self", "super", "crate", "box", "loop", "match", "move", "type"];
    ensure!(!taken.contains(&name), "{name} is taken");
    Ok(())
}

fn capitalised(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Writes a feature of `oauth-providers` in the repository at `root`.
fn write_feature(order: &Order, root: &Path) -> Result<Vec<PathBuf>> {
    let (name, module) = (&order.name, order.module());
    let mut written = Vec::new();
    let source = root.join(format!("crates/oauth-providers/src/{module}.rs"));
    let head = format!(
        "//! {}.\n//!\n//! An application is registered at <{}>, with the callback URL\n//! `https://your.app/auth/{name}/callback`.\n\n",
        order.display_name, order.site
    );
    write_new(&source, &(head + &order.spec()), &mut written)?;
    for (file, content) in order.fixtures() {
        write_new(&root.join("fixtures").join(name).join(file), &pretty(&content)?, &mut written)?;
    }
    let page = order.fill(include_str!("../templates/page.txt"));
    write_new(&root.join(format!("docs/src/providers/{name}.md")), &page, &mut written)?;

    let enables: &[&str] = if order.is_openid() { &["oauth-core/oidc"] } else { &[] };
    let constant = order.variable();
    change(&root.join("crates/oauth-providers/Cargo.toml"), &mut written, |text| insert::feature(text, name, enables))?;
    change(&root.join("crates/oauth-providers/src/lib.rs"), &mut written, |text| {
        let text = insert::module(text, name, &module)?;
        let text = insert::enabled(&text, name, &format!("{module}::{constant}"))?;
        insert::known(&text, name)
    })?;
    change(&root.join("crates/oauth-providers/tests/one_feature.rs"), &mut written, |text| insert::row(text, name))?;
    change(&root.join("docs/src/SUMMARY.md"), &mut written, |text| insert::chapter(text, name, &order.display_name))?;
    Ok(written)
}

/// Writes a crate at `folder` that stands on the crates of the repository at `root`.
fn write_crate(order: &Order, root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    let features = if order.is_openid() { ", features = [\"oidc\"]" } else { "" };
    let manifest = order
        .fill(include_str!("../templates/manifest.txt"))
        .replace("{{VERSION}}", env!("CARGO_PKG_VERSION"))
        .replace("{{CRATES}}", &root.join("crates").display().to_string())
        .replace("{{CORE_FEATURES}}", features);
    write_new(&folder.join("Cargo.toml"), &manifest, &mut written)?;
    let library = format!("//! Sign in with {}.\n\n{}", order.display_name, order.spec());
    write_new(&folder.join("src/lib.rs"), &library, &mut written)?;
    let test = order.fill(include_str!("../templates/conformance.txt"));
    write_new(&folder.join("tests/conformance.rs"), &test, &mut written)?;
    write_new(&folder.join("README.md"), &order.fill(include_str!("../templates/readme.txt")), &mut written)?;
    for (file, content) in order.fixtures() {
        write_new(&folder.join("fixtures").join(file), &pretty(&content)?, &mut written)?;
    }
    let rust = ["src/lib.rs", "tests/conformance.rs"].map(|file| folder.join(file));
    cmd::run(cmd::new("rustfmt").args(["--edition", "2024"]).args(rust))?;
    Ok(written)
}

fn pretty(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str, written: &mut Vec<PathBuf>) -> Result<()> {
    ensure!(!path.exists(), "{} is there already", path.display());
    let folder = path.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    written.push(path.to_owned());
    Ok(())
}

fn change(path: &Path, written: &mut Vec<PathBuf>, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = change(&text).with_context(|| format!("cannot add to {}", path.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    written.push(path.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_complete_and_harmless_or_refused() {
        let given =
            ["--authorize", "https://a.test/a", "--token", "https://a.test/t", "--userinfo", "https://a.test/u"];
        let table: [(&str, &[&str], Option<&str>); 11] = [
            ("acme", &given, None),
            ("acme", &["--issuer", "https://id.acme.test"], None),
            ("acme", &given[..4], Some("the user-info endpoint is not given")),
            ("acme", &["--issuer", "http://id.acme.test"], Some("is no https URL")),
            ("acme", &["--issuer", "https://id.acme.test/\"+x"], Some("does not belong there")),
            ("acme", &["--issuer", "https://a.test", "--token", "https://a.test/t"], Some("--token does not go with")),
            ("acme", &["--issuer", "https://a.test", "--issuer", "https://b.test"], Some("stands twice")),
            ("acme", &["--issuer"], Some("--issuer wants a value")),
            ("acme", &["--colour", "red"], Some("is no option")),
            ("Acme", &given, Some("is no name")),
            ("profiles", &given, Some("is taken")),
        ];
        for (name, options, refusal) in table {
            let outcome = Order::parse(&[&[name], options].concat()).err().map(|error| error.to_string());
            match (&outcome, refusal) {
                (None, None) => {}
                (Some(error), Some(refusal)) => assert!(error.contains(refusal), "{name} {options:?}: {error}"),
                _ => panic!("{name} {options:?}: {outcome:?}"),
            }
        }
    }

    /// Writes two features and a crate into a workspace that shares what they do not change with the repository, and runs
    /// the checks for providers there.
    #[cfg(unix)]
    #[test]
    fn what_is_written_compiles_and_passes() -> Result<()> {
        let root = workspace()?;
        let metadata = root.join("metadata.json");
        let document = json!({
            "issuer": "https://id.acme.example", "jwks_uri": "https://id.acme.example/keys",
            "authorization_endpoint": "https://id.acme.example/a", "token_endpoint": "https://id.acme.example/t",
        });
        fs::write(&metadata, pretty(&document)?)?;
        let given = [
            "--authorize",
            "https://acme.example/a",
            "--token",
            "https://acme.example/t",
            "--userinfo",
            "https://acme.example/u",
        ];
        let discovery = ["--discovery", &metadata.display().to_string()];
        write_feature(&Order::parse(&[&["acme-two"], given.as_slice(), &["--scopes", "me email"]].concat())?, &root)?;
        write_feature(&Order::parse(&[&["acme-id"], discovery.as_slice()].concat())?, &root)?;
        write_crate(&Order::parse(&[&["acme"], given.as_slice()].concat())?, &root, &root.join("oauth-acme"))?;

        let cargo = |arguments: &[&str]| {
            let mut command = cmd::cargo(arguments);
            command.current_dir(&root).env("CARGO_TARGET_DIR", cmd::root().join("target")).env("WRITE_PAGES", "1");
            command
        };
        cmd::run(&mut cargo(&["fmt", "--package", "oauth-providers"]))?;
        let test = |arguments: &[&str]| cmd::run(cargo(&["test", "--offline", "--quiet"]).args(arguments));
        let providers = "--package=oauth-providers";
        // Writes the pages, which the others read.
        test(&[providers, "--features=acme-two,acme-id", "--test=pages"])?;
        test(&[providers, "--features=acme-two,acme-id", "--test=conformance", "--test=one_feature"])?;
        test(&["--package=oauth-acme", "--tests"])?;
        for (name, variable) in [("acme-two", "OAUTH_ACME_TWO_USERINFO_URL"), ("acme-id", "OAUTH_ACME_ID_ISSUER")] {
            let page = fs::read_to_string(root.join(format!("docs/src/providers/{name}.md")))?;
            assert!(page.contains(variable), "{page}");
        }
        Ok(())
    }

    /// A fresh copy of what is changed, and links to what is not.
    #[cfg(unix)]
    fn workspace() -> Result<PathBuf> {
        let (from, root) = (cmd::root(), cmd::root().join("target/new-provider"));
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        for folder in ["crates", "fixtures", "docs/src"] {
            fs::create_dir_all(root.join(folder))?;
        }
        for folder in ["crates", "fixtures"] {
            for entry in fs::read_dir(from.join(folder))? {
                let entry = entry?;
                if entry.file_name() != "oauth-providers" {
                    std::os::unix::fs::symlink(entry.path(), root.join(folder).join(entry.file_name()))?;
                }
            }
        }
        for folder in ["crates/oauth-providers", "docs/src"] {
            copy(&from.join(folder), &root.join(folder))?;
        }
        for file in ["README.md", "Cargo.lock", "rustfmt.toml"] {
            fs::copy(from.join(file), root.join(file))?;
        }
        let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
        let members = |line: &str| {
            if line.starts_with("members = ") { r#"members = ["crates/*", "oauth-acme"]"# } else { line }.to_owned()
        };
        fs::write(root.join("Cargo.toml"), manifest.lines().map(members).collect::<Vec<_>>().join("\n") + "\n")?;
        Ok(root)
    }

    #[cfg(unix)]
    fn copy(from: &Path, to: &Path) -> Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &target)?;
            } else {
                fs::copy(entry.path(), target)?;
            }
        }
        Ok(())
    }
}
