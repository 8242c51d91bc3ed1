// The pages behind the first are a file of their own: nothing waits for it, and nothing breaks without it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './harness/stage.mjs';

const on = stage();
const PART = '**/later-*.wasm';
const bar = (app) => app.page.getByRole('region', { name: 'Selected products' });
const source = (app) => app.page.getByText('Drop a CSV or Excel file here');

test('the first rows come without it, and it comes before it is wanted', async (t) => {
  const app = await on.app(t);
  const asked = [];
  app.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const fetched = app.page.waitForRequest(PART);
  await app.openDemo();
  await fetched;
  const at = (name) => asked.findIndex((path) => name.test(path));
  assert.ok(at(/inventory/) >= 0 && at(/inventory/) < at(/later-.*wasm$/), asked.join('\n'));
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

test('whoever begins at it waits for both files at once', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const asked = [];
  app.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await app.visit('/update');
  await source(app).waitFor();
  const parts = asked.filter((path) => /later-.*wasm$/.test(path));
  assert.equal(parts.length, 1);
  const session = asked.findIndex((path) => path.includes('/session'));
  assert.ok(asked.indexOf(parts[0]) < session, asked.join('\n'));
});
