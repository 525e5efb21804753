//! Which ambulance goes, and along which roads: the nearest station by the travel times the brain
//! believes in, then the hospital nearest to the patient.
//!
//! Thin on purpose; it stands where a dispatcher's own rules will.

use urbis_core::{Estimate, LaneId, MovementId, RoadId};
use urbis_network::Network;
use urbis_network::route::{Costs, Router};
use urbis_units::{Ratio, Seconds};

/// Share of the limit a section's speed never falls below in routing: sirens get through queues.
const SPEED_FLOOR_RATIO: f64 = 0.25;
/// Time lost at a junction, seconds, by a vehicle that may pass on red with care.
const JUNCTION_S: f64 = 3.0;

/// Travel times by estimated speeds.
#[derive(Debug)]
struct Believed<'a> {
    network: &'a Network,
    estimate: &'a Estimate,
    closed: &'a [LaneId],
}

impl Costs for Believed<'_> {
    fn road(&self, road: RoadId, _entered: Seconds) -> Option<Seconds> {
        let (mut sum_mps, mut open) = (0.0, 0.0);
        for lane in self.network.lanes_of(road) {
            if self.closed.contains(&lane) {
                continue;
            }
            let limit = self.network.lanes[lane].speed_limit.get();
            let believed =
                self.estimate.lanes.get(lane).map_or(limit, |belief| f64::from(belief.speed_mps));
            sum_mps += believed.clamp(limit * SPEED_FLOOR_RATIO, limit);
            open += 1.0;
        }
        (open > 0.0 && sum_mps > 0.0)
            .then(|| Seconds::new(self.network.roads[road].length.get() * open / sum_mps))
    }

    fn movement(&self, _movement: MovementId, _arrived: Seconds) -> Option<Seconds> {
        Some(Seconds::new(JUNCTION_S))
    }

    fn speed_factor(&self) -> Ratio {
        Ratio::new(1.0)
    }
}

/// Roads from the best station to the patient, and on to a hospital.
///
/// `hospital` fixes the hospital; otherwise it is the nearest. `None` when no station or hospital
/// can be driven from or to.
pub(crate) fn routes(
    (router, network): (&Router, &Network),
    estimate: &Estimate,
    closed: &[LaneId],
    (stations, hospitals): (&[RoadId], &[RoadId]),
    patient: RoadId,
) -> Option<[Vec<RoadId>; 2]> {
    let costs = Believed { network, estimate, closed };
    let best = |pairs: Vec<(RoadId, RoadId)>| {
        pairs
            .into_iter()
            .filter_map(|(from, to)| router.live_path(from, to, Seconds::ZERO, &costs))
            .min_by(|a, b| a.cost.get().total_cmp(&b.cost.get()))
    };
    let there = best(stations.iter().map(|station| (*station, patient)).collect())?;
    let on = best(hospitals.iter().map(|hospital| (patient, *hospital)).collect())?;
    Some([there.roads, on.roads])
}
