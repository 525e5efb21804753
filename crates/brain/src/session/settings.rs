//! What a session depends on besides its city, its seed and its start: the journal's first record
//! says it, so that the session can be played again from there.
//!
//! **Version rule:** fields are only ever appended, with the value that sessions before them had as
//! default.

use serde::{Deserialize, Serialize};
use urbis_city::CityPack;
use urbis_core::Law;
use urbis_units::{CityTime, Mode};

use super::SessionOptions;
use crate::brain::Seat;
use crate::city::Sensing;

/// What a session depends on, as JSON in [`urbis_core::Begun::settings`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Version of the program.
    program: String,
    /// Scenes by their ids, in order.
    scenes: Vec<String>,
    law: Law,
    today: u64,
    history_day: u64,
    minutes: u32,
    counterfactual: bool,
    give_way: bool,
    auto_approve: bool,
    sensing: Sensing,
    /// BLAKE3 of what of the city [`Begun::pack`](urbis_core::Begun::pack) does not cover, in
    /// hexadecimal digits.
    life: String,
}

/// BLAKE3 of what of a city decides how it lives besides its network and detectors: who drives when,
/// who lives where, stations, times, what the brain may do.
fn life(pack: &CityPack) -> String {
    let CityPack { city, demand, zones, stations, policy, .. } = pack;
    // Debug writes every number exactly, and the same program reads it.
    let text = format!("{:?}", (city, demand, zones, stations, policy));
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

impl Settings {
    /// The settings of a session with `options` and the scenes in `seats`.
    pub(super) fn of(options: &SessionOptions, seats: &[Seat], pack: &CityPack) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            scenes: seats.iter().map(|seat| seat.scene.manifest().id.to_owned()).collect(),
            law: options.law,
            today: options.today,
            history_day: options.history_day,
            minutes: options.minutes,
            counterfactual: options.counterfactual,
            give_way: options.give_way,
            auto_approve: options.auto_approve,
            sensing: options.sensing,
            life: life(pack),
        }
    }

    /// Whether this program plays the city of `pack` as the session did.
    ///
    /// # Errors
    /// What is another, in words.
    pub(crate) fn are_of(&self, pack: &CityPack) -> Result<(), String> {
        let program = env!("CARGO_PKG_VERSION");
        if self.program != program {
            return Err(format!(
                "version {} of the program ran it, this is {program}; replay it with that version",
                self.program
            ));
        }
        if self.life != life(pack) {
            let text = "demand, stations, times or policy of the city were others; give the city \
                        as it was, with --city and --flow";
            return Err(text.to_owned());
        }
        Ok(())
    }

    /// As the journal says them.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("names, numbers and words are all it holds")
    }

    /// Options that give the same session, and the ids of its scenes.
    pub(crate) fn options(
        self,
        mode: Mode,
        seed: u64,
        start: CityTime,
    ) -> (SessionOptions, Vec<String>) {
        let options = SessionOptions {
            mode,
            seed,
            law: self.law,
            today: self.today,
            history_day: self.history_day,
            minutes: self.minutes,
            counterfactual: self.counterfactual,
            give_way: self.give_way,
            auto_approve: self.auto_approve,
            sensing: self.sensing,
            ..SessionOptions::simulated(start)
        };
        (options, self.scenes)
    }
}
