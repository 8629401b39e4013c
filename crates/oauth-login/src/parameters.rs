//! Form-encoded parameters, read so that a repeated name is seen (RFC 6749 section 3.1: none may appear twice).

use url::form_urlencoded;

/// The decoded parameters of a query or a form body, in the order sent.
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that must appear once appeared again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated;

impl Parameters {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of `name`, decoded.
    pub(crate) fn once(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        let value = found.next().map(|(_, value)| value.as_str());
        if found.next().is_some() { Err(Repeated) } else { Ok(value) }
    }

    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Proves: QB2
    #[test]
    fn a_repeated_name_is_seen_however_it_is_encoded() {
        for query in
            ["code=a&code=b", "code=a&code=a", "code=a&c%6fde=b", "code&code", "code=&code=", "x=1&code=a&y&code"]
        {
            assert_eq!(Parameters::parse(query.as_bytes()).once("code"), Err(Repeated), "{query}");
        }
    }

    #[test]
    fn names_are_compared_exactly() {
        let parameters = Parameters::parse(b"Code=1&code%20=2&code[]=3&code=a+b%2Bc&empty=");
        assert_eq!(parameters.once("code"), Ok(Some("a b+c")));
        assert_eq!(parameters.once("empty"), Ok(Some("")));
        assert_eq!(parameters.once("state"), Ok(None));
    }

    proptest! {
        // Proves: QH6
        #[test]
        fn any_bytes_are_read_without_panic(encoded in proptest::collection::vec(any::<u8>(), 0..300)) {
            for (name, _) in Parameters::parse(&encoded).into_pairs() {
                prop_assert!(Parameters::parse(&encoded).once(&name) != Ok(None));
            }
        }
    }
}
