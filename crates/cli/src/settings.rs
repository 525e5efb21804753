//! What the configuration means for the other rooms.

use urbis_brain::{Inline, Sensing, Workers};
use urbis_server::Threads;

use crate::config::{Config, keys};

/// How well the detectors work.
pub(crate) fn sensing(config: &Config) -> Sensing {
    Sensing {
        interval_s: config.int(&keys::INTERVAL) as u32,
        missed_ratio: config.real(&keys::MISSED),
        doubled_ratio: config.real(&keys::DOUBLED),
        speed_sd_ratio: config.real(&keys::SPEED_SD),
        lost_ratio: config.real(&keys::LOST),
        delay_max_s: config.real(&keys::DELAY),
        dead_ratio: config.real(&keys::DEAD),
        message_lost_ratio: config.real(&keys::MESSAGE_LOST),
        message_delay_max_s: config.real(&keys::MESSAGE_DELAY),
        probe_sd_m: config.real(&keys::PROBE_SD),
    }
}

/// What runs rehearsals.
///
/// # Errors
/// When the operating system gives no thread.
pub(crate) fn workers(config: &Config) -> std::io::Result<Box<dyn Workers>> {
    Ok(match config.int(&keys::THREADS) {
        0 => Box::new(Inline::default()),
        threads => Box::new(Threads::start(threads as usize)?),
    })
}
