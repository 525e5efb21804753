//! What sampled choices of stage turned out to be worth.

use std::collections::BTreeMap;

use urbis_core::{ChoiceRehearsal, JunctionId};
use urbis_units::{CityTime, Seconds};

use super::error::{ErrorTally, Z_90};
use crate::view::{ChoicesView, ErrorView};

/// Sampled choices since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    queue: ErrorTally,
    horizon: Seconds,
    view: ChoicesView,
    newest: Option<CityTime>,
    by_junction: BTreeMap<JunctionId, ChoiceRehearsal>,
}

impl Choices {
    /// Takes up one more.
    pub(crate) fn take(&mut self, choice: ChoiceRehearsal) {
        let half = Z_90 * choice.then_sd_veh;
        let (low, high) = (choice.then_veh - half, choice.then_veh + half);
        self.queue.add_interval(choice.then_veh, low, high, choice.rehearsed_veh);
        self.horizon = Seconds::new(f64::from(choice.horizon_s));
        self.view.sampled += 1;
        self.view.better += u32::from(choice.change.expected < 0.0);
        self.view.worse += u32::from(choice.change.low > 0.0);
        self.newest = Some(choice.at);
        self.by_junction.insert(choice.junction, choice);
    }

    /// When the newest of them was chosen.
    pub(crate) fn newest(&self) -> Option<CityTime> {
        self.newest
    }

    /// The newest at `junction`.
    pub(crate) fn at(&self, junction: JunctionId) -> Option<&ChoiceRehearsal> {
        self.by_junction.get(&junction)
    }

    /// How many, and how many were better than keeping the stage.
    pub(crate) fn view(&self) -> ChoicesView {
        self.view
    }

    /// How far the controllers' own forecasts were off.
    pub(crate) fn errors(&self) -> Option<ErrorView> {
        let any = self.queue.count() > 0;
        any.then(|| self.queue.view("choice_queue_veh", Some(self.horizon)))
    }
}

#[cfg(test)]
mod tests {
    use urbis_core::{CommandId, Prediction, StageIdx};

    use super::*;

    fn choice(then_veh: f64, rehearsed_veh: f64, change: [f64; 3]) -> ChoiceRehearsal {
        let [low, expected, high] = change;
        ChoiceRehearsal {
            command: CommandId(1),
            junction: JunctionId(2),
            at: CityTime::from_millis(1000),
            kept: StageIdx(0),
            chosen: StageIdx(1),
            horizon_s: 30,
            now_veh: 8.0,
            then_veh,
            then_sd_veh: 2.0,
            rehearsed_veh,
            waiting_veh_s: 0.0,
            draws: 10,
            change: Prediction { measure: "change".to_owned(), expected, low, high, level: 0.9 },
        }
    }

    #[test]
    fn a_forecast_is_scored_against_its_own_spread_and_a_choice_against_keeping() {
        let mut choices = Choices::default();
        choices.take(choice(10.0, 12.0, [-0.3, -0.1, 0.1]));
        choices.take(choice(10.0, 20.0, [0.1, 0.2, 0.3]));
        let errors = choices.errors().expect("two were compared");
        assert_eq!((errors.n, errors.bias, errors.coverage_90), (2, -6.0, Some(0.5)));
        assert_eq!(choices.view(), ChoicesView { sampled: 2, better: 1, worse: 1 });
        assert!(choices.at(JunctionId(2)).is_some() && choices.at(JunctionId(3)).is_none());
    }
}
