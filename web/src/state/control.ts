/** Who sets the stages of a signal: one answer for the map, the tables and the drawers. */
import type { Control } from '../api/types';

export type Holder = 'manual' | 'person' | 'local' | 'brain';

/** Someone at the cabinet goes before someone at the desk, and both before any law. */
export function holderOf(control: Control): Holder {
  if (control.manual) return 'manual';
  if (control.taken_by) return 'person';
  return control.law === 'local_plan' ? 'local' : 'brain';
}
