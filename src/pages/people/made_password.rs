//! A password that the browser makes for somebody else: shown once, to be told to them.

use leptos::prelude::*;
use stockroom_api::account::Password;

use crate::browser::random;
use crate::pages::copied::Copied;
use crate::ui::Dialog;
use crate::words::{Key, use_words};

/// Letters and figures that nobody takes for another when they are read out.
const SIGNS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// How many of them: 79 bits.
const LENGTH: usize = 16;
/// After how many a hyphen stands.
const GROUP: usize = 4;

/// Somebody's new password, until it was told to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whose it is.
    pub name: String,
    /// The password.
    pub password: Password,
}

/// Returns a new password that nobody can guess; nothing where the browser cannot make one.
pub fn make() -> Option<Password> {
    let mut password = String::with_capacity(LENGTH + LENGTH / GROUP);
    let mut bytes = [0; 4 * LENGTH];
    let mut count = 0;
    while count < LENGTH {
        if !random::fill_secret(&mut bytes) {
            return None;
        }
        for sign in bytes.iter().filter_map(|byte| sign_of(*byte)).take(LENGTH - count) {
            if count > 0 && count % GROUP == 0 {
                password.push('-');
            }
            password.push(sign);
            count += 1;
        }
    }
    Some(Password::new(password))
}

/// Returns the sign that a random byte stands for, all equally often; nothing for those left over.
fn sign_of(byte: u8) -> Option<char> {
    let most = u8::MAX - u8::MAX % 31;
    (byte < most).then(|| char::from(SIGNS[usize::from(byte) % SIGNS.len()]))
}

/// The password, which is left by its button alone, as it is not shown again.
#[component]
pub fn MadePassword(
    /// The password and whose it is.
    made: Made,
    /// Called when it was copied.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let Made { name, password } = made;
    let title = {
        let name = name.clone();
        Signal::derive(move || words.fill(Key::PeoplePasswordOf, &[("name", &name)]))
    };
    view! {
        <Dialog title=title close=words.label(Key::PeopleDone) has_cross=false on_close=|()| ()>
            <div class="dialog-body">
                <p class="prose">
                    {move || words.fill(Key::PeoplePasswordOnce, &[("name", &name)])}
                </p>
                <Copied
                    id="made-password"
                    label=Key::SigninPassword
                    secret=password.reveal().to_owned()
                />
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=move |_| on_done.run(())>
                    {words.t(Key::PeopleDone)}
                </button>
            </footer>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_made_by_as_many_bytes() {
        let mut counts = [0; 31];
        for sign in (0..=u8::MAX).filter_map(sign_of) {
            counts[SIGNS.iter().position(|known| char::from(*known) == sign).unwrap()] += 1;
        }
        assert_eq!(counts, [8; 31]);
    }
}
