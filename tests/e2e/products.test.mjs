// Products: imported from a CSV, created, edited and deleted, with the server's refusals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { csv, parse } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const HEADER = ['name', 'price', 'description', 'sku', 'quantity', 'image_url'];

/** The row of the import that holds this text. */
const row = (app, text) => app.page.getByRole('region', { name: 'Rows of the file' }).getByRole('row').filter({ hasText: text }).first();
const field = (app, name) => app.page.getByLabel(name, { exact: true });
const variant = (app, name) => app.page.getByRole('group', { name, exact: true });

test('a file is looked at row by row, then imported; the rows with errors are a file', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const before = await on.server.api.product('THIEB-001');
  await app.page.getByText('Add products').click();
  await app.page.getByRole('link', { name: 'Import products' }).click();
  await app.heading('Import products').waitFor();
  const template = await app.download(app.button('Download a template'));
  assert.deepEqual([template.name, template.text], ['products-template.csv', `\ufeff${HEADER.join(',')}\r\n`]);
  await app.chooseFile('goods.csv', csv([
    HEADER,
    ['Thé vert', '500.00', 'Gunpowder', 'THE-1', '4', ''],
    [before.name, '1250.50', '', 'THIEB-001', '', ''],
    ['Bad; price', 'x', '', 'BAD-1', '', ''],
    ['', '12', '', 'BAD-2', '-1', ''],
    ['No code', '3', '', '', '', ''],
  ], ';'));
  await row(app, 'THE-1').getByText('New', { exact: true }).waitFor();
  await row(app, 'THIEB-001').getByText('Changed', { exact: true }).waitFor();
  await row(app, 'THIEB-001').getByText('1,250.50').first().waitFor();
  await row(app, 'BAD-1').getByText('“x” is not a number.').waitFor();
  await row(app, 'No code').getByText('Without a SKU it is added again').waitFor();
  assert.deepEqual(
    await Promise.all(['All', 'Errors', 'New', 'Changed', 'Unchanged'].map((name) => app.count(name))),
    [5, 2, 2, 1, 0],
  );
  await app.chip('Errors').click();
  await row(app, 'The name is missing.').getByText('“-1” has a sign').waitFor();
  await eventually(() => row(app, 'THE-1').count(), 0);
  const errors = await app.download(app.button('Download rows with errors'));
  assert.equal(errors.name, 'goods-errors.csv');
  const rows = parse(errors.text, ';');
  assert.deepEqual([rows.length, rows[0].at(-1), rows[1][0], rows[1].at(-1)], [3, 'error', 'Bad; price', '“x” is not a number.']);
  await app.button('Import 3 products').click();
  await app.page.getByText('3 products were imported').waitFor();
  await app.page.getByText('2 added · 1 changed · 2 rows with errors left out').first().waitFor();
  await row(app, 'THE-1').getByText('Added').waitFor();
  const made = await on.server.api.product('THE-1');
  assert.deepEqual([made.price, made.quantity], [50_000, 4]);
  assert.deepEqual([(await on.server.api.product('THIEB-001')).price, before.quantity], [125_050, before.quantity]);
  await app.page.getByRole('link', { name: 'Go to the inventory' }).click();
  await app.search.fill('THE-1');
  await app.row('Thé vert').waitFor();
});

test('every row of a large file can be seen, and those with problems alone', async (t) => {
  const app = await on.app(t);
  await app.enter('/products/import');
  // Each thousandth row has an error, and each without a SKU a warning.
  const sku = (n) => (n % 500 === 499 ? '' : `BIG-${n}`);
  const goods = Array.from({ length: 10_000 }, (_, n) => [`Ware ${n}`, n % 1000 === 0 ? 'x' : '1', sku(n)]);
  await app.chooseFile('big.csv', csv([['name', 'price', 'sku'], ...goods]));
  await app.page.getByText('1–100 of 10,000').waitFor();
  assert.deepEqual(await Promise.all(['All', 'Problems', 'Errors'].map((name) => app.count(name))), [10_000, 30, 10]);
  await app.page.getByRole('textbox', { name: 'Page', exact: true }).fill('100');
  await app.page.keyboard.press('Enter');
  await row(app, 'Ware 9999').waitFor();
  await app.page.getByText('9,901–10,000 of 10,000').waitFor();
  await app.button('Page before').click();
  await row(app, 'Ware 9899').waitFor();
  await app.chip('Problems').click();
  await row(app, 'Ware 9499').getByText('Without a SKU it is added again').waitFor();
  await row(app, 'Ware 9000').getByText('“x” is not a number.').waitFor();
  assert.equal(await app.button('Next page').count(), 0);
});

test('columns, separator and numbers can be said; a file that is none is refused', async (t) => {
  const app = await on.app(t);
  await app.enter('/products/import');
  await app.chooseFile('odd.csv', 'Ware;Kosten;Code\nRiz;1,250;RIZ-X\n');
  await app.page.getByText('This file cannot be used').waitFor();
  await app.page.getByText('Say which column holds the names.').waitFor();
  await field(app, 'Ware is').selectOption('name');
  await app.page.getByText('Say which column holds the prices.').waitFor();
  await field(app, 'Kosten is').selectOption('price');
  await row(app, 'Is “1,250” thousands or a decimal?').waitFor();
  await app.page.getByLabel('Number style').selectOption({ index: 2 });
  await row(app, 'Riz').getByText('1,250.00').waitFor();
  await app.page.getByLabel('Delimiter').selectOption({ label: 'Tab' });
  await app.page.getByText('This file cannot be used').waitFor();
  await app.button('Another file').click();
  await app.chooseFile('picture.png', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), 'image/png');
  await app.page.getByRole('alert').getByText('It is a picture or a program').waitFor();
  assert.equal(await app.page.getByText('It is a picture or a program').count(), 1);
});

test('products that change between preview and import lead to another preview', async (t) => {
  const app = await on.app(t);
  await app.enter('/products/import');
  await on.server.api.create(1, { prefix: 'MOVE' });
  await app.chooseFile('move.csv', csv([['name', 'price', 'sku'], ['Renamed', '7', 'MOVE-0001']]));
  await row(app, 'MOVE-0001').getByText('500.00 becomes 7.00').waitFor();
  await on.server.api.call('PUT', '/dev/store/products/MOVE-0001', { price: 900 });
  await app.button('Import 1 product').click();
  await app.page.getByText('The products have changed since the preview').waitFor();
  await row(app, 'MOVE-0001').getByText('9.00 becomes 7.00').waitFor();
  assert.equal((await on.server.api.product('MOVE-0001')).price, 900);
  await app.button('Import 1 product').click();
  await app.page.getByText('1 product was imported').waitFor();
  assert.equal((await on.server.api.product('MOVE-0001')).price, 700);
});

test('a product with variants is created; each fault is at its field, also the server’s', async (t) => {
  const app = await on.app(t);
  await app.enter('/');
  await app.page.getByText('Add products').click();
  await app.page.getByRole('link', { name: 'New product' }).click();
  await app.button('Create product').click();
  await app.page.getByText('2 fields need another look').waitFor();
  await eventually(() => field(app, 'Name').evaluate((one) => document.activeElement === one), true);
  await field(app, 'Name').fill('Shirt');
  await field(app, 'Price (MRU)').fill('1,250');
  await app.page.getByText('Is “1,250” thousands or a decimal?').waitFor();
  await field(app, 'Price (MRU)').fill('1250.50');
  await field(app, 'SKU').fill('THIEB-001');
  await field(app, 'Quantity').fill('-2');
  await app.page.getByText('“-2” has a sign').waitFor();
  await field(app, 'Quantity').fill('7');
  await field(app, 'Image address').fill('ftp://shop.example/tee.jpg');
  await app.page.getByText('is no address that begins with').waitFor();
  await field(app, 'Image address').fill('https://shop.example/tee.jpg');
  await app.page.getByText('On sale').click();
  await app.button('Add a variant').click();
  await variant(app, 'Variant 1').getByLabel('Type').fill('SIZE');
  await variant(app, 'Variant 1').getByLabel('Label').fill('S');
  await variant(app, 'S').getByLabel('Quantity').fill('3');
  await app.button('Add a variant').click();
  await variant(app, 'Variant 2').getByLabel('Label').fill('M');
  await variant(app, 'M').getByLabel('Price difference').fill('-50');
  await app.button('Create product').click();
  await app.page.getByText('Another product has this SKU.').waitFor();
  await field(app, 'SKU').fill('TEE-1');
  await app.button('Create product').click();
  await app.page.getByRole('dialog').getByRole('heading', { name: 'Shirt' }).waitFor();
  const made = await on.server.api.product('TEE-1');
  assert.deepEqual(
    [made.price, made.quantity, made.status, made.imageUrl, made.variants.map((one) => [one.type, one.label, one.priceAdjustment, one.quantity])],
    [125_050, 7, 'ACTIVE', 'https://shop.example/tee.jpg', [['SIZE', 'S', null, 3], ['SIZE', 'M', -5_000, null]]],
  );
});

test('a product is edited, a level that moved meanwhile is said, then it is deleted', async (t) => {
  const app = await on.app(t);
  await on.server.api.call('POST', '/dev/store/products', {
    name: 'Kettle', price: 90_000, externalId: 'KETTLE', quantity: 5, variants: [{ type: 'COLOR', label: 'Red', quantity: 2 }],
  });
  await app.enter('/products/KETTLE');
  await app.page.getByRole('link', { name: 'Edit product' }).click();
  await eventually(() => field(app, 'Price (MRU)').inputValue(), '900.00');
  await field(app, 'Name').fill('Big kettle');
  await variant(app, 'Red').getByLabel('Quantity').fill('9');
  await on.server.api.call('PATCH', '/dev/store/products/KETTLE/stock', { variants: [{ label: 'Red', quantity: 1 }] });
  await app.button('Save').click();
  await app.page.getByText('It is 1 now: someone changed it meanwhile.').waitFor();
  assert.equal((await on.server.api.product('KETTLE')).name, 'Kettle');
  // Leaving asks first.
  await app.go('History');
  await app.page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await app.button('Save').click();
  await app.page.getByRole('dialog').getByRole('heading', { name: 'Big kettle' }).waitFor();
  const saved = await on.server.api.product('KETTLE');
  assert.deepEqual([saved.name, saved.quantity, saved.variants[0].quantity], ['Big kettle', 5, 9]);
  await app.page.getByRole('link', { name: 'Edit product' }).click();
  await app.button('Delete product…').click();
  await app.page.getByRole('dialog', { name: 'Delete Big kettle?' }).getByRole('button', { name: 'Delete' }).click();
  await app.page.getByText('Big kettle was deleted').first().waitFor();
  await app.inventory.waitFor();
  await assert.rejects(on.server.api.product('KETTLE'));
  await app.search.fill('KETTLE');
  await app.page.getByText('No product matches').or(app.page.locator('.empty-title')).first().waitFor();
  // Its levels ended: they were not set to 0.
  await app.visit('/history?product=KETTLE');
  await app.page.locator('.history-level').filter({ hasText: 'Deleted' }).first().waitFor();
  await app.page.locator('.history-level').getByText('Product saved').first().waitFor();
});

test('a key that may only read is offered none of it', async (t) => {
  const app = await on.app(t);
  await app.page.context().request.post(`${on.server.url}/api/session`, {
    headers: { origin: on.server.url, 'x-stockroom': '1' },
    data: { key: 'pk_test_demo' },
  });
  await app.visit('/products/THIEB-001');
  await app.page.getByRole('dialog').getByText('THIEB-001').first().waitFor();
  assert.equal(await app.page.getByRole('link', { name: 'Edit product' }).count(), 0);
  await app.visit('/');
  await app.inventory.waitFor();
  assert.equal(await app.page.getByText('Add products').count(), 0);
  for (const path of ['/products/import', '/products/new', '/products/THIEB-001/edit']) {
    await app.visit(path);
    await app.page.getByText('Products cannot be changed here').waitFor();
  }
});

test('an import without an answer is tried again under its key, and done once', async (t) => {
  const app = await on.app(t);
  await app.enter('/products/import');
  // Without a SKU each import would add another.
  await app.chooseFile('once.csv', csv([['name', 'price'], ['Only once', '7']]));
  await row(app, 'Only once').waitFor();
  let isFirst = true;
  await app.page.route('**/import-csv', async (route) => {
    if (!isFirst) return route.continue();
    isFirst = false;
    await route.fetch();
    return route.abort();
  });
  await app.button('Import 1 product').click();
  await app.page.getByText('The change may or may not have been made').waitFor();
  await app.button('Try again').click();
  await app.page.getByText('1 product was imported').waitFor();
  assert.equal((await on.server.api.call('GET', '/dev/store/products?q=Only%20once')).total, 1);
});
