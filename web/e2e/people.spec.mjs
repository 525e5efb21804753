/** Who may use the command centre, and what is kept of the people it serves. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';
import { startCity } from './city.mjs';

const mock = process.env.URBIS_E2E === 'mock';

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

describe('what a caller said of a patient', { skip: mock && 'the mock keeps nothing' }, () => {
  let city;
  let page;
  before(async () => {
    city = await startCity(['--demo-role', 'dispatcher']);
    page = await openPage(browser, city.address, { lang: 'en', theme: 'dark' });
    page.setDefaultTimeout(30_000);
    await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
  });
  after(() => city?.stop());

  const call = () =>
    page.evaluate(async () => (await (await fetch('/api/v1/state')).json()).calls.at(-1));

  it('is shown to the dispatcher, with the way to erase it', async () => {
    const sent = await page.evaluate(() =>
      fetch('/api/v1/calls', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-urbis-request': '1' },
        body: JSON.stringify({
          kind: 'ambulance',
          road: 40,
          patient: { name: 'Lin Xiaoyu', phone: '555-0142', address: 'Gate 3' },
        }),
      }).then((response) => response.status),
    );
    assert.equal(sent, 200);
    await page.keyboard.press('t');
    await page.click('#tab-calls');
    await page.locator('#table-panel tbody th button').first().click();
    await page.locator('aside').getByText('Lin Xiaoyu').waitFor();
  });

  it('is erased only with a reason, by keyboard alone', async () => {
    await page.locator('aside').getByRole('button', { name: "Erase the patient's data" }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Erase what is kept of this patient?' });
    await dialog.waitFor();
    assert.ok(await dialog.getByRole('button', { name: 'Erase for good' }).isDisabled());
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'erase');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await call()).patient.name, 'Lin Xiaoyu');
    await page.locator('aside').getByRole('button', { name: "Erase the patient's data" }).click();
    await dialog.getByRole('textbox').fill('asked for by the family');
    await page.keyboard.press('Enter');
    await page.locator('.toast', { hasText: 'Erased. Who asked and why' }).waitFor();
    await page.locator('aside').getByText('erased on request').waitFor();
    const { patient, erased } = await call();
    assert.deepEqual([patient, erased], [null, true]);
    assert.deepEqual(await violations(page), []);
  });

  it('leaves its erasure in the journal, in words', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    const row = page.locator('dialog tr', { hasText: 'asked for by the family' });
    await row.getByText('What was kept of a patient was erased on request').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.problems, []);
  });
});

describe('signing in', { skip: mock && 'the mock lets everyone in' }, () => {
  let city;
  before(async () => {
    city = await startCity(['--token', 'open-sesame']);
  });
  after(() => city?.stop());

  for (const [lang, wrong, ask] of [
    ['en', 'This token is not known', 'Sign in'],
    ['zh', '令牌不正确', '登录'],
  ]) {
    it(`says in ${lang} that a token is not known, and lets the right one in`, async () => {
      const page = await openPage(browser, city.address, { lang });
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      assert.equal(await page.getByRole('alert').count(), 0);
      // The browser gives an `autofocus` field its focus only when it next draws.
      const focused = () => page.locator('#token:focus').waitFor();
      await focused();
      await page.keyboard.type('open-says-me');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(wrong).waitFor();
      assert.equal(await page.getByLabel(lang === 'zh' ? '令牌' : 'Token').inputValue(), '');
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `sign-in-${lang}`);
      await focused();
      await page.keyboard.type('open-sesame');
      await page.getByRole('button', { name: ask, exact: true }).click();
      await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
      await page.context().close();
    });
  }
});

describe('what the server refuses', { skip: mock && 'the mock allows everything' }, () => {
  let city;
  before(async () => {
    city = await startCity(['--demo-role', 'viewer']);
  });
  after(() => city?.stop());

  for (const [lang, stop, why] of [
    ['en', 'Stop', 'the role viewer may not do this'],
    ['zh', '停止', '角色 浏览员 无此权限'],
  ]) {
    it(`is said in ${lang}, with the reason`, async () => {
      const page = await openPage(browser, city.address, { lang });
      page.setDefaultTimeout(30_000);
      await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
      await page.getByRole('button', { name: stop, exact: true }).click();
      await page.locator('dialog button[type=submit]').click();
      const toast = page.locator('.toast.bad', { hasText: why });
      await toast.waitFor();
      await screenshot(page, `refused-${lang}`);
      assert.deepEqual(await violations(page), []);
      await page.context().close();
    });
  }
});
