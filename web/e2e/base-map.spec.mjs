/** A base map of the city's own lies under the streets; one that cannot be had is said to be missing. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

const TROUBLE = 'base map cannot be loaded';

/** Opens the command centre of a city with the base map `base`, and closes both after `work`. */
async function withBase(base, work) {
  const city = await startMock({ port: 0, serveDist: true, base });
  try {
    const page = await openPage(browser, city.address, { lang: 'en', theme: 'light' });
    await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
    await work(page, city.mock);
    await page.context().close();
  } finally {
    city.close();
  }
}

for (const base of ['wmts', 'pmtiles']) {
  it(`a ${base} base map is drawn under the streets, with its attribution`, () =>
    withBase(base, async (page, mock) => {
      await page.getByText('Test office of surveying').waitFor();
      for (let left = 120; left > 0 && mock.baseTiles === 0; left -= 1)
        await page.waitForTimeout(250);
      assert.ok(mock.baseTiles > 0, 'no tile was asked for');
      await page.waitForTimeout(1500);
      await screenshot(page, `base-${base}`);
      assert.equal(await page.getByText(TROUBLE).count(), 0);
      assert.deepEqual(page.problems, []);
    }));
}

for (const [base, how] of [
  ['broken', 'that has no tiles'],
  ['silent', 'whose server never answers'],
]) {
  it(`a base map ${how} is said to be missing, and the city is drawn all the same`, () =>
    withBase(base, async (page) => {
      await page.getByText(TROUBLE).waitFor({ timeout: 60_000 });
      await screenshot(page, `base-${base}`);
      assert.deepEqual(await violations(page), []);
      await page.waitForFunction(() =>
        /\d/.test(document.querySelector('footer')?.textContent ?? ''),
      );
    }));
}

it('a base map that comes late is no longer said to be missing', () =>
  withBase('silent', async (page, mock) => {
    await page.getByText(TROUBLE).waitFor({ timeout: 60_000 });
    mock.answerBase();
    await page.getByText(TROUBLE).waitFor({ state: 'detached', timeout: 60_000 });
    assert.ok(mock.baseTiles > 0, 'no tile was given');
  }));
