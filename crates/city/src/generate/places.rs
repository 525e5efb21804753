//! Places of a generated city: land use, water, banks, bridges, districts, stations.
//!
//! # Units
//! Metres on the city's plane; places are carried to WGS-84 and rounded to a centimetre.

use urbis_network::{Label, geometry};
use urbis_units::{LocalFrame, Meters, Point, Wgs84};

use super::blocks::{Block, area};
use super::land::{Uses, contains, entrance};
use super::lattice::Lattice;
use super::names::{Stems, named};
use super::network::Built;
use super::streets::Streets;
use super::warp::Warp;
use super::zones::Zoning;
use crate::pack::{Geometry, Place, PlaceKind, Station, StationKind};
use crate::random::Stream;

/// From the middle of a street on the bank to the green, and to the water.
const GREEN_FROM: f64 = 26.0;
const WATER_FROM: f64 = 52.0;

/// A point of the plane, to the seventh decimal of a degree: a centimetre.
pub(crate) fn wgs84(frame: LocalFrame, point: Point) -> Wgs84 {
    let place = frame.to_wgs84(point);
    let short = |degrees: f64| libm::round(degrees * 1e7) / 1e7;
    Wgs84::new(short(place.longitude_deg), short(place.latitude_deg))
}

/// All that places are made from.
pub(crate) struct Land<'a> {
    pub(crate) built: &'a Built,
    pub(crate) streets: &'a Streets,
    pub(crate) lattice: &'a Lattice,
    pub(crate) warp: &'a Warp,
    pub(crate) blocks: &'a [Block],
    pub(crate) uses: Uses<'a>,
    pub(crate) frame: LocalFrame,
    pub(crate) seed: u64,
}

impl Land<'_> {
    fn line(&self, points: &[Point]) -> Vec<Wgs84> {
        points.iter().map(|point| wgs84(self.frame, *point)).collect()
    }

    fn area(&self, kind: PlaceKind, label: Label, outline: &[Point]) -> Place {
        Place { kind, label, geometry: Geometry::Area(self.line(outline)), road: None }
    }

    /// All places and the stations among them.
    pub(crate) fn places(&self, zoning: &Zoning) -> (Vec<Place>, Vec<Station>) {
        let mut places = Vec::new();
        let mut stems = Stems::new(self.seed, "place names");
        let river = stems.take();
        let river = Label {
            zh: format!("{}河", river.zh.chars().next().unwrap_or('清')),
            en: format!("{} River", river.en),
        };
        self.water(&river, &mut places);
        let mut stations = Vec::new();
        let mut numbers = [0_usize; 16];
        for (index, block) in self.blocks.iter().enumerate() {
            let kind = self.uses.blocks[index];
            numbers[kind as usize] += 1;
            let label = label(kind, numbers[kind as usize], &mut stems);
            let belt = kind == PlaceKind::Park && block.area > 90_000.0;
            let label = if belt { Label::default() } else { label };
            let mut place = self.area(kind, label, &block.outline);
            let station = self.station(kind, block, &place.label, index);
            place.road = station.as_ref().map(|station| station.road);
            stations.extend(station);
            places.push(place);
            if kind == PlaceKind::Park {
                places.extend(self.lake(block, index));
            }
        }
        for (nth, &(index, kind)) in self.uses.shared.iter().enumerate() {
            numbers[kind as usize] += 1;
            let label = label(kind, numbers[kind as usize], &mut stems);
            let station = self.station(kind, &self.blocks[index], &label, index);
            let road = station.as_ref().map(|station| station.road);
            stations.extend(station);
            // Beside each other, where several stand on one block.
            let mut at = self.blocks[index].center;
            at.x += 24.0 * (nth / self.blocks.len()) as f64;
            let geometry = Geometry::Point(wgs84(self.frame, at));
            places.push(Place { kind, label, geometry, road });
        }
        self.bridges(&mut places);
        self.districts(zoning, &mut places);
        (places, stations)
    }

    /// The river, and the green on its banks where streets run along them.
    fn water(&self, label: &Label, places: &mut Vec<Place>) {
        let (columns, rows) = (&self.lattice.columns, &self.lattice.rows);
        let (south, north) = (rows[self.lattice.river].at, rows[self.lattice.river + 1].at);
        let run = |from: f64, to: f64, at: f64| -> Vec<Point> {
            let steps = libm::ceil((to - from) / 60.0).max(1.0) as usize;
            (0..=steps)
                .map(|step| from + (to - from) * step as f64 / steps as f64)
                .map(|x| self.warp.map(Point::new(x, at)))
                .collect()
        };
        let strip = |from: f64, to: f64, low: f64, high: f64| -> Vec<Point> {
            let mut outline = run(from, to, low);
            outline.extend(run(from, to, high).into_iter().rev());
            outline
        };
        let (west, east) = (columns[0].at, columns[columns.len() - 1].at);
        let water = strip(west, east, south + WATER_FROM, north - WATER_FROM);
        places.push(self.area(PlaceKind::Water, label.clone(), &water));
        let width = self.streets.grid.width;
        for (row, low, high) in [
            (self.lattice.river, south + GREEN_FROM, south + WATER_FROM - 4.0),
            (self.lattice.river + 1, north - WATER_FROM + 4.0, north - GREEN_FROM),
        ] {
            let built = |column: usize| self.streets.grid.pieces[row * width + column].is_some();
            let mut column = 0;
            while column + 1 < width {
                let end = (column..width - 1).find(|at| !built(*at)).unwrap_or(width - 1);
                if end > column {
                    let (from, to) = (columns[column].at + 30.0, columns[end].at - 30.0);
                    let green = strip(from, to, low, high);
                    places.push(self.area(PlaceKind::Park, Label::default(), &green));
                }
                column = end + 1;
            }
        }
    }

    /// Large parks have a lake.
    fn lake(&self, block: &Block, index: usize) -> Option<Place> {
        if block.area < 14_000.0 || !contains(&block.outline, block.center) {
            return None;
        }
        let draw = Stream::new(self.seed, "lakes").fork(index as u64);
        let mut ring = block.outline.clone();
        ring.push(ring[0]);
        let reach = geometry::project(&ring, block.center)?.distance.get();
        let shore: Vec<Point> = (0..28)
            .map(|step| {
                let angle = f64::from(step) / 28.0 * std::f64::consts::TAU;
                let wobble = 1.0
                    + 0.2 * libm::sin(2.0 * angle + 6.0 * draw.unit(0))
                    + 0.14 * libm::sin(3.0 * angle + 6.0 * draw.unit(1));
                let away = reach * 0.6 * wobble;
                Point::new(
                    block.center.x + away * libm::cos(angle),
                    block.center.y + away * libm::sin(angle),
                )
            })
            .collect();
        (area(&shore) > 300.0).then(|| self.area(PlaceKind::Water, Label::default(), &shore))
    }

    fn bridges(&self, places: &mut Vec<Place>) {
        for (index, street) in self.streets.streets.iter().enumerate().filter(|(_, s)| s.bridge) {
            let road = self.built.roads[index].0;
            let label = &self.built.network.roads[road].label;
            places.push(Place {
                kind: PlaceKind::Bridge,
                label: Label { zh: format!("{}桥", label.zh), en: format!("{} Bridge", label.en) },
                geometry: Geometry::Line(self.line(&street.shape)),
                road: Some(road),
            });
        }
    }

    fn districts(&self, zoning: &Zoning, places: &mut Vec<Place>) {
        for (label, at) in &zoning.districts {
            places.push(Place {
                kind: PlaceKind::District,
                label: label.clone(),
                geometry: Geometry::Point(wgs84(self.frame, *at)),
                road: None,
            });
        }
    }

    fn station(
        &self,
        kind: PlaceKind,
        block: &Block,
        label: &Label,
        index: usize,
    ) -> Option<Station> {
        let (kind, capacity) = match kind {
            PlaceKind::AmbulanceStation => (StationKind::Ambulance, 3),
            PlaceKind::FireStation => (StationKind::Fire, 4),
            PlaceKind::Hospital => (StationKind::Hospital, 300 + 50 * (index % 12) as u16),
            _ => return None,
        };
        let (street, left) = entrance(block, self.streets, true)?;
        let (along, against) = self.built.roads[street];
        let road = if left { against } else { along };
        let position = self.built.network.roads[road].length / 2.0;
        let position = Meters::new(libm::round(position.get()));
        Some(Station { kind, label: label.clone(), road, position, capacity })
    }
}

fn label(kind: PlaceKind, number: usize, stems: &mut Stems) -> Label {
    let numbered = |zh: &str, en: &str| Label {
        zh: format!("市第{number}{zh}"),
        en: format!("City No. {number} {en}"),
    };
    match kind {
        PlaceKind::Hospital => numbered("人民医院", "People's Hospital"),
        PlaceKind::School if number.is_multiple_of(3) => numbered("中学", "Middle School"),
        PlaceKind::School => named(&stems.take(), "小学", "Primary School"),
        PlaceKind::Park => named(&stems.take(), "公园", "Park"),
        PlaceKind::FireStation => named(&stems.take(), "消防站", "Fire Station"),
        PlaceKind::AmbulanceStation => named(&stems.take(), "急救站", "Ambulance Station"),
        PlaceKind::CareHome => named(&stems.take(), "养老院", "Home for the Aged"),
        _ => Label::default(),
    }
}
