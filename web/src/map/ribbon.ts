/** Polylines as triangles: the mesh of roads and movements that a shader colors by value. */

export interface Ribbon {
  /** In anchor units. */
  points: [number, number][];
  /** Distance of the ribbon's middle from the polyline, metres to the right of travel. */
  offsetM: number;
  widthM: number;
  /** Never thinner than this. */
  leastPx: number;
  /** Where its value stands in the table. */
  index: number;
}

/** Floats per vertex: x, y, normal x, normal y, side, offset, width, least width, index, along. */
export const FLOATS = 10;

export interface Mesh {
  vertices: Float32Array<ArrayBuffer>;
  indices: Uint32Array<ArrayBuffer>;
}

/** Normals to the right of travel; sharper bends than 120 degrees are cut off. */
function normals(points: [number, number][]): [number, number][] {
  const steps = points.slice(1).map((p, k) => {
    const [dx, dy] = [p[0] - points[k]![0], p[1] - points[k]![1]];
    const length = Math.hypot(dx, dy) || 1;
    // Mercator y grows southward, so right of travel is (-dy, dx).
    return [-dy / length, dx / length] as [number, number];
  });
  return points.map((_, k) => {
    const a = steps[Math.max(0, k - 1)]!;
    const b = steps[Math.min(steps.length - 1, k)]!;
    const [x, y] = [a[0] + b[0], a[1] + b[1]];
    const length = Math.hypot(x, y) || 1;
    const stretch = Math.min(2, 2 / length);
    return [(x / length) * stretch, (y / length) * stretch];
  });
}

/** One mesh for all `ribbons`, in their order. */
export function mesh(ribbons: Ribbon[]): Mesh {
  const drawn = ribbons.filter((ribbon) => ribbon.points.length > 1);
  const points = drawn.reduce((sum, ribbon) => sum + ribbon.points.length, 0);
  const vertices = new Float32Array(points * 2 * FLOATS);
  const indices = new Uint32Array((points - drawn.length) * 6);
  let [v, i] = [0, 0];
  for (const ribbon of drawn) {
    const across = normals(ribbon.points);
    let along = 0;
    ribbon.points.forEach(([x, y], k) => {
      const before = ribbon.points[k - 1];
      if (before) along += Math.hypot(x - before[0], y - before[1]);
      const [nx, ny] = across[k]!;
      const { offsetM, widthM, leastPx, index } = ribbon;
      for (const side of [-1, 1]) {
        vertices.set([x, y, nx, ny, side, offsetM, widthM, leastPx, index, along], v * FLOATS);
        v += 1;
      }
      if (!before) return;
      indices.set([v - 4, v - 3, v - 2, v - 2, v - 3, v - 1], i);
      i += 6;
    });
  }
  return { vertices, indices };
}

/** `points` without the first `from` and the last `to` units; at least a third is kept. */
export function shorten(points: [number, number][], from: number, to: number): [number, number][] {
  const total = lengthOf(points);
  const cut = Math.min(1, (total * 2) / 3 / Math.max(1e-9, from + to));
  return slice(points, from * cut, total - to * cut);
}

export function lengthOf(points: [number, number][]): number {
  let sum = 0;
  for (let k = 1; k < points.length; k += 1) {
    sum += Math.hypot(points[k]![0] - points[k - 1]![0], points[k]![1] - points[k - 1]![1]);
  }
  return sum;
}

function slice(points: [number, number][], from: number, to: number): [number, number][] {
  const out: [number, number][] = [];
  let along = 0;
  for (let k = 1; k < points.length; k += 1) {
    const [a, b] = [points[k - 1]!, points[k]!];
    const step = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1e-9;
    const at = (d: number): [number, number] => {
      const t = Math.min(1, Math.max(0, (d - along) / step));
      return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    };
    if (along + step >= from && along <= to) {
      if (out.length === 0) out.push(at(from));
      out.push(at(to));
    }
    along += step;
  }
  return out;
}
