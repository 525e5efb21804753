/** What matters most stands first. */
import { describe, expect, it } from 'vitest';
import type { CityEvent, Proposal, Severity } from '../api/types';
import { asks, bundled, matters } from './rank';

const place = { lon: 0, lat: 0, junction: null, road: null, lane: null, label: { zh: '', en: '' } };

function event(id: number, severity: Severity, extra: Partial<CityEvent> = {}): CityEvent {
  return {
    id,
    type: 'queue',
    source: 'incidents',
    place,
    since_ms: id,
    until_ms: null,
    noticed_ms: id,
    severity,
    confidence: 1,
    text: { key: 'x' },
    evidence: [],
    acknowledged: null,
    rank: 0,
    ...extra,
  };
}

function proposal(id: number, answers: number | null, extra: Partial<Proposal> = {}): Proposal {
  return {
    id,
    scene: 'signals',
    at_ms: id,
    expires_ms: 9,
    text: { key: 'x' },
    place,
    event: answers,
    needs_approval: true,
    status: 'open',
    options: [],
    recommended: 1,
    rank: 0,
    ...extra,
  };
}

const order = (events: CityEvent[], proposals: Proposal[]) =>
  matters({ events, proposals }).map((matter) => matter.key);

describe('matters', () => {
  it('come by severity, the newest first among equals', () => {
    expect(
      order([event(1, 'minor'), event(2, 'extreme'), event(3, 'severe'), event(4, 'severe')], []),
    ).toEqual(['e2', 'e4', 'e3', 'e1']);
  });

  it('that wait for a decision come before all others', () => {
    expect(order([event(1, 'extreme'), event(2, 'minor')], [proposal(7, 2)])).toEqual(['e2', 'e1']);
  });

  it('that are still rehearsed, or best left alone, wait for nobody', () => {
    const proposals = [
      proposal(7, 2, { status: 'rehearsing' }),
      proposal(8, 3, { recommended: 0 }),
      proposal(9, 4),
    ];
    const events = [event(1, 'severe'), event(2, 'minor'), event(3, 'moderate'), event(4, 'minor')];
    const list = matters({ events, proposals });
    expect(list.map((matter) => matter.key)).toEqual(['e4', 'e1', 'e3', 'e2']);
    expect(list.filter(asks).map((matter) => matter.proposal?.id)).toEqual([9]);
  });

  it('show a proposal with the event it answers, once', () => {
    const [only] = matters({ events: [event(1, 'minor')], proposals: [proposal(7, 1)] });
    expect([only?.event?.id, only?.proposal?.id]).toEqual([1, 7]);
  });

  it('keep a proposal whose event is gone', () => {
    expect(order([], [proposal(7, 99)])).toEqual(['p7']);
  });

  it('leave out what has ended and what was decided', () => {
    expect(
      order([event(1, 'severe', { until_ms: 5 })], [proposal(7, null, { status: 'approved' })]),
    ).toEqual([]);
  });

  it('put what someone acknowledged after what nobody has seen', () => {
    const seen = { acknowledged: { by: 'a', at_ms: 1 } };
    expect(order([event(1, 'extreme', seen), event(2, 'minor')], [])).toEqual(['e2', 'e1']);
  });

  it('put a proposal someone took note of after what nobody has seen', () => {
    const noted = { acknowledged: { by: 'a', at_ms: 1 } };
    expect(order([], [proposal(9, null, noted), proposal(7, null)])).toEqual(['p7', 'p9']);
  });

  it('that policy decides do not push themselves forward', () => {
    expect(
      order([event(1, 'severe'), event(2, 'minor')], [proposal(7, 2, { needs_approval: false })]),
    ).toEqual(['e1', 'e2']);
  });

  it('come in the same order whatever the order of the state', () => {
    const events = [
      event(1, 'minor'),
      event(2, 'severe'),
      event(3, 'severe', { rank: 1 }),
      event(4, 'moderate'),
    ];
    const proposals = [proposal(8, 4), proposal(9, null)];
    expect(order([...events].reverse(), [...proposals].reverse())).toEqual(
      order(events, proposals),
    );
  });
});

describe('bundles', () => {
  const many = (type: string, count: number) =>
    Array.from({ length: count }, (_, k) => event(k + 10, 'minor', { type }));

  it('tell a flood of minor events of one kind in one line', () => {
    const list = bundled(
      matters({ events: [event(1, 'severe'), ...many('detector_fault', 60)], proposals: [] }),
    );
    expect(list.map((entry) => entry.key)).toEqual(['e1', 'bdetector_fault']);
  });

  it('leave a few events and everything that waits for a decision alone', () => {
    const events = many('detector_fault', 3);
    expect(bundled(matters({ events, proposals: [] }))).toHaveLength(3);
    const flood = many('detector_fault', 5);
    const keys = bundled(matters({ events: flood, proposals: [proposal(7, 12)] })).map(
      (entry) => entry.key,
    );
    expect(keys).toEqual(['e12', 'bdetector_fault']);
  });
});
