/** Events, proposals, decisions, calls of the mock: enough of a story to design every panel. */
import { at, toLonLat } from './geometry.mjs';

const text = (key, args = {}) => ({ key, args });
const change = (measure, unit, expected, half, better = 'lower') => ({
  measure,
  text: text(`measure-${measure.replaceAll('_', '-')}`),
  unit,
  expected,
  low: expected - half,
  high: expected + half,
  better,
  level: 0.9,
});

export class Scenario {
  constructor(city, traffic, startMs) {
    Object.assign(this, {
      city,
      traffic,
      startMs,
      next: 1,
      events: [],
      proposals: [],
      decisions: [],
      calls: [],
      closures: [],
      alarms: [],
      records: [],
      stopped: null,
    });
    this.sequence = 0;
    this.queueEvent(210, 'severe', 0.97);
    this.queueEvent(96, 'moderate', 0.81);
    this.events.push(
      this.event(
        'detector_fault',
        this.place(330),
        'minor',
        0.72,
        text('incidents-detector-silent', {
          detector: 412,
          road: this.place(330).label,
          lasting_s: 340,
        }),
      ),
    );
    const spill = this.event(
      'spillback',
      this.place(150),
      'severe',
      0.9,
      text('incidents-spillback', { road: this.place(150).label }),
    );
    this.events.push(spill);
    this.propose('signals', spill, 'signals-review', [
      ['signals-option-none', 0],
      ['signals-option-pressure', -14.2],
      ['signals-option-webster', -8.5],
    ]);
    this.decided();
  }

  now() {
    return this.startMs + this.traffic.seconds * 1000;
  }

  record(kind, who, message) {
    this.sequence += 1;
    this.records.unshift({ sequence: this.sequence, at_ms: this.now(), kind, who, text: message });
  }

  place(roadId, laneId = null) {
    const road = this.city.roads[roadId % this.city.roads.length];
    const [lon, lat] = toLonLat(at(road.points, road.length_m * 0.6).point);
    return { lon, lat, junction: null, road: road.id, lane: laneId, label: road.label };
  }

  event(type, place, severity, confidence, message, source = 'incidents') {
    const event = {
      id: this.next++,
      type,
      source,
      place,
      since_ms: this.now() - 95_000,
      until_ms: null,
      noticed_ms: this.now() - 30_000,
      severity,
      confidence,
      text: message,
      acknowledged: null,
      rank: 0,
      evidence: [
        { text: text('incidents-evidence-occupancy'), value: 0.63, unit: '1' },
        { text: text('incidents-evidence-usual'), value: 412, unit: 'veh/h' },
      ],
    };
    this.record('event', source, message);
    return event;
  }

  queueEvent(road, severity, confidence) {
    const place = this.place(road);
    this.events.push(
      this.event(
        'queue',
        place,
        severity,
        confidence,
        text('incidents-queue', { queue_ratio: 0.82, road: place.label }),
      ),
    );
  }

  propose(scene, event, key, options, kind = {}) {
    const proposal = {
      id: this.next++,
      scene,
      at_ms: this.now() - 12_000,
      expires_ms: this.now() + 1_800_000,
      text: text(key, {
        road: event.place.label,
        place: event.place,
        junctions: 9,
        retimed: 14,
        saturated: 3,
      }),
      place: event.place,
      event: event.id,
      needs_approval: true,
      status: 'open',
      recommended: 1,
      rank: 0,
      acknowledged: null,
      ...kind,
      options: options.map(([optionKey, delta], index) => ({
        index,
        text: text(optionKey, { lead_s: 20 + index * 10, junctions: 14, saving_veh_h: 8.5 }),
        rehearsal: {
          draws: 12,
          horizon_s: 900,
          vehicle_steps: 2_812_000,
          predictions: [
            change('network_delay_veh_h', 'veh.h', 118 + delta, 9),
            ...(index > 0
              ? [
                  change('network_delay_veh_h_change', 'veh.h', delta, 4.1),
                  change('ambulance_travel_s_change', 's', delta * 6, 22),
                  change('others_delay_s_change', 's', -delta * 0.08, 0.9),
                ]
              : []),
          ],
        },
      })),
    };
    this.proposals.push(proposal);
    this.record('proposal', scene, proposal.text);
    return proposal;
  }

  decided() {
    const spot = this.place(60);
    const predicted = [
      change('network_delay_veh_h_change', 'veh.h', -11.4, 4.6),
      change('others_delay_s_change', 's', 1.1, 0.8),
    ];
    this.decisions.push({
      id: this.next++,
      proposal: 0,
      option: 1,
      who: 'Demo Operator',
      authority: 'operator',
      why: 'morning peak',
      mode: 'simulated',
      at_ms: this.now() - 900_000,
      text: text('signals-option-webster', { junctions: 14, saving_veh_h: 8.5 }),
      place: spot,
      predicted,
      commands: 214,
      refused_commands: 2,
      outcome: {
        at_ms: this.now() - 20_000,
        measured: [
          { measure: predicted[0].measure, unit: 'veh.h', value: -9.2, inside: true },
          { measure: predicted[1].measure, unit: 's', value: 2.4, inside: false },
        ],
      },
    });
  }

  decide(id, body) {
    const proposal = this.proposals.find((p) => p.id === id);
    if (proposal?.status !== 'open') return false;
    proposal.status = body.verdict === 'refuse' ? 'refused' : 'approved';
    const option = body.verdict === 'refuse' ? null : body.option;
    const decision = {
      id: this.next++,
      proposal: id,
      option,
      who: 'Demo Operator',
      authority: 'operator',
      why: body.reason ?? '',
      mode: 'simulated',
      at_ms: this.now(),
      text: option === null ? proposal.text : proposal.options[option].text,
      place: proposal.place,
      predicted: option === null ? [] : (proposal.options[option].rehearsal?.predictions ?? []),
      outcome: null,
      commands: 0,
      refused_commands: 0,
    };
    this.decisions.unshift(decision);
    this.record('decision', 'Demo Operator', decision.text);
    const call = this.calls.find((c) => c.event === proposal.event);
    if (call && option === 1)
      call.corridor = {
        decision: decision.id,
        junctions: call.stops.map((junction) => ({ junction, eta_ms: 0, state: 'planned' })),
      };
    return true;
  }

  close(lane, reason, blockage) {
    const road = this.city.lanes[lane].road;
    this.traffic.closed.add(lane);
    this.closures.push({ lane, road, since_ms: this.now(), who: 'op-demo', reason });
    const place = this.place(road, lane);
    const event = this.event(
      blockage ? 'blocked_lane' : 'closure',
      place,
      'moderate',
      blockage ? 0.93 : 1,
      text(blockage ? 'incidents-blocked-lane' : 'brain-closure', {
        lane: this.city.lanes[lane].index + 1,
        road: place.label,
      }),
    );
    this.events.push(event);
    this.propose('signals', event, 'signals-review', [
      ['signals-option-none', 0],
      ['signals-option-pressure', -6.1],
    ]);
  }

  call(roadId) {
    const route = this.route(455, roadId);
    const place = { ...this.place(roadId) };
    const event = this.event(
      'emergency_call',
      place,
      'extreme',
      1,
      text('brain-emergency-call', { road: place.label }),
      'corridor',
    );
    this.events.push(event);
    this.calls.push({
      id: this.next++,
      kind: 'ambulance',
      at_ms: this.now(),
      place,
      coarse: true,
      stage: 'to_patient',
      vehicle: null,
      route,
      corridor: null,
      eta_ms: this.now() + 260_000,
      without: { eta_ms: this.now() + 430_000, stage: 'to_patient' },
      event: event.id,
      along: 0,
      stops: route.map((r) => this.city.roads[r].to).slice(0, -1),
    });
    this.propose('corridor', event, 'corridor-to-patient', [
      ['corridor-option-none', 0],
      ['corridor-option-lead', -11],
      ['corridor-option-lead', -4],
    ]);
  }

  route(from, to) {
    const back = new Map([[from, null]]);
    const open = [from];
    while (open.length > 0 && !back.has(to)) {
      const road = open.shift();
      for (const exit of this.traffic.exits[road]) {
        if (back.has(exit.road)) continue;
        back.set(exit.road, road);
        open.push(exit.road);
      }
    }
    const path = [];
    for (let road = back.has(to) ? to : from; road !== null; road = back.get(road))
      path.unshift(road);
    return path;
  }

  step(dt) {
    for (const call of this.calls) {
      call.along += 15 * dt;
      let left = call.along;
      const passed = [];
      let pose = null;
      for (const id of call.route) {
        const road = this.city.roads[id];
        if (left < road.length_m) {
          pose = at(road.points, left);
          break;
        }
        left -= road.length_m;
        passed.push(road.to);
      }
      if (!pose) call.stage = 'arrived';
      const [lon, lat] = pose ? toLonLat(pose.point) : [call.place.lon, call.place.lat];
      call.vehicle = { lon, lat, heading_deg: pose?.heading ?? 0, speed_mps: pose ? 15 : 0 };
      call.corridor?.junctions.forEach((j, k) => {
        const ahead = k - passed.length;
        j.state = ahead < 0 ? 'passed' : ahead < 2 ? 'green' : ahead < 4 ? 'clearing' : 'planned';
        j.eta_ms = this.now() + Math.max(0, ahead + 1) * 24_000;
      });
    }
  }
}
