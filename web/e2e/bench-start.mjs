/**
 * Measures how long it takes from the start of the built binary to the page that shows the living
 * map: process start to the printed address, to the first frames of vehicles and signals in the
 * open page, repeated (`URBIS_BENCH_REPEATS`, 10). The browser runs already, its cache is empty.
 * Prints median and worst; no test. Arguments go to `urbis serve`.
 */
import { openBrowser } from './browser.mjs';
import { startCity } from './city.mjs';

const REPEATS = Number(process.env.URBIS_BENCH_REPEATS ?? 10);

/** Milliseconds since the process was started: address printed, map drawn. */
async function once(browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const started = performance.now();
  const since = () => performance.now() - started;
  const city = await startCity(process.argv.slice(2));
  try {
    const served = since();
    await page.goto(`${city.address}/?lang=en`, { waitUntil: 'commit' });
    const answered = since();
    await page.waitForFunction(
      () => performance.getEntriesByName('urbis-living').length > 0,
      null,
      {
        polling: 'raf',
        timeout: 120_000,
      },
    );
    return { served, answered, living: since() };
  } finally {
    await context.close();
    await city.stop();
  }
}

const browser = await openBrowser();
const runs = [];
for (let k = 0; k < REPEATS; k += 1) {
  runs.push(await once(browser));
  process.stderr.write(`${JSON.stringify(runs.at(-1))}\n`);
}
await browser.close();
const of = (name) => {
  const sorted = runs.map((run) => run[name]).sort((a, b) => a - b);
  return {
    median_ms: Math.round(sorted[Math.floor(sorted.length / 2)]),
    worst_ms: Math.round(sorted.at(-1)),
  };
};
console.log(
  JSON.stringify(
    {
      repeats: REPEATS,
      address_printed: of('served'),
      page_answered: of('answered'),
      map_lives: of('living'),
    },
    null,
    2,
  ),
);
