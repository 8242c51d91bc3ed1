//! What happens to a request on its way, and to its answer on the way back.

use stockroom_client::answer::Answer;

use crate::answers::{Extras, Text, refusal};
use crate::random::Random;
use crate::scene::SECOND;

/// What becomes of one request.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) reach: Reach,
    pub(crate) heard: Heard,
}

/// How far a request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Not to the service.
    Never,
    /// It is worked on and given up.
    Abandoned,
    /// It is done.
    Done,
    /// It is done, after this many milliseconds on the way.
    Late(u64),
    /// It is done, and a second time by a gateway that tries again.
    Twice,
    /// Somebody else has used its key.
    KeyTaken,
    /// The merchant is signed out, with this status.
    SignedOut(u16),
}

/// What the tab gets to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// What the service answers.
    Answer,
    /// That, and again after this many milliseconds.
    Again(u64),
    /// That, cut off after this share of its body, in thousandths.
    Cut(usize),
    /// That, after this many milliseconds.
    Late(u64),
    /// A connection that ends, or a gateway's word, while the service is still at work.
    Early(Option<Answer>),
    /// A connection that ends.
    Reset,
    /// Nothing.
    Silence,
    /// Something else.
    Instead(Answer),
}

impl Fault {
    pub(crate) const NONE: Self = Self { reach: Reach::Done, heard: Heard::Answer };

    /// Draws what goes wrong with a request of `count` items; in an outage it is about the way alone.
    pub(crate) fn draw(random: &mut Random, count: usize, is_outage: bool) -> Self {
        let before_or_after = random.pick(&[Reach::Never, Reach::Abandoned, Reach::Done]);
        let new = |reach, heard| Self { reach, heard };
        match random.below(if is_outage { 8 } else { 20 }) {
            0 => new(Reach::Never, Heard::Reset),
            1 => new(Reach::Abandoned, Heard::Reset),
            2 => new(Reach::Done, Heard::Reset),
            3 => new(
                random.pick(&[Reach::Done, Reach::Done, Reach::Abandoned]),
                Heard::Early(random.happens(500).then(|| Text::Html.answer(504, None))),
            ),
            4 => new(before_or_after, Heard::Silence),
            5 => new(Reach::Done, Heard::Late(random.between(20, 200) * SECOND)),
            6 => new(Reach::Late(random.between(20, 300) * SECOND), Heard::Silence),
            7 => new(Reach::Done, Heard::Cut(random.index(1000))),
            // A success of something else: a captive portal, a cache.
            8 => new(
                before_or_after,
                Heard::Instead(
                    random
                        .pick(&[Text::Empty, Text::Html, Text::Garbage, Text::Short])
                        .answer(200, None),
                ),
            ),
            9 => new(Reach::Never, Heard::Instead(elsewhere(random))),
            10..13 => new(before_or_after, Heard::Instead(failure(random))),
            13 => new(Reach::Never, Heard::Instead(too_large(random))),
            14 => new(Reach::Never, Heard::Instead(limited(random))),
            15 => new(Reach::Never, Heard::Instead(invalid(random, count))),
            16 => new(Reach::SignedOut(random.pick(&[401, 403])), Heard::Answer),
            17 => new(Reach::Twice, random.pick(&[true, false]).into()),
            18 => new(Reach::Done, Heard::Again(random.between(1, 20_000))),
            _ if random.happens(200) => new(Reach::KeyTaken, Heard::Answer),
            _ => new(Reach::Done, Heard::Late(random.between(1, 10) * SECOND)),
        }
    }
}

impl From<bool> for Heard {
    fn from(is_answered: bool) -> Self {
        if is_answered { Self::Answer } else { Self::Reset }
    }
}

/// A 5xx or 408, of the service or of a gateway: it says nothing about what was done.
fn failure(random: &mut Random) -> Answer {
    let status = random.pick(&[408, 500, 502, 503, 504, 500, 502, 503, 504, 507, 520, 524]);
    let wait = random.happens(300).then(|| random.between(0, 30));
    random.pick(&Text::ALL).answer(status, wait)
}

/// A refusal by something that is not the API; it has not passed the request on.
fn elsewhere(random: &mut Random) -> Answer {
    let status = random.pick(&[400, 403, 404, 405, 451]);
    random.pick(&[Text::Empty, Text::Html, Text::Sentence]).answer(status, None)
}

fn too_large(random: &mut Random) -> Answer {
    random.pick(&Text::ALL).answer(413, None)
}

fn limited(random: &mut Random) -> Answer {
    let wait = random.happens(500).then(|| random.between(0, 90));
    random.pick(&Text::ALL).answer(429, wait)
}

fn invalid(random: &mut Random, count: usize) -> Answer {
    let path = format!("items[{}].quantity", random.index(count));
    let path = Some(path.as_str()).filter(|_| random.happens(600));
    refusal(400, "VALIDATION_ERROR", path, &Extras::default())
}
