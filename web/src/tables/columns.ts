/** The tables view: everything on the map as rows, each table a list of column descriptions. */

import type { Control, RoadNow, SignalNow } from '../api/types';
import { holderOf } from '../state/control';
import { live } from '../state/live.svelte';
import { isOpen } from '../state/rank';
import type { Subject } from '../state/ui.svelte';
import { kilometersPerHour, percent, span } from '../words/format';
import { label, sceneName, t, words } from '../words/i18n.svelte';
import { column, figure, junctionName, type Row, type Table, text, time } from './cells';
import { places } from './places';

/** What changes faster than the state: asked for while its table is open. */
export interface Now {
  roads: ReadonlyMap<number, RoadNow>;
  signals: ReadonlyMap<number, SignalNow>;
}

function roads(now: () => Now): Table {
  return {
    name: 'roads',
    columns: [
      column('road'),
      column('toward'),
      column('class'),
      column('lanes', true),
      column('length-m', true),
      column('limit-kmh', true),
      column('speed-kmh', true),
      column('vehicles', true),
      column('queue-veh', true),
    ],
    rows: () => {
      const latest = now().roads;
      const ordered = [...(live.network?.roads ?? [])].sort((a, b) => a.id - b.id);
      return ordered.map((road) => {
        const here = latest.get(road.id);
        const ratio = here?.speed_ratio ?? null;
        const kmh = ratio === null ? null : ratio * road.speed_limit_mps * 3.6;
        const middle = road.shape[Math.floor(road.shape.length / 2)];
        return {
          id: road.id,
          cells: [
            text(words.name(road.label) || road.name),
            text(junctionName(road.to)),
            text(label('class', road.class)),
            figure(road.lanes.length),
            figure(road.length_m),
            figure(road.speed_limit_mps * 3.6),
            figure(kmh),
            figure(here?.vehicles),
            figure(here?.queue_veh),
          ],
          open: { kind: 'road', id: road.id },
          ...(middle ? { at: { lon: middle[0], lat: middle[1] } } : {}),
        };
      });
    },
  };
}

/** The stage in force with the signal groups it gives green. */
function stageNow(signal: SignalNow | undefined): string {
  if (!signal) return '–';
  if (signal.stage === null) return t('between-stages');
  const stage = signal.stage_name ?? String(signal.stage);
  return t('stage-and-groups', { stage, groups: signal.green.join(', ') });
}

/** Who sets the stages, in words. */
function inControl(control: Control): string {
  const holder = holderOf(control);
  if (holder === 'person') return control.taken_by ?? '';
  if (holder === 'manual') return t('local-manual-short');
  return t(holder === 'local' ? 'law-local-plan' : 'control-brain');
}

const junctions = (now: () => Now): Table => ({
  name: 'junctions',
  columns: [
    column('junction'),
    column('kind'),
    column('law'),
    column('control'),
    column('stage-now'),
    column('green-for', true),
    column('stages', true),
  ],
  rows: () => {
    const atMs = live.state?.clock.at_ms ?? 0;
    const { signals } = now();
    const controls = new Map(live.state?.controls.map((control) => [control.junction, control]));
    const all = (live.network?.junctions ?? []).filter((junction) => junction.kind !== 'boundary');
    return all.map((junction) => {
      const control = controls.get(junction.id);
      const signal = signals.get(junction.id);
      return {
        id: junction.id,
        cells: [
          text(words.name(junction.label) || junction.name),
          text(label('junction', junction.kind)),
          text(control ? label('law', control.law) : '–'),
          text(control ? inControl(control) : '–'),
          text(stageNow(signal)),
          signal?.stage == null || signal.since_ms == null
            ? text('–')
            : { text: span(atMs - signal.since_ms, words.lang), sort: atMs - signal.since_ms },
          figure(junction.stages.length),
        ],
        open: { kind: 'junction', id: junction.id },
        ...(junction.kind === 'signalized' ? { junction: junction.id } : {}),
        at: junction,
      };
    });
  },
});

const events: Table = {
  name: 'events',
  columns: [
    column('what'),
    column('kind'),
    column('place'),
    column('severity'),
    column('since-when'),
    column('how-sure', true),
    column('acknowledged-who'),
  ],
  rows: () => {
    const weight = { minor: 1, moderate: 2, severe: 3, extreme: 4 };
    return (live.state?.events ?? []).map((event) => ({
      id: event.id,
      cells: [
        text(words.tell(event.text)),
        text(label('event', event.type)),
        text(words.name(event.place?.label)),
        { text: t(`severity-${event.severity}`), sort: weight[event.severity] },
        time(event.since_ms),
        { text: percent(event.confidence, words.lang), sort: event.confidence },
        text(event.acknowledged?.by ?? '–'),
      ],
      open: { kind: 'event', id: event.id },
      at: event.place,
    }));
  },
};

const proposals: Table = {
  name: 'proposals',
  columns: [column('what'), column('scene'), column('place'), column('status'), column('time')],
  rows: () =>
    (live.state?.proposals ?? []).map((proposal) => ({
      id: proposal.id,
      cells: [
        text(words.tell(proposal.text)),
        text(sceneName(proposal.scene)),
        text(words.name(proposal.place?.label)),
        { text: label('status', proposal.status), sort: Number(!isOpen(proposal)) },
        time(proposal.at_ms),
      ],
      open: { kind: 'proposal', id: proposal.id },
      at: proposal.place,
    })),
};

const calls: Table = {
  name: 'calls',
  columns: [
    column('place'),
    column('status'),
    column('called'),
    column('eta'),
    column('speed-kmh', true),
    column('corridor'),
  ],
  rows: () =>
    (live.state?.calls ?? []).map((call) => {
      const green = call.corridor?.junctions.filter((j) => j.state === 'green').length ?? 0;
      const ahead = call.corridor?.junctions.filter((j) => j.state !== 'passed').length ?? 0;
      return {
        id: call.id,
        cells: [
          text(words.name(call.place?.label)),
          text(label('call-stage', call.stage)),
          time(call.at_ms),
          call.eta_ms === null ? text('–') : time(call.eta_ms),
          call.vehicle
            ? {
                text: kilometersPerHour(call.vehicle.speed_mps, words.lang),
                sort: call.vehicle.speed_mps,
              }
            : text('–'),
          text(call.corridor ? t('corridor-summary', { green, ahead }) : '–'),
        ],
        open: { kind: 'call', id: call.id },
        at: call.vehicle ?? call.place,
      };
    }),
};

const closures: Table = {
  name: 'closures',
  columns: [
    column('road'),
    column('lane', true),
    column('since-when'),
    column('who'),
    column('reason'),
  ],
  rows: () =>
    (live.state?.closures ?? []).map((closure) => {
      const road = live.roads.get(closure.road);
      const end = live.lanes.get(closure.lane)?.shape[0];
      return {
        id: closure.lane,
        cells: [
          text(words.name(road?.label) || (road?.name ?? String(closure.road))),
          figure((live.lanes.get(closure.lane)?.index ?? 0) + 1),
          time(closure.since_ms),
          text(closure.who),
          text(closure.reason || t('no-reason')),
        ],
        open: { kind: 'road', id: closure.road },
        ...(end ? { at: { lon: end[0], lat: end[1] } } : {}),
      };
    }),
};

const detectors: Table = {
  name: 'detectors',
  columns: [
    column('detector', true),
    column('road'),
    column('lane', true),
    column('kind'),
    column('position-m', true),
  ],
  rows: () =>
    (live.network?.detectors ?? []).map((detector) => {
      const lane = live.lanes.get(detector.lane);
      const road = lane ? live.roads.get(lane.road) : undefined;
      return {
        id: detector.id,
        cells: [
          figure(detector.id),
          text(words.name(road?.label) || (road?.name ?? '–')),
          figure((lane?.index ?? 0) + 1),
          text(label('detector', detector.kind)),
          figure(detector.position_m, 1),
        ],
        ...(road ? { open: { kind: 'road', id: road.id } as Subject } : {}),
        at: detector,
      };
    }),
};

const alarms: Table = {
  name: 'alarms',
  columns: [column('time'), column('junction'), column('what')],
  rows: () =>
    (live.state?.alarms ?? []).map((alarm) => ({
      id: alarm.id,
      cells: [
        {
          text: `${time(alarm.at_ms).text} (${span((live.state?.clock.at_ms ?? 0) - alarm.at_ms, words.lang)})`,
          sort: alarm.at_ms,
        },
        text(alarm.junction === null ? '–' : junctionName(alarm.junction)),
        text(words.tell(alarm.text)),
      ],
      ...(alarm.junction === null
        ? {}
        : { open: { kind: 'junction', id: alarm.junction } as Subject }),
    })),
};

/** All tables, in the order of their tabs. */
export function allTables(now: () => Now): Table[] {
  return [
    events,
    proposals,
    calls,
    closures,
    roads(now),
    junctions(now),
    places,
    detectors,
    alarms,
  ];
}

/** `rows` that contain `query`, ordered by `column`. */
export function arranged(
  rows: Row[],
  query: string,
  sortBy: number | null,
  down: boolean,
  locale: string,
): Row[] {
  const wanted = query.trim().toLowerCase();
  const found = wanted
    ? rows.filter((row) => row.cells.some((cell) => cell.text.toLowerCase().includes(wanted)))
    : [...rows];
  if (sortBy === null) return found;
  const collator = new Intl.Collator(locale, { numeric: true });
  const sign = down ? -1 : 1;
  return found.sort((a, b) => {
    const [x, y] = [a.cells[sortBy], b.cells[sortBy]];
    if (x?.sort !== undefined && y?.sort !== undefined) return sign * (x.sort - y.sort);
    return sign * collator.compare(x?.text ?? '', y?.text ?? '');
  });
}
