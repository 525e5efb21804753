/** What one page takes from a city, without drawing it: its stream and the fetches it repeats. */
import { get } from 'node:http';
import WebSocket from 'ws';

/** How often the page asks for history and accuracy, ms. */
const MEASURES_EVERY_MS = 5000;
const VEHICLES = 1;

/** Bytes of the answer to `url` as a browser gets it: compressed, headers included. */
const weigh = (url) =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      let bytes = answer.rawHeaders.join(': ').length + 20;
      answer.on('data', (chunk) => {
        bytes += chunk.length;
      });
      answer.on('end', () => resolve(bytes));
    }).on('error', reject);
  });

/** Follows `address` for `seconds` with the whole city in view; counts bytes by kind. */
export async function follow(address, seconds) {
  const { bounds } = await (await fetch(`${address}/api/v1/city`)).json();
  const counts = { frames: 0, vehicles: 0, vehicleBytes: 0, roadBytes: 0, signalBytes: 0 };
  Object.assign(counts, { states: 0, stateBytes: 0, fetchBytes: 0 });
  let counting = false;
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/stream`);
  // The head of an unmasked WebSocket frame: 2 bytes, 4 from 126 bytes on, 10 from 64 KiB on.
  const framed = (length) => length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
  socket.on('message', (data, binary) => {
    if (!counting) return;
    const bytes = framed(data.length);
    if (!binary) {
      counts.states += 1;
      counts.stateBytes += bytes;
    } else if (data[3] === VEHICLES) {
      counts.frames += 1;
      counts.vehicles += data.readUInt32LE(16);
      counts.vehicleBytes += bytes;
    } else counts[data[3] === 2 ? 'roadBytes' : 'signalBytes'] += bytes;
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const [w, s, e, n] = bounds;
  const around = [w - 0.01, s - 0.01, e + 0.01, n + 0.01];
  socket.send(JSON.stringify({ type: 'view', bounds: around, vehicles: true, changes: true }));
  // The first whole state and frames belong to loading the page.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  counting = true;
  const measures = setInterval(async () => {
    for (const path of ['history', 'accuracy']) {
      counts.fetchBytes += await weigh(`${address}/api/v1/${path}`);
    }
  }, MEASURES_EVERY_MS);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const took = (performance.now() - began) / 1000;
  clearInterval(measures);
  socket.close();
  return { seconds: took, ...counts };
}
