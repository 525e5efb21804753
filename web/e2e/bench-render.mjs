/**
 * Measures what a picture costs on the mock with 15,000 vehicles (about 10,000 of them in view):
 * main-thread script per frame of the stream and bytes on the wire, at ten frames a second. Prints
 * numbers beside their limits; no test. `bench-wire.mjs` does the same with the real server.
 * `URBIS_BENCH_VEHICLES` and `URBIS_BENCH_SECONDS` change the load.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMock } from '../mock/server.mjs';
import { openBrowser, openPage } from './browser.mjs';
import { startTap } from './tap.mjs';
import { mainThreadScript } from './trace.mjs';

const VEHICLES = Number(process.env.URBIS_BENCH_VEHICLES ?? 15_000);
const SECONDS = Number(process.env.URBIS_BENCH_SECONDS ?? 10);
/** Limits: main-thread script of a frame, and the stream of 10,000 vehicles at ten frames. */
const SCRIPT_MS_MAX = 4;
const WIRE_BYTES_MAX = 1_000_000;

const city = await startMock({
  port: 0,
  vehicles: VEHICLES,
  serveDist: true,
  cols: 21,
  rows: 12,
});
const tap = await startTap(city.address);
const { counts } = tap;
const browser = await openBrowser();
try {
  const page = await openPage(browser, tap.address, { still: false });
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
  await page.waitForTimeout(4000);
  // Zoom in just until vehicles are asked for: the widest view that shows them.
  await page.mouse.move(820, 420);
  for (let k = 0; k < 40 && counts.frames === 0; k += 1) {
    await page.mouse.wheel(0, -60);
    await page.waitForTimeout(900);
  }
  await page.waitForTimeout(3000);
  const before = { ...counts };
  const started = performance.now();
  const path = join(tmpdir(), `urbis-trace-${process.pid}.json`);
  const { scriptMs: script, pictures } = await mainThreadScript(browser, page, SECONDS, path);
  const seconds = (performance.now() - started) / 1000;
  const frames = counts.frames - before.frames;
  const bytes = counts.bytes - before.bytes;
  const texts = counts.textBytes - before.textBytes;
  const round = (value) => Math.round(value * 100) / 100;
  const since = (name) => counts[name] - before[name];
  // A busy machine sends fewer: what ten frames of 10,000 vehicles and two states a second take.
  const state = texts / Math.max(1, since('texts'));
  const perVehicle = since('vehicleBytes') / Math.max(1, since('allVehicles'));
  const rest = (bytes - texts - since('vehicleBytes')) / Math.max(1, frames);
  const wire = Math.round(10 * (perVehicle * 10_000 + rest) + state * 2);
  const scriptPerFrame = round(script / Math.max(1, frames));
  console.log(
    JSON.stringify(
      {
        vehicles_in_view: counts.vehicles,
        seconds: round(seconds),
        stream_frames_per_s: round(frames / seconds),
        pictures_per_s: round(pictures / seconds),
        main_script_ms_per_stream_frame: scriptPerFrame,
        main_script_ms_max: SCRIPT_MS_MAX,
        main_script_share: round(script / 1000 / seconds),
        wire_bytes_per_s: Math.round(bytes / seconds),
        state_bytes: Math.round(state),
        wire_bytes_per_s_of_10_000_vehicles_10_frames: wire,
        wire_bytes_per_s_max: WIRE_BYTES_MAX,
        within: scriptPerFrame <= SCRIPT_MS_MAX && wire <= WIRE_BYTES_MAX,
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  tap.close();
  city.close();
}
