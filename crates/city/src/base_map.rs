//! The background map that a city brings.

use serde::{Deserialize, Serialize};

/// A background map, as `city.toml` names it; whoever serves it checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseMap {
    /// `wmts` or `pmtiles`.
    pub kind: String,
    /// Address; for `pmtiles` also a file, from the pack's folder on.
    pub url: String,
    /// Whom to name as its source.
    #[serde(default)]
    pub attribution: String,
}
