/** Between metres, Mercator units and pixels. */
import type { ExpressionSpecification } from 'maplibre-gl';
import { UNIT } from '../frame/motion';

const EARTH_M = 40_075_016.686;
const TILE_PX = 512;

/** CSS pixels per metre at `zoom` and `lat`. */
export function pixelsPerMeter(zoom: number, lat: number): number {
  return (TILE_PX * 2 ** zoom) / (EARTH_M * Math.cos((lat * Math.PI) / 180));
}

/** CSS pixels per anchor unit at `zoom`. */
export function pixelsPerUnit(zoom: number): number {
  return TILE_PX * 2 ** zoom * UNIT;
}

/** Anchor units per metre at `lat`. */
export function unitsPerMeter(lat: number): number {
  return 1 / (EARTH_M * Math.cos((lat * Math.PI) / 180) * UNIT);
}

/**
 * A line width in pixels: true to scale once zoomed in, never thinner than `least(property)` at
 * the wide view. `meters` is an expression in metres, `least` in pixels.
 */
export function widthPx(
  lat: number,
  meters: ExpressionSpecification | number,
  least: ExpressionSpecification | number,
): ExpressionSpecification {
  const px = (zoom: number): ExpressionSpecification => ['*', meters, pixelsPerMeter(zoom, lat)];
  return [
    'interpolate',
    ['exponential', 2],
    ['zoom'],
    10,
    ['*', least, 0.45],
    14,
    ['max', least, px(14)],
    22,
    px(22),
  ];
}
