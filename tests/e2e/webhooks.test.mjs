// Webhooks: endpoints, their secrets, what was sent there and sending it again, against a receiver.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { App } from './harness/app.mjs';
import { assertAccessible, eventually, openPage } from './harness/browser.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const on = stage({ args: ['--webhooks-allow-private'] });
const ENDPOINTS = '/dev/webhooks/endpoints';

let receiver;
let hooks;
/** What the receiver answers, and what it was sent. */
let answer;
let took;

before(async () => {
  receiver = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    took.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.writeHead(answer.status).end(answer.body ?? '');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  hooks = `http://127.0.0.1:${receiver.address().port}/hooks`;
});

after(() => receiver.close());

beforeEach(async () => {
  answer = { status: 204 };
  took = [];
  for (const { id } of (await on.server.api.call('GET', ENDPOINTS)).items) {
    await on.server.api.call('DELETE', `${ENDPOINTS}/${id}`);
  }
});

const make = (events = ['product.stock_low', 'product.stock_out']) =>
  on.server.api.call('POST', ENDPOINTS, { url: hooks, events });
const list = (app) => app.page.getByRole('region', { name: 'Webhooks' });
const deliveries = (app) => app.page.getByRole('region', { name: 'Deliveries' }).getByRole('listitem');
const dialog = (app, name) => app.page.getByRole('dialog', { name });

async function opened(app, id) {
  await app.enter(`/webhooks/${id}`);
  await app.heading('Webhook endpoint').waitFor();
}

test('an endpoint is added from Settings, its secret is shown once in both forms, a test arrives', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Settings');
  await app.page.getByRole('link', { name: 'Open webhooks' }).click();
  await app.page.getByText('No endpoints yet').waitFor();
  const docs = await app.page.getByRole('link', { name: 'How webhooks work' }).getAttribute('href');
  assert.equal((await fetch(on.server.url + docs)).status, 200);
  await app.button('Add endpoint').click();
  await dialog(app, 'Add endpoint').getByLabel('Address').fill(hooks);
  await dialog(app, 'Add endpoint').getByLabel('Low stock').uncheck();
  await dialog(app, 'Add endpoint').getByRole('button', { name: 'Add endpoint' }).click();

  const secret = dialog(app, 'Copy the secret now');
  const library = await secret.getByLabel('For libraries of Standard Webhooks').first().inputValue();
  const hex = await secret.getByLabel('As hexadecimal digits').first().inputValue();
  assert.match(library, /^whsec_/);
  assert.match(hex, /^[0-9a-f]{64}$/);
  assert.equal(Buffer.from(library.slice(6), 'base64').toString('hex'), hex);
  await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await secret.getByRole('button', { name: 'Copy As hexadecimal digits' }).click();
  await secret.getByText('Copied').waitFor();
  assert.equal(await app.page.evaluate(() => navigator.clipboard.readText()), hex);
  // A slip does not lose what is shown once.
  await app.page.keyboard.press('Escape');
  await secret.getByRole('button', { name: 'Done' }).click();

  await app.heading('Webhook endpoint').waitFor();
  await app.page.getByRole('heading', { name: hooks }).waitFor();
  assert.equal(await app.page.getByText(hex).count(), 0);
  await app.page.getByText('Nothing sent yet').waitFor();
  await app.button('Send test').click();
  await app.page.getByText(/The test arrived: answered 204 after/).waitFor();
  const { headers, body } = took[0];
  const signed = createHmac('sha256', Buffer.from(hex, 'hex'));
  signed.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  assert.equal(headers['webhook-signature'], `v1,${signed.digest('base64')}`);
  await eventually(() => deliveries(app).count(), 1);
  await deliveries(app).getByText('Delivered').waitFor();

  await app.page.getByRole('link', { name: 'All endpoints' }).click();
  const row = list(app).getByRole('listitem');
  await row.getByText('Out of stock', { exact: true }).waitFor();
  await row.getByText('Delivered · Answer 204').waitFor();
  await app.page.getByText('1 of 5 endpoints').waitFor();
});

test('an address that cannot be right is told at its field, and so is what the server refuses', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.enter('/webhooks');
  await app.button('Add endpoint').click();
  const form = dialog(app, 'Add endpoint');
  const field = form.getByLabel('Address');
  const submit = form.getByRole('button', { name: 'Add endpoint' });
  const refuses = async (url, words) => {
    await field.fill(url);
    await submit.click();
    await form.getByText(words).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true', url);
    await page.waitForFunction(() => document.activeElement?.id === 'webhook-url');
  };
  await refuses('  ', 'Enter an address.');
  await refuses('shop.example/hooks', 'This is not a web address');
  await refuses('https://me:secret@shop.example/', 'Leave out the user name');
  await refuses('https://shop.example/#top', 'Leave out the part behind #');
  await refuses(`https://shop.example/${'x'.repeat(2_000)}`, 'at most 2,000 characters');
  await refuses('http://shop.example/hooks', 'The address must begin with https://');
  await refuses('https://127.0.0.1/hooks', 'which only this server’s own network can reach'.replace('’', "'"));
  await refuses('https://shop.example:99999/', 'The server says:');
  await field.fill('https://shop.example/hooks');
  await form.getByLabel('Low stock').uncheck();
  await form.getByLabel('Out of stock').uncheck();
  await submit.click();
  await form.getByText('Choose at least one event.').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), null);
  await form.getByLabel('Out of stock').check();
  await submit.click();
  await dialog(app, 'Copy the secret now').getByRole('button', { name: 'Done' }).click();

  // The sixth is not offered; where another device was quicker, the server says so.
  await app.visit('/webhooks');
  for (let n = 0; n < 3; n += 1) {
    await server.api.call('POST', ENDPOINTS, { url: `https://shop.example/${n}`, events: ['product.stock_low'] });
  }
  await page.reload();
  await app.button('Add endpoint').click();
  await server.api.call('POST', ENDPOINTS, { url: 'https://shop.example/5', events: ['product.stock_low'] });
  await field.fill('https://shop.example/6');
  await submit.click();
  await form.getByText('There are 5 endpoints, the most there may be').waitFor();
  await page.reload();
  await page.getByText('5 of 5 endpoints. To add another, delete one first.').waitFor();
  assert.equal(await app.button('Add endpoint').count(), 0);
  assert.deepEqual(complaints, []);
});

test('what did not arrive shows its answer and its next try, and is sent again by hand', async (t) => {
  const app = await on.app(t);
  const endpoint = await make();
  answer = { status: 503, body: 'down for <b>maintenance</b>' };
  const [sku] = await on.server.api.create(1, { prefix: 'HOOK', quantity: 5 });
  await on.server.api.bulk([{ externalId: sku, quantity: 0, mode: 'set' }]);
  await opened(app, endpoint.id);
  const row = deliveries(app).filter({ hasText: 'Out of stock' });
  await row.getByText('Retrying').waitFor();
  await row.getByText('Answer 503').waitFor();
  await row.getByText('1 try').waitFor();
  await row.getByText(/^Next try/).waitFor();
  await app.page.getByText(/^Nothing has arrived since/).waitFor();

  await row.getByRole('link', { name: 'Out of stock' }).click();
  const panel = dialog(app, 'Out of stock');
  await panel.getByRole('link', { name: `Article ${sku}` }).waitFor();
  await panel.getByText('down for <b>maintenance</b>').waitFor();
  assert.match(await panel.getByRole('region', { name: 'What is sent' }).innerText(), /"previousQuantity": 5/);
  await assertAccessible(app.page, 'a delivery');
  // Its address is its own.
  await app.page.reload();
  await panel.getByText('down for <b>maintenance</b>').waitFor();

  answer = { status: 200, body: 'thanks' };
  await panel.getByRole('button', { name: 'Retry' }).click();
  await panel.getByText('Delivered').waitFor();
  await panel.getByText('thanks').waitFor();
  assert.equal(await panel.getByRole('region', { name: 'Tries' }).getByRole('listitem').count(), 2);
  await panel.getByRole('button', { name: 'Close' }).click();
  await row.getByText('Delivered').waitFor();
  await app.page.getByLabel('State').selectOption({ label: 'Failed' });
  await app.page.getByText('No delivery in this state').waitFor();
  await app.page.getByLabel('State').selectOption({ label: 'Delivered' });
  await eventually(() => deliveries(app).count(), 1);
});

test('an endpoint that is gone says why and since when, and is switched on again', async (t) => {
  const app = await on.app(t);
  const endpoint = await make();
  answer = { status: 410, body: 'moved out' };
  await opened(app, endpoint.id);
  await app.button('Send test').click();
  await app.page.getByText('The test did not arrive').waitFor();
  await app.page.getByText(/^The server stopped sending here on \S+/).waitFor();
  await app.page.getByText('It answered 410').waitFor();
  assert.equal(await app.button('Send test').count(), 0);
  await app.visit('/webhooks');
  await list(app).getByText('Stopped').waitFor();
  await list(app).getByRole('link', { name: hooks }).click();

  // Nothing can be sent again before.
  await deliveries(app).getByRole('link', { name: 'Test' }).click();
  await dialog(app, 'Test').getByRole('button', { name: 'Retry' }).click();
  await dialog(app, 'Test').getByText('This endpoint is switched off').waitFor();
  await app.page.keyboard.press('Escape');
  answer = { status: 204 };
  await app.button('Switch on again').click();
  await app.page.getByText(/^The server stopped sending/).waitFor({ state: 'detached' });
  assert.equal((await on.server.api.call('GET', `${ENDPOINTS}/${endpoint.id}`)).active, true);
  await app.button('Send test').click();
  await app.page.getByText('The test arrived').waitFor();
});

test('deliveries name their product, and all that failed are sent again at once', async (t) => {
  const app = await on.app(t);
  const { id } = await make();
  const product = await on.server.api.call('POST', '/dev/store/products', {
    name: 'Little left', price: 100, externalId: 'LITTLE', quantity: 5, variants: [],
  });
  // An endpoint that is gone gives up at once.
  answer = { status: 410 };
  await on.server.api.call('PATCH', `/dev/store/products/${product.id}/stock`, { quantity: 0 });
  await opened(app, id);
  await app.page.getByText(/^The server stopped sending here on \S+/).waitFor();
  const item = deliveries(app).filter({ hasText: 'Out of stock' });
  await item.getByText('Little left').waitFor();
  await item.getByText('LITTLE', { exact: true }).waitFor();
  await item.getByText('Failed', { exact: true }).waitFor();
  await app.button('Retry all failed').click();
  await app.page.getByText('This endpoint is switched off').first().waitFor();
  answer = { status: 204 };
  await app.button('Switch on again').click();
  await app.page.getByText(/^The server stopped sending/).waitFor({ state: 'detached' });
  await app.button('Retry all failed').click();
  await app.page.getByText('1 delivery is sent again').first().waitFor();
  await item.getByText('Delivered', { exact: true }).waitFor();
  assert.equal(JSON.parse(took.at(-1).body).data.externalId, 'LITTLE');
  await app.button('Retry all failed').waitFor({ state: 'detached' });
});

test('an endpoint is changed, switched off, given a new secret and deleted with a question', async (t) => {
  const app = await on.app(t);
  const { id } = await make();
  const stored = () => on.server.api.call('GET', `${ENDPOINTS}/${id}`);
  await opened(app, id);
  await app.button('Edit').click();
  const form = dialog(app, 'Edit endpoint');
  assert.equal(await form.getByLabel('Address').inputValue(), hooks);
  await form.getByLabel('Address').fill(`${hooks}/new`);
  await form.getByLabel('Out of stock').uncheck();
  await form.getByRole('button', { name: 'Save' }).click();
  await app.page.getByRole('heading', { name: `${hooks}/new` }).waitFor();
  const { url, events } = await stored();
  assert.deepEqual([url, events], [`${hooks}/new`, ['product.stock_low']]);

  await app.button('Switch off').click();
  await app.page.getByText('What happens meanwhile is not sent later').waitFor();
  assert.equal((await stored()).active, false);
  await app.button('Switch on again').click();
  await eventually(async () => (await stored()).active, true);

  await app.button('New secret').click();
  const question = dialog(app, 'Make a new secret?');
  await question.getByLabel('The secret of now stays good for').selectOption({ label: '3 days' });
  await question.getByRole('button', { name: 'Make a new secret' }).click();
  await dialog(app, 'Copy the secret now').getByRole('button', { name: 'Done' }).click();
  await app.page.getByText(/^The one before is good until/).waitFor();
  const left = Date.parse((await stored()).oldSecretUntil) - Date.now();
  assert.ok(left > 71 * 3_600_000 && left < 73 * 3_600_000, String(left));

  await app.button('Delete').click();
  const asked = dialog(app, 'Delete this endpoint?');
  await asked.getByRole('button', { name: 'Cancel' }).click();
  await app.button('Delete').click();
  await asked.getByRole('button', { name: 'Delete' }).click();
  await app.page.getByText('No endpoints yet').waitFor();
  await assert.rejects(stored());
  await app.visit(`/webhooks/${id}`);
  await app.page.getByText('This endpoint does not exist').waitFor();
});

test('older deliveries come by pages, each once', async (t) => {
  const app = await on.app(t);
  const { id } = await make();
  for (let n = 0; n < 30; n += 1) await on.server.api.call('POST', `${ENDPOINTS}/${id}/test`);
  await opened(app, id);
  await eventually(() => deliveries(app).count(), 25);
  await on.server.api.call('POST', `${ENDPOINTS}/${id}/test`);
  await app.button('Show older deliveries').click();
  await eventually(() => deliveries(app).count(), 30);
  await app.button('Refresh').click();
  await eventually(() => deliveries(app).count(), 31);
  assert.equal(await app.button('Show older deliveries').count(), 0);
});

test('who may not is not offered it, and a server without webhooks says nothing of them', async (t) => {
  const app = await on.app(t);
  const { id } = await make();
  const session = { storeName: 'Dakar', environment: 'test', readOnly: false, demo: true };
  let scopes = ['webhooks.endpoints:read'];
  await app.page.route('**/api/session', (route) =>
    route.fulfill({ json: { success: true, data: { ...session, scopes } } }));
  await opened(app, id);
  await app.page.getByRole('heading', { name: hooks }).waitFor();
  for (const name of ['Send test', 'Edit', 'New secret', 'Switch off', 'Delete']) {
    assert.equal(await app.button(name).count(), 0, name);
  }
  assert.equal(await app.page.getByRole('region', { name: 'Deliveries' }).count(), 0);
  await app.page.getByRole('link', { name: 'All endpoints' }).click();
  await list(app).getByRole('listitem').waitFor();
  assert.equal(await app.button('Add endpoint').count(), 0);

  scopes = ['store.inventory:read'];
  await app.visit('/webhooks');
  await app.page.getByText('webhooks.endpoints:read').waitFor();
  await app.go('Settings');
  await app.heading('Language').waitFor();
  assert.equal(await app.page.getByRole('link', { name: 'Open webhooks' }).count(), 0);

  scopes = ['webhooks.endpoints:read', 'webhooks.endpoints:manage'];
  await app.page.route('**/api/v1/capabilities', (route) => route.fulfill({ json: { success: true, data: {} } }));
  await app.visit('/webhooks');
  await app.page.getByText('This server has no webhooks').waitFor();
});
