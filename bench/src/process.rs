//! What the operating system counts for this process and those it starts.
//!
//! # Units
//! Seconds of processor time, mebibytes. Read from `/proc`; `NaN` where the system has none.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

/// Processor time this thread has used, seconds.
pub fn thread_cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns / 1e9)
}

/// Processor time that ended children of this process have used, seconds.
pub fn children_cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    match (ticks(13), ticks(14)) {
        // Linux counts in hundredths of a second there, whatever the kernel's own tick is.
        (Some(user), Some(system)) => (user + system) as f64 / 100.0,
        _ => f64::NAN,
    }
}

/// Largest resident memory of this process so far, MiB.
pub fn peak_mib() -> f64 {
    peak_of("self").unwrap_or(f64::NAN)
}

/// Runs a command to its end without its output; answers how it ended and its largest resident
/// memory, MiB.
///
/// # Errors
/// When it cannot be started.
pub fn run_watched(command: &mut Command) -> Result<(ExitStatus, f64)> {
    let mut child: Child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{command:?} cannot be started"))?;
    let id = child.id().to_string();
    let mut peak = f64::NAN;
    loop {
        // The system keeps the peak itself; the last reading before the end is it.
        peak = peak_of(&id).unwrap_or(peak);
        if let Some(status) = child.try_wait()? {
            return Ok((status, peak));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn peak_of(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_process_has_used_memory() {
        assert!(peak_mib() > 1.0);
        let (status, peak) = run_watched(Command::new("sleep").arg("0.2")).expect("sleep is there");
        assert!(status.success());
        assert!(peak > 0.0, "{peak}");
        assert!(thread_cpu_s() >= 0.0 && children_cpu_s() >= 0.0);
    }
}
