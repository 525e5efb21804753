/** The map's colors, read from the design tokens so that they stand in one place. */

export type Rgb = [number, number, number];

/** The value of the CSS custom property `--name` on the page. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** `#rrggbb` as bytes. */
export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** A color as shares from 0 to 1, for shaders. */
export function shares([r, g, b]: Rgb): Rgb {
  return [r / 255, g / 255, b / 255];
}

const OVERLAY = [
  ...(['vehicle', 'truck', 'bus', 'bike', 'emergency', 'brake'] as const),
  ...(['stop', 'amber', 'go', 'dark'] as const),
] as const;

/** The colors of what moves, for painters in a worker: there is no page to read them from. */
export type OverlayColors = Record<(typeof OVERLAY)[number], Rgb>;

/** The overlay's colors on the page. */
export function overlayColors(): OverlayColors {
  const colors = OVERLAY.map((name) => [name, rgb(token(`map-${name}`))]);
  return Object.fromEntries(colors) as OverlayColors;
}

/** Speed over limit at which each step of the ramp is reached, slowest first. */
export const RAMP_STOPS = [0.05, 0.18, 0.35, 0.55, 0.75] as const;

/**
 * RGBA texels for the 256 values of a road's speed: 0 to 254 along `colors`, slowest first, and
 * `empty` at 255.
 */
export function rampTexels(colors: readonly Rgb[], empty: Rgb): Uint8Array<ArrayBuffer> {
  const texels = new Uint8Array(256 * 4);
  for (let value = 0; value < 255; value += 1) {
    texels.set([...rampColor(value / 254, colors), 255], value * 4);
  }
  texels.set([...empty, 150], 255 * 4);
  return texels;
}

/** The color of `share` (speed over limit) on the ramp. */
export function rampColor(share: number, colors: readonly Rgb[]): Rgb {
  const last = RAMP_STOPS.length - 1;
  let k = 0;
  while (k < last - 1 && share > RAMP_STOPS[k + 1]!) k += 1;
  const [from, to] = [RAMP_STOPS[k]!, RAMP_STOPS[k + 1]!];
  const t = Math.min(1, Math.max(0, (share - from) / (to - from)));
  const [a, b] = [colors[k]!, colors[k + 1]!];
  return [0, 1, 2].map((c) => Math.round(a[c]! + (b[c]! - a[c]!) * t)) as Rgb;
}

/** The ramp's colors on the page, slowest first. */
export function speedColors(): Rgb[] {
  return [1, 2, 3, 4, 5].map((step) => rgb(token(`speed-${step}`)));
}
