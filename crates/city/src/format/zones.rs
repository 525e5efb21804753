//! `population.csv`: zones with what they have of people, jobs, schools, shops, and their roads.

use urbis_core::IdVec;
use urbis_network::Label;
use urbis_units::Wgs84;

use super::Names;
use super::csv::{Row, Table, Writer};
use crate::CityError;
use crate::pack::{Activity, CityPack, Zone, ZoneId};

const FILE: &str = "population.csv";
/// Most people, jobs or vehicles of one zone: a million are a city of their own.
const AMOUNT_MAX: f64 = 1e6;

fn columns() -> Vec<&'static str> {
    let mut columns = vec!["zone_zh", "zone_en", "district_zh", "district_en", "lon", "lat"];
    columns.extend(Activity::ALL.map(Activity::name));
    columns.push("roads");
    columns
}

pub(super) fn write(pack: &CityPack) -> Vec<u8> {
    let names: IdVec<_, &str> = pack.network.roads.iter().map(|road| road.name.as_str()).collect();
    let mut table = Writer::new(&columns());
    for zone in &pack.zones {
        table.field(&zone.label.zh).field(&zone.label.en);
        table.field(&zone.district.zh).field(&zone.district.en);
        table.field(zone.center.longitude_deg).field(zone.center.latitude_deg);
        for amount in zone.amounts {
            table.field(amount);
        }
        let roads: Vec<String> =
            zone.roads.iter().map(|(road, share)| format!("{}:{share}", names[*road])).collect();
        table.field(roads.join(";")).end();
    }
    table.finish()
}

pub(super) fn read(bytes: &[u8], names: &Names<'_>) -> Result<IdVec<ZoneId, Zone>, CityError> {
    let table = Table::read(FILE, bytes, &columns())?;
    table.rows().map(|row| zone(&row, names)).collect::<Result<Vec<_>, _>>().map(IdVec::from)
}

fn zone(row: &Row<'_>, names: &Names<'_>) -> Result<Zone, CityError> {
    let label = |zh, en| {
        Ok::<_, CityError>(Label { zh: row.text(zh)?.to_owned(), en: row.text(en)?.to_owned() })
    };
    let mut amounts = [0.0; 8];
    for (amount, activity) in amounts.iter_mut().zip(Activity::ALL) {
        *amount = row.amount(activity.name(), AMOUNT_MAX)?;
    }
    let mut roads = Vec::new();
    for part in row.text("roads")?.split(';').filter(|part| !part.is_empty()) {
        let share = part.rsplit_once(':').and_then(|(name, share)| {
            let share: f64 = share.parse().ok()?;
            (share.is_finite() && share >= 0.0).then_some((name, share))
        });
        let Some((name, share)) = share else {
            return Err(row.bad("roads", "ROAD:SHARE parted by semicolons".to_owned()));
        };
        let road = names.road(name).ok_or_else(|| row.unknown("roads", format!("road {name}")))?;
        roads.push((road, share));
    }
    let center = Wgs84::new(
        row.number("lon", "degrees of longitude")?,
        row.number("lat", "degrees of latitude")?,
    );
    Ok(Zone {
        label: label("zone_zh", "zone_en")?,
        district: label("district_zh", "district_en")?,
        center,
        amounts,
        roads,
    })
}
