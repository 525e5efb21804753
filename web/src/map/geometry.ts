/** Middle and area of what the city draws, for marks and tables. */
import type { LonLat } from '../api/types';

type Bounds = [number, number, number, number];

/** Twice the signed area of `ring` in square degrees, and its centroid. */
function moments(ring: GeoJSON.Position[]): { area2: number; at: LonLat } {
  const [x0, y0] = ring[0]!;
  let [area2, x, y] = [0, 0, 0];
  for (let k = 1; k < ring.length; k += 1) {
    const [ax, ay] = [ring[k - 1]![0]! - x0!, ring[k - 1]![1]! - y0!];
    const [bx, by] = [ring[k]![0]! - x0!, ring[k]![1]! - y0!];
    const cross = ax * by - bx * ay;
    area2 += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  const third = area2 === 0 ? 0 : 1 / (3 * area2);
  return { area2, at: [x0! + x * third, y0! + y * third] };
}

const rings = (geometry: GeoJSON.Geometry): GeoJSON.Position[][] =>
  geometry.type === 'Polygon'
    ? geometry.coordinates
    : geometry.type === 'MultiPolygon'
      ? geometry.coordinates.flat()
      : [];

/** Where a name or a mark of `geometry` stands; `null` for what has no place. */
export function middleOf(geometry: GeoJSON.Geometry): LonLat | null {
  if (geometry.type === 'Point') return geometry.coordinates as LonLat;
  if (geometry.type === 'LineString')
    return (geometry.coordinates[Math.floor(geometry.coordinates.length / 2)] as LonLat) ?? null;
  const all = rings(geometry).filter((ring) => ring.length > 2);
  if (all.length === 0) return null;
  const size = (ring: GeoJSON.Position[]) => Math.abs(moments(ring).area2);
  return moments(all.reduce((a, b) => (size(b) > size(a) ? b : a))).at;
}

/** Area of a polygon in hectares; `null` for points and lines. */
export function hectaresOf(geometry: GeoJSON.Geometry): number | null {
  const all = rings(geometry);
  const lat = all[0]?.[0]?.[1];
  if (lat === undefined) return null;
  const perDegree2 = 111_320 * Math.cos((lat * Math.PI) / 180) * 110_574;
  // Holes run the other way round.
  const area2 = all.reduce((sum, ring) => sum + moments(ring).area2, 0);
  return (Math.abs(area2) / 2) * (perDegree2 / 10_000);
}

/** As far as the map may be moved around `bounds`: enough that a screen of any shape shows all of it. */
export function surroundings([w, s, e, n]: Bounds): Bounds {
  const narrowing = Math.cos(((s + n) / 2) * (Math.PI / 180));
  const reach = 1.5 * Math.max((e - w) * narrowing, n - s) + 0.02;
  return [w - reach / narrowing, s - reach, e + reach / narrowing, n + reach];
}
