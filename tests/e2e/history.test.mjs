// History: what this browser ran, what the store's own history says, and the same changes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv, parse } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const BULK = '**/api/v1/dev/store/inventory/bulk';
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
  await run.getByRole('link', { name: 'Open the run of shelf.csv' }).click();
  const heading = app.heading('Run of shelf.csv');
  await heading.waitFor();
  await app.page.waitForFunction(() => document.activeElement?.id === 'page-title');
  assert.equal(await app.count('Applied'), 2);

  // Its address is its own: reloaded, left and gone back to.
  const address = app.page.url();
  assert.match(address, /\/history\/[^/?]+$/);
  await app.page.reload();
  await heading.waitFor();
  assert.equal(await app.count('Applied'), 2);
  await app.page.goBack();
  await run.waitFor();
  await app.page.goForward();
  await heading.waitFor();
  assert.equal(app.page.url(), address);
  await app.button('Undo…').click();
  await app.page.getByText('Undo of shelf.csv · 2 rows').waitFor();
});

test('a run of another browser is shown as the server knows it, one that nobody knows is said kindly', async (t) => {
  const app = await on.app(t);
  const [sku] = await products(1);
  const run = `elsewhere-${sku}`;
  await fetch(`${on.server.url}/api/v1/dev/store/inventory/bulk`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json', 'x-run-id': run },
    body: JSON.stringify({ items: [{ externalId: sku, quantityDelta: -4 }] }),
  });
  await app.openDemo();
  await app.visit(`/history/${run}`);
  await app.page.getByText('This browser does not know this run').waitFor();
  const changes = region(app, 'Changes of this run').getByRole('listitem');
  await eventually(() => changes.count(), 1);
  await changes.getByText('96', { exact: true }).waitFor();
  await app.visit('/history/none%2Fat%20all');
  await app.page.getByText('The server knows no change of this run').waitFor();
  await app.page.getByRole('link', { name: 'All runs' }).click();
  await app.heading('History').waitFor();
});

test('a run that was cut off goes on where its address leads', async (t) => {
  const app = await on.app(t);
  const skus = await products(2);
  await app.openDemo();
  await app.page.route(BULK, () => {});
  await applied(app, 'cut.csv', skus.map((sku) => [sku, '', 'adjust', '', '1']));
  await app.page.getByText('0 of 2 products · 0 of 1 request').waitFor();
  await app.go('History');
  const listed = region(app, 'Runs from this browser').getByRole('listitem').filter({ hasText: 'cut.csv' });
  await listed.getByText('Under way').waitFor();
  await listed.getByText('0 of 2 products').waitFor();
  const href = await listed.getByRole('link', { name: 'Open the run of cut.csv' }).getAttribute('href');
  await listed.getByRole('link', { name: 'Open the run of cut.csv' }).click();
  await app.heading('Apply').waitFor();
  app.page.on('dialog', (dialog) => dialog.accept());
  await app.visit(href);
  await app.page.getByText('The run of cut.csv was cut off').waitFor();
  assert.equal(new URL(app.page.url()).pathname, '/update');
  // The list follows the run that goes on, and its end is told wherever the merchant is.
  let goOn;
  const held = new Promise((resolve) => (goOn = resolve));
  await app.page.unroute(BULK);
  await app.page.route(BULK, async (route) => {
    await held;
    return route.continue();
  });
  await app.button('Resume').click();
  await app.go('History');
  await listed.getByText('Under way').waitFor();
  goOn();
  await app.page.getByRole('status').getByText('The run of cut.csv has ended: 2 applied').waitFor();
  await listed.getByText('2 applied').waitFor();
  assert.equal(await listed.getByText('Under way').count(), 0);
  await app.go('Update stock');
  await app.heading('Result').waitFor();
});

test('what a run did not apply is a file after a reload, and from History, that is read again', async (t) => {
  const app = await on.app(t);
  const [a, b, c] = await products(3);
  await app.openDemo();
  await app.page.route(BULK, (route) => {
    const { items } = route.request().postDataJSON();
    const errors = items.slice(1).map(({ externalId }) => ({ externalId, error: '=no "stock", today' }));
    const data = { updated: 1, failed: errors.length, errors };
    return route.fulfill({ json: { success: true, data } });
  });
  await applied(app, 'deliver.csv', [[a, '', 'adjust', '', '5'], [b, '', 'set', '90', ''], [c, '', 'adjust', '', '-2']]);
  await app.page.getByRole('status').getByText('The run of deliver.csv has ended: 1 applied · 2 refused').waitFor({ state: 'attached' });
  await app.page.unroute(BULK);
  await app.go('History');
  await app.page.getByRole('link', { name: 'Open the run of deliver.csv' }).click();
  await app.heading('Run of deliver.csv').waitFor();
  await app.page.reload();
  const { name, text } = await app.download(app.button('Download rows not applied'));
  assert.equal(name, 'deliver-not-applied.csv');
  assert.equal(text[0], '\ufeff');
  const [header, ...rows] = parse(text);
  assert.deepEqual(header.slice(0, 7), ['externalId', 'name', 'variant', 'mode', 'expected', 'quantity', 'quantityDelta']);
  assert.deepEqual(rows.map(([sku, , , mode, expected, quantity, delta]) => [sku, mode, expected, quantity, delta]), [
    [b, 'set', '100', '90', ''],
    [c, 'adjust', '100', '', '-2'],
  ]);
  assert.match(rows[0].at(-1), /=no "stock", today/);
  await app.go('Update stock');
  await app.chooseFile(name, text);
  await eventually(() => app.apply.innerText(), 'Apply 2 changes');
});

test('days are those of the merchant, as the times beside the changes are', async (t) => {
  const app = await on.app(t, { timezoneId: 'Pacific/Kiritimati' });
  const [sku] = await products(1);
  await on.server.api.bulk([{ externalId: sku, quantityDelta: -1 }]);
  await app.openDemo();
  // Fourteen hours ahead of UTC: most of the day, it is another day there.
  const day = (later) => new Date(Date.now() + 14 * 3_600_000 + later * 86_400_000).toISOString().slice(0, 10);
  const asked = [];
  app.page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/inventory/history')) asked.push([url.searchParams.get('from'), url.searchParams.get('to')]);
  });
  await app.visit(`/history?product=${sku}&from=${day(0)}&to=${day(0)}`);
  // Its first level, and what was taken.
  await eventually(() => levels(app).count(), 2);
  const [from, to] = asked.at(-1);
  assert.equal(from, `${day(-1)}T10:00:00.000Z`);
  assert.equal(to, `${day(0)}T10:00:00.000Z`);
  await app.visit(`/history?product=${sku}&from=${day(1)}`);
  await app.page.getByText('No change matches').waitFor();
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
  // Rows that stand there stay: one that the merchant has marked keeps its mark.
  await levels(app).first().evaluate((row) => row.setAttribute('data-marked', ''));
  await app.button('Show older changes').click();
  // The last thirty find nothing to take: that is in the history, too, and so is the first level.
  await eventually(() => levels(app).count(), 131);
  await levels(app).last().getByText('Product saved').waitFor();
  assert.equal(await app.page.locator('[data-marked]').count(), 1);
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
  await eventually(() => latest.getByRole('listitem').count(), 2);
  await latest.getByText('Product saved').waitFor();
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
