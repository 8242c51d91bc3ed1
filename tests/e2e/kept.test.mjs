// What this browser keeps of runs: whose they are, how long they stay, and what is said before they go.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const program = process.env.STOCKROOM_SERVER ?? 'target/debug/stockroom';
let other;
const on = stage({
  async prepare({ url }) {
    other = await startServer({ args: ['--allow-origin', url] });
  },
});
after(() => other?.stop());

const BULK = '**/api/v1/dev/store/inventory/bulk';
const DENIED = { success: false, error: { code: 'SECRET_KEY_REQUIRED', message: 'No.', statusCode: 403 } };
let made = 0;

const products = (count, api = on.server.api) => api.create(count, { prefix: `KEPT${(made += 1)}`, quantity: 100 });
const region = (app, name) => app.page.getByRole('region', { name });

async function preview(app, name, rows) {
  await app.go('Update stock');
  await app.chooseFile(name, csv([HEADER, ...rows]));
  await eventually(() => app.apply.innerText(), `Apply ${rows.length} changes`);
}

/** A run of which nothing was sent, as its key was refused. */
async function halted(app, name) {
  const skus = await products(2);
  await preview(app, name, skus.map((sku) => [sku, '', 'adjust', '', '5']));
  await app.page.route(BULK, (route) => route.fulfill({ status: 403, json: DENIED }));
  await app.apply.click();
  await app.button('Resume').waitFor();
  await app.page.unroute(BULK);
}

test('clearing says how many runs go and which are still needed, and then they are gone', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const [a, b] = await products(2);
  await preview(app, 'done.csv', [[a, '', 'adjust', '', '1'], [b, '', 'adjust', '', '1']]);
  await app.apply.click();
  await app.heading('Result').waitFor();
  await app.button('Another file').click();
  await halted(app, 'needed.csv');

  await app.go('History');
  await app.page.getByText('2 runs are kept.').waitFor();
  await app.go('Settings');
  await app.button('Clear local data').click();
  const asked = app.page.getByRole('dialog');
  await asked.getByText('The records of 2 runs are deleted, too').waitFor();
  await asked.getByText('1 of them has unknown or unsent changes').waitFor();
  await asked.getByRole('button', { name: 'Cancel' }).click();
  await app.go('History');
  await app.page.getByText('2 runs are kept.').waitFor();
  await app.go('Settings');
  await app.button('Clear local data').click();
  await asked.getByRole('button', { name: 'Clear local data' }).click();
  await app.page.getByText('Local data cleared').waitFor();
  await app.go('History');
  await app.page.getByText('No runs yet').waitFor();
});

test('whoever signs in again hears of the run that waits, without a reload', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await halted(app, 'waits.csv');
  await app.visit('/');
  const said = app.page.getByText('The run of waits.csv is unfinished.', { exact: false });
  await said.waitFor();
  await said.waitFor({ state: 'hidden' });
  await app.go('Settings');
  await app.button('Sign out').click();
  await app.button('Open the demo store').click();
  await said.waitFor();
});

test('a run of another key of the same server can be looked at, and nothing else', async (t) => {
  const app = await on.app(t);
  const connect = async (key) => {
    await app.button('Connect directly to an API').click();
    await app.page.getByLabel('API address').fill(other.url);
    await app.page.getByLabel('API key').fill(key);
    await app.button('Connect').last().click();
    await app.inventory.waitFor();
  };
  const skus = await products(2, other.api);
  await app.visit('/');
  await connect('sk_test_demo');
  await preview(app, 'mine.csv', skus.map((sku) => [sku, '', 'adjust', '', '5']));
  await app.apply.click();
  await app.heading('Result').waitFor();
  await app.button('Undo…').waitFor();
  await app.go('Settings');
  await app.button('Sign out').click();

  const making = spawnSync(program, ['keys', 'create', '--data', other.data], { encoding: 'utf8' });
  const second = /sk_test_\w+/.exec(making.stdout)?.[0];
  assert.ok(second, making.stderr);
  await connect(second);
  await app.go('History');
  await app.page.getByText('No runs yet').waitFor();
  const apart = region(app, 'Made with another key');
  await apart.getByRole('link', { name: 'Open the run of mine.csv' }).click();
  await app.heading('Run of mine.csv').waitFor();
  await app.page.getByText('To undo or go on, sign in with that key.').waitFor();
  assert.equal(await app.count('Applied'), 2);
  assert.equal(await app.button('Undo…').count(), 0);
});

test('of a product that was refused, only the level that moved is said to have moved', async (t) => {
  const app = await on.app(t);
  const { variants } = await on.server.api.product('THIEB-001');
  const [first, second] = variants;
  await app.openDemo();
  await preview(app, 'sizes.csv', [first, second].map(({ label, quantity }) => ['THIEB-001', label, 'set', String(quantity + 1), '']));
  await on.server.api.bulk([{ externalId: 'THIEB-001', variants: [{ label: second.label, quantityDelta: 3 }] }]);
  await app.apply.click();
  await app.heading('Result').waitFor();
  const now = second.quantity + 3;
  const note = (label) => app.page.getByRole('table', { name: 'Results' }).getByRole('row').filter({ has: app.page.getByRole('cell', { name: label, exact: true }) }).getByRole('cell').last();
  await eventually(() => note(second.label).innerText(), `It is ${now} now: someone changed it meanwhile.`);
  await eventually(() => note(first.label).innerText(), `Not changed, as ${second.label} moved to ${now} meanwhile.`);
});

test('the reason is kept with the draft', async (t) => {
  const app = await on.app(t);
  const skus = await products(2);
  await app.openDemo();
  await preview(app, 'why.csv', skus.map((sku) => [sku, '', 'adjust', '', '-1']));
  // The draft is written a moment later: what is kept tells when.
  const kept = () => app.page.evaluate(() => new Promise((resolve) => {
    indexedDB.open('stockroom-drafts').onsuccess = ({ target: { result: database } }) => {
      const asked = database.transaction('heads').objectStore('heads').getAll();
      asked.onsuccess = () => {
        database.close();
        resolve(JSON.stringify(asked.result.map(([, bytes]) => [...bytes])));
      };
    };
  }));
  await eventually(async () => (await kept()) !== '[]', true);
  const before = await kept();
  await app.page.getByLabel('Reason').selectOption({ label: 'Damaged' });
  await eventually(async () => (await kept()) !== before, true);
  await app.page.reload();
  await app.apply.waitFor();
  await eventually(() => app.page.getByLabel('Reason').evaluate((list) => list.selectedOptions[0].textContent), 'Damaged');
});
