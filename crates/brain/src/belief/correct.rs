//! When the mirror must gain or lose a vehicle: its detectors against the city's.
//!
//! The mirror carries the same detectors as the city. Report by report their counts are compared;
//! what the city counted more (or less) adds up per detector, slowly forgotten because counts have
//! errors of their own, and a whole vehicle's worth asks for one vehicle more (or less) there.
//! Occupancies tell of standing queues that counts alone would miss.
//!
//! # Source
//! Sequential correction of a running model by its innovations (a scalar Kalman filter per section
//! with a fixed gain), as in Y. Wang, M. Papageorgiou, "Real-time freeway traffic state estimation
//! based on extended Kalman filter", Transp. Res. B 39, 2005; carried over to a microscopic model
//! by adding and removing vehicles.

use serde::{Deserialize, Serialize};
use urbis_network::DetectorKind;

/// Share of an unexplained difference kept from one report to the next.
const KEPT: f64 = 0.97;
/// Weight of one report in the innovation's variance.
const VARIANCE_WEIGHT: f64 = 0.05;
/// Occupancy of a detector with vehicles standing on it.
const STANDING: f64 = 0.75;
/// Occupancy of a detector with nothing standing on it.
const MOVING: f64 = 0.15;
/// Reports in a row that must agree before a queue is corrected.
const AGREEING: u8 = 2;

/// What one detector showed in one interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// Vehicles.
    pub count_veh: f32,
    /// Share of the interval it was covered.
    pub occupancy_ratio: f32,
}

/// What the mirror should do at a detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing.
    Keep,
    /// A moving vehicle more.
    Add,
    /// A standing vehicle more.
    AddStanding,
    /// A vehicle less.
    Remove,
}

/// The running comparison of one detector.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Comparison {
    excess_veh: f64,
    variance: f64,
    standing_unseen: u8,
    standing_imagined: u8,
}

impl Default for Comparison {
    fn default() -> Self {
        Self { excess_veh: 0.0, variance: 0.5, standing_unseen: 0, standing_imagined: 0 }
    }
}

impl Comparison {
    /// Takes up one interval as the city and the mirror showed it.
    pub(crate) fn update(&mut self, kind: DetectorKind, city: Shown, mirror: Shown) -> Remedy {
        let innovation = f64::from(city.count_veh) - f64::from(mirror.count_veh);
        self.variance += VARIANCE_WEIGHT * (innovation * innovation - self.variance);
        self.excess_veh = self.excess_veh * KEPT + innovation;
        let occupancy = (f64::from(city.occupancy_ratio), f64::from(mirror.occupancy_ratio));
        match kind {
            DetectorKind::Entry => self.by_count(),
            DetectorKind::Advance => self.by_queue(occupancy, city.count_veh),
            // What leaves is the consequence of what is there; correcting both would count twice.
            DetectorKind::StopLine => Remedy::Keep,
        }
    }

    /// The remedy could not be applied: it is still owed.
    pub(crate) fn owed(&mut self, remedy: Remedy) {
        match remedy {
            Remedy::Add => self.excess_veh += 1.0,
            Remedy::Remove => self.excess_veh -= 1.0,
            Remedy::Keep | Remedy::AddStanding => {}
        }
    }

    /// Variance of the difference of counts per interval, vehicles squared.
    pub(crate) fn variance(&self) -> f64 {
        self.variance
    }

    fn by_count(&mut self) -> Remedy {
        if self.excess_veh >= 0.8 {
            self.excess_veh -= 1.0;
            Remedy::Add
        } else if self.excess_veh <= -0.8 {
            self.excess_veh += 1.0;
            Remedy::Remove
        } else {
            Remedy::Keep
        }
    }

    fn by_queue(&mut self, (city, mirror): (f64, f64), count_veh: f32) -> Remedy {
        let unseen = city > STANDING && mirror < MOVING;
        let imagined = city < MOVING && count_veh < 1.0 && mirror > STANDING;
        self.standing_unseen = if unseen { self.standing_unseen + 1 } else { 0 };
        self.standing_imagined = if imagined { self.standing_imagined + 1 } else { 0 };
        if self.standing_unseen >= AGREEING {
            self.standing_unseen = 0;
            Remedy::AddStanding
        } else if self.standing_imagined >= AGREEING {
            self.standing_imagined = 0;
            Remedy::Remove
        } else {
            Remedy::Keep
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(count_veh: f32, occupancy_ratio: f32) -> Shown {
        Shown { count_veh, occupancy_ratio }
    }

    #[test]
    fn a_vehicle_the_mirror_lacks_is_added_once() {
        let mut comparison = Comparison::default();
        let kind = DetectorKind::Entry;
        assert_eq!(comparison.update(kind, shown(1.0, 0.1), shown(0.0, 0.0)), Remedy::Add);
        for _ in 0..20 {
            assert_eq!(comparison.update(kind, shown(0.0, 0.0), shown(0.0, 0.0)), Remedy::Keep);
        }
    }

    #[test]
    fn a_vehicle_seen_one_interval_later_costs_nothing_in_the_end() {
        let mut comparison = Comparison::default();
        let kind = DetectorKind::Entry;
        let first = comparison.update(kind, shown(0.0, 0.0), shown(1.0, 0.1));
        let second = comparison.update(kind, shown(1.0, 0.1), shown(0.0, 0.0));
        assert_eq!((first, second), (Remedy::Remove, Remedy::Add));
    }

    #[test]
    fn a_standing_queue_the_mirror_lacks_is_filled_up_after_two_reports() {
        let mut comparison = Comparison::default();
        let kind = DetectorKind::Advance;
        let (city, mirror) = (shown(0.0, 0.95), shown(1.0, 0.05));
        assert_eq!(comparison.update(kind, city, mirror), Remedy::Keep);
        assert_eq!(comparison.update(kind, city, mirror), Remedy::AddStanding);
    }

    #[test]
    fn the_stop_line_only_informs() {
        let mut comparison = Comparison::default();
        for _ in 0..10 {
            let remedy =
                comparison.update(DetectorKind::StopLine, shown(3.0, 0.3), shown(0.0, 0.0));
            assert_eq!(remedy, Remedy::Keep);
        }
        assert!(comparison.variance() > 2.0);
    }
}
