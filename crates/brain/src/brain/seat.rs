//! A scene in its place, and how far it may go there: as far as it asks for and the city grants.

use std::collections::BTreeMap;

use urbis_city::Grant;
use urbis_core::Authority;
use urbis_scene::Scene;
use urbis_units::CityTime;

/// Rank before the interlock of scenes that command signals stage by stage.
const RANK: u8 = 1;
/// Rank of those that hold junctions: they displace the others, and people displace both.
const RANK_HOLDING: u8 = 2;

/// A scene and what the loop keeps of it.
#[derive(Debug)]
pub(crate) struct Seat {
    /// The scene.
    pub scene: Box<dyn Scene>,
    /// How far it may go.
    pub authority: Authority,
    /// Whether it failed and is called no more.
    pub degraded: bool,
    /// When it wants to be woken.
    pub wakes: Vec<CityTime>,
}

impl Seat {
    /// The seat of a scene in a city that grants so much; scenes it does not name may only advise.
    pub(crate) fn new(scene: Box<dyn Scene>, granted: &BTreeMap<String, Grant>) -> Self {
        let manifest = scene.manifest();
        let by_city = match granted.get(manifest.id) {
            Some(Grant::Act) => Authority::Act,
            Some(Grant::ActWithApproval) => Authority::ActWithApproval,
            Some(Grant::Advise) | None => Authority::Advise,
        };
        let authority = manifest.authority.clone().min(by_city);
        Self { scene, authority, degraded: false, wakes: Vec::new() }
    }

    /// Its id and its rank before the interlock; `None` where it may not command signals.
    pub(crate) fn rank(&self) -> Option<(&'static str, u8)> {
        let manifest = self.scene.manifest();
        let commands = manifest.commands_signals && self.authority != Authority::Advise;
        let rank = if manifest.holds_junctions { RANK_HOLDING } else { RANK };
        commands.then_some((manifest.id, rank))
    }
}
