//! How a session starts: a city, a mirror and scenes made from a pack, over a journal that may hold
//! earlier sessions.

use std::sync::Arc;

use urbis_city::CityPack;
use urbis_core::{Begun, IdVec, Keyring, LaneId, Record, SourceId};
use urbis_network::{Demand, DetectorTable, Network};
use urbis_scene::Scene;
use urbis_store::{CityState, Journal, StoreError, fold};
use urbis_twin::{Twin, TwinConfig};
use urbis_units::{Mode, Point};

use super::settings::Settings;
use super::supply::Supply;
use super::{Session, SessionOptions};
use crate::belief::mirror::Mirror;
use crate::brain::{Brain, BrainParts, Seat, Wanted};
use crate::city::{EntityNumbers, SimulatedCity};
use crate::error::BrainError;
use crate::gate::Gate;
use crate::history::{History, Part};
use crate::keyframes::Keyframes;
use crate::local::{local_minute, pack_hash, utc_offset};
use crate::measure::accuracy::Accuracy;
use crate::measure::judge::Judge;
use crate::measure::kpi::Meter;
use crate::pictures::Pictures;
use crate::random::{Stream, bits};
use crate::rehearsal::interval::Calibration;
use crate::rehearse::Rehearsals;
use crate::world::World;

impl Session {
    /// Starts a session at `options.start`.
    ///
    /// # Errors
    /// [`BrainError`] when the pack cannot be played or the journal cannot be written.
    pub fn start(
        pack: Arc<CityPack>,
        scenes: impl FnOnce(&SceneParts) -> Vec<Box<dyn Scene>>,
        journal: Journal,
        keyring: Box<dyn Keyring>,
        mut options: SessionOptions,
    ) -> Result<Self, BrainError> {
        simulated_only(options.mode)?;
        let state = folded(&journal, options.state.take())?;
        let network = Arc::new(pack.network.clone());
        let table = Arc::new(detectors(&pack));
        let (numbers, entities) = EntityNumbers::intern(&network, &table);
        let minute = local_minute(&pack, options.start)?;
        let mut supply =
            Supply::new(Arc::clone(&pack), minute, (options.today, options.history_day));
        let (today, usual) = supply.first(options.minutes);
        let world = world(&network, &today, options.today, &options, &pack)?;
        let city =
            SimulatedCity::new(Arc::clone(&network), &table, world, options.sensing, options.seed);
        // The brain must not be able to work out what the sensors' dice show.
        let belief_seed = bits(options.seed, Stream::Belief, 0);
        let historic = history_of(&usual);
        let mirror = Mirror::new(
            (Arc::clone(&network), Arc::clone(&table)),
            // Drivers in the mirror throw other dice than those in the city.
            self::world(&network, &[], bits(belief_seed, Stream::Mirror, 0), &options, &pack)?,
            &historic.demand,
            options.sensing.interval_s,
            belief_seed,
        );
        let parts = SceneParts {
            network: Arc::clone(&network),
            detectors: Arc::clone(&table),
            interval_s: options.sensing.interval_s,
        };
        let seats = seats(scenes(&parts), &pack);
        let settings = Settings::of(&options, &seats, &pack).text();
        let brain = Brain::new(BrainParts {
            network: Arc::clone(&network),
            table,
            numbers,
            historic,
            mirror,
            gate: Gate::new(&network, options.mode, &seats)?,
            seats,
            rehearsals: Rehearsals::new(options.workers, state.numbers.rehearsal),
            given: state.numbers,
            calibration: learned(&state),
            start: options.start,
            mode: options.mode,
            seed: belief_seed,
            auto_approve: options.auto_approve,
        });
        let judge = Judge::new(options.start, options.counterfactual.then(|| city.clone()));
        let mut session = Self {
            keyframes: Keyframes::new(&city),
            pictures: Pictures::default(),
            accuracy: Accuracy::default(),
            meters: [Meter::default(), Meter::default()],
            history: Vec::new(),
            outside: crate::outside::Outside::new(&pack),
            pack,
            city,
            brain,
            judge,
            journal,
            state,
            keyring,
            mode: options.mode,
            queued: Vec::new(),
            supply,
            start: options.start,
            interval_s: options.sensing.interval_s.max(1),
            alarms: std::collections::VecDeque::new(),
            lane_shapes: lane_shapes(&network),
            network,
        };
        session.begin(&entities, options.seed, settings, options.law)?;
        Ok(session)
    }

    fn begin(
        &mut self,
        entities: &[urbis_core::Entity],
        seed: u64,
        settings: String,
        law: urbis_core::Law,
    ) -> Result<(), BrainError> {
        let begun = Begun {
            mode: self.mode,
            city: self.pack.city.name.en.clone(),
            pack: pack_hash(&self.pack),
            seed,
            settings,
            start: self.start,
        };
        let mut log = vec![Record::Begun(begun)];
        log.extend(entities.iter().enumerate().map(|(id, entity)| Record::EntityInterned {
            id: urbis_core::EntityId(id as u32),
            entity: entity.clone(),
        }));
        let name = "city".to_owned();
        log.push(Record::SourceInterned { id: SourceId(0), name });
        let act = self.system_act("brain-begins");
        let mut wanted = Wanted::default();
        for junction in self.network.junctions.ids() {
            self.brain.use_law((junction, law), None, &act, &mut log, &mut wanted);
        }
        self.carry_out(wanted, &mut log);
        self.keep_promises(&mut log);
        self.close_dropped_cases(&mut log);
        self.write(&log)?;
        self.remember();
        Ok(())
    }
}

/// What scenes are made from.
#[derive(Debug, Clone)]
pub struct SceneParts {
    /// The network.
    pub network: Arc<Network>,
    /// The detectors.
    pub detectors: Arc<DetectorTable>,
    /// Length of a reporting interval, seconds.
    pub interval_s: u32,
}

/// Refuses the modes that need a field to be connected to.
fn simulated_only(mode: Mode) -> Result<(), BrainError> {
    match mode {
        Mode::Simulated => Ok(()),
        Mode::Live => Err(BrainError::NoField { mode: "live" }),
        Mode::Replay => Err(BrainError::NoField { mode: "replay" }),
    }
}

/// The scenes in their places, as far as the city lets them go.
fn seats(scenes: Vec<Box<dyn Scene>>, pack: &CityPack) -> Vec<Seat> {
    scenes.into_iter().map(|scene| Seat::new(scene, &pack.policy.scenes)).collect()
}

/// The detectors, which are the first entities.
fn detectors(pack: &CityPack) -> DetectorTable {
    let lanes = pack.network.lanes.len();
    DetectorTable::new(pack.detectors.clone(), urbis_core::EntityId(0), lanes)
}

/// What is usual, from parts of a day like today.
fn history_of(usual: &[Part]) -> Arc<History> {
    Arc::new(usual.iter().fold(History::default(), |all, part| all.with(part, 0.0)))
}

/// Shapes of all lanes, for the map.
fn lane_shapes(network: &Network) -> IdVec<LaneId, Vec<Point>> {
    network.lanes.ids().map(|lane| urbis_network::geometry::lane_shape(network, lane)).collect()
}

/// State of a journal; what the caller has folded already need not be read again.
fn folded(journal: &Journal, known: Option<CityState>) -> Result<CityState, StoreError> {
    let known = known.unwrap_or_default();
    let rest = journal.read_from(known.sequence + 1);
    fold(known, rest)
}

/// How wide the intervals of predictions must be, from the outcomes that the state remembers.
fn learned(state: &CityState) -> Calibration {
    let mut calibration = Calibration::default();
    for one in state.matters.decisions.values() {
        if let Some(outcome) = &one.outcome {
            calibration.learn_all(&one.decision.predicted, outcome);
        }
    }
    calibration
}

fn world(
    network: &Arc<Network>,
    parts: &[Part],
    seed: u64,
    options: &SessionOptions,
    pack: &CityPack,
) -> Result<World, BrainError> {
    let config = TwinConfig { seed, give_way: options.give_way, ..TwinConfig::default() };
    let mut twin = Twin::new(Arc::clone(network), &Demand::default(), config)?;
    for part in parts {
        twin.extend(&part.demand, part.after_s)?;
    }
    World::new(network, twin, options.start, utc_offset(pack, options.start)?).map_err(
        |(junction, source)| BrainError::Signal {
            junction: network.junctions[junction].name.clone(),
            source,
        },
    )
}
