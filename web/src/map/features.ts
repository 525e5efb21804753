/** The network as GeoJSON for the drawn map: streets, lane marks, street names, junctions. */
import type { LonLat, Name, Network, Road } from '../api/types';
import { middleOf } from './geometry';
import { PLACE_KINDS } from './icons';
import { carriageways, centerLines } from './shapes';

type Properties = Record<string, string | number | boolean | null>;

/** Above this many lanes their marks cost more than they show. */
const LANE_MARKS_MAX = 60_000;

const line = (coordinates: LonLat[], properties: Properties, id?: number): GeoJSON.Feature => ({
  type: 'Feature',
  ...(id === undefined ? {} : { id }),
  properties,
  geometry: { type: 'LineString', coordinates },
});

export const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features,
});

/** One line per road with its width and its offset from the line, metres. */
export function roadFeatures(network: Network): GeoJSON.FeatureCollection {
  const widths = carriageways(network);
  const lines = centerLines(network);
  return collection(
    network.roads.map((road) => {
      const { offsetM, widthM } = widths.get(road.id)!;
      const properties = {
        id: road.id,
        class: road.class,
        w: widthM,
        o: offsetM,
        s: Math.sign(offsetM),
      };
      return line(lines.get(road.id)!, properties, road.id);
    }),
  );
}

/** Lines between lanes of one direction. */
export function laneMarkFeatures(network: Network): GeoJSON.FeatureCollection {
  if (network.lanes.length > LANE_MARKS_MAX) return collection([]);
  const inner = network.lanes.filter((lane) => lane.index > 0 && lane.shape.length > 1);
  return collection(inner.map((lane) => line(lane.shape, { w: lane.width_m })));
}

/** Middle lines of streets with two directions. */
export function middleFeatures(network: Network): GeoJSON.FeatureCollection {
  const pairs = new Set(network.roads.map((road) => `${road.from}-${road.to}`));
  const both = network.roads.filter(
    (road) => road.from < road.to && pairs.has(`${road.to}-${road.from}`),
  );
  const lines = centerLines(network);
  return collection(both.map((road) => line(lines.get(road.id)!, { class: road.class })));
}

const named = (name: Name): Properties => ({ zh: name.zh || name.en, en: name.en || name.zh });

/** One line per street, its roads joined end to end, so that names run along whole streets. */
export function streetFeatures(network: Network): GeoJSON.FeatureCollection {
  const streets = new Map<string, Road[]>();
  for (const road of network.roads) {
    if (!road.label.zh && !road.label.en) continue;
    const key = `${road.label.zh}|${road.label.en}|${road.class}`;
    const list = streets.get(key);
    if (list) list.push(road);
    else streets.set(key, [road]);
  }
  const features: GeoJSON.Feature[] = [];
  for (const roads of streets.values()) {
    for (const shape of chains(roads)) {
      features.push(line(shape, { ...named(roads[0]!.label), class: roads[0]!.class }));
    }
  }
  return collection(features);
}

/** Shapes of `roads` joined where one ends and the next begins, each street in one direction. */
function chains(roads: Road[]): LonLat[][] {
  const from = new Map<number, Road[]>();
  for (const road of roads) from.set(road.from, [...(from.get(road.from) ?? []), road]);
  const used = new Set<string>();
  const street = (road: Road) => `${Math.min(road.from, road.to)}-${Math.max(road.from, road.to)}`;
  const entered = new Set(roads.map((road) => road.to));
  const degree = (id: number) => from.get(id)?.length ?? 0;
  const starts = [...roads].sort(
    (a, b) =>
      Number(entered.has(a.from)) - Number(entered.has(b.from)) ||
      degree(a.from) - degree(b.from) ||
      a.id - b.id,
  );
  const result: LonLat[][] = [];
  for (const start of starts) {
    if (used.has(street(start))) continue;
    const shape: LonLat[] = [...start.shape];
    used.add(street(start));
    for (let end = start.to; ; ) {
      const next = (from.get(end) ?? []).find((road) => !used.has(street(road)));
      if (!next) break;
      used.add(street(next));
      shape.push(...next.shape.slice(1));
      end = next.to;
    }
    result.push(shape);
  }
  return result;
}

/** Junctions with signals as points with their state of control. */
export function junctionFeatures(
  network: Network,
  control: (id: number) => string,
  chosen: ReadonlySet<number>,
): GeoJSON.FeatureCollection {
  const signals = network.junctions.filter((junction) => junction.kind === 'signalized');
  return collection(
    signals.map((junction) => ({
      type: 'Feature',
      id: junction.id,
      properties: {
        id: junction.id,
        control: control(junction.id),
        chosen: chosen.has(junction.id),
        ...named(junction.label),
      },
      geometry: { type: 'Point', coordinates: [junction.lon, junction.lat] },
    })),
  );
}

/** Background features with their names flattened for the style, and a mark in each named area. */
export function placeFeatures(places: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  return collection(
    places.features.flatMap((feature) => {
      const name = (feature.properties?.name ?? {}) as Partial<Name>;
      const zh = name.zh || name.en || '';
      const properties = { ...feature.properties, name: null, zh, en: name.en || zh };
      const drawn = { ...feature, properties };
      const isArea = feature.geometry.type.endsWith('Polygon');
      const at =
        isArea && zh && MARKED.has(feature.properties?.kind) ? middleOf(feature.geometry) : null;
      if (!at) return [drawn];
      const mark = { type: 'Feature' as const, properties, geometry: point(at) };
      return [drawn, mark];
    }),
  );
}

/** Areas whose use one looks for on a map. */
const MARKED = new Set(PLACE_KINDS);

const point = (coordinates: LonLat): GeoJSON.Point => ({ type: 'Point', coordinates });
