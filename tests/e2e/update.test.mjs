// The main job: a file of a thousand rows, previewed, fixed in part, applied, and checked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv, faultyRows, parse } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const LEVEL = 100;
let skus;
const on = stage({
  async prepare({ api }) {
    skus = await api.create(1000, { quantity: LEVEL });
  },
});

const levels = async (wanted) => {
  const items = await on.server.api.inventory();
  return new Map(items.filter((item) => wanted.includes(item.externalId)).map((item) => [item.externalId, item.quantity]));
};

test('a thousand rows, twenty of them faulty: previewed, fixed in part, applied', async (t) => {
  const app = await on.app(t);
  const faulty = faultyRows(skus.slice(980, 995));
  const good = skus.slice(0, 980).map((sku) => [sku, '', 'set', String(LEVEL + 1), '']);
  // The faulty rows stand among the good ones.
  const rows = good.flatMap((row, index) => (index % 49 === 0 ? [row, faulty[index / 49]] : [row]));
  assert.equal(rows.length, 1000);

  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('count.csv', csv([HEADER, ...rows]));
  await app.changes.waitFor();
  await eventually(() => app.count('Errors'), 20);
  await eventually(() => app.count('Changes'), 980);
  await eventually(() => app.apply.innerText(), 'Apply 980 changes, leave out 20 errors');

  await app.chip('Errors').click();
  await app.page.waitForTimeout(1500);
  await app.editCell('abc', String(LEVEL + 1));
  await app.page.waitForTimeout(1500);
  await app.editCell('12 pcs', String(LEVEL + 1));
  await eventually(() => app.apply.innerText(), 'Apply 982 changes, leave out 18 errors');

  const left = await app.download(app.button('Download rows with errors'));
  const back = parse(left.text);
  assert.deepEqual(back[0], [...HEADER, 'error']);
  assert.equal(back.length - 1, 18);

  await app.apply.click();
  await app.heading('Result').waitFor();
  await eventually(async () => {
    const now = await levels(skus);
    return skus.map((sku) => now.get(sku));
  }, skus.map((_, index) => (index < 982 ? LEVEL + 1 : LEVEL)));
});

test('rows that were not applied come as a file that can be read back', async (t) => {
  const app = await on.app(t);
  const wanted = skus.slice(0, 10);
  const refused = wanted.slice(2, 5);
  await app.openDemo();
  await app.go('Update stock');
  const before = await levels(wanted);
  const asked = [...wanted, 'NOBODY'].map((sku) => [sku, '', 'set', '105', '']);
  await app.chooseFile('evening.csv', csv([HEADER, ...asked], ';'));
  await app.changes.waitFor();
  await eventually(() => app.apply.innerText(), 'Apply 10 changes, leave out 1 error');

  // Three products are sold between preview and sending.
  await on.server.api.bulk(refused.map((externalId) => ({ externalId, quantityDelta: -1 })));
  await app.apply.click();
  await app.heading('Result').waitFor();
  const file = await app.download(app.button('Download rows not applied'));
  const rows = parse(file.text, ';');
  assert.deepEqual(rows[0], [...HEADER, 'error']);
  const back = rows.slice(1).map((row) => row.slice(0, 4));
  assert.deepEqual(back, [...refused, 'NOBODY'].map((sku) => [sku, '', 'set', '105']));
  for (const row of rows.slice(1)) assert.notEqual(row.at(-1), '', 'each row says why');
  const now = await levels(wanted);
  for (const sku of wanted) assert.equal(now.get(sku), refused.includes(sku) ? before.get(sku) - 1 : 105);

  await app.button('Another file').click();
  await app.chooseFile(file.name, file.text);
  await app.changes.waitFor();
  await eventually(() => app.apply.innerText(), 'Apply 3 changes, leave out 1 error');
});

test('pasted cells with columns that nobody knows are mapped by hand', async (t) => {
  const app = await on.app(t);
  const [sku] = skus.slice(500);
  const before = (await levels([sku])).get(sku);
  await app.openDemo();
  await app.go('Update stock');
  await app.button('Paste cells').click();
  await app.page.getByLabel('Cells', { exact: true }).fill(`Artikel\tZahl\n${sku}\t3\n`);
  await app.button('Continue').click();
  await app.heading('Columns').waitFor();
  await app.page.getByLabel('Artikel is').selectOption({ label: 'SKU' });
  await app.page.getByLabel('Zahl is').selectOption({ label: 'Change (+ or −)' });
  await app.button('Continue').click();
  await eventually(() => app.apply.innerText(), 'Apply 1 change');
  await app.apply.click();
  await app.heading('Result').waitFor();
  await eventually(async () => (await levels([sku])).get(sku), before + 3);
});

test('a file that empties the shop is held until its number is typed', async (t) => {
  const app = await on.app(t);
  const wanted = skus.slice(900, 930);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('zero.csv', csv([HEADER, ...wanted.map((sku) => [sku, '', 'set', '0', ''])]));
  await eventually(() => app.count('To zero'), 30);
  await app.apply.click();
  const dialog = app.page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Apply 30 changes' });
  await dialog.getByLabel('Number of changes').fill('29');
  assert.equal(await confirm.isDisabled(), true);
  await dialog.getByLabel('Number of changes').fill('30');
  await confirm.click();
  await app.heading('Result').waitFor();
  await eventually(async () => new Set((await levels(wanted)).values()), new Set([0]));
});
