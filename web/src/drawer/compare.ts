/** Lays the predictions of all options side by side, one common scale per measure. */
import type { Decision, Option, Prediction } from '../api/types';

export interface MeasureRow {
  measure: string;
  first: Prediction;
  isChange: boolean;
  scale: [number, number];
  /** By position of the option; `null` where it predicts nothing of the kind. */
  cells: (Prediction | null)[];
}

export const isChange = (measure: string) => measure.endsWith('_change');

/** The ends of a scale that holds all `values` with some air, and zero for changes. */
export function scaleOf(values: number[], withZero: boolean): [number, number] {
  const all = withZero ? [...values, 0] : values;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const air = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - air, high + air];
}

/** One row per measure: changes first, each in the order in which options name them. */
export function compare(options: Option[]): MeasureRow[] {
  const measures = new Map<string, Prediction>();
  for (const option of options) {
    for (const prediction of option.rehearsal?.predictions ?? []) {
      if (!measures.has(prediction.measure)) measures.set(prediction.measure, prediction);
    }
  }
  const rows = [...measures.entries()].map(([measure, first]): MeasureRow => {
    const cells = options.map(
      (option) => option.rehearsal?.predictions.find((p) => p.measure === measure) ?? null,
    );
    const values = cells.flatMap((cell) => (cell ? [cell.low, cell.high, cell.expected] : []));
    const change = isChange(measure);
    return { measure, first, isChange: change, scale: scaleOf(values, change), cells };
  });
  return rows.sort((a, b) => Number(b.isChange) - Number(a.isChange));
}

/** Each prediction of a decision with what was measured of it. */
export function withOutcome(decision: Decision) {
  return decision.predicted.map((prediction) => {
    const measured =
      decision.outcome?.measured.find((m) => m.measure === prediction.measure) ?? null;
    const values = [prediction.low, prediction.high, ...(measured ? [measured.value] : [])];
    return { prediction, measured, scale: scaleOf(values, isChange(prediction.measure)) };
  });
}
