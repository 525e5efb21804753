//! Queue, spillback and breakdown of flow on one section (a road between two junctions).
//!
//! # Source
//! Storage of 7.5 m a vehicle at standstill (HCM 2016, chapter 31). Breakdown: high occupancy with
//! low speed, after the congested regime of the McMaster algorithm (B. Persaud, F. Hall, L. Hall,
//! "Congestion identification aspects of the McMaster incident detection algorithm", TRR 1287,
//! 1990), adapted to streets by asking for it over two minutes, longer than a red.

use serde::{Deserialize, Serialize};

/// Road taken up by a standing vehicle, metres.
pub const SPACE_PER_VEHICLE_M: f64 = 7.5;

/// What one section shows now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Estimated queue over storage of the fullest lane.
    pub queue_ratio: f64,
    /// Its standard deviation over storage.
    pub queue_sd_ratio: f64,
    /// Mean occupancy of the detectors where lanes begin; `None` without any.
    pub entry_occupancy_ratio: Option<f64>,
    /// Mean estimated speed over the limit.
    pub speed_ratio: f64,
    /// Mean occupancy of all detectors of the section.
    pub occupancy_ratio: f64,
}

/// What a section can suffer from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trouble {
    /// A queue over most of its length.
    Queue,
    /// The queue reaches the junction upstream.
    Spillback,
    /// Slow and dense for longer than a red lasts.
    Breakdown,
}

impl Trouble {
    /// All, in the order of [`Section`]'s timers.
    pub const ALL: [Self; 3] = [Self::Queue, Self::Spillback, Self::Breakdown];

    /// How long it must last before it is raised, seconds.
    pub const fn onset_s(self) -> u32 {
        match self {
            Self::Queue => 90,
            Self::Spillback => 20,
            Self::Breakdown => 150,
        }
    }

    /// How long it must be gone before it is over, seconds.
    pub const fn release_s(self) -> u32 {
        120
    }

    fn begins(self, reading: &Reading) -> bool {
        match self {
            Self::Queue => reading.queue_ratio > 0.6,
            Self::Spillback => {
                reading.queue_ratio > 0.8
                    && reading.entry_occupancy_ratio.is_none_or(|occupancy| occupancy > 0.7)
            }
            Self::Breakdown => reading.speed_ratio < 0.15 && reading.occupancy_ratio > 0.45,
        }
    }

    fn persists(self, reading: &Reading) -> bool {
        match self {
            Self::Queue => reading.queue_ratio > 0.35,
            Self::Spillback => reading.queue_ratio > 0.7,
            Self::Breakdown => reading.speed_ratio < 0.3,
        }
    }
}

/// A change of a section's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Trouble that began `since_s` seconds ago is now certain.
    Begins(Trouble, u32),
    /// It is over.
    Ends(Trouble),
}

/// Timers of one section.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Section {
    lasting_s: [u32; 3],
    gone_s: [u32; 3],
    raised: [bool; 3],
}

impl Section {
    /// Takes up one second's reading and calls `on_change` for what begins or ends.
    pub fn update(&mut self, reading: &Reading, mut on_change: impl FnMut(Change)) {
        for (at, trouble) in Trouble::ALL.into_iter().enumerate() {
            if self.raised[at] {
                self.gone_s[at] = if trouble.persists(reading) { 0 } else { self.gone_s[at] + 1 };
                if self.gone_s[at] >= trouble.release_s() {
                    self.raised[at] = false;
                    self.lasting_s[at] = 0;
                    on_change(Change::Ends(trouble));
                }
            } else {
                self.lasting_s[at] =
                    if trouble.begins(reading) { self.lasting_s[at] + 1 } else { 0 };
                if self.lasting_s[at] >= trouble.onset_s() {
                    self.raised[at] = true;
                    self.gone_s[at] = 0;
                    on_change(Change::Begins(trouble, self.lasting_s[at]));
                }
            }
        }
    }

    /// Whether `trouble` is raised now.
    pub fn has(&self, trouble: Trouble) -> bool {
        Trouble::ALL.iter().zip(self.raised).any(|(kind, raised)| *kind == trouble && raised)
    }
}

/// How sure a queue is longer than `limit_ratio` of the storage, from the estimate's spread: the
/// normal distribution's tail by a logistic curve (within 1 %).
pub fn confidence_ratio(reading: &Reading, limit_ratio: f64) -> f64 {
    let z = (reading.queue_ratio - limit_ratio) / reading.queue_sd_ratio.max(0.02);
    // 1/(1+e^-1.702z), with the rational form z/(1+|z|) where std's exp would depend on the machine.
    (0.5 + 0.5 * z / (0.75 + z.abs())).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Reading {
        Reading {
            queue_ratio: 0.95,
            queue_sd_ratio: 0.1,
            entry_occupancy_ratio: Some(0.95),
            speed_ratio: 0.05,
            occupancy_ratio: 0.8,
        }
    }

    fn free() -> Reading {
        Reading {
            queue_ratio: 0.05,
            queue_sd_ratio: 0.1,
            entry_occupancy_ratio: Some(0.05),
            speed_ratio: 0.9,
            occupancy_ratio: 0.05,
        }
    }

    #[test]
    fn trouble_is_raised_once_after_its_onset_and_ends_after_its_release() {
        let mut section = Section::default();
        let mut seen = Vec::new();
        for second in 0..300 {
            section.update(&full(), |change| seen.push((second, change)));
        }
        for second in 300..600 {
            section.update(&free(), |change| seen.push((second, change)));
        }
        assert_eq!(
            seen,
            [
                (19, Change::Begins(Trouble::Spillback, 20)),
                (89, Change::Begins(Trouble::Queue, 90)),
                (149, Change::Begins(Trouble::Breakdown, 150)),
                (419, Change::Ends(Trouble::Queue)),
                (419, Change::Ends(Trouble::Spillback)),
                (419, Change::Ends(Trouble::Breakdown)),
            ]
        );
    }

    #[test]
    fn an_ordinary_red_raises_nothing() {
        let mut section = Section::default();
        for second in 0..3600 {
            let reading = if second % 120 < 60 { full() } else { free() };
            section.update(&reading, |change| {
                assert_eq!(change, Change::Begins(Trouble::Spillback, 20), "only a full road");
            });
        }
    }

    #[test]
    fn confidence_grows_with_the_margin_over_its_uncertainty() {
        let sure = confidence_ratio(&full(), 0.6);
        let unsure = confidence_ratio(&Reading { queue_sd_ratio: 0.5, ..full() }, 0.6);
        assert!(sure > 0.85 && unsure < sure && unsure > 0.5, "{sure} {unsure}");
    }
}
