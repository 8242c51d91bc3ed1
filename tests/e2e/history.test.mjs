// History: what this browser ran, what the store's own history says, and the same changes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
let made = 0;

async function products(count) {
  made += 1;
  return on.server.api.create(count, { prefix: `HIST${made}`, quantity: 100 });
}

async function applied(app, name, rows, reason) {
  await app.go('Update stock');
  await app.chooseFile(name, csv([HEADER, ...rows]));
  await eventually(() => app.apply.innerText(), `Apply ${rows.length} change${rows.length === 1 ? '' : 's'}`);
  if (reason) await app.page.getByLabel('Reason').selectOption({ label: reason });
  await app.apply.click();
}

const region = (app, name) => app.page.getByRole('region', { name });
const levels = (app) => region(app, 'Every change of the stock').getByRole('listitem');

test('a run is listed with what became of it, opened again, and its levels are found by it', async (t) => {
  const app = await on.app(t);
  const [a, b] = await products(2);
  await app.openDemo();
  await applied(app, 'shelf.csv', [[a, '', 'adjust', '', '-7'], [b, '', 'set', '90', '']], 'Damaged');
  await app.heading('Result').waitFor();
  await app.button('Another file').click();

  await app.go('History');
  const run = region(app, 'Runs from this browser').getByRole('listitem').filter({ hasText: 'shelf.csv' });
  await run.getByText('2 Applied').waitFor();
  await run.getByText('Damaged').waitFor();
  await run.getByRole('link', { name: 'Levels' }).click();
  await eventually(() => levels(app).count(), 2);
  await levels(app).filter({ hasText: a }).getByText('93', { exact: true }).waitFor();
  await levels(app).filter({ hasText: b }).getByText('Damaged').waitFor();
  await app.page.reload();
  await eventually(() => levels(app).count(), 2);
  await app.page.getByRole('link', { name: 'Show all' }).click();
  await run.getByRole('button', { name: 'Open the run of shelf.csv' }).click();
  await app.heading('Result').waitFor();
  assert.equal(await app.count('Applied'), 2);
  await app.button('Undo…').click();
  await app.page.getByText('Undo of shelf.csv · 2 rows').waitFor();
});

test('every change of a level is in the history, by pages and filters, whoever made it', async (t) => {
  const app = await on.app(t);
  const [sku] = await products(1);
  for (let i = 0; i < 130; i += 1) await on.server.api.bulk([{ externalId: sku, quantityDelta: -1 }]);
  await app.openDemo();
  await app.go('History');
  await app.page.getByRole('searchbox', { name: 'SKU or product id' }).fill(sku);
  await app.page.keyboard.press('Enter');
  await eventually(() => levels(app).count(), 100);
  await app.button('Show older changes').click();
  // The last thirty find nothing to take: that is in the history, too.
  await eventually(() => levels(app).count(), 130);
  assert.equal(await app.button('Show older changes').count(), 0);
  await app.page.getByLabel('Reason').selectOption({ label: 'Promotion' });
  await app.page.getByText('No change matches').waitFor();
  await app.page.goBack();
  await app.inventory.waitFor();
});

test('a product shows its latest changes in its panel', async (t) => {
  const app = await on.app(t);
  const [sku] = await products(1);
  await on.server.api.bulk([{ externalId: sku, mode: 'set', quantity: 41 }]);
  await app.openDemo();
  await app.visit(`/products/${sku}`);
  const latest = region(app, 'Latest changes');
  await eventually(() => latest.getByRole('listitem').count(), 1);
  await latest.getByText('41', { exact: true }).waitFor();
});

test('the same adjusts a second time are asked about, here and on another device', async (t) => {
  const app = await on.app(t);
  const [a, b] = await products(2);
  const rows = [[a, '', 'adjust', '', '-1'], [b, '', 'adjust', '', '2']];
  await app.openDemo();
  await applied(app, 'morning.csv', rows);
  await app.heading('Result').waitFor();
  await app.button('Another file').click();

  // Another name, another order: the same changes.
  await applied(app, 'evening.csv', [...rows].reverse());
  const asked = app.page.getByRole('dialog', { name: 'These changes were applied before' });
  await asked.getByText('The same changes went to 2 products').waitFor();
  await asked.getByRole('button', { name: 'Back to the preview' }).click();
  await eventually(() => app.apply.innerText(), 'Apply 2 changes');

  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const other = new App(page, on.server.url);
  await other.openDemo();
  await applied(other, 'copy.csv', rows);
  const askedThere = page.getByRole('dialog', { name: 'These changes were applied before' });
  await askedThere.getByText('The same changes went to 2 products').waitFor();
  await askedThere.getByRole('button', { name: 'Apply them again' }).click();
  await other.heading('Result').waitFor();
  assert.equal(await other.count('Applied'), 2);
  assert.deepEqual(complaints, []);

  // To set the same level twice does no harm, so nobody is asked.
  await other.button('Another file').click();
  for (const name of ['one.csv', 'two.csv']) {
    await applied(other, name, [[a, '', 'set', name === 'one.csv' ? '97' : '96', '']]);
    await other.heading('Result').waitFor();
    await other.button('Another file').click();
  }
});

test('limits are told before the button, and a run keeps to them', async (t) => {
  const server = await startServer({ args: ['--limits', 'hosted'] });
  t.after(() => server.stop());
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('few.csv', csv([HEADER, ['ALLUM-10', '', 'adjust', '', '-1']]));
  await page.getByText('at most 500 of 500 requests are left today').waitFor();
  await app.apply.click();
  await app.heading('Result').waitFor();
  await app.button('Another file').click();
  await app.chooseFile('few.csv', csv([HEADER, ['ALLUM-10', '', 'adjust', '', '-2']]));
  // The server has said so since, so it is no longer the most that can be.
  await page.getByText('· 499 of 500 requests are left today').waitFor();
  assert.deepEqual(complaints, []);
});
