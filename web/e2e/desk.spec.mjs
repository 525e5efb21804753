/** The desk on the mock city, where the story is known: deciding, looking back, taking an area. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';

let city;
let browser;
let page;

before(async () => {
  city = await startMock({ port: 0, serveDist: true });
  browser = await openBrowser();
  page = await openPage(browser, city.address, { lang: 'en', theme: 'light' });
  page.setDefaultTimeout(30_000);
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
});
after(async () => {
  await browser?.close();
  city?.close();
});

const state = () => page.evaluate(() => fetch('/api/v1/state').then((response) => response.json()));
const button = (name) => page.locator('aside').getByRole('button', { name });

/** Opens row `k` of the table `name`. */
async function openRow(name, k) {
  await page.keyboard.press('t');
  await page.click(`#tab-${name}`);
  await page.locator('#table-panel tbody th button').nth(k).click();
  await page.locator('aside h2').waitFor();
}

describe('a proposal', () => {
  it('is acknowledged by name', async () => {
    await page.keyboard.press('m');
    await button('Acknowledge').click();
    await page.locator('aside').getByText('Acknowledged by Demo Operator').waitFor();
    assert.equal((await state()).proposals[0].acknowledged.by, 'Demo Operator');
  });

  it('is refused only with a reason', async () => {
    await button('Refuse').click();
    assert.ok(await button('Refuse').isDisabled());
    // What is needed next has the focus, and what came before gets it back.
    await page.locator('aside textarea:focus').waitFor();
    await page.locator('aside').getByText('Kept in the journal for good').waitFor();
    await page.locator('aside textarea').fill('a fair comes tonight');
    assert.ok(await button('Refuse').isEnabled());
    await button('Cancel').click();
    await page.locator('aside button.danger:focus').waitFor();
    assert.equal((await state()).proposals[0].status, 'open');
  });

  it('is changed by choosing another option, and the decision says so', async () => {
    await page.locator('aside .option input').nth(2).check();
    await button('Change: approve this option instead').click();
    // The form is gone; the keyboard stays in the drawer.
    await button('See the decision').waitFor();
    await page.locator('aside:focus').waitFor();
    await button('See the decision').click();
    await page.locator('aside').getByText('Option 2').waitFor();
    const [decision] = (await state()).decisions;
    assert.deepEqual([decision.option, decision.why], [2, 'a fair comes tonight']);
    await page.locator('aside').getByText('The outcome is being measured').waitFor();
  });
});

it('the tables say what the map shows of this moment: vehicles by road, stages by signal', async () => {
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await page.click('#tab-roads');
  const row = page.locator('#table-panel tbody tr').first();
  await row.locator('td', { hasText: /^\d+$/ }).nth(3).waitFor();
  const vehicles = await page.locator('#table-panel tbody tr td:nth-child(8)').allTextContents();
  assert.ok(vehicles.some((text) => Number(text) > 0));
  await page.click('#tab-junctions');
  await page
    .locator('#table-panel td', { hasText: /^[A-D] · green \d/ })
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
});

it('a decision says how many of its predictions held, and which did not', async () => {
  await page.keyboard.press('Escape');
  await page.locator('.decisions button').last().click();
  await page.locator('aside').getByText('1 of 2 inside the predicted interval').waitFor();
  await page.locator('aside').getByText('outside the interval').waitFor();
  await screenshot(page, 'desk-decision');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
});

describe('looking back', () => {
  before(async () => {
    await page.getByRole('slider').evaluate((slider) => {
      slider.value = slider.min;
      slider.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.getByText('Showing the past').waitFor();
  });
  after(() => page.keyboard.press('n'));

  it('says which moment is shown and how far back one can look', async () => {
    const note = await page.locator('.past').first().textContent();
    assert.match(note, /Showing the past: \d\d:\d\d:\d\d, .* ago/);
    assert.match(note, /from \d\d:\d\d to \d\d:\d\d/);
    await screenshot(page, 'desk-past');
    assert.deepEqual(await violations(page), []);
  });

  it('lets nobody act but stop the city', async () => {
    for (const name of ['Call an ambulance', 'Close a lane'])
      assert.ok(await page.getByRole('button', { name }).isDisabled(), name);
    assert.ok(await page.locator('header').getByRole('button', { name: 'Stop' }).isEnabled());
    await page.keyboard.press('c');
    assert.equal(await page.locator('aside').count(), 0);
    await openRow('junctions', 1);
    await page.locator('aside').getByText('look, but do not act').waitFor();
    assert.ok(await button('Take control').isDisabled());
    await page.keyboard.press('Escape');
  });
});

describe('an area', () => {
  before(() => page.getByText('Showing the past').waitFor({ state: 'detached' }));

  const taken = async () =>
    (await state()).controls.filter((c) => c.taken_by).map((c) => c.junction);

  it('is chosen in the table, taken and released in one act', async () => {
    await page.keyboard.press('t');
    await page.click('#tab-junctions');
    await page.getByRole('searchbox').fill('Zhonghe');
    await page.getByRole('checkbox', { name: /^Choose all \d+ found$/ }).check();
    await screenshot(page, 'desk-area-table');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: /^Control \d+ together$/ }).click();
    await button(/^Take \d+$/).click();
    await page.locator('.toast', { hasText: 'You have control of' }).waitFor();
    const all = await taken();
    assert.ok(all.length > 4, `${all.length} taken`);
    await page.waitForTimeout(1200);
    await screenshot(page, 'desk-area');
    assert.deepEqual(await violations(page), []);
    await button(`Release ${all.length}`).click();
    await page.locator('.toast', { hasText: `of ${all.length} junctions is released` }).waitFor();
    assert.deepEqual(await taken(), []);
  });

  it('is chosen by a box on the map', async () => {
    await button('Choose none').click();
    await page.keyboard.press('f');
    await page.waitForTimeout(1000);
    await page.keyboard.down('Shift');
    await page.mouse.move(500, 300);
    await page.mouse.down();
    await page.mouse.move(640, 420, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await page.locator('aside h2', { hasText: /^\d+ junctions chosen$/ }).waitFor();
  });

  it('is taken one by one where the server has no areas', async () => {
    await page.route('**/api/v1/area/control', (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{}' }),
    );
    const chosen = await page.locator('aside li').count();
    await button(`Take ${chosen}`).click();
    await page.locator('.toast', { hasText: `You have control of ${chosen}` }).waitFor();
    assert.equal((await taken()).length, chosen);
    page.problems = page.problems.filter((problem) => !problem.includes('404'));
  });
});

it('the page complained of nothing', () => assert.deepEqual(page.problems, []));
