/** Every page in both languages and both themes: it opens without a complaint and passes axe. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';
import { startCity } from './city.mjs';
import { FONT_ADVICE, missingGlyphs } from './glyphs.mjs';

let city;
let browser;

before(async () => {
  city = await startCity();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await city?.stop();
});

/** The page with the map drawn, and numbers in the strip. */
async function ready(page) {
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
  await page.waitForFunction(
    () => /\d/.test(document.querySelector('footer')?.textContent ?? ''),
    null,
    { timeout: 60_000 },
  );
}

const SHEETS = [
  ['t', 'tables'],
  ['k', 'trend'],
  ['a', 'accuracy'],
  ['j', 'journal'],
  ['?', 'help'],
];

for (const lang of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    describe(`${lang}, ${theme}`, () => {
      let page;
      before(async () => {
        page = await openPage(browser, city.address, { lang, theme });
        await ready(page);
      });
      after(() => page?.context().close());

      it('says its mode, its language and its city', async () => {
        const banner = await page.locator('.banner').textContent();
        assert.match(banner, lang === 'zh' ? /仿真/ : /SIMULATED/);
        assert.equal(await page.getAttribute('html', 'lang'), lang === 'zh' ? 'zh-CN' : 'en');
        assert.equal(await page.getAttribute('html', 'data-theme'), theme);
        assert.match(await page.title(), lang === 'zh' ? /^仿真/ : /^SIMULATED/);
      });

      it('draws Chinese with a real font, without the internet', async () => {
        assert.deepEqual(await missingGlyphs(page), [], FONT_ADVICE);
      });

      it('the living map passes axe', async () => {
        await page.waitForTimeout(1500);
        await screenshot(page, `map-${lang}-${theme}`);
        assert.deepEqual(await violations(page), []);
      });

      for (const [key, name] of SHEETS) {
        it(`the sheet ${name} opens with ${key}, passes axe and closes with Escape`, async () => {
          await page.keyboard.press(key);
          const dialog = page.locator('dialog[open]');
          await dialog.locator('table, .charts, dl, p').first().waitFor();
          await page.waitForTimeout(400);
          await screenshot(page, `${name}-${lang}-${theme}`);
          assert.deepEqual(await violations(page), []);
          await page.keyboard.press('Escape');
          await dialog.waitFor({ state: 'detached' });
        });
      }

      it('a junction opens from the table and passes axe', async () => {
        await page.keyboard.press('t');
        await page.click('#tab-junctions');
        await page.locator('#table-panel tbody th button').nth(8).click();
        await page.locator('aside h2').waitFor();
        await page.waitForTimeout(1500);
        await screenshot(page, `junction-${lang}-${theme}`);
        assert.deepEqual(await violations(page), []);
      });

      for (const [key, name] of [
        ['c', 'dispatch'],
        ['x', 'closing'],
      ]) {
        it(`the form ${name} passes axe`, async () => {
          await page.keyboard.press('Escape');
          await page.keyboard.press(key);
          await page.locator('aside form').waitFor();
          await screenshot(page, `${name}-${lang}-${theme}`);
          assert.deepEqual(await violations(page), []);
          await page.keyboard.press('Escape');
          await page.keyboard.press('Escape');
        });
      }

      it('the page complained of nothing', () => {
        assert.deepEqual(page.problems, []);
      });
    });
  }
}

// The mock has no pages of its own.
const OWN_PAGES = process.env.URBIS_E2E === 'mock' ? [] : ['/sign-in', '/report'];

for (const path of OWN_PAGES) {
  for (const lang of ['en', 'zh']) {
    for (const theme of ['light', 'dark']) {
      it(`${path} passes axe in ${lang}, ${theme}`, async () => {
        const context = await browser.newContext({
          colorScheme: theme,
          locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
        });
        const page = await context.newPage();
        await page.goto(`${city.address}${path}`);
        await page.locator('h1').waitFor();
        await screenshot(page, `page${path.replace('/', '-')}-${lang}-${theme}`);
        assert.deepEqual(await violations(page), []);
        await context.close();
      });
    }
  }
}

describe('narrow screen', () => {
  it('at 1024 by 768 everything is in reach and passes axe', async () => {
    const page = await openPage(browser, city.address, {
      lang: 'en',
      theme: 'light',
      width: 1024,
      height: 768,
    });
    await ready(page);
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('header button, footer button, footer input')]
        .filter((element) => getComputedStyle(element).display !== 'none')
        .filter((element) => {
          const box = element.getBoundingClientRect();
          return box.left < 0 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
        })
        .map(
          (element) =>
            `${element.textContent.trim().slice(0, 40)} ${JSON.stringify(element.getBoundingClientRect())}`,
        ),
    );
    assert.deepEqual(outside, []);
    await page.keyboard.press('m');
    await page.waitForTimeout(1500);
    await screenshot(page, 'narrow-en-light');
    assert.deepEqual(await violations(page), []);
    await page.context().close();
  });
});
