//! The twin as others see it.

use std::sync::Arc;

use urbis_core::{Id, IdVec, JunctionId, LaneId, MovementId, RoadId, StageIdx};
use urbis_network::{Demand, GroupSet, Network, VehicleType, VehicleTypeId};
use urbis_units::MetersPerSecond;

use crate::config::{Driving, Signals, TwinConfig};
use crate::detect::Detectors;
use crate::kind::Kind;
use crate::layout::Layout;
use crate::plan::NO_STAGE;
use crate::route::{self, Routes};
use crate::state::{Places, Slots, State, Tally, Trips};
use crate::step::{Scratch, Step};
use crate::track::Track;
use crate::{Metrics, TwinError};

/// Microscopic traffic on a network, one second a step.
///
/// Cloning it, or taking a snapshot, copies what changes and shares what does not.
#[derive(Debug, Clone)]
pub struct Twin {
    pub(crate) layout: Arc<Layout>,
    pub(crate) config: TwinConfig,
    pub(crate) state: State,
    pub(crate) scratch: Scratch,
    pub(crate) detectors: Detectors,
    pub(crate) tracks: Vec<Track>,
}

impl Twin {
    /// A twin of `network` at second zero, in which the trips of `demand` will depart.
    ///
    /// # Errors
    /// [`TwinError`] when the demand is not one of this network.
    pub fn new(
        network: Arc<Network>,
        demand: &Demand,
        config: TwinConfig,
    ) -> Result<Self, TwinError> {
        let layout = Layout::new(network)?;
        let (green, stage) = State::first_aspects(&layout);
        let mut state = State {
            clock: 0,
            slots: Slots::default(),
            trips: Trips::default(),
            places: Places::new(&layout),
            routes: Routes::default(),
            green,
            stage,
            types: Vec::new(),
            kinds: Vec::new(),
            driving: Driving::default(),
            tally: Tally::default(),
            active: 0,
            sirens: 0,
            obstacles: vec![0; layout.lanes],
            movements: IdVec::filled(0, layout.network.movements.len()),
        };
        state.add_demand(&layout, demand, 0)?;
        if config.signals == Signals::Builtin {
            state.run_plans(&layout, &config);
        }
        Ok(Self {
            layout: Arc::new(layout),
            config,
            state,
            scratch: Scratch::default(),
            detectors: Detectors::default(),
            tracks: Vec::new(),
        })
    }

    /// Adds the trips of a demand that begins `after_s` seconds after the twin did; those whose time
    /// has passed depart with the next step.
    ///
    /// # Errors
    /// [`TwinError`] when the demand is not one of this network; some of its trips may then have
    /// been added.
    pub fn extend(&mut self, demand: &Demand, after_s: u32) -> Result<(), TwinError> {
        self.state.add_demand(&self.layout, demand, after_s)
    }

    /// Plays one second.
    pub fn step(&mut self) {
        self.as_step().run();
        self.log();
    }

    pub(crate) fn as_step(&mut self) -> Step<'_> {
        Step {
            layout: &self.layout,
            config: &self.config,
            state: &mut self.state,
            scratch: &mut self.scratch,
            detectors: &mut self.detectors,
        }
    }

    /// Seconds played since the twin began.
    pub fn clock_s(&self) -> u32 {
        self.state.clock
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.layout.network
    }

    /// Shows a stage from the next step on.
    ///
    /// # Errors
    /// [`TwinError`] for a junction without signal or a stage it does not have.
    pub fn set_stage(&mut self, junction: JunctionId, stage: StageIdx) -> Result<(), TwinError> {
        let signal = self.signal(junction)?;
        let green = signal.stages.get(stage.0 as usize).map(|stage| stage.green).ok_or(
            TwinError::Unknown {
                what: "stage",
                index: u32::from(stage.0),
                count: signal.stages.len(),
            },
        )?;
        self.state.green[junction.index()] = green.0;
        self.state.stage[junction.index()] = stage.0;
        Ok(())
    }

    /// Makes exactly these groups green from the next step on.
    ///
    /// # Errors
    /// [`TwinError`] for a junction without signal.
    pub fn set_green(&mut self, junction: JunctionId, green: GroupSet) -> Result<(), TwinError> {
        self.signal(junction)?;
        self.state.green[junction.index()] = green.0;
        self.state.stage[junction.index()] = NO_STAGE;
        Ok(())
    }

    /// The stage shown; `None` without a signal or after [`Self::set_green`].
    pub fn stage(&self, junction: JunctionId) -> Option<StageIdx> {
        let stage = self.state.stage.get(junction.index()).copied()?;
        (stage != NO_STAGE).then_some(StageIdx(stage))
    }

    /// The groups that are green; none without a signal.
    pub fn green(&self, junction: JunctionId) -> GroupSet {
        match self.signal(junction) {
            Ok(_) => GroupSet(self.state.green[junction.index()]),
            Err(_) => GroupSet::EMPTY,
        }
    }

    fn signal(&self, junction: JunctionId) -> Result<&urbis_network::Signal, TwinError> {
        let junctions = &self.layout.network.junctions;
        let count = junctions.len();
        let of = junctions.get(junction).ok_or(TwinError::Unknown {
            what: "junction",
            index: junction.0,
            count,
        })?;
        of.signal.as_ref().ok_or_else(|| TwinError::NoSignal { name: of.name.clone() })
    }

    /// Vehicles on a lane; one that changes lanes counts on both.
    pub fn lane_vehicles(&self, lane: LaneId) -> usize {
        self.lane_counts().get(lane.index()).copied().unwrap_or(0).into()
    }

    /// Vehicles below 0.1 m/s on a lane.
    pub fn lane_waiting(&self, lane: LaneId) -> usize {
        self.lane_queues().get(lane.index()).copied().unwrap_or(0).into()
    }

    /// Vehicles on every lane, by lane id.
    pub fn lane_counts(&self) -> &[u16] {
        &self.state.places.count[..self.layout.lanes]
    }

    /// Vehicles below 0.1 m/s on every lane at the end of the last step, by lane id.
    pub fn lane_queues(&self) -> &[u16] {
        &self.state.places.waiting[..self.layout.lanes]
    }

    /// Mean speed of the vehicles on a lane at the end of the last step; the limit when there are
    /// none.
    pub fn lane_mean_speed(&self, lane: LaneId) -> MetersPerSecond {
        let places = &self.state.places;
        match self.lane_vehicles(lane) {
            0 => self
                .network()
                .lanes
                .get(lane)
                .map_or(MetersPerSecond::ZERO, |lane| lane.speed_limit),
            count => MetersPerSecond::new(places.speed_sum[lane.index()] / count as f64),
        }
    }

    /// Vehicles that have come onto a lane and left it since the twin began, lane changes included.
    pub fn lane_totals(&self, lane: LaneId) -> (u32, u32) {
        let total =
            |of: &[u32]| of[..self.layout.lanes].get(lane.index()).copied().unwrap_or_default();
        (total(&self.state.places.entered), total(&self.state.places.left))
    }

    /// Vehicles that have begun each movement since the twin began.
    pub fn movement_counts(&self) -> &IdVec<MovementId, u32> {
        &self.state.movements
    }

    /// Vehicles on the road now.
    pub fn driving(&self) -> u32 {
        let tally = &self.state.tally;
        tally.inserted - tally.finished - tally.removed_driving
    }

    /// Vehicles that have departed and wait for room on their first lane.
    pub fn waiting_to_enter(&self) -> u32 {
        self.state.waiting_to_enter()
    }

    /// Sum over all steps of the vehicles on the road.
    pub fn vehicle_steps(&self) -> u64 {
        self.state.tally.vehicle_steps
    }

    /// What the run has come to so far.
    pub fn metrics(&self) -> Metrics {
        self.state.metrics(&self.layout)
    }
}

impl State {
    pub(crate) fn waiting_to_enter(&self) -> u32 {
        let tally = &self.tally;
        tally.created - tally.inserted - (tally.removed - tally.removed_driving)
    }

    /// A route for a new vehicle of a type, and the type's index; nothing is added unless both can be.
    pub(crate) fn for_vehicle(
        &mut self,
        layout: &Layout,
        of: VehicleType,
        anchors: &[RoadId],
    ) -> Result<((u32, u32), u16), TwinError> {
        let roads = route::complete(layout, self, anchors)?;
        let kind = self.type_of(of)?;
        Ok((self.add_roads(layout, &roads)?, kind))
    }

    /// The index of a vehicle type, added if it is new.
    pub(crate) fn type_of(&mut self, of: VehicleType) -> Result<u16, TwinError> {
        match self.types.iter().position(|known| *known == of) {
            Some(known) => Ok(known as u16),
            None => self.add_type(of).map(|id| id.0 as u16),
        }
    }

    /// Adds a vehicle type.
    pub(crate) fn add_type(&mut self, of: VehicleType) -> Result<VehicleTypeId, TwinError> {
        let most = u16::MAX as usize;
        if self.types.len() >= most {
            let found = self.types.len() + 1;
            return Err(TwinError::TooLarge { what: "vehicle types", found, most });
        }
        self.types.push(of);
        self.kinds.push(Kind::new(&of, self.driving));
        Ok(VehicleTypeId::from_index(self.types.len() - 1))
    }
}
