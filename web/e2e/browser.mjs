/** Opens Chromium for the browser tests: found on this machine, drawing WebGL without a GPU. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CANDIDATES = [
  process.env.URBIS_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export function chromiumPath() {
  const path = CANDIDATES.find((candidate) => candidate && existsSync(candidate));
  if (!path)
    throw new Error(
      'no Chromium found: install it (apt-get install chromium) or set URBIS_CHROMIUM to its path',
    );
  return path;
}

export function openBrowser(extra = []) {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--headless=new',
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--force-color-profile=srgb',
      ...extra,
    ],
  });
}

/** A page in `lang` and `theme`; problems the page reports are collected in `page.problems`. */
export async function openPage(
  browser,
  address,
  { lang = 'en', theme = 'light', width = 1440, height = 900, still = true } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: still ? 'reduce' : 'no-preference',
  });
  // How fast a machine is, is not what is tested.
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    // Chromium's own remarks about drawing without a GPU are no fault of the page.
    if (
      message.type() === 'error' ||
      (message.type() === 'warning' && !/GL Driver|GPU stall|swiftshader/i.test(message.text()))
    ) {
      page.problems.push(`${message.type()}: ${message.text()}`);
    }
  });
  await page.goto(`${address}/?lang=${lang}`);
  return page;
}
