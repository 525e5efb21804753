//! `urbis doctor`: what would keep Urbis from running here.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;

use serde_json::json;
use urbis_store::FileKeyring;

use crate::args::DoctorArgs;
use crate::config::{Config, ConfigError, effective, keys, sample};
use crate::exit::Exit;
use crate::say::{Lang, result};
use crate::serve::open;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// What.
    what: &'static str,
    /// Whether it is well.
    well: bool,
    /// Whether it is well enough to run and could be better.
    advice: bool,
    /// How it stands, and what to do where it is not well.
    how: String,
}

impl Finding {
    fn of(what: &'static str, result: Result<String, String>) -> Self {
        match result {
            Ok(how) => Self { what, well: true, advice: false, how },
            Err(how) => Self { what, well: false, advice: false, how },
        }
    }

    const fn advice(what: &'static str, how: String) -> Self {
        Self { what, well: true, advice: true, how }
    }
}

/// Looks, and says what was found.
pub(crate) fn doctor(args: &DoctorArgs, config: Result<Config, ConfigError>, lang: Lang) -> Exit {
    if args.sample_config {
        result(&sample());
        return Exit::Done;
    }
    let mut findings = vec![Finding::of(
        "configuration",
        config.as_ref().map(|_| "read".to_owned()).map_err(ToString::to_string),
    )];
    if let Ok(config) = &config {
        if args.print_config {
            result(&effective(config));
            return Exit::Done;
        }
        let data = Path::new(config.text(&keys::DATA_DIR));
        findings.extend([
            Finding::of("data folder", writable(data)),
            Finding::of("journals", journals(data)),
            Finding::of("audit log", audit(data)),
            master_key(config, data),
            Finding::of("keys of persons", persons(config, data)),
            Finding::of("port", port(config)),
            Finding::of("access", access(config)),
            Finding::of("clock", clock()),
            Finding::of("time zones", time_zones()),
            Finding::of("command centre", command_centre()),
        ]);
    }
    let well = findings.iter().all(|finding| finding.well);
    if args.json {
        let list: Vec<_> = findings
            .iter()
            .map(|one| {
                json!({"what": one.what, "well": one.well, "advice": one.advice, "how": one.how})
            })
            .collect();
        result(&format!("{}\n", json!({"well": well, "findings": list})));
    } else {
        let mut text = String::new();
        for one in &findings {
            let mark = match (one.well, one.advice) {
                (false, _) => "FAIL",
                (true, true) => "note",
                (true, false) => "ok  ",
            };
            let _ = writeln!(text, "{mark} {:<15} {}", one.what, one.how);
        }
        text.push_str(lang.pick(
            if well { "一切正常。\n" } else { "有问题,见上面的 FAIL 行。\n" },
            if well { "All well.\n" } else { "Something is wrong; see the lines with FAIL.\n" },
        ));
        result(&text);
    }
    match (well, config) {
        (true, _) => Exit::Done,
        (false, Err(_)) => Exit::Config,
        (false, Ok(_)) => Exit::Unwell,
    }
}

fn writable(data: &Path) -> Result<String, String> {
    let shown = data.display();
    let failed = |error: std::io::Error| {
        format!("{shown}: cannot be written: {error}; choose another with --data DIR or data.dir")
    };
    let existed = data.exists();
    std::fs::create_dir_all(data).map_err(failed)?;
    let probe = data.join(".doctor");
    std::fs::write(&probe, b"?").map_err(failed)?;
    std::fs::remove_file(&probe).map_err(failed)?;
    if !existed {
        // Looking leaves nothing behind.
        std::fs::remove_dir(data).map_err(failed)?;
    }
    Ok(format!("{shown} can be written"))
}

fn journals(data: &Path) -> Result<String, String> {
    let Ok(folders) = std::fs::read_dir(data.join("journal")) else {
        return Ok("none yet".to_owned());
    };
    let mut folders: Vec<_> = folders.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let mut lines = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let found = urbis_store::verify(folder).map_err(|error| error.to_string())?;
        let mut line = format!("{}: {} records, chain whole", folder.display(), found.records);
        if found.bytes_unfinished > 0 {
            let _ = write!(line, ", {} bytes of an unfinished commit", found.bytes_unfinished);
        }
        lines.push(line);
    }
    Ok(if lines.is_empty() { "none yet".to_owned() } else { lines.join("; ") })
}

fn audit(data: &Path) -> Result<String, String> {
    let path = data.join("audit.jsonl");
    match std::fs::File::open(&path) {
        Ok(file) => {
            let urbis_server::audit::Checked { lines, hash, unfinished, .. } =
                urbis_server::audit::check(&path, file).map_err(|error| error.to_string())?;
            let root = hash.get(..16).unwrap_or("none");
            let mut line = format!("{lines} lines, chain whole, root {root}");
            if unfinished > 0 {
                let _ = write!(line, ", {unfinished} bytes of an unfinished line");
            }
            Ok(line)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok("none yet".to_owned()),
        Err(error) => Err(format!("{}: {error}; make it readable", path.display())),
    }
}

/// Whether a copy of the data folder alone opens the personal data in it.
fn master_key(config: &Config, data: &Path) -> Finding {
    let what = "master key";
    let file = data.join("master.key");
    match (config.some_text(&keys::MASTER_KEY), file.exists()) {
        (Some(_), false) => Finding::of(what, Ok("apart from the keys it wraps".to_owned())),
        (Some(_), true) => Finding::advice(
            what,
            format!(
                "{} is there besides and opens what it wrapped; see docs/operate.md",
                file.display()
            ),
        ),
        (None, _) => Finding::advice(
            what,
            format!(
                "{}: beside the keys it wraps, so that a copy of the folder opens all personal data; \
                 give data.master_key (URBIS_DATA_MASTER_KEY) from elsewhere, see docs/operate.md",
                file.display()
            ),
        ),
    }
}

/// Whether the keys that personal data is sealed under can be opened.
fn persons(config: &Config, data: &Path) -> Result<String, String> {
    let folder = data.join("keys");
    if !FileKeyring::is_in(&folder) {
        return Ok("none yet".to_owned());
    }
    let master = open::master_key(config, data).map_err(|fault| fault.to_string())?;
    let found = FileKeyring::verify(&folder, &master).map_err(|error| error.to_string())?;
    Ok(format!("{found} persons, all can be opened"))
}

fn port(config: &Config) -> Result<String, String> {
    let address: IpAddr =
        config.text(&keys::ADDRESS).parse().map_err(|_checked_before| "no address".to_owned())?;
    let socket = SocketAddr::new(address, config.int(&keys::PORT) as u16);
    match TcpListener::bind(socket) {
        Ok(_) => Ok(format!("{socket} is free")),
        Err(error) => Err(format!(
            "{socket}: {error}; another Urbis may be running, or choose another with --port"
        )),
    }
}

fn access(config: &Config) -> Result<String, String> {
    let accounts = config.people.len() + usize::from(config.some_text(&keys::TOKEN).is_some());
    let loopback = config.text(&keys::ADDRESS).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    match (accounts, loopback) {
        (0, true) => {
            let role = config.text(&keys::DEMO_ROLE);
            Ok(format!("loopback only; the demo operator is {role}"))
        }
        (0, false) => Err("other machines can reach this address: give server.token or \
                           [[access.people]], or listen on 127.0.0.1"
            .to_owned()),
        (accounts, _) => Ok(format!("{accounts} accounts, everybody needs a token")),
    }
}

fn clock() -> Result<String, String> {
    let now = jiff::Timestamp::now();
    // Before this program was written, the machine's clock must be wrong.
    let built = jiff::Timestamp::constant(1_780_000_000, 0);
    if now < built {
        return Err(format!(
            "{now}: the machine's clock is behind; set it (timedatectl set-ntp true)"
        ));
    }
    Ok(format!("{:.0}", now.strftime("%Y-%m-%d %H:%M:%S UTC")))
}

fn time_zones() -> Result<String, String> {
    jiff::tz::TimeZone::get("Asia/Shanghai")
        .map(|_| "built in".to_owned())
        .map_err(|error| format!("{error}; this program was built without its time zones"))
}

fn command_centre() -> Result<String, String> {
    if urbis_server::has_command_centre() {
        Ok("built in".to_owned())
    } else {
        Err("not built in: build with `cargo xtask start`, or use a released package".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    #[test]
    fn a_master_key_beside_its_keys_is_noted_and_fails_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let found = |environment| {
            let sources = Sources { environment, ..Sources::default() };
            master_key(&Config::load(&sources).unwrap(), folder.path())
        };
        let beside = found(vec![]);
        assert!(beside.well && beside.advice, "{beside:?}");
        assert!(beside.how.contains("data.master_key"), "{beside:?}");
        let elsewhere = || vec![("URBIS_DATA_MASTER_KEY".to_owned(), "00".repeat(32))];
        assert!(!found(elsewhere()).advice);
        // Left behind, it still opens what it wrapped.
        std::fs::write(folder.path().join("master.key"), "11".repeat(32)).unwrap();
        assert!(found(elsewhere()).advice);
    }
}
