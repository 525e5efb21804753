//! `cargo xtask dist`: what a release is made of: one binary, a Debian package, an archive, the
//! licences of everything in it and a bill of materials.
//!
//! The same commit gives the same files: times come from the commit, names are sorted, and paths of
//! the machine are taken out of the binary.

mod bill;
mod date;
mod debian;
mod notices;
mod parts;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{setup, shell, web};

/// A target that links everything in, the C library too.
const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";

/// What a release is called and when it was made.
#[derive(Debug)]
pub(crate) struct Release {
    /// Version of the command.
    version: String,
    /// Debian's name of the processor.
    architecture: String,
    /// Seconds since 1970 of the commit.
    epoch_s: i64,
    /// The built command.
    binary: PathBuf,
    /// Where everything is put.
    folder: PathBuf,
}

/// Builds the release into `target/release-files/`.
///
/// # Errors
/// When a tool is missing, a build fails or the package does not hold what it should.
pub(crate) fn run() -> Result<()> {
    setup::ensure(setup::BUILD)?;
    setup::ensure(setup::RELEASE)?;
    web::build()?;
    let target = target()?;
    println!("Building for {target} ({})", linking(&target));
    let binary = build(&target)?;

    let folder = shell::target_dir()?.join("release-files");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let version = shell::capture(&mut shell::command(&binary, &["--version"]))?;
    let version = version.split_whitespace().nth(1).context("urbis names no version")?.to_owned();
    let architecture =
        shell::capture(&mut shell::command("dpkg", &["--print-architecture"]))?.trim().to_owned();
    let release = Release { version, architecture, epoch_s: epoch_s()?, binary, folder };

    let parts = parts::shipped()?;
    std::fs::write(release.folder.join("THIRD-PARTY.txt"), notices::text(&parts)?)?;
    let bill = bill::cyclonedx(&release, &parts);
    let bill = format!("{}\n", serde_json::to_string_pretty(&bill)?);
    std::fs::write(release.folder.join("urbis.cdx.json"), bill)?;
    let archive = archive(&release)?;
    let package = debian::package(&release)?;
    report(&release, parts.len(), &[archive, package])
}

/// The target to build for: with the C library inside where that is installed.
fn target() -> Result<String> {
    let version = shell::capture(&mut shell::command("rustc", &["-vV"]))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not name the machine it builds for")?;
    let has = |target: &str| {
        let query = ["--print", "target-libdir", "--target", target];
        let folder = shell::capture(&mut shell::command("rustc", &query));
        folder.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    // The musl target's C code (the hash function's assembly) needs a compiler of its own.
    let compiler = shell::find("x86_64-linux-musl-gcc").or_else(|| shell::find("musl-gcc"));
    let whole = host.starts_with("x86_64") && compiler.is_some() && has(STATIC_TARGET);
    Ok(if whole { STATIC_TARGET } else { host }.to_owned())
}

fn linking(target: &str) -> &'static str {
    if target == STATIC_TARGET {
        "everything inside, the C library too"
    } else {
        "everything inside but the system's C library; that too after: rustup target add \
         x86_64-unknown-linux-musl && sudo apt-get install musl-tools"
    }
}

fn build(target: &str) -> Result<PathBuf> {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_unset| std::env::var("HOME").map(|home| format!("{home}/.cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    let flags = [
        format!("--remap-path-prefix={}=urbis", shell::root().display()),
        format!("--remap-path-prefix={home}=cargo"),
    ];
    let mut cargo = shell::cargo();
    cargo.args(["build", "--locked", "--profile", "dist", "--package", "urbis-cli"]);
    cargo.args(["--target", target]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    shell::run(&mut cargo)?;
    Ok(shell::target_dir()?.join(target).join("dist/urbis"))
}

/// When the commit was made, or `SOURCE_DATE_EPOCH` where it is set.
fn epoch_s() -> Result<i64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => shell::capture(&mut shell::command("git", &["log", "-1", "--format=%ct"]))?,
    };
    text.trim().parse().with_context(|| format!("{text:?} is not a number of seconds since 1970"))
}

/// The binary with its papers in a `.tar.gz`.
fn archive(release: &Release) -> Result<PathBuf> {
    let name = format!("urbis-{}-linux-{}", release.version, release.architecture);
    let tree = release.folder.join(&name);
    install(&release.binary, &tree.join("urbis"), "755")?;
    for paper in ["README.md", "CHANGELOG.md", "LICENSE", "packaging/urbis.service"] {
        let file = Path::new(paper).file_name().expect("every paper has a name");
        install(&shell::root().join(paper), &tree.join(file), "644")?;
    }
    for paper in ["THIRD-PARTY.txt", "urbis.cdx.json"] {
        install(&release.folder.join(paper), &tree.join(paper), "644")?;
    }
    let file = release.folder.join(format!("{name}.tar.gz"));
    let mut tar = shell::command("tar", &["--sort=name", "--owner=0", "--group=0"]);
    tar.arg("--numeric-owner").arg(format!("--mtime=@{}", release.epoch_s));
    tar.arg("--use-compress-program=gzip -9n").arg("-cf").arg(&file);
    shell::run(tar.arg("-C").arg(&release.folder).arg(&name))?;
    std::fs::remove_dir_all(tree)?;
    Ok(file)
}

/// Copies a file with the given mode, whatever the user's mask is.
fn install(from: &Path, to: &Path, mode: &str) -> Result<()> {
    let mut command = shell::command("install", &["-D", "-m", mode]);
    shell::run(command.arg(from).arg(to))
}

/// Prints what was made and how large it is, and writes the checksums.
fn report(release: &Release, parts: usize, files: &[PathBuf]) -> Result<()> {
    let size = |path: &Path| -> Result<f64> { Ok(path.metadata()?.len() as f64 / 1e6) };
    println!("\nurbis {}: {:.1} MB", release.version, size(&release.binary)?);
    println!("{parts} packages in THIRD-PARTY.txt and urbis.cdx.json");
    let mut sums = shell::command("sha256sum", &["--"]);
    sums.current_dir(&release.folder);
    for file in files {
        println!("{}: {:.1} MB", file.display(), size(file)?);
        sums.arg(file.file_name().context("a file of the release has no name")?);
    }
    let sums = shell::capture(sums.args(["THIRD-PARTY.txt", "urbis.cdx.json"]))?;
    if sums.lines().count() != files.len() + 2 {
        bail!("sha256sum did not answer for every file");
    }
    std::fs::write(release.folder.join("SHA256SUMS"), sums)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_release_packed_twice_is_the_same_bytes() {
        if ["dpkg-deb", "sha256sum"].iter().any(|tool| shell::find(tool).is_none()) {
            println!("skipped: the_same_release_packed_twice: dpkg-deb or sha256sum is missing");
            return;
        }
        let packed = |name: &str| {
            let folder = shell::target_dir().unwrap().join("tmp").join(name);
            std::fs::create_dir_all(&folder).unwrap();
            let binary = folder.join("urbis");
            std::fs::write(&binary, "#!/bin/sh\n").unwrap();
            let release = Release {
                version: "0.1.0".to_owned(),
                architecture: "amd64".to_owned(),
                epoch_s: 1_700_000_000,
                binary,
                folder: folder.clone(),
            };
            std::fs::write(folder.join("THIRD-PARTY.txt"), notices::text(&[]).unwrap()).unwrap();
            let bill = bill::cyclonedx(&release, &[]).to_string();
            std::fs::write(folder.join("urbis.cdx.json"), bill).unwrap();
            let files = [archive(&release).unwrap(), debian::package(&release).unwrap()];
            report(&release, 0, &files).unwrap();
            let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
            std::fs::remove_dir_all(&folder).unwrap();
            sums
        };
        let sums = packed("release-a");
        assert_eq!(sums.lines().count(), 4, "{sums}");
        assert_eq!(sums, packed("release-b"));
    }
}
