/** The network's geometry as the painters want it: ribbons of roads, bars and paths of heads. */
import type { LonLat, Network, Road } from '../api/types';
import { mercatorX, mercatorY, UNIT } from '../frame/motion';
import { BAR_FLOATS, type Heads } from './overlay-terms';
import { type Mesh, mesh, type Ribbon, shorten } from './ribbon';
import { unitsPerMeter } from './scale';

type Point = [number, number];

/** Thinnest ribbon by class of road, pixels. */
const LEAST_PX: Record<string, number> = {
  expressway: 2.6,
  arterial: 2.1,
  collector: 1.5,
  local: 1,
};

export class Shapes {
  private readonly perMeter: number;

  constructor(
    private readonly network: Network,
    private readonly anchor: [number, number],
    lat: number,
  ) {
    this.perMeter = unitsPerMeter(lat);
  }

  point([lon, lat]: LonLat): Point {
    return [(mercatorX(lon) - this.anchor[0]) / UNIT, (mercatorY(lat) - this.anchor[1]) / UNIT];
  }

  /** One ribbon per road, colored by its place in id order. */
  roads(): Mesh {
    const widths = carriageways(this.network);
    const lines = centerLines(this.network);
    const radius = new Map(this.network.junctions.map((j) => [j.id, j.radius_m]));
    const inIdOrder = [...this.network.roads].sort((a, b) => a.id - b.id);
    const ribbons = inIdOrder.map((road, index): Ribbon => {
      const { offsetM, widthM } = widths.get(road.id)!;
      const cut = (id: number) => Math.max(0, (radius.get(id) ?? 0) + 2) * this.perMeter;
      const line = lines.get(road.id)!.map((p) => this.point(p));
      const points = shorten(line, cut(road.from), cut(road.to));
      const leastPx = LEAST_PX[road.class] ?? 1;
      return { points, offsetM, widthM: widthM * 0.8, leastPx, index };
    });
    return mesh(ribbons);
  }

  /** Stop bars and movement paths of all vehicle groups, and which head is whose. */
  heads(): Heads {
    const heads = this.network.junctions.flatMap((junction) =>
      junction.groups.flatMap((group, g) =>
        (group.movements ?? [])
          .filter((movement) => movement.shape.length > 1)
          .map((movement) => ({ junction: junction.id, group: g, movement })),
      ),
    );
    const bars = new Float32Array(heads.length * BAR_FLOATS);
    const ribbons = heads.map(({ movement }, index): Ribbon => {
      const points = movement.shape.map((p) => this.point(p));
      const [a, b] = [points[0]!, points[1]!];
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
      const direction = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
      bars.set([a[0], a[1], direction[0]!, direction[1]!, 2.9], index * BAR_FLOATS);
      return { points, offsetM: 0, widthM: 0.9, leastPx: 0.8, index };
    });
    const layout = {
      junction: Uint32Array.from(heads, (head) => head.junction),
      group: Uint8Array.from(heads, (head) => head.group),
    };
    return { bars, paths: mesh(ribbons), layout };
  }
}

/** Each road's line from junction center to junction center, wherever its shape itself ends. */
export function centerLines(network: Network): Map<number, LonLat[]> {
  const centers = new Map(network.junctions.map((j) => [j.id, [j.lon, j.lat] as LonLat]));
  const result = new Map<number, LonLat[]>();
  for (const road of network.roads) {
    const line = [...road.shape];
    const [from, to] = [centers.get(road.from), centers.get(road.to)];
    if (from && line[0] && apart(from, line[0])) line.unshift(from);
    if (to && apart(to, line.at(-1)!)) line.push(to);
    result.set(road.id, line);
  }
  return result;
}

/** More than about a metre from each other. */
const apart = (a: LonLat, b: LonLat) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) > 1e-5;

export interface Carriageway {
  /** From the road's shape to the middle of its lanes, metres to the right. */
  offsetM: number;
  widthM: number;
}

/** Width and lateral place of each road's lanes, measured where lanes have shapes. */
export function carriageways(network: Network): Map<number, Carriageway> {
  const lanes = new Map(network.lanes.map((lane) => [lane.id, lane]));
  const result = new Map<number, Carriageway>();
  for (const road of network.roads) {
    const mine = road.lanes.flatMap((id) => lanes.get(id) ?? []);
    const widthM = mine.reduce((sum, lane) => sum + lane.width_m, 0) || 3.5;
    const measured = mine.flatMap((lane) => lateral(road, lane.shape) ?? []);
    const offsetM =
      measured.length > 0 ? measured.reduce((a, b) => a + b, 0) / measured.length : widthM / 2;
    result.set(road.id, { offsetM, widthM });
  }
  return result;
}

/** How far to the right of the road's shape the middle of `shape` lies, metres. */
function lateral(road: Road, shape: LonLat[]): number | null {
  if (shape.length < 2 || road.shape.length < 2) return null;
  const lat = road.shape[0]![1];
  const [mx, my] = [111_320 * Math.cos((lat * Math.PI) / 180), 110_574];
  const k = Math.floor((shape.length - 1) / 2);
  const [a, b] = [shape[k]!, shape[k + 1]!];
  const middle = [((a[0] + b[0]) / 2) * mx, ((a[1] + b[1]) / 2) * my] as const;
  let best: { distance: number; side: number } | null = null;
  for (let i = 1; i < road.shape.length; i += 1) {
    const [p, q] = [road.shape[i - 1]!, road.shape[i]!];
    const [px, py, qx, qy] = [p[0] * mx, p[1] * my, q[0] * mx, q[1] * my];
    const [dx, dy] = [qx - px, qy - py];
    const length2 = dx * dx + dy * dy || 1;
    const t = Math.min(1, Math.max(0, ((middle[0] - px) * dx + (middle[1] - py) * dy) / length2));
    const [ox, oy] = [middle[0] - (px + dx * t), middle[1] - (py + dy * t)];
    const distance = Math.hypot(ox, oy);
    const side = Math.sign(dy * ox - dx * oy) || 1;
    if (!best || distance < best.distance) best = { distance, side };
  }
  return best ? best.distance * best.side : null;
}
