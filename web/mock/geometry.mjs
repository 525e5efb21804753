/** Plane geometry of the mock city: metres about a center, polylines offset to one side. */
export const CENTER = { lon: 120.165, lat: 30.262 };
const M_PER_DEG_LAT = 110_574;
const M_PER_DEG_LON = 111_320 * Math.cos((CENTER.lat * Math.PI) / 180);

const round = (x) => Math.round(x * 1e7) / 1e7;
export const toLonLat = ([x, y]) => [
  round(CENTER.lon + x / M_PER_DEG_LON),
  round(CENTER.lat + y / M_PER_DEG_LAT),
];

export const distance = (a, b) => Math.hypot(b[0] - a[0], b[1] - a[1]);

export function polylineLength(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += distance(points[i - 1], points[i]);
  return sum;
}

/** The point and heading (degrees clockwise from north) at `along` metres of `points`. */
export function at(points, along) {
  let left = Math.max(0, along);
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1], points[i]];
    const step = distance(a, b);
    if (left <= step || i === points.length - 1) {
      const t = step > 0 ? Math.min(1, left / step) : 0;
      const heading = (Math.atan2(b[0] - a[0], b[1] - a[1]) * 180) / Math.PI;
      return { point: [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], heading };
    }
    left -= step;
  }
  return { point: points[0], heading: 0 };
}

/** `points` moved `offset` metres to the right of the direction of travel. */
export function offsetRight(points, offset) {
  return points.map((p, i) => {
    const a = points[Math.max(0, i - 1)];
    const b = points[Math.min(points.length - 1, i + 1)];
    const length = distance(a, b) || 1;
    return [p[0] + ((b[1] - a[1]) / length) * offset, p[1] - ((b[0] - a[0]) / length) * offset];
  });
}

/** `points` without the first `from` and last `to` metres. */
export function trim(points, from, to) {
  const length = polylineLength(points);
  const end = Math.max(from + 1, length - to);
  const inner = [];
  let along = 0;
  for (let i = 1; i < points.length - 1; i += 1) {
    along += distance(points[i - 1], points[i]);
    if (along > from && along < end) inner.push(points[i]);
  }
  return [at(points, from).point, ...inner, at(points, end).point];
}

/** A smooth path from one stop line to another across a junction. */
export function turnPath(from, to, center) {
  const path = [];
  for (let i = 0; i <= 6; i += 1) {
    const t = i / 6;
    const u = 1 - t;
    path.push([
      u * u * from[0] + 2 * u * t * center[0] + t * t * to[0],
      u * u * from[1] + 2 * u * t * center[1] + t * t * to[1],
    ]);
  }
  return path;
}
