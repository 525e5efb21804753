/** Finds the road or lane nearest to a point on the map. */
import type { LonLat, Network } from '../api/types';

/** Squared distance in metres from `p` to the polyline `shape`. */
function distance2(p: LonLat, shape: LonLat[]): number {
  const [mx, my] = [111_320 * Math.cos((p[1] * Math.PI) / 180), 110_574];
  let best = Number.POSITIVE_INFINITY;
  for (let i = 1; i < shape.length; i += 1) {
    const ax = (shape[i - 1]![0] - p[0]) * mx;
    const ay = (shape[i - 1]![1] - p[1]) * my;
    const dx = (shape[i]![0] - p[0]) * mx - ax;
    const dy = (shape[i]![1] - p[1]) * my - ay;
    const t = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, (ax + dx * t) ** 2 + (ay + dy * t) ** 2);
  }
  return best;
}

/** The lane nearest to `p` within `metersMax`, or `null`. */
export function nearestLane(network: Network, p: LonLat, metersMax: number): number | null {
  let [best, bestId] = [metersMax ** 2, null as number | null];
  for (const lane of network.lanes) {
    const d = distance2(p, lane.shape);
    if (d < best) [best, bestId] = [d, lane.id];
  }
  return bestId;
}

/** The road whose lanes are nearest to `p` within `metersMax`, or `null`. */
export function nearestRoad(network: Network, p: LonLat, metersMax: number): number | null {
  const lane = nearestLane(network, p, metersMax);
  if (lane === null) return null;
  return network.lanes.find((candidate) => candidate.id === lane)?.road ?? null;
}
