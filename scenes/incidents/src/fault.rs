//! Detector faults: silence, or an occupancy that never changes.
//!
//! # Source
//! The tests of L. Klein, M. Mills, D. Gibson, "Traffic Detector Handbook", FHWA-HRT-06-108, 2006,
//! chapter 5 (no activity, locked on), with their usual bounds shortened to reporting intervals.

use serde::{Deserialize, Serialize};

/// Silence of this many reporting intervals is a fault.
pub const SILENT_INTERVALS: u32 = 12;
/// Covered throughout for this many reporting intervals, without a count, is a fault.
pub const STUCK_INTERVALS: u32 = 120;

/// Why a detector is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// Sends nothing.
    Silent,
    /// Says it is covered, always.
    Stuck,
}

/// The running check of one detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Check {
    silent: u32,
    covered: u32,
}

impl Check {
    /// A report arrived.
    pub fn report(&mut self, count_veh: f64, occupancy_ratio: f64) {
        self.silent = 0;
        self.covered = if occupancy_ratio > 0.999 && count_veh < 1.0 {
            self.covered.saturating_add(1)
        } else {
            0
        };
    }

    /// A reporting interval passed.
    pub fn interval(&mut self) {
        self.silent = self.silent.saturating_add(1);
    }

    /// What is wrong with it, if anything.
    pub fn fault(&self) -> Option<Fault> {
        if self.silent >= SILENT_INTERVALS {
            Some(Fault::Silent)
        } else if self.covered >= STUCK_INTERVALS {
            Some(Fault::Stuck)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_and_a_locked_detector_are_faults_and_a_report_heals() {
        let mut check = Check::default();
        for _ in 0..SILENT_INTERVALS {
            assert_eq!(check.fault(), None);
            check.interval();
        }
        assert_eq!(check.fault(), Some(Fault::Silent));
        check.report(1.0, 0.2);
        assert_eq!(check.fault(), None);
        for _ in 0..STUCK_INTERVALS {
            check.interval();
            check.report(0.0, 1.0);
        }
        assert_eq!(check.fault(), Some(Fault::Stuck));
    }
}
