//! The person at the terminal, where there is one: questions and their answers.

use std::io::{BufRead, IsTerminal as _, StdinLock, stderr, stdin};

use crate::commands::tell;

/// Where questions are asked and answered.
pub(super) struct Console<R> {
    is_terminal: bool,
    input: R,
}

impl Console<StdinLock<'static>> {
    /// Returns the terminal of this process.
    pub(super) fn of_process() -> Self {
        Self::new(stdin().is_terminal() && stderr().is_terminal(), stdin().lock())
    }
}

impl<R: BufRead> Console<R> {
    pub(super) fn new(is_terminal: bool, input: R) -> Self {
        Self { is_terminal, input }
    }

    /// Tells whether anybody can be asked.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Asks a question; only a clear yes is one.
    pub(super) fn agrees(&mut self, question: &str) -> bool {
        let answer = self.ask(&format!("{question} [y/N] "));
        matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Asks for a number; `None` where something else is typed.
    pub(super) fn number(&mut self, question: &str) -> Option<usize> {
        self.ask(&format!("{question} ")).parse().ok()
    }

    fn ask(&mut self, question: &str) -> String {
        if !self.is_terminal {
            return String::new();
        }
        tell(question);
        let mut line = String::new();
        // What cannot be read is no answer.
        let _ = self.input.read_line(&mut line);
        line.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_at_a_terminal_is_one() {
        let agrees = |typed: &str| Console::new(true, typed.as_bytes()).agrees("Apply?");
        assert!(agrees("y\n") && agrees(" YES \n"));
        assert!(!agrees("\n") && !agrees("") && !agrees("yellow\n") && !agrees("n\n"));
        assert!(!Console::new(false, &b"y\n"[..]).agrees("Apply?"));
    }

    #[test]
    fn a_number_is_typed_as_digits() {
        let number = |typed: &str| Console::new(true, typed.as_bytes()).number("How many?");
        assert_eq!((number("37\n"), number("many\n"), number("")), (Some(37), None, None));
    }
}
