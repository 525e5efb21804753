/** How far the brain's belief was off, in three figures that fit on the bar. */
import type { Accuracy } from '../api/types';

/** A 90 % interval should hold this share of what came. */
export const INSIDE: [number, number] = [0.85, 0.95];

export interface Trust {
  /** Mean absolute error of the queue of a lane, vehicles. */
  queueErrorVeh: number | null;
  /** Mean absolute error of the nearest forecast of a flow, vehicles an hour. */
  forecastErrorVph: number | null;
  /** Share of 90 % intervals that held what came. */
  inside: number | null;
  /** Whose intervals: those of decisions once outcomes are measured, of the estimate before. */
  of: 'predictions' | 'estimate';
  outcomes: number;
}

/** `null` figures until something was measured. */
export function trust(accuracy: Accuracy | null): Trust {
  const queue = accuracy?.estimate.find((row) => row.measure === 'lane_queue_veh' && row.n > 0);
  const forecasts = accuracy?.forecast.filter((row) => row.n > 0) ?? [];
  const nearest = forecasts.sort((a, b) => a.horizon_s - b.horizon_s)[0];
  const { outcomes = 0, coverage = null } = accuracy?.predictions ?? {};
  const measured = outcomes > 0 && coverage !== null;
  return {
    queueErrorVeh: queue?.mae ?? null,
    forecastErrorVph: nearest?.mae ?? null,
    inside: measured ? coverage : (queue?.coverage_90 ?? null),
    of: measured ? 'predictions' : 'estimate',
    outcomes,
  };
}

/** Whether `share` is what a 90 % interval promises; nothing is promised before it is measured. */
export const keepsPromise = (share: number | null): boolean | null =>
  share === null ? null : share >= INSIDE[0] && share <= INSIDE[1];
