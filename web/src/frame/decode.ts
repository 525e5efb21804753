/**
 * Decodes the binary frames of the stream (docs/api.md, "Streaming").
 *
 * A frame comes from outside: every length is checked before a column is read, and a frame that
 * does not hold what its header promises is a [`BadFrame`], never a wrong picture.
 */

export class BadFrame extends Error {
  override name = 'BadFrame';
}

export interface VehiclesFrame {
  kind: 'vehicles';
  sequence: number;
  atMs: number;
  scrubbed: boolean;
  count: number;
  /** West, south, east, north of the frame's box, degrees. */
  box: [number, number, number, number];
  x: Uint16Array<ArrayBuffer>;
  y: Uint16Array<ArrayBuffer>;
  heading: Uint8Array<ArrayBuffer>;
  look: Uint8Array<ArrayBuffer>;
  /** Ascending. */
  ids: Float64Array<ArrayBuffer>;
}

export interface RoadsFrame {
  kind: 'roads';
  sequence: number;
  atMs: number;
  scrubbed: boolean;
  count: number;
  speed: Uint8Array<ArrayBuffer>;
  queue: Uint8Array<ArrayBuffer>;
}

export interface SignalsFrame {
  kind: 'signals';
  sequence: number;
  atMs: number;
  scrubbed: boolean;
  count: number;
  junction: Uint32Array<ArrayBuffer>;
  stage: Uint8Array<ArrayBuffer>;
  green: BigUint64Array<ArrayBuffer>;
  amber: BigUint64Array<ArrayBuffer>;
}

export type Frame = VehiclesFrame | RoadsFrame | SignalsFrame;

/** The speed of a road without vehicles. */
export const EMPTY = 255;
const HEADER = 24;
/** No city has more things in one frame; a bigger count is a broken header. */
const COUNT_MAX = 4_000_000;

class Columns {
  private at = HEADER;
  constructor(private readonly buffer: ArrayBuffer) {}

  /** The next `length` bytes, copied so that wider columns are aligned. */
  take(length: number): ArrayBuffer {
    const end = this.at + length;
    if (end > this.buffer.byteLength) {
      throw new BadFrame(`frame ends at byte ${this.buffer.byteLength}, expected ${end}`);
    }
    const bytes = this.buffer.slice(this.at, end);
    this.at = end;
    return bytes;
  }

  rest(): Uint8Array {
    return new Uint8Array(this.buffer, this.at);
  }

  /** Fails when bytes are left over. */
  end(): void {
    const left = this.buffer.byteLength - this.at;
    if (left !== 0) throw new BadFrame(`${left} bytes after the last column`);
  }
}

/** `count` ids from unsigned LEB128 differences, and the number of bytes they took. */
function decodeIds(bytes: Uint8Array, count: number): Float64Array<ArrayBuffer> {
  const ids = new Float64Array(count);
  let at = 0;
  let id = 0;
  for (let k = 0; k < count; k += 1) {
    let scale = 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new BadFrame(`ids end after ${k} of ${count}`);
      at += 1;
      id += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw new BadFrame(`id ${k} has more than 53 bits`);
    }
    if (id > Number.MAX_SAFE_INTEGER) throw new BadFrame(`id ${k} has more than 53 bits`);
    ids[k] = id;
  }
  if (at !== bytes.length) throw new BadFrame(`${bytes.length - at} bytes after the last id`);
  return ids;
}

function decodeVehicles(buffer: ArrayBuffer, base: Base): VehiclesFrame {
  const columns = new Columns(buffer);
  const { count } = base;
  const [west, south, east, north] = new Float64Array(columns.take(32)) as unknown as number[];
  const box: [number, number, number, number] = [west!, south!, east!, north!];
  const inWorld = Math.abs(box[0]) <= 360 && Math.abs(box[2]) <= 360;
  const inMercator = Math.abs(box[1]) < 86 && Math.abs(box[3]) < 86;
  if (
    !box.every(Number.isFinite) ||
    box[0] > box[2] ||
    box[1] > box[3] ||
    !inWorld ||
    !inMercator
  ) {
    throw new BadFrame(`box ${box.join(', ')} is no box on earth`);
  }
  return {
    kind: 'vehicles',
    ...base,
    box,
    x: new Uint16Array(columns.take(count * 2)),
    y: new Uint16Array(columns.take(count * 2)),
    heading: new Uint8Array(columns.take(count)),
    look: new Uint8Array(columns.take(count)),
    ids: decodeIds(columns.rest(), count),
  };
}

function decodeRoads(buffer: ArrayBuffer, base: Base): RoadsFrame {
  const columns = new Columns(buffer);
  const speed = new Uint8Array(columns.take(base.count));
  const queue = new Uint8Array(columns.take(base.count));
  columns.end();
  return { kind: 'roads', ...base, speed, queue };
}

function decodeSignals(buffer: ArrayBuffer, base: Base): SignalsFrame {
  const columns = new Columns(buffer);
  const { count } = base;
  const junction = new Uint32Array(columns.take(count * 4));
  const stage = new Uint8Array(columns.take(count));
  const green = new BigUint64Array(columns.take(count * 8));
  const amber = new BigUint64Array(columns.take(count * 8));
  columns.end();
  return { kind: 'signals', ...base, junction, stage, green, amber };
}

interface Base {
  sequence: number;
  atMs: number;
  scrubbed: boolean;
  count: number;
}

/** The frame in `buffer`; throws [`BadFrame`] on anything malformed or of another version. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  if (buffer.byteLength < HEADER) throw new BadFrame(`${buffer.byteLength} bytes are no header`);
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 0x55 || view.getUint8(1) !== 0x42) throw new BadFrame('not an UB frame');
  const version = view.getUint8(2);
  if (version !== 1) throw new BadFrame(`version ${version}, expected 1`);
  const base: Base = {
    sequence: view.getUint32(4, true),
    atMs: Number(view.getBigInt64(8, true)),
    count: view.getUint32(16, true),
    scrubbed: (view.getUint32(20, true) & 1) === 1,
  };
  if (base.count > COUNT_MAX) throw new BadFrame(`${base.count} things in one frame`);
  const kind = view.getUint8(3);
  if (kind === 1) return decodeVehicles(buffer, base);
  if (kind === 2) return decodeRoads(buffer, base);
  if (kind === 3) return decodeSignals(buffer, base);
  throw new BadFrame(`kind ${kind}, expected 1 to 3`);
}
