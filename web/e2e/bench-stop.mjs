/**
 * Measures how long the stop button would have to wait: acts that go the same way as it does
 * (through the queue of the thread that drives the city, into the journal, durably) are sent one
 * after the other while the city runs, over its first reviews of all plans and their rehearsals, and
 * at the end the button itself is pressed. Prints the distribution and the button's own time; no
 * test. `URBIS_BENCH_MINUTES` (30) is how many city minutes it goes on, at `URBIS_BENCH_SPEED` (30)
 * city seconds a second. Arguments go to `urbis serve`.
 */
import { startCity } from './city.mjs';

const MINUTES = Number(process.env.URBIS_BENCH_MINUTES ?? 30);
const SPEED = Number(process.env.URBIS_BENCH_SPEED ?? 30);

const city = await startCity(process.argv.slice(2));
const post = async (path, body) => {
  const started = performance.now();
  const response = await fetch(`${city.address}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-urbis-request': '1',
      origin: city.address,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  return performance.now() - started;
};
const state = async () => (await fetch(`${city.address}/api/v1/state`)).json();

const waits = [];
try {
  const begun = (await state()).clock.at_ms;
  let minute = 0;
  let proposals = 0;
  while (minute < MINUTES) {
    for (let k = 0; k < 20; k += 1) {
      waits.push({ ms: await post('clock', { action: 'speed', speed: SPEED }), minute });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const now = await state();
    minute = (now.clock.at_ms - begun) / 60_000;
    proposals = Math.max(proposals, now.proposals.length);
  }
  const button = await post('stop', { reason: 'measured' });
  waits.sort((a, b) => a.ms - b.ms);
  const at = (share) => Math.round(waits[Math.floor(share * (waits.length - 1))].ms * 10) / 10;
  const worst = waits.at(-1);
  console.log(
    JSON.stringify(
      {
        city_minutes: Math.round(minute),
        proposals_seen: proposals,
        acts: waits.length,
        median_ms: at(0.5),
        p99_ms: at(0.99),
        worst_ms: Math.round(worst.ms),
        worst_at_minute: Math.round(worst.minute * 10) / 10,
        stop_button_ms: Math.round(button * 10) / 10,
      },
      null,
      2,
    ),
  );
} finally {
  await city.stop();
}
