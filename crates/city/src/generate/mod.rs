//! The generator: a believable city from a seed.
//!
//! # Shape
//! ```text
//! lattice -> grid -> streets -> network -> blocks -> land use -> zones
//!                                  |                               |
//!                                  +-> signals <- flows <- demand <+-> places, stations
//! ```
//!
//! # Source
//! Each step names its own; the order follows Parish and Müller, "Procedural modeling of cities",
//! SIGGRAPH 2001, doi:10.1145/383259.383292: streets, then blocks, then what stands on them, to which
//! demand and signal control are added here.

mod blocks;
mod civic;
mod cut_off;
mod fittings;
mod grid;
mod junction;
mod land;
mod lattice;
mod names;
mod network;
mod places;
mod planner;
mod plans;
mod signals;
mod streets;
#[cfg(test)]
mod tests;
mod warp;
mod zones;

use urbis_core::Id;
use urbis_network::{JunctionId, Label, RoadClass, geometry};
use urbis_units::{LocalFrame, Meters, Point, Wgs84};

use crate::demand::{self, DemandModel, DemandSource, Times, TripModel};
use crate::pack::{City, CityPack, Language, PlaceKind, Policy};
use network::Built;

/// What city to make.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateOptions {
    /// Seed: the same seed and size always give the same city.
    pub seed: u64,
    /// Number of all junctions, those at the ways out included: 10 to 20,000.
    pub junctions: usize,
    /// Name in both languages; drawn from the seed when absent.
    pub name: Option<Label>,
    /// IANA name of the time zone.
    pub time_zone: String,
    /// Where on earth the city lies.
    pub center: Wgs84,
}

impl GenerateOptions {
    /// Fewest junctions of a city.
    pub const JUNCTIONS_MIN: usize = 10;
    /// Most junctions of a city.
    pub const JUNCTIONS_MAX: usize = 20_000;

    /// A city of a seed and size on a plain near the Yangtze.
    pub fn new(seed: u64, junctions: usize) -> Self {
        Self {
            seed,
            junctions,
            name: None,
            time_zone: "Asia/Shanghai".to_owned(),
            center: Wgs84::new(119.5, 31.5),
        }
    }

    /// The city that Urbis carries with it: about 150 signals.
    pub fn embedded() -> Self {
        let name = Label { zh: "云川市".to_owned(), en: "Yunchuan".to_owned() };
        Self { name: Some(name), ..Self::new(7, 540) }
    }
}

/// Makes the city. Sizes outside of 10 to 20,000 junctions are taken as the nearest within.
pub fn generate(options: &GenerateOptions) -> CityPack {
    let seed = options.seed;
    let junctions =
        options.junctions.clamp(GenerateOptions::JUNCTIONS_MIN, GenerateOptions::JUNCTIONS_MAX);
    let frame = LocalFrame { origin: options.center };
    let lattice = lattice::Lattice::new(seed, junctions);
    let warp = warp::Warp::new(seed, lattice.radius, lattice.river_at());
    let streets = streets::Streets::grow(&lattice, &warp, seed, junctions);
    let labels = names::street_labels(&streets, seed);
    let is_main = |street: usize| {
        let street = &streets.streets[street];
        let line = street.line as usize / 2;
        let lines = if street.line.is_multiple_of(2) { &lattice.columns } else { &lattice.rows };
        street.class == RoadClass::Arterial && lines[line].block == 0
    };
    let mut built = network::build(&streets, &labels, seed, frame, &is_main);
    let name = options.name.clone().unwrap_or_else(|| city_name(seed));
    built.network.name.clone_from(&name.en);
    let blocks = blocks::find(&streets, &built.arms);
    let uses = land::uses(&blocks, &streets, lattice.radius, seed);
    let shared = land::shared(&blocks, &uses);
    let uses = land::Uses { blocks: &uses, shared: &shared };
    let slow_walkers: Vec<Point> = uses
        .all()
        .filter(|(_, kind)| matches!(kind, PlaceKind::Hospital | PlaceKind::CareHome))
        .map(|(block, _)| blocks[block].center)
        .collect();
    let centers: Vec<Point> =
        built.network.junctions.iter().map(|junction| junction.center).collect();
    signals::configure(&mut built, &|junction: JunctionId| {
        let near =
            |at: &Point| geometry::distance(*at, centers[junction.index()]) < Meters::new(220.0);
        slow_walkers.iter().any(near)
    });
    let zoning = zones::make(&built, &streets, &lattice, (&blocks, uses), frame, seed);
    let land = places::Land {
        built: &built,
        streets: &streets,
        lattice: &lattice,
        warp: &warp,
        blocks: &blocks,
        uses,
        frame,
        seed,
    };
    let (places, stations) = land.places(&zoning);
    let districts: Vec<Label> = zoning.districts.iter().map(|(label, _)| label.clone()).collect();
    let city = City {
        name: name.clone(),
        time_zone: options.time_zone.clone(),
        language: Language::Chinese,
        seed,
        start_minute: 420,
        center: options.center,
        base_map: None,
    };
    let mut pack = CityPack {
        city,
        demand: DemandSource::Model(DemandModel::usual()),
        places,
        zones: zoning.zones,
        detectors: fittings::detectors(&built.network),
        stations,
        assets: fittings::assets(&built.network, &streets, &built.roads, seed),
        addresses: fittings::addresses(&built, &streets),
        organizations: civic::organizations(&name, &districts),
        policy: Policy::default(),
        network: std::mem::take(&mut built.network),
    };
    load(&mut pack, &mut built);
    pack
}

/// Rounds in which drivers learn from each other's congestion.
const ROUNDS: u8 = 4;

/// Settles usual times of the roads under the city's own demand, and the signal plans for it.
fn load(pack: &mut CityPack, built: &mut Built) {
    let mut model = DemandModel::usual();
    let morning = plans::PERIODS[1].1;
    let mut times = Times::free(&pack.network);
    for round in 0..ROUNDS {
        let trips = TripModel::with_times(pack, &model, (&times.roads, &times.turns), 2);
        let (turns, roads) = trips.mean_flows([morning]);
        let flat = |flows: &[[f64; 1]]| flows.iter().map(|[flow]| *flow).collect::<Vec<f64>>();
        let loaded = demand::congested_times(&pack.network, &flat(&roads), &flat(&turns));
        // Successive averages: each round counts less.
        times.approach(&loaded, 1.0 / f64::from(round + 1));
    }
    let periods = plans::PERIODS.map(|(_, minutes)| minutes);
    let trips = TripModel::with_times(pack, &model, (&times.roads, &times.turns), 4);
    let (mut flows, _) = trips.mean_flows(periods);
    std::mem::swap(&mut built.network, &mut pack.network);
    let level = plans::bearable_level(built, &flows);
    flows.iter_mut().flatten().for_each(|flow| *flow *= level);
    plans::make(built, &flows);
    std::mem::swap(&mut built.network, &mut pack.network);
    model.level = level;
    model.usual_times = times.roads;
    model.usual_turns = times.turns;
    pack.demand = DemandSource::Model(model);
}

fn city_name(seed: u64) -> Label {
    let stem = names::Stems::new(seed, "city name").take();
    Label { zh: format!("{}市", stem.zh), en: stem.en }
}
