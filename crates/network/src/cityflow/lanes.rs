//! Where lanes lie and how long they are, computed as CityFlow does.
//!
//! # Units
//! Metres.

use urbis_units::Point;

/// The powers of ten that a double holds exactly.
const POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
/// Decimal digits that any double holds exactly.
const DIGITS_EXACT: usize = 15;
/// Points of the curve drawn for a lane link without points of its own, less one.
const CURVE_SEGMENTS: u32 = 10;
/// Shortest distance from a curve's end to its control point, where the junction is wide enough.
const CONTROL_MIN_M: f64 = 5.0;

pub(super) fn minus(a: Point, b: Point) -> Point {
    Point::new(a.x - b.x, a.y - b.y)
}

fn plus(a: Point, b: Point, factor: f64) -> Point {
    Point::new(a.x + b.x * factor, a.y + b.y * factor)
}

pub(super) fn norm(a: Point) -> f64 {
    (a.x * a.x + a.y * a.y).sqrt()
}

fn unit(a: Point) -> Point {
    let length = norm(a);
    Point::new(a.x / length, a.y / length)
}

pub(super) fn length(shape: &[Point]) -> f64 {
    shape.windows(2).map(|pair| norm(minus(pair[1], pair[0]))).sum()
}

/// A road's center line without what lies inside the junctions at its ends.
pub(super) fn trimmed(shape: &[Point], start_m: f64, end_m: f64) -> Vec<Point> {
    let mut points = shape.to_vec();
    let last = points.len() - 1;
    points[0] = plus(shape[0], unit(minus(shape[1], shape[0])), start_m);
    let (before, end) = (points[last - 1], shape[last]);
    points[last] = plus(end, unit(minus(end, before)), -end_m);
    points
}

/// The line `offset_m` metres to the right of `shape`.
pub(super) fn right_of(shape: &[Point], offset_m: f64) -> Vec<Point> {
    let last = shape.len() - 1;
    let heading = |index: usize| unit(minus(shape[index + 1], shape[index]));
    (0..=last)
        .map(|index| {
            let along = match index {
                0 => heading(0),
                _ if index == last => heading(last - 1),
                _ => unit(plus(heading(index), heading(index - 1), 1.0)),
            };
            plus(shape[index], Point::new(along.y, -along.x), offset_m)
        })
        .collect()
}

/// The point `along_m` from the start of `shape`, and the heading there.
fn at(shape: &[Point], along_m: f64) -> (Point, Point) {
    let mut left = along_m.max(0.0);
    for pair in shape.windows(2) {
        let step = minus(pair[1], pair[0]);
        let size = norm(step);
        if left <= size {
            return (plus(pair[0], step, left / size), unit(step));
        }
        left -= size;
    }
    let last = shape.len() - 1;
    (shape[last], unit(minus(shape[last], shape[last - 1])))
}

/// End of a lane at a junction: the lane's untrimmed line and the junction's radius there.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaneEnd<'a> {
    pub(super) shape: &'a [Point],
    pub(super) radius_m: f64,
}

/// The curve of a lane link whose file gives no points: a cubic Bézier curve between stop lines.
pub(super) fn curve(from: LaneEnd<'_>, to: LaneEnd<'_>) -> Vec<Point> {
    let (start, start_heading) = at(from.shape, length(from.shape) - from.radius_m);
    let (end, end_heading) = at(to.shape, to.radius_m);
    let span = norm(minus(end, start));
    let control = |radius_m: f64| {
        let reach = span * 0.5;
        if reach < CONTROL_MIN_M && radius_m >= CONTROL_MIN_M { CONTROL_MIN_M } else { reach }
    };
    let first = plus(start, start_heading, control(from.radius_m));
    let second = plus(end, end_heading, -control(to.radius_m));
    let mix = |a: Point, b: Point, part: f64| {
        Point::new((b.x - a.x) * part + a.x, (b.y - a.y) * part + a.y)
    };
    (0..=CURVE_SEGMENTS)
        .map(|step| {
            let part = f64::from(step) / f64::from(CURVE_SEGMENTS);
            let (a, b) = (mix(start, first, part), mix(first, second, part));
            let c = mix(second, end, part);
            mix(mix(a, b, part), mix(b, c, part), part)
        })
        .collect()
}

/// A point as CityFlow reads it.
pub(super) fn as_read(point: Point) -> Point {
    Point::new(number_as_read(point.x), number_as_read(point.y))
}

/// A number as CityFlow's parser reads it: of more digits than a double holds it rounds first the
/// digits, then their quotient with a power of ten.
///
/// The difference is in the last place, but whole runs hang on it: vehicles of equal right of way
/// that reach a crossing point in the same second are told apart by their distance to it.
fn number_as_read(value: f64) -> f64 {
    let text = format!("{:e}", value.abs());
    let Some((digits, exponent)) = text.split_once('e') else { return value };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (Ok(whole), Ok(exponent)) = (digits.parse::<u64>(), exponent.parse::<i32>()) else {
        return value;
    };
    let shift = digits.len() as i32 - 1 - exponent;
    if digits.len() <= DIGITS_EXACT {
        return value;
    }
    let power = usize::try_from(shift).ok().and_then(|shift| POWERS_OF_TEN.get(shift));
    power.map_or(value, |power| (whole as f64 / power).copysign(value))
}

#[cfg(test)]
mod tests {
    use super::number_as_read;

    #[test]
    fn numbers_of_few_digits_are_read_exactly() {
        for value in [0.0, -15.0, 11.111, -5.583_999, 1e300, 123_456_789.012_345] {
            assert_eq!(number_as_read(value), value);
        }
    }

    #[test]
    fn numbers_of_many_digits_are_rounded_twice() {
        // 5999999999999999 / 10^15 and -37199999999999998 / 10^16.
        assert_eq!(number_as_read(5.999_999_999_999_999), 5_999_999_999_999_999.0 / 1e15);
        assert_eq!(number_as_read(-3.719_999_999_999_999_8), -37_199_999_999_999_998.0 / 1e16);
    }
}
