//! The map from the plane where streets are straight to the plane of the city.
//!
//! Streets are laid on an irregular lattice in a *parameter plane* and carried over by a smooth
//! map without folds, so that they bend together, turn around the center and follow the river,
//! and streets that do not cross in the parameter plane do not cross in the city.
//!
//! # Units
//! Metres in both planes, east and north of the center.
//!
//! # Source
//! Chen, Esch, Wonka, Müller, Zhang: Interactive procedural street modeling, ACM Transactions on
//! Graphics 27(3), 2008, doi:10.1145/1360612.1360702: street patterns as the streamlines of a sum of
//! grid, radial and noise fields. Here the sum is taken of displacements, which keeps the pattern a
//! lattice.

use std::f64::consts::TAU;

use urbis_units::Point;

use crate::random::Stream;

/// One wave of the displacement.
#[derive(Debug, Clone, Copy)]
struct Wave {
    /// Wave vector, radians per metre.
    k: Point,
    phase: f64,
    /// Displacement at the crest.
    amplitude: Point,
}

/// The map.
#[derive(Debug, Clone)]
pub(crate) struct Warp {
    radius: f64,
    turn: f64,
    swirl: f64,
    waves: Vec<Wave>,
    /// Where the river lies in the parameter plane.
    river: f64,
    meander: f64,
    meander_wave: f64,
    meander_phase: f64,
}

/// 0 below 0, 1 above 1, smooth between.
pub(crate) fn smooth(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

impl Warp {
    /// The map of a city of about `radius` metres whose river lies at `river` metres north of the
    /// center in the parameter plane.
    pub(crate) fn new(seed: u64, radius: f64, river: f64) -> Self {
        let stream = Stream::new(seed, "warp");
        let wave = |index: u64| {
            let draw = stream.fork(index);
            let length = draw.within(0, 1500.0, 2600.0) * (1.0 + index as f64 * 0.35);
            let (heading, push) = (draw.within(1, 0.0, TAU), draw.within(2, 0.0, TAU));
            let amplitude = length * 0.015;
            Wave {
                k: Point::new(TAU / length * libm::cos(heading), TAU / length * libm::sin(heading)),
                phase: draw.within(3, 0.0, TAU),
                amplitude: Point::new(amplitude * libm::cos(push), amplitude * libm::sin(push)),
            }
        };
        let sign = if stream.unit(100) < 0.5 { -1.0 } else { 1.0 };
        Self {
            radius: radius.max(300.0),
            turn: stream.within(101, -0.3, 0.3),
            swirl: sign * stream.within(102, 0.14, 0.24),
            waves: (0..4).map(wave).collect(),
            river,
            meander: (radius * 0.1).clamp(40.0, 200.0),
            meander_wave: stream.within(103, 3400.0, 4600.0),
            meander_phase: stream.within(104, 0.0, TAU),
        }
    }

    /// Where a point of the parameter plane lies in the city.
    pub(crate) fn map(&self, point: Point) -> Point {
        let bent = self.round(self.follow_river(point));
        let mut moved = bent;
        for wave in &self.waves {
            let height = libm::sin(wave.k.x * bent.x + wave.k.y * bent.y + wave.phase);
            moved.x += wave.amplitude.x * height;
            moved.y += wave.amplitude.y * height;
        }
        let share = (moved.x * moved.x + moved.y * moved.y) / (self.radius * self.radius * 0.4);
        let angle = self.turn + self.swirl * libm::exp(-share);
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        Point::new(moved.x * cos - moved.y * sin, moved.x * sin + moved.y * cos)
    }

    /// Streets near the river run along its bends.
    fn follow_river(&self, point: Point) -> Point {
        let away = (point.y - self.river) / 900.0;
        let bend = libm::sin(TAU * point.x / self.meander_wave + self.meander_phase)
            + 0.16 * libm::sin(TAU * point.x / (self.meander_wave * 0.43) - self.meander_phase);
        Point::new(point.x, point.y + self.meander * bend * libm::exp(-away * away))
    }

    /// Squares around the center become round: their corners are drawn in.
    fn round(&self, point: Point) -> Point {
        let (x2, y2) = (point.x * point.x, point.y * point.y);
        let radius = (x2 + y2).sqrt();
        if radius < 1.0 {
            return point;
        }
        let square = (x2 * x2 + y2 * y2).sqrt().sqrt();
        let strength = 0.85 * smooth(radius / self.radius.min(1500.0));
        let scale = libm::pow(square / radius, strength);
        Point::new(point.x * scale, point.y * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_has_no_folds() {
        for seed in 0..40 {
            for radius in [200.0, 2000.0, 14_000.0] {
                let warp = Warp::new(seed, radius, -0.35 * radius);
                let step = radius / 25.0;
                for cell in 0..75 * 75 {
                    let x = (f64::from(cell % 75) - 37.0) * step;
                    let y = (f64::from(cell / 75) - 37.0) * step;
                    let origin = warp.map(Point::new(x, y));
                    let (e, n) =
                        (warp.map(Point::new(x + 1.0, y)), warp.map(Point::new(x, y + 1.0)));
                    let cross =
                        (e.x - origin.x) * (n.y - origin.y) - (e.y - origin.y) * (n.x - origin.x);
                    assert!(cross > 0.15, "seed {seed}, radius {radius}: {cross} at {x}, {y}");
                }
            }
        }
    }
}
