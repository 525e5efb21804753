//! Random numbers by counter: the same (seed, stream, index) always gives the same number, on any
//! machine and in any order.
//!
//! # Source
//! SplitMix64 finalizer, G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014. Normal deviates by Acklam's rational approximation of the inverse
//! normal distribution (relative error below 1.2e-9).

/// What a random number is for; streams never share numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Whether a detector misses or doubles a vehicle.
    DetectorCount,
    /// Noise on a detector's speed.
    DetectorSpeed,
    /// Whether a report is lost.
    ReportLost,
    /// How late a report is.
    ReportDelay,
    /// Which detectors are dead.
    DetectorDead,
    /// Demand of a rehearsal's draw.
    DrawDemand,
    /// Driver parameters of a rehearsal's draw.
    DrawDriving,
    /// Route given to a vehicle the mirror adds.
    MirrorRoute,
    /// Random numbers handed to scenes.
    Scene,
    /// Which choices of stage are rehearsed afterwards, and their draws.
    SampledChoice,
    /// What drivers do in the mirror.
    Mirror,
    /// Whether a controller's or an ambulance's report is lost.
    MessageLost,
    /// How late it is.
    MessageDelay,
    /// Noise on an ambulance's position.
    ProbePosition,
    /// How far a law in a rehearsal is off about a queue.
    DrawDoubt,
    /// The brain's own dice: from them nobody comes back to those of the sensors.
    Belief,
}

/// 64 random bits.
pub(crate) fn bits(seed: u64, stream: Stream, index: u64) -> u64 {
    let mut z = seed
        .wrapping_add((stream as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(index.wrapping_mul(0xd1b5_4a32_d192_ed03));
    for _ in 0..2 {
        z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
    }
    z
}

/// A number from 0 (included) to 1 (excluded).
pub(crate) fn uniform(seed: u64, stream: Stream, index: u64) -> f64 {
    (bits(seed, stream, index) >> 11) as f64 / (1u64 << 53) as f64
}

/// A standard normal deviate.
pub(crate) fn normal(seed: u64, stream: Stream, index: u64) -> f64 {
    inverse_normal(uniform(seed, stream, index).max(1e-16))
}

/// Quantile of the standard normal distribution for `p` in (0, 1).
pub(crate) fn inverse_normal(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    const TAIL: f64 = 0.024_25;
    let polynomial = |coefficients: &[f64], x: f64| {
        coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
    };
    if p < TAIL {
        let q = (-2.0 * libm::log(p)).sqrt();
        polynomial(&C, q) / (polynomial(&D, q) * q + 1.0)
    } else if p <= 1.0 - TAIL {
        let q = p - 0.5;
        let r = q * q;
        polynomial(&A, r) * q / (polynomial(&B, r) * r + 1.0)
    } else {
        -inverse_normal(1.0 - p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_agree_with_tables() {
        for (p, z) in [(0.5, 0.0), (0.95, 1.644_854), (0.975, 1.959_964), (0.001, -3.090_232)] {
            assert!((inverse_normal(p) - z).abs() < 1e-5, "{p}: {}", inverse_normal(p));
        }
    }

    #[test]
    fn deviates_have_mean_zero_and_variance_one() {
        let n = 20_000;
        let values: Vec<f64> = (0..n).map(|i| normal(7, Stream::DrawDemand, i)).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn streams_differ() {
        assert_ne!(bits(1, Stream::DrawDemand, 5), bits(1, Stream::DrawDriving, 5));
        assert_ne!(bits(1, Stream::DrawDemand, 5), bits(2, Stream::DrawDemand, 5));
    }
}
