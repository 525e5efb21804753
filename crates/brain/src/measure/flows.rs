//! The true flow of every movement, smoothed as the mirror smooths what it believes.

use urbis_core::{IdVec, MovementId};
use urbis_twin::Twin;

use crate::belief::mirror::FLOW_MEMORY_S;

/// Smoothed flows of one city.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flows {
    counted: IdVec<MovementId, u32>,
    flow_vph: IdVec<MovementId, f64>,
}

impl Flows {
    /// Takes up what passed in the last `interval_s` seconds.
    pub(crate) fn count(&mut self, twin: &Twin, interval_s: u32) {
        let counts = twin.movement_counts();
        if self.counted.len() != counts.len() {
            self.counted = IdVec::filled(0, counts.len());
            self.flow_vph = IdVec::filled(0.0, counts.len());
        }
        let interval_s = f64::from(interval_s.max(1));
        let weight = (interval_s / FLOW_MEMORY_S).min(1.0);
        for (movement, total) in counts.iter_ids() {
            let passed = f64::from(total.saturating_sub(self.counted[movement]));
            let flow_vph = &mut self.flow_vph[movement];
            *flow_vph += weight * (passed * 3600.0 / interval_s - *flow_vph);
        }
        self.counted = counts.clone();
    }

    /// Vehicles per hour, by movement.
    pub(crate) fn flow_vph(&self) -> &IdVec<MovementId, f64> {
        &self.flow_vph
    }
}
