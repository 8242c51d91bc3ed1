// The inventory: tabs, search, addresses that can be shared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { stage } from './harness/stage.mjs';

let all;
let low;
const on = stage({
  async prepare({ api }) {
    [all, low] = await Promise.all([api.inventory(), api.inventory({ low: true })]);
  },
});

const count = async (locator) => Number((await locator.innerText()).replaceAll(/\D/g, ''));

test('the tabs count what the API counts', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await eventually(() => count(app.tab('All')), all.length);
  await eventually(() => count(app.tab('Low')), low.length);
});

test('the Low tab lists what runs low, and its address can be shared', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.tab('Low').click();
  await app.row(low[0].externalId).waitFor();
  const fine = all.find((item) => !item.isLowStock && item.externalId);
  await eventually(() => app.inventory.getByText(fine.externalId, { exact: true }).count(), 0);
  const shared = app.page.url();
  assert.notEqual(new URL(shared).search, '');
  await app.page.goto(shared);
  await app.row(low[0].externalId).waitFor();
  assert.equal(await app.tab('Low').getAttribute('aria-selected'), 'true');
  await app.page.goBack();
});

test('search finds by SKU and by name, whatever the accents', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.search.fill('thieboudienne');
  await app.row('THIEB-001').waitFor();
  const other = all.find((item) => item.externalId && !/thi[eé]b/i.test(item.name + item.externalId));
  await eventually(() => app.inventory.getByText(other.externalId, { exact: true }).count(), 0);
  await app.search.fill('no such thing');
  await app.page.getByText('No product matches').waitFor();
});

test('a level is edited where it stands: +5 adds', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const item = all.find((one) => one.externalId === 'ALLUM-10');
  const cell = app.row('ALLUM-10').getByRole('gridcell', { name: /^Stock of / });
  await cell.dblclick();
  const field = app.inventory.getByRole('textbox', { name: /^Stock of / });
  await field.fill('+5');
  await field.press('Enter');
  await eventually(async () => (await on.server.api.product('ALLUM-10')).quantity, item.quantity + 5);
  await app.row('ALLUM-10').getByText(String(item.quantity + 5)).first().waitFor();
});
