/** The drawn city is made of the network alone: nothing lost, names along whole streets. */
import { describe, expect, it } from 'vitest';
import { buildCity, networkBody } from '../../mock/city.mjs';
import type { Call, LonLat, Network } from '../api/types';
import {
  laneMarkFeatures,
  middleFeatures,
  placeFeatures,
  roadFeatures,
  streetFeatures,
} from './features';
import { nearestLane, nearestRoad } from './nearest';
import { routeLines } from './scene-marks';
import { carriageways, centerLines, Shapes } from './shapes';

const network = networkBody(buildCity()) as unknown as Network;

describe('features', () => {
  it('draw every road, its lanes to the right of its line', () => {
    expect(roadFeatures(network).features).toHaveLength(network.roads.length);
    for (const { offsetM, widthM } of carriageways(network).values()) {
      expect(offsetM).toBeCloseTo(widthM / 2, 0);
    }
  });

  it('draw one middle line per street and one mark between two lanes', () => {
    expect(middleFeatures(network).features).toHaveLength(network.roads.length / 2);
    const inner = network.lanes.filter((lane) => lane.index > 0).length;
    expect(laneMarkFeatures(network).features).toHaveLength(inner);
  });

  it('join the roads of a street into few long lines, and cover each street once', () => {
    const streets = streetFeatures(network).features;
    expect(streets.length).toBeLessThan(network.roads.length / 4);
    const points = streets.reduce(
      (sum, f) => sum + (f.geometry as GeoJSON.LineString).coordinates.length,
      0,
    );
    // A bend per street segment, and one more point per line.
    expect(points).toBe(network.roads.length + streets.length);
  });

  it('give places a name in both languages, or none', () => {
    const place = {
      type: 'Feature',
      properties: { kind: 'park', name: { zh: '公园' } },
      geometry: { type: 'Point', coordinates: [0, 0] },
    };
    const nameless = { ...place, properties: { kind: 'park' } };
    const made = placeFeatures({
      type: 'FeatureCollection',
      features: [place, nameless] as GeoJSON.Feature[],
    });
    expect(made.features.map((f) => [f.properties?.zh, f.properties?.en])).toEqual([
      ['公园', '公园'],
      ['', ''],
    ]);
  });
});

describe('places', () => {
  const area = (kind: string, en: string): GeoJSON.Feature => ({
    type: 'Feature',
    properties: { kind, name: { zh: '', en } },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [2, 0],
          [2, 2],
          [0, 2],
          [0, 0],
        ],
      ],
    },
  });
  const marks = (feature: GeoJSON.Feature) =>
    placeFeatures({ type: 'FeatureCollection', features: [feature] })
      .features.filter((f) => f.geometry.type === 'Point')
      .map((f) => (f.geometry as GeoJSON.Point).coordinates);

  it('that are areas with a name get a mark in their middle', () => {
    expect(marks(area('hospital', 'City Hospital'))).toEqual([[1, 1]]);
  });

  it('without a name, and mere land use, get none', () => {
    expect(marks(area('park', ''))).toEqual([]);
    expect(marks(area('homes', 'Block 4'))).toEqual([]);
  });
});

describe('shapes', () => {
  it('reach from junction center to junction center, even where the server trimmed them', () => {
    const trimmed = {
      ...network,
      roads: network.roads.map((road) => ({ ...road, shape: road.shape.slice(1, -1) })),
    };
    const lines = centerLines(trimmed);
    const whole = centerLines(network);
    for (const road of network.roads) expect(lines.get(road.id)).toEqual(whole.get(road.id));
  });

  it('have a head for every movement of every group', () => {
    const { bars, layout } = new Shapes(network, [0.83, 0.4], 30).heads();
    const movements = network.junctions.flatMap((j) => j.groups.flatMap((g) => g.movements)).length;
    expect(layout.group).toHaveLength(movements);
    expect(bars.every(Number.isFinite)).toBe(true);
  });

  it('draw a route without seams', () => {
    const first = network.roads[0]!;
    const second = network.roads.find((road) => road.from === first.to && road.to !== first.from)!;
    const call = {
      id: 1,
      stage: 'to_patient',
      route: [first.id, second.id],
      corridor: null,
    } as unknown as Call;
    const [line] = routeLines([call], centerLines(network)).features;
    expect((line!.geometry as GeoJSON.MultiLineString).coordinates).toHaveLength(1);
    expect(routeLines([{ ...call, stage: 'arrived' }], centerLines(network)).features).toEqual([]);
  });
});

describe('picking', () => {
  it('finds the lane under the pointer, and nothing far from any road', () => {
    const lane = network.lanes[40]!;
    const middle = lane.shape[Math.floor(lane.shape.length / 2)] as LonLat;
    expect(nearestLane(network, middle, 20)).toBe(lane.id);
    expect(nearestRoad(network, middle, 20)).toBe(lane.road);
    expect(nearestLane(network, [0, 0], 40)).toBeNull();
  });
});
