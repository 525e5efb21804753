import { expect, it } from 'vitest';
import type { Option, Prediction } from '../api/types';
import { compare, scaleOf } from './compare';

const prediction = (measure: string, expected: number): Prediction => ({
  measure,
  text: { key: measure },
  unit: 's',
  expected,
  low: expected - 2,
  high: expected + 2,
  better: 'lower',
  level: 0.9,
});
const option = (index: number, predictions: Prediction[] | null): Option => ({
  index,
  text: { key: 'o' },
  rehearsal: predictions && { draws: 10, horizon_s: 900, vehicle_steps: 1, predictions },
});

it('one measure has one scale for all options, so that bars can be compared', () => {
  const rows = compare([
    option(0, [prediction('delay_s', 100)]),
    option(1, [prediction('delay_s', 60)]),
  ]);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.scale[0]).toBeLessThan(58);
  expect(rows[0]!.scale[1]).toBeGreaterThan(102);
  expect(rows[0]!.cells.map((cell) => cell?.expected)).toEqual([100, 60]);
});

it('changes come first and their scale holds zero', () => {
  const rows = compare([
    option(0, [prediction('delay_s', 9)]),
    option(1, [prediction('delay_s', 7), prediction('delay_s_change', -20)]),
  ]);
  expect(rows.map((row) => row.measure)).toEqual(['delay_s_change', 'delay_s']);
  expect(rows[0]!.scale[1]).toBeGreaterThan(0);
  expect(rows[0]!.cells[0]).toBeNull();
});

it('options without a rehearsal leave their cells empty', () => {
  expect(compare([option(0, null), option(1, null)])).toEqual([]);
});

it('a scale of one value still has two ends', () => {
  const [low, high] = scaleOf([5, 5], false);
  expect(low).toBeLessThan(high);
});
