/** Frames survive the round trip; whatever else arrives is refused, never drawn. */
import { describe, expect, it } from 'vitest';
import { roadsFrame, signalsFrame, vehiclesFrame } from '../../mock/frames.mjs';
import { generator } from '../../mock/random.mjs';
import { BadFrame, decodeFrame } from './decode';

const bytes = (buffer: Uint8Array): ArrayBuffer => new Uint8Array(buffer).buffer;
const BOX = [120, 30, 120.2, 30.1] as const;

function someVehicles(random: () => number, count: number) {
  let id = 0;
  return Array.from({ length: count }, () => {
    id += 1 + Math.floor(random() ** 6 * 1e6);
    const [lon, lat] = [BOX[0] + random() * 0.2, BOX[1] + random() * 0.1];
    return { id, lon, lat, heading: random() * 360, look: Math.floor(random() * 256) };
  });
}

describe('frames', () => {
  it('give back every vehicle in its place', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = generator(seed);
      const rows = someVehicles(random, Math.floor(random() * 300));
      const frame = decodeFrame(bytes(vehiclesFrame(seed, 1_795_390_800_123, BOX, rows)));
      if (frame.kind !== 'vehicles') throw new Error('wrong kind');
      expect([frame.sequence, frame.atMs, frame.count]).toEqual([
        seed,
        1_795_390_800_123,
        rows.length,
      ]);
      rows.forEach((row, k) => {
        expect(frame.ids[k]).toBe(row.id);
        expect(frame.look[k]).toBe(row.look);
        expect(BOX[0] + (frame.x[k]! / 65535) * 0.2).toBeCloseTo(row.lon, 5);
        expect(BOX[1] + (frame.y[k]! / 65535) * 0.1).toBeCloseTo(row.lat, 5);
      });
    }
  });

  it('give back speeds and queues of roads', () => {
    const numbers = { speed: Uint8Array.of(0, 254, 255), queue: Uint8Array.of(9, 0, 255) };
    const frame = decodeFrame(bytes(roadsFrame(3, 0, numbers)));
    expect(frame).toMatchObject({ kind: 'roads', count: 3, ...numbers });
  });

  it('give back aspects with all 64 groups', () => {
    const rows = [
      { junction: 7, stage: 255, green: 1n << 63n, amber: 1n },
      { junction: 4_000_000_000, stage: 2, green: 0n, amber: 0n },
    ];
    const frame = decodeFrame(bytes(signalsFrame(3, 0, rows)));
    if (frame.kind !== 'signals') throw new Error('wrong kind');
    expect([...frame.junction]).toEqual([7, 4_000_000_000]);
    expect([...frame.green]).toEqual([1n << 63n, 0n]);
    expect([...frame.stage]).toEqual([255, 2]);
  });
});

describe('malformed frames', () => {
  const good = [
    vehiclesFrame(1, 5, BOX, someVehicles(generator(3), 20)),
    roadsFrame(2, 5, { speed: new Uint8Array(30), queue: new Uint8Array(30) }),
    signalsFrame(3, 5, [{ junction: 1, stage: 0, green: 3n, amber: 0n }]),
  ];

  it('are refused at every length but the right one', () => {
    for (const frame of good) {
      for (let length = 0; length < frame.length; length += 1) {
        expect(() => decodeFrame(bytes(frame.subarray(0, length)))).toThrow(BadFrame);
      }
      const longer = new Uint8Array(frame.length + 1);
      longer.set(frame);
      expect(() => decodeFrame(longer.buffer)).toThrow(BadFrame);
    }
  });

  it('are refused with a foreign magic, version or kind', () => {
    for (const [at, value] of [
      [0, 0x56],
      [1, 0x41],
      [2, 2],
      [3, 0],
      [3, 4],
    ] as const) {
      const broken = Uint8Array.from(good[0]!);
      broken[at] = value;
      expect(() => decodeFrame(broken.buffer)).toThrow(BadFrame);
    }
  });

  it('are refused with a count that no city has', () => {
    const broken = Uint8Array.from(good[0]!);
    new DataView(broken.buffer).setUint32(16, 0xffffffff, true);
    expect(() => decodeFrame(broken.buffer)).toThrow(BadFrame);
  });

  it('are refused with a box that is not on earth', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e9, 121]) {
      const broken = Uint8Array.from(good[0]!);
      new DataView(broken.buffer).setFloat64(24, value, true);
      expect(() => decodeFrame(broken.buffer)).toThrow(BadFrame);
    }
  });

  it('never do anything but decode or throw a BadFrame, whatever the bytes', () => {
    for (let seed = 1; seed <= 4000; seed += 1) {
      const random = generator(seed);
      const from = good[seed % good.length]!;
      const noise = Uint8Array.from(from.subarray(0, Math.ceil(random() * from.length)));
      for (let k = 0; k < 1 + random() * 8; k += 1) {
        noise[Math.floor(random() * noise.length)] = Math.floor(random() * 256);
      }
      try {
        const frame = decodeFrame(noise.buffer);
        expect(frame.count).toBeLessThanOrEqual(noise.length);
      } catch (error) {
        expect(error).toBeInstanceOf(BadFrame);
      }
    }
  });
});
