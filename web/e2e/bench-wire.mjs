/**
 * Measures what 10,000 vehicles in view cost with the real server at ten frames a second: bytes on
 * the wire (stream and repeated fetches, by a client that does not draw) and main-thread script per
 * frame by Chromium's trace. Prints numbers beside their limits; no test.
 *
 * The city is generated (`URBIS_BENCH_JUNCTIONS`, 4,000 unless set; the `level` of its demand
 * is raised, so that the first minutes bring vehicles enough), begins in the morning peak and runs
 * without its counterfactual at ten city seconds a second, one frame each. The map is zoomed in from the widest view that shows vehicles until no more than
 * some 10,000 are left in it. Arguments name another city (`--city DIR --flow FILE`), which is
 * looked at once `URBIS_BENCH_VEHICLES` (10,000) are under way; figures are worked out for 10,000. `URBIS_BENCH_SECONDS` (20) is how long it is measured.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow } from './bench-wire-client.mjs';
import { openBrowser, openPage } from './browser.mjs';
import { startCity, URBIS } from './city.mjs';
import { startTap } from './tap.mjs';
import { mainThreadScript } from './trace.mjs';

const JUNCTIONS = Number(process.env.URBIS_BENCH_JUNCTIONS ?? 4000);
const SECONDS = Number(process.env.URBIS_BENCH_SECONDS ?? 20);
const VEHICLES = 10_000;
const UNDER_WAY = Number(process.env.URBIS_BENCH_VEHICLES ?? VEHICLES);
/** Sides of the window: large enough to show ten thousand vehicles at once, pixels. */
const SIDES = [3840, 2160];
/** Limits: main-thread script of a frame, and all bytes of a second. */
const SCRIPT_MS_MAX = 4;
const WIRE_BYTES_MAX = 1_000_000;
const round = (value) => Math.round(value * 100) / 100;

function generated() {
  const folder = join(tmpdir(), `urbis-bench-${JUNCTIONS}`);
  if (!existsSync(join(folder, 'city.toml'))) {
    execFileSync(URBIS, ['generate', '--junctions', String(JUNCTIONS), '--output', folder]);
    const demand = join(folder, 'demand.toml');
    const text = readFileSync(demand, 'utf8');
    writeFileSync(demand, text.replace(/^level = .*$/m, 'level = 4.0'));
  }
  return folder;
}

const state = (address) => fetch(`${address}/api/v1/state`).then((response) => response.json());

/** Waits until more vehicles are under way than are to be looked at. */
async function filled(address) {
  for (;;) {
    const { kpi, clock } = await state(address);
    const { vehicles } = kpi.with;
    process.stderr.write(
      `${vehicles} vehicles, ${clock.steps_per_wall_second.toFixed(1)} city s/s\n`,
    );
    if (vehicles >= UNDER_WAY) return;
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
}

/** A window turned as the city lies. */
function turned([w, s, e, n]) {
  const tall = n - s > (e - w) * Math.cos((s * Math.PI) / 180);
  const [width, height] = tall ? SIDES.toReversed() : SIDES;
  return { width, height };
}

/** Zooms in until vehicles are shown, and not many more than wanted. */
async function framed(page, counts) {
  const { width, height } = page.viewportSize();
  await page.mouse.move(width / 2, height / 2);
  for (let k = 0; k < 60 && (counts.frames === 0 || counts.vehicles > VEHICLES * 1.02); k += 1) {
    await page.mouse.wheel(0, -40);
    // The next frames tell what is in view now.
    await page.waitForTimeout(3000);
    process.stderr.write(`${counts.frames} frames, ${counts.vehicles} vehicles in view\n`);
  }
  await page.waitForTimeout(5000);
}

/** Bytes a second of everything a page takes with the whole city in view, by kind. */
async function wire(address) {
  const got = await follow(address, SECONDS);
  const perSecond = (bytes) => Math.round(bytes / got.seconds);
  const perVehicle = got.vehicleBytes / Math.max(1, got.vehicles);
  const rate = got.frames / got.seconds;
  // Roads, state and fetches come by the wall clock, signals frame by frame.
  const rest = (got.roadBytes + got.stateBytes + got.fetchBytes) / got.seconds;
  const signals = (got.signalBytes / Math.max(1, got.frames)) * 10;
  const ten = Math.round(perVehicle * VEHICLES * 10 + rest + signals);
  return {
    vehicles_in_view: Math.round(got.vehicles / Math.max(1, got.frames)),
    stream_frames_per_s: round(rate),
    vehicle_bytes_per_s: perSecond(got.vehicleBytes),
    bytes_per_vehicle: round(perVehicle),
    road_bytes_per_s: perSecond(got.roadBytes),
    signal_bytes_per_s: perSecond(got.signalBytes),
    state_bytes_per_s: perSecond(got.stateBytes),
    states_per_s: round(got.states / got.seconds),
    fetch_bytes_per_s: perSecond(got.fetchBytes),
    all_bytes_per_s_of_10_000_vehicles_10_frames: ten,
    all_bytes_per_s_max: WIRE_BYTES_MAX,
    within: ten <= WIRE_BYTES_MAX,
  };
}

/** Main-thread script of a page that shows the vehicles, per frame of the stream. */
async function script(browser, page, counts) {
  const before = { ...counts };
  const path = join(tmpdir(), `urbis-trace-${process.pid}.json`);
  const began = performance.now();
  const { scriptMs, pictures } = await mainThreadScript(browser, page, SECONDS, path);
  const seconds = (performance.now() - began) / 1000;
  const frames = counts.frames - before.frames;
  const perFrame = round(scriptMs / Math.max(1, frames));
  return {
    vehicles_in_view: Math.round((counts.allVehicles - before.allVehicles) / Math.max(1, frames)),
    stream_frames_per_s: round(frames / seconds),
    pictures_per_s: round(pictures / seconds),
    script_ms_per_s: round(scriptMs / seconds),
    script_ms_per_stream_frame: perFrame,
    script_ms_max: SCRIPT_MS_MAX,
    within: perFrame <= SCRIPT_MS_MAX,
  };
}

process.env.URBIS_BRAIN_COUNTERFACTUAL = 'false';
const asked = process.argv.slice(2);
const options = asked.length > 0 ? asked : ['--city', generated(), '--start', '07:30'];
// As fast as it goes until there is enough to see.
const city = await startCity([...options, '--speed', '60', '--in-memory']);
const tap = await startTap(city.address);
const browser = await openBrowser();
try {
  await filled(city.address);
  await fetch(`${city.address}/api/v1/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-urbis-request': '1' },
    body: JSON.stringify({ action: 'speed', speed: 10 }),
  });
  const { counts, bounds } = await fetch(`${city.address}/api/v1/city`).then((answer) =>
    answer.json(),
  );
  const carried = await wire(city.address);
  console.log(JSON.stringify({ city: counts, wire: carried }, null, 2));
  const page = await openPage(browser, tap.address, { still: false, ...turned(bounds) });
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 120_000 });
  await page.waitForTimeout(8000);
  await framed(page, tap.counts);
  console.log(JSON.stringify({ script: await script(browser, page, tap.counts) }, null, 2));
} finally {
  await browser.close();
  tap.close();
  await city.stop();
}
