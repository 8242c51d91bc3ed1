// Many at once without a file: chosen products, one value for all rows, repairs, what a file lacks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

let skus;
let low;
const on = stage({
  async prepare({ api }) {
    skus = await api.create(30, { prefix: 'BULK', quantity: 45 });
    const make = (externalId, name) =>
      api.call('POST', '/dev/store/products', { name, price: 100, externalId, quantity: 8, variants: [] });
    await Promise.all([make('000451', 'Sel fin'), make('9780201379624', 'Livre')]);
    low = await api.inventory({ low: true });
  },
});

const bar = (app) => app.page.getByRole('region', { name: 'Selected products' });
const values = (app) =>
  app.changes.getByRole('gridcell', { name: /^Value of line / }).evaluateAll((cells) => cells.map((cell) => cell.innerText.trim()));

test('three products are selected, taken down by a tenth, and taken back at once', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.search.fill('BULK-000');
  await app.row('BULK-0002').getByRole('checkbox').click();
  await app.row('BULK-0004').getByRole('checkbox').click({ modifiers: ['Shift'] });
  await bar(app).getByText('3 selected').waitFor();
  // What a search hides stays selected; the keyboard leaves one and takes it again.
  await app.search.fill('BULK-0003');
  await app.row('BULK-0003').getByRole('link').focus();
  await app.page.keyboard.press('Space');
  await bar(app).getByText('2 selected').waitFor();
  await app.page.keyboard.press('Space');
  await bar(app).getByText('3 selected').waitFor();
  await bar(app).getByRole('button', { name: 'Update stock' }).click();
  await app.changes.waitFor();
  await eventually(() => values(app), ['', '', '']);

  const field = app.page.getByLabel('Value for all shown rows');
  await field.fill('10 %');
  await app.page.getByText('Say + or −').waitFor();
  assert.equal(await app.button('Fill 3 rows').isDisabled(), true);
  await field.fill('-10 %');
  await app.page.getByLabel('Round', { exact: true }).selectOption({ label: 'down' });
  await app.button('Fill 3 rows').click();
  await eventually(() => values(app), ['=40', '=40', '=40']);
  await eventually(() => app.apply.innerText(), 'Apply 3 changes');
  await app.button('Undo').click();
  await eventually(() => values(app), ['', '', '']);
  await field.fill('+5');
  await app.button('Fill 3 rows').click();
  await eventually(() => app.apply.innerText(), 'Apply 3 changes');

  // What was filled survives, and is not replaced unasked.
  await app.page.reload();
  await eventually(() => values(app), ['+5', '+5', '+5']);
  await app.go('Inventory');
  await app.search.fill('BULK-0009');
  await app.row('BULK-0009').getByRole('checkbox').click();
  await bar(app).getByRole('button', { name: 'Update stock' }).click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByText('Replace the worksheet at hand?').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await app.go('Update stock');
  await eventually(() => values(app), ['+5', '+5', '+5']);
  await app.apply.click();
  await app.heading('Result').waitFor();
  const levels = await Promise.all(['BULK-0002', 'BULK-0003', 'BULK-0004'].map((sku) => on.server.api.product(sku)));
  assert.deepEqual(levels.map((product) => product.quantity), [50, 50, 50]);
});

test('all of the Low tab is selected, with those that are not drawn', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.tab('Low').click();
  await app.row(low[0].externalId).waitFor();
  await app.row(low[0].externalId).getByRole('checkbox').click();
  await bar(app).getByRole('button', { name: `Select all ${low.length} shown` }).click();
  await bar(app).getByText(`${low.length} selected`).waitFor();
  assert.equal(await app.page.getByLabel('Select all products shown').isChecked(), true);
  await bar(app).getByRole('button', { name: 'Update stock' }).click();
  await app.changes.waitFor();
  const rows = low.filter((item) => item.externalId).reduce((sum, item) => sum + 1 + item.variants.length, 0);
  await eventually(() => app.count('All'), rows);
  await app.page.getByLabel('Value for all shown rows').fill('=99');
  await app.button(`Fill ${rows} rows`).click();
  await eventually(() => app.count('Errors'), 0);
  await app.button('Another file').click();
});

test('damaged SKUs are offered, mended and taken back', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('count.csv', csv([HEADER, ['451', '', 'set', '9', ''], ['9.78E+12', '', 'set', '9', ''], ['bulk 0001', '', 'set', '9', ''], ['NOBODY', '', 'set', '9', '']]));
  await app.page.getByText('3 SKUs look damaged by a spreadsheet').waitFor();
  await eventually(() => app.count('Errors'), 4);
  await app.button('Show the SKUs').click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByText('000451').waitFor();
  await dialog.getByText('The spreadsheet destroyed this').first().waitFor();
  await dialog.getByRole('checkbox', { name: /bulk 0001/ }).uncheck();
  await dialog.getByRole('button', { name: 'Use 2 SKUs' }).click();
  await eventually(() => app.count('Errors'), 2);
  await app.page.getByText('1 SKU looks damaged by a spreadsheet').waitFor();
  await app.button('Undo').click();
  await eventually(() => app.count('Errors'), 4);
  await app.button('Another file').click();
});

test('what the file does not name is added as rows set to 0, and taken back', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('count.csv', csv([HEADER, ...skus.slice(0, 20).map((sku) => [sku, '', 'set', '44', ''])]));
  await eventually(() => app.count('All'), 20);
  await app.button('Not in this file…').click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByLabel('Only products with this in their name or SKU').fill('bulk-00');
  await dialog.getByText('10 products with 450 units are not in this file').waitFor();
  await dialog.getByRole('button', { name: 'Add 10 rows set to 0' }).click();
  await eventually(() => app.count('All'), 30);
  await eventually(() => app.count('To zero'), 10);
  await app.page.getByRole('button', { name: 'Apply 30 changes' }).waitFor();
  await app.button('Undo').click();
  await eventually(() => app.count('All'), 20);
  await app.page.getByRole('button', { name: 'Apply 20 changes' }).waitFor();
  await app.button('Another file').click();
});

test('on a phone, a tap on a card chooses it', async (t) => {
  const app = await on.app(t, { viewport: { width: 390, height: 844 } });
  await app.openDemo();
  await app.search.fill('BULK-001');
  const box = app.row('BULK-0012').getByRole('checkbox');
  assert.equal(await box.isVisible(), false);
  await app.button('Select').click();
  await app.row('BULK-0012').click();
  await app.row('BULK-0014').click();
  await bar(app).getByText('2 selected').waitFor();
  assert.equal(await box.isChecked(), true);
  await bar(app).getByRole('button', { name: 'Clear' }).click();
  await eventually(() => bar(app).count(), 0);
  assert.equal(await box.isVisible(), false);
});
