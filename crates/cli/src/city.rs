//! Opening the city that was asked for.

use std::path::Path;
use std::sync::Arc;

use urbis_city::{CityError, CityPack, DemandSource, GenerateOptions, generate, open_city};
use urbis_network::Label;

use crate::config::{Config, keys};
use crate::say::Lang;
use crate::scenes;

/// A city and what had to be assumed of it.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    /// The city.
    pub pack: Arc<CityPack>,
    /// What its files do not say.
    pub assumptions: Vec<Label>,
}

/// Opens the configured city.
///
/// # Errors
/// As [`open`].
pub(crate) fn configured(config: &Config) -> Result<Opened, CityError> {
    let path = |key| config.some_text(key).map(Path::new);
    open(path(&keys::CITY_DIR), path(&keys::CITY_FLOW))
}

/// Opens the city in `dir`, or the embedded one; `flow` stands in for its demand.
///
/// # Errors
/// [`CityError`] with file, element and remedy.
pub(crate) fn open(dir: Option<&Path>, flow: Option<&Path>) -> Result<Opened, CityError> {
    let (pack, assumptions) = match (dir, flow) {
        (Some(dir), _) => open_city(dir, flow)?,
        (None, None) => (generate(&GenerateOptions::embedded()), Vec::new()),
        (None, Some(flow)) => {
            let flow = flow.display().to_string();
            return Err(CityError::FlowWithoutCity { flow });
        }
    };
    for id in pack.policy.scenes.keys() {
        if !scenes::IDS.contains(&id.as_str()) {
            let known = scenes::IDS.join(", ");
            return Err(CityError::UnknownScene { id: id.clone(), known });
        }
    }
    Ok(Opened { pack: Arc::new(pack), assumptions })
}

/// Whether its demand is a recording, so that day 0 is the recording itself.
pub(crate) fn is_recorded(pack: &CityPack) -> bool {
    matches!(pack.demand, DemandSource::Recorded(_))
}

/// The assumptions, said aloud.
pub(crate) fn say_assumptions(opened: &Opened, lang: Lang) {
    if opened.assumptions.is_empty() {
        return;
    }
    eprintln!(
        "{}",
        lang.pick(
            "关于这座城市的文件(未说明之处按假定):",
            "Of the city's files (what they do not say is assumed):"
        )
    );
    for assumption in &opened.assumptions {
        eprintln!("  - {}", lang.pick(&assumption.zh, &assumption.en));
    }
}
