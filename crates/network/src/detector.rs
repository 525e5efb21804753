//! Detectors: where on which lane the city can see traffic.

use serde::{Deserialize, Serialize};
use urbis_core::{DetectorId, EntityId, Id, IdVec, LaneId};
use urbis_units::Meters;

/// What a detector is placed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetectorKind {
    /// Just before the stop line: discharge, presence.
    StopLine,
    /// Upstream of the stop line: arrivals, queue end.
    Advance,
    /// At the start of the lane: what enters the section.
    Entry,
}

/// A loop, radar or camera zone that counts vehicles on one lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// Name in the city's records.
    pub name: String,
    /// Lane it watches.
    pub lane: LaneId,
    /// Distance of its downstream edge from the start of the lane.
    pub position: Meters,
    /// Length of the zone.
    pub length: Meters,
    /// What it is placed for.
    pub kind: DetectorKind,
}

/// The detectors of a city, found by id, by lane and by the entity that reports for them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetectorTable {
    detectors: IdVec<DetectorId, Detector>,
    first_entity: u32,
    by_lane: IdVec<LaneId, Vec<DetectorId>>,
}

impl DetectorTable {
    /// A table of `detectors`, which report as the entities from `first_entity` on, in order.
    /// Detectors on lanes beyond `lanes` are found by id only.
    pub fn new(
        detectors: IdVec<DetectorId, Detector>,
        first_entity: EntityId,
        lanes: usize,
    ) -> Self {
        let mut by_lane: IdVec<LaneId, Vec<DetectorId>> = IdVec::filled(Vec::new(), lanes);
        for (id, detector) in detectors.iter_ids() {
            if let Some(of_lane) = by_lane.get_mut(detector.lane) {
                of_lane.push(id);
            }
        }
        Self { detectors, first_entity: first_entity.0, by_lane }
    }

    /// All detectors.
    pub fn all(&self) -> &IdVec<DetectorId, Detector> {
        &self.detectors
    }

    /// The detector that reports as `entity`.
    pub fn of_entity(&self, entity: EntityId) -> Option<(DetectorId, &Detector)> {
        let id = DetectorId(entity.0.checked_sub(self.first_entity)?);
        Some((id, self.detectors.get(id)?))
    }

    /// The entity that reports for `detector`.
    pub fn entity(&self, detector: DetectorId) -> EntityId {
        EntityId(self.first_entity + detector.index() as u32)
    }

    /// The detectors of `lane`.
    pub fn on_lane(&self, lane: LaneId) -> &[DetectorId] {
        self.by_lane.get(lane).map_or(&[], Vec::as_slice)
    }

    /// The detector of `kind` on `lane`, the first if there are several.
    pub fn find(&self, lane: LaneId, kind: DetectorKind) -> Option<DetectorId> {
        self.on_lane(lane).iter().copied().find(|id| self.detectors[*id].kind == kind)
    }
}
