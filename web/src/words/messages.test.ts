/** Every word the interface asks for stands in both languages, and messages render whatever comes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleOf, type Lang, nameIn, render } from './i18n.svelte';

const SRC = join(import.meta.dirname, '..');
const LANGS: Lang[] = ['zh', 'en'];

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

const sources = (lang: Lang) =>
  filesUnder(join(SRC, 'messages'), `${lang}.ftl`).map((path) => readFileSync(path, 'utf8'));
const keysOf = (lang: Lang) =>
  sources(lang).flatMap((source) =>
    [...source.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1]!),
  );
const variablesOf = (lang: Lang) =>
  new Map(
    sources(lang)
      .join('\n')
      .split(/\n(?=[a-z][\w-]* =)/)
      .map((entry) => [entry.split(' =')[0]!, [...new Set(entry.match(/\$\w+/g))].sort().join()]),
  );

describe('words', () => {
  it('stand in both languages, each once, with the same variables', () => {
    expect(keysOf('zh').sort()).toEqual(keysOf('en').sort());
    expect(new Set(keysOf('en')).size).toBe(keysOf('en').length);
    const [zh, en] = [variablesOf('zh'), variablesOf('en')];
    for (const key of keysOf('en')) expect([key, zh.get(key)]).toEqual([key, en.get(key)]);
  });

  it('exist for every key the code names', () => {
    const known = new Set(keysOf('en'));
    const code = [...filesUnder(SRC, '.svelte'), ...filesUnder(SRC, '.ts')].filter(
      (path) => !path.endsWith('.test.ts'),
    );
    const missing = code.flatMap((path) => {
      const text = readFileSync(path, 'utf8');
      const named = [...text.matchAll(/\b(?:t|say|message)\(\s*'([\w-]+)'/g)].map(
        (match) => match[1]!,
      );
      const columns = [...text.matchAll(/\bcolumn\('([\w-]+)'/g)].map(
        (match) => `column-${match[1]}`,
      );
      return [...named, ...columns]
        .filter((key) => !known.has(key))
        .map((key) => `${path}: ${key}`);
    });
    expect(missing).toEqual([]);
  });

  it('exist for every value the interface spells out', () => {
    const known = new Set(keysOf('en'));
    const families: Record<string, string[]> = {
      mode: ['live', 'replay', 'simulated'],
      severity: ['minor', 'moderate', 'severe', 'extreme'],
      status: ['rehearsing', 'open', 'approved', 'refused', 'expired', 'withdrawn'],
      event: [
        'queue',
        'spillback',
        'flow-breakdown',
        'blocked-lane',
        'closure',
        'emergency-call',
        'gridlock',
        'detector-fault',
      ],
      'call-stage': ['to-patient', 'at-patient', 'to-hospital', 'arrived'],
      corridor: ['planned', 'clearing', 'green', 'passed'],
      law: ['local-plan', 'webster', 'max-pressure'],
      junction: ['boundary', 'priority', 'signalized'],
      class: ['expressway', 'arterial', 'collector', 'local'],
      sheet: ['tables', 'trend', 'accuracy', 'journal', 'help'],
      layer: ['speed', 'signals', 'vehicles', 'events', 'corridors', 'places'],
      drawer: [
        'proposal',
        'event',
        'decision',
        'junction',
        'call',
        'road',
        'dispatch',
        'closing',
        'area',
      ],
      table: [
        'events',
        'proposals',
        'calls',
        'closures',
        'roads',
        'junctions',
        'places',
        'detectors',
        'alarms',
      ],
      place: [
        'hospital',
        'ambulance-station',
        'fire-station',
        'care-home',
        'school',
        'shops',
        'park',
        'water',
        'bridge',
        'district',
        'jobs',
        'homes',
      ],
      turn: ['straight', 'left', 'right', 'u-turn'],
      trust: ['queue', 'forecast', 'predictions', 'estimate', 'said-predictions', 'said-estimate'],
      theme: ['auto', 'light', 'dark'],
    };
    for (const [family, values] of Object.entries(families)) {
      for (const value of values) expect(known).toContain(`${family}-${value}`);
    }
  });

  it('exist for every kind of record that the server tells of', () => {
    const path = join(SRC, '../../crates/server/src/logbook.rs');
    const [, told = ''] =
      /fn line\(entry: Entry\)([\s\S]*?)\n}\n/.exec(readFileSync(path, 'utf8')) ?? [];
    const kinds = [...told.matchAll(/(?<!\w)\("([a-z]+)", |kind: "([a-z]+)"/g)].map(
      (m) => m[1] ?? m[2]!,
    );
    expect(kinds).toContain('erased');
    const known = keysOf('en').filter((key) => key.startsWith('record-') && key !== 'record-kind');
    expect(known.sort()).toEqual([...new Set(kinds)].map((kind) => `record-${kind}`).sort());
  });

  it.each(LANGS)('exist for every rule of the interlock in %s', (lang) => {
    const room = join(SRC, '../../crates/interlock');
    const [, named = ''] =
      /pub const fn name\(([\s\S]*?)\n {4}}\n/.exec(
        readFileSync(join(room, 'src/rule.rs'), 'utf8'),
      ) ?? [];
    const rules = [...named.matchAll(/=> "([a-z-]+)"/g)].map((m) => m[1]!);
    expect(rules).toContain('minimum-green');
    const words = readFileSync(join(room, `messages/${lang}.ftl`), 'utf8');
    const known = [...words.matchAll(/^interlock-rule-([a-z-]+) =/gm)].map((m) => m[1]!);
    expect(known.sort()).toEqual(rules.sort());
  });

  it.each(LANGS)('parse without junk in %s', (lang) => {
    const bundle = bundleOf(lang, sources(lang));
    for (const key of keysOf(lang))
      expect([key, bundle.getMessage(key)?.value]).not.toEqual([key, undefined]);
  });
});

describe('messages', () => {
  const ftl = [
    'blocked = Lane { $lane } of { $road }: { $why }',
    'why = { $delay_s } s late',
    'share = { NUMBER($x, style: "percent") } of it',
  ].join('\n');
  const say = (message: unknown, lang: Lang = 'en') =>
    render(bundleOf(lang, [ftl]), lang, message as never);

  it('render numbers, names, places and messages within them', () => {
    const message = {
      key: 'blocked',
      args: {
        lane: 2,
        road: { label: { zh: '解放路', en: 'Jiefang Road' } },
        why: { key: 'why', args: { delay_s: 41.5 } },
      },
    };
    expect(say(message)).toBe('Lane 2 of Jiefang Road: 41.5 s late');
    expect(say(message, 'zh')).toContain('解放路');
  });

  it('show percentages as such', () => {
    expect(say({ key: 'share', args: { x: 0.82 } })).toBe('82% of it');
  });

  it('without words show their key and arguments', () => {
    expect(
      say({ key: 'air-haze', args: { pm25: 80, at: { zh: '东站', en: 'East Station' } } }),
    ).toBe('air-haze · pm25 80 · at East Station');
    expect(say({ key: 'air-haze' })).toBe('air-haze');
  });

  it('tell codes in words, and a reason that nobody gave as such', () => {
    const bundle = bundleOf('en', [
      'refused = refused by { $rule }',
      'stopped = stopped: { $reason }',
      'interlock-rule-minimum-green = minimum green',
      'no-reason = no reason given',
    ]);
    const told = (key: string, args: Record<string, string>) => render(bundle, 'en', { key, args });
    expect([
      told('refused', { rule: 'minimum_green' }),
      told('refused', { rule: 'one-of-tomorrow' }),
      told('stopped', { reason: '' }),
      told('stopped', { reason: 'drill' }),
    ]).toEqual([
      'refused by minimum green',
      'refused by one-of-tomorrow',
      'stopped: no reason given',
      'stopped: drill',
    ]);
  });

  it('survive arguments of no known shape', () => {
    for (const odd of [null, [], {}, { label: null }, true]) {
      expect(say({ key: 'blocked', args: { lane: odd, road: odd, why: odd } })).toContain('Lane');
    }
  });

  it('fall back to the other language’s name', () => {
    expect([
      nameIn({ zh: '', en: 'Quay' }, 'zh'),
      nameIn({ zh: '码头', en: '' }, 'en'),
      nameIn(null, 'en'),
    ]).toEqual(['Quay', '码头', '']);
  });
});
