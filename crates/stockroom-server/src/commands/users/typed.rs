//! A password from whoever is at the terminal, or from stdin.

use std::io::{BufRead as _, IsTerminal as _, stdin};

use stockroom_api::account::{MAX_PASSWORD_CHARACTERS, Password};
use stockroom_api::read::account::check_password;

use crate::commands::{CommandError, Ended};

/// The longest line that is read, in bytes.
const MOST_BYTES: u64 = 4 * MAX_PASSWORD_CHARACTERS as u64 + 2;

/// Reads a new password: typed twice without being shown, or the first line of stdin.
pub(super) fn read_password() -> Ended<Password> {
    let password = Password::new(if stdin().is_terminal() { typed_twice()? } else { line()? });
    check_password(&password).map_err(|refusal| CommandError::new(refusal.message))?;
    Ok(password)
}

fn typed_twice() -> Ended<String> {
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt)
            .map_err(|error| CommandError::new(format!("cannot read a password: {error}")))
    };
    let typed = ask("New password: ")?;
    if ask("The same again: ")? == typed {
        return Ok(typed);
    }
    Err(CommandError::new("the two are not the same. Nothing was changed."))
}

fn line() -> Ended<String> {
    let mut line = String::new();
    let mut input = std::io::Read::take(stdin().lock(), MOST_BYTES);
    input
        .read_line(&mut line)
        .map_err(|error| CommandError::new(format!("cannot read a password: {error}")))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
