//! The built command centre, embedded into the binary.
//!
//! The front end is built by `npm run build` in `web/` and never committed. While it has not been
//! built, [`page`] answers with a page that says how to build it.
//!
//! **Invariant:** nothing here reads the disk at run time.

use std::borrow::Cow;
use std::fmt::Write as _;

use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Served instead of the command centre while it has not been built.
const UNBUILT: &str = include_str!("unbuilt.html");

/// One file of the command centre.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Contents.
    pub bytes: Cow<'static, [u8]>,
    /// The same, compressed when the front end was built; `None` where that would not pay.
    pub gzip: Option<Cow<'static, [u8]>>,
    /// Media type for the `content-type` header.
    pub media_type: String,
    /// Strong validator for the `ETag` header, quotes included.
    pub etag: String,
    /// Whether the name carries a hash of the contents, so that a browser may keep it for ever.
    pub immutable: bool,
}

/// Whether the command centre was built before this binary was.
pub fn is_built() -> bool {
    Dist::get("index.html").is_some()
}

/// The file at `path` (no leading slash), or `None` when there is none.
pub fn asset(path: &str) -> Option<Asset> {
    let EmbeddedFile { data, metadata } = Dist::get(path)?;
    let mut etag = String::from("\"");
    for byte in &metadata.sha256_hash()[..16] {
        write!(etag, "{byte:02x}").expect("writing to a string cannot fail");
    }
    etag.push('"');
    let media_type = match path.rsplit('.').next() {
        // Module scripts are refused by browsers under any other type.
        Some("js" | "mjs") => "text/javascript; charset=utf-8".into(),
        Some("html") => "text/html; charset=utf-8".into(),
        _ => metadata.mimetype().to_owned(),
    };
    let gzip = Dist::get(&format!("{path}.gz")).map(|packed| packed.data);
    Some(Asset { bytes: data, gzip, media_type, etag, immutable: path.starts_with("assets/") })
}

/// The page of the command centre, or the page that says how to build it.
pub fn page() -> Asset {
    asset("index.html").unwrap_or_else(|| Asset {
        bytes: Cow::Borrowed(UNBUILT.as_bytes()),
        gzip: None,
        media_type: "text/html; charset=utf-8".into(),
        etag: "\"unbuilt\"".into(),
        immutable: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_page_to_serve() {
        let page = page();
        assert!(page.media_type.starts_with("text/html"));
        assert!(String::from_utf8_lossy(&page.bytes).contains("Urbis"));
        assert_eq!(page.etag == "\"unbuilt\"", !is_built());
    }

    #[test]
    fn what_was_built_is_embedded() {
        let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/index.html");
        assert_eq!(is_built(), std::path::Path::new(built).exists());
    }

    #[test]
    fn a_path_that_climbs_out_of_the_folder_finds_nothing() {
        assert!(asset("../package.json").is_none());
        assert!(asset("/etc/passwd").is_none());
        assert!(asset("").is_none());
    }

    #[test]
    fn every_asset_the_page_names_is_embedded() {
        let page = String::from_utf8_lossy(&page().bytes).into_owned();
        let names = page.split('"').filter_map(|word| {
            word.strip_prefix("./")
                .or_else(|| word.strip_prefix('/'))
                .filter(|w| w.starts_with("assets/"))
        });
        for name in names {
            let asset = asset(name).expect("the build lists only files it made");
            assert!(asset.immutable, "{name} has no hash in its name");
        }
    }
}
