/** Encodes the binary frames of the stream, as docs/api.md says. */

function header(kind, sequence, atMs, n, scrubbed, bodyLength) {
  const buffer = Buffer.alloc(24 + bodyLength);
  buffer.write('UB', 0, 'latin1');
  buffer.writeUInt8(1, 2);
  buffer.writeUInt8(kind, 3);
  buffer.writeUInt32LE(sequence, 4);
  buffer.writeBigInt64LE(BigInt(Math.round(atMs)), 8);
  buffer.writeUInt32LE(n, 16);
  buffer.writeUInt32LE(scrubbed ? 1 : 0, 20);
  return buffer;
}

function leb128(out, value) {
  let left = value;
  do {
    out.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
}

/** `rows` = `[{id, lon, lat, heading, look}]`, ids ascending. */
export function vehiclesFrame(sequence, atMs, [w, s, e, n], rows) {
  const ids = [];
  let last = 0;
  for (const row of rows) {
    leb128(ids, row.id - last);
    last = row.id;
  }
  const count = rows.length;
  const buffer = header(1, sequence, atMs, count, false, 32 + count * 6 + ids.length);
  [w, s, e, n].forEach((value, k) => {
    buffer.writeDoubleLE(value, 24 + k * 8);
  });
  rows.forEach((row, k) => {
    buffer.writeUInt16LE(Math.round(((row.lon - w) / (e - w)) * 65535), 56 + k * 2);
    buffer.writeUInt16LE(Math.round(((row.lat - s) / (n - s)) * 65535), 56 + count * 2 + k * 2);
    buffer.writeUInt8(
      ((Math.round((row.heading / 360) * 256) % 256) + 256) % 256,
      56 + count * 4 + k,
    );
    buffer.writeUInt8(row.look, 56 + count * 5 + k);
  });
  Buffer.from(ids).copy(buffer, 56 + count * 6);
  return buffer;
}

export function roadsFrame(sequence, atMs, { speed, queue }) {
  const buffer = header(2, sequence, atMs, speed.length, false, speed.length * 2);
  buffer.set(speed, 24);
  buffer.set(queue, 24 + speed.length);
  return buffer;
}

/** `rows` = `[{junction, stage, green: BigInt, amber: BigInt}]`. */
export function signalsFrame(sequence, atMs, rows) {
  const n = rows.length;
  const buffer = header(3, sequence, atMs, n, false, n * 21);
  rows.forEach((row, k) => {
    buffer.writeUInt32LE(row.junction, 24 + k * 4);
    buffer.writeUInt8(row.stage, 24 + n * 4 + k);
    buffer.writeBigUInt64LE(row.green, 24 + n * 5 + k * 8);
    buffer.writeBigUInt64LE(row.amber, 24 + n * 13 + k * 8);
  });
  return buffer;
}
