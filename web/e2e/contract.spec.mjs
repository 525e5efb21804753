/** What the front end reads is what the city under test serves, name by name, as the mock has it. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { startCity } from './city.mjs';

let city;
let mock;

before(async () => {
  city = await startCity();
  mock = await startMock({ port: 0 });
});
after(async () => {
  mock?.close();
  await city?.stop();
});

const get = (address, path) => fetch(`${address}${path}`).then((response) => response.json());

/** Names in `wanted` that `found` lacks, with where they stand; of lists, the first entry stands for all. */
function lacking(wanted, found, at = '') {
  if (wanted === null || found === null || typeof wanted !== 'object') return [];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return [`${at} is no list`];
    return wanted.length > 0 && found.length > 0 ? lacking(wanted[0], found[0], `${at}[0]`) : [];
  }
  if (typeof found !== 'object') return [`${at} is no object`];
  // Arguments belong to the message that has them.
  const names = Object.entries(wanted).filter(([name]) => name !== 'args');
  return names.flatMap(([name, value]) =>
    name in found ? lacking(value, found[name], `${at}.${name}`) : [`${at}.${name} is missing`],
  );
}

for (const path of [
  '/api/v1/session',
  '/api/v1/city',
  '/api/v1/network',
  '/api/v1/state',
  '/api/v1/roads',
  '/api/v1/signals',
  '/api/v1/accuracy',
  '/api/v1/history',
  '/api/v1/journal?limit=5',
]) {
  it(`${path} has every name`, async () => {
    assert.deepEqual(lacking(await get(mock.address, path), await get(city.address, path)), []);
  });
}

it('a junction has every name', async () => {
  const signal = async (address) => {
    const { junctions } = await get(address, '/api/v1/network');
    return get(address, `/api/v1/junctions/${junctions.find((j) => j.kind === 'signalized').id}`);
  };
  assert.deepEqual(lacking(await signal(mock.address), await signal(city.address)), []);
});

it('an act without its header is refused with a problem', async () => {
  const response = await fetch(`${city.address}/api/v1/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"action":"pause"}',
  });
  assert.ok(response.status >= 400);
  assert.match(response.headers.get('content-type'), /application\/problem\+json/);
});
