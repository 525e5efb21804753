//! One sample of everything that comes from outside.

use urbis_core::{
    EventId, Input, Intake, JunctionId, LaneId, Law, ProposalId, RoadId, StageIdx, SubjectId,
};
use urbis_units::Point;

use super::{act, sealed};

/// One input of every kind.
pub(crate) fn intakes() -> Vec<Input> {
    let patient = vec![sealed("s-patient", "张三"), sealed("s-patient", "+86 571 0000 0000")];
    let near = Intake::CallNear {
        event: EventId(2),
        near: Point::new(250.0, -750.0),
        subject: SubjectId("s-patient".to_owned()),
        hospital: Some(RoadId(9)),
        patient: patient.clone(),
    };
    let junction = JunctionId(3);
    let all = [
        Intake::CloseLane { lane: LaneId(20), reason: "道路施工".to_owned() },
        Intake::CloseLane { lane: LaneId(21), reason: "works".to_owned() },
        Intake::OpenLane { lane: LaneId(21) },
        Intake::Blockage { lane: LaneId(30), position_m: 55.5, lasts_s: Some(600) },
        Intake::Blockage { lane: LaneId(31), position_m: 10.0, lasts_s: None },
        Intake::Unblock { lane: LaneId(31) },
        Intake::Call { event: EventId(2), road: RoadId(7), hospital: Some(RoadId(9)), patient },
        Intake::Weather { speed_ratio: 0.85, headway_ratio: 1.25 },
        Intake::Decide { proposal: ProposalId(1), option: Some(1) },
        Intake::Acknowledge { event: EventId(1) },
        Intake::TakeControl { junction },
        Intake::RequestStage { junction, stage: StageIdx(2) },
        Intake::ReleaseControl { junction },
        Intake::TakeControl { junction: JunctionId(6) },
        Intake::ChooseLaw { junction: JunctionId(6), law: Law::Webster },
        Intake::LocalManual { junction, on: true },
        Intake::Stop,
        Intake::ReleaseStop,
        Intake::ErasePerson { subject: SubjectId("s-patient".to_owned()) },
        Intake::AcknowledgeProposal { proposal: ProposalId(1) },
        Intake::TakeArea { junctions: vec![JunctionId(8), JunctionId(9)] },
        Intake::ReleaseArea { junctions: vec![JunctionId(9)] },
        near,
    ];
    all.into_iter()
        .enumerate()
        .map(|(second, what)| Input { act: act("ada", 100 + second as i64), what })
        .collect()
}
