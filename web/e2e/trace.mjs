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

function mainThread(events) {
  // The page's renderer is the one whose main thread ran most animation frames.
  const mains = new Map();
  for (const event of events) {
    if (event.name === 'thread_name' && event.args.name === 'CrRendererMain')
      mains.set(`${event.pid}/${event.tid}`, 0);
  }
  for (const event of events) {
    const key = `${event.pid}/${event.tid}`;
    if (mains.has(key) && event.name === 'FireAnimationFrame') mains.set(key, mains.get(key) + 1);
  }
  const [key] = [...mains.entries()].sort((a, b) => b[1] - a[1])[0];
  return events.filter((event) => `${event.pid}/${event.tid}` === key && event.ph === 'X');
}

/** What the page's main thread does in `seconds`: ms of script, and pictures drawn. */
export async function mainThreadScript(browser, page, seconds, path) {
  const main = mainThread(await trace(browser, page, seconds, path));
  return {
    scriptMs: scriptMs(main.filter((event) => SCRIPT.has(event.name))),
    pictures: main.filter((event) => event.name === 'FireAnimationFrame').length,
  };
}
