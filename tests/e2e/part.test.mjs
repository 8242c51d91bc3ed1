// The pages behind the first are files of their own: nothing waits for them, and nothing breaks without them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './harness/stage.mjs';

const on = stage();
const PART = /\/(update|products|more|shared\d+)-[0-9a-f]+\.wasm$/;
const bar = (app) => app.page.getByRole('region', { name: 'Selected products' });
const source = (app) => app.page.getByText('Drop a CSV or Excel file here');

test('the first rows come without it, and it comes before it is wanted', async (t) => {
  const app = await on.app(t);
  const asked = [];
  app.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const fetched = ['update', 'products', 'more'].map((part) => app.page.waitForRequest(new RegExp(`/${part}-`)));
  await app.openDemo();
  await Promise.all(fetched);
  const at = (name) => asked.findIndex((path) => name.test(path));
  assert.ok(at(/inventory/) >= 0 && at(/inventory/) < at(PART), asked.join('\n'));
  let another = 0;
  await app.page.route(PART, (route) => {
    another += 1;
    return route.abort();
  });
  await app.go('Update stock');
  await source(app).waitFor();
  assert.equal(another, 0);
});

test('a line on which it does not come says so, and tries again', async (t) => {
  const app = await on.app(t);
  await app.page.route(PART, (route) => route.abort());
  await app.openDemo();
  await app.go('Update stock');
  await app.page.getByText('This page could not be fetched').waitFor();
  await app.button('Try again').click();
  await app.page.getByText('This page could not be fetched').waitFor();
  assert.equal(await source(app).count(), 0);
  await app.go('Settings');
  await app.page.getByText('This page could not be fetched').waitFor();
  await app.page.unroute(PART);
  await app.button('Try again').click();
  await app.button('Clear local data').waitFor();
  await app.go('Update stock');
  await source(app).waitFor();
  await app.go('Inventory');
  await app.go('Update stock');
  await source(app).waitFor();
});

test('products carried to it without it are still chosen', async (t) => {
  const app = await on.app(t);
  await app.page.route(PART, (route) => route.abort());
  await app.openDemo();
  await app.row('ALLUM-10').getByRole('checkbox').click();
  await bar(app).getByRole('button', { name: 'Update stock' }).click();
  await app.page.getByText('This page could not be fetched').waitFor();
  await app.page.unroute(PART);
  await bar(app).getByRole('button', { name: 'Update stock' }).click();
  await app.changes.waitFor();
});

test('a product’s panel without its part says so, and opens once it came', async (t) => {
  const app = await on.app(t);
  await app.page.route(PART, (route) => route.abort());
  await app.enter('/products/THIEB-001');
  const panel = app.page.getByRole('dialog');
  await panel.getByText('This page could not be fetched').waitFor();
  await app.page.unroute(PART);
  // It is also fetched again once the stock is read, and then there is no button any more.
  await panel.getByRole('button', { name: 'Try again' }).click({ timeout: 3000 }).catch(() => {});
  await app.stock.waitFor();
});

for (const [path, part, others, shown] of [
  ['/update', 'update', ['products', 'more'], (app) => source(app)],
  ['/products', 'products', ['update', 'more'], (app) => app.page.getByRole('table', { name: 'Products' })],
  ['/webhooks', 'more', ['update', 'products'], (app) => app.button('Add endpoint').first()],
  ['/people', 'more', ['update', 'products'], (app) => app.page.getByText('Only owners see this page')],
]) {
  test(`whoever begins at ${path} has its files fetched with the app, and no others before the stock is read`, async (t) => {
    const app = await on.app(t);
    await app.enter('/icon.svg');
    const asked = [];
    app.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await app.visit(path);
    await shown(app).waitFor();
    const at = (name) => asked.findIndex((one) => name.test(one));
    const file = (name) => at(new RegExp(`^/${name}-[0-9a-f]+\\.wasm$`));
    assert.ok(file(part) >= 0 && file(part) < at(/session$/), asked.join('\n'));
    for (const other of others) assert.ok(file(other) === -1 || file(other) > at(/inventory/), asked.join('\n'));
    // Nothing comes twice.
    const files = asked.filter((one) => PART.test(one));
    assert.equal(new Set(files).size, files.length, asked.join('\n'));
  });
}
