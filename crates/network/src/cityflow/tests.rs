//! The readers take what is sound and name what is not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read_flow, read_roadnet};
use crate::{GroupSet, JunctionKind, NetworkError, StageIdx, Turn};

/// Two roads in, two roads out, one signalized junction: straight on from west to east and a right
/// turn from west to south.
fn roadnet() -> Value {
    let road = |id: &str, from: &str, to: &str, ends: [[i32; 2]; 2]| {
        json!({
            "id": id, "startIntersection": from, "endIntersection": to,
            "points": [{"x": ends[0][0], "y": ends[0][1]}, {"x": ends[1][0], "y": ends[1][1]}],
            "lanes": [{"width": 4, "maxSpeed": 11.111}, {"width": 4, "maxSpeed": 11.111}],
        })
    };
    let edge = |id: &str, x: i32, y: i32| {
        json!({
            "id": id, "point": {"x": x, "y": y}, "width": 0, "roads": [], "roadLinks": [],
            "virtual": true,
        })
    };
    json!({
        "intersections": [
            {
                "id": "middle", "point": {"x": 0, "y": 0}, "width": 20, "virtual": false,
                "roads": ["in", "out", "down"],
                "roadLinks": [
                    {
                        "type": "go_straight", "startRoad": "in", "endRoad": "out",
                        "laneLinks": [
                            {"startLaneIndex": 0, "endLaneIndex": 0},
                            {"startLaneIndex": 0, "endLaneIndex": 1},
                        ],
                    },
                    {
                        "type": "turn_right", "startRoad": "in", "endRoad": "down",
                        "laneLinks": [{
                            "startLaneIndex": 1, "endLaneIndex": 1,
                            "points": [{"x": -20, "y": -6}, {"x": -9, "y": -9}, {"x": -6, "y": -20}],
                        }],
                    },
                ],
                "trafficLight": {"lightphases": [
                    {"time": 5, "availableRoadLinks": [1]},
                    {"time": 30.5, "availableRoadLinks": [0, 1]},
                ]},
            },
            edge("west", -400, 0),
            edge("east", 300, 0),
            edge("south", 0, -300),
        ],
        "roads": [
            road("in", "west", "middle", [[-400, 0], [0, 0]]),
            road("out", "middle", "east", [[0, 0], [300, 0]]),
            road("down", "middle", "south", [[0, 0], [0, -300]]),
        ],
    })
}

fn flow() -> Value {
    json!([{
        "vehicle": {
            "length": 5.0, "width": 2.0, "maxPosAcc": 2.0, "maxNegAcc": 4.5, "usualPosAcc": 2.0,
            "usualNegAcc": 4.5, "minGap": 2.5, "maxSpeed": 11.111, "headwayTime": 2,
        },
        "route": ["in", "out"], "interval": 2.5, "startTime": 3, "endTime": 10,
    }])
}

fn network() -> crate::Network {
    read_roadnet(roadnet().to_string().as_bytes(), "net.json").expect("sound")
}

#[test]
fn lengths_signals_and_movements_are_those_of_the_file() {
    let network = network();
    assert_eq!(network.name, "net");
    let length = |road: usize| network.roads.as_slice()[road].length.get();
    assert_eq!([length(0), length(1), length(2)], [380.0, 280.0, 280.0]);
    let middle = &network.junctions.as_slice()[0];
    assert_eq!(middle.kind, JunctionKind::Signalized);
    assert_eq!((middle.incoming.len(), middle.outgoing.len()), (1, 2));
    let signal = middle.signal.as_ref().expect("signalized");
    assert_eq!(signal.groups.len(), 2);
    assert_eq!(signal.stages[1].green, GroupSet(0b11));
    assert_eq!(signal.clearance_stage, Some(StageIdx(0)));
    assert_eq!(signal.plans[0].name, "builtin");
    assert_eq!(signal.plans[0].cycle().get(), 35.5);
    assert_eq!(signal.conflicts.len(), 4);
    assert_eq!(signal.intergreens.len(), 4);
    let turns: Vec<Turn> = network.movements.iter().map(|movement| movement.turn).collect();
    assert_eq!(turns, [Turn::Straight, Turn::Right]);
    // A link without points becomes a curve of ten segments from stop line to stop line.
    let curve = &network.lane_links.as_slice()[0];
    assert_eq!(curve.shape.len(), 11);
    assert_eq!((curve.shape[0].x, curve.shape[0].y), (-20.0, -2.0));
    assert_eq!((curve.shape[10].x, curve.shape[10].y), (20.0, -2.0));
    assert!((curve.length.get() - 40.0).abs() < 1e-9);
    // Links that part from one lane meet where they part, as CityFlow has it.
    assert!(middle.conflict_areas.iter().any(|area| area.along_a.get() == 0.0));
}

#[test]
fn flows_become_trips_as_cityflow_makes_vehicles() {
    let demand = read_flow(flow().to_string().as_bytes(), "flow.json", &network()).expect("sound");
    let departures: Vec<f64> = demand.trips.iter().map(|trip| trip.depart.get()).collect();
    // One at the start, then whenever 2.5 s have gathered in steps of one second.
    assert_eq!(departures, [3.0, 6.0, 8.0]);
    assert_eq!((demand.vehicle_types.len(), demand.routes.len()), (1, 1));
}

#[test]
fn routes_that_skip_roads_are_completed() {
    let mut chain = roadnet();
    // A second junction without signal behind the first: `out` leads on to `far`.
    chain["intersections"][2] = json!({
        "id": "east", "point": {"x": 300, "y": 0}, "width": 10, "roads": [], "virtual": false,
        "roadLinks": [{
            "type": "go_straight", "startRoad": "out", "endRoad": "far",
            "laneLinks": [{"startLaneIndex": 0, "endLaneIndex": 0}],
        }],
        "trafficLight": {"lightphases": [{"time": 5, "availableRoadLinks": [0]}]},
    });
    chain["roads"].as_array_mut().expect("a list").push(json!({
        "id": "far", "startIntersection": "east", "endIntersection": "west",
        "points": [{"x": 300, "y": 0}, {"x": -50, "y": 200}, {"x": -400, "y": 0}],
        "lanes": [{"width": 3, "maxSpeed": 8}],
    }));
    let network = read_roadnet(chain.to_string().as_bytes(), "net.json").expect("sound");
    assert_eq!(network.junctions.as_slice()[2].kind, JunctionKind::Priority);
    let mut flow = flow();
    flow[0]["route"] = json!(["in", "in", "far"]);
    let demand = read_flow(flow.to_string().as_bytes(), "flow.json", &network).expect("sound");
    let route: Vec<u32> = demand.routes.as_slice()[0].iter().map(|road| road.0).collect();
    assert_eq!(route, [0, 1, 3]);
}

/// Changes the value at a JSON pointer and answers what the reader says of it.
fn spoiled(pointer: &str, value: Value) -> NetworkError {
    let mut net = roadnet();
    *net.pointer_mut(pointer).expect("it is there") = value;
    read_roadnet(net.to_string().as_bytes(), "net.json").expect_err("spoiled")
}

#[test]
fn faults_of_a_network_name_file_element_and_remedy() {
    let straight = "/intersections/0/roadLinks/0";
    for (pointer, value, parts) in [
        ("/roads/0/startIntersection", json!("nowhere"), ["road in", "intersection nowhere"]),
        ("/roads/1/id", json!("in"), ["road in", "occurs twice"]),
        (
            "/intersections/0/width",
            json!(0),
            ["middle, road link 0: lane link from lane 0 to lane 0", "give the lane link `points`"],
        ),
        (
            "/intersections/0/roadLinks/1/laneLinks/0/points",
            json!([{"x": 1, "y": 1}, {"x": 1, "y": 1}]),
            ["middle, road link 1: lane link from lane 1", "correct `laneLinks.points`"],
        ),
        ("/intersections/1/id", json!("middle"), ["intersection middle", "occurs twice"]),
        ("/roads/0/lanes", json!([]), ["road in", "0 lanes"]),
        ("/roads/0/lanes/1/width", json!(-4), ["road in", "`lanes.width` is -4"]),
        ("/roads/0/lanes/1/maxSpeed", json!(0), ["road in", "`lanes.maxSpeed` is 0"]),
        ("/roads/0/points/0/x", json!(-15), ["road in", "15.0 m long"]),
        ("/roads/0/points/0/x", json!(0), ["road in", "do not make a line"]),
        ("/roads/0/points/0/x", json!(1e300), ["road in", "`points` is 1e300"]),
        ("/intersections/0/width", json!(-20), ["intersection middle", "`width` is -20"]),
        ("/intersections/0/width", Value::Null, ["intersection middle", "`width` is missing"]),
        ("/intersections/0/roads/0", json!("gone"), ["intersection middle", "road gone"]),
        ("/intersections/0/roadLinks", Value::Null, ["middle", "`roadLinks` is missing"]),
        ("/intersections/0/trafficLight", Value::Null, ["middle", "`trafficLight` is missing"]),
        (&format!("{straight}/type"), json!("fly"), ["road link 0", "turn \"fly\""]),
        (&format!("{straight}/endRoad"), json!("gone"), ["road link 0", "road gone"]),
        (&format!("{straight}/endRoad"), json!("in"), ["road link 0", "does not begin at"]),
        (&format!("{straight}/startRoad"), json!("out"), ["road link 0", "does not end at"]),
        (
            &format!("{straight}/laneLinks/0/endLaneIndex"),
            json!(2),
            ["road link 0", "lane 2 of road out"],
        ),
        (
            &format!("{straight}/laneLinks/0/startLaneIndex"),
            json!(-1),
            ["road link 0", "lane -1 of road in"],
        ),
        (
            "/intersections/0/trafficLight/lightphases/1/availableRoadLinks/0",
            json!(7),
            ["intersection middle", "road link 7"],
        ),
        (
            "/intersections/0/trafficLight/lightphases/0/time",
            json!(-5),
            ["intersection middle", "`lightphases.time` is -5"],
        ),
        ("/roads", json!([]), ["net.json", "has no roads"]),
        ("/intersections", json!([]), ["net.json", "has no intersections"]),
        ("/roads/0/lanes/0/width", json!("wide"), ["roads[0].lanes[0].width", "line 1"]),
    ] {
        let message = spoiled(pointer, value).to_string();
        assert!(message.starts_with("net.json: "), "{message}");
        assert!(message.contains("; "), "no remedy: {message}");
        for part in parts {
            assert!(message.contains(part), "{pointer}: {message} lacks {part:?}");
        }
    }
}

#[test]
fn broken_json_is_shown_with_its_line() {
    let text = serde_json::to_string_pretty(&roadnet()).expect("text");
    let cut = &text.as_bytes()[..text.len() / 2];
    let message = read_roadnet(cut, "net.json").expect_err("cut").to_string();
    assert!(message.contains("line ") && message.contains("EOF"), "{message}");
    let more = format!("{text} trailing");
    assert!(read_roadnet(more.as_bytes(), "net.json").is_err());
    assert!(read_roadnet(b"\xff\xfe", "net.json").is_err());
}

#[test]
fn faults_of_a_flow_name_file_element_and_remedy() {
    for (pointer, value, parts) in [
        ("/0/route/1", json!("gone"), ["flow 0", "road gone"]),
        ("/0/route", json!(["out", "in"]), ["flow 0", "no way leads from road out to road in"]),
        ("/0/route", json!(["in"]), ["flow 0", "at least two"]),
        ("/0/route", json!([]), ["flow 0", "at least two"]),
        ("/0/interval", json!(0), ["flow 0", "`interval` is 0"]),
        ("/0/interval", json!(0.5), ["flow 0", "`interval` is 0.5"]),
        ("/0/startTime", json!(-1), ["flow 0", "`startTime` is -1"]),
        ("/0/endTime", json!(2), ["flow 0", "`endTime` is 2"]),
        ("/0/vehicle/length", json!(-5), ["flow 0", "`vehicle.length` is -5"]),
        ("/0/vehicle/maxNegAcc", json!(0), ["flow 0", "`vehicle.maxNegAcc` is 0"]),
        ("/0/vehicle", json!({}), ["[0].vehicle", "missing field"]),
    ] {
        let mut flow = flow();
        *flow.pointer_mut(pointer).expect("it is there") = value;
        let message = read_flow(flow.to_string().as_bytes(), "flow.json", &network())
            .expect_err("spoiled")
            .to_string();
        assert!(message.starts_with("flow.json: ") && message.contains("; "), "{message}");
        for part in parts {
            assert!(message.contains(part), "{pointer}: {message} lacks {part:?}");
        }
    }
    assert!(matches!(
        read_flow(b"[]", "flow.json", &network()),
        Err(NetworkError::Empty { what: "flows", .. })
    ));
}

/// Replaces a value somewhere in a document: the `nth` in order of writing.
fn change(value: &mut Value, nth: &mut usize, with: &Value) {
    if *nth == 0 {
        *value = with.clone();
        *nth = usize::MAX;
        return;
    }
    *nth -= 1;
    match value {
        Value::Array(items) => {
            for item in items {
                if *nth == usize::MAX {
                    return;
                }
                change(item, nth, with);
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                if *nth == usize::MAX {
                    return;
                }
                change(field, nth, with);
            }
        }
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-50..50_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just("in"), Just("out"), Just("middle"), Just("")].prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn no_changed_network_makes_the_reader_panic(nth in 0..200_usize, with in anything()) {
        let mut net = roadnet();
        change(&mut net, &mut { nth }, &with);
        if let Ok(network) = read_roadnet(net.to_string().as_bytes(), "net.json") {
            // What is read can be driven on, or refuses the flow.
            let _ = read_flow(flow().to_string().as_bytes(), "flow.json", &network);
            prop_assert!(network.lanes.iter().all(|lane| lane.length.get() > 0.0));
        }
    }

    #[test]
    fn no_changed_flow_makes_the_reader_panic(nth in 0..20_usize, with in anything()) {
        let mut changed = flow();
        change(&mut changed, &mut { nth }, &with);
        let network = network();
        if let Ok(demand) = read_flow(changed.to_string().as_bytes(), "flow.json", &network) {
            prop_assert!(demand.trips.windows(2).all(|pair| pair[0].depart <= pair[1].depart));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(at in 0..5000_usize, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = roadnet().to_string().into_bytes();
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let _ = read_roadnet(&bytes, "net.json");
    }
}
