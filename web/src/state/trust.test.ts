/** The bar says how far the brain was off, from the first measurement on. */
import { expect, it } from 'vitest';
import type { Accuracy } from '../api/types';
import { keepsPromise, trust } from './trust';

const accuracy = (outcomes: number, coverage: number | null): Accuracy => ({
  estimate: [
    { measure: 'section_queue_veh', bias: 0, mae: 9, rmse: 9, coverage_90: 0.5, n: 3 },
    { measure: 'lane_queue_veh', bias: 0, mae: 0.34, rmse: 0.8, coverage_90: 0.94, n: 80 },
  ],
  forecast: [],
  predictions: { decisions: outcomes, outcomes, inside: 0, coverage, by_measure: [] },
});

it('says nothing before anything was measured', () => {
  expect(trust(null)).toMatchObject({ queueErrorVeh: null, inside: null });
  const none = { ...accuracy(0, null), estimate: [] };
  expect(trust(none)).toMatchObject({ queueErrorVeh: null, inside: null });
});

it('speaks of the estimate until the first outcome, and of predictions from then on', () => {
  expect(trust(accuracy(0, null))).toMatchObject({ inside: 0.94, of: 'estimate' });
  expect(trust(accuracy(4, 0.75))).toMatchObject({ inside: 0.75, of: 'predictions', outcomes: 4 });
});

it('takes the queue of a lane, not of a section', () => {
  expect(trust(accuracy(0, null)).queueErrorVeh).toBe(0.34);
});

it('takes the nearest forecast that was measured', () => {
  const row = (horizon_s: number, mae: number, n: number) => ({
    ...{ measure: 'entry_flow_vph', bias: 0, rmse: 0, mape: null, coverage_90: 0.9 },
    ...{ horizon_s, mae, n },
  });
  const forecast = [row(3600, 60, 5), row(900, 40, 7), row(300, 20, 0)];
  expect(trust({ ...accuracy(0, null), forecast }).forecastErrorVph).toBe(40);
  expect(trust(accuracy(0, null)).forecastErrorVph).toBeNull();
});

it('too narrow and too wide both break the promise', () => {
  expect([0.8, 0.9, 0.99, null].map(keepsPromise)).toEqual([false, true, false, null]);
});
