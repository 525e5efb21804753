/** A signal is in the hands of whoever sets its stages. */
import { expect, it } from 'vitest';
import type { Control } from '../api/types';
import { holderOf } from './control';

const control = (extra: Partial<Control>): Control => ({
  junction: 1,
  law: 'max_pressure',
  taken_by: null,
  manual: false,
  ...extra,
});

it('the brain has a signal under a law of its own, nobody one on its local plan', () => {
  expect(holderOf(control({}))).toBe('brain');
  expect(holderOf(control({ law: 'local_plan' }))).toBe('local');
});

it('a person goes before the law, and a hand at the cabinet before the desk', () => {
  expect(holderOf(control({ law: 'local_plan', taken_by: 'Ann' }))).toBe('person');
  expect(holderOf(control({ manual: true, taken_by: 'Ann' }))).toBe('manual');
});
