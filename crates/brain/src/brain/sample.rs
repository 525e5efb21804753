//! A sample of stage-by-stage choices is rehearsed afterwards: was the chosen stage better than
//! keeping the one shown, and what was the controller's own forecast worth?

use urbis_core::{Arg, ChoiceRehearsal, Command, Message, Prediction, Record, StageIdx};
use urbis_units::{CityTime, Duration};

use super::Brain;
use crate::random::{Stream, uniform};
use crate::rehearsal::DRAWS;

/// Share of the changes of stage that is sampled.
const SHARE: f64 = 1.0 / 200.0;
/// Least time between two samples, so that a large city spends no more on them than a small one.
const REST: Duration = Duration::from_seconds(120);

impl Brain {
    /// Rehearses `command`, a scene's choice of stage `chosen`, if it is in the sample. Call it
    /// before the mirror is given the command.
    pub(super) fn sample_choice(&mut self, command: &Command, chosen: StageIdx) {
        let number = u64::from(command.id.0);
        let Some(Some(status)) = self.signals.get(command.junction) else { return };
        let Some(kept) = status.stage.filter(|stage| *stage != chosen) else { return };
        let Some([horizon_s, now_veh, then_veh, then_sd_veh]) = forecast(&command.act.why) else {
            return;
        };
        if uniform(self.seed, Stream::SampledChoice, number) >= SHARE
            || self.rehearsals.tries_choice()
            || self.sampled.newest().is_some_and(|at| self.now() - at < REST)
        {
            return;
        }
        let choice = ChoiceRehearsal {
            command: command.id,
            junction: command.junction,
            at: self.now(),
            kept,
            chosen,
            horizon_s: horizon_s as u32,
            now_veh,
            then_veh,
            then_sd_veh,
            rehearsed_veh: 0.0,
            waiting_veh_s: 0.0,
            draws: DRAWS,
            change: Prediction {
                measure: "choice_time_spent_veh_h_change".to_owned(),
                expected: 0.0,
                low: 0.0,
                high: 0.0,
                level: 0.0,
            },
        };
        let start = self.rehearsal_start();
        self.rehearsals.start_choice(choice, start);
    }

    /// Takes up the sample's rehearsal when its time has come.
    pub(super) fn finish_sample(&mut self, now: CityTime, log: &mut Vec<Record>) {
        if let Some(choice) = self.rehearsals.choice_due(now, &self.calibration) {
            log.push(Record::ChoiceRehearsed(choice.clone()));
            self.sampled.take(choice);
        }
    }
}

/// The forecast a controller gave with its choice: horizon, queues now and then, their spread.
fn forecast(why: &Message) -> Option<[f64; 4]> {
    let number = |name: &str| match why.args.get(name) {
        Some(Arg::Number(number)) => Some(*number),
        _ => None,
    };
    Some([number("horizon_s")?, number("now_veh")?, number("then_veh")?, number("then_sd_veh")?])
}
