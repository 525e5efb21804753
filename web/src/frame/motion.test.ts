/** Vehicles slide from where they were; who is new, or jumped, appears in place. */
import { describe, expect, it } from 'vitest';
import type { VehiclesFrame } from './decode';
import { MotionJoiner, mercatorX, mercatorY, STRIDE, UNIT } from './motion';

const ANCHOR: [number, number] = [mercatorX(120), mercatorY(30)];

function frame(vehicles: { id: number; x: number; y?: number; heading?: number }[]): VehiclesFrame {
  return {
    kind: 'vehicles',
    sequence: 1,
    atMs: 1,
    scrubbed: false,
    count: vehicles.length,
    box: [120, 30, 120.01, 30.01],
    x: Uint16Array.from(vehicles, (v) => v.x),
    y: Uint16Array.from(vehicles, (v) => v.y ?? 0),
    heading: Uint8Array.from(vehicles, (v) => v.heading ?? 0),
    look: Uint8Array.from(vehicles, () => 0x20),
    ids: Float64Array.from(vehicles, (v) => v.id),
  };
}

function rows(joiner: MotionJoiner, next: VehiclesFrame) {
  const motion = joiner.join(next);
  const bytes = motion.instances;
  const floats = new Float32Array(bytes.buffer);
  return next.x.length === 0
    ? []
    : Array.from({ length: motion.count }, (_, k) => ({
        from: floats[k * (STRIDE / 4)]!,
        to: floats[k * (STRIDE / 4) + 2]!,
        headings: [bytes[k * STRIDE + 16], bytes[k * STRIDE + 17]],
        look: bytes[k * STRIDE + 18],
        known: bytes[k * STRIDE + 19] === 255,
      }));
}

describe('motion', () => {
  it('places a vehicle where the frame says', () => {
    const [row] = rows(new MotionJoiner(...ANCHOR), frame([{ id: 1, x: 65535 }]));
    expect(row!.to * UNIT).toBeCloseTo(0.01 / 360, 9);
    expect(row!.look).toBe(0x20);
  });

  it('fills the same buffer again while it is big enough', () => {
    const joiner = new MotionJoiner(...ANCHOR);
    const many = Array.from({ length: 9 }, (_, k) => ({ id: k, x: k }));
    const first = joiner.join(frame(many)).instances;
    const again = joiner.join(frame([{ id: 1, x: 2 }])).instances;
    expect(again.buffer).toBe(first.buffer);
    expect(again.byteLength).toBe(STRIDE);
    const bigger = joiner.join(frame([...many, ...many, ...many])).instances;
    expect(bigger.byteLength).toBe(27 * STRIDE);
  });

  it('slides known vehicles, and lets new ones appear', () => {
    const joiner = new MotionJoiner(...ANCHOR);
    const [first] = rows(joiner, frame([{ id: 5, x: 1000, heading: 10 }]));
    expect([first!.known, first!.from]).toEqual([false, first!.to]);
    const second = rows(
      joiner,
      frame([
        { id: 3, x: 9 },
        { id: 5, x: 1200, heading: 20 },
        { id: 9, x: 7 },
      ]),
    );
    expect(second.map((row) => row.known)).toEqual([false, true, false]);
    expect(second[1]!.from).toBe(first!.to);
    expect(second[1]!.to).toBeGreaterThan(second[1]!.from);
    expect(second[1]!.headings).toEqual([10, 20]);
  });

  it('does not slide across the city', () => {
    const joiner = new MotionJoiner(...ANCHOR);
    rows(joiner, frame([{ id: 5, x: 0 }]));
    const [row] = rows(joiner, frame([{ id: 5, x: 65535 }]));
    expect(row!.from).toBe(row!.to);
  });

  it('forgets after a reset', () => {
    const joiner = new MotionJoiner(...ANCHOR);
    rows(joiner, frame([{ id: 5, x: 0 }]));
    joiner.reset();
    expect(rows(joiner, frame([{ id: 5, x: 100 }]))[0]!.known).toBe(false);
  });

  it('keeps 32-bit offsets exact to centimetres', () => {
    const joiner = new MotionJoiner(...ANCHOR);
    const [a, b] = [
      rows(joiner, frame([{ id: 1, x: 65534 }]))[0]!,
      rows(joiner, frame([{ id: 1, x: 65535 }]))[0]!,
    ];
    const step = (0.01 / 65535 / 360 / UNIT) as number;
    expect(b.to - a.to).toBeCloseTo(step, 3);
  });
});
