//! A city set on stage for a benchmark: pack, scenes, session.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use urbis_brain::{SceneParts, Session, SessionOptions, simulated_start};
use urbis_city::{CityPack, GenerateOptions, generate, open_city};

use urbis_core::Law;
use urbis_scene::Scene;
use urbis_scene_corridor::Corridors;
use urbis_scene_incidents::Incidents;
use urbis_scene_signals::Signals;

use urbis_store::{Journal, MemoryKeyring};

/// A city to run benchmarks on.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The pack.
    pub pack: Arc<CityPack>,
}

/// The city in `dir`, or the embedded one.
///
/// # Errors
/// When the folder is not a city.
pub fn open(dir: Option<&Path>, flow: Option<&Path>) -> Result<Stage> {
    let pack = match dir {
        None => generate(&GenerateOptions::embedded()),
        Some(dir) => open_city(dir, flow).with_context(|| dir.display().to_string())?.0,
    };
    Ok(Stage { pack: Arc::new(pack) })
}

/// All scenes, in the order the product runs them.
pub fn scenes(parts: &SceneParts) -> Vec<Box<dyn Scene>> {
    vec![
        Box::new(Signals::new(Arc::clone(&parts.network))),
        Box::new(Incidents::new(
            Arc::clone(&parts.network),
            Arc::clone(&parts.detectors),
            parts.interval_s,
        )),
        Box::new(Corridors::new(Arc::clone(&parts.network))),
    ]
}

impl Stage {
    /// A session of day `today` without an operator: policy approves what rehearsal recommends.
    ///
    /// # Errors
    /// When the city cannot be played.
    pub fn session(
        &self,
        today: u64,
        law: Law,
        change: impl FnOnce(&mut SessionOptions),
    ) -> Result<Session> {
        self.session_of(today, law, scenes, change)
    }

    /// The same with scenes of the benchmark's choice.
    ///
    /// # Errors
    /// When the city cannot be played.
    pub fn session_of(
        &self,
        today: u64,
        law: Law,
        scenes: impl FnOnce(&SceneParts) -> Vec<Box<dyn Scene>>,
        change: impl FnOnce(&mut SessionOptions),
    ) -> Result<Session> {
        let mut options = SessionOptions::simulated(simulated_start(&self.pack)?);
        options.today = today;
        options.seed = today;
        options.law = law;
        options.auto_approve = true;
        change(&mut options);
        let keyring = Box::new(MemoryKeyring::seeded(7));
        let pack = Arc::clone(&self.pack);
        Ok(Session::start(pack, scenes, Journal::in_memory(), keyring, options)?)
    }
}
