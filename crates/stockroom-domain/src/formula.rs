//! Texts that a spreadsheet would calculate: made harmless where they are written, taken back
//! where they are read.
//!
//! Only text cells are touched. A number stays a number, with its sign.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula.
const STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Puts an apostrophe before a text that a spreadsheet would calculate, or that
/// [`unescape`] would change.
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_formula(text) || is_escaped(text) {
        Cow::Owned(["'", text].concat())
    } else {
        Cow::Borrowed(text)
    }
}

/// Takes back the apostrophe that [`escape`] put before a text, or that another program did.
pub fn unescape(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) if is_escaped(text) => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) if is_escaped(&text) => Cow::Owned(text[1..].to_owned()),
        text => text,
    }
}

/// Tells whether a spreadsheet would calculate a text; a number with its sign is none.
pub fn is_formula(text: &str) -> bool {
    let is_figure = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '\u{a0}');
    match text.strip_prefix(['+', '-']) {
        Some(rest) => !rest.chars().all(is_figure),
        None => text.starts_with(STARTS),
    }
}

fn is_escaped(text: &str) -> bool {
    text.strip_prefix('\'').is_some_and(|rest| rest.trim_start_matches('\'').starts_with(STARTS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_texts_and_numbers_stay_numbers() {
        for text in ["=1+1", "@SUM(A1)", "-1+1", "+cmd|' /C calc'!A0", "\t=1", "\r=1"] {
            assert_eq!(escape(text), ["'", text].concat());
        }
        for text in ["", "-5", "+221 77 123", "-1,5", "-", "RIZ-25KG", "'tis", "a=b"] {
            assert_eq!(escape(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "['=+@\\-\t]{0,3}[a-c1'+ ]{0,4}") {
            let written = escape(&text);
            prop_assert!(!is_formula(&written));
            prop_assert_eq!(unescape(Cow::Borrowed(&written)), text.as_str());
        }
    }
}
