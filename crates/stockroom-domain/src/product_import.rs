//! The rules of importing products from a table.

/// Tells whether a text is an address that begins with `http://` or `https://` and names a host.
///
/// ```
/// use stockroom_domain::product_import::is_web_address;
/// assert!(is_web_address("https://shop.example/the.jpg"));
/// assert!(!is_web_address("ftp://shop.example/the.jpg") && !is_web_address("https://"));
/// ```
pub fn is_web_address(text: &str) -> bool {
    let scheme = |name: &str| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    };
    let rest = scheme("https://").or_else(|| scheme("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
