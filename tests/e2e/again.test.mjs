// A run of before, opened again: it knows what was made of it since, and doubles nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
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
