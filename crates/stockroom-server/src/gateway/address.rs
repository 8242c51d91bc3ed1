//! Where the hosted service is, and the keys that only this process knows.

use std::fmt;
use std::net::IpAddr;

use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderValue, Uri};
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::path;

/// The address of a server of the Store API, without the API's base path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    authority: Authority,
    /// What stands before the API's base path; empty, or begins with a slash.
    prefix: String,
}

/// Whether an address that is not encrypted is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plain {
    /// For this computer alone.
    #[default]
    Loopback,
    /// For any computer: the key and the stock can be read on the way.
    Anywhere,
}

/// Why an address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not written as an address.
    #[error("it is not written as https://HOST or https://HOST:PORT")]
    Written,
    /// It holds a user, a query or a fragment.
    #[error("it must hold no user, password or parameters")]
    TooMuch,
    /// It is not encrypted.
    #[error("it is not encrypted: the key could be read on the way")]
    Plain,
}

/// The secret keys of the hosted service, for live and test data; at least one.
#[derive(Clone)]
pub struct Keys {
    live: Option<Key>,
    test: Option<Key>,
}

/// A key, and the header that shows it.
#[derive(Clone)]
struct Key {
    text: String,
    header: HeaderValue,
}

/// Why keys are not taken; nothing of them is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("there is no key")]
    None,
    /// One is no key of the Store API.
    #[error("what stands there is no key: one begins with sk_live_ or sk_test_")]
    Written,
    /// One may only read.
    #[error("a key that begins with pk_ may only read; a secret key begins with sk_")]
    Public,
    /// Two are for the same data.
    #[error("two keys are for the same data; one for live and one for test data are taken")]
    Twice,
}

impl Address {
    /// Reads an address such as `https://api.example.com`; the API's base path may stand at its end.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str, plain: Plain) -> Result<Self, AddressError> {
        if text.contains('#') {
            return Err(AddressError::TooMuch);
        }
        let parts = text.trim().parse::<Uri>().map_err(|_| AddressError::Written)?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(AddressError::Written);
        };
        let path = parts.path_and_query.unwrap_or(PathAndQuery::from_static("/"));
        if authority.as_str().contains('@') || path.query().is_some() {
            return Err(AddressError::TooMuch);
        }
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(AddressError::Written);
        }
        if scheme == Scheme::HTTP && plain == Plain::Loopback && !is_loopback(authority.host()) {
            return Err(AddressError::Plain);
        }
        let prefix = path.path().trim_end_matches('/');
        let prefix = prefix.strip_suffix(path::BASE).unwrap_or(prefix).to_owned();
        Ok(Self { scheme, authority, prefix })
    }

    /// Returns the address of `path` there, which begins with the API's base path.
    ///
    /// # Errors
    /// [`axum::http::Error`] where that is no address.
    pub fn of(&self, path: &str) -> Result<Uri, axum::http::Error> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
    }

    /// Tells whether the way there is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl Keys {
    /// Reads keys that stand on lines of their own, or between commas.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let mut keys = Self { live: None, test: None };
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        for word in words.filter(|word| !word.is_empty()) {
            let prefix = KeyPrefix::parse(word).filter(|_| word.is_ascii());
            let prefix = prefix.ok_or(KeysError::Written)?;
            if prefix.access == Access::Read {
                return Err(KeysError::Public);
            }
            let mut header =
                HeaderValue::from_str(&format!("Bearer {word}")).map_err(|_| KeysError::Written)?;
            header.set_sensitive(true);
            let place = match prefix.environment {
                Environment::Live => &mut keys.live,
                Environment::Test => &mut keys.test,
            };
            if place.replace(Key { text: word.to_owned(), header }).is_some() {
                return Err(KeysError::Twice);
            }
        }
        if keys.live.is_none() && keys.test.is_none() {
            return Err(KeysError::None);
        }
        Ok(keys)
    }

    /// Tells whether there is a key for this data.
    pub fn has(&self, environment: Environment) -> bool {
        self.of(environment).is_some()
    }

    /// Returns the header that shows the key for this data.
    pub(super) fn header(&self, environment: Environment) -> Option<HeaderValue> {
        self.of(environment).map(|key| key.header.clone())
    }

    /// Tells whether `text` holds a key, or the most of one.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        let keys = [&self.live, &self.test].into_iter().flatten();
        keys.map(|key| key.text.as_bytes())
            .any(|key| bytes.windows(key.len()).any(|window| window == key))
    }

    fn of(&self, environment: Environment) -> Option<&Key> {
        match environment {
            Environment::Live => self.live.as_ref(),
            Environment::Test => self.test.as_ref(),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |key: &Option<Key>| key.as_ref().map(|_| "…");
        f.debug_struct("Keys")
            .field("live", &shown(&self.live))
            .field("test", &shown(&self.test))
            .finish()
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, AddressError> {
        Address::parse(text, Plain::Loopback).map(|address| address.to_string())
    }

    #[test]
    fn the_base_path_may_stand_at_the_end() {
        for text in ["https://api.example.com", "https://api.example.com/api/v1/"] {
            assert_eq!(shown(text), Ok("https://api.example.com".to_owned()));
        }
        let address = Address::parse("https://example.com:8443/shop/api/v1", Plain::Loopback);
        let uri = address.unwrap().of("/api/v1/dev/store/products/A%2FB?x=1").unwrap();
        let path = "/shop/api/v1/dev/store/products/A%2FB?x=1";
        assert_eq!(uri.to_string(), format!("https://example.com:8443{path}"));
    }

    #[test]
    fn what_is_not_encrypted_stays_on_this_computer() {
        for text in ["http://127.0.0.1:8080", "http://[::1]:1", "http://localhost"] {
            assert_eq!(shown(text), Ok(text.to_owned()));
        }
        for text in ["http://10.0.0.1", "http://api.example.com", "http://localhost.example.com"] {
            assert_eq!(shown(text), Err(AddressError::Plain));
            assert!(Address::parse(text, Plain::Anywhere).is_ok());
        }
        for text in ["api.example.com", "ftp://example.com", "https://", "/x", ""] {
            assert_eq!(shown(text), Err(AddressError::Written), "{text}");
        }
        for text in ["https://u:p@example.com", "https://example.com/?k=1", "https://a.example/#x"]
        {
            assert_eq!(shown(text), Err(AddressError::TooMuch), "{text}");
        }
    }

    #[test]
    fn keys_are_told_apart_by_their_prefix_and_never_shown() {
        let keys = Keys::parse("sk_live_aaaaaaaa\n sk_test_bbbbbbbb\n").unwrap();
        assert!(keys.has(Environment::Live) && keys.has(Environment::Test));
        assert!(!format!("{keys:?}").contains("aaaa"));
        assert!(!format!("{:?}", keys.header(Environment::Live)).contains("aaaa"));
        assert!(keys.are_in(b"x sk_test_bbbbbbbb y") && !keys.are_in(b"sk_test_bbbb"));
        assert!(!Keys::parse("sk_test_b").unwrap().has(Environment::Live));
        for (text, error) in [
            ("", KeysError::None),
            ("secret", KeysError::Written),
            ("sk_live_é", KeysError::Written),
            ("pk_live_a", KeysError::Public),
            ("sk_test_a,sk_test_b", KeysError::Twice),
        ] {
            assert_eq!(Keys::parse(text).err(), Some(error), "{text}");
        }
    }
}
