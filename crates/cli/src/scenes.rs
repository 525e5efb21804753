//! All scenes, in the one explicit list; their order is part of what a replay reproduces.

use std::sync::Arc;

use urbis_brain::SceneParts;
use urbis_scene::Scene;

/// Their ids, in the order of [`all`].
pub(crate) const IDS: [&str; 3] = ["signals", "incidents", "corridor"];

/// Every scene there is.
pub(crate) fn all(parts: &SceneParts) -> Vec<Box<dyn Scene>> {
    let (network, detectors) = (&parts.network, &parts.detectors);
    vec![
        Box::new(urbis_scene_signals::Signals::new(Arc::clone(network))),
        Box::new(urbis_scene_incidents::Incidents::new(
            Arc::clone(network),
            Arc::clone(detectors),
            parts.interval_s,
        )),
        Box::new(urbis_scene_corridor::Corridors::new(Arc::clone(network))),
    ]
}

/// Only what carries out a law, for comparing laws.
pub(crate) fn law_only(parts: &SceneParts) -> Vec<Box<dyn Scene>> {
    vec![Box::new(urbis_scene_signals::Signals::new(Arc::clone(&parts.network)))]
}

/// The scenes with these ids, in the order of [`all`], and whether each was found.
pub(crate) fn named(parts: &SceneParts, ids: &[String]) -> (Vec<Box<dyn Scene>>, bool) {
    let mut scenes = all(parts);
    scenes.retain(|scene| ids.iter().any(|id| id == scene.manifest().id));
    let whole = scenes.len() == ids.len();
    (scenes, whole)
}

#[cfg(test)]
mod tests {
    use urbis_network::DetectorTable;

    use super::*;

    #[test]
    fn every_scene_is_named_and_in_order() {
        let parts = SceneParts {
            network: Arc::default(),
            detectors: Arc::new(DetectorTable::default()),
            interval_s: 5,
        };
        let ids: Vec<&str> = all(&parts).iter().map(|scene| scene.manifest().id).collect();
        assert_eq!(ids, IDS);
    }
}
