/** Every drawer and the stop dialog, in both languages and both themes, pass axe. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';

let city;
let browser;

before(async () => {
  city = await startMock({ port: 0, serveDist: true });
  city.mock.scenario.call(210);
  city.mock.scenario.decide(city.mock.scenario.proposals.at(-1).id, {
    verdict: 'approve',
    option: 1,
    reason: 'a life',
  });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  city?.close();
});

/** Opens the first row of the table `name`. */
const first = (name) => async (page) => {
  await page.keyboard.press('t');
  await page.click(`#tab-${name}`);
  await page.locator('#table-panel tbody th button').first().click();
};

/** How each drawer is opened. */
const DRAWERS = {
  proposal: (page) => page.keyboard.press('m'),
  event: first('events'),
  call: first('calls'),
  road: first('roads'),
  junction: first('junctions'),
  decision: (page) => page.locator('.decisions button').last().click(),
  area: async (page) => {
    await page.keyboard.press('t');
    await page.click('#tab-junctions');
    await page.locator('#table-panel thead input').check();
    await page.locator('dialog button.primary').click();
  },
};

for (const lang of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    describe(`${lang}, ${theme}`, () => {
      let page;
      before(async () => {
        page = await openPage(browser, city.address, { lang, theme });
        await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
        await page.locator('.decisions button').first().waitFor();
      });
      after(() => page?.context().close());

      for (const [name, open] of Object.entries(DRAWERS)) {
        it(`the drawer ${name} passes axe`, async () => {
          await open(page);
          await page.locator('aside h2').waitFor();
          await page.waitForTimeout(700);
          await screenshot(page, `drawer-${name}-${lang}-${theme}`);
          assert.deepEqual(await violations(page), []);
          await page.keyboard.press('Escape');
          await page.locator('aside').waitFor({ state: 'detached' });
        });
      }

      it('the legend passes axe', async () => {
        await page.locator('.legend button').click();
        await page.locator('.legend dl').waitFor();
        await screenshot(page, `legend-${lang}-${theme}`);
        assert.deepEqual(await violations(page), []);
        await page.locator('.legend button').click();
      });

      it('the stop dialog passes axe, and asks for no words', async () => {
        await page.keyboard.press('s');
        await page.locator('dialog[open] form').waitFor();
        await screenshot(page, `stop-${lang}-${theme}`);
        assert.deepEqual(await violations(page), []);
        assert.equal(await page.locator('dialog input[required]').count(), 0);
        await page.keyboard.press('Escape');
      });

      it('the page complained of nothing', () => assert.deepEqual(page.problems, []));
    });
  }
}
