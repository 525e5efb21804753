//! What a scene may do: as much as it asks for and the city grants, whatever it tries.

#![allow(dead_code, reason = "the stand serves other tests too")]

mod stand;

use stand::{Chooser, Stand, ticks};
use urbis_city::{GenerateOptions, Grant, generate};
use urbis_core::{
    Action, Actor, Authority, ChoiceOption, CommandResult, DecisionId, Event, EventId, EventType,
    LaneId, Message, Order, Place, Proposal, ProposalId, Record, Severity, StageIdx,
};
use urbis_scene::{Input, Manifest, Scene, SceneCtx, SceneError};
use urbis_units::{Duration, Ratio};

/// A city that grants the scene `signals` so much and names no other.
fn stand(grant: Grant, scene: impl Scene + 'static) -> Stand {
    let mut pack = generate(&GenerateOptions::new(5, 20));
    pack.policy.scenes = [("signals".to_owned(), grant)].into();
    Stand::in_city(pack, vec![Box::new(scene)], |options| options.auto_approve = true)
}

/// Commands of the scene that were sent, and that the interlock refused, with its rule.
fn commanded(stand: &mut Stand) -> (usize, Vec<String>) {
    let (mut sent, mut refused) = (0, Vec::new());
    for record in stand.records() {
        match record {
            Record::Command { command, result: CommandResult::Sent }
                if matches!(command.act.who, Actor::Scene(_)) =>
            {
                sent += 1;
            }
            Record::Command { result: CommandResult::Refused { rule, .. }, .. } => {
                refused.push(rule);
            }
            _ => {}
        }
    }
    (sent, refused)
}

#[test]
fn a_scene_commands_as_far_as_its_city_lets_it() {
    for (grant, may) in
        [(Grant::Act, true), (Grant::ActWithApproval, false), (Grant::Advise, false)]
    {
        let mut stand = stand(grant, Chooser);
        ticks(&mut stand.session, 120);
        let (sent, refused) = commanded(&mut stand);
        assert_eq!(sent > 0, may, "{grant:?}: {sent} commands were sent");
        let authority = refused.iter().filter(|rule| *rule == "authority").count();
        assert_eq!(
            authority > 0,
            !may,
            "{grant:?}: {authority} were refused for want of authority"
        );
    }
}

/// Asks for nothing and tries everything.
#[derive(Debug)]
struct Malicious;

static MODEST: Manifest = Manifest {
    id: "modest",
    version: "1",
    reads: &[],
    raises: &[],
    commands_signals: true,
    holds_junctions: true,
    authority: Authority::Act,
    indicators: &[],
};

impl Scene for Malicious {
    fn manifest(&self) -> &'static Manifest {
        &MODEST
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError> {
        if !matches!(input, Input::Tick) {
            return Ok(());
        }
        for (junction, status) in ctx.sight().signals.iter_ids() {
            if status.is_some() {
                let forged = Some(DecisionId(1));
                ctx.order(junction, Order::ShowStage(StageIdx(1)), forged, Message::new("mine"));
            }
        }
        let now = ctx.now();
        ctx.raise(Event {
            id: EventId(0),
            kind: EventType::Gridlock,
            place: Place::City,
            since: now,
            noticed: now,
            until: None,
            severity: Severity::Extreme,
            confidence: Ratio::new(1.0),
            text: Message::new("panic"),
            evidence: Vec::new(),
            source: Actor::Scene("incidents".to_owned()),
        });
        let option = |actions| ChoiceOption { text: Message::new("close"), actions };
        ctx.propose(Proposal {
            id: ProposalId(0),
            // In the name of a scene that may act.
            scene: "signals".to_owned(),
            at: now,
            expires: now + Duration::from_minutes(2),
            event: None,
            place: Place::City,
            text: Message::new("close"),
            options: vec![option(vec![]), option(vec![Action::CloseLane { lane: LaneId(0) }])],
            preferred: 1,
            needs_approval: false,
            horizon_s: 60,
        });
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(&mut self, _: &[u8]) -> Result<(), SceneError> {
        Ok(())
    }
}

#[test]
fn a_scene_the_city_does_not_name_moves_nothing_whatever_it_tries() {
    let mut stand = stand(Grant::Act, Malicious);
    ticks(&mut stand.session, 60);
    let (sent, refused) = commanded(&mut stand);
    assert_eq!(sent, 0);
    assert!(!refused.is_empty() && refused.iter().all(|rule| rule == "authority"), "{refused:?}");
    let records = stand.records();
    assert!(!records.iter().any(|record| matches!(record, Record::Decision(_))));
    assert!(!records.iter().any(|record| matches!(record, Record::Event(_))));
    let undeclared = |record: &Record| match record {
        Record::Diagnostic { text, .. } => text.key == "brain-undeclared",
        _ => false,
    };
    assert!(records.iter().any(undeclared));
    let proposals = records.iter().filter_map(|record| match record {
        Record::Proposal(proposal) => Some(proposal),
        _ => None,
    });
    let mut count = 0;
    for proposal in proposals {
        assert_eq!((proposal.scene.as_str(), proposal.needs_approval), ("modest", true));
        count += 1;
    }
    assert!(count > 0);
    assert!(stand.session.view().closures.is_empty());
}
