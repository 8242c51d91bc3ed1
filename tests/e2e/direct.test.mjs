// The app on one origin, the API on another: the key stays in memory.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

let other;
const on = stage({
  async prepare({ url }) {
    other = await startServer({ args: ['--allow-origin', url] });
  },
});
after(() => other?.stop());

async function connect(app, base, key = 'sk_test_demo') {
  await app.visit('/');
  await app.button('Connect directly to an API').click();
  await app.page.getByLabel('API address').fill(`${base}/api/v1`);
  await app.page.getByLabel('API key').fill(key);
  await app.button('Connect').last().click();
}

test('an API elsewhere is read and written, and the key is gone with the tab', async (t) => {
  const app = await on.app(t);
  await other.api.bulk([{ externalId: 'ALLUM-10', mode: 'set', quantity: 4321 }]);
  await connect(app, other.url);
  await app.row('ALLUM-10').getByText('4,321').first().waitFor();
  const kept = await app.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href);
  assert.doesNotMatch(kept, /sk_test/);
  await app.page.reload();
  await app.signInHeading.waitFor();
});

test('an API that refuses this origin looks like one that is not there, and both are named', async (t) => {
  const app = await on.app(t);
  const closed = await startServer();
  t.after(() => closed.stop());
  await connect(app, closed.url);
  await app.page.getByText(/does not allow this page.s address/).waitFor();
});
