//! The parameters of a request, by RFC 6749: none may be sent twice, and an empty one is as good as none.

use super::error::OAuthError;

/// The parameters of a query or a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).into_owned();
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns all values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0
            .iter()
            .filter(move |(have, _)| have == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns a parameter, or the error that it was sent twice.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(have, _)| have == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(OAuthError::invalid_request(&format!(
                "{name} was sent more than once."
            ))),
            (first, None) => Ok(first.map(|(_, value)| value.as_str())),
        }
    }

    /// Returns a parameter that was sent exactly once.
    pub(crate) fn single(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }

    /// Returns a parameter, or the error that it is missing.
    pub(crate) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.one(name)?
            .ok_or_else(|| OAuthError::invalid_request(&format!("{name} is missing.")))
    }

    /// Returns these without some, and with others in their place.
    pub(crate) fn with(&self, without: &[&str], more: &[(&str, &str)]) -> Self {
        let kept = self
            .0
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()));
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(kept.cloned().chain(more).collect())
    }

    /// Returns names and values in the order in which they were sent.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns them as a query.
    pub(crate) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn a_parameter_is_sent_once_and_an_empty_one_is_none() {
        let parameters = Parameters::parse(b"scope=&state=a%20b&nonce=1&nonce=2");
        assert_eq!(parameters.single("scope"), None);
        assert_eq!(parameters.single("state"), Some("a b"));
        assert!(parameters.one("nonce").is_err());
        assert_eq!(parameters.all("nonce").count(), 2);
        let others = parameters.with(&["nonce"], &[("prompt", "none")]);
        assert_eq!(others.encoded(), "state=a+b&prompt=none");
    }
}
