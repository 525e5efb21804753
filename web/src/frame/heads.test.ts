import { expect, it } from 'vitest';
import type { SignalsFrame } from './decode';
import { AMBER, aspects, DARK, GREEN, RED } from './heads';

const frame: SignalsFrame = {
  kind: 'signals',
  sequence: 1,
  atMs: 0,
  scrubbed: false,
  count: 2,
  junction: Uint32Array.of(4, 9),
  stage: Uint8Array.of(0, 255),
  green: BigUint64Array.of(0b0101n, 1n << 63n),
  amber: BigUint64Array.of(0b0010n, 0n),
};

it('every head shows the aspect of its group; who is not in the frame is dark', () => {
  const layout = {
    junction: Uint32Array.of(4, 4, 4, 4, 9, 9, 7),
    group: Uint8Array.of(0, 1, 2, 3, 63, 0, 0),
  };
  expect([...aspects(layout, frame)]).toEqual([GREEN, AMBER, GREEN, RED, GREEN, RED, DARK]);
});

it('a frame of the junctions in view leaves the others as they were', () => {
  const layout = { junction: Uint32Array.of(4, 7, 9), group: Uint8Array.of(0, 0, 0) };
  expect([...aspects(layout, frame, Uint8Array.of(RED, AMBER, GREEN))]).toEqual([
    GREEN,
    AMBER,
    RED,
  ]);
});

it('a group beyond the 64 of a frame is dark', () => {
  const layout = { junction: Uint32Array.of(4), group: Uint8Array.of(64) };
  expect([...aspects(layout, frame)]).toEqual([DARK]);
});
