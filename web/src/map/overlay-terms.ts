/** What the page tells the overlay's painter, which lives in the stream's worker. */
import type { HeadLayout } from '../frame/heads';
import type { View } from './gl';
import type { OverlayColors } from './palette';
import type { Mesh } from './ribbon';

/** From this zoom on, vehicles are asked for and drawn. */
export const VEHICLE_ZOOM = 13.6;

/** Said where the browser cannot draw the overlay, on either side. */
export const NO_WEBGL = 'WebGL 2 is not available';

/** The view of the map as it was drawn last, and the pixels of its canvas. */
export interface Camera extends View {
  width: number;
  height: number;
}

/** What this reader wants to see. */
export interface Choice {
  vehicles: boolean;
  signals: boolean;
  /** Nothing slides or blinks. */
  still: boolean;
}

/** Floats per stop bar: x, y, direction x, direction y, width in metres. */
export const BAR_FLOATS = 5;

/** Stop bars and movement paths of the signal heads, and which head is whose. */
export interface Heads {
  bars: Float32Array<ArrayBuffer>;
  paths: Mesh;
  layout: HeadLayout;
}

export type ToOverlay =
  | { type: 'canvas'; canvas: OffscreenCanvas }
  | { type: 'camera'; camera: Camera }
  | { type: 'choice'; choice: Choice }
  | { type: 'colors'; colors: OverlayColors }
  | { type: 'heads'; heads: Heads }
  /** The map is gone, and its canvas with it. */
  | { type: 'removed' };
