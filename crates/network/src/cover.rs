//! What must not be told of a place on a road to those who need not know it: everything that lies in
//! its squares or leads there.
//!
//! # Shape
//! The plane is cut into squares of one side, aligned to its origin. A cover hides the squares in
//! which the road's middle and ends lie, the road, and the junctions at its ends.
//!
//! # Source
//! Spatial generalization to a grid: Gruteser and Grunwald, "Anonymous Usage of Location-Based
//! Services Through Spatial and Temporal Cloaking" (MobiSys 2003), DOI 10.1145/1066116.1189037.
//!
//! # Limits
//! A square hides who lives in it among its residents; where few live, it hides little.

use urbis_core::{JunctionId, LaneId, Place, RoadId};
use urbis_units::{Meters, Point};

use crate::Network;
use crate::geometry::{length, point_along};

/// The middle of the square of side `side` that a point lies in.
pub fn square_middle(side: Meters, point: Point) -> Point {
    let side = side.get();
    let snap = |value: f64| ((value / side).floor() + 0.5) * side;
    Point::new(snap(point.x), snap(point.y))
}

/// What is hidden of a place on one road.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    side: Meters,
    /// Middles of the squares; that of the road's middle first.
    squares: Vec<Point>,
    road: RoadId,
    ends: Option<[JunctionId; 2]>,
}

impl Cover {
    /// The cover over a place on `road`, in squares of `side`.
    pub fn over(network: &Network, side: Meters, road: RoadId) -> Self {
        let there = network.roads.get(road);
        let line = there.map_or(&[][..], |one| one.shape.as_slice());
        let middle = (!line.is_empty()).then(|| point_along(line, length(line) / 2.0));
        let mut squares = Vec::new();
        for point in middle.iter().chain(line.first()).chain(line.last()) {
            let square = square_middle(side, *point);
            if !squares.contains(&square) {
                squares.push(square);
            }
        }
        Self { side, squares, road, ends: there.map(|one| [one.from, one.to]) }
    }

    /// What may be told of the place: the middle of its square.
    pub fn instead(&self) -> Place {
        self.squares.first().map_or(Place::City, |middle| Place::Point(*middle))
    }

    /// Whether a point of the plane lies under it.
    pub fn hides(&self, point: Point) -> bool {
        self.squares.contains(&square_middle(self.side, point))
    }

    /// Whether a junction does, or ends the road.
    pub fn hides_junction(&self, network: &Network, junction: JunctionId) -> bool {
        let center = network.junctions.get(junction).map(|one| one.center);
        self.ends.is_some_and(|ends| ends.contains(&junction))
            || center.is_some_and(|center| self.hides(center))
    }

    /// Whether a road does, or leads there: roads that only touch the hidden one would point at it
    /// as well.
    pub fn hides_road(&self, network: &Network, road: RoadId) -> bool {
        let Some(there) = network.roads.get(road) else { return true };
        road == self.road
            || [there.from, there.to].iter().any(|end| self.hides_junction(network, *end))
            || there.shape.iter().any(|point| self.hides(*point))
    }

    /// Whether a vehicle at `point` of `lane` is.
    pub fn hides_vehicle(&self, network: &Network, lane: LaneId, point: Point) -> bool {
        network.lanes.get(lane).map(|one| one.road) == Some(self.road) || self.hides(point)
    }

    /// Whether a place tells it.
    pub fn hides_place(&self, network: &Network, place: &Place) -> bool {
        match *place {
            Place::Junction(id) => self.hides_junction(network, id),
            Place::Road(id) => self.hides_road(network, id),
            Place::Lane { lane, .. } => {
                network.lanes.get(lane).is_none_or(|lane| self.hides_road(network, lane.road))
            }
            Place::Point(point) => self.hides(point),
            Place::City => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, geometry};

    const SIDE: Meters = Meters::new(500.0);

    #[test]
    fn a_square_is_named_by_its_middle() {
        for (x, y, middle) in [
            (0.0, 0.0, (250.0, 250.0)),
            (499.9, 1.0, (250.0, 250.0)),
            (-1.0, 500.0, (-250.0, 750.0)),
        ] {
            assert_eq!(square_middle(SIDE, Point::new(x, y)), Point::new(middle.0, middle.1));
        }
    }
    #[test]
    fn a_cover_hides_the_road_and_whatever_leads_there_and_nothing_far_away() {
        let network = fixture::grid(4, 4);
        for road in network.roads.ids() {
            let cover = Cover::over(&network, SIDE, road);
            let there = &network.roads[road];
            let ends = [there.from, there.to];
            assert!(ends.iter().all(|end| cover.hides_junction(&network, *end)));
            for other in network.roads.ids() {
                let one = &network.roads[other];
                let touches = ends.contains(&one.from) || ends.contains(&one.to);
                let near = |point: &Point| {
                    let along =
                        there.shape.iter().map(|own| geometry::distance(*own, *point).get());
                    along.fold(f64::INFINITY, f64::min) < 2.0 * SIDE.get()
                };
                let hidden = cover.hides_place(&network, &Place::Road(other));
                assert!(hidden || !touches, "{other:?} leads to {road:?}");
                assert!(!hidden || one.shape.iter().any(near), "{other:?} is far from {road:?}");
            }
            let Place::Point(middle) = cover.instead() else { panic!("the road has a place") };
            assert!(cover.hides(middle));
        }
        let nowhere = Cover::over(&network, SIDE, RoadId(u32::MAX));
        assert_eq!(nowhere.instead(), Place::City);
    }
}
