//! The readers take what is sound and name what is not.

use proptest::prelude::*;

use super::{read_flow, read_roadnet};
use crate::JunctionKind::{Boundary, Priority, Signalized};
use crate::{GroupIdx, JunctionKind, Network, NetworkError, Turn, check};

/// A signalized node with arms to the north, east and south, and a bend to a dead end in the west
/// of the southern one.
const ROADNET: &str = "5
30.0 120.0 middle 1
30.01 120.0 north 0
30.0 120.01 east 0
29.99 120.0 bend 0
29.99 119.99 west 0
4
middle north 1100 16.7 3 3 1 2
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
middle east 960 13.9 3 3 3 4
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
middle bend 1110 13.9 3 3 5 6
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
bend west 400 11.1 3 3 7 8
1 0 0 0 1 0 0 0 1
1 0 0 0 1 0 0 0 1
1
middle 1 3 5 -1
";

const FLOW: &str = "2
0 60 20
3
2 5 7
30 30 10
2
4 1
";

fn network() -> Network {
    read_roadnet(ROADNET.as_bytes(), "roadnet.txt").expect("a sound network")
}

#[test]
fn a_network_has_the_roads_turns_and_phases_of_the_file() {
    let network = network();
    assert_eq!((network.junctions.len(), network.roads.len(), network.lanes.len()), (5, 8, 24));
    assert_eq!(check::network(&network), []);
    let names = |turn: Turn| -> Vec<(&str, &str)> {
        let of_middle = network.movements_of(crate::JunctionId(0));
        let turns = of_middle.map(|id| &network.movements[id]).filter(|one| one.turn == turn);
        turns
            .map(|one| {
                let name = |road| network.roads[road].name.as_str();
                (name(one.from), name(one.to))
            })
            .collect()
    };
    // From the north (road 2) the east is on the left; from the south (road 6) on the right.
    assert_eq!(names(Turn::Left), [("2", "3"), ("4", "5")]);
    assert_eq!(names(Turn::Straight), [("2", "5"), ("6", "1")]);
    assert_eq!(names(Turn::Right), [("4", "1"), ("6", "3")]);

    let kinds: Vec<JunctionKind> = network.junctions.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Signalized, Boundary, Boundary, Priority, Boundary]);
    let signal = network.junctions[crate::JunctionId(0)].signal.as_ref().expect("signalized");
    let stages: Vec<&str> = signal.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(
        stages,
        ["clearance", "phase 1", "phase 2", "phase 3", "phase 5", "phase 6", "phase 7"]
    );
    // Right turns are free in all of them.
    for (index, group) in signal.groups.iter().enumerate() {
        let free = group.name == "4 to 1" || group.name == "6 to 3";
        let shown = signal.stages[0].green.contains(GroupIdx(index as u8));
        assert_eq!(shown, free, "{}", group.name);
    }
    assert_eq!(signal.plans[0].cycle().get(), 75.0);
}

#[test]
fn roads_are_as_long_as_the_file_says_less_their_junctions() {
    let network = network();
    let middle = network.junctions[crate::JunctionId(0)].radius.get();
    assert_eq!(middle, 13.0, "three lanes and one more");
    let north = &network.roads[crate::RoadId(0)];
    let end = network.junctions[north.to].radius.get();
    assert!((north.length.get() - (1100.0 - middle - end)).abs() < 1e-9);
}

#[test]
fn where_a_way_is_missing_its_lane_goes_on_with_the_others() {
    let network = network();
    let bend = network.movements.iter().find(|one| one.junction == crate::JunctionId(3));
    let bend = bend.expect("the bend has a movement");
    // The bend to the right is the only way, so all three lanes take it.
    assert_eq!(bend.turn, Turn::Straight);
    let links = urbis_core::ids_in(&bend.lane_links);
    let lanes: std::collections::BTreeSet<_> =
        links.map(|link| network.lane_links[link].from).collect();
    assert_eq!(lanes.len(), 3);
}

#[test]
fn a_direction_without_lanes_is_no_road() {
    let one_way =
        ROADNET.replace("3 3 7 8\n1 0 0 0 1 0 0 0 1\n1 0", "3 0 7 -\n1 0 0 0 1 0 0 0 1\n\n1 0");
    let one_way = one_way.replacen("\n1 0 0 0 1 0 0 0 1\n1\nmiddle", "\n1\nmiddle", 1);
    let network = read_roadnet(one_way.as_bytes(), "net.txt").expect("one way");
    assert_eq!(network.roads.len(), 7);
}

#[test]
fn flows_become_trips() {
    let demand = read_flow(FLOW.as_bytes(), "flow.txt", &network()).expect("a sound flow");
    let departs: Vec<f64> = demand.trips.iter().map(|trip| trip.depart.get()).collect();
    assert_eq!(departs, [0.0, 20.0, 30.0, 40.0, 60.0]);
    assert_eq!(demand.routes.len(), 2);
}

#[test]
fn faults_name_file_line_and_remedy() {
    let net = |from: &str, to: &str| {
        assert!(ROADNET.contains(from), "{from}");
        let changed = ROADNET.replacen(from, to, 1);
        read_roadnet(changed.as_bytes(), "net.txt").expect_err(to).to_string()
    };
    let flow = |from: &str, to: &str| {
        assert!(FLOW.contains(from), "{from}");
        let changed = FLOW.replacen(from, to, 1);
        read_flow(changed.as_bytes(), "flow.txt", &network()).expect_err(to).to_string()
    };
    for (message, parts) in [
        (net("30.01", "north"), ["line 3", "`latitude` is north"]),
        (net("30.01", "91"), ["line 3", "`latitude` is 91"]),
        (net("north 0", "middle 0"), ["line 8", "two nodes before it have the id middle"]),
        (net("middle 1\n", "middle 2\n"), ["line 2", "expected 0 or 1"]),
        (net("1100", "-1"), ["line 8", "`length` is -1"]),
        (net("1100", "NaN"), ["line 8", "`length` is NaN"]),
        (net("middle north 1100", "nowhere north 1100"), ["line 8", "node nowhere"]),
        (net("north 1100", "middle 1100"), ["line 8", "same place"]),
        (net("3 3 1 2", "3 3 1 1"), ["line 8", "road 1 stands there already"]),
        (net("3 3 1 2", "99 3 1 2"), ["line 8", "has 99 lanes"]),
        (net("1 0 0 0 1 0 0 0 1", "1 0 0 0 1"), ["line 9", "has 5 fields, expected 9"]),
        (net("middle 1 3 5 -1", "middle 1 3 9 -1"), ["line 21", "road 9, which does not exist"]),
        (net("middle 1 3 5 -1", "middle 2 3 5 -1"), ["line 21", "road 2 does not leave"]),
        (net("middle 1 3 5 -1", "north 2 -1 -1 -1"), ["line 21", "no signal"]),
        (net("\nmiddle 1 3 5 -1", ""), ["end of the file", "is cut off"]),
        (flow("0 60 20", "60 0 20"), ["line 2", "from 60 s to 0 s"]),
        (flow("0 60 20", "0 60 0"), ["line 2", "one every 0 s"]),
        (flow("2 5 7", "2 10 7"), ["line 4", "road 10, which does not exist"]),
        (flow("2 5 7", "2 1 7"), ["line 4", "road 2 does not lead to road 1"]),
        (flow("3\n2 5 7", "2\n2 5 7"), ["line 4", "has 3 fields, expected 2"]),
    ] {
        for part in parts {
            assert!(message.contains(part), "{message} lacks {part:?}");
        }
        assert!(message.contains(".txt: ") && message.contains("; "), "{message}");
    }
    assert!(matches!(read_roadnet(b"0\n", "net.txt"), Err(NetworkError::Empty { .. })));
    assert!(matches!(read_flow(b"0\n", "f.txt", &network()), Err(NetworkError::Empty { .. })));
}

#[test]
fn a_node_where_too_many_roads_meet_is_refused() {
    let arms = 30;
    let node = |arm: u32| format!("{} 120.5 n{arm} 0\n", 30.0 + f64::from(arm) / 100.0);
    let road = |arm: u32| format!("hub n{arm} 500 10 1 1 out{arm} in{arm}\n1 1 1\n1 1 1\n");
    let nodes: String = (0..arms).map(node).collect();
    let roads: String = (0..arms).map(road).collect();
    let count = arms + 1;
    let text = format!("{count}\n30.0 120.0 hub 1\n{nodes}{arms}\n{roads}1\nhub -1 -1 -1 -1\n");
    let message = read_roadnet(text.as_bytes(), "net.txt").expect_err("a star").to_string();
    assert!(message.contains("node hub: 30 roads") && message.contains("split"), "{message}");
}

proptest! {
    #[test]
    fn whatever_a_file_holds_it_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        with in prop_oneof![
            Just(String::new()), Just("-1".to_owned()), Just("1e308".to_owned()), Just("\n".to_owned()),
            "[0-9. -]{0,6}", any::<u32>().prop_map(|number| number.to_string()),
        ],
        cut in any::<bool>(),
    ) {
        for text in [ROADNET, FLOW] {
            let words: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
            let at = at.index(words.len());
            let mut changed: String = words[..at].concat();
            changed.push_str(&with);
            if !cut {
                changed.push(' ');
                changed.push_str(&words[at + 1..].concat());
            }
            let _ = read_roadnet(changed.as_bytes(), "net.txt");
            let _ = read_flow(changed.as_bytes(), "flow.txt", &network());
        }
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_roadnet(&bytes, "net.txt");
        let _ = read_flow(&bytes, "flow.txt", &network());
    }
}
