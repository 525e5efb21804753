//! Folders of files that others' programs wrote: which are there, and which are taken.

use std::path::{Path, PathBuf};

use urbis_network::{Demand, Label, Network, citybrain, cityflow};

use super::said::said;
use crate::CityError;
use crate::format::check_stages;

/// A format of files that make a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    CityFlow,
    /// That of the City Brain Challenge.
    CityBrain,
}

impl Format {
    /// Ending of its files; roadnets begin with `roadnet`, every other file is a flow.
    const fn ending(self) -> &'static str {
        match self {
            Self::CityFlow => "json",
            Self::CityBrain => "txt",
        }
    }

    /// The format of a flow, by its ending.
    pub(super) fn of(flow: &Path) -> Self {
        match flow.extension() {
            Some(ending) if ending == Self::CityBrain.ending() => Self::CityBrain,
            _ => Self::CityFlow,
        }
    }

    pub(super) fn roadnet(self, path: &Path) -> Result<Network, CityError> {
        let (bytes, file) = (read(path)?, shown(path));
        let network = match self {
            Self::CityFlow => cityflow::read_roadnet(&bytes, &file)?,
            Self::CityBrain => citybrain::read_roadnet(&bytes, &file)?,
        };
        check_stages(&network, &file)?;
        Ok(network)
    }

    pub(super) fn flow(self, path: &Path, network: &Network) -> Result<Demand, CityError> {
        let (bytes, file) = (read(path)?, shown(path));
        Ok(match self {
            Self::CityFlow => cityflow::read_flow(&bytes, &file, network)?,
            Self::CityBrain => citybrain::read_flow(&bytes, &file, network)?,
        })
    }
}

/// The network and the flow of a folder of files, and which of several were taken.
pub(super) fn read_files(
    folder: &Path,
    flow: Option<&Path>,
    assumptions: &mut Vec<Label>,
) -> Result<(Format, Network, Demand), CityError> {
    let mut chosen = |(zh, en): (&str, &str), path: &Path, all: &[PathBuf]| {
        let rest: Vec<String> = all.iter().filter(|p| *p != path).map(|p| name_of(p)).collect();
        let (file, rest) = (name_of(path), rest.join(", "));
        assumptions.push(if rest.is_empty() {
            said(format!("{zh}：{file}，唯一的一个"), format!("{en}: {file}, the only one"))
        } else {
            said(
                format!("{zh}：{file}，按名称第一个（不是 {rest}）"),
                format!("{en}: {file}, the first by name (not {rest})"),
            )
        });
    };
    for format in [Format::CityFlow, Format::CityBrain] {
        let (roadnets, others): (Vec<PathBuf>, Vec<PathBuf>) =
            files_ending(folder, format.ending())?
                .into_iter()
                .partition(|path| name_of(path).starts_with("roadnet"));
        let Some(roadnet) = roadnets.first() else { continue };
        chosen(("路网", "network"), roadnet, &roadnets);
        let network = format.roadnet(roadnet)?;
        let flow = match (flow, others.first()) {
            (Some(flow), _) => flow,
            (None, Some(first)) => {
                chosen(("车流", "flow"), first, &others);
                first
            }
            (None, None) => {
                return Err(CityError::MissingFile {
                    folder: folder.display().to_string(),
                    file: format!("flow (*.{})", format.ending()),
                    remedy: "put a flow beside the roadnet, or name one",
                });
            }
        };
        let trips = format.flow(flow, &network)?;
        return Ok((format, network, trips));
    }
    Err(CityError::MissingFile {
        folder: folder.display().to_string(),
        file: "city.toml, no roadnet*.json and no roadnet*.txt".to_owned(),
        remedy: "a city is a folder with a city.toml, or with a roadnet and a flow of CityFlow \
                 (roadnet*.json) or the City Brain Challenge (roadnet*.txt)",
    })
}

fn read(path: &Path) -> Result<Vec<u8>, CityError> {
    std::fs::read(path).map_err(|source| CityError::Io {
        path: path.display().to_string(),
        action: "read",
        source,
    })
}

/// Files of a folder with this ending, by name.
fn files_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, CityError> {
    let failed =
        |source| CityError::Io { path: folder.display().to_string(), action: "listed", source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A path as errors name it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
