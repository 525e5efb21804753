//! A small city for tests: a grid of signalized junctions with three lanes a road, as in the
//! public data sets.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use serde_json::{Value, json};
use urbis_network::{Demand, Network, RoadId, cityflow};

/// East, north, west, south.
const HEADINGS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
/// Left, straight, right: name, turn of the heading, lane.
const TURNS: [(&str, usize, i64); 3] =
    [("turn_left", 1, 0), ("go_straight", 0, 1), ("turn_right", 3, 2)];

fn road(x: i32, y: i32, heading: usize) -> String {
    format!("road_{x}_{y}_{heading}")
}

fn crossing(x: i32, y: i32) -> String {
    format!("intersection_{x}_{y}")
}

/// A CityFlow road network of `columns` times `rows` junctions, 300 m apart.
pub(crate) fn roadnet(columns: i32, rows: i32) -> Value {
    let inside = |x: i32, y: i32| (1..=columns).contains(&x) && (1..=rows).contains(&y);
    let known = |x: i32, y: i32| {
        let column = (1..=columns).contains(&x) && (0..=rows + 1).contains(&y);
        column || (1..=rows).contains(&y) && (0..=columns + 1).contains(&x)
    };
    let at = |x: i32, y: i32| json!({"x": f64::from(x) * 300.0, "y": f64::from(y) * 300.0});
    let (mut intersections, mut roads) = (Vec::new(), Vec::new());
    for (x, y) in (0..=columns + 1).flat_map(|x| (0..=rows + 1).map(move |y| (x, y))) {
        if !known(x, y) {
            continue;
        }
        for (heading, (dx, dy)) in HEADINGS.iter().enumerate() {
            let to = (x + dx, y + dy);
            if known(to.0, to.1) && (inside(x, y) || inside(to.0, to.1)) {
                roads.push(json!({
                    "id": road(x, y, heading),
                    "points": [at(x, y), at(to.0, to.1)],
                    "lanes": vec![json!({"width": 4.0, "maxSpeed": 11.111}); 3],
                    "startIntersection": crossing(x, y),
                    "endIntersection": crossing(to.0, to.1),
                }));
            }
        }
        let mut junction = json!({
            "id": crossing(x, y), "point": at(x, y), "width": 15.0, "roads": [],
            "virtual": !inside(x, y),
        });
        if inside(x, y) {
            junction["roadLinks"] = links(x, y);
            junction["trafficLight"] = json!({"lightphases": phases()});
        }
        intersections.push(junction);
    }
    json!({"intersections": intersections, "roads": roads})
}

/// Road links: for each approach left, straight, right.
fn links(x: i32, y: i32) -> Value {
    let mut links = Vec::new();
    for (heading, (dx, dy)) in HEADINGS.iter().enumerate() {
        for (kind, turn, lane) in TURNS {
            let lanes: Vec<Value> =
                (0..3).map(|to| json!({"startLaneIndex": lane, "endLaneIndex": to})).collect();
            links.push(json!({
                "type": kind,
                "startRoad": road(x - dx, y - dy, heading),
                "endRoad": road(x, y, (heading + turn) % 4),
                "laneLinks": lanes,
            }));
        }
    }
    links.into()
}

/// Right turns; then straight and left turns of both axes with them.
fn phases() -> Value {
    let rights = [2, 5, 8, 11];
    let of = |links: [usize; 2]| [&rights[..], &links[..]].concat();
    json!([
        {"time": 5, "availableRoadLinks": rights},
        {"time": 30, "availableRoadLinks": of([1, 7])},
        {"time": 30, "availableRoadLinks": of([4, 10])},
        {"time": 30, "availableRoadLinks": of([0, 6])},
        {"time": 30, "availableRoadLinks": of([3, 9])},
    ])
}

pub(crate) fn grid(columns: i32, rows: i32) -> Arc<Network> {
    let text = roadnet(columns, rows).to_string();
    Arc::new(cityflow::read_roadnet(text.as_bytes(), "grid.json").expect("the grid is sound"))
}

/// A trip from side to side every `every` seconds on every row and column, and turns to both sides
/// at the first junction of each column, for `span` seconds.
pub(crate) fn demand(
    network: &Network,
    (columns, rows): (i32, i32),
    every: i64,
    span: i64,
) -> Demand {
    let vehicle = json!({
        "length": 5.0, "width": 2.0, "maxPosAcc": 2.0, "maxNegAcc": 4.5, "usualPosAcc": 2.0,
        "usualNegAcc": 4.5, "minGap": 2.5, "maxSpeed": 11.111, "headwayTime": 2.0,
    });
    let mut flows = Vec::new();
    let mut flow = |route: Vec<String>, start: i64, interval: i64| {
        flows.push(json!({
            "vehicle": vehicle, "route": route, "interval": interval as f64,
            "startTime": start, "endTime": span,
        }));
    };
    for y in 1..=rows {
        flow((0..=columns).map(|x| road(x, y, 0)).collect(), 0, every);
        flow((1..=columns + 1).rev().map(|x| road(x, y, 2)).collect(), 1, every);
    }
    for x in 1..=columns {
        flow((0..=rows).map(|y| road(x, y, 1)).collect(), 0, every);
        flow((1..=rows + 1).rev().map(|y| road(x, y, 3)).collect(), 1, every);
        flow(vec![road(x, 0, 1), road(x, 1, 0), road(columns, 1, 0)], 2, 3 * every);
        flow(vec![road(x, 0, 1), road(x, 1, 2), road(1, 1, 2)], 2, 3 * every);
    }
    let text = Value::from(flows).to_string();
    cityflow::read_flow(text.as_bytes(), "flow.json", network).expect("the flow is sound")
}

/// The id of a road by place and heading.
pub(crate) fn road_id(network: &Network, x: i32, y: i32, heading: usize) -> RoadId {
    let name = road(x, y, heading);
    network.roads.iter_ids().find(|(_, road)| road.name == name).expect("the grid has it").0
}
