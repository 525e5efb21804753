//! One choice of stage beside keeping the stage shown, over the same draws.

use urbis_core::{JunctionId, Order, StageIdx};

use super::Job;

/// How often a held stage is ordered again, seconds: before the copy's controller gives up.
const REPEAT_S: u32 = 10;

/// What one draw of a held stage showed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct HeldEffect {
    /// Time all vehicles spent, vehicle hours.
    pub time_spent_veh_h: f64,
    /// Queues before the junction when the stage was no longer held, vehicles.
    pub queue_veh: f64,
    /// Waiting in them until then, vehicle seconds.
    pub waiting_veh_s: f64,
}

/// A stage held at a junction for a while, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    /// Where.
    pub junction: JunctionId,
    /// What is shown.
    pub stage: StageIdx,
    /// How long, seconds; then the law in force goes on.
    pub hold_s: u32,
}

impl Job {
    /// Plays `hold` over every draw.
    pub(crate) fn run_held(&self, hold: Hold) -> Vec<HeldEffect> {
        (0..self.draws).map(|draw| self.draw_held(hold, u64::from(draw))).collect()
    }

    fn draw_held(&self, hold: Hold, draw: u64) -> HeldEffect {
        let mut world = self.begin(draw);
        let mut laws = self.laws.clone();
        laws.doubt(self.seed ^ draw);
        let mut effect = HeldEffect::default();
        laws.hold(hold.junction);
        for second in 0..self.horizon_s {
            if second == hold.hold_s {
                laws.let_go(hold.junction);
            } else if second < hold.hold_s && second.is_multiple_of(REPEAT_S) {
                // A controller in local manual keeps what it has, with either stage.
                let _ = world.order(hold.junction, &Order::ShowStage(hold.stage));
            }
            laws.step(&self.network, &mut world);
            world.step();
            effect.time_spent_veh_h +=
                f64::from(world.twin.driving() + world.twin.waiting_to_enter()) / 3600.0;
            if second < hold.hold_s {
                effect.queue_veh = laws.queue_veh(&world, hold.junction, hold.stage);
                effect.waiting_veh_s += effect.queue_veh;
            }
        }
        effect
    }
}
