/** Spreads a signals frame over the signal heads drawn on the map. */
import type { SignalsFrame } from './decode';

export const RED = 0;
export const AMBER = 1;
export const GREEN = 2;
/** No word from the controller. */
export const DARK = 3;

/** Where each head stands, in drawing order: its junction and signal group. */
export interface HeadLayout {
  junction: Uint32Array;
  group: Uint8Array;
}

/**
 * The aspect of every head of `layout`, in its order. A frame may hold only the junctions in view:
 * heads of others stay as `before` had them.
 */
export function aspects(
  layout: HeadLayout,
  frame: SignalsFrame,
  before?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const row = new Map<number, number>();
  frame.junction.forEach((junction, k) => {
    row.set(junction, k);
  });
  const out = new Uint8Array(layout.junction.length).fill(DARK);
  if (before?.length === out.length) out.set(before);
  for (let k = 0; k < out.length; k += 1) {
    const at = row.get(layout.junction[k]!);
    const group = layout.group[k]!;
    if (at === undefined || group > 63) continue;
    const bit = 1n << BigInt(group);
    if ((frame.green[at]! & bit) !== 0n) out[k] = GREEN;
    else out[k] = (frame.amber[at]! & bit) !== 0n ? AMBER : RED;
  }
  return out;
}
