/**
 * Steadies the speed of each road over about a minute of city time.
 *
 * The stream says what each road is at this moment, and one car at a red light makes an empty
 * street "stopped". An exponential mean over city time shows how traffic flows instead.
 */
import { EMPTY } from './decode';

/** Time constant of the mean, city seconds. */
const MEMORY_S = 40;
/** A road that has been empty for so long shows as empty again, city seconds. */
const FORGET_S = 90;
/** After a gap this long, or a step back, the mean starts afresh, city seconds. */
const GAP_S = 120;

export class RoadSmoother {
  private mean = new Float32Array(0);
  private seenMs = new Float64Array(0);
  private atMs = Number.NEGATIVE_INFINITY;

  /** The steadied speeds after `speed` was seen at `atMs`; 255 where a road is empty. */
  add(speed: Uint8Array, atMs: number): Uint8Array<ArrayBuffer> {
    const dt = (atMs - this.atMs) / 1000;
    if (this.mean.length !== speed.length || dt < 0 || dt > GAP_S) {
      this.mean = new Float32Array(speed.length).fill(Number.NaN);
      this.seenMs = new Float64Array(speed.length);
    }
    this.atMs = atMs;
    const weight = dt > 0 && dt <= GAP_S ? 1 - Math.exp(-dt / MEMORY_S) : 1;
    const out = new Uint8Array(speed.length);
    for (let k = 0; k < speed.length; k += 1) {
      const value = speed[k]!;
      const mean = this.mean[k]!;
      if (value !== EMPTY) {
        this.mean[k] = Number.isNaN(mean) ? value : mean + (value - mean) * weight;
        this.seenMs[k] = atMs;
      } else if (atMs - this.seenMs[k]! > FORGET_S * 1000) {
        this.mean[k] = Number.NaN;
      }
      out[k] = Number.isNaN(this.mean[k]!) ? EMPTY : Math.round(this.mean[k]!);
    }
    return out;
  }
}
