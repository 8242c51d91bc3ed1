// A run that never loses and never doubles: faults of every kind, tabs that end, two at once.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const BULK = '**/api/v1/dev/store/inventory/bulk';
const EACH = 410;
let made = 0;

/** Products of their own, a file that takes one of each, and the page just before Apply. */
async function ready(app, { count = EACH, visit = '/' } = {}) {
  made += 1;
  const prefix = `RUN${String(made).padStart(2, '0')}`;
  const skus = await on.server.api.create(count, { prefix, quantity: 10 });
  if (visit) await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('take.csv', csv([HEADER, ...skus.map((sku) => [sku, '', 'adjust', '', '-1'])]));
  await eventually(() => app.apply.innerText(), `Apply ${count.toLocaleString('en')} changes`);
  return prefix;
}

/** Each level that the products have, with how many have it. */
async function levels(prefix) {
  const counts = {};
  for (const item of await on.server.api.inventory()) {
    if (item.externalId?.startsWith(prefix)) counts[item.quantity] = (counts[item.quantity] ?? 0) + 1;
  }
  return counts;
}

async function done(app) {
  await app.heading('Result').waitFor();
  return { applied: await app.count('Applied'), refused: await app.count('Refused'), unknown: await app.count('Unknown') };
}

const html = '<!doctype html><title>Bad gateway</title>';
const cut = async (route, change) => {
  const response = await route.fetch();
  return route.fulfill({ response, body: change(await response.text()) });
};
const answer = (status, headers = {}, body = '') => (route) => route.fulfill({ status, headers, body });
const afterwards = (status, body = '') => async (route) => {
  await route.fetch();
  return route.fulfill({ status, body });
};

// What the second request meets, once or as often as it says; true: it was in the database by then.
const FAULTS = {
  'a refused connection': (route) => route.abort('connectionrefused'),
  'a connection that times out': (route) => route.abort('timedout'),
  'a reset after it was done': async (route) => {
    await route.fetch();
    return route.abort('connectionreset');
  },
  'an answer cut in the middle': (route) => cut(route, (text) => text.slice(0, text.length / 2)),
  'an answer that is no JSON': (route) => cut(route, () => '{"success":true,"data":'),
  'an empty answer': (route) => cut(route, () => ''),
  'a page instead of an answer': (route) => cut(route, () => html),
  'a 500 before it was done': answer(500),
  'a 500 after it was done': afterwards(500),
  'a 502 with a page': answer(502, { 'content-type': 'text/html' }, html),
  'a 503 with Retry-After': answer(503, { 'retry-after': '1' }),
  'a 504 after it was done': afterwards(504, html),
  'a 408': answer(408),
  'a 429 with Retry-After': answer(429, { 'retry-after': '1' }),
  'a 429 without': answer(429),
  'a 409 while the first try still runs': answer(
    409,
    { 'retry-after': '1', 'content-type': 'application/json' },
    JSON.stringify({ success: false, error: { code: 'IDEMPOTENCY_IN_PROGRESS', message: 'Still running.', statusCode: 409 } }),
  ),
};

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`each change is applied once through ${name}`, async (t) => {
    const app = await on.app(t);
    const prefix = await ready(app);
    const requests = [];
    await app.page.route(BULK, (route) => {
      const { 'x-idempotency-key': key } = route.request().headers();
      requests.push([key, route.request().postData()]);
      return requests.length === 2 ? fault(route) : route.continue();
    });
    await app.apply.click();
    assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
    assert.deepEqual(await levels(prefix), { 9: EACH });
    assert.deepEqual(requests[2], requests[1], 'the same key and the same body');
    assert.equal(requests.length, 4);
  });
}

test('a request that is too large goes in halves', async (t) => {
  const app = await on.app(t);
  const prefix = await ready(app);
  const sizes = [];
  await app.page.route(BULK, (route) => {
    const { length } = route.request().postDataJSON().items;
    if (length > 100) return route.fulfill({ status: 413, body: '' });
    sizes.push(length);
    return route.continue();
  });
  await app.apply.click();
  assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
  assert.deepEqual(sizes.sort(), [10, 100, 100, 100, 100]);
});

test('a session that ends half-way: sign in, go on', async (t) => {
  const app = await on.app(t);
  const prefix = await ready(app);
  let requests = 0;
  await app.page.route(BULK, async (route) => {
    requests += 1;
    if (requests === 2) await app.page.context().clearCookies();
    return route.continue();
  });
  await app.apply.click();
  await app.signIn('sk_test_demo');
  await app.button('Resume').click();
  assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

test('offline and back: it waits, and goes on', async (t) => {
  const app = await on.app(t);
  const prefix = await ready(app);
  let requests = 0;
  await app.page.route(BULK, async (route) => {
    requests += 1;
    if (requests === 2) {
      await app.page.context().setOffline(true);
      setTimeout(() => app.page.context().setOffline(false), 1500);
    }
    return route.continue().catch(() => {});
  });
  await app.apply.click();
  assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

/** Lets requests through until the one with this number, which `then` meets; its answer never comes. */
async function holdAt(page, number, then = (route) => route.fetch()) {
  let requests = 0;
  let reached;
  const held = new Promise((resolve) => (reached = resolve));
  await page.route(BULK, async (route) => {
    requests += 1;
    if (requests < number) return route.continue();
    await then(route);
    return reached();
  });
  return { held };
}

for (const [name, then] of [
  ['before it was done', () => {}],
  ['after it was done', (route) => route.fetch()],
]) {
  test(`a tab that ends while a request is under way, ${name}`, async (t) => {
    const app = await on.app(t);
    const prefix = await ready(app);
    const { held } = await holdAt(app.page, 2, then);
    await app.apply.click();
    await held;
    const next = new App(await app.page.context().newPage(), on.server.url);
    await app.page.close({ runBeforeUnload: false });
    await next.visit('/');
    await next.page.getByText('The run of take.csv is unfinished. Open Update stock to go on.').waitFor();
    await next.go('Update stock');
    await next.page.getByText('The run of take.csv was cut off', { exact: true }).waitFor();
    await next.page.getByText(`200 of ${EACH} changes are settled; without an answer yet: 200.`, { exact: false }).waitFor();
    await next.button('Resume').click();
    assert.deepEqual(await done(next), { applied: EACH, refused: 0, unknown: 0 });
    assert.deepEqual(await levels(prefix), { 9: EACH });
    await next.page.reload();
    await next.page.getByText('Drop a CSV or Excel file here').waitFor();
  });
}

test('a page that is reloaded again and again comes to the same end', async (t) => {
  const app = await on.app(t);
  const prefix = await ready(app, { count: 1100 });
  app.page.on('dialog', (dialog) => dialog.accept());
  let requests = 0;
  let reload;
  await app.page.route(BULK, async (route) => {
    requests += 1;
    const response = requests % 2 ? await route.fetch() : null;
    reload?.();
    if (!response) return route.abort().catch(() => {});
    return route.fulfill({ response }).catch(() => {});
  });
  const wanted = () => new Promise((resolve) => (reload = resolve));
  let next = wanted();
  await app.apply.click();
  for (let round = 0; round < 5; round += 1) {
    await next;
    await app.page.reload();
    await app.page.getByText('The run of take.csv was cut off').waitFor();
    next = wanted();
    await app.button('Resume').click();
  }
  await app.page.unroute(BULK);
  assert.deepEqual(await done(app), { applied: 1100, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: 1100 });
});

test('two tabs: one drives, the other says so, and takes over when it is let go', async (t) => {
  const app = await on.app(t);
  const prefix = await ready(app);
  const { held } = await holdAt(app.page, 2);
  await app.apply.click();
  await held;
  const other = new App(await app.page.context().newPage(), on.server.url);
  await other.visit('/update');
  await other.page.getByText('The run of take.csv is in another tab').waitFor();
  await other.button('Look again').click();
  await other.page.getByText('The run of take.csv is in another tab').waitFor();
  assert.equal(await other.button('Resume').count(), 0);
  await app.page.close({ runBeforeUnload: false });
  // A page that closes lets go a moment later.
  const look = other.button('Look again');
  await eventually(async () => {
    if (await look.isVisible()) await look.click();
    return other.button('Resume').count();
  }, 1);
  await other.button('Resume').click();
  assert.deepEqual(await done(other), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

test('without locks, whoever takes the run has it alone', async (t) => {
  const { context, page } = await openPage(on.browser);
  t.after(() => context.close());
  await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  const app = new App(page, on.server.url);
  const prefix = await ready(app);
  let goOn;
  const wait = new Promise((resolve) => (goOn = resolve));
  let reached;
  const held = new Promise((resolve) => (reached = resolve));
  let requests = 0;
  await page.route(BULK, async (route) => {
    requests += 1;
    if (requests === 2) {
      reached();
      await wait;
    }
    return route.continue();
  });
  await app.apply.click();
  await held;
  const other = new App(await context.newPage(), on.server.url);
  await other.visit('/update');
  await other.page.getByText('The run of take.csv was cut off').waitFor();
  goOn();
  // The first hears of it before it sends anything more.
  await page.getByText('The run of take.csv is in another tab').waitFor();
  assert.equal(requests, 2);
  await other.button('Resume').click();
  assert.deepEqual(await done(other), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

test('where nothing can be kept, the merchant is asked before anything is sent', async (t) => {
  const app = await on.app(t);
  await app.page.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function openAll(name, version) {
      if (name === 'stockroom-runs') throw new DOMException('full', 'QuotaExceededError');
      return open.call(this, name, version);
    };
  });
  const prefix = await ready(app);
  let requests = 0;
  await app.page.route(BULK, (route) => {
    requests += 1;
    return route.continue();
  });
  await app.apply.click();
  const asked = app.page.getByRole('dialog', { name: 'This browser cannot keep a record of the run' });
  await asked.getByText('There is no room left').waitFor();
  await asked.getByRole('button', { name: 'Back to the preview' }).click();
  await eventually(() => app.apply.innerText(), `Apply ${EACH} changes`);
  assert.equal(requests, 0);
  await app.apply.click();
  await asked.getByRole('button', { name: 'Apply without a record' }).click();
  assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

test('storage that fills up half-way pauses the run, and says why', async (t) => {
  const app = await on.app(t);
  await app.page.addInitScript(() => {
    let writes = 0;
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function putSome(...what) {
      if (this.name === 'entries' && (writes += 1) > 1) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, what);
    };
  });
  const prefix = await ready(app);
  let requests = 0;
  await app.page.route(BULK, (route) => {
    requests += 1;
    return route.continue();
  });
  await app.apply.click();
  await app.page.getByText('From here on this browser keeps nothing of the run').waitFor();
  await app.page.getByText('What was sent is done; nothing more leaves').waitFor();
  assert.equal(requests, 1, 'what could not be kept has not left');
  await app.button('Resume').click();
  assert.deepEqual(await done(app), { applied: EACH, refused: 0, unknown: 0 });
  assert.deepEqual(await levels(prefix), { 9: EACH });
});

after(() => assert.ok(Object.keys(FAULTS).length >= 15));
