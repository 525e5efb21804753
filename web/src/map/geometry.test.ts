/** Marks stand in the middle of areas, and areas are what they measure on the ground. */
import { expect, it } from 'vitest';
import { hectaresOf, middleOf } from './geometry';

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
