//! Reading a reply's body: never more than the limit, before decoding and after.

use reqwest::{
    Response,
    header::{CONTENT_ENCODING, HeaderMap},
};

/// The most that is reserved on the word of a `Content-Length` alone.
const MAX_RESERVED: usize = 64 * 1024;

/// Why there is no body.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The connection failed or the deadline passed.
    Exchange(reqwest::Error),
    /// More bytes than the limit.
    TooLarge,
    /// A content coding that was not asked for, or more than one.
    UnknownCoding,
    /// Not what its coding says.
    #[cfg(feature = "gzip")]
    Damaged,
}

/// How the body is coded (RFC 9110 section 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Identity,
    #[cfg(feature = "gzip")]
    Gzip,
}

/// The coding that replies may have, as `Accept-Encoding` names it.
pub(crate) const ACCEPTED: &str = if cfg!(feature = "gzip") { "gzip" } else { "identity" };

/// Reads and decodes the body, of which at most `limit` bytes may come.
pub(crate) async fn read(reply: &mut Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let coding = coding(reply.headers())?;
    let body = read_coded(reply, limit).await?;
    match coding {
        // A reply without content, such as 204, may still name a coding.
        #[cfg(feature = "gzip")]
        Coding::Gzip if !body.is_empty() => gunzip(&body, limit),
        _ => Ok(body),
    }
}

async fn read_coded(reply: &mut Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let announced = reply.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(BodyError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(BodyError::Exchange)? {
        if chunk.len() > limit - body.len() {
            return Err(BodyError::TooLarge);
        }
        if body.is_empty() && announced <= chunk.len() {
            // The usual reply is one chunk: taken over instead of copied, where the buffer allows it.
            body = chunk.into();
        } else {
            if body.is_empty() {
                body.reserve(announced.min(MAX_RESERVED));
            }
            body.extend_from_slice(&chunk);
        }
    }
    Ok(body)
}

/// One level of gzip is understood: nested codings multiply what a small reply can unpack to.
fn coding(headers: &HeaderMap) -> Result<Coding, BodyError> {
    let mut coding = Coding::Identity;
    for value in headers.get_all(CONTENT_ENCODING) {
        let names = value.to_str().map_err(|_| BodyError::UnknownCoding)?;
        for name in names.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            if coding != Coding::Identity {
                return Err(BodyError::UnknownCoding);
            }
            coding = decodable(name)?;
        }
    }
    Ok(coding)
}

fn decodable(name: &str) -> Result<Coding, BodyError> {
    #[cfg(feature = "gzip")]
    if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
        return Ok(Coding::Gzip);
    }
    let _ = name;
    Err(BodyError::UnknownCoding)
}

#[cfg(feature = "gzip")]
fn gunzip(coded: &[u8], limit: usize) -> Result<Vec<u8>, BodyError> {
    use std::io::Read as _;

    let mut decoded = Vec::with_capacity(coded.len().saturating_mul(4).min(limit));
    // One byte more than the limit is read, to tell "at the limit" from "beyond".
    let cut = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    flate2::bufread::GzDecoder::new(coded).take(cut).read_to_end(&mut decoded).map_err(|_| BodyError::Damaged)?;
    if decoded.len() > limit { Err(BodyError::TooLarge) } else { Ok(decoded) }
}

#[cfg(all(test, feature = "gzip"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn one_level_of_gzip_is_understood() {
        let table: [(&[&'static str], Option<Coding>); 12] = [
            (&[], Some(Coding::Identity)),
            (&["identity"], Some(Coding::Identity)),
            (&[""], Some(Coding::Identity)),
            (&["gzip"], Some(Coding::Gzip)),
            (&["X-GZip"], Some(Coding::Gzip)),
            (&["identity, gzip"], Some(Coding::Gzip)),
            (&["gzip, gzip"], None),
            (&["gzip", "gzip"], None),
            (&["br"], None),
            (&["gzip, br"], None),
            (&["deflate"], None),
            (&["zstd"], None),
        ];
        for (values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(coding(&headers).ok(), expected, "{values:?}");
        }
    }
}
