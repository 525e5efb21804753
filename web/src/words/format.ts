/** Numbers, units and times as people read them. */
import { type Lang, LOCALES } from './i18n.svelte';

const numbers = new Map<string, Intl.NumberFormat>();

/** `value` with at most `digits` decimals; a dash where there is no number. */
export function number(value: number | null | undefined, lang: Lang, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const key = `${lang}${digits}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[lang], {
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    });
    numbers.set(key, format);
  }
  // A rounded minus zero reads as a mistake.
  return format.format(Number(value.toFixed(digits)) + 0).replace('-', '−');
}

/** `value` with its sign always shown. */
export function signed(value: number, lang: Lang, digits = 1): string {
  const text = number(Math.abs(value), lang, digits);
  if (Number(value.toFixed(digits)) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** Standard deviations from the middle of a 90 % interval to its end. */
export const HALF_WIDTH_SD = 1.645;

/** An estimate with half of its 90 % interval. */
export const plusMinus = (value: number, sd: number, lang: Lang, digits = 0): string =>
  `${number(value, lang, digits)} ± ${number(HALF_WIDTH_SD * sd, lang, digits)}`;

export function percent(share: number | null | undefined, lang: Lang, digits = 0): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return '–';
  return `${number(share * 100, lang, digits)} %`;
}

/** Units as written on screen; what is not listed is shown as it came. */
const UNITS: Record<string, { zh: string; en: string }> = {
  'veh.h': { zh: '车·时', en: 'veh·h' },
  veh: { zh: '辆', en: 'veh' },
  'veh/h': { zh: '辆/时', en: 'veh/h' },
  'person.h': { zh: '人·时', en: 'person·h' },
  s: { zh: '秒', en: 's' },
  m: { zh: '米', en: 'm' },
  'm/s': { zh: '米/秒', en: 'm/s' },
  'km/h': { zh: '公里/时', en: 'km/h' },
  'veh.s': { zh: '车·秒', en: 'veh·s' },
  '1': { zh: '', en: '' },
  '%': { zh: '%', en: '%' },
};

export function unit(code: string, lang: Lang): string {
  return UNITS[code]?.[lang] ?? code;
}

/** Decimals that suit a value of this size. */
export function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 1 ? 1 : 2;
}

export function kilometersPerHour(mps: number, lang: Lang): string {
  return number(mps * 3.6, lang, 0);
}

const times = new Map<string, Intl.DateTimeFormat>();

function dateFormat(lang: Lang, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = lang + zone + JSON.stringify(options);
  let format = times.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(LOCALES[lang], {
      timeZone: zone,
      hourCycle: 'h23',
      ...options,
    });
    times.set(key, format);
  }
  return format;
}

/** Time of day with seconds, in the city's time zone. */
export function timeOfDay(ms: number, lang: Lang, zone: string): string {
  return dateFormat(lang, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    ms,
  );
}

/** Hours and minutes, in the city's time zone. */
export function hourMinute(ms: number, lang: Lang, zone: string): string {
  return dateFormat(lang, zone, { hour: '2-digit', minute: '2-digit' }).format(ms);
}

/** The date with its weekday, in the city's time zone. */
export function date(ms: number, lang: Lang, zone: string): string {
  return dateFormat(lang, zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(ms);
}

/** The time zone as its distance from UTC. */
export function zoneName(ms: number, lang: Lang, zone: string): string {
  const parts = dateFormat(lang, zone, { timeZoneName: 'shortOffset' }).formatToParts(ms);
  return (parts.find((part) => part.type === 'timeZoneName')?.value ?? zone).replace('GMT', 'UTC');
}

/** A span of time: 42 s, 3 min 05 s, 2 h 10 min. */
export function span(ms: number, lang: Lang): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  const [hour, minute, second] = lang === 'zh' ? ['时', '分', '秒'] : [' h', ' min', ' s'];
  const gap = lang === 'zh' ? '' : ' ';
  if (h > 0) return `${h}${hour}${gap}${m}${minute}`;
  if (m > 0) return `${m}${minute}${gap}${String(s).padStart(2, '0')}${second}`;
  return `${s}${second}`;
}
