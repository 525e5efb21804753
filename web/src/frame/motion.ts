/**
 * Joins successive vehicle frames into motion: where each vehicle was drawn and where it goes.
 *
 * The result is an instance buffer that the vertex shader interpolates, so that drawing between
 * frames costs one uniform. Positions are offsets from an anchor in units of
 * 1e-8 of the Web Mercator world (about 0.4 m at the equator), small enough for 32-bit floats.
 */
import type { VehiclesFrame } from './decode';

/** Length of one unit of an instance's position, as a share of the Mercator world. */
export const UNIT = 1e-8;
/** Per vehicle: x0, y0, x1, y1 as floats, then heading0, heading1, look, fade as bytes. */
export const STRIDE = 20;
/** A vehicle that jumps further than this between frames is not the same journey: no sliding. */
const JUMP_UNITS = 600;

export const mercatorX = (lon: number) => (180 + lon) / 360;
export const mercatorY = (lat: number) =>
  (180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))) / 360;

export interface Motion {
  count: number;
  /** `count * STRIDE` bytes, good until the next frame is joined. */
  instances: Uint8Array<ArrayBuffer>;
}

/** Holds the last frame; [`MotionJoiner.join`] pairs the next one with it by id. */
export class MotionJoiner {
  private ids = new Float64Array(0);
  private x = new Float32Array(0);
  private y = new Float32Array(0);
  private heading = new Uint8Array(0);
  private buffer = new ArrayBuffer(0);

  constructor(
    private readonly anchorX: number,
    private readonly anchorY: number,
  ) {}

  /** Forgets the last frame, so that the next one appears in place (after a jump in time). */
  reset(): void {
    this.ids = new Float64Array(0);
  }

  join(frame: VehiclesFrame): Motion {
    const { count, ids, look } = frame;
    const { x, y } = this.project(frame);
    if (this.buffer.byteLength < count * STRIDE) {
      this.buffer = new ArrayBuffer(Math.ceil(count * 1.25) * STRIDE);
    }
    const floats = new Float32Array(this.buffer, 0, count * (STRIDE / 4));
    const bytes = new Uint8Array(this.buffer, 0, count * STRIDE);
    let old = 0;
    for (let k = 0; k < count; k += 1) {
      const id = ids[k]!;
      while (old < this.ids.length && this.ids[old]! < id) old += 1;
      const [x1, y1, heading1] = [x[k]!, y[k]!, frame.heading[k]!];
      let [x0, y0, heading0, fade] = [x1, y1, heading1, 0];
      if (old < this.ids.length && this.ids[old] === id) {
        fade = 255;
        const [px, py] = [this.x[old]!, this.y[old]!];
        if (Math.abs(px - x1) + Math.abs(py - y1) < JUMP_UNITS) {
          [x0, y0, heading0] = [px, py, this.heading[old]!];
        }
      }
      const f = k * (STRIDE / 4);
      floats[f] = x0;
      floats[f + 1] = y0;
      floats[f + 2] = x1;
      floats[f + 3] = y1;
      const b = k * STRIDE + 16;
      bytes[b] = heading0;
      bytes[b + 1] = heading1;
      bytes[b + 2] = look[k]!;
      bytes[b + 3] = fade;
    }
    this.ids = ids;
    this.x = x;
    this.y = y;
    this.heading = frame.heading;
    return { count, instances: bytes };
  }

  /** The frame's positions as offsets from the anchor. */
  private project(frame: VehiclesFrame): {
    x: Float32Array<ArrayBuffer>;
    y: Float32Array<ArrayBuffer>;
  } {
    const [west, south, east, north] = frame.box;
    const x = new Float32Array(frame.count);
    const y = new Float32Array(frame.count);
    const [x0, xSpan] = [mercatorX(west), (mercatorX(east) - mercatorX(west)) / 65535];
    for (let k = 0; k < frame.count; k += 1) {
      x[k] = (x0 + frame.x[k]! * xSpan - this.anchorX) / UNIT;
    }
    const ySpan = (north - south) / 65535;
    for (let k = 0; k < frame.count; k += 1) {
      y[k] = (mercatorY(south + frame.y[k]! * ySpan) - this.anchorY) / UNIT;
    }
    return { x, y };
  }
}
