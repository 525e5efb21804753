//! The law's own forecast: what a choice does to the queues it looks at.
//!
//! # Source
//! Store and forward: a queue grows by its arrivals and, in green, shrinks at the saturation flow of
//! its lanes (D. C. Gazis, R. B. Potts, "The Oversaturated Intersection", 1963). Arrivals are taken
//! as Poisson for the uncertainty.

use serde::{Deserialize, Serialize};
use urbis_core::{LaneId, MovementId, StageIdx};
use urbis_units::{Seconds, Vehicles, VehiclesPerHour};

use super::{PressureLaw, Queue, sane};

/// Time a queue needs to start moving after a change, seconds (HCM).
const STARTUP_LOST_S: u32 = 2;

/// Queues now and a while later, if a stage is shown all the time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// How far it looks.
    pub horizon: Seconds,
    /// All queues now.
    pub now: Vehicles,
    /// All queues then.
    pub then: Vehicles,
    /// Standard deviation of [`Self::then`].
    pub then_sd: Vehicles,
}

impl PressureLaw {
    /// Queues before the junction after `horizon` of `stage`, coming from stage `from`; `None` when
    /// the law does not choose from such a stage.
    pub fn outlook(
        &self,
        (from, stage): (Option<StageIdx>, StageIdx),
        horizon: Seconds,
        inflow: impl Fn(MovementId) -> VehiclesPerHour,
        queue: impl Fn(LaneId) -> Queue,
    ) -> Option<Outlook> {
        let position = self.position(stage)?;
        let before = from.and_then(|from| self.position(from));
        let changes = before != Some(position);
        let lost_s = if changes { self.interstage_s(before, position) + STARTUP_LOST_S } else { 0 };
        let green_time = (horizon - Seconds::new(f64::from(lost_s))).max(Seconds::ZERO);
        let green = self.stages[position].1;
        let (mut now_veh, mut then_veh, mut variance) = (0.0, 0.0, 0.0);
        for movement in &self.movements {
            let (mut waiting_veh, mut own_variance) = (0.0, 0.0);
            for (lane, share) in &movement.entries {
                let queue = sane(queue(*lane));
                waiting_veh += share * queue.mean_veh;
                own_variance += (share * queue.sd_veh) * (share * queue.sd_veh);
            }
            let inflow = inflow(movement.movement).max(VehiclesPerHour::ZERO);
            let arrivals_veh =
                if inflow.get().is_finite() { (inflow * horizon).get() } else { 0.0 };
            let shown = green.contains(movement.group);
            let served_veh = if shown { (movement.saturation * green_time).get() } else { 0.0 };
            now_veh += waiting_veh;
            then_veh += (waiting_veh + arrivals_veh - served_veh).max(0.0);
            variance += own_variance + arrivals_veh;
        }
        Some(Outlook {
            horizon,
            now: Vehicles::new(now_veh),
            then: Vehicles::new(then_veh),
            then_sd: Vehicles::new(variance.sqrt()),
        })
    }
}
