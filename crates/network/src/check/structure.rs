//! References and sizes: does every id lead somewhere, is everything as large as it must be?

use std::ops::Range;

use urbis_core::{Id, IdVec};
use urbis_units::{Meters, MetersPerSecond, Point};

use super::Report;
use crate::{Junction, JunctionId, LaneLink, Movement, MovementId, Network, Road, RoadId};

const LEADS_NOWHERE: &str = "correct the reference, or add what it names";

/// Whether every id and range leads to the element it must lead to.
pub(super) fn check(network: &Network, report: &mut Report) {
    if network.roads.is_empty() {
        report.add("network", "has no roads", "give it at least one road between two junctions");
    }
    for (id, road) in network.roads.iter_ids() {
        check_road(network, id, road, report);
    }
    for (id, lane) in network.lanes.iter_ids() {
        let known = network.roads.get(lane.road).is_some_and(|road| holds(&road.lanes, id));
        let element = format!("lane {}", id.0);
        report.expect(
            known,
            &element,
            || format!("is not a lane of road {}", lane.road.0),
            LEADS_NOWHERE,
        );
        let links = lane.links_out.iter().chain(&lane.links_in);
        let lost = links.filter(|link| network.lane_links.get(**link).is_none()).count();
        report.expect(
            lost == 0,
            &element,
            || format!("names {lost} unknown lane links"),
            LEADS_NOWHERE,
        );
    }
    for (id, junction) in network.junctions.iter_ids() {
        check_junction(network, id, junction, report);
    }
    for (id, movement) in network.movements.iter_ids() {
        check_movement(network, id, movement, report);
    }
    for (id, link) in network.lane_links.iter_ids() {
        let element = format!("lane link {}", id.0);
        let home = network.movements.get(link.movement);
        let known = home.is_some_and(|movement| holds(&movement.lane_links, id));
        report.expect(
            known,
            &element,
            || format!("is not part of movement {}", link.movement.0),
            LEADS_NOWHERE,
        );
        let joins = home.is_some_and(|movement| joins(network, link, movement));
        report.expect(
            joins,
            &element,
            || "does not join lanes of its movement's roads".to_owned(),
            LEADS_NOWHERE,
        );
    }
}

/// Speed limits that a street may have.
const SPEED_LIMIT_MIN: MetersPerSecond = MetersPerSecond::new(0.1);
const SPEED_LIMIT_MAX: MetersPerSecond = MetersPerSecond::new(100.0);

/// Whether lengths, widths, speeds and shapes can be.
pub(super) fn sizes(network: &Network, report: &mut Report) {
    for road in &network.roads {
        let element = format!("road {}", road.name);
        report.expect(
            positive(road.length),
            &element,
            || format!("is {} long", road.length),
            "give it a positive length",
        );
        report.expect(
            drawn(&road.shape),
            &element,
            || "has a shape of fewer than two finite points".to_owned(),
            "give its center line",
        );
        for (index, lane) in network.lanes.range(road.lanes.clone()).iter().enumerate() {
            let element = format!("road {}, lane {index}", road.name);
            report.expect(
                lane.index as usize == index,
                &element,
                || format!("says it is lane {}", lane.index),
                "number lanes from 0, the innermost, without gaps",
            );
            let fine = positive(lane.width)
                && positive(lane.length)
                && (SPEED_LIMIT_MIN..=SPEED_LIMIT_MAX).contains(&lane.speed_limit);
            report.expect(
                fine,
                &element,
                || {
                    format!(
                        "is {} wide, {} long, limited to {}",
                        lane.width, lane.length, lane.speed_limit
                    )
                },
                "give it a positive width and length and a speed limit of 0.1 to 100 m/s",
            );
        }
    }
    for junction in &network.junctions {
        let element = format!("junction {}", junction.name);
        let fine = finite(junction.center)
            && junction.radius.get().is_finite()
            && junction.radius >= Meters::ZERO;
        report.expect(
            fine,
            &element,
            || {
                format!(
                    "has radius {} at ({}, {})",
                    junction.radius, junction.center.x, junction.center.y
                )
            },
            "give it a finite center and a radius of at least 0 m",
        );
    }
    for (id, link) in network.lane_links.iter_ids() {
        let fine =
            drawn(&link.shape) && link.length.get().is_finite() && link.length >= Meters::ZERO;
        report.expect(
            fine,
            &format!("lane link {}", id.0),
            || format!("has {} points and length {}", link.shape.len(), link.length),
            "give it a path of at least two points and its length",
        );
    }
}

fn check_road(network: &Network, id: RoadId, road: &Road, report: &mut Report) {
    let element = format!("road {}", road.name);
    let from = network.junctions.get(road.from).is_some_and(|end| end.outgoing.contains(&id));
    report.expect(
        from,
        &element,
        || format!("does not leave junction {}", road.from.0),
        LEADS_NOWHERE,
    );
    let to = network.junctions.get(road.to).is_some_and(|end| end.incoming.contains(&id));
    report.expect(to, &element, || format!("does not enter junction {}", road.to.0), LEADS_NOWHERE);
    let lanes = range_fits(&road.lanes, &network.lanes) && !road.lanes.is_empty();
    let own = lanes && network.lanes.range(road.lanes.clone()).iter().all(|lane| lane.road == id);
    report.expect(
        own,
        &element,
        || "has no lanes of its own".to_owned(),
        "give it at least one lane",
    );
}

fn check_junction(network: &Network, id: JunctionId, junction: &Junction, report: &mut Report) {
    let element = format!("junction {}", junction.name);
    let meets = |road: &RoadId, enters: bool| {
        let end = network.roads.get(*road).map(|road| if enters { road.to } else { road.from });
        end == Some(id)
    };
    let roads = junction.incoming.iter().all(|road| meets(road, true))
        && junction.outgoing.iter().all(|road| meets(road, false));
    report.expect(roads, &element, || "lists roads that do not meet it".to_owned(), LEADS_NOWHERE);

    let own = range_fits(&junction.movements, &network.movements)
        && network.movements.range(junction.movements.clone()).iter().all(|m| m.junction == id);
    report.expect(own, &element, || "has movements that are not its own".to_owned(), LEADS_NOWHERE);

    let inside = |link: crate::LaneLinkId| {
        let link = network.lane_links.get(link);
        let movement = link.and_then(|link| network.movements.get(link.movement));
        movement.is_some_and(|movement| movement.junction == id)
    };
    let lost =
        junction.conflict_areas.iter().filter(|area| !inside(area.a) || !inside(area.b)).count();
    report.expect(
        lost == 0,
        &element,
        || format!("has {lost} conflict areas of lane links that are not its own"),
        "compute its conflict areas again",
    );
}

fn check_movement(network: &Network, id: MovementId, movement: &Movement, report: &mut Report) {
    let element = format!("movement {}", id.0);
    let home = network.junctions.get(movement.junction);
    let own = home.is_some_and(|junction| holds(&junction.movements, id));
    report.expect(
        own,
        &element,
        || format!("is not one of junction {}", movement.junction.0),
        LEADS_NOWHERE,
    );
    let ends = network.roads.get(movement.from).map(|road| road.to);
    let begins = network.roads.get(movement.to).map(|road| road.from);
    let joined = ends == Some(movement.junction) && begins == Some(movement.junction);
    report.expect(
        joined,
        &element,
        || "does not join two roads of its junction".to_owned(),
        LEADS_NOWHERE,
    );
    let links = range_fits(&movement.lane_links, &network.lane_links);
    report.expect(links, &element, || "has lane links out of range".to_owned(), LEADS_NOWHERE);
}

fn joins(network: &Network, link: &LaneLink, movement: &Movement) -> bool {
    let road = |lane| network.lanes.get(lane).map(|lane| lane.road);
    road(link.from) == Some(movement.from) && road(link.to) == Some(movement.to)
}

fn holds<I: Id>(range: &Range<I>, id: I) -> bool {
    range.start <= id && id < range.end
}

fn range_fits<I: Id, T>(range: &Range<I>, all: &IdVec<I, T>) -> bool {
    range.start <= range.end && range.end.index() <= all.len()
}

fn positive(length: Meters) -> bool {
    length.get().is_finite() && length > Meters::ZERO
}

fn finite(point: Point) -> bool {
    point.x.is_finite() && point.y.is_finite()
}

fn drawn(shape: &[Point]) -> bool {
    shape.len() >= 2 && shape.iter().all(|point| finite(*point))
}
