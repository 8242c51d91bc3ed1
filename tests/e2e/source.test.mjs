// Where changes come from: workbooks of every kind, a choice of the sheet, encodings, locations,
// and columns that are remembered.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertAccessible, eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage({
  async prepare({ api }) {
    const product = { name: 'Zeros in front', price: 500, externalId: '000123', quantity: 100, variants: [] };
    await api.call('POST', '/dev/store/products', product);
  },
});

const fixture = (path) => readFile(new URL(`../fixtures/${path}`, import.meta.url));

/** Opens Update stock in a fresh app. */
async function source(t, options) {
  const app = await on.app(t, options);
  await app.openDemo();
  await app.go('Update stock');
  return app;
}

const drop = async (app, path) => app.chooseFile(path.split('/').at(-1), await fixture(path), '');

for (const kind of ['xlsx', 'xlsb', 'xls', 'ods']) {
  test(`a workbook: .${kind}, with the zeros before its SKUs`, async (t) => {
    const app = await source(t);
    await drop(app, `workbooks/types.${kind}`);
    await app.changes.waitFor();
    await app.changes.getByText('000123').first().waitFor();
    await app.changes.getByText('Zeros in front').first().waitFor();
    await app.page.getByText(`types.${kind} · Stock`).waitFor();
  });
}

test('a workbook of several sheets asks which one, hidden ones last', async (t) => {
  const app = await source(t);
  await drop(app, 'workbooks/sheets.xlsx');
  await app.heading('Which sheet?').waitFor();
  const offered = await app.page.getByRole('list').getByRole('button').allInnerTexts();
  const names = offered.map((text) => text.split('\n')[0]);
  assert.deepEqual(names, [
    'Consignes', 'Été & hiver', 'المخزون', 'empty', 'after the chart', 'hidden', 'very hidden',
  ]);
  assert.match(offered[5], /Hidden/);
  assert.equal(await app.button(/^empty/).isDisabled(), true);
  await app.button(/^Été & hiver/).click();
  await app.changes.getByText('THIAKRY', { exact: true }).waitFor();
  await app.page.getByText('sheets.xlsx · Été & hiver').waitFor();

  // Another sheet of it, from the columns.
  await app.button('Change columns').click();
  await app.page.getByRole('combobox', { name: 'Sheet' }).selectOption('المخزون');
  await app.page.getByRole('cell', { name: 'COUSC-ORG' }).waitFor();
  await app.button('Continue').click();
  await app.changes.getByText('COUSC-ORG').waitFor();
});

for (const [locale, colorScheme] of [['en', 'light'], ['ar', 'dark']]) {
  test(`the choice of a sheet is accessible, ${locale}, ${colorScheme}`, async (t) => {
    const app = await on.app(t, { locale, colorScheme });
    await app.enter('/update');
    const bytes = await fixture('workbooks/sheets.xlsx');
    await app.page.locator('input[type=file]').setInputFiles({ name: 'sheets.xlsx', mimeType: '', buffer: bytes });
    await app.page.locator('#which-sheet').waitFor();
    await assertAccessible(app.page, 'the choice of a sheet');
  });
}

/** Drops a workbook that cannot be read: it says why, and the next file works. */
async function check(t, name, ...messages) {
  const app = await source(t);
  await drop(app, `workbooks/${name}`);
  for (const message of messages) await app.page.getByText(message).first().waitFor();
  await app.page.getByText('Nothing was sent').first().waitFor();
  await app.chooseFile('good.csv', csv([HEADER, ['000123', '', 'adjust', '', '1']]));
  await app.apply.waitFor();
}

test('a zip bomb', (t) => check(t, 'bomb_lying.xlsx', 'The workbook unpacks to far too much'));
test('a password', (t) => check(t, 'encrypted.xlsx', 'The workbook needs a password', 'Remove the password'));
test('an old workbook with a password', (t) => check(t, 'encrypted.xls', 'The workbook needs a password'));
test('a damaged workbook', (t) => check(t, 'damaged_cut.xlsx', 'The workbook is damaged'));
test('a workbook without sheets', (t) => check(t, 'no_sheets.xlsx', 'no sheet with cells'));
test('an archive that is no workbook', (t) => check(t, 'folder.zip', 'there is no table in it'));

test('text that is called a workbook is read as text', async (t) => {
  const app = await source(t);
  await app.chooseFile('count.xls', 'sku\tquantity\n000123\t7\n', 'application/vnd.ms-excel');
  await app.changes.getByText('000123').waitFor();
});

test('unpacking can be cancelled, and a reader that does not come is a sentence', async (t) => {
  const app = await source(t);
  await app.page.route('**/workbook_loader.js', () => {});
  await drop(app, 'workbooks/types.xlsx');
  await app.page.getByText('Unpacking the workbook').waitFor();
  await app.button('Cancel').click();
  await app.page.getByText('Unpacking the workbook').waitFor({ state: 'detached' });
  await app.page.unroute('**/workbook_loader.js');

  await app.page.route('**/workbook_loader.js', (route) => route.fulfill({ status: 404 }));
  await drop(app, 'workbooks/types.xlsx');
  await app.page.getByText('The workbook could not be unpacked').waitFor();
  await app.page.unroute('**/workbook_loader.js');
  await drop(app, 'workbooks/types.xlsx');
  await app.changes.getByText('000123').first().waitFor();
});

test('a reader that stops half-way is a sentence, and the next file works', async (t) => {
  const app = await source(t);
  await app.page.route('**/workbook_loader.js', async (route) => {
    const loader = await (await route.fetch()).text();
    const broken = "FileReaderSync.prototype.readAsArrayBuffer = () => { throw new Error('stopped'); };";
    await route.fulfill({ contentType: 'text/javascript', body: `${broken}\n${loader}` });
  });
  await drop(app, 'workbooks/types.xlsx');
  await app.page.getByText('The workbook could not be unpacked').waitFor();
  await app.chooseFile('good.csv', csv([HEADER, ['000123', '', 'adjust', '', '1']]));
  await app.apply.waitFor();
});

test('Arabic of Windows is put right by the encoding, and remembered', async (t) => {
  const app = await source(t);
  const bytes = Buffer.concat([Buffer.from('sku;'), Buffer.from([0xc7, 0xe1, 0xdf, 0xe3, 0xed, 0xc9]), Buffer.from('\n000123;5\n')]);
  await app.chooseFile('count.csv', bytes);
  await app.heading('Columns').waitFor();
  const encoding = app.page.getByLabel('Encoding');
  await eventually(() => encoding.locator('option:checked').innerText(), 'Windows-1252 (Western)');
  await encoding.selectOption({ label: 'Windows-1256 (Arabic)' });
  await app.page.getByLabel('الكمية is').waitFor();
  await eventually(() => encoding.locator('option:checked').innerText(), 'Windows-1256 (Arabic)');
  await app.button('Continue').click();
  await app.changes.getByText('000123').waitFor();

  await app.button('Another file').click();
  await app.chooseFile('again.csv', bytes);
  await app.changes.getByText('000123').waitFor();
  await app.page.getByText('Columns as last time').waitFor();
});

test('UTF-16, as spreadsheets save "Unicode text"', async (t) => {
  const app = await source(t);
  await app.chooseFile('unicode.txt', Buffer.from('\ufeffsku\tquantity\n000123\t7\n', 'utf16le'));
  await app.changes.getByText('000123').waitFor();
});

test('a Shopify export with two locations asks which one counts', async (t) => {
  const app = await source(t);
  await drop(app, 'tables/layouts/shopify_locations.csv');
  await app.page.getByText('This looks like an inventory export from Shopify.').waitFor();
  assert.equal(await app.button('Continue').isDisabled(), true);
  const which = app.page.getByLabel('Which location counts?');
  const offered = await which.locator('option').allInnerTexts();
  assert.equal(offered[0], 'Choose…');
  assert.equal(offered.at(-1), 'Add all up');
  await which.selectOption({ label: offered[1] });
  await app.button('Continue').click();
  await app.changes.waitFor();
});

test('columns mapped by hand are as last time for the next file, until local data is cleared', async (t) => {
  const app = await source(t);
  const file = (quantity) => csv([['Artikel', 'Zahl'], ['000123', quantity]]);
  await app.chooseFile('monday.csv', file(7));
  const sku = app.page.getByLabel('Artikel is');
  await sku.focus();
  await sku.selectOption({ label: 'SKU' });
  await app.page.getByLabel('Zahl is').selectOption({ label: 'New quantity' });
  await app.button('Continue').and(app.page.locator(':enabled')).waitFor();
  assert.equal(await sku.evaluate((select) => select === document.activeElement), true, 'the choice keeps the focus');
  await app.button('Continue').click();
  await app.changes.getByText('000123').waitFor();

  await app.button('Another file').click();
  await app.chooseFile('tuesday.csv', file(8));
  await app.changes.getByText('000123').waitFor();
  await app.page.getByText('Columns as last time').waitFor();
  await app.button('Change columns').click();
  await app.page.getByText('You read a file with this header before').waitFor();

  await app.go('Settings');
  await app.page.getByText('The columns of 1 kind of file are kept too').waitFor();
  await app.button('Clear local data').click();
  await app.page.getByRole('dialog').getByRole('button', { name: 'Clear local data' }).click();
  await app.page.getByText('Local data cleared').waitFor();
  await app.go('Update stock');
  await app.button('Another file').click();
  await app.chooseFile('wednesday.csv', file(9));
  await app.heading('Columns').waitFor();
  await app.page.getByText('Say which column holds the SKU.').waitFor();
});

test('a large file shows its first rows at once, in real units, and can be left', async (t) => {
  const app = await source(t);
  const rows = Array.from({ length: 400_000 }, (_, n) => `ART-${n},${n % 100},a note that makes the row longer`);
  await app.chooseFile('large.csv', `Artikel,Zahl,Notiz\n${rows.join('\n')}\n`);
  await app.page.getByRole('cell', { name: 'ART-0', exact: true }).waitFor();
  await app.page.getByText('The first 50 rows are shown.').waitFor();
  await app.page.getByText('400,000 rows').waitFor();
  await app.button('Another file').click();
  await app.page.getByText('Drop a CSV or Excel file here').waitFor();
});
