//! Splits the built app: what only the later pages need becomes a file of its own (decision 17).
//!
//! Trunk builds the app whole, with the marks of its feature `split` and the linker's notes of who
//! needs whom. Here those are followed, and the app's two files in `dist` are replaced.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use wasm_split_cli_support::{Options, transform};

use crate::step::{Outcome, command, execute, target};

/// What the linker made, before wasm-bindgen.
const LINKED: &str = "wasm32-unknown-unknown/wasm-release/app.wasm";
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
    let [later] = &made.split_modules[..] else {
        return Err(format!("the app has parts that nobody knows: {:?}", made.split_modules));
    };
    let mut bind = command("wasm-bindgen");
    bind.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", &name]);
    execute(bind.arg("--out-dir").arg(&work).arg(&whole))?;
    let old = app_in(dist)?;
    for file in [format!("{old}.js"), format!("{old}_bg.wasm")] {
        fs::remove_file(dist.join(&file)).map_err(|error| format!("{file}: {error}"))?;
    }
    let (app, part) = (format!("{name}_bg.wasm"), format!("later-{}.wasm", hash(&linked)));
    optimize(&work.join(&app), &dist.join(&app))?;
    optimize(later, &dist.join(&part))?;
    copy(&work.join(format!("{name}.js")), &dist.join(format!("{name}.js")), |text| text)?;
    let links = format!("{name}_parts.js");
    let called = file_name(later);
    copy(&work.join(&links), &dist.join(&links), |text| {
        // Where the part does not come, the page says so: that is no fault of the app.
        text.replace(&called, &part).replace("console.error(", "console.warn(")
    })?;
    let index = dist.join("index.html");
    let tag = format!("data-wasm=\"/{name}_bg.wasm\"");
    copy(&index, &index, |text| {
        text.replace(&old, &name).replace(&tag, &format!("{tag} data-later=\"/{part}\""))
    })
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
