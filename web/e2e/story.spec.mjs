/** What an operator does: closes a lane, sees the event, decides, calls an ambulance. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { screenshot, violations } from './audit.mjs';
import { openBrowser, openPage } from './browser.mjs';
import { startCity } from './city.mjs';

let city;
let browser;
let page;

before(async () => {
  city = await startCity();
  browser = await openBrowser();
  page = await openPage(browser, city.address, { lang: 'en', theme: 'dark' });
  page.setDefaultTimeout(PATIENCE_S * 1000);
  await page.waitForSelector('.overlay', { state: 'attached', timeout: 60_000 });
});
after(async () => {
  await browser?.close();
  await city?.stop();
});

const state = () => page.evaluate(() => fetch('/api/v1/state').then((response) => response.json()));

/** A rehearsal holds the city until its results are due; on a slow machine that takes minutes. */
const PATIENCE_S = 240;

/** Asks `work` again until it gives something. */
async function until(what, work) {
  for (let left = PATIENCE_S * 4; left > 0; left -= 1) {
    const found = await work();
    if (found) return found;
    await page.waitForTimeout(250);
  }
  throw new Error(`waited ${PATIENCE_S} s for ${what}`);
}

/** Opens a form by its key and chooses a road in it that leads from signals to signals. */
/**
 * Chooses a road between signals in the form that `key` opens: the first, or the one farthest from
 * every ambulance station, so that the way there leads over signals outside the patient's square.
 */
async function chooseRoad(key, far = false) {
  await page.keyboard.press(key);
  const select = page.locator('aside select').first();
  await select.waitFor();
  const road = await page.evaluate(async (far) => {
    const read = (path) => fetch(path).then((response) => response.json());
    const network = await read('/api/v1/network');
    const { features } = await read('/api/v1/places');
    const stations = features
      .filter((place) => place.properties.kind === 'ambulance_station')
      .map((place) => place.geometry.coordinates.flat(2).slice(0, 2));
    const away = (r) =>
      Math.min(...stations.map(([x, y]) => Math.hypot(r.shape[0][0] - x, r.shape[0][1] - y)));
    const signals = new Set(
      network.junctions.filter((j) => j.kind === 'signalized').map((j) => j.id),
    );
    const shown = [...document.querySelectorAll('aside select')][0].options;
    const offered = new Set([...shown].map((option) => option.value));
    const fit = network.roads.filter(
      (r) =>
        signals.has(r.from) && signals.has(r.to) && r.lanes.length > 1 && offered.has(String(r.id)),
    );
    if (far) fit.sort((a, b) => away(b) - away(a));
    return String(fit[0].id);
  }, far);
  await select.selectOption(road);
  return Number(road);
}

describe('an operator', () => {
  it('picks a lane by pointing at the map', async () => {
    await page.keyboard.press('x');
    const select = page.locator('aside select').first();
    await select.waitFor();
    await page.waitForTimeout(2500);
    const map = await page.locator('main .map').boundingBox();
    let tries = 0;
    const picked = await until('a lane under the pointer', async () => {
      tries += 1;
      const [x, y] = [0.42 + ((tries * 7) % 20) / 100, 0.35 + ((tries * 3) % 30) / 100];
      await page.mouse.click(map.x + map.width * x, map.y + map.height * y);
      return select.inputValue();
    });
    assert.match(picked, /^\d+$/);
    await page.locator('aside input[type=radio]:checked').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('aside').waitFor({ state: 'detached' });
  });

  it('closes a lane and sees it on the map, in the list and in the table', async () => {
    const road = await chooseRoad('x');
    await page.locator('aside input[required]').fill('water main repair');
    await screenshot(page, 'story-1-closing');
    await page.locator('aside button[type=submit]').click();
    const closure = await until('the closure', async () =>
      (await state()).closures.find((c) => c.road === road),
    );
    assert.equal(closure.reason, 'water main repair');
    const event = await until('the event', async () =>
      (await state()).events.find((e) => e.type === 'closure'),
    );
    assert.ok(event.text.key);
    await until('the event in the list', () =>
      page
        .locator('.matter')
        .filter({ hasText: /closed/i })
        .count(),
    );
    await page.keyboard.press('t');
    await page.click('#tab-closures');
    await page.locator('#table-panel td', { hasText: 'water main repair' }).waitFor();
    await page.keyboard.press('Escape');
    await screenshot(page, 'story-2-event');
  });

  it('acknowledges an event by name', async () => {
    const matter = page
      .locator('.matter')
      .filter({ hasText: /closed/i })
      .first();
    await matter.getByRole('button', { name: 'Acknowledge' }).click();
    await matter.getByText('Acknowledged by').waitFor();
  });

  it('calls an ambulance, is asked for a corridor, approves it and sees it', async () => {
    await chooseRoad('c', true);
    await page.locator('aside button[type=submit]').click();
    const call = await until('the call', async () =>
      (await state()).calls.find((c) => c.stage !== 'arrived'),
    );
    assert.equal(call.kind, 'ambulance');
    const proposal = await until('the rehearsed proposal', async () =>
      (await state()).proposals.find((p) => p.scene === 'corridor' && p.status === 'open'),
    );
    assert.ok(proposal.options.length > 1);
    await until('a decision asked for', () =>
      page.locator('.matter button.decide:enabled').count(),
    );
    await page
      .locator('.matter')
      .filter({ hasText: /corridor|ambulance|emergency/i })
      .locator('button.decide')
      .first()
      .click();
    await page.locator('aside .option').nth(1).waitFor();
    await page.waitForTimeout(800);
    await screenshot(page, 'story-3-proposal');
    assert.deepEqual(await violations(page), []);
    // Rehearsal may find the siren enough; the person asks for the corridor all the same.
    await page.locator('aside .option input[type=radio]').nth(1).check();
    await page.locator('aside textarea').fill('green for the ambulance');
    await page.locator('aside button.primary[type=submit]').click();
    const decision = await until('the decision', async () =>
      (await state()).decisions.find((d) => d.proposal === proposal.id),
    );
    assert.equal(
      decision.who,
      (await page.evaluate(() => fetch('/api/v1/session').then((r) => r.json()))).name,
    );
    const corridor = await until(
      'the corridor',
      async () => (await state()).calls.find((c) => c.corridor)?.corridor,
    );
    assert.ok(corridor.junctions.length > 0);
    await page.keyboard.press('t');
    await page.click('#tab-calls');
    await page.locator('#table-panel tbody th button').first().click();
    await page.locator('aside ol li').first().waitFor();
    await page.waitForTimeout(1500);
    await screenshot(page, 'story-4-corridor');
    assert.deepEqual(await violations(page), []);
  });

  it('takes control of a junction and gives it back', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    await page.click('#tab-junctions');
    await page
      .locator('#table-panel tbody tr', { hasText: 'Signals' })
      .locator('th button')
      .first()
      .click();
    await page.getByRole('button', { name: 'Take control' }).click();
    await page.getByText('Under the control of').waitFor();
    await until('the control', async () => (await state()).controls.some((c) => c.taken_by));
    await page.getByRole('button', { name: 'Release control' }).click();
    await until('the release', async () => !(await state()).controls.some((c) => c.taken_by));
    await page.keyboard.press('Escape');
  });

  it('pauses, looks back and returns to now', async () => {
    await page.locator('main .map').click({ position: { x: 700, y: 4 } });
    await page.keyboard.press('Space');
    await until('the pause', async () => (await state()).clock.paused);
    await page.getByRole('slider').evaluate((slider) => {
      slider.value = slider.min;
      slider.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.getByText('Showing the past').waitFor();
    await screenshot(page, 'story-5-past');
    await page.keyboard.press('n');
    await page.getByText('Showing the past').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Resume' }).click();
    await until('the clock to go on', async () => !(await state()).clock.paused);
  });

  it('stops the brain with one button and a reason, and lets it act again', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.locator('dialog input').fill('drill');
    await screenshot(page, 'story-6-stop');
    assert.deepEqual(await violations(page), []);
    await page.locator('dialog button[type=submit]').click();
    await page.getByText('Stopped by').waitFor();
    assert.equal((await state()).stopped.reason, 'drill');
    await page.getByRole('button', { name: 'Let the brain act again' }).click();
    await page.getByText('Stopped by').waitFor({ state: 'detached' });
  });

  it('reads all of it again in the journal, in Chinese too', async () => {
    await page.getByRole('button', { name: '中文' }).click();
    await page.keyboard.press('j');
    await page.locator('dialog tbody tr').nth(3).waitFor();
    await screenshot(page, 'story-7-journal');
    assert.match(await page.locator('dialog').textContent(), /决策|事件/);
    await page.keyboard.press('Escape');
  });

  it('got no complaint from the page all along', () => {
    assert.deepEqual(page.problems, []);
  });
});
