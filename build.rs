//! Builds the words and the build id.
//!
//! Words: the keys of `locales/{en,fr,ar}.json` become `OUT_DIR/words.rs`. The build fails on a key
//! that one language lacks, on different `{placeholders}` and on missing plural forms. The texts are
//! fetched (`public/boot.js`), flattened as [`flat`] does it for tests.
//!
//! Build id: a hash of everything that the app and the worker are made of, so that both binaries
//! of one build carry the same, and a stale worker is recognised.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a build script stops the build")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// The plural forms in the order of the generated arrays.
const FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The languages with the plural forms that each must have; the others fall back to `other`.
const LANGUAGES: [(&str, &[&str]); 3] = [
    ("en", &["one", "other"]),
    ("fr", &["one", "other"]),
    ("ar", &["zero", "one", "two", "few", "many", "other"]),
];

/// What the hash of the build covers, apart from the words.
const SOURCES: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "src",
    "crates/stockroom-domain",
    "crates/stockroom-api",
    "crates/stockroom-client",
    "crates/stockroom-view",
    "crates/stockroom-worksheet",
    "crates/stockroom-workbook",
];

enum Entry {
    Text(String),
    Plural(BTreeMap<String, String>),
}

fn main() {
    let languages: Vec<_> =
        LANGUAGES.iter().map(|(code, forms)| (*code, read(code, forms))).collect();
    for (code, entries) in &languages[1..] {
        compare(&languages[0].1, code, entries);
    }
    let out = env::var("OUT_DIR").unwrap();
    fs::write(Path::new(&out).join("words.rs"), generate(&languages)).unwrap();
    for (code, entries) in &languages {
        fs::write(Path::new(&out).join(format!("{code}.words")), flat(entries)).unwrap();
    }

    let mut hash = Fnv::new();
    for root in SOURCES.iter().copied().chain(["locales"]) {
        println!("cargo:rerun-if-changed={root}");
        hash.add_path(Path::new(root));
    }
    println!("cargo:rustc-env=STOCKROOM_BUILD_ID={:016x}", hash.0);
    if env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        // Who needs whom, for `cargo xtask` to split the app by.
        println!("cargo:rustc-link-arg-bin=app=--emit-relocs");
    }
}

fn read(code: &str, forms: &[&str]) -> BTreeMap<String, Entry> {
    let path = format!("locales/{code}.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let value: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut entries = BTreeMap::new();
    flatten(&path, "", &value, &mut entries);
    if code == "fr" {
        // French marks keep to their word: a line must not break before them.
        for loose in [" :", " ;", " ?", " !", "« ", " »"] {
            assert!(!text.contains(loose), "{path}: a plain space in {loose:?}");
        }
    }
    for (key, entry) in &entries {
        if let Entry::Plural(texts) = entry {
            for form in forms {
                assert!(texts.contains_key(*form), "{path}: {key} has no plural form \"{form}\"");
            }
        }
    }
    entries
}

fn flatten(path: &str, prefix: &str, value: &Value, entries: &mut BTreeMap<String, Entry>) {
    let Value::Object(map) = value else {
        panic!("{path}: {prefix} is neither a text nor an object");
    };
    let is_plural =
        map.contains_key("other") && map.keys().all(|key| FORMS.contains(&key.as_str()));
    if is_plural {
        let texts =
            map.iter().map(|(form, text)| (form.clone(), text.as_str().unwrap().to_owned()));
        entries.insert(prefix.to_owned(), Entry::Plural(texts.collect()));
        return;
    }
    for (key, value) in map {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::String(text) => {
                entries.insert(name, Entry::Text(text.clone()));
            }
            _ => flatten(path, &name, value, entries),
        }
    }
}

/// Panics where `code` lacks a key of English, has another, or fills in other values.
fn compare(english: &BTreeMap<String, Entry>, code: &str, entries: &BTreeMap<String, Entry>) {
    let missing: Vec<_> = english.keys().filter(|key| !entries.contains_key(*key)).collect();
    assert!(missing.is_empty(), "locales/{code}.json lacks {missing:?}");
    let extra: Vec<_> = entries.keys().filter(|key| !english.contains_key(*key)).collect();
    assert!(extra.is_empty(), "locales/{code}.json has {extra:?}, which en.json has not");
    for (key, entry) in entries {
        match (&english[key], entry) {
            (Entry::Text(a), Entry::Text(b)) => {
                assert_eq!(
                    placeholders(a),
                    placeholders(b),
                    "locales/{code}.json: placeholders of {key}"
                );
            }
            (Entry::Plural(a), Entry::Plural(b)) => {
                let allowed = placeholders(&a["other"]);
                assert_eq!(
                    allowed,
                    placeholders(&b["other"]),
                    "locales/{code}.json: placeholders of {key}"
                );
                for text in a.values().chain(b.values()) {
                    assert!(
                        placeholders(text).is_subset(&allowed),
                        "{key}: unknown placeholder in {text:?}"
                    );
                }
            }
            _ => panic!("locales/{code}.json: {key} is a plural in one language only"),
        }
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn generate(languages: &[(&str, BTreeMap<String, Entry>)]) -> String {
    let (texts, plurals): (Vec<_>, Vec<_>) =
        languages[0].1.iter().partition(|(_, entry)| matches!(entry, Entry::Text(_)));
    let mut out = String::new();
    for (name, about, keys) in [
        ("Key", "The name of one text.", &texts),
        ("Plural", "The name of one counted text.", &plurals),
    ] {
        writeln!(
            out,
            "/// {about}\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]"
        )
        .unwrap();
        writeln!(out, "#[repr(u16)]\npub enum {name} {{").unwrap();
        for (key, entry) in keys {
            let sample = match entry {
                Entry::Text(text) => text,
                Entry::Plural(texts) => &texts["other"],
            };
            let sample = sample.replace(['\n', '[', ']', '<', '>', '`', '*'], " ");
            writeln!(out, "    /// `{sample}`\n    {},", pascal(key)).unwrap();
        }
        out.push_str("}\n");
    }
    writeln!(
        out,
        "const TEXTS: usize = {};\nconst PLURALS: usize = {};",
        texts.len(),
        plurals.len()
    )
    .unwrap();
    writeln!(out, "const SHAPE: &str = {:?};", shape(&languages[0].1)).unwrap();
    out
}

/// Returns a hash of the names: the texts of another build must not be taken for this one's.
fn shape(entries: &BTreeMap<String, Entry>) -> String {
    let (texts, plurals): (Vec<_>, Vec<_>) =
        entries.iter().partition(|(_, entry)| matches!(entry, Entry::Text(_)));
    let names: Vec<&str> = texts.iter().chain(&plurals).map(|(name, _)| name.as_str()).collect();
    let hash = names
        .join("\n")
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_string()
}

/// Returns the shape, all texts and all plural forms in the order of the keys, as `boot.js` does.
fn flat(entries: &BTreeMap<String, Entry>) -> String {
    let mut parts = vec![shape(entries)];
    parts.extend(entries.values().filter_map(|entry| match entry {
        Entry::Text(text) => Some(text.clone()),
        Entry::Plural(_) => None,
    }));
    for entry in entries.values() {
        if let Entry::Plural(texts) = entry {
            parts.extend(FORMS.map(|form| texts.get(form).unwrap_or(&texts["other"]).clone()));
        }
    }
    parts.join("\0")
}

/// `inventory.no_matches` → `InventoryNoMatches`.
fn pascal(key: &str) -> String {
    let parts = key.split(['.', '_', '-']);
    parts.map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn add_path(&mut self, path: &Path) {
        if let Ok(entries) = fs::read_dir(path) {
            let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            for path in paths {
                self.add_path(&path);
            }
        } else if let Ok(bytes) = fs::read(path) {
            self.add(path.to_string_lossy().as_bytes());
            self.add(&bytes);
        }
    }
}
