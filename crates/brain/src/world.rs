//! Traffic with its signal controllers: one kind of value that serves as city, counterfactual,
//! branch, mirror and rehearsal.
//!
//! What makes them different is who holds it and what goes in, never what it does.

use std::sync::Arc;

use urbis_control::controller::{Aspects, ControllerParameters, LocalController, Operation};
use urbis_control::{Moment, SignalError, SignalTiming};
use urbis_core::{GroupSet, IdVec, JunctionId, LaneId, Order, StageIdx};
use urbis_network::Network;
use urbis_twin::{Spot, Twin};
use urbis_units::{CityTime, Duration, Meters};

/// One controller with its compiled configuration.
#[derive(Debug, Clone)]
pub(crate) struct FieldSignal {
    /// Configuration.
    pub timing: Arc<SignalTiming>,
    /// State.
    pub controller: LocalController,
    /// What its heads show this second.
    pub aspects: Aspects,
}

/// A twin and the controllers that run its signals.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// The traffic.
    pub twin: Twin,
    /// By junction, `None` where there is no signal.
    pub signals: IdVec<JunctionId, Option<FieldSignal>>,
    /// Start of the twin's clock.
    start: CityTime,
    /// How far the city's clocks are ahead of UTC.
    utc_offset: Duration,
}

impl World {
    /// A world in which every controller runs its local plan from `start`.
    ///
    /// # Errors
    /// [`SignalError`] with the junction whose configuration cannot be run.
    pub(crate) fn new(
        network: &Network,
        twin: Twin,
        start: CityTime,
        utc_offset: Duration,
    ) -> Result<Self, (JunctionId, SignalError)> {
        let moment = Moment::new(start, utc_offset);
        let signals = network
            .junctions
            .iter_ids()
            .map(|(id, junction)| {
                let Some(signal) = &junction.signal else { return Ok(None) };
                let timing = SignalTiming::new(signal).map_err(|error| (id, error))?;
                let controller = LocalController::new(&timing, moment, ControllerParameters::USUAL);
                let aspects = controller.aspects(&timing);
                Ok(Some(FieldSignal { timing: Arc::new(timing), controller, aspects }))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { twin, signals: signals.into(), start, utc_offset })
    }

    /// The moment of the twin's clock.
    pub(crate) fn moment(&self) -> Moment {
        Moment::new(self.now(), self.utc_offset)
    }

    /// The twin's clock as city time.
    pub(crate) fn now(&self) -> CityTime {
        self.start + Duration::from_seconds(i64::from(self.twin.clock_s()))
    }

    /// One second: controllers set the heads, traffic moves.
    pub(crate) fn step(&mut self) {
        let moment = self.moment();
        for (junction, signal) in self.signals.iter_mut().enumerate() {
            let Some(signal) = signal else { continue };
            signal.aspects = signal.controller.step(&signal.timing, moment);
            self.twin
                .set_green(JunctionId(junction as u32), signal.aspects.green)
                .expect("controllers stand only where the network has signals");
        }
        self.twin.step();
    }

    /// Gives an order to a controller; an order it cannot take changes nothing and is reported.
    pub(crate) fn order(&mut self, junction: JunctionId, order: &Order) -> Result<(), String> {
        let moment = self.moment();
        let Some(Some(signal)) = self.signals.get_mut(junction) else {
            return Err("the junction has no signal".to_owned());
        };
        signal.controller.order(&signal.timing, order, moment).map_err(|error| error.to_string())
    }

    /// Someone at the cabinet takes or hands back a controller.
    pub(crate) fn set_manual(&mut self, junction: JunctionId, on: bool) {
        let moment = self.moment();
        let Some(Some(signal)) = self.signals.get_mut(junction) else { return };
        if on {
            signal.controller.take_manually(&signal.timing, None);
        } else {
            signal.controller.hand_back(&signal.timing, moment);
        }
    }

    /// What a controller reports of itself.
    pub(crate) fn report(&self, junction: JunctionId) -> Option<SignalReport> {
        let signal = self.signals.get(junction)?.as_ref()?;
        let controller = &signal.controller;
        Some(SignalReport {
            stage: controller.shown_since().map(|_| controller.stage()),
            plan: controller.plan(),
            operation: match controller.operation() {
                Operation::LocalPlan | Operation::CentralPlan => 0,
                Operation::CentralStage => 1,
                Operation::Manual => 2,
            },
            green: signal.aspects.green,
        })
    }
}

/// A controller's report of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignalReport {
    /// Stage shown; `None` between stages.
    pub stage: Option<StageIdx>,
    /// Index of the local plan in force.
    pub plan: u16,
    /// Who decides, as [`urbis_core::Property::SignalOperation`] numbers them.
    pub operation: u8,
    /// Groups that are green.
    pub green: GroupSet,
}

impl SignalReport {
    /// Whether a person at the cabinet has the controller.
    pub(crate) const fn is_manual(self) -> bool {
        self.operation == 2
    }
}

/// The lane of a spot; inside a junction, the lane the vehicle came from.
pub(crate) fn lane_of(network: &Network, spot: Spot) -> LaneId {
    match spot {
        Spot::Lane(lane) => lane,
        Spot::LaneLink(link) => network.lane_links[link].from,
    }
}

/// How far along its lane a vehicle is; inside a junction, at the lane's end.
pub(crate) fn along_lane(network: &Network, spot: Spot, position: Meters) -> Meters {
    match spot {
        Spot::Lane(_) => position,
        Spot::LaneLink(link) => network.lanes[network.lane_links[link].from].length,
    }
}
