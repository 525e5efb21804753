/**
 * Main-thread script by Chromium's trace: thread time of the top-level tasks of the renderer's main
 * thread that run script (FunctionCall, FireAnimationFrame, EventDispatch, V8 garbage collection
 * and the like), outermost events only, so that a busy machine does not lengthen it.
 */
import { readFileSync } from 'node:fs';

const SCRIPT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'v8.callFunction',
  'TimerFire',
  'FireAnimationFrame',
  'EventDispatch',
  'RunMicrotasks',
  'MinorGC',
  'MajorGC',
  'V8.GCScavenger',
  'HandlePostMessage',
  'v8.run',
]);

/** Outermost script events of `events` on one thread, as milliseconds. */
function scriptMs(events) {
  let [sum, end] = [0, 0];
  for (const event of events.sort((a, b) => a.ts - b.ts)) {
    if (event.ts < end) continue;
    sum += event.tdur ?? event.dur;
    end = event.ts + event.dur;
  }
  return sum / 1000;
}

async function trace(browser, page, seconds, path) {
  await browser.startTracing(page, {
    path,
    categories: [
      'devtools.timeline',
      'v8',
      'blink.user_timing',
      'disabled-by-default-v8.gc',
      'toplevel',
    ],
  });
  await page.waitForTimeout(seconds * 1000);
  await browser.stopTracing();
  return JSON.parse(readFileSync(path, 'utf8')).traceEvents;
}

/** The page's renderer: of all main threads, the one that ran most script. */
function renderer(events) {
  const ran = new Map();
  for (const event of events) {
    if (event.name === 'thread_name' && event.args.name === 'CrRendererMain')
      ran.set(`${event.pid}/${event.tid}`, { ...event, count: 0 });
  }
  for (const event of events) {
    const main = ran.get(`${event.pid}/${event.tid}`);
    if (main && SCRIPT.has(event.name)) main.count += 1;
  }
  return [...ran.values()].sort((a, b) => b.count - a.count)[0];
}

/** What the page's main thread does in `seconds`: ms of script; and pictures its worker drew. */
export async function mainThreadScript(browser, page, seconds, path) {
  const events = await trace(browser, page, seconds, path);
  const { pid, tid } = renderer(events);
  const script = events.filter(
    (event) => event.pid === pid && event.ph === 'X' && SCRIPT.has(event.name),
  );
  return {
    scriptMs: scriptMs(script.filter((event) => event.tid === tid)),
    pictures: script.filter(({ name, tid: at }) => name === 'FireAnimationFrame' && at !== tid)
      .length,
  };
}
