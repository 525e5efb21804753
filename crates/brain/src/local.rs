//! Local time of a city, and the hash that names its pack.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use urbis_city::CityPack;
use urbis_units::{CityTime, Duration};

use crate::error::BrainError;

/// 2026-09-07T00:00:00Z, an ordinary Monday in term time.
const MONDAY: CityTime = CityTime::from_millis(1_788_739_200_000);

/// How far the city's clocks are ahead of UTC at `at`.
///
/// # Errors
/// [`BrainError::TimeZone`] when the pack names a zone that does not exist.
pub(crate) fn utc_offset(pack: &CityPack, at: CityTime) -> Result<Duration, BrainError> {
    let unknown = || BrainError::TimeZone { zone: pack.city.time_zone.clone() };
    let Ok(zone) = TimeZone::get(&pack.city.time_zone) else { return Err(unknown()) };
    let Ok(instant) = Timestamp::from_millisecond(at.millis()) else { return Err(unknown()) };
    Ok(Duration::from_seconds(i64::from(zone.to_offset(instant).seconds())))
}

/// Minute of the local day at `at`.
///
/// # Errors
/// [`BrainError::TimeZone`], see [`utc_offset`].
pub(crate) fn local_minute(pack: &CityPack, at: CityTime) -> Result<u32, BrainError> {
    let local = at + utc_offset(pack, at)?;
    Ok((local.seconds().rem_euclid(86_400) / 60) as u32)
}

/// The instant at which a simulated day of the city begins: its start minute on Monday, 7 September
/// 2026, local time.
///
/// # Errors
/// [`BrainError::TimeZone`], see [`utc_offset`].
pub fn simulated_start(pack: &CityPack) -> Result<CityTime, BrainError> {
    let minute = Duration::from_minutes(i64::from(pack.city.start_minute));
    Ok(MONDAY + minute - utc_offset(pack, MONDAY)?)
}

/// BLAKE3 of what ids of the network's parts are indices into.
pub fn pack_hash(pack: &CityPack) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let network = postcard::to_stdvec(&pack.network).expect("plain data always serializes");
    let detectors = postcard::to_stdvec(&pack.detectors).expect("plain data always serializes");
    hasher.update(&(network.len() as u64).to_le_bytes());
    hasher.update(&network);
    hasher.update(&detectors);
    hasher.update(pack.city.name.en.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulated_day_is_a_monday() {
        // 1970-01-01 was a Thursday.
        assert_eq!((MONDAY.seconds() / 86_400 + 3) % 7, 0);
        assert_eq!(MONDAY.seconds() % 86_400, 0);
    }
}
