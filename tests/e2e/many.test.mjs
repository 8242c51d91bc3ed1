// A run of more than 20,000 items has many requests under way: none is lost, and none done twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const COUNT = 21_000;
const on = stage({ args: ['--products', String(COUNT + 3000)] });
const BULK = '**/api/v1/dev/store/inventory/bulk';

/** What every fifth request meets, one after the other. */
const FAULTS = [
  (route) => route.abort('connectionrefused'),
  async (route) => {
    await route.fetch();
    return route.abort('connectionreset');
  },
  (route) => route.fulfill({ status: 503, headers: { 'retry-after': '1' } }),
  async (route) => {
    await route.fetch();
    return route.fulfill({ status: 500 });
  },
];

async function levels() {
  const items = await on.server.api.inventory();
  return new Map(items.filter((item) => item.externalId && item.quantity !== null).map((item) => [item.externalId, item.quantity]));
}

test('faults among many requests under way, and a tab that ends in their midst', async (t) => {
  const before = await levels();
  const skus = [...before.keys()].slice(0, COUNT);
  assert.equal(skus.length, COUNT);
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('all.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '1'])]));
  await eventually(() => app.apply.innerText(), 'Apply 21,000 changes');

  const next = new App(await app.page.context().newPage(), on.server.url);
  let requests = 0;
  let most = 0;
  const wayward = async (route) => {
    requests += 1;
    if (requests === 60) await app.page.close({ runBeforeUnload: false });
    const fault = requests % 5 === 0 ? FAULTS[(requests / 5) % FAULTS.length] : (one) => one.continue();
    // A page that is closed meanwhile wants no answer.
    return fault(route).catch(() => {});
  };
  for (const { page } of [app, next]) {
    let underWay = 0;
    const isBulk = (request) => request.url().endsWith('/inventory/bulk');
    page.on('request', (request) => {
      underWay += Number(isBulk(request));
      most = Math.max(most, underWay);
    });
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => (underWay -= Number(isBulk(request))));
    await page.route(BULK, wayward);
  }
  await app.apply.click();
  const asked = app.page.getByRole('dialog').getByRole('textbox');
  await asked.or(app.page.locator('progress')).first().waitFor();
  if (await asked.isVisible()) {
    await asked.fill(String(COUNT));
    await app.page.getByRole('dialog').getByRole('button', { name: /Apply/ }).click();
  }
  await app.page.waitForEvent('close', { timeout: 60_000 });

  await next.visit('/update');
  await next.page.getByText('The run of all.csv was cut off', { exact: true }).waitFor();
  await next.button('Resume').click();
  await next.heading('Result').waitFor({ timeout: 90_000 });
  assert.deepEqual([await next.count('Applied'), await next.count('Unknown')], [COUNT, 0]);
  assert.ok(most > 4, `${most} at once`);
  const after = await levels();
  const wrong = skus.filter((sku) => after.get(sku) !== before.get(sku) + 1);
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} levels are wrong`);
});
