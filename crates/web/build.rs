//! Makes sure that the folder of the built command centre exists, and rebuilds when it changes.
//!
//! Cargo runs a build script again on every build while a watched path is missing, so an empty
//! folder is made; the crate then serves a page that says how to build the command centre.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::warning=cannot make {}: {error}", dist.display());
    }
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
