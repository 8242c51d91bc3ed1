//! Compound files, which hold old workbooks and encrypted new ones: their folder and their streams.
//!
//! Reads what the reader of old workbooks will read, the same way, and stops at chains that lead
//! outside the file or in a circle, on which that reader would not stop.

use crate::WorkbookFault;

pub(crate) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const END_OF_CHAIN: u32 = 0xffff_fffe;
const FIRST_RESERVED: u32 = 0xffff_fffa;
const MINI_SECTOR: usize = 64;
const FIRST_BIG: u64 = 4096;

/// A compound file.
#[derive(Debug)]
pub(crate) struct Ole<'a> {
    sectors: Sectors<'a>,
    fat: Vec<u32>,
    mini: Chain,
    mini_fat: Vec<u32>,
    entries: Vec<Entry>,
}

/// A stream's bytes, and where in the file they stand.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) bytes: Vec<u8>,
    places: Vec<usize>,
    size: usize,
}

/// Joined sectors and their numbers.
#[derive(Debug, Default)]
struct Chain {
    bytes: Vec<u8>,
    numbers: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    start: u32,
    len: u64,
}

/// Equal pieces of some bytes, by number.
#[derive(Clone, Copy, Debug)]
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl<'a> Ole<'a> {
    /// Reads the folder of a compound file.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, WorkbookFault> {
        let size = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return Err(broken("sector size")),
        };
        let sectors = Sectors { bytes: bytes.get(size..).unwrap_or_default(), size };
        let fat = read_fat(bytes, sectors)?;
        let folder = sectors.chain(u32_at(bytes, 48)?, &fat, u64::MAX)?.bytes;
        let entries: Vec<Entry> = folder
            .chunks_exact(128)
            .map(|chunk| Entry::read(chunk, size))
            .collect::<Result<_, _>>()?;
        let root = entries.first().ok_or_else(|| broken("folder"))?;
        let mini_sectors = u64::from(u32_at(bytes, 64)?);
        let (mini, mini_fat) = if mini_sectors > 0 {
            let len = mini_sectors.saturating_mul(size as u64);
            let mini_fat = sectors.chain(u32_at(bytes, 60)?, &fat, len)?.bytes;
            (sectors.chain(root.start, &fat, root.len)?, numbers(&mini_fat).collect())
        } else {
            (Chain::default(), Vec::new())
        };
        Ok(Self { sectors, fat, mini, mini_fat, entries })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Returns a stream, `None` where there is none of that name.
    pub(crate) fn stream(&self, name: &str) -> Result<Option<Stream>, WorkbookFault> {
        let Some(entry) = self.entry(name) else {
            return Ok(None);
        };
        if entry.len >= FIRST_BIG {
            let chain = self.sectors.chain(entry.start, &self.fat, entry.len)?;
            let places = chain.numbers.iter().map(|number| self.sectors.place(*number)).collect();
            return Ok(Some(Stream { bytes: chain.bytes, places, size: self.sectors.size }));
        }
        let mini = Sectors { bytes: &self.mini.bytes, size: MINI_SECTOR };
        let chain = mini.chain(entry.start, &self.mini_fat, entry.len)?;
        let places = chain.numbers.iter().map(|number| self.mini_place(*number)).collect();
        Ok(Some(Stream { bytes: chain.bytes, places, size: MINI_SECTOR }))
    }

    /// Returns where in the file a small sector stands, inside a large one.
    fn mini_place(&self, number: u32) -> usize {
        let at = number as usize * MINI_SECTOR;
        let sector = self.mini.numbers.get(at / self.sectors.size).copied().unwrap_or_default();
        self.sectors.place(sector) + at % self.sectors.size
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

impl Stream {
    /// Returns where in the file a byte of the stream stands.
    pub(crate) fn place(&self, at: usize) -> Option<usize> {
        Some(self.places.get(at / self.size)? + at % self.size)
    }
}

impl Entry {
    fn read(chunk: &[u8], sector: usize) -> Result<Self, WorkbookFault> {
        let units = chunk.get(..64).unwrap_or_default().chunks_exact(2);
        let units = units.map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let name: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        let high = if sector == 512 { 0 } else { u64::from(u32_at(chunk, 124)?) };
        Ok(Self {
            name: String::from_utf16_lossy(&name),
            start: u32_at(chunk, 116)?,
            len: u64::from(u32_at(chunk, 120)?) | high << 32,
        })
    }
}

impl<'a> Sectors<'a> {
    fn get(self, number: u32) -> Result<&'a [u8], WorkbookFault> {
        let start = (number as usize).checked_mul(self.size).ok_or_else(|| broken("sector"))?;
        let end = start.saturating_add(self.size).min(self.bytes.len());
        self.bytes
            .get(start..end)
            .filter(|sector| !sector.is_empty())
            .ok_or_else(|| broken("sector"))
    }

    /// Returns where in the file a sector stands: the header takes the room of one.
    fn place(self, number: u32) -> usize {
        (number as usize).saturating_add(1).saturating_mul(self.size)
    }

    /// Joins the sectors of a chain, up to `most` bytes.
    fn chain(self, start: u32, fat: &[u32], most: u64) -> Result<Chain, WorkbookFault> {
        let (mut joined, mut numbers) = (Vec::new(), Vec::new());
        let mut number = start;
        while number != END_OF_CHAIN && (joined.len() as u64) < most {
            let sector = self.get(number)?;
            let room = usize::try_from(most - joined.len() as u64).unwrap_or(usize::MAX);
            joined.extend_from_slice(&sector[..sector.len().min(room)]);
            numbers.push(number);
            if joined.len() > self.bytes.len() {
                return Err(broken("circle"));
            }
            if (joined.len() as u64) < most {
                number = *fat.get(number as usize).ok_or_else(|| broken("chain"))?;
            }
        }
        Ok(Chain { bytes: joined, numbers })
    }
}

fn read_fat(bytes: &[u8], sectors: Sectors<'_>) -> Result<Vec<u32>, WorkbookFault> {
    let mut places: Vec<u32> = numbers(bytes.get(76..512).unwrap_or_default()).collect();
    let mut next = u32_at(bytes, 68)?;
    let mut steps = 0;
    while next < FIRST_RESERVED {
        places.extend(numbers(sectors.get(next)?));
        next = places.pop().unwrap_or(END_OF_CHAIN);
        steps += 1;
        if steps > sectors.bytes.len() / sectors.size {
            return Err(broken("circle"));
        }
    }
    let mut fat = Vec::new();
    for place in places.into_iter().filter(|place| *place < 0xffff_fffc) {
        fat.extend(numbers(sectors.get(place)?));
        if fat.len() > sectors.bytes.len() {
            return Err(broken("table"));
        }
    }
    Ok(fat)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, WorkbookFault> {
    let pair = bytes.get(at..).and_then(|rest| rest.first_chunk());
    pair.map(|pair| u16::from_le_bytes(*pair)).ok_or_else(|| broken("end"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, WorkbookFault> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk());
    four.map(|four| u32::from_le_bytes(*four)).ok_or_else(|| broken("end"))
}

fn broken(what: &str) -> WorkbookFault {
    WorkbookFault::damaged(format!("compound file: {what}"))
}
