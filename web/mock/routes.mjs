/** What the mock answers to each read and each act of docs/api.md. */
import { baseMap } from './base-map.mjs';
import { cityBody, networkBody } from './city.mjs';

const WHO = 'Demo Operator';

const forecast = (horizon_s, bias, mae, rmse, coverage_90, n) => ({
  measure: 'entry_flow_vph',
  ...{ horizon_s, bias, mae, mape: null, rmse, coverage_90, n },
});

export const read = {
  session: () => ({
    person: 'op-demo',
    name: WHO,
    role: 'operator',
    demo: true,
    may_see_patients: false,
  }),
  city: (mock) => ({
    ...cityBody(mock.city, mock.mode),
    base_map: baseMap(mock.base, mock.origin),
  }),
  network: (mock) => networkBody(mock.city),
  places: (mock) => mock.city.places,
  history: (mock) => ({ points: mock.history }),
  state: (mock) => {
    const { scenario: s, traffic } = mock;
    const at_ms = mock.scrubbed ?? s.now();
    return {
      sequence: s.sequence,
      clock: {
        at_ms,
        mode: mock.mode,
        paused: mock.paused,
        speed: mock.speed,
        scrubbed: mock.scrubbed !== null,
        earliest_ms: mock.startMs,
        latest_ms: s.now(),
        steps_per_wall_second: mock.paused ? 0 : mock.speed * 0.98,
        ...(mock.waiting ? { waiting: true } : {}),
      },
      kpi: { with: traffic.kpi(1), without: traffic.kpi(1.13) },
      events: s.events,
      proposals: s.proposals,
      decisions: s.decisions,
      closures: s.closures,
      alarms: s.alarms,
      stopped: s.stopped,
      calls: s.calls.map(({ event, along, stops, ...call }) => call),
      controls: [...traffic.signals.values()].map((g) => ({
        junction: g.junction.id,
        law: g.law,
        taken_by: g.takenBy,
        manual: false,
      })),
    };
  },
  roads: ({ traffic, city, scenario }) => {
    const { speed, queue } = traffic.roadNumbers();
    return {
      at_ms: scenario.now(),
      roads: city.roads.map((road) => ({
        id: road.id,
        vehicles: road.lanes.reduce((sum, lane) => sum + traffic.lanes[lane].length, 0),
        queue_veh: queue[road.id],
        speed_ratio: speed[road.id] === 255 ? null : speed[road.id] / 254,
      })),
    };
  },
  signals: ({ traffic, scenario }) => ({
    at_ms: scenario.now(),
    junctions: [...traffic.signals.values()].map((signal) => {
      const stage = signal.junction.stages[signal.stage];
      return {
        id: signal.junction.id,
        law: signal.law,
        stage: signal.stage,
        stage_name: stage.name,
        green: stage.green.map((group) => signal.junction.groups[group].name),
        since_ms: scenario.startMs + signal.since * 1000,
        plan: 'am-peak',
        taken_by: signal.takenBy,
        manual: false,
      };
    }),
  }),
  accuracy: () => ({
    estimate: [
      {
        measure: 'lane_queue_veh',
        bias: 0.21,
        mae: 1.34,
        rmse: 2.18,
        coverage_90: 0.907,
        n: 48210,
      },
      {
        measure: 'section_speed_mps',
        bias: -0.14,
        mae: 0.92,
        rmse: 1.41,
        coverage_90: 0.883,
        n: 48210,
      },
    ],
    forecast: [
      forecast(900, 3.1, 41.2, 58.7, 0.902, 2160),
      forecast(3600, -12.4, 63.9, 88.3, 0.874, 1980),
    ],
    predictions: {
      decisions: 31,
      outcomes: 27,
      inside: 24,
      coverage: 0.889,
      by_measure: [
        { measure: 'network_delay_veh_h_change', n: 27, coverage: 0.889, mean_width: 8.7 },
        { measure: 'others_delay_s_change', n: 27, coverage: 0.926, mean_width: 1.9 },
      ],
    },
    choices: { sampled: 42, better: 29, worse: 4 },
  }),
  journal: (mock, query) => {
    const before = Number(query?.get('before') ?? Number.POSITIVE_INFINITY);
    const limit = Number(query?.get('limit') ?? 50);
    return { records: mock.scenario.records.filter((r) => r.sequence < before).slice(0, limit) };
  },
  junction: (mock, id) => {
    const signal = mock.traffic.signals.get(id);
    const junction = mock.city.junctions[id];
    const lanes = junction.incoming.flatMap((r) => mock.city.roads[r].lanes);
    const queue = (lane) => mock.traffic.lanes[lane].filter((v) => v.v < 1.4).length;
    return {
      id,
      label: junction.label,
      law: signal?.law ?? 'local_plan',
      plan: 'am-peak',
      stage: signal?.stage ?? 0,
      since_ms: mock.scenario.now() - (mock.traffic.seconds - (signal?.since ?? 0)) * 1000,
      aspects: junction.groups.map((_, group) => ({
        group,
        aspect: signal ? mock.traffic.aspect(signal, group) : 'dark',
      })),
      taken_by: signal?.takenBy ?? null,
      manual: false,
      choice: {
        at_ms: mock.scenario.now() - 4000,
        stage: signal?.stage ?? 0,
        text: {
          key: 'control-pressure-more',
          args: { stage: 'B', from: 'A', gain_veh: 14.2, needed_veh: 3 },
        },
      },
      lanes: lanes.map((lane) => ({
        lane,
        road: mock.city.lanes[lane].road,
        queue_veh: queue(lane) * 0.94,
        queue_sd_veh: 0.8 + queue(lane) * 0.12,
        count_veh: mock.traffic.lanes[lane].length,
        speed_mps: 4.2,
        speed_sd_mps: 1.1,
      })),
      turns: [],
      rehearsed_choice: { predicted_veh_s: 182, rehearsed_veh_s: 171 },
    };
  },
};

/** Carries out a POST; answers the reason for refusal, or nothing. */
export function act(mock, path, body) {
  const { scenario, traffic } = mock;
  const [, , , what, id, verb] = path.split('/');
  if (mock.scrubbed !== null && what !== 'clock' && what !== 'stop')
    return 'you are looking at a past moment: return to now';
  if (what === 'clock' && id === 'scrub') mock.scrubbed = body.live ? null : body.at_ms;
  else if (what === 'clock' && body.action === 'speed') mock.speed = body.speed;
  else if (what === 'clock') mock.paused = body.action === 'pause';
  else if (what === 'proposals' && verb === 'acknowledge') {
    const proposal = scenario.proposals.find((p) => p.id === Number(id));
    if (!proposal) return 'there is no such proposal';
    proposal.acknowledged = { by: WHO, at_ms: scenario.now() };
  } else if (what === 'proposals')
    return scenario.decide(Number(id), body) ? null : 'the proposal is no longer open';
  else if (what === 'events') {
    const event = scenario.events.find((e) => e.id === Number(id));
    if (!event) return 'there is no such event';
    event.acknowledged = { by: WHO, at_ms: scenario.now() };
  } else if (what === 'lanes' && verb === 'close')
    scenario.close(Number(id), body.reason, body.blockage);
  else if (what === 'lanes') {
    traffic.closed.delete(Number(id));
    scenario.closures = scenario.closures.filter((c) => c.lane !== Number(id));
  } else if (what === 'calls') scenario.call(body.road);
  else if (what === 'junctions') {
    const signal = traffic.signals.get(Number(id));
    if (!signal) return 'the junction has no signals';
    if (body.action === 'take') signal.takenBy = WHO;
    if (body.action === 'release') signal.takenBy = null;
    if (body.action === 'law') signal.law = body.law;
    if (body.action === 'stage')
      Object.assign(signal, { stage: body.stage, since: traffic.seconds });
  } else if (what === 'area') {
    for (const junction of body.junctions) {
      const signal = traffic.signals.get(junction);
      if (!signal) return 'the junction has no signals';
      signal.takenBy = body.action === 'take' ? WHO : null;
    }
  } else if (what === 'stop')
    scenario.stopped =
      id === 'release' ? null : { by: WHO, at_ms: scenario.now(), reason: body.reason };
  else return `no such path ${path}`;
  scenario.record('act', WHO, { key: 'act-done', args: { what: path } });
  return null;
}
