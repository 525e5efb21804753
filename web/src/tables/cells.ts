/** What a table of the tables view is made of. */
import { live } from '../state/live.svelte';
import type { Subject } from '../state/ui.svelte';
import { number, timeOfDay } from '../words/format';
import { words } from '../words/i18n.svelte';

export interface Cell {
  text: string;
  /** What it sorts by; the text where missing. */
  sort?: number;
}

export interface Row {
  id: number | string;
  cells: Cell[];
  open?: Subject;
  /** The junction it stands for, where it can be taken together with others. */
  junction?: number;
  at?: { lon: number; lat: number };
}

export interface Table {
  name: string;
  /** Message keys of the headings; those after a colon align as figures. */
  columns: { key: string; figure?: boolean }[];
  rows: () => Row[];
}

export const text = (value: string): Cell => ({ text: value });
export const figure = (value: number | null | undefined, digits = 0): Cell => ({
  text: number(value, words.lang, digits),
  sort: value ?? Number.NEGATIVE_INFINITY,
});
export const time = (ms: number): Cell => ({
  text: timeOfDay(ms, words.lang, live.zone),
  sort: ms,
});
export const column = (key: string, isFigure = false) => ({ key, figure: isFigure });
export const junctionName = (id: number) => words.name(live.junctions.get(id)?.label) || String(id);
