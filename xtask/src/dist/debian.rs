//! The Debian package.
//!
//! # Source
//! Debian Policy Manual 4.6, chapters 5 to 7 and 10.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{Release, install};
use crate::shell;

/// Files of the project and where they go, with their mode.
const FILES: &[(&str, &str, &str)] = &[
    ("packaging/urbis.service", "usr/lib/systemd/system/urbis.service", "644"),
    ("packaging/urbis.toml", "etc/urbis/urbis.toml", "644"),
    ("packaging/debian/copyright", "usr/share/doc/urbis/copyright", "644"),
    ("packaging/debian/conffiles", "DEBIAN/conffiles", "644"),
    ("packaging/debian/postinst", "DEBIAN/postinst", "755"),
    ("packaging/debian/prerm", "DEBIAN/prerm", "755"),
    ("packaging/debian/postrm", "DEBIAN/postrm", "755"),
];

/// Builds the package and checks that Debian's own tool reads it.
pub(crate) fn package(release: &Release) -> Result<PathBuf> {
    let tree = release.folder.join("deb");
    install(&release.binary, &tree.join("usr/bin/urbis"), "755")?;
    for (from, to, mode) in FILES {
        install(&shell::root().join(from), &tree.join(to), mode)?;
    }
    let papers = tree.join("usr/share/doc/urbis");
    compressed(&shell::root().join("CHANGELOG.md"), &papers.join("changelog.gz"))?;
    compressed(&release.folder.join("THIRD-PARTY.txt"), &papers.join("THIRD-PARTY.txt.gz"))?;
    compressed(&release.folder.join("urbis.cdx.json"), &papers.join("urbis.cdx.json.gz"))?;
    let template = std::fs::read_to_string(shell::root().join("packaging/debian/control"))?;
    let depends = needed(&std::fs::read(&release.binary)?);
    let control = control(&template, release, &depends, installed_kib(&tree)?);
    write(&tree.join("DEBIAN/control"), control)?;

    let name = format!("urbis_{}_{}.deb", release.version, release.architecture);
    let file = release.folder.join(name);
    let mut build = shell::command("dpkg-deb", &["--root-owner-group", "-Zxz", "--build"]);
    build.env("SOURCE_DATE_EPOCH", release.epoch_s.to_string());
    shell::capture(build.arg(&tree).arg(&file))?;
    std::fs::remove_dir_all(&tree)?;
    verify(&file)?;
    Ok(file)
}

/// Lists the package with Debian's tool and looks for what must be in it.
fn verify(file: &Path) -> Result<()> {
    let about = shell::capture(shell::command("dpkg-deb", &["-I"]).arg(file))?;
    println!("{}", about.trim_end());
    let contents = shell::capture(shell::command("dpkg-deb", &["-c"]).arg(file))?;
    let wanted = FILES.iter().map(|(_, to, _)| *to).filter(|to| !to.starts_with("DEBIAN/"));
    for path in wanted.chain(["usr/bin/urbis"]) {
        if !contents.lines().any(|line| line.ends_with(&format!(" ./{path}"))) {
            bail!("{} does not hold /{path}", file.display());
        }
    }
    Ok(())
}

/// The control file with its blanks filled in.
fn control(template: &str, release: &Release, depends: &[String], kib: u64) -> String {
    let depends = match depends {
        [] => String::new(),
        some => format!("Depends: {}\n", some.join(", ")),
    };
    template
        .replace("{version}", &release.version)
        .replace("{architecture}", &release.architecture)
        .replace("{installed-size}", &kib.to_string())
        .replace("{depends}\n", &depends)
}

/// The system's packages that the binary asks for; none when everything is linked in.
fn needed(binary: &[u8]) -> Vec<String> {
    let glibc = needed_glibc(binary).map(|(major, minor)| format!("libc6 (>= {major}.{minor})"));
    let unwinder = b"libgcc_s.so.1";
    let unwinds = binary.windows(unwinder.len()).any(|window| window == unwinder);
    glibc.into_iter().chain(unwinds.then(|| "libgcc-s1".to_owned())).collect()
}

/// The newest version of the system's C library that the binary asks for; `None` when it is linked in.
fn needed_glibc(binary: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    binary
        .windows(MARK.len())
        .enumerate()
        .filter(|(_, window)| *window == MARK)
        .filter_map(|(at, _)| {
            let rest = &binary[at + MARK.len()..];
            let end = rest.iter().position(|&b| !b.is_ascii_digit() && b != b'.')?;
            let version = std::str::from_utf8(&rest[..end]).ok()?;
            let mut numbers = version.split('.');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .max()
}

fn compressed(from: &Path, to: &Path) -> Result<()> {
    let packed = shell::command("gzip", &["-9nc"])
        .arg(from)
        .output()
        .with_context(|| format!("cannot compress {}", from.display()))?;
    if !packed.status.success() {
        bail!("gzip could not compress {}", from.display());
    }
    write(to, packed.stdout)
}

/// Writes a file that everybody may read, whatever the user's mask is.
fn write(to: &Path, contents: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(to, contents).with_context(|| format!("cannot write {}", to.display()))?;
    shell::run(shell::command("chmod", &["644"]).arg(to))
}

/// What the files take once installed, in KiB.
fn installed_kib(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        bytes += if path.is_dir() { installed_kib(&path)? * 1024 } else { path.metadata()?.len() };
    }
    Ok(bytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_asked_for_is_found() {
        assert_eq!(needed_glibc(b"\0GLIBC_2.17\0GLIBC_2.34\0GLIBC_2.4\0"), Some((2, 34)));
        assert_eq!(needed_glibc(b"\0GLIBC_PRIVATE\0nothing"), None);
        assert_eq!(needed(b"GLIBC_2.34\0libgcc_s.so.1\0"), ["libc6 (>= 2.34)", "libgcc-s1"]);
    }

    #[test]
    fn the_control_file_has_no_blanks_left() {
        let template =
            std::fs::read_to_string(shell::root().join("packaging/debian/control")).unwrap();
        let release = Release {
            version: "0.1.0".to_owned(),
            architecture: "amd64".to_owned(),
            epoch_s: 0,
            binary: PathBuf::new(),
            folder: PathBuf::new(),
        };
        let filled = control(&template, &release, &["libc6 (>= 2.34)".to_owned()], 12_345);
        assert!(filled.contains("Depends: libc6 (>= 2.34)\n"), "{filled}");
        assert!(filled.contains("Installed-Size: 12345\n"), "{filled}");
        let alone = control(&template, &release, &[], 1);
        assert!(!alone.contains("Depends"), "{alone}");
        assert!(!alone.contains(['{', '}']), "{alone}");
    }

    #[test]
    fn every_file_of_the_package_exists() {
        for (from, ..) in FILES {
            assert!(shell::root().join(from).is_file(), "{from}");
        }
    }
}
