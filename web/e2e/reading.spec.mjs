/** What is read on the mock city: long tables, a junction's reasons, the clock, one language. */
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

const aside = () => page.locator('aside');

/** Closes what is open, a sheet or the drawer. */
async function shut() {
  await page.keyboard.press('Escape');
  await page.locator('dialog, aside').waitFor({ state: 'detached' });
}

/** Opens the table `name`. */
async function table(name) {
  await page.keyboard.press('t');
  await page.click(`#tab-${name}`);
}

describe('a table of more rows than one page', () => {
  const rows = () => page.locator('#table-panel tbody tr').count();
  const turn = (name) => page.getByRole('button', { name, exact: true });
  const range = (text) => page.getByRole('status').filter({ hasText: text }).waitFor();
  before(() => table('detectors'));
  after(shut);

  it('shows every row, page by page, by keyboard alone', async () => {
    const { length } = city.mock.city.detectors;
    let seen = 0;
    await turn('Next page').focus();
    for (let from = 0; from < length; from += 200) {
      await range(`Rows ${from + 1}`.replace(/(\d)(\d{3})$/, '$1,$2'));
      seen += await rows();
      await page.keyboard.press('Enter');
    }
    assert.equal(seen, length);
    // At the end it leads nowhere, and keeps the focus.
    await page.locator('nav button[aria-disabled="true"]:focus').waitFor();
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'reading-pages');
  });

  it('goes to a page by number, and to the first', async () => {
    await page.getByLabel('Page', { exact: true }).fill('2');
    await page.keyboard.press('Enter');
    await range('Rows 201 to 400');
    await turn('First page').click();
    await range('Rows 1 to 200');
  });

  it('begins anew where the rows are other ones, and has no pages where they are few', async () => {
    await turn('Last page').click();
    await page.getByRole('searchbox').fill('Zhonghe');
    await range('found among');
    await range('Rows 1 to');
    await page.getByRole('searchbox').fill('nothing is called so');
    await range('Rows 0 to 0 of 0');
    assert.equal(await turn('Next page').count(), 0);
    await page.getByRole('searchbox').fill('');
  });

  it('says where single vehicles are', () =>
    page.getByText('Single vehicles stand on the map only').waitFor());
});

describe('a junction', () => {
  let id;
  const answered = (change) =>
    page.route('**/api/v1/junctions/*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), ...change } });
    });
  before(async () => {
    await table('junctions');
    await page.locator('#table-panel tbody tr', { hasText: 'Signals' }).first().waitFor();
    id = city.mock.city.junctions.find((j) => j.kind === 'signalized').id;
    await page
      .locator('#table-panel tbody tr', { hasText: 'Signals' })
      .first()
      .locator('th button')
      .click();
  });
  after(async () => {
    await page.unrouteAll({ behavior: 'wait' });
    await shut();
  });

  it('on its local plan says so, without a table of nothing', async () => {
    await answered({ law: 'local_plan', choice: null });
    await aside().getByText('The local plan am-peak is in force').waitFor();
    assert.equal(await aside().getByText('Score').count(), 0);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('with a stage chosen by hand says that it was', async () => {
    const text = { key: 'server-no-reason', args: {} };
    await answered({ choice: { at_ms: 0, stage: 1, text } });
    await aside().getByText('Stage B chosen by hand: no reason given').waitFor();
    assert.equal(await aside().getByText('Score').count(), 0);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('shows how sure speeds and turning flows are, where the city says it', async () => {
    const { lanes } = await (await fetch(`${city.address}/api/v1/junctions/${id}`)).json();
    const { from, to } = city.mock.city.junctions[id].groups[0].movements[0];
    await answered({
      lanes: lanes.map((lane) => ({ ...lane, speed_mps: 10, speed_sd_mps: 2 })),
      turns: [{ from, to, turn: 'straight', flow_vph: 412, flow_sd_vph: 40 }],
    });
    await aside().getByText('36 ± 12').first().waitFor();
    await aside().getByText('412 ± 66').waitFor();
    await screenshot(page, 'reading-junction');
    assert.deepEqual(await violations(page), []);
  });

  it('leaves the zoom buttons in reach beside the drawer', async () => {
    const zoom = page.locator('.maplibregl-ctrl-zoom-in');
    await zoom.click({ trial: true });
  });

  it('keeps the keyboard on the button that takes and releases it', async () => {
    const button = (name) => aside().getByRole('button', { name });
    await button('Take control').focus();
    await page.keyboard.press('Enter');
    await button('Release control').waitFor();
    await aside().locator('button:focus', { hasText: 'Release control' }).waitFor();
    await page.keyboard.press('Enter');
    await aside().locator('button:focus', { hasText: 'Take control' }).waitFor();
  });
});

it('a signal on its local plan is not in the hands of the brain', async () => {
  const [signal] = city.mock.traffic.signals.values();
  signal.law = 'local_plan';
  await table('junctions');
  const row = page.locator('#table-panel tbody tr', { hasText: 'Local plan' }).first();
  await row.waitFor();
  assert.deepEqual((await row.locator('td').allTextContents()).slice(2, 4), [
    'Local plan',
    'Local plan',
  ]);
  signal.law = 'max_pressure';
  await shut();
});

it('nothing is recommended and nobody is asked before the rehearsal is there', async () => {
  const [proposal] = city.mock.scenario.proposals;
  const { options } = proposal;
  Object.assign(proposal, {
    status: 'rehearsing',
    options: options.map((option) => ({ ...option, rehearsal: null })),
  });
  await page.getByText('no decision waits').waitFor();
  await page.locator('.matter', { hasText: 'Rehearsing' }).locator('button.open').click();
  await aside().getByText('Being rehearsed in the twin').first().waitFor();
  assert.equal(await aside().getByText('recommended').count(), 0);
  Object.assign(proposal, { status: 'open', options });
  await aside().getByText('recommended').waitFor();
  await page.getByText('1 decision waits').waitFor();
  await shut();
});

it('the clock says that the city waits for a rehearsal, and how far one can look back', async () => {
  city.mock.waiting = true;
  await page.locator('.dock').getByText('waits for a rehearsal').waitFor();
  city.mock.waiting = false;
  await page.locator('.dock').getByText('city seconds per second').waitFor();
  assert.match(await page.getByRole('slider').getAttribute('title'), /start of this session/);
});

it('what was said is told again in the language of the page', async () => {
  await page.locator('.matter').getByRole('button', { name: 'Acknowledge' }).first().click();
  await page.locator('.toast', { hasText: 'Acknowledged in your name.' }).waitFor();
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('.toast', { hasText: '已以您的名义确认' }).waitFor();
  const said = await page.locator('[role=status].hidden').allTextContents();
  assert.deepEqual(
    said.filter((text) => /[A-Za-z]/.test(text)),
    [],
  );
});

it('the page complained of nothing', () => assert.deepEqual(page.problems, []));
