/** What changed goes into the state that was kept, and nothing else moves. */
import { describe, expect, it } from 'vitest';
import type { Control, State, StateChange } from '../api/types';
import { merged } from './merge';

const control = (junction: number, law = 'webster'): Control => ({
  junction,
  law,
  taken_by: null,
  manual: false,
});
const state = {
  sequence: 4,
  kpi: { with: { vehicles: 7 }, without: null },
  controls: [control(1), control(2), control(5)],
  closures: [],
  stopped: { by: 'Ann', at_ms: 1, reason: 'drill' },
} as unknown as State;
const changed = (change: StateChange) => merged(state, change);

describe('a change', () => {
  it('leaves what it does not name', () => {
    const next = changed({ sequence: 5 });
    expect(next).toEqual({ ...state, sequence: 5 });
    expect(next.controls).toBe(state.controls);
  });

  it('replaces the entries that are different and keeps the others as they are', () => {
    const next = changed({ controls: { changed: [control(2, 'max_pressure')] } });
    expect(next.controls.map((one) => one.law)).toEqual(['webster', 'max_pressure', 'webster']);
    expect(next.controls[0]).toBe(state.controls[0]);
  });

  it('orders the entries when some came, went or moved', () => {
    const next = changed({ controls: { changed: [control(9)], order: [5, 9, 1] } });
    expect(next.controls.map((one) => one.junction)).toEqual([5, 9, 1]);
  });

  it('moves entries in rank without telling them again', () => {
    const events = [
      { id: 3, rank: 0, severity: 'minor' },
      { id: 4, rank: 1, severity: 'severe' },
    ];
    const before = { ...state, events } as unknown as State;
    const next = merged(before, { events: { changed: [], ranks: [[4, 0]], order: [4, 3] } });
    expect(next.events).toEqual([{ id: 4, rank: 0, severity: 'severe' }, events[0]]);
    expect(next.events[1]).toBe(events[0]);
  });

  it('takes the stop button out', () => {
    expect(changed({ stopped: null }).stopped).toBeNull();
  });
});
