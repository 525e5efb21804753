//! Tests of routing against a plain search over every path.

use std::collections::BTreeSet;

use proptest::prelude::*;
use urbis_units::{Meters, MetersPerSecond};

use super::*;
use crate::fixture::{add_junction, add_road, finish, grid};
use crate::{JunctionKind, MovementId};

const FOREVER: Seconds = Seconds::new(1e8);

/// A network of scattered junctions and random roads between them.
fn scattered(places: &[(u16, u16)], roads: &[(usize, usize, u8)]) -> Network {
    let mut network = Network::default();
    for (index, &(x, y)) in places.iter().enumerate() {
        let place = Point::new(f64::from(x), f64::from(y));
        add_junction(&mut network, &index.to_string(), place, JunctionKind::Priority);
    }
    for &(from, to, speed) in roads {
        let (from, to) = (from % places.len(), to % places.len());
        if from != to && places[from] != places[to] {
            let road = add_road(
                &mut network,
                crate::JunctionId(from as u32),
                crate::JunctionId(to as u32),
            );
            network.roads[road].length = network.roads[road].length.max(Meters::new(1.0));
            for lane in network.lanes_of(road) {
                network.lanes[lane].speed_limit = MetersPerSecond::new(3.0 + f64::from(speed % 20));
            }
        }
    }
    finish(&mut network);
    network
}

/// Bellman and Ford's search in whole milliseconds: the reference.
fn reference(network: &Network, router: &Router, from: RoadId) -> Vec<Option<i64>> {
    let planned = router.planned();
    let millis = |time: Seconds| libm::round(time.get() * 1000.0) as i64;
    let drive = |road: RoadId| planned.road(road, Seconds::ZERO).unwrap();
    let mut best: Vec<Option<i64>> = vec![None; network.roads.len()];
    best[from.index()] = Some(millis(drive(from)));
    for _ in 0..network.roads.len() {
        for (id, movement) in network.movements.iter_ids() {
            let Some(turn) = planned.movement(id, Seconds::ZERO) else { continue };
            let Some(so_far) = best[movement.from.index()] else { continue };
            let reached = so_far + millis(turn + drive(movement.to)).max(1);
            let known = &mut best[movement.to.index()];
            *known = Some(known.map_or(reached, |known| known.min(reached)));
        }
    }
    best
}

/// The planned costs, said to have a lower floor than they have.
#[derive(Debug)]
struct Unbounded<'a>(Planned<'a>);

impl Costs for Unbounded<'_> {
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds> {
        self.0.road(road, entered)
    }

    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds> {
        self.0.movement(movement, arrived)
    }

    fn speed_factor(&self) -> urbis_units::Ratio {
        urbis_units::Ratio::new(1.5)
    }
}

fn joined(network: &Network, path: &Path) -> bool {
    path.roads.windows(2).all(|pair| {
        network.movements.iter().any(|movement| movement.from == pair[0] && movement.to == pair[1])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_search_finds_the_cost_of_the_reference(
        places in prop::collection::vec((0_u16..2000, 0_u16..2000), 3..14),
        roads in prop::collection::vec((0_usize..14, 0_usize..14, any::<u8>()), 1..40),
        start in any::<prop::sample::Index>(),
    ) {
        let network = scattered(&places, &roads);
        prop_assume!(!network.roads.is_empty());
        let router = Router::new(&network);
        let hierarchy = Router::new(&network);
        hierarchy.prepare();
        let from = RoadId::from_index(start.index(network.roads.len()));
        let expected = reference(&network, &router, from);
        let planned = router.planned();
        let spread = router.one_to_many(from, FOREVER, Seconds::ZERO, &planned);
        for to in network.roads.ids() {
            let millis = |cost: Seconds| libm::round(cost.get() * 1000.0) as i64;
            let prepared = hierarchy.path(from, to);
            let searched = router.path(from, to);
            let free = Unbounded(router.planned());
            let loose = router.live_path(from, to, Seconds::ZERO, &free);
            let back = router.many_to_one(to, FOREVER, Seconds::ZERO, &planned)[from];
            let want = expected[to.index()];
            prop_assert_eq!(prepared.as_ref().map(|path| millis(path.cost)), want);
            prop_assert_eq!(searched.as_ref().map(|path| millis(path.cost)), want);
            prop_assert_eq!(loose.as_ref().map(|path| millis(path.cost)), want);
            prop_assert_eq!(spread[to].map(millis), want);
            prop_assert_eq!(back.map(millis), want);
            for path in prepared.iter().chain(&searched) {
                prop_assert_eq!((path.roads.first(), path.roads.last()), (Some(&from), Some(&to)));
                prop_assert!(joined(&network, path));
            }
        }
    }

    #[test]
    fn a_closed_road_is_never_driven(closed in prop::collection::btree_set(0_u32..80, 0..20)) {
        let network = grid(3, 3);
        let router = Router::new(&network);
        let closed: BTreeSet<RoadId> = closed.into_iter().map(RoadId).collect();
        let planned = router.planned();
        let costs = WithClosures { costs: &planned, closed: &closed };
        let spread = router.one_to_many(RoadId(0), FOREVER, Seconds::ZERO, &costs);
        for to in network.roads.ids() {
            let path = router.live_path(RoadId(0), to, Seconds::ZERO, &costs);
            prop_assert_eq!(path.as_ref().map(|path| path.cost), spread[to]);
            if let Some(path) = path {
                prop_assert!(path.roads.iter().all(|road| !closed.contains(road)));
            }
        }
    }
}

/// Free flow, but one road takes long in the first ten minutes.
#[derive(Debug)]
struct Jam<'a> {
    planned: Planned<'a>,
    road: RoadId,
}

impl Costs for Jam<'_> {
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds> {
        let free = self.planned.road(road, entered)?;
        // The queue drains by one second a second, so nobody overtakes.
        let queue = if road == self.road { (600.0 - entered.get()).max(0.0) } else { 0.0 };
        Some(free + Seconds::new(queue))
    }

    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds> {
        self.planned.movement(movement, arrived)
    }
}

/// The boundary road into the junction at column 1, row `row` from the west, and the way out east.
fn across(network: &Network, row: u32, columns: u32) -> (RoadId, RoadId) {
    let find =
        |name: String| network.roads.iter_ids().find(|(_, road)| road.name == name).unwrap().0;
    (find(format!("0_{row}-1_{row}")), find(format!("{columns}_{row}-{}_{row}", columns + 1)))
}

#[test]
fn a_jam_is_driven_around_while_it_lasts() {
    let network = grid(3, 3);
    let router = Router::new(&network);
    let (from, to) = across(&network, 2, 3);
    let straight = router.path(from, to).unwrap();
    assert_eq!(straight.roads.len(), 4);
    let jam = Jam { planned: router.planned(), road: straight.roads[1] };
    let during = router.live_path(from, to, Seconds::ZERO, &jam).unwrap();
    let after = router.live_path(from, to, Seconds::new(900.0), &jam).unwrap();
    assert!(!during.roads.contains(&jam.road));
    assert!(during.cost > straight.cost);
    assert_eq!(after, straight);
}

#[test]
fn alternatives_differ_and_are_not_much_slower() {
    let network = grid(4, 4);
    let router = Router::new(&network);
    let (from, _) = across(&network, 1, 4);
    let (_, to) = across(&network, 4, 4);
    let wanted = Alternatives::new(3);
    let paths = router.alternatives(from, to, Seconds::ZERO, &router.planned(), &wanted);
    assert_eq!(paths.len(), 3);
    assert_eq!(paths[0].cost, router.path(from, to).unwrap().cost);
    for path in &paths {
        assert!(joined(&network, path));
        assert!(path.cost <= paths[0].cost * 1.5);
    }
    let sets: BTreeSet<Vec<RoadId>> = paths.iter().map(|path| path.roads.clone()).collect();
    assert_eq!(sets.len(), 3);
}

#[test]
fn the_same_network_gives_the_same_paths() {
    let network = grid(5, 5);
    let (one, other) = (Router::new(&network), Router::new(&network));
    one.prepare();
    other.prepare();
    for from in network.roads.ids().step_by(7) {
        for to in network.roads.ids().step_by(5) {
            assert_eq!(one.path(from, to), other.path(from, to));
        }
    }
}

#[test]
fn a_limit_bounds_what_is_reached() {
    let network = grid(3, 3);
    let router = Router::new(&network);
    let near = router.one_to_many(RoadId(0), Seconds::new(60.0), Seconds::ZERO, &router.planned());
    let all = router.one_to_many(RoadId(0), FOREVER, Seconds::ZERO, &router.planned());
    assert!(near.iter().flatten().all(|cost| *cost <= Seconds::new(60.0)));
    let count = |costs: &IdVec<RoadId, Option<Seconds>>| costs.iter().flatten().count();
    assert!(0 < count(&near) && count(&near) < count(&all));
}

#[test]
fn the_nearest_road_is_that_of_the_points_own_side() {
    let network = grid(1, 1);
    let router = Router::new(&network);
    let (eastbound, _) = across(&network, 1, 1);
    // The street runs along y = 300; who drives east keeps south of the center line.
    let south = router.nearest(Point::new(150.0, 296.0)).unwrap();
    let north = router.nearest(Point::new(150.0, 304.0)).unwrap();
    assert_eq!(south.road, eastbound);
    assert_ne!(north.road, eastbound);
    assert!((south.along.get() - 150.0).abs() < 1e-9);
    assert!((south.distance.get() - 1.25).abs() < 1e-9);
    let other = router.nearest_where(Point::new(150.0, 296.0), |road| road != eastbound).unwrap();
    assert_eq!(other.road, north.road);
}

#[test]
fn strange_questions_have_no_answer() {
    let network = grid(1, 1);
    let router = Router::new(&network);
    assert_eq!(router.path(RoadId(0), RoadId(9999)), None);
    assert_eq!(router.nearest(Point::new(f64::NAN, 0.0)), None);
    let empty = Router::new(&Network::default());
    assert_eq!(empty.path(RoadId(0), RoadId(0)), None);
    assert_eq!(empty.nearest(Point::new(0.0, 0.0)), None);
}
