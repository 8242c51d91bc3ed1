//! What happened, line by line, for whoever reads why a seed failed.

use std::fmt;

/// The lines, kept only where somebody will read them.
pub(crate) struct Story {
    lines: Option<Vec<String>>,
    began: u64,
}

impl Story {
    pub(crate) fn new(told: bool, began: u64) -> Self {
        Self { lines: told.then(Vec::new), began }
    }

    pub(crate) fn tell(&mut self, now: u64, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let ms = now - self.began;
            let (day, hour) = (ms / 86_400_000, ms / 3_600_000 % 24);
            let (minute, second) = (ms / 60_000 % 60, ms / 1000 % 60);
            let time = format!("day {day} {hour:02}:{minute:02}:{second:02}.{:03}", ms % 1000);
            lines.push(format!("{time}  {}", line()));
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().flatten().try_for_each(|line| writeln!(f, "{line}"))
    }
}
