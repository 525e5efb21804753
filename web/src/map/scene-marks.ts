/** Turns the city's state into marks and lines on the map. */
import type { Call, CityEvent, Closure, Lane, LonLat } from '../api/types';
import type { Matter } from '../state/rank';
import { collection } from './features';
import type { Mark } from './markers';

export interface Words {
  tell: (message: CityEvent['text']) => string;
  say: (key: string, args?: Record<string, string | number>) => string;
  span: (ms: number) => string;
}

/** One mark per running event; a mark stands out until someone acknowledged it. */
export function eventMarks(
  matters: Matter[],
  words: Words,
  selected: number | null,
  pick: (event: CityEvent) => void,
): Mark[] {
  return matters.flatMap((matter) => {
    const { event } = matter;
    if (!event || event.type === 'emergency_call') return [];
    const look = ['event', event.severity];
    if (event.acknowledged) look.push('seen');
    if (event.id === selected) look.push('selected');
    return [
      {
        key: `e${event.id}`,
        lon: event.place.lon,
        lat: event.place.lat,
        icon: event.type,
        look: look.join(' '),
        label: words.tell(event.text),
        pick: () => pick(event),
      },
    ];
  });
}

/** The ambulance, its patient and the junctions of its corridor. */
export function callMarks(
  calls: Call[],
  nowMs: number,
  junctionAt: (id: number) => LonLat | null,
  words: Words,
  pick: (call: Call) => void,
): Mark[] {
  return calls.flatMap((call) => {
    if (call.stage === 'arrived') return [];
    const label = words.say('call-mark', {
      stage: words.say(`call-stage-${call.stage.replaceAll('_', '-')}`),
    });
    const marks: Mark[] = [
      {
        key: `c${call.id}`,
        lon: call.place.lon,
        lat: call.place.lat,
        icon: 'target',
        look: 'patient',
        label,
        pick: () => pick(call),
      },
    ];
    if (call.vehicle) {
      const { lon, lat } = call.vehicle;
      const eta = call.eta_ms === null ? {} : { text: words.span(call.eta_ms - nowMs) };
      marks.push({
        key: `v${call.id}`,
        lon,
        lat,
        icon: 'ambulance',
        ...eta,
        look: 'ambulance',
        label,
        pick: () => pick(call),
      });
    }
    for (const stop of call.corridor?.junctions ?? []) {
      const at = junctionAt(stop.junction);
      if (!at || stop.state === 'passed') continue;
      const text = stop.state === 'green' ? '●' : words.span(Math.max(0, stop.eta_ms - nowMs));
      marks.push({
        key: `j${call.id}-${stop.junction}`,
        lon: at[0],
        lat: at[1],
        text,
        look: `eta ${stop.state}`,
        label: text,
      });
    }
    return marks;
  });
}

export function routeLines(calls: Call[], lines: Map<number, LonLat[]>): GeoJSON.FeatureCollection {
  const running = calls.filter((call) => call.stage !== 'arrived');
  return collection(
    running.map((call) => ({
      type: 'Feature',
      properties: { green: call.corridor !== null },
      geometry: {
        type: 'MultiLineString',
        coordinates: joined(call.route.flatMap((id) => (lines.get(id) ? [lines.get(id)!] : []))),
      },
    })),
  );
}

/** Shapes that follow one another as one line, so that the drawn route has no seams. */
function joined(shapes: LonLat[][]): LonLat[][] {
  const lines: LonLat[][] = [];
  for (const shape of shapes) {
    const last = lines.at(-1);
    const end = last?.at(-1);
    const [lon, lat] = shape[0]!;
    if (last && end && Math.abs(end[0] - lon) + Math.abs(end[1] - lat) < 1e-5)
      last.push(...shape.slice(1));
    else lines.push([...shape]);
  }
  return lines;
}

export function closureLines(
  closures: Closure[],
  lanes: Map<number, Lane>,
): GeoJSON.FeatureCollection {
  return laneLines(
    closures.map((closure) => closure.lane),
    lanes,
  );
}

export function laneLines(ids: number[], lanes: Map<number, Lane>): GeoJSON.FeatureCollection {
  return collection(
    ids.flatMap((id) => {
      const lane = lanes.get(id);
      if (!lane) return [];
      return {
        type: 'Feature',
        properties: {},
        geometry: { type: 'LineString', coordinates: lane.shape },
      };
    }),
  );
}
