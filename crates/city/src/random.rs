//! Randomness by counter: a value depends only on the seed and on what it is for.
//!
//! Streams keep draws for different purposes apart, so that adding one draw changes no other.
//!
//! # Source
//! Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014 (SplitMix64's
//! finalizer), doi:10.1145/2660193.2660195.

/// A source of random values for one purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream(u64);

/// SplitMix64's finalizer: a bijection of 64 bits in which every input bit moves every output bit.
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl Stream {
    /// The stream of `seed` for the purpose `name`.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let start = mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15));
        Self(name.bytes().fold(start, |state, byte| mix(state ^ u64::from(byte))))
    }

    /// The stream within this one for `index`.
    pub(crate) const fn fork(self, index: u64) -> Self {
        Self(mix(self.0 ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1)))
    }

    /// 64 random bits for a counter.
    pub(crate) const fn bits(self, counter: u64) -> u64 {
        mix(self.0.wrapping_add(counter.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// A number from 0 (included) to 1 (excluded) for a counter.
    pub(crate) const fn unit(self, counter: u64) -> f64 {
        (self.bits(counter) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of `low..high` for a counter.
    pub(crate) const fn within(self, counter: u64, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit(counter)
    }

    /// A whole number below `bound` (at least 1) for a counter.
    pub(crate) const fn below(self, counter: u64, bound: usize) -> usize {
        // The high half of a product maps 64 bits onto the range without a division.
        ((self.bits(counter) as u128 * bound as u128) >> 64) as usize
    }

    /// A value of the standard normal distribution for a counter (Box and Muller).
    pub(crate) fn normal(self, counter: u64) -> f64 {
        let pair = self.fork(counter);
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - pair.unit(0)));
        radius * libm::cos(std::f64::consts::TAU * pair.unit(1))
    }

    /// A number of events with the given mean: Poisson's distribution, above 50 its normal limit.
    pub(crate) fn poisson(self, counter: u64, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 50.0 {
            let value = mean + libm::sqrt(mean) * self.normal(counter);
            return libm::round(value.max(0.0)) as u32;
        }
        let draws = self.fork(counter);
        let limit = libm::exp(-mean);
        let (mut product, mut count) = (draws.unit(0), 0);
        while product > limit {
            count += 1;
            product *= draws.unit(u64::from(count));
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_depends_on_seed_purpose_and_counter_only() {
        let stream = Stream::new(7, "streets");
        assert_eq!(stream.bits(3), Stream::new(7, "streets").bits(3));
        assert_ne!(stream.bits(3), stream.bits(4));
        assert_ne!(stream.bits(3), Stream::new(8, "streets").bits(3));
        assert_ne!(stream.bits(3), Stream::new(7, "names").bits(3));
        assert_ne!(stream.bits(3), stream.fork(0).bits(3));
    }

    #[test]
    fn means_are_those_of_the_distributions() {
        let stream = Stream::new(1, "means");
        let mean = |value: &dyn Fn(u64) -> f64| (0..20_000).map(value).sum::<f64>() / 20_000.0;
        assert!((mean(&|i| stream.unit(i)) - 0.5).abs() < 0.01);
        assert!(mean(&|i| stream.normal(i)).abs() < 0.03);
        assert!((mean(&|i| f64::from(stream.poisson(i, 3.5))) - 3.5).abs() < 0.06);
        assert!((mean(&|i| f64::from(stream.poisson(i, 80.0))) - 80.0).abs() < 0.3);
        assert_eq!(stream.poisson(0, 0.0), 0);
    }

    #[test]
    fn whole_numbers_stay_below_their_bound() {
        let stream = Stream::new(2, "bound");
        assert!((0..1000).all(|i| stream.below(i, 7) < 7));
        assert!((0..7).all(|n| (0..1000).any(|i| stream.below(i, 7) == n)));
    }
}
