//! Forms that a script submits, encoded as the HTML standard says.

use url::{Url, form_urlencoded};

/// Stands between the parts of a form that is sent as `multipart/form-data`.
const BOUNDARY: &str = "----boundary-of-the-test-browser";

/// A form whose fields are all hidden.
pub(super) struct HiddenForm {
    pub(super) action: Url,
    encoding: String,
    charset: String,
    pub(super) fields: Vec<(String, String)>,
}

impl HiddenForm {
    /// The first one of a page, as the development provider and npm's `oidc-provider` write it.
    pub(super) fn find(page: &Url, html: &str) -> Option<Self> {
        let form = html.split_once("<form method=\"post\" ")?.1;
        let (attributes, form) = form.split_once('>')?;
        let form = form.split_once("</form>")?.0;
        let attribute = |name: &str| {
            let (_, value) = attributes.split_once(&format!("{name}=\""))?;
            value.split_once('"').map(|(value, _)| unescape(value))
        };
        let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
            let (name, field) = field.split_once("\" value=\"")?;
            let (value, _) = field.split_once('"')?;
            Some((unescape(name), unescape(value)))
        });
        let fields = fields.collect::<Option<_>>()?;
        let action = page.join(&attribute("action")?).ok()?;
        let encoding = attribute("enctype").unwrap_or_else(|| "application/x-www-form-urlencoded".into());
        let charset = attribute("accept-charset").unwrap_or_else(|| "utf-8".into());
        Some(Self { action, encoding, charset, fields })
    }

    /// `Content-Type` and body.
    pub(super) fn encode(&self) -> (String, Vec<u8>) {
        let bytes = |text: &str| self.in_charset(text);
        match self.encoding.as_str() {
            "multipart/form-data" => {
                let mut body = Vec::new();
                for (name, value) in &self.fields {
                    body.extend(bytes(&format!(
                        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )));
                }
                body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
                (format!("multipart/form-data; boundary={BOUNDARY}"), body)
            }
            "text/plain" => {
                let lines = self.fields.iter().map(|(name, value)| format!("{name}={value}\r\n"));
                ("text/plain".to_owned(), bytes(&lines.collect::<String>()))
            }
            _ => {
                let encoded = |text| form_urlencoded::byte_serialize(&bytes(text)).collect::<String>();
                let pairs = self.fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
                let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
                ("application/x-www-form-urlencoded".to_owned(), body)
            }
        }
    }

    /// In the encoding of the form: UTF-8, or one with a byte for each letter, in which others become references.
    fn in_charset(&self, text: &str) -> Vec<u8> {
        if self.charset == "utf-8" {
            return text.as_bytes().to_vec();
        }
        let byte = |letter: char| match u8::try_from(letter) {
            Ok(byte) => vec![byte],
            Err(_) => format!("&#{};", u32::from(letter)).into_bytes(),
        };
        text.chars().flat_map(byte).collect()
    }
}

fn unescape(text: &str) -> String {
    let entities = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    entities.into_iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
