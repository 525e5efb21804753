//! The description of a city's demand, as `demand.toml` states it.
//!
//! # Units
//! Minutes of the day, seconds, trips per day.

use serde::{Deserialize, Serialize};
use urbis_core::IdVec;
use urbis_network::{Label, MovementId, RoadId, VehicleClass, VehicleType};
use urbis_units::{Meters, MetersPerSecond, MetersPerSecondSquared, Seconds};

use crate::pack::Activity;

/// The description of a city's demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandModel {
    /// Factor on all trips.
    pub level: f64,
    /// How much drivers differ in what they think a road takes: a road's time is perceived up to
    /// this share shorter or longer.
    pub perception: f64,
    /// Standard deviation of a whole day around the mean day, as a share.
    pub day_variation: f64,
    /// Standard deviation of a zone's trips on a day, on top of it, as a share.
    pub zone_variation: f64,
    /// What people drive, with shares.
    #[serde(rename = "vehicle")]
    pub vehicles: Vec<VehicleShare>,
    /// What people drive for.
    #[serde(rename = "purpose")]
    pub purposes: Vec<Purpose>,
    /// Time each road usually takes when the city is busy, by road; a column of `roads.csv`.
    #[serde(skip)]
    pub usual_times: IdVec<RoadId, Seconds>,
    /// Time each turn usually takes, waiting included, by movement; a column of `turns.csv`.
    #[serde(skip)]
    pub usual_turns: IdVec<MovementId, Seconds>,
}

impl DemandModel {
    /// Whether anybody drives: some purpose makes trips with vehicles that have a share.
    pub(crate) fn makes_trips(&self) -> bool {
        let driven = |purpose: &Purpose| self.vehicles.iter().any(|one| one.serves(purpose.goods));
        let made = |purpose: &&Purpose| {
            purpose.trips > 0.0 && !(purpose.out.is_empty() && purpose.back.is_empty())
        };
        self.level > 0.0 && self.purposes.iter().filter(made).any(driven)
    }
}

/// A vehicle type and its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VehicleShare {
    /// Name.
    pub name: String,
    /// Weight among the vehicles of a purpose; purposes of goods use trucks only.
    pub share: f64,
    /// Size and driving.
    #[serde(flatten)]
    pub vehicle: VehicleType,
}

impl VehicleShare {
    /// Whether some of a purpose, of `goods` or not, is driven with it.
    pub(crate) fn serves(&self, goods: bool) -> bool {
        let fits = match self.vehicle.class {
            VehicleClass::Truck => goods,
            VehicleClass::Emergency => false,
            VehicleClass::Car | VehicleClass::Bus | VehicleClass::TwoWheeler => !goods,
        };
        fits && self.share > 0.0
    }
}

/// Why people drive, how often, when and where to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub name: Label,
    /// What makes the trips.
    pub from: Activity,
    /// What draws them.
    pub to: Activity,
    /// Vehicle trips out in a day per unit of `from`; as many come back when `back` is not empty.
    pub trips: f64,
    /// Destinations lose 63 % of their draw with every so much travel time.
    pub reach_s: f64,
    /// Only goods vehicles, rather than all others.
    #[serde(default)]
    pub goods: bool,
    /// When trips go out.
    pub out: Vec<Peak>,
    /// When they come back.
    #[serde(default)]
    pub back: Vec<Peak>,
}

/// A bell-shaped peak of departures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peak {
    /// Minute of the day of its top.
    pub at: u16,
    /// Standard deviation in minutes.
    pub spread: u16,
    /// Weight among the peaks.
    pub share: f64,
}

/// Share of a day's trips with these peaks that depart from minute `from` to minute `to`.
pub(crate) fn share_between(peaks: &[Peak], from: f64, to: f64) -> f64 {
    let total: f64 = peaks.iter().map(|peak| peak.share).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let below = |peak: &Peak, minute: f64| {
        let spread = f64::from(peak.spread.max(1)) * std::f64::consts::SQRT_2;
        0.5 * (1.0 + libm::erf((minute - f64::from(peak.at)) / spread))
    };
    let part = |peak: &Peak| {
        // A peak near midnight reaches into the day before and the day after.
        let shifted = |days: f64| {
            let shift = days * 1440.0;
            below(peak, to + shift) - below(peak, from + shift)
        };
        peak.share * (shifted(-1.0) + shifted(0.0) + shifted(1.0))
    };
    peaks.iter().map(part).sum::<f64>() / total
}

impl DemandModel {
    /// Six purposes with the daily rhythm of a large Chinese city.
    ///
    /// Rates are car trips; most people walk, cycle or ride.
    pub fn usual() -> Self {
        Self {
            level: 1.0,
            perception: 0.3,
            day_variation: 0.035,
            zone_variation: 0.07,
            vehicles: vehicles(),
            purposes: purposes(),
            usual_times: IdVec::new(),
            usual_turns: IdVec::new(),
        }
    }
}

/// Car, van, truck, and the ambulance that the dispatcher sends.
fn vehicles() -> Vec<VehicleShare> {
    let car = VehicleType {
        class: VehicleClass::Car,
        max_speed: MetersPerSecond::new(22.222),
        headway: Seconds::new(1.5),
        ..VehicleType::CAR
    };
    let truck = VehicleType {
        class: VehicleClass::Truck,
        length: Meters::new(8.0),
        width: Meters::new(2.4),
        max_acceleration: MetersPerSecondSquared::new(1.3),
        usual_acceleration: MetersPerSecondSquared::new(1.3),
        max_speed: MetersPerSecond::new(19.444),
        headway: Seconds::new(2.0),
        ..car
    };
    let van = VehicleType { length: Meters::new(6.0), headway: Seconds::new(1.7), ..car };
    [("car", 0.92, car), ("van", 0.08, van), ("truck", 1.0, truck)]
        .map(|(name, share, vehicle)| VehicleShare { name: name.to_owned(), share, vehicle })
        .into()
}

fn purposes() -> Vec<Purpose> {
    use Activity::{Gate, Jobs, Leisure, Pupils, Residents, SchoolPlaces, Shopping, Workers};
    let purpose = |id: &str, (zh, en): (&str, &str), from, to, trips: f64, reach_s: f64| Purpose {
        id: id.to_owned(),
        name: Label { zh: zh.to_owned(), en: en.to_owned() },
        from,
        to,
        trips,
        reach_s,
        goods: false,
        out: Vec::new(),
        back: Vec::new(),
    };
    let peaks = |list: &[(u16, u16, f64)]| -> Vec<Peak> {
        list.iter().map(|&(at, spread, share)| Peak { at, spread, share }).collect()
    };
    vec![
        Purpose {
            out: peaks(&[(470, 42, 0.8), (540, 60, 0.14), (780, 120, 0.06)]),
            back: peaks(&[(1070, 48, 0.72), (1170, 90, 0.2), (720, 60, 0.08)]),
            ..purpose("commute", ("通勤", "Commuting"), Workers, Jobs, 0.13, 540.0)
        },
        Purpose {
            out: peaks(&[(445, 20, 0.94), (800, 25, 0.06)]),
            back: peaks(&[(985, 35, 0.85), (720, 25, 0.15)]),
            ..purpose("school", ("上学接送", "School run"), Pupils, SchoolPlaces, 0.05, 260.0)
        },
        Purpose {
            out: peaks(&[(620, 80, 0.45), (930, 110, 0.3), (1140, 60, 0.25)]),
            back: peaks(&[(700, 90, 0.4), (1020, 100, 0.3), (1220, 60, 0.3)]),
            ..purpose("shopping", ("购物", "Shopping"), Residents, Shopping, 0.037, 320.0)
        },
        Purpose {
            out: peaks(&[(840, 150, 0.5), (1150, 60, 0.5)]),
            back: peaks(&[(960, 140, 0.4), (1290, 60, 0.6)]),
            ..purpose("leisure", ("休闲", "Leisure"), Residents, Leisure, 0.025, 420.0)
        },
        Purpose {
            goods: true,
            out: peaks(&[(580, 90, 0.5), (870, 110, 0.4), (330, 60, 0.1)]),
            ..purpose("goods", ("货运", "Goods"), Jobs, Shopping, 0.034, 480.0)
        },
        Purpose {
            out: peaks(&[(470, 55, 0.5), (800, 200, 0.3), (1060, 90, 0.2)]),
            back: peaks(&[(1075, 60, 0.5), (860, 180, 0.35), (500, 60, 0.15)]),
            ..purpose("region", ("进出城", "To and from the region"), Gate, Jobs, 0.21, 720.0)
        },
        Purpose {
            out: peaks(&[(490, 80, 0.3), (800, 220, 0.4), (1050, 90, 0.3)]),
            ..purpose("through", ("过境", "Through traffic"), Gate, Gate, 0.08, 2400.0)
        },
    ]
}
