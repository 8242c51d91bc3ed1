//! Splits the built app: what only some later pages need becomes files of their own (decision 17).
//!
//! Trunk builds the app whole, with the marks of its feature `split` and the linker's notes of who
//! needs whom. Here those are followed, and the app's two files in `dist` are replaced. What several
//! parts need and the first pages do not is a file as well, which comes with each of them.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use wasm_split_cli_support::{Options, transform};

use crate::step::{Outcome, command, execute, target};

/// What the linker made, before wasm-bindgen.
const LINKED: &str = "wasm32-unknown-unknown/wasm-release/app.wasm";
/// The parts of the app, as `src/pages/part` names them.
const PARTS: [&str; 3] = ["update", "products", "more"];
/// What every browser that runs the app has (Safari 16.4, Chrome 91, Firefox 89).
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-simd",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Splits the app in `dist`, which Trunk has just built.
pub(crate) fn split(dist: &Path) -> Outcome {
    let linked = read(&target().join(LINKED))?;
    let name = format!("app-{}", hash(&linked));
    let work = target().join("xtask-split");
    // What an earlier build left would be taken for this one's.
    let _ = fs::remove_dir_all(&work);
    let whole = work.join("main.wasm");
    let (links, main) = (format!("./{name}_parts.js"), format!("./{name}.js"));
    let mut options = Options::new(&linked);
    options.output_dir = &work;
    options.main_out_path = &whole;
    options.link_name = &links;
    options.main_module = &main;
    let made = transform(options).map_err(|error| format!("the app was not split: {error:?}"))?;
    let mut bind = command("wasm-bindgen");
    bind.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", &name]);
    execute(bind.arg("--out-dir").arg(&work).arg(&whole))?;
    let old = app_in(dist)?;
    for file in [format!("{old}.js"), format!("{old}_bg.wasm")] {
        fs::remove_file(dist.join(&file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let app = format!("{name}_bg.wasm");
    optimize(&work.join(&app), &dist.join(&app))?;
    let files = parts(&made.split_modules, &hash(&linked))?;
    for (path, file) in &files {
        optimize(path, &dist.join(file))?;
    }
    copy(&work.join(format!("{name}.js")), &dist.join(format!("{name}.js")), |text| text)?;
    let links = format!("{name}_parts.js");
    copy(&work.join(&links), &dist.join(&links), |text| {
        // Where a part does not come, the page says so: that is no fault of the app.
        let text = text.replace("console.error(", "console.warn(");
        files.iter().fold(text, |text, (path, file)| {
            text.replace(&format!("/{}\"", file_name(path)), &format!("/{file}\""))
        })
    })?;
    let index = dist.join("index.html");
    let tag = format!("data-wasm=\"/{name}_bg.wasm\"");
    let needed = PARTS.map(|part| {
        let stems = made.prefetch_map.get(part).map(Vec::as_slice).unwrap_or_default();
        let is_its = |path: &Path| {
            stems.iter().any(|stem| path.file_stem().is_some_and(|own| own == &**stem))
        };
        let its = files.iter().filter(|(path, _)| is_its(path)).map(|(_, file)| format!("/{file}"));
        format!(" data-{part}=\"{}\"", its.collect::<Vec<_>>().join(" "))
    });
    copy(&index, &index, |text| {
        text.replace(&old, &name).replace(&tag, &format!("{tag}{}", needed.concat()))
    })
}

/// Returns the files of the parts as they were made, each with the name that it is served by.
fn parts(made: &[PathBuf], mark: &str) -> Outcome<Vec<(PathBuf, String)>> {
    let named = made.iter().map(|path| {
        let stem = file_name(path).replace(".wasm", "");
        let word = match stem.split_once('_') {
            Some(("split", part)) if PARTS.contains(&part) => part.to_owned(),
            Some(("chunk", number)) => format!("shared{number}"),
            _ => return Err(format!("the app has a part that nobody knows: {stem}")),
        };
        Ok((path.clone(), format!("{word}-{mark}.wasm")))
    });
    named.collect()
}

/// Returns how the app's files begin, by Trunk's name for them.
fn app_in(dist: &Path) -> Outcome<String> {
    let entries = fs::read_dir(dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut apps = names.filter_map(|name| {
        let name = name.strip_suffix("_bg.wasm")?;
        name.starts_with("app-").then(|| name.to_owned())
    });
    apps.next().ok_or_else(|| format!("{} has no app", dist.display()))
}

fn optimize(from: &Path, to: &Path) -> Outcome {
    let mut optimizer = command("wasm-opt");
    optimizer.args(["-Oz", "--strip-debug", "--strip-producers"]).args(FEATURES);
    execute(optimizer.arg(from).arg("-o").arg(to))
}

fn copy(from: &Path, to: &Path, change: impl FnOnce(String) -> String) -> Outcome {
    let text = fs::read_to_string(from).map_err(|error| format!("{}: {error}", from.display()))?;
    fs::write(to, change(text)).map_err(|error| format!("{}: {error}", to.display()))
}

fn read(path: &PathBuf) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
