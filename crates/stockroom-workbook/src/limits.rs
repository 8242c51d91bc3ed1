//! How much of a workbook is read, before it is refused.

/// The most that is read of a workbook.
///
/// A workbook is a small file that can say that it is a large one. What it says is checked before
/// anything is unpacked, and checked again while unpacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Files inside a zipped workbook.
    pub entries: u64,
    /// Bytes of all files inside, unpacked.
    pub unpacked: u64,
    /// How many times larger than packed a file inside may be.
    pub ratio: u64,
    /// Files inside up to this many bytes may have any ratio: empty styles pack very well.
    pub small: u64,
    /// Cells of a sheet that are not empty; for `.xls` the cells of all sheets, empty ones too,
    /// since its reader lays them all out.
    pub cells: u64,
    /// Bytes of a sheet's text: as much as a table may have.
    pub text: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MB: u64 = 1024 * 1024;
        Self {
            file: 64 * MB,
            entries: 2_000,
            unpacked: 512 * MB,
            ratio: 200,
            small: MB,
            cells: 16_000_000,
            text: 256 * MB,
        }
    }
}
