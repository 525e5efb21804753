/** Puts what changed into the state that was kept. */
import type { ListChange, State, StateChange } from '../api/types';

/** What tells the entries of each list apart. */
const KEYS = {
  events: 'id',
  proposals: 'id',
  decisions: 'id',
  calls: 'id',
  alarms: 'id',
  closures: 'lane',
  controls: 'junction',
} as const;

type Entry = Record<string, unknown>;

function list(before: Entry[], change: ListChange<Entry>, key: string): Entry[] {
  const news = new Map(change.changed.map((entry) => [entry[key] as number, entry]));
  const ranks = new Map(change.ranks);
  const known = new Map(
    before.map((entry) => {
      const id = entry[key] as number;
      const rank = ranks.get(id);
      return [id, news.get(id) ?? (rank === undefined ? entry : { ...entry, rank })];
    }),
  );
  if (!change.order) return [...known.values()];
  return change.order
    .map((id) => news.get(id) ?? known.get(id))
    .filter((entry) => entry !== undefined);
}

/** `state` with `change` in it; entries that did not change stay the same objects. */
export function merged(state: State, change: StateChange): State {
  const next: Record<string, unknown> = { ...state };
  for (const [name, value] of Object.entries(change)) {
    const key = KEYS[name as keyof typeof KEYS];
    if (key === undefined) next[name] = value;
    else next[name] = list(next[name] as Entry[], value as unknown as ListChange<Entry>, key);
  }
  return next as unknown as State;
}
