// The hosted service's limits, by a clock that is three times as fast: what the page predicts is what it takes.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const MINUTE = 20;
const COUNT = 12_400;

test('12,400 changes within 30 requests a minute take what the page predicted', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'stockroom-limits-'));
  t.after(() => rm(folder, { recursive: true }));
  const limits = join(folder, 'limits.json');
  const free = { perMinute: 1_000_000, perDay: 1_000_000 };
  await writeFile(limits, JSON.stringify({
    minuteSeconds: MINUTE, daySeconds: 86_400, bulkInventory: { perMinute: 30, perDay: 500 }, read: free, productWrite: free,
  }));
  const server = await startServer({ args: ['--products', String(COUNT + 100), '--limits', limits] });
  t.after(() => server.stop());
  const skus = (await server.api.inventory()).map((item) => item.externalId).filter(Boolean).slice(0, COUNT);
  assert.equal(skus.length, COUNT);

  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('all.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '1'])]));
  await eventually(() => app.apply.innerText(), 'Apply 12,400 changes');
  const foot = await page.getByText(/62 requests/).innerText();
  const [, minutes = 0, seconds = 0] = foot.match(/about (?:(\d+) min ?)?(?:(\d+) sec)?/) ?? [];
  const predicted = Number(minutes) * 60 + Number(seconds);
  assert.match(foot, /at most 500 of 500 requests are left today/);

  // The server's minutes begin with the clock's: a run that begins with one has it whole.
  const untilNext = MINUTE * 1000 - (Date.now() % (MINUTE * 1000));
  await new Promise((resolve) => setTimeout(resolve, untilNext));
  const started = Date.now();
  await app.apply.click();
  await app.heading('Result').waitFor({ timeout: 90_000 });
  const took = (Date.now() - started) / 1000;
  t.diagnostic(`predicted ${predicted} s, took ${took.toFixed(1)} s`);
  assert.equal(await app.count('Applied'), COUNT);
  assert.ok(Math.abs(took - predicted) <= predicted / 10, `predicted ${predicted} s, took ${took} s`);
  assert.deepEqual(complaints, []);
});
