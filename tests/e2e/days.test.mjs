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
  const server = await startServer({ args: ['--limits', file, '--products', '600'] });
  t.after(() => server.stop());
  return server;
}

const skus = Array.from({ length: 450 }, (_, n) => `GEN-${String(n + 121).padStart(6, '0')}`);

async function levels(server) {
  const items = await server.api.inventory();
  const level = new Map(items.map((item) => [item.externalId, item.quantity]));
  return skus.map((sku) => level.get(sku));
}

/** A run of three requests, of which the first has left and the others wait for the next days. */
async function begun(t) {
  const server = await shortDays(t);
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  const wanted = (await levels(server)).map((level) => level + 12);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('long.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '12'])]));
  await eventually(() => app.apply.innerText(), 'Apply 450 changes');
  await app.apply.click();
  await page.getByText('Waiting for the server', { exact: false }).waitFor();
  // What is seen is kept a moment later.
  await page.waitForTimeout(500);
  return { server, app, page, complaints, wanted };
}

test('a run that waits for the next day goes on by itself when the page is opened again', async (t) => {
  const { server, app, page, complaints, wanted } = await begun(t);
  // What is left is what it was: the day's end, and not half a second for each request.
  await page.reload();
  await page.getByText(/about \d+ sec left/).waitFor();
  await app.heading('Result').waitFor({ timeout: 40_000 });
  assert.equal(await app.count('Applied'), 450);
  assert.deepEqual(await levels(server), wanted);
  assert.deepEqual(complaints, []);
});

test('on another page it goes on, too, and says so; one that was paused does not', async (t) => {
  const { server, app, page, complaints, wanted } = await begun(t);
  await app.button('Pause').click();
  await page.goto(server.url);
  await page.getByText('The run of long.csv is unfinished.', { exact: false }).waitFor();
  await app.go('Update stock');
  await app.button('Resume').click();
  await page.getByText('Waiting for the server', { exact: false }).waitFor();
  // What is seen is kept a moment later.
  await page.waitForTimeout(1000);
  await page.goto(server.url);
  await page.getByText('long.csv: goes on by itself', { exact: false }).waitFor();
  // Two of these days may have to pass.
  const are = () => levels(server);
  await eventually(are, wanted).catch(() => eventually(are, wanted));
  assert.deepEqual(complaints, []);
});
