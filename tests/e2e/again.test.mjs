// A run of before, opened again: it knows what was made of it since, and doubles nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const BULK = '**/api/v1/dev/store/inventory/bulk';
let made = 0;

const products = (count) => on.server.api.create(count, { prefix: `AGAIN${(made += 1)}`, quantity: 100 });

async function levels(skus) {
  const items = await on.server.api.inventory();
  return [...new Set(items.filter((item) => skus.includes(item.externalId)).map((item) => item.quantity))];
}

async function preview(app, name, rows) {
  if (await app.button('Another file').isVisible()) await app.button('Another file').click();
  await app.chooseFile(name, csv([HEADER, ...rows]));
  await eventually(() => app.apply.innerText(), `Apply ${rows.length} changes`);
}

async function apply(app) {
  await app.apply.click();
  await app.heading('Result').waitFor();
}

async function openFromHistory(app, name) {
  await app.go('History');
  await app.page.getByRole('link', { name: `Open the run of ${name}` }).last().click();
  await app.heading(`Run of ${name}`).waitFor();
  await app.chip('Applied').first().waitFor();
}

test('the rest of a run, applied again, is not offered a second time', async (t) => {
  const app = await on.app(t);
  const skus = await products(410);
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'first.csv', skus.map((sku) => [sku, '', 'adjust', '', '1']));
  let requests = 0;
  await app.page.route(BULK, async (route) => {
    requests += 1;
    if (requests === 1) await app.button('Stop after this batch').click();
    return route.continue();
  });
  await apply(app);
  await app.button('Resume').waitFor();
  await app.button('Try the rest again').click();
  await eventually(() => app.apply.innerText(), 'Apply 210 changes');
  await apply(app);
  await openFromHistory(app, 'first.csv');
  await app.page.getByText('The rest of this run was applied again since.').waitFor();
  for (const name of ['Resume', 'Try the rest again']) assert.equal(await app.button(name).count(), 0, name);
  assert.deepEqual(await levels(skus), [101]);
});

test('a run that was taken back is not taken back twice', async (t) => {
  const app = await on.app(t);
  const skus = await products(2);
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'count.csv', skus.map((sku) => [sku, '', 'set', '90', '']));
  await apply(app);
  await app.button('Undo…').click();
  await eventually(() => app.apply.innerText(), 'Apply 2 changes');
  await apply(app);
  assert.deepEqual(await levels(skus), [100]);
  await openFromHistory(app, 'count.csv');
  await app.page.getByText('This run was taken back since.').waitFor();
  assert.equal(await app.button('Undo…').count(), 0);
});

test('a run that halted waits for its sign-in, and asks when its changes went another way meanwhile', async (t) => {
  const app = await on.app(t);
  const skus = await products(3);
  const rows = skus.map((sku) => [sku, '', 'adjust', '', '5']);
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'early.csv', rows);
  const denied = { success: false, error: { code: 'SECRET_KEY_REQUIRED', message: 'No.', statusCode: 403 } };
  await app.page.route(BULK, (route) => route.fulfill({ status: 403, json: denied }));
  await apply(app);
  await app.button('Resume').waitFor();
  await app.page.unroute(BULK);

  // It comes back by itself, until the merchant turns to something else.
  await app.page.reload();
  await app.button('Resume').waitFor();
  await preview(app, 'again.csv', rows);
  await apply(app);
  assert.deepEqual(await levels(skus), [105]);
  await app.page.reload();
  await app.page.getByText('Drop a CSV or Excel file here').waitFor();

  await openFromHistory(app, 'early.csv');
  await app.button('Resume').click();
  const asked = app.page.getByRole('dialog', { name: 'These changes were applied before' });
  await asked.getByRole('button', { name: 'Back to the preview' }).click();
  assert.deepEqual(await levels(skus), [105]);
  await app.button('Resume').click();
  await asked.getByRole('button', { name: 'Apply them again' }).click();
  await eventually(() => app.count('Applied'), 3);
  assert.deepEqual(await levels(skus), [110]);
});

test('the run at hand is opened where it is, and the same file a second time is asked about', async (t) => {
  const app = await on.app(t);
  const [a, b] = await products(2);
  const rows = [[a, '', 'set', '90', ''], [b, '', 'adjust', '', '-1']];
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'mixed.csv', rows);
  await apply(app);
  await openFromHistory(app, 'mixed.csv');
  assert.equal(await app.count('Applied'), 2);
  await app.go('Update stock');
  await app.button('Another file').click();
  await app.chooseFile('mixed.csv', csv([HEADER, ...rows]));
  // What was set is set: only the adjust is left.
  await eventually(() => app.apply.innerText(), 'Apply 1 change');
  await app.apply.click();
  await app.page.getByRole('dialog', { name: 'These changes were applied before' }).waitFor();
});

test('a corrected file is asked about, here and on another device, and what was applied is left out', async (t) => {
  const app = await on.app(t);
  const skus = await products(10);
  const rows = (mended) => skus.map((sku, n) => [sku, '', 'adjust', '', n === 4 ? mended : '12']);
  await app.openDemo();
  await app.go('Update stock');
  // One amount is a slip: SKU 4 has nothing to do with what was delivered.
  await preview(app, 'delivery.csv', rows('2'));
  await apply(app);
  await preview(app, 'delivery-2.csv', rows('10'));
  await app.apply.click();
  const asked = app.page.getByRole('dialog', { name: 'Many of these changes were applied before' });
  await asked.getByText('9 of 10 amounts to add or take are the same as in the run of delivery.csv').waitFor();
  await asked.getByRole('button', { name: 'Back to the preview' }).click();
  await eventually(() => app.apply.innerText(), 'Apply 10 changes');
  assert.deepEqual((await levels(skus)).sort(), [102, 112]);

  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const other = new App(page, on.server.url);
  await other.openDemo();
  await other.go('Update stock');
  await preview(other, 'copy.csv', rows('10'));
  await other.apply.click();
  const there = page.getByRole('dialog', { name: 'Many of these changes were applied before' });
  await there.getByText('9 of 10 amounts', { exact: false }).waitFor();
  await there.getByText('another device', { exact: false }).waitFor();
  await there.getByRole('button', { name: 'Leave those out' }).click();
  await other.heading('Result').waitFor();
  assert.equal(await other.count('Applied'), 1);
  assert.deepEqual(await levels(skus), [112]);
  assert.deepEqual(complaints, []);
});

test('a delivery that was taken back and mended is not asked about', async (t) => {
  const app = await on.app(t);
  const skus = await products(6);
  const rows = (last) => skus.map((sku, n) => [sku, '', 'adjust', '', n === 5 ? last : '12']);
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'slip.csv', rows('21'));
  await apply(app);
  await app.button('Undo…').click();
  await eventually(() => app.apply.innerText(), 'Apply 6 changes');
  await apply(app);
  await preview(app, 'mended.csv', rows('12'));
  await apply(app);
  assert.deepEqual(await levels(skus), [112]);
});

test('nobody signs out of a run that is under way', async (t) => {
  const app = await on.app(t);
  const skus = await products(2);
  await app.openDemo();
  await app.go('Update stock');
  await preview(app, 'held.csv', skus.map((sku) => [sku, '', 'adjust', '', '1']));
  let goOn;
  const held = new Promise((resolve) => (goOn = resolve));
  await app.page.route(BULK, async (route) => {
    await held;
    return route.continue();
  });
  await app.apply.click();
  await app.heading('Apply').waitFor();
  await app.go('Settings');
  await app.button('Sign out').click();
  await app.page.getByText('Changes are being sent, or wait to go on.', { exact: false }).waitFor();
  goOn();
  await app.go('Update stock');
  await app.heading('Result').waitFor();
  assert.equal(await app.count('Applied'), 2);
});
