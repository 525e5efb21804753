/** Numbers and times as people read them, in both languages. */
import { describe, expect, it } from 'vitest';
import {
  date,
  digitsFor,
  number,
  percent,
  signed,
  span,
  timeOfDay,
  unit,
  zoneName,
} from './format';

describe('numbers', () => {
  it('are grouped and rounded', () => {
    expect(number(1234567.891, 'en', 1)).toBe('1,234,567.9');
    expect(number(1234567.891, 'zh', 0)).toBe('1,234,568');
  });
  it('that are missing are a dash', () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
      expect(number(value, 'en')).toBe('–');
    expect(percent(null, 'en')).toBe('–');
  });
  it('never show minus zero', () => {
    expect(number(-0.04, 'en', 1)).toBe('0.0');
    expect(signed(-0.04, 'en', 1)).toBe('0.0');
  });
  it('that are changes carry their sign', () => {
    expect([signed(3.14, 'en'), signed(-3.14, 'zh')]).toEqual(['+3.1', '−3.1']);
  });
  it('show as many decimals as suit their size', () => {
    expect([0.5, 5, 500, -0.5, -500].map(digitsFor)).toEqual([2, 1, 0, 2, 0]);
  });
  it('carry units in the reader’s language', () => {
    expect([
      unit('veh.h', 'en'),
      unit('veh.h', 'zh'),
      unit('1', 'en'),
      unit('furlong', 'en'),
    ]).toEqual(['veh·h', '车·时', '', 'furlong']);
  });
});

describe('times', () => {
  const noon = Date.UTC(2026, 10, 22, 4, 5, 6);
  it('are in the city’s time zone, not the reader’s', () => {
    expect(timeOfDay(noon, 'en', 'Asia/Shanghai')).toBe('12:05:06');
    expect(timeOfDay(noon, 'zh', 'America/New_York')).toBe('23:05:06');
    expect(date(noon, 'en', 'Asia/Shanghai')).toContain('22 Nov');
  });
  it('begin the day at 00, not 24', () => {
    expect(timeOfDay(Date.UTC(2026, 0, 1, 16), 'en', 'Asia/Shanghai')).toBe('00:00:00');
  });
  it('name their zone as a distance from UTC', () => {
    expect(zoneName(noon, 'en', 'Asia/Shanghai')).toBe('UTC+8');
  });
});

describe('spans', () => {
  it('read naturally at every size', () => {
    expect([0, 42_400, 185_000, 7_800_000, -5].map((ms) => span(ms, 'en'))).toEqual([
      '0 s',
      '42 s',
      '3 min 05 s',
      '2 h 10 min',
      '0 s',
    ]);
    expect(span(185_000, 'zh')).toBe('3分05秒');
  });
});
