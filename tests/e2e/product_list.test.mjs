// All products: tracked or not, by pages, searched in the address, opened and added to from there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { stage } from './harness/stage.mjs';

// By name, two of them fill a page and a half beside those of the demo.
const MANY = 60;
const on = stage({
  prepare: async ({ api }) => {
    await api.create(MANY, { prefix: 'LST' });
    await api.call('POST', '/dev/store/products', { name: 'Not counted', price: 125_050, externalId: 'FREE-1', variants: [] });
  },
});

const table = (app) => app.page.getByRole('table', { name: 'Products' });
const row = (app, text) => table(app).getByRole('row').filter({ hasText: text }).first();
const rows = async (app) => (await table(app).getByRole('row').count()) - 1;
const search = (app) => app.page.getByRole('searchbox', { name: 'Search by name or SKU' });
const path = (app) => { const url = new URL(app.page.url()); return url.pathname + url.search; };

test('a product without a quantity is found, opened and edited, and the list is there again', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Products');
  await table(app).waitFor();
  assert.equal(await app.page.getByRole('link', { name: 'Products', exact: true }).getAttribute('aria-current'), 'page');
  await app.page.keyboard.press('/');
  await app.page.keyboard.type('not count');
  // Keys that rest half-way search for what stands there by then.
  await eventually(() => path(app), '/products?q=not%20count');
  await eventually(() => rows(app), 1);
  const cells = row(app, 'Not counted').getByRole('cell');
  assert.deepEqual((await cells.allInnerTexts()).slice(0, 5), ['Not counted', 'FREE-1', '1,250.50', 'Not on sale', 'Not tracked']);
  await row(app, 'Not counted').getByRole('link').click();
  const panel = app.page.getByRole('dialog');
  await panel.getByText('Stock is not tracked for this product').waitFor();
  assert.equal(path(app), '/products/FREE-1?list=products&q=not%20count');
  await app.stock.fill('7');
  await app.save();
  await panel.getByText('Saved', { exact: true }).waitFor();
  await app.page.keyboard.press('Escape');
  // What was saved stands in the list, and the keyboard is where it was.
  await row(app, 'Not counted').getByText('7', { exact: true }).waitFor();
  await eventually(() => app.page.evaluate(() => document.activeElement?.textContent), 'Not counted');
  await app.page.reload();
  await row(app, 'Not counted').getByText('7', { exact: true }).waitFor();
  assert.equal(await search(app).inputValue(), 'not count');
  await row(app, 'Not counted').getByRole('link').click();
  await panel.getByRole('link', { name: 'Edit product' }).click();
  await app.page.getByLabel('Quantity', { exact: true }).fill('');
  await app.button('Save').click();
  await panel.getByText('Stock is not tracked for this product').waitFor();
  assert.equal(path(app), '/products/FREE-1?list=products&q=not%20count');
  await app.page.keyboard.press('Escape');
  await row(app, 'Not counted').getByText('Not tracked').waitFor();
});

test('pages and the choice of status are in the address; back goes a page back', async (t) => {
  const app = await on.app(t);
  await app.enter('/products?q=LST');
  await app.page.getByText(`1–50 of ${MANY}`).waitFor();
  assert.equal(await rows(app), 50);
  await app.button('Next page').click();
  await app.page.getByText(`51–60 of ${MANY}`).waitFor();
  assert.deepEqual([await rows(app), path(app)], [10, '/products?q=LST&page=2']);
  await app.page.goBack();
  await app.page.getByText(`1–50 of ${MANY}`).waitFor();
  await app.page.getByRole('textbox', { name: 'Page', exact: true }).fill('2');
  await app.page.keyboard.press('Enter');
  await app.page.getByText(`51–60 of ${MANY}`).waitFor();
  await app.page.getByRole('combobox', { name: 'Status' }).selectOption('On sale');
  await app.page.getByText('No product matches “LST”').waitFor();
  assert.equal(path(app), '/products?q=LST&status=active');
  await app.page.getByRole('link', { name: 'Show all products' }).click();
  await table(app).waitFor();
  // A page that is no more leads to the last one.
  await app.visit('/products?q=LST&page=9');
  await app.page.getByText(`51–60 of ${MANY}`).waitFor();
});

test('arrows move between products, Enter opens one', async (t) => {
  const app = await on.app(t);
  await app.enter('/products?q=LST');
  await row(app, 'LST-0001').getByRole('link').focus();
  const focused = () => app.page.evaluate(() => document.activeElement?.textContent);
  await app.page.keyboard.press('ArrowDown');
  await app.page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'Article LST-0003');
  await app.page.keyboard.press('End');
  assert.equal(await focused(), 'Article LST-0050');
  await app.page.keyboard.press('Home');
  assert.equal(await focused(), 'Article LST-0001');
  await app.page.keyboard.press('Enter');
  await app.page.getByRole('dialog').getByRole('heading', { name: 'Article LST-0001' }).waitFor();
  await app.page.keyboard.press('Escape');
  await app.page.getByRole('dialog').waitFor({ state: 'detached' });
  await app.page.keyboard.press('g');
  await app.page.keyboard.press('i');
  await app.inventory.waitFor();
  await app.page.keyboard.press('g');
  await app.page.keyboard.press('p');
  await table(app).waitFor();
});

test('a page that cannot be read says so, keeps what is shown, and tries again', async (t) => {
  const app = await on.app(t);
  const list = '**/dev/store/products?*';
  await app.enter('/');
  await app.inventory.waitFor();
  await app.page.route(list, (route) => route.abort());
  await app.go('Products');
  await app.page.getByRole('alert').getByText('No answer').or(app.page.getByRole('alert')).first().waitFor();
  assert.equal(await table(app).count(), 0);
  await app.page.unroute(list);
  await app.button('Try again').click();
  await table(app).waitFor();
  await app.page.route(list, (route) => route.abort());
  await app.button('Refresh').click();
  await app.button('Try again').waitFor();
  assert.equal(await rows(app), 50);
  await app.page.unroute(list);
  await app.button('Try again').click();
  await app.button('Try again').waitFor({ state: 'detached' });
});

test('on a phone rows are cards and the bar leads there; webhooks stand in Settings', async (t) => {
  const app = await on.app(t, { viewport: { width: 390, height: 844 } });
  await app.enter('/');
  await app.go('Products');
  await search(app).fill('FREE-1');
  await eventually(() => rows(app), 1);
  await row(app, 'Not counted').getByText('1,250.50 MRU').waitFor();
  const width = await app.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 390);
  assert.equal(await app.page.getByRole('navigation').getByRole('link', { name: 'Webhooks' }).count(), 0);
  await app.go('Settings');
  await app.page.getByRole('link', { name: 'Open webhooks' }).click();
  await app.heading('Webhooks').first().waitFor();
  assert.equal(await app.page.getByRole('link', { name: 'Settings', exact: true }).getAttribute('aria-current'), 'page');
});

test('the rail has what the key may see', async (t) => {
  const app = await on.app(t);
  const link = (name) => app.page.getByRole('navigation').getByRole('link', { name, exact: true });
  await app.enter('/');
  await app.go('Webhooks');
  await app.heading('Webhooks').first().waitFor();
  assert.equal(await link('Webhooks').getAttribute('aria-current'), 'page');
  await app.page.route('**/api/session', async (route) => {
    const answer = await (await route.fetch()).json();
    answer.data.scopes = ['store.inventory:read'];
    return route.fulfill({ json: answer });
  });
  await app.visit('/products');
  await app.page.getByText('This key may not see products').waitFor();
  assert.deepEqual([await link('Products').count(), await link('Webhooks').count()], [0, 0]);
});

test('what was typed into a form outlasts a reload, on the product as it is now', async (t) => {
  const app = await on.app(t);
  const field = (name) => app.page.getByLabel(name, { exact: true });
  const back = app.page.getByText('What you had typed here is back.');
  await app.enter('/products/new');
  await field('Name').fill('Half a product');
  await app.button('Add a variant').click();
  await app.page.getByRole('group', { name: 'Variant 1' }).getByLabel('Label').fill('S');
  await app.page.reload();
  await back.waitFor();
  assert.equal(await field('Name').inputValue(), 'Half a product');
  assert.equal(await app.page.getByRole('group', { name: 'S' }).getByLabel('Label').inputValue(), 'S');
  await app.button('Discard').click();
  assert.equal(await field('Name').inputValue(), '');
  await app.page.reload();
  await field('Name').waitFor();
  assert.equal(await back.count(), 0);

  await app.visit('/products/LST-0002/edit');
  await eventually(() => field('Name').inputValue(), 'Article LST-0002');
  await field('Description').fill('Typed before');
  await on.server.api.call('PUT', '/dev/store/products/LST-0002', { price: 777 });
  await app.page.reload();
  await back.waitFor();
  await eventually(() => field('Price (MRU)').inputValue(), '7.77');
  await app.button('Save').click();
  await app.page.getByRole('dialog').getByRole('heading', { name: 'Article LST-0002' }).waitFor();
  const saved = await on.server.api.product('LST-0002');
  assert.deepEqual([saved.price, saved.description], [777, 'Typed before']);
  // Saved: nothing is left to come back.
  await app.visit('/products/LST-0002/edit');
  await eventually(() => field('Description').inputValue(), 'Typed before');
  assert.equal(await back.count(), 0);
  // Left without saving: given up.
  await field('Description').fill('Never mind');
  await app.go('Products');
  await app.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await table(app).waitFor();
  await app.visit('/products/LST-0002/edit');
  await eventually(() => field('Description').inputValue(), 'Typed before');
  assert.equal(await back.count(), 0);
});
