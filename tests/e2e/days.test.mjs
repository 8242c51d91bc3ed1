// A run of more than a day takes: it waits for the next one, also while the page is closed.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();

/** A server whose day is so short that a test sees it turn, and takes one bulk request. */
async function shortDays(t) {
  const file = path.join(tmpdir(), `stockroom-days-${process.pid}.json`);
  const limits = { minuteSeconds: 1, daySeconds: 12, bulkInventory: { perMinute: 30, perDay: 1 } };
  await writeFile(file, JSON.stringify(limits));
  const server = await startServer({ args: ['--limits', file] });
  t.after(() => server.stop());
  return server;
}

test('a run that waits for the next day goes on by itself when the page is opened again', async (t) => {
  const server = await shortDays(t);
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  const skus = await server.api.create(450, { prefix: 'DAY', quantity: 100 });
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('long.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '12'])]));
  await app.apply.click();
  await page.getByText('Waiting for the server', { exact: false }).waitFor();

  // What is left is what it was: the day's end, and not half a second for the one request.
  await page.reload();
  await page.getByText(/about \d+ seconds? left/).waitFor();
  await app.heading('Result').waitFor({ timeout: 40_000 });
  await eventually(() => app.count('Applied'), 450);
  const items = (await server.api.inventory()).filter((item) => item.externalId.startsWith('DAY'));
  assert.deepEqual([...new Set(items.map((item) => item.quantity))], [112]);
  assert.deepEqual(complaints, []);
});

test('on another page it goes on, too, and says so; one that was paused does not', async (t) => {
  const server = await shortDays(t);
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  const skus = await server.api.create(450, { prefix: 'DAY', quantity: 100 });
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('long.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '12'])]));
  await app.apply.click();
  await page.getByText('Waiting for the server', { exact: false }).waitFor();
  await app.button('Pause').click();
  await page.goto(server.url);
  await page.getByText('The run of long.csv was cut off.', { exact: false }).waitFor();
  await app.go('Update stock');
  await app.button('Resume').click();
  await page.getByText('Waiting for the server', { exact: false }).waitFor();
  await page.goto(server.url);
  await page.getByText('long.csv: goes on by itself', { exact: false }).waitFor();
  const done = async () => (await server.api.inventory()).filter((item) => item.externalId.startsWith('DAY') && item.quantity === 112).length;
  // Two of these days may have to pass.
  await eventually(done, 450).catch(() => eventually(done, 450));
  assert.deepEqual(complaints, []);
});
