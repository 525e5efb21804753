//! The datum in which a pack gives longitudes and latitudes.
//!
//! # Units
//! Degrees. Inside the program every place is WGS-84; a pack in another datum is converted once,
//! when it is read.

use serde::{Deserialize, Serialize};
use urbis_units::{Bd09, Cgcs2000, Gcj02, Wgs84};

use crate::pack::{Geometry, Place, Zone};

/// What `datum` of `city.toml` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Datum {
    /// WGS-84.
    #[default]
    Wgs84,
    /// CGCS2000.
    Cgcs2000,
    /// GCJ-02.
    Gcj02,
    /// BD-09.
    Bd09,
}

impl Datum {
    /// The place whose numbers in this datum `given` holds.
    pub(super) fn place(self, given: Wgs84) -> Wgs84 {
        let (longitude, latitude) = (given.longitude_deg, given.latitude_deg);
        match self {
            Self::Wgs84 => given,
            Self::Cgcs2000 => Cgcs2000::new(longitude, latitude).to_wgs84(),
            Self::Gcj02 => Gcj02::new(longitude, latitude).to_wgs84(),
            Self::Bd09 => Bd09::new(longitude, latitude).to_wgs84(),
        }
    }

    /// Converts everything that a pack places by longitude and latitude besides its center.
    pub(super) fn convert<'a>(
        self,
        places: &mut [Place],
        zones: impl Iterator<Item = &'a mut Zone>,
    ) {
        if self == Self::Wgs84 {
            return;
        }
        for zone in zones {
            zone.center = self.place(zone.center);
        }
        for place in places {
            match &mut place.geometry {
                Geometry::Point(at) => *at = self.place(*at),
                Geometry::Line(line) | Geometry::Area(line) => {
                    for at in line {
                        *at = self.place(*at);
                    }
                }
            }
        }
    }
}
