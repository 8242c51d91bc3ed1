//! The text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use super::histogram::Counted;

/// How many units of a histogram make one of what is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit(u64);

/// Microseconds are kept, seconds are told.
pub(super) const SECONDS: Unit = Unit(1_000_000);

/// A number is told as it is.
pub(super) const NUMBER: Unit = Unit(1);

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    /// Begins a metric; the lines after it are of this one.
    pub(super) fn head(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Adds a line, with `end` after the metric's name.
    pub(super) fn line(&mut self, end: &str, labels: &[(&str, &str)], value: u64) {
        self.line_of(end, labels, &value.to_string());
    }

    /// Adds the lines of a histogram.
    pub(super) fn histogram(&mut self, labels: &[(&str, &str)], counted: &Counted, unit: Unit) {
        let mut total = 0;
        let bounds = counted.bounds.iter().map(|bound| told(*bound, unit));
        let bounds = bounds.chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(&counted.counts) {
            total += count;
            let mut labels = labels.to_vec();
            labels.push(("le", &bound));
            self.line("_bucket", &labels, total);
        }
        self.line_of("_sum", labels, &told(counted.sum, unit));
        self.line("_count", labels, total);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn line_of(&mut self, end: &str, labels: &[(&str, &str)], value: &str) {
        let name = self.name;
        let _ = write!(self.text, "{name}{end}");
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{label}=\"{}\"", escaped(text));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{after} {value}");
    }
}

/// Returns a number of units as a decimal number, without rounding.
fn told(units: u64, Unit(scale): Unit) -> String {
    let (whole, rest) = (units / scale, units % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let fraction = format!("{:0width$}", rest, width = scale.ilog10() as usize);
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_exactly() {
        assert_eq!(told(500, SECONDS), "0.0005");
        assert_eq!(told(2_500_000, SECONDS), "2.5");
        assert_eq!(told(64, NUMBER), "64");
    }

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        let mut out = Exposition::default();
        out.head("a", "gauge", "A.");
        out.line("", &[("b", "\"\n\\")], 1);
        assert_eq!(out.into_text(), "# HELP a A.\n# TYPE a gauge\na{b=\"\\\"\\n\\\\\"} 1\n");
    }
}
