//! Tests of plane geometry on shapes whose answer is plain, and on random ones.

use std::f64::consts::FRAC_PI_2;

use proptest::prelude::*;

use super::*;

fn line(points: &[(f64, f64)]) -> Vec<Point> {
    points.iter().map(|(x, y)| Point::new(*x, *y)).collect()
}

fn near(a: Point, b: (f64, f64)) {
    assert!(distance(a, Point::new(b.0, b.1)) < Meters::new(1e-9), "{a:?} is not {b:?}");
}

#[test]
fn places_along_a_bent_line_are_found() {
    let bent = line(&[(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)]);
    assert_eq!(length(&bent), Meters::new(15.0));
    for (along, place) in
        [(-1.0, (0.0, 0.0)), (4.0, (4.0, 0.0)), (12.0, (10.0, 2.0)), (99.0, (10.0, 5.0))]
    {
        near(point_along(&bent, Meters::new(along)), place);
    }
    assert_eq!(point_along(&[], Meters::new(1.0)), Point::default());
}

#[test]
fn headings_skip_repeated_points() {
    let shape = line(&[(0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (1.0, 1.0)]);
    assert_eq!(heading_at_start(&shape), Radians::ZERO);
    assert!((heading_at_end(&shape).get() - FRAC_PI_2).abs() < 1e-12);
    assert_eq!(heading_at_end(&[]), Radians::ZERO);
}

#[test]
fn turns_are_named_by_their_angle() {
    let turn = |from: f64, to: f64| {
        turn_of(turn_angle(Radians::new(from.to_radians()), Radians::new(to.to_radians())))
    };
    assert_eq!(turn(0.0, 20.0), Turn::Straight);
    assert_eq!(turn(170.0, -170.0), Turn::Straight);
    assert_eq!(turn(0.0, 90.0), Turn::Left);
    assert_eq!(turn(90.0, 0.0), Turn::Right);
    assert_eq!(turn(10.0, -170.0), Turn::UTurn);
}

#[test]
fn an_offset_to_the_right_keeps_its_distance_round_a_bend() {
    let bent = line(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
    let right = offset(&bent, Meters::new(2.0));
    near(right[0], (0.0, -2.0));
    near(right[1], (12.0, -2.0));
    near(right[2], (12.0, 10.0));
    let left = offset(&bent, Meters::new(-2.0));
    near(left[1], (8.0, 2.0));
    assert_eq!(offset(&line(&[(1.0, 1.0)]), Meters::new(2.0)), line(&[(1.0, 1.0)]));
}

#[test]
fn trimming_takes_both_ends_off() {
    let bent = line(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
    let short = trim(&bent, Meters::new(4.0), Meters::new(3.0));
    assert_eq!(short, line(&[(4.0, 0.0), (10.0, 0.0), (10.0, 7.0)]));
    assert_eq!(trim(&bent, Meters::new(15.0), Meters::new(15.0)).len(), 1);
}

#[test]
fn lanes_lie_right_of_the_center_line_between_the_stop_lines() {
    let network = crate::fixture::grid(1, 1);
    // Westernmost road in: from (0, 300) to (300, 300), the junction's radius is 15 m.
    let road = network.roads.iter_ids().find(|(_, road)| road.name == "0_1-1_1").unwrap().0;
    let shapes: Vec<_> = network.lanes_of(road).map(|lane| lane_shape(&network, lane)).collect();
    near(shapes[0][0], (0.0, 298.25));
    near(shapes[0][1], (285.0, 298.25));
    near(shapes[2][1], (285.0, 291.25));
}

#[test]
fn crossing_lines_meet_once_and_parallel_ones_never() {
    let (across, up) = (line(&[(-5.0, 0.0), (5.0, 0.0)]), line(&[(0.0, -3.0), (0.0, 9.0)]));
    let meeting = first_meeting(&across, &up).unwrap();
    assert_eq!((meeting.along_a, meeting.along_b), (Meters::new(5.0), Meters::new(3.0)));
    assert!((meeting.angle.get() - FRAC_PI_2).abs() < 1e-12);
    assert_eq!(first_meeting(&across, &across), None);
    assert_eq!(first_meeting(&across, &line(&[(-5.0, 1.0), (5.0, 1.0)])), None);
}

#[test]
fn lines_that_end_in_one_point_meet_there() {
    let (one, other) = (line(&[(0.0, 0.0), (4.0, 3.0)]), line(&[(0.0, 6.0), (4.0, 3.0)]));
    let meeting = first_meeting(&one, &other).unwrap();
    assert_eq!((meeting.along_a, meeting.along_b), (Meters::new(5.0), Meters::new(5.0)));
}

#[test]
fn a_link_leaves_and_enters_in_the_direction_of_its_lanes() {
    let (from, to) = (line(&[(-30.0, 0.0), (-15.0, 0.0)]), line(&[(0.0, 15.0), (0.0, 30.0)]));
    let link = link_shape(&from, &to);
    near(link[0], (-15.0, 0.0));
    near(link[link.len() - 1], (0.0, 15.0));
    assert!(heading_at_start(&link).get().abs() < 0.1);
    assert!((heading_at_end(&link).get() - FRAC_PI_2).abs() < 0.1);
    // A quarter circle of 15 m radius is 23.56 m long.
    assert!((length(&link).get() - 23.56).abs() < 0.2);
}

proptest! {
    #[test]
    fn the_projection_is_the_nearest_place(
        points in prop::collection::vec((-100.0_f64..100.0, -100.0_f64..100.0), 1..6),
        at in (-150.0_f64..150.0, -150.0_f64..150.0),
        share in 0.0_f64..1.0,
    ) {
        let shape = line(&points);
        let point = Point::new(at.0, at.1);
        let foot = project(&shape, point).unwrap();
        prop_assert!((distance(foot.point, point).get() - foot.distance.get()).abs() < 1e-9);
        prop_assert!(distance(point_along(&shape, foot.along), foot.point) < Meters::new(1e-6));
        let other = point_along(&shape, length(&shape) * share);
        prop_assert!(foot.distance.get() <= distance(other, point).get() + 1e-9);
    }

    #[test]
    fn a_meeting_lies_on_both_lines(
        a in prop::collection::vec((-50.0_f64..50.0, -50.0_f64..50.0), 2..5),
        b in prop::collection::vec((-50.0_f64..50.0, -50.0_f64..50.0), 2..5),
    ) {
        let (a, b) = (line(&a), line(&b));
        let (one, other) = (first_meeting(&a, &b), first_meeting(&b, &a));
        prop_assert_eq!(one.is_some(), other.is_some());
        if let Some(meeting) = one {
            let (on_a, on_b) = (point_along(&a, meeting.along_a), point_along(&b, meeting.along_b));
            prop_assert!(distance(on_a, on_b) < Meters::new(1e-3));
        }
    }
}
