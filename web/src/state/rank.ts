/** What matters now: open proposals and running events in one ranked list. */
import type { CityEvent, Proposal, Severity, State } from '../api/types';

export interface Matter {
  key: string;
  event: CityEvent | null;
  proposal: Proposal | null;
  severity: Severity;
  /** Someone has taken note of it. */
  seen: boolean;
}

const WEIGHT: Record<Severity, number> = { extreme: 4, severe: 3, moderate: 2, minor: 1 };

/** Several minor matters of one kind, told in one line. */
export interface Bundle {
  key: string;
  type: string;
  matters: Matter[];
}

/** From this many on, minor matters of one kind are told together. */
const BUNDLE_FROM = 4;

/**
 * `list` with minor events of one kind bundled where the first of them stands, so that a flood of
 * small things never hides a big one. What waits for a decision is never bundled.
 */
export function bundled(list: Matter[]): (Matter | Bundle)[] {
  const small = (matter: Matter) => matter.severity === 'minor' && matter.event && !matter.proposal;
  const kinds = new Map<string, Matter[]>();
  for (const matter of list) {
    if (!small(matter)) continue;
    const type = matter.event!.type;
    kinds.set(type, [...(kinds.get(type) ?? []), matter]);
  }
  const told = new Set<string>();
  return list.flatMap((matter): (Matter | Bundle)[] => {
    const type = matter.event?.type ?? '';
    const same = small(matter) ? (kinds.get(type) ?? []) : [];
    if (same.length < BUNDLE_FROM) return [matter];
    if (told.has(type)) return [];
    told.add(type);
    return [{ key: `b${type}`, type, matters: same }];
  });
}

/** Whether a person is still asked to decide. */
export function isOpen(proposal: Proposal): boolean {
  return proposal.status === 'open' || proposal.status === 'rehearsing';
}

/**
 * Whether it waits for a decision of a person: rehearsed, and something other than leaving all as
 * it is came out best. What is still rehearsed cannot be decided; what is best left alone is there
 * to be read.
 */
export function asks({ proposal }: Matter): boolean {
  return proposal?.status === 'open' && proposal.needs_approval && proposal.recommended > 0;
}

/**
 * Events that still run, each with its open proposal, and open proposals that answer no event.
 *
 * First what waits for a decision, then by severity, then the server's rank, then the newest;
 * what someone acknowledged comes after what nobody has seen.
 */
export function matters(state: Pick<State, 'events' | 'proposals'>): Matter[] {
  const open = state.proposals.filter(isOpen);
  const byEvent = new Map<number, Proposal>();
  for (const proposal of open) {
    if (proposal.event === null) continue;
    const other = byEvent.get(proposal.event);
    if (!other || proposal.rank < other.rank) byEvent.set(proposal.event, proposal);
  }
  const taken = new Set<number>();
  const list: Matter[] = [];
  for (const event of state.events) {
    const proposal = byEvent.get(event.id) ?? null;
    if (event.until_ms !== null && !proposal) continue;
    if (proposal) taken.add(proposal.id);
    const seen = event.acknowledged !== null;
    list.push({ key: `e${event.id}`, event, proposal, severity: event.severity, seen });
  }
  for (const proposal of open) {
    if (taken.has(proposal.id)) continue;
    const seen = !!proposal.acknowledged;
    list.push({ key: `p${proposal.id}`, event: null, proposal, severity: 'minor', seen });
  }
  return list.sort(compare);
}

function compare(a: Matter, b: Matter): number {
  return (
    Number(asks(b)) - Number(asks(a)) ||
    Number(a.seen) - Number(b.seen) ||
    WEIGHT[b.severity] - WEIGHT[a.severity] ||
    rankOf(a) - rankOf(b) ||
    since(b) - since(a) ||
    (a.key < b.key ? -1 : 1)
  );
}

const rankOf = (matter: Matter) => matter.event?.rank ?? matter.proposal?.rank ?? 0;
const since = (matter: Matter) => matter.event?.since_ms ?? matter.proposal?.at_ms ?? 0;
