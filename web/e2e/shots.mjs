/**
 * Makes the pictures of the documentation (`docs/images`) from the built `urbis`: the embedded city,
 * a decision with its forecast, a green corridor, and the Hangzhou network where `URBIS_DATA` (by
 * default `../shared/data`) has it. `npm run shots` makes all; names after it make only those.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser, openPage } from './browser.mjs';
import { startCity } from './city.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGES = join(ROOT, 'docs/images');
const HANGZHOU = join(
  process.env.URBIS_DATA ?? join(ROOT, '../shared/data'),
  'traffic/hangzhou_4x4',
);
/** How long the city may take to something worth a picture. */
const PATIENCE_S = 600;

const get = (address, path) => fetch(`${address}/api/v1/${path}`).then((answer) => answer.json());

async function post(address, path, body) {
  const answer = await fetch(`${address}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-urbis-request': '1' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}

/** Asks until `found` gives something. */
async function until(what, found) {
  for (let left = PATIENCE_S * 2; left > 0; left -= 1) {
    const it = await found();
    if (it) return it;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`waited ${PATIENCE_S} s for ${what}`);
}

const state = (address) => get(address, 'state');
const open = (address, scene) =>
  until(`a proposal of ${scene}`, async () =>
    (await state(address)).proposals.find((p) => p.scene === scene && p.status === 'open'),
  );

const decide = (address, proposal, option, reason) =>
  post(address, `proposals/${proposal.id}/decide`, { verdict: 'approve', option, reason });

async function picture(browser, address, name, look, work = async () => undefined) {
  const page = await openPage(browser, address, look);
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
  await page.waitForTimeout(4000);
  await work(page);
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.context().close();
  console.log(`docs/images/${name}.png`);
}

const after = (address, minutes) =>
  until(`${minutes} minutes of the city`, async () => {
    const { clock } = await state(address);
    return clock.latest_ms - clock.earliest_ms > minutes * 60_000;
  });

const SETS = {
  /** The embedded city: its map, a decision, a corridor. */
  embedded: {
    options: ['--speed', '20'],
    async make(browser, address) {
      // With the brain is only unlike without it once something was approved.
      const review = await open(address, 'signals');
      await decide(address, review, review.recommended, 'morning peak');
      await after(address, 20);
      await picture(browser, address, 'embedded', { lang: 'en', theme: 'light' });
      await post(address, 'clock', { action: 'speed', speed: 5 });
      const { roads, junctions } = await get(address, 'network');
      const signals = new Set(junctions.filter((j) => j.kind === 'signalized').map((j) => j.id));
      const fit = roads.filter((r) => signals.has(r.from) && signals.has(r.to));
      // In the middle of the city, so that there is a way to go.
      const { center } = await get(address, 'city');
      const far = ({ shape: [[lon, lat]] }) => Math.hypot(lon - center.lon, lat - center.lat);
      const [road] = fit.sort((a, b) => far(a) - far(b));
      await post(address, 'calls', { kind: 'ambulance', road: road.id, patient: {} });
      const proposal = await open(address, 'corridor');
      await picture(browser, address, 'decision', { lang: 'zh', theme: 'light' }, async (page) => {
        await page.keyboard.press('t');
        await page.click('#tab-proposals');
        await page
          .getByRole('button', { name: /绿色通道/ })
          .last()
          .click();
        await page.locator('aside .option').first().waitFor();
      });
      await decide(address, proposal, 1, 'a life');
      await until('the corridor', async () => (await state(address)).calls.some((c) => c.corridor));
      // A picture holds still.
      await post(address, 'clock', { action: 'pause' });
      await picture(browser, address, 'corridor', { lang: 'en', theme: 'dark' }, async (page) => {
        await page.keyboard.press('t');
        await page.click('#tab-calls');
        await page.locator('#table-panel tbody th button').first().click();
        await page.locator('aside ol li').first().waitFor();
      });
    },
  },
  /** The Hangzhou network with its recorded flow. */
  hangzhou: {
    options: [
      '--speed',
      '20',
      '--city',
      HANGZHOU,
      '--flow',
      join(HANGZHOU, 'anon_4_4_hangzhou_real.json'),
    ],
    async make(browser, address) {
      await after(address, 10);
      await picture(browser, address, 'hangzhou', { lang: 'en', theme: 'dark' });
    },
  },
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(SETS);
mkdirSync(IMAGES, { recursive: true });
const browser = await openBrowser();
try {
  for (const name of names) {
    if (!SETS[name]) throw new Error(`there is no set ${name}: ${Object.keys(SETS).join(', ')}`);
    if (name === 'hangzhou' && !existsSync(HANGZHOU)) {
      console.log(`left out: ${HANGZHOU} is not there; set URBIS_DATA`);
      continue;
    }
    const city = await startCity(SETS[name].options);
    try {
      await SETS[name].make(browser, city.address);
    } finally {
      await city.stop();
    }
  }
} finally {
  await browser.close();
}
