/** The figures of the KPI strip: where they stand, their unit, and which way is better. */
import type { Kpi } from '../api/types';

export interface Figure {
  key: keyof Kpi;
  unit: string;
  /** From the wire's unit to the shown one. */
  factor: number;
  digits: number;
  better: 'lower' | 'higher' | 'none';
}

export const FIGURES: Figure[] = [
  { key: 'mean_speed_mps', unit: 'km/h', factor: 3.6, digits: 1, better: 'higher' },
  { key: 'mean_delay_s', unit: 's', factor: 1, digits: 0, better: 'lower' },
  { key: 'total_delay_veh_h', unit: 'veh.h', factor: 1, digits: 0, better: 'lower' },
  { key: 'queue_veh', unit: 'veh', factor: 1, digits: 0, better: 'lower' },
  { key: 'stops_per_vehicle', unit: '1', factor: 1, digits: 2, better: 'lower' },
  { key: 'finished', unit: 'veh', factor: 1, digits: 0, better: 'higher' },
  { key: 'vehicles', unit: 'veh', factor: 1, digits: 0, better: 'none' },
];

/** Relative change against the city without the brain, and whether it is for the better. */
export function gain(figure: Figure, withBrain: number, without: number | null | undefined) {
  if (without === null || without === undefined || without === 0) return null;
  const share = withBrain / without - 1;
  if (!Number.isFinite(share)) return null;
  const noise = Math.abs(share) < 0.005;
  const good = figure.better === 'none' || noise ? null : share < 0 === (figure.better === 'lower');
  return { share, good };
}
