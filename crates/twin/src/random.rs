//! Random numbers by counter: a pure function of what they are for.
//!
//! Threads, branches and common random numbers agree, because nothing depends on the order in
//! which numbers are drawn.
//!
//! # Source
//! The finalizer of SplitMix64: G. Steele et al., "Fast Splittable Pseudorandom Number Generators",
//! OOPSLA 2014, doi:10.1145/2660193.2660195.

/// What a number is drawn for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Lane of departure.
    Lane = 1,
    /// Rank between vehicles where nothing else decides.
    Priority = 2,
    /// Whether a driver has noticed a siren.
    Notice = 3,
}

/// A number from `seed` for `purpose`, of `vehicle` at `step`.
pub(crate) fn draw(seed: u64, purpose: Purpose, vehicle: u32, step: u32) -> u64 {
    let counter = u64::from(vehicle) << 32 | u64::from(step);
    mix(mix(seed ^ (purpose as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(counter))
}

/// A number from 0 (included) to 1 (excluded).
pub(crate) fn unit(seed: u64, purpose: Purpose, vehicle: u32, step: u32) -> f64 {
    (draw(seed, purpose, vehicle, step) >> 11) as f64 / (1_u64 << 53) as f64
}

const fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_all_they_are_for_and_spread_evenly() {
        assert_eq!(draw(1, Purpose::Lane, 2, 3), draw(1, Purpose::Lane, 2, 3));
        assert_ne!(draw(1, Purpose::Lane, 2, 3), draw(2, Purpose::Lane, 2, 3));
        assert_ne!(draw(1, Purpose::Lane, 2, 3), draw(1, Purpose::Priority, 2, 3));
        assert_ne!(draw(1, Purpose::Lane, 2, 3), draw(1, Purpose::Lane, 3, 2));
        let mean = (0..10_000).map(|v| unit(5, Purpose::Notice, v, 9)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02);
    }
}
