/**
 * The speed ramp stays readable with any color vision.
 *
 * Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, full-severity matrices; color
 * difference in CIELAB (CIE 15:2004).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RAMP_STOPS, type Rgb, rampColor, rampTexels, rgb } from './palette';

const css = readFileSync(join(import.meta.dirname, '../styles/tokens.css'), 'utf8');
const [light, dark] = css.split(':root[data-theme="dark"]') as [string, string];
const ramp = (theme: string) =>
  [1, 2, 3, 4, 5].map((step) =>
    rgb(new RegExp(`--speed-${step}: (#[0-9a-f]{6})`).exec(theme)![1]!),
  );

const VISION: Record<string, number[]> = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

const linear = (c: number) =>
  c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;

function lab(color: Rgb, m: number[]): number[] {
  const [r, g, b] = color.map(linear) as Rgb;
  const seen = [0, 3, 6].map((k) =>
    Math.min(1, Math.max(0, m[k]! * r + m[k + 1]! * g + m[k + 2]! * b)),
  ) as Rgb;
  const x = (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505;
  const y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2];
  const z = (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089;
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))];
}

const difference = (a: Rgb, b: Rgb, m: number[]) => {
  const [p, q] = [lab(a, m), lab(b, m)];
  return Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!, p[2]! - q[2]!);
};

describe.each([
  ['light', ramp(light)],
  ['dark', ramp(dark)],
] as const)('the %s ramp', (_, colors) => {
  it.each(Object.entries(VISION))('keeps neighbors apart under %s', (_name, matrix) => {
    for (let k = 1; k < colors.length; k += 1) {
      expect(difference(colors[k - 1]!, colors[k]!, matrix)).toBeGreaterThan(14);
    }
  });

  it.each(Object.entries(VISION))('keeps jam and free flow far apart under %s', (_name, matrix) => {
    expect(difference(colors[0]!, colors[4]!, matrix)).toBeGreaterThan(35);
  });
});

it('the ramp reaches each color at its stop and marks empty roads apart', () => {
  const colors = ramp(light);
  RAMP_STOPS.forEach((stop, k) => {
    expect(rampColor(stop, colors)).toEqual(colors[k]);
  });
  const texels = rampTexels(colors, [1, 2, 3]);
  expect([...texels.slice(0, 3)]).toEqual(colors[0]);
  expect([...texels.slice(254 * 4, 254 * 4 + 3)]).toEqual(colors[4]);
  expect([...texels.slice(255 * 4)]).toEqual([1, 2, 3, 150]);
});
