// The browser, and pages that fail a test when the app logs an error.
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)).find((program) => {
    try {
      accessSync(program, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `hasBars` shows scroll bars, as on a desk. */
export const launch = ({ hasBars = false } = {}) =>
  chromium.launch({
    executablePath: process.env.CHROME ?? names.map(onPath).find(Boolean),
    ignoreDefaultArgs: hasBars ? ['--hide-scrollbars'] : [],
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  });

/** How long something on the page may take to come true. */
export const PATIENCE = 15_000;

/** Opens a page in a fresh context; `complaints` collects what the app logs as an error. */
export async function openPage(browser, { locale = 'en', colorScheme = 'light', viewport = { width: 1440, height: 900 }, timezoneId } = {}) {
  const context = await browser.newContext({ locale, colorScheme, viewport, timezoneId, acceptDownloads: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request is logged by the browser itself; what the app makes of it is tested.
    if (message.type() === 'error' && !/Failed to load resource|blocked by CORS policy/.test(message.text())) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Waits until `look` returns what is expected, and fails with the difference when it does not. */
export async function eventually(look, expected, message) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    let seen;
    try {
      seen = await look();
      assert.deepEqual(seen, expected, message);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails when axe finds anything on the page as it is now. */
export async function assertAccessible(page, where) {
  await page.evaluate(await axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
    }));
  });
  assert.deepEqual(violations, [], `axe on ${where}`);
}
