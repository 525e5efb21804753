//! All scenes, in the one explicit list; their order is part of what a replay reproduces.

use std::sync::Arc;

use urbis_brain::SceneParts;
use urbis_scene::Scene;

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
