//! What is nearly the same for every record, kept only where it differs.

/// The physical line of each record: the one after the record before, but for jumps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Jumps {
    /// From this record on, the line is the record's number and the second figure.
    jumps: Vec<(u32, u32)>,
}

impl Jumps {
    /// Adds the line of the record `number`; records come in order.
    pub(super) fn push(&mut self, number: usize, line: u32) {
        let number = place(number);
        let ahead = line - number;
        if self.jumps.last().is_none_or(|(_, last)| *last != ahead) {
            self.jumps.push((number, ahead));
        }
    }

    /// Tells whether a record may span several lines, or blank ones follow it.
    pub(super) fn may_span(&self, number: usize) -> bool {
        self.jumps.len() > 1 && self.line(number + 1) > self.line(number) + 1
    }

    /// Returns the line of the record `number`.
    pub(super) fn line(&self, number: usize) -> u32 {
        let number = place(number);
        let after = self.jumps.partition_point(|(from, _)| *from <= number);
        after.checked_sub(1).map_or(0, |at| number + self.jumps[at].1)
    }
}

/// The number of cells of each record: the first record's, but for exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Widths {
    usual: u32,
    others: Vec<(u32, u32)>,
}

impl Widths {
    /// Adds the width of the record `number`; records come in order.
    pub(super) fn push(&mut self, number: usize, width: u32) {
        if number == 0 {
            self.usual = width;
        } else if width != self.usual {
            self.others.push((place(number), width));
        }
    }

    /// Returns the width of the record `number`.
    pub(super) fn width(&self, number: usize) -> u32 {
        let number = place(number);
        if self.others.is_empty() {
            return self.usual;
        }
        self.others
            .binary_search_by_key(&number, |(at, _)| *at)
            .map_or(self.usual, |at| self.others[at].1)
    }

    /// Forgets the records from `number` on.
    pub(super) fn truncate(&mut self, number: usize) {
        self.others.truncate(self.others.partition_point(|(at, _)| (*at as usize) < number));
    }
}

/// Places fit: a file is at most 256 MB, and its text at most three times that.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_widths_are_as_they_were_pushed() {
        let lines = [1, 2, 3, 7, 8, 9, 20];
        let widths = [3, 3, 2, 3, 3, 9, 3];
        let (mut jumps, mut kept) = (Jumps::default(), Widths::default());
        for number in 0..lines.len() {
            jumps.push(number, lines[number]);
            kept.push(number, widths[number]);
        }
        let numbers = || 0..lines.len();
        assert_eq!(numbers().map(|n| jumps.line(n)).collect::<Vec<_>>(), lines);
        assert_eq!(numbers().map(|n| kept.width(n)).collect::<Vec<_>>(), widths);
        kept.truncate(5);
        assert_eq!((kept.width(2), kept.others.len()), (2, 1));
        assert_eq!(jumps.jumps.len(), 3);
    }
}
