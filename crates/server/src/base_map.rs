//! The background map that a city brings: from another server, or a PMTiles file of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use tower_http::services::ServeFile;
use urbis_core::{Message, Purpose, Reason};
use utoipa::ToSchema;

use crate::access::Person;
use crate::app::App;
use crate::problem::Problem;

/// Where a file of this machine is served; its own name follows.
const PATH: &str = "/basemap/";

/// A background map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BaseMap {
    /// `wmts` or `pmtiles`.
    pub kind: String,
    /// Address: with `{z}`, `{x}`, `{y}` for WMTS; below `/basemap/` for a file that this server
    /// has.
    pub url: String,
    /// Whom to name as its source.
    pub attribution: String,
    /// The file behind `url`.
    #[serde(skip)]
    file: Option<PathBuf>,
}

/// Why a background map cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseMapError {
    /// It is neither WMTS nor PMTiles.
    #[error("base map: kind is {0:?}; choose wmts or pmtiles")]
    Kind(String),
    /// It has no address.
    #[error("base map: url is empty; give the address of the {0} map, or set its kind to none")]
    NoUrl(String),
    /// The address is not one of the web.
    #[error("base map: url is {0:?}; expected an address that begins with http:// or https://")]
    Url(String),
    /// The address says not where a tile's numbers go.
    #[error(
        "base map: url is {0:?}; a wmts address needs {{z}}, {{x}} and {{y}} (or {{TileMatrix}}, \
         {{TileCol}} and {{TileRow}})"
    )]
    Template(String),
    /// The file is not there, or is not one of PMTiles.
    #[error("base map: {0} cannot be served: {1}")]
    File(PathBuf, String),
}

impl BaseMap {
    /// A background map of `kind` at `url`: an address, or for PMTiles a file, from `folder` on.
    ///
    /// # Errors
    /// [`BaseMapError`] names what is wrong and what to do.
    pub fn checked(
        kind: &str,
        url: &str,
        attribution: &str,
        folder: &Path,
    ) -> Result<Self, BaseMapError> {
        let url = url.trim();
        let map = |url: &str, file| Self {
            kind: kind.to_owned(),
            url: url.to_owned(),
            attribution: attribution.to_owned(),
            file,
        };
        let is_web = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
        match kind {
            "wmts" | "pmtiles" if url.is_empty() => Err(BaseMapError::NoUrl(kind.to_owned())),
            "wmts" if !is_web => Err(BaseMapError::Url(url.to_owned())),
            "wmts" if !is_template(url) => Err(BaseMapError::Template(url.to_owned())),
            "wmts" => Ok(map(url, None)),
            "pmtiles" if is_web => Ok(map(url, None)),
            "pmtiles" if url.contains("://") => Err(BaseMapError::Url(url.to_owned())),
            "pmtiles" => {
                let file = folder.join(url);
                let name = check_file(&file)?;
                Ok(map(&format!("{PATH}{name}"), Some(file)))
            }
            _ => Err(BaseMapError::Kind(kind.to_owned())),
        }
    }
}

/// Whether an address says where the numbers of a tile go.
fn is_template(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    [["{z}", "{tilematrix}"], ["{x}", "{tilecol}"], ["{y}", "{tilerow}"]]
        .iter()
        .all(|names| names.iter().any(|name| url.contains(name)))
}

/// The name under which a PMTiles file is served.
fn check_file(file: &Path) -> Result<String, BaseMapError> {
    let refuse = |why: String| BaseMapError::File(file.to_owned(), why);
    let mut head = [0; 7];
    std::fs::File::open(file)
        .and_then(|mut open| std::io::Read::read_exact(&mut open, &mut head))
        .map_err(|error| refuse(error.to_string()))?;
    if &head != b"PMTiles" {
        return Err(refuse("it does not begin with PMTiles, as such files do".to_owned()));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    file.file_name()
        .and_then(|name| name.to_str())
        .filter(|name| name.chars().all(plain))
        .map(str::to_owned)
        .ok_or_else(|| refuse("name it with letters, digits, - and _ only".to_owned()))
}

/// The file of the background map, whole or by ranges.
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    request: Request,
) -> Result<Response, Problem> {
    app.permit(&person, Purpose::ViewCity, "/basemap")?;
    let map = app.city.base_map.as_ref().filter(|map| map.url == request.uri().path());
    let Some(file) = map.and_then(|map| map.file.as_ref()) else {
        return Err(Problem::NotFound(Reason::new(
            Message::new("server-no-base-map"),
            "this city has no such base map",
        )));
    };
    let served = ServeFile::new(file).try_call(request).await;
    let response = served.map_err(|error| {
        let message = Message::new("server-base-map-unread").text("reason", error.to_string());
        Problem::NotFound(Reason::new(message, format!("the base map: {error}")))
    })?;
    Ok(response.map(Body::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_base_map_is_refused_with_its_field_and_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("other.pmtiles"), b"something else").unwrap();
        for (kind, url, part) in [
            ("wmts", "", "url is empty"),
            ("pmtiles", " ", "url is empty"),
            ("mbtiles", "https://a.example/x", "kind is \"mbtiles\""),
            ("wmts", "tiles/{z}/{x}/{y}", "http://"),
            ("wmts", "https://a.example/tiles", "{z}"),
            ("pmtiles", "s3://bucket/x.pmtiles", "http://"),
            ("pmtiles", "none.pmtiles", "none.pmtiles"),
            ("pmtiles", "other.pmtiles", "does not begin with PMTiles"),
        ] {
            let refused = BaseMap::checked(kind, url, "", folder.path()).unwrap_err();
            assert!(refused.to_string().contains(part), "{kind} {url}: {refused}");
        }
        for (kind, url) in [
            ("wmts", "https://a.example/{z}/{x}/{y}.png"),
            ("wmts", "https://a.example/{TileMatrix}/{TileRow}/{TileCol}"),
            ("pmtiles", "https://a.example/city.pmtiles"),
        ] {
            assert_eq!(BaseMap::checked(kind, url, "", folder.path()).unwrap().url, url);
        }
    }
}
