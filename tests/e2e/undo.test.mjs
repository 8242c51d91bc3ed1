// What a run did can be taken back, what it could not do can be done again: by a plan like any other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
let made = 0;

async function products(count, options = {}) {
  made += 1;
  return on.server.api.create(count, { prefix: `UNDO${made}`, quantity: 10, ...options });
}

async function level(sku) {
  return (await on.server.api.inventory()).find((item) => item.externalId === sku)?.quantity;
}

async function run(app, rows, changes) {
  if (await app.button('Another file').isVisible()) {
    await app.button('Another file').click();
  } else {
    await app.openDemo();
    await app.go('Update stock');
  }
  await app.chooseFile('count.csv', csv([HEADER, ...rows]));
  await eventually(() => app.apply.innerText(), `Apply ${changes} change${changes === 1 ? '' : 's'}`);
}

async function applied(app) {
  await app.apply.click();
  await app.heading('Result').waitFor();
}

test('an undo is previewed, and goes back to where it was', async (t) => {
  const app = await on.app(t);
  const skus = await products(4);
  const rows = [[skus[0], '', 'adjust', '', '-3'], [skus[1], '', 'set', '42', ''], [skus[2], '', 'adjust', '', '-99'], [skus[3], '', 'set', '0', '']];
  await run(app, rows, 4);
  await applied(app);
  assert.deepEqual(await Promise.all(skus.map(level)), [7, 42, 0, 0]);
  await app.button('Undo…').click();
  await app.page.getByText('Undo of count.csv · 4 rows').waitFor();
  await eventually(() => app.apply.innerText(), 'Apply 4 changes');
  assert.deepEqual(await Promise.all(skus.map(level)), [7, 42, 0, 0], 'nothing is sent before it is confirmed');
  await applied(app);
  assert.deepEqual(await Promise.all(skus.map(level)), [10, 10, 10, 10]);
});

test('levels that have moved since are named and left out, or their difference taken', async (t) => {
  const app = await on.app(t);
  const skus = await products(3, { quantity: 100 });
  await run(app, skus.map((sku) => [sku, '', 'adjust', '', '-3']), 3);
  await applied(app);
  await on.server.api.bulk([{ externalId: skus[1], quantityDelta: -2 }]);
  await app.button('Undo…').click();
  const asked = app.page.getByRole('dialog', { name: '1 level has moved since the run' });
  await asked.getByText(skus[1]).waitFor();
  await asked.getByRole('button', { name: 'Leave them out' }).click();
  await eventually(() => app.apply.innerText(), 'Apply 2 changes');
  await applied(app);
  assert.deepEqual(await Promise.all(skus.map(level)), [100, 95, 100]);

  const more = await products(2, { quantity: 100 });
  await run(app, more.map((sku) => [sku, '', 'set', '94', '']), 2);
  await applied(app);
  await on.server.api.bulk([{ externalId: more[0], quantityDelta: 5 }]);
  await app.button('Undo…').click();
  await app.button('Take back the difference').click();
  await eventually(() => app.apply.innerText(), 'Apply 2 changes');
  await applied(app);
  assert.deepEqual(await Promise.all(more.map(level)), [105, 100]);
});

test('a level that moved between preview and sending is not overwritten: count or difference', async (t) => {
  const app = await on.app(t);
  for (const [button, expected] of [['Keep my counts', [12, 14]], ['Keep my differences', [9, 14]]]) {
    const skus = await products(2);
    await run(app, [[skus[0], '', 'set', '12', ''], [skus[1], '', 'set', '14', '']], 2);
    await on.server.api.bulk([{ externalId: skus[0], quantityDelta: -3 }]);
    await applied(app);
    assert.deepEqual(await Promise.all(skus.map(level)), [7, 14]);
    await app.page.getByText('The level of 1 product had moved since the preview', { exact: false }).waitFor();
    await app.button(button).click();
    await eventually(() => app.apply.innerText(), 'Apply 1 change');
    await applied(app);
    assert.deepEqual(await Promise.all(skus.map(level)), expected);
  }
});

test('the rest of a run that was stopped is a plan of its own', async (t) => {
  const app = await on.app(t);
  const skus = await products(410);
  await run(app, skus.map((sku) => [sku, '', 'adjust', '', '+1']), 410);
  let requests = 0;
  await app.page.route('**/inventory/bulk', async (route) => {
    requests += 1;
    if (requests === 1) await app.button('Stop after this batch').click();
    return route.continue();
  });
  await app.apply.click();
  await app.heading('Result').waitFor();
  await app.button('Try the rest again').click();
  await app.page.getByText('Rest of count.csv · 210 rows').waitFor();
  await eventually(() => app.apply.innerText(), 'Apply 210 changes');
  await applied(app);
  const items = await on.server.api.inventory();
  assert.deepEqual([...new Set(items.filter((item) => skus.includes(item.externalId)).map((item) => item.quantity))], [11]);
});

test('an old preview is checked before it is sent: count or difference, for each and for all', async (t) => {
  const app = await on.app(t);
  await app.page.addInitScript(() => {
    // The page's clock, to be put forward.
    const now = Date.now.bind(Date);
    Date.now = () => now() + (Number(localStorage.getItem('later')) || 0);
  });
  const later = () => app.page.evaluate(() => localStorage.setItem('later', Number(localStorage.getItem('later') ?? 0) + 60_000));
  const skus = await products(3, { quantity: 100 });
  await run(app, [[skus[0], '', 'set', '112', ''], [skus[1], '', 'set', '96', ''], [skus[2], '', 'adjust', '', '-1']], 3);
  await on.server.api.bulk(skus.map((externalId) => ({ externalId, quantityDelta: -3 })));
  await later();
  await app.apply.click();
  const asked = app.page.getByRole('dialog', { name: '2 levels have moved since the preview' });
  await asked.getByText('preview 100, now 97, wanted 112').waitFor();
  await asked.getByRole('button', { name: 'Back to the preview' }).last().click();
  await eventually(() => app.apply.innerText(), 'Apply 3 changes');
  assert.deepEqual(await Promise.all(skus.map(level)), [97, 97, 97]);

  await on.server.api.bulk(skus.map((externalId) => ({ externalId, quantityDelta: -1 })));
  await later();
  await app.apply.click();
  await asked.getByRole('button', { name: 'Keep my differences' }).click();
  await asked.getByLabel(`What becomes of ${skus[1]}`).selectOption({ label: 'Keep my count: 96' });
  await asked.getByRole('button', { name: 'Apply', exact: true }).click();
  await app.heading('Result').waitFor();
  // 112 was 15 more than the 97 of the preview.
  assert.deepEqual(await Promise.all(skus.map(level)), [111, 96, 95]);
  assert.equal(await app.count('Refused'), 0);
});

test('what is unknown for good is shown with its levels, and planned again where they say so', async (t) => {
  const app = await on.app(t);
  await app.page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + (Number(localStorage.getItem('later')) || 0);
  });
  const skus = await products(2, { quantity: 100 });
  await run(app, skus.map((sku) => [sku, '', 'adjust', '', '-1']), 2);
  await app.page.route('**/inventory/bulk', async (route) => {
    // The first is done by somebody, its answer is lost; the second is not.
    await on.server.api.bulk([{ externalId: skus[0], quantityDelta: -1 }]);
    await app.page.evaluate(() => localStorage.setItem('later', 25 * 3600 * 1000));
    return route.abort('connectionreset');
  });
  // How old a key is the server tells: a day has gone by there, too.
  await app.page.route('**/api/v1/capabilities', async (route) => {
    const answer = await route.fetch();
    const date = new Date(Date.now() + 25 * 3600 * 1000).toUTCString();
    return route.fulfill({ response: answer, headers: { ...answer.headers(), date } });
  });
  await app.apply.click();
  await app.heading('Result').waitFor();
  await app.page.unroute('**/inventory/bulk');
  assert.equal(await app.count('Unknown'), 2);
  await app.page.getByText('It was 100, 99 was wanted, it is 99: probably applied.').first().waitFor();
  await app.page.getByText('It was 100, 99 was wanted, it is 100: probably not applied.').first().waitFor();
  await app.button('Plan what was probably not applied').click();
  await app.page.getByText('Unsettled changes of count.csv · 1 row').waitFor();
  await eventually(() => app.apply.innerText(), 'Apply 1 change');
});
