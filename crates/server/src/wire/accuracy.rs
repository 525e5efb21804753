//! How far belief was off, and the series of the indicators.

use serde::Serialize;
use urbis_brain::view::{AccuracyView, ErrorView, HistoryPoint};
use utoipa::ToSchema;

use super::state::KpiDto;

/// Most points of a history; longer ones are thinned evenly.
pub const POINTS_MAX: usize = 720;

/// How far estimate, forecast and predictions were off since the start.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccuracyDto {
    /// Estimate against the truth.
    pub estimate: Vec<ErrorDto>,
    /// Forecast against what came.
    pub forecast: Vec<ErrorDto>,
    /// Predictions against outcomes.
    pub predictions: PredictionsDto,
    /// Choices of stage rehearsed afterwards.
    pub choices: ChoicesDto,
}

/// Sampled choices of stage beside keeping the stage shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChoicesDto {
    /// How many were rehearsed.
    pub sampled: u32,
    /// How many were better, in the middle of their interval.
    pub better: u32,
    /// How many were worse by all of their interval.
    pub worse: u32,
}

/// How far one kind of belief was off.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ErrorDto {
    /// What, with its unit as suffix.
    pub measure: String,
    /// How far ahead, seconds; null for estimates.
    pub horizon_s: Option<f64>,
    /// Mean of belief less truth.
    pub bias: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Mean absolute error over the mean of the truth; null where it is not known.
    pub mape: Option<f64>,
    /// Root mean square error.
    pub rmse: f64,
    /// Share of truths inside the 90 % interval.
    pub coverage_90: Option<f64>,
    /// Mean width of the interval.
    pub mean_width: Option<f64>,
    /// How many comparisons.
    pub n: u64,
}

/// Predictions against outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PredictionsDto {
    /// Decisions with a prediction.
    pub decisions: u32,
    /// Decisions whose outcome is known.
    pub outcomes: u32,
    /// Measured values inside their interval.
    pub inside: u64,
    /// Share of them; null while there is none.
    pub coverage: Option<f64>,
    /// By what was predicted.
    pub by_measure: Vec<CoverageDto>,
}

/// How often outcomes of one measure fell inside their interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoverageDto {
    /// What, with its unit as suffix.
    pub measure: String,
    /// How many.
    pub n: u64,
    /// Share inside.
    pub coverage: Option<f64>,
    /// Mean width of the interval.
    pub mean_width: Option<f64>,
}

/// The series of the indicators.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryDto {
    /// Oldest first.
    pub points: Vec<HistoryPointDto>,
}

/// The indicators at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryPointDto {
    /// When, city milliseconds.
    pub at_ms: i64,
    /// Measured in the city.
    pub with: KpiDto,
    /// Measured in the counterfactual.
    pub without: Option<KpiDto>,
}

impl From<&ErrorView> for ErrorDto {
    fn from(view: &ErrorView) -> Self {
        Self {
            measure: view.measure.clone(),
            horizon_s: view.horizon.map(urbis_units::Seconds::get),
            bias: view.bias,
            mae: view.mae,
            mape: None,
            rmse: view.rmse,
            coverage_90: view.coverage_90,
            mean_width: view.mean_width,
            n: view.n,
        }
    }
}

/// The accuracy for the wire.
pub fn accuracy(view: &AccuracyView) -> AccuracyDto {
    let n: u64 = view.predictions.iter().map(|one| one.n).sum();
    let inside: f64 =
        view.predictions.iter().map(|one| one.coverage_90.unwrap_or(0.0) * one.n as f64).sum();
    let choices = view.choices;
    AccuracyDto {
        choices: ChoicesDto {
            sampled: choices.sampled,
            better: choices.better,
            worse: choices.worse,
        },
        estimate: view.estimate.iter().map(ErrorDto::from).collect(),
        forecast: view.forecast.iter().map(ErrorDto::from).collect(),
        predictions: PredictionsDto {
            decisions: view.decisions,
            outcomes: view.outcomes,
            inside: inside.round() as u64,
            coverage: (n > 0).then(|| inside / n as f64),
            by_measure: view
                .predictions
                .iter()
                .map(|one| CoverageDto {
                    measure: one.measure.clone(),
                    n: one.n,
                    coverage: one.coverage_90,
                    mean_width: one.mean_width,
                })
                .collect(),
        },
    }
}

/// The history for the wire, thinned evenly; the first and the newest point always stay.
pub fn history(points: &[HistoryPoint]) -> HistoryDto {
    let step = points.len().div_ceil(POINTS_MAX).max(1);
    let kept = points.iter().rev().step_by(step).map(|point| HistoryPointDto {
        at_ms: point.at.millis(),
        with: KpiDto::from(&point.with),
        without: point.without.as_ref().map(KpiDto::from),
    });
    let mut points: Vec<HistoryPointDto> = kept.collect();
    points.reverse();
    HistoryDto { points }
}

#[cfg(test)]
mod tests {
    use urbis_brain::view::Kpi;
    use urbis_units::CityTime;

    use super::*;

    #[test]
    fn a_long_history_is_thinned_evenly_and_keeps_the_newest_point() {
        let points: Vec<HistoryPoint> = (0..5_000)
            .map(|i| HistoryPoint {
                at: CityTime::from_millis(i * 60_000),
                with: Kpi::default(),
                without: None,
            })
            .collect();
        let history = history(&points);
        assert!(history.points.len() <= POINTS_MAX);
        assert_eq!(history.points.last().map(|p| p.at_ms), Some(4_999 * 60_000));
        let gaps: Vec<i64> =
            history.points.windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]));
    }
}
