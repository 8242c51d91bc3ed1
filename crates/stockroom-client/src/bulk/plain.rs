//! The answer to a bulk request of which everything was applied, as our server writes it.
//!
//! That is what nearly every answer of a long run is, and reading it as any JSON takes many times as
//! long as this. Whatever differs by a byte is left to the general reading.

use stockroom_api::bulk::{LevelChange, VariantChange};

use super::Settled;
use crate::run::Levels;

/// Returns what the answer says of each item, in the order of the request; `None` where it is not
/// written in this way, which says nothing about it.
pub(super) fn settled(body: &str, sent: &[&str]) -> Option<Vec<Settled>> {
    let mut text = Text(body);
    text.pass(r#"{"success":true,"data":{"updated":"#)?;
    usize::try_from(text.number()?).ok().filter(|updated| *updated == sent.len())?;
    text.pass(r#","failed":0,"errors":[],"results":["#)?;
    let mut settled = Vec::with_capacity(sent.len());
    for (place, external_id) in sent.iter().enumerate() {
        if place > 0 {
            text.pass(",")?;
        }
        text.pass(r#"{"externalId":""#)?;
        // One of these is written otherwise in JSON, or means something else there.
        if external_id.contains(['"', '\\']) {
            return None;
        }
        text.pass(external_id)?;
        text.pass("\"")?;
        let quantity = match text.pass(r#","quantity":{"#) {
            Some(()) => Some(text.change()?),
            None => None,
        };
        text.pass(r#","variants":["#)?;
        let mut variants = Vec::new();
        while text.pass("]}").is_none() {
            if !variants.is_empty() {
                text.pass(",")?;
            }
            text.pass(r#"{"label":""#)?;
            let label = text.string()?;
            text.pass(r#","variantId":""#)?;
            let variant_id = text.string()?;
            text.pass(",")?;
            let LevelChange { before, after, delta } = text.change()?;
            variants.push(VariantChange { label, variant_id, before, after, delta });
        }
        settled.push(Settled::Applied(Some(Levels { quantity, variants })));
    }
    text.pass("]}}")?;
    text.0.is_empty().then_some(settled)
}

/// What is still to be read.
struct Text<'a>(&'a str);

impl Text<'_> {
    fn pass(&mut self, wanted: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    /// Reads a level before and after, up to the end of its object.
    fn change(&mut self) -> Option<LevelChange> {
        self.pass(r#""before":"#)?;
        let before = match self.pass("null") {
            Some(()) => None,
            None => Some(self.number()?),
        };
        self.pass(r#","after":"#)?;
        let after = self.number()?;
        self.pass(r#","delta":"#)?;
        let delta = self.number()?;
        self.pass("}")?;
        Some(LevelChange { before, after, delta })
    }

    /// Reads a text behind its first quote, unless it is written with escapes.
    fn string(&mut self) -> Option<String> {
        let (text, rest) = self.0.split_once('"')?;
        let is_plain = text.bytes().all(|byte| byte >= b' ' && byte != b'\\');
        self.0 = rest;
        is_plain.then(|| text.to_owned())
    }

    /// Reads a whole number as JSON has it.
    fn number(&mut self) -> Option<i64> {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let is_negative = digits.len() < self.0.len();
        if digits.starts_with('0') && (count > 1 || is_negative) {
            return None;
        }
        let (number, rest) = self.0.split_at(count + usize::from(is_negative));
        let number = number.parse().ok()?;
        self.0 = rest;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;

    const SENT: [&str; 4] = ["LAIT-400", "RIZ-25", "THÉ", "BAZIN"];
    const BODY: &str = concat!(
        r#"{"success":true,"data":{"updated":4,"failed":0,"errors":[],"results":["#,
        r#"{"externalId":"LAIT-400","quantity":{"before":5,"after":0,"delta":-5},"variants":[]},"#,
        r#"{"externalId":"RIZ-25","quantity":{"before":null,"after":12,"delta":12},"variants":[]},"#,
        r#"{"externalId":"THÉ","quantity":{"before":0,"after":0,"delta":0},"variants":[]},"#,
        r#"{"externalId":"BAZIN","variants":[{"label":"Grand","variantId":"v1","before":1,"after":3,"#,
        r#""delta":2},{"label":"É","variantId":"","before":null,"after":3,"delta":3}]}]}}"#
    );

    fn general(body: &str, sent: &[&str]) -> Option<Vec<Settled>> {
        let answer = Answer { status: 200, body: body.to_owned(), ..Answer::default() };
        super::super::any(&answer, sent)
    }

    #[test]
    fn it_is_what_the_general_reading_says() {
        let plain = settled(BODY, &SENT);
        assert!(plain.is_some());
        assert_eq!(plain, general(BODY, &SENT));
    }

    #[test]
    fn what_differs_by_a_byte_is_read_alike_or_left_to_the_general_reading() {
        let mut alike = 0;
        for at in 0..BODY.len() {
            for byte in [b' ', b'0', b'1', b'9', b'-', b'.', b'"', b'\\', b'}', b',', b'A', b'e', 7]
            {
                let mut body = BODY.as_bytes().to_vec();
                body[at] = byte;
                let Ok(body) = String::from_utf8(body) else { continue };
                if let plain @ Some(_) = settled(&body, &SENT) {
                    assert_eq!(plain, general(&body, &SENT), "{body}");
                    alike += 1;
                }
            }
            assert_eq!(BODY.get(..at).and_then(|cut| settled(cut, &SENT)), None, "cut to {at}");
        }
        assert!(alike > 0, "another digit is another level");
        assert_eq!(settled(&format!("{BODY} "), &SENT), None);
    }

    #[test]
    fn another_request_is_not_answered_by_it() {
        assert_eq!(settled(BODY, &SENT[..2]), None);
        assert_eq!(settled(BODY, &["LAIT-400", "THÉ", "RIZ-25", "BAZIN"]), None);
        let escaped = BODY.replace("RIZ-25", r"RIZ\n25");
        assert_eq!(settled(&escaped, &["LAIT-400", r"RIZ\n25", "THÉ", "BAZIN"]), None);
    }
}
