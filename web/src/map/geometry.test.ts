/** Marks stand in the middle of areas, and areas are what they measure on the ground. */
import { expect, it } from 'vitest';
import { hectaresOf, middleOf, surroundings } from './geometry';

/** A square of `side` degrees with its corner at 120° E, 30° N. */
const square = (side: number): GeoJSON.Polygon => ({
  type: 'Polygon',
  coordinates: [
    [
      [120, 30],
      [120 + side, 30],
      [120 + side, 30 + side],
      [120, 30 + side],
      [120, 30],
    ],
  ],
});

it('the middle of a square is where its diagonals cross', () => {
  const [lon, lat] = middleOf(square(0.01))!;
  expect(lon).toBeCloseTo(120.005, 9);
  expect(lat).toBeCloseTo(30.005, 9);
});

it('a square of a hundredth of a degree at 30° N has about 106.6 hectares', () => {
  expect(hectaresOf(square(0.01))).toBeCloseTo(106.6, 0);
});

it('a lake in a park is not park', () => {
  const hole = square(0.005).coordinates[0]!.slice().reverse();
  const park = { ...square(0.01), coordinates: [...square(0.01).coordinates, hole] };
  expect(hectaresOf(park)!).toBeCloseTo(hectaresOf(square(0.01))! * 0.75, 1);
});

it('points and lines have a middle and no area', () => {
  const line: GeoJSON.LineString = {
    type: 'LineString',
    coordinates: [
      [0, 0],
      [1, 1],
      [2, 0],
    ],
  };
  expect(middleOf({ type: 'Point', coordinates: [1, 2] })).toEqual([1, 2]);
  expect(middleOf(line)).toEqual([1, 1]);
  expect(hectaresOf(line)).toBeNull();
});

it('a long city fits into a wide screen and a wide one into a tall screen', () => {
  for (const [wide, tall] of [
    [0.02, 0.08],
    [0.08, 0.02],
  ] as const) {
    const [w, s, e, n] = surroundings([120, 60, 120 + wide, 60 + tall]);
    // On the ground a degree of longitude is half as long there.
    const [across, up] = [(e - w) * Math.cos((60 * Math.PI) / 180), n - s];
    expect(across).toBeGreaterThan(tall * 2);
    expect(up).toBeGreaterThan(wide);
    expect(across / up).toBeGreaterThan(0.5);
    expect(across / up).toBeLessThan(2);
  }
});
