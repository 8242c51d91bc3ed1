// The server gone, half-way through a run and before it: a sentence, nothing lost, go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const BULK = '**/api/v1/dev/store/inventory/bulk';

test('a server that stops half-way: every row is applied once after it is back', async (t) => {
  const app = await on.app(t);
  const skus = await on.server.api.create(600, { prefix: 'HALF', quantity: 10 });
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('take.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '-1'])]));
  await eventually(() => app.apply.innerText(), 'Apply 600 changes');

  // The second request arrives and is done; its answer is lost, and then the server is gone.
  let requests = 0;
  const gone = new Promise((resolve) => {
    app.page.route(BULK, async (route) => {
      requests += 1;
      if (requests !== 2) return route.continue();
      await route.fetch();
      await on.server.kill();
      resolve();
      return route.abort('connectionreset');
    });
  });
  await app.apply.click();
  await gone;
  on.server = await startServer({ listen: on.server.listen, data: on.server.data });
  await app.heading('Result').or(app.button('Resume')).first().waitFor();
  if (await app.button('Resume').isVisible()) await app.button('Resume').click();
  await app.heading('Result').waitFor();
  const items = await on.server.api.inventory();
  const levels = items.filter((item) => item.externalId?.startsWith('HALF')).map((item) => item.quantity);
  assert.deepEqual([...new Set(levels)], [9]);
});

test('a page instead of JSON, an overload and a broken server are sentences', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const answers = [
    [{ status: 200, contentType: 'text/html', body: '<html>Please log in</html>' }, 'Another page answered'],
    [{ status: 500, body: '' }, 'Something went wrong on the server'],
    [{ status: 429, headers: { 'retry-after': '7' }, body: '' }, 'Too many requests'],
  ];
  for (const [answer, sentence] of answers) {
    await app.page.route('**/api/v1/dev/store/inventory*', (route) => route.fulfill(answer));
    await app.button('Refresh').click();
    await app.page.getByText(sentence).first().waitFor();
    await app.page.unroute('**/api/v1/dev/store/inventory*');
    await app.row('ALLUM-10').waitFor();
  }
});

test('a stream that breaks gives way to the pages, and is not tried again at each of them', async (t) => {
  await on.server.api.create(250, { prefix: 'PAGE' });
  const app = await on.app(t);
  let streams = 0;
  await app.page.route('**/inventory/snapshot*', (route) => {
    streams += 1;
    return route.fulfill({ contentType: 'text/html', body: '<html>Please log in</html>' });
  });
  await app.openDemo();
  await app.search.fill('PAGE-0250');
  await app.row('PAGE-0250').waitFor();
  assert.equal(streams, 1);
});

test('a language that cannot be fetched is told, and the next try has it', async (t) => {
  const app = await on.app(t);
  await app.visit('/');
  await app.signInHeading.waitFor();
  const french = app.page.getByRole('button', { name: 'Français' });
  await app.page.route('**/locales/fr.json', (route) => route.abort());
  await french.click();
  await app.page.getByText('Français could not be fetched').waitFor();
  assert.equal(await french.getAttribute('aria-pressed'), 'false');
  await app.page.unroute('**/locales/fr.json');
  await french.click();
  await app.page.getByRole('heading', { name: 'Se connecter' }).waitFor();
});

test('without its words the app says that it did not start', async (t) => {
  // It logs why, too, which is no fault here.
  const { context, page } = await openPage(on.browser);
  t.after(() => context.close());
  await page.route('**/locales/*.json', (route) => route.abort());
  await page.goto(on.server.url);
  await page.getByText('Stockroom did not start').waitFor();
});
