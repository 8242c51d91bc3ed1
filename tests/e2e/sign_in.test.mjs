// Signing in: by key, by the demo button, with a wrong key, and with one that only reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();

test('a key opens the store and is not kept by the browser', async (t) => {
  const app = await on.app(t);
  await app.visit('/');
  await app.signInHeading.waitFor();
  await app.signIn('sk_test_demo');
  await app.inventory.waitFor();
  const kept = await app.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href);
  assert.doesNotMatch(kept, /sk_test/);
  const [cookie] = await app.page.context().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
});

test('the session outlives a reload, and the demo button makes one', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.page.reload();
  await app.inventory.waitFor();
});

test('a wrong key is refused in words', async (t) => {
  const app = await on.app(t);
  await app.visit('/');
  await app.signIn('sk_test_nobody');
  await app.page.getByText('This key is not accepted').waitFor();
  assert.ok(await app.signInHeading.isVisible());
  assert.equal(await app.page.getByLabel('API key').inputValue(), 'sk_test_nobody', 'what was typed is kept');
});

test('a key that only reads says so', async (t) => {
  const app = await on.app(t);
  await app.visit('/');
  await app.signIn('pk_test_demo');
  await app.inventory.waitFor();
  await app.page.getByText('Read only', { exact: true }).first().waitFor();
});

test('an address is kept through signing in', async (t) => {
  const app = await on.app(t);
  await app.visit('/update');
  await app.signIn('sk_test_demo');
  await app.heading('Update stock').waitFor();
  await eventually(() => new URL(app.page.url()).pathname, '/update');
});
