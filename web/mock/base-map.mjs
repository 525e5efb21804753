/** A base map of one color for the mock: WMTS tiles, or a PMTiles archive that holds one tile. */
import { crc32, deflateSync } from 'node:zlib';

const LEVELS = 15;

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of one pixel. */
export function pixel(red, green, blue) {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from([0, red, green, blue]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const TILE = pixel(150, 190, 60);

function varint(value) {
  const out = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    out.push(left > 0 ? low + 128 : low);
  } while (left > 0);
  return out;
}

/** A PMTiles archive (version 3) in which every tile of the first levels is the same. */
function archive() {
  const tiles = (4 ** LEVELS - 1) / 3;
  // One entry: from tile 0 on, `tiles` times, this long, at the beginning of the data.
  const directory = Buffer.from([1, 0, ...varint(tiles), ...varint(TILE.length), 1]);
  const metadata = Buffer.from('{}');
  const header = Buffer.alloc(127);
  header.write('PMTiles', 0, 'latin1');
  header.writeUInt8(3, 7);
  const at = [127, 127 + directory.length, 127 + directory.length + metadata.length];
  const parts = [
    [at[0], directory.length],
    [at[1], metadata.length],
    [at[2], 0],
    [at[2], TILE.length],
  ];
  parts.flat().forEach((value, k) => {
    header.writeBigUInt64LE(BigInt(value), 8 + k * 8);
  });
  header.writeBigUInt64LE(BigInt(tiles), 72);
  header.writeBigUInt64LE(1n, 80);
  header.writeBigUInt64LE(1n, 88);
  // Clustered, nothing compressed, PNG, levels.
  header.set([1, 1, 1, 2, 0, LEVELS - 1], 96);
  [-180e7, -85e7, 180e7, 85e7].forEach((value, k) => {
    header.writeInt32LE(value, 102 + k * 4);
  });
  return Buffer.concat([header, directory, metadata, TILE]);
}

const ARCHIVE = archive();

/** `base_map` of `GET /api/v1/city` for `kind`; `broken` is a WMTS that has no tiles, `silent` one
 * that does not answer until told to. */
export function baseMap(kind, origin) {
  if (kind === null) return null;
  const attribution = 'Test office of surveying';
  if (kind === 'pmtiles')
    return { kind: 'pmtiles', url: `${origin}/base/city.pmtiles`, attribution };
  const folder = kind === 'broken' ? 'nothing' : kind;
  const url = `${origin}/base/${folder}/{TileMatrix}/{TileRow}/{TileCol}.png`;
  return { kind: 'wmts', url, attribution };
}

/** Answers requests under `/base/`; whether a tile was given. */
export function answerBase(path, request, response) {
  if (path === '/base/city.pmtiles') {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const bytes = ARCHIVE.subarray(
      start,
      Math.min(ARCHIVE.length, Number(to ?? ARCHIVE.length) + 1),
    );
    response.writeHead(206, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'content-range': `bytes ${start}-${start + bytes.length - 1}/${ARCHIVE.length}`,
    });
    response.end(bytes);
    return start > 0;
  }
  if (!/^\/base\/(wmts|silent)\//.test(path)) {
    response.writeHead(404);
    response.end();
    return false;
  }
  response.writeHead(200, { 'content-type': 'image/png' });
  response.end(TILE);
  return true;
}
