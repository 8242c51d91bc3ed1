// Nothing typed is lost: a worksheet comes back after a reload, a crash, an ended session.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually } from './harness/browser.mjs';
import { HEADER, csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

let skus;
let other;
const on = stage({
  async prepare({ url, api }) {
    [skus, other] = await Promise.all([api.create(40), startServer({ args: ['--allow-origin', url] })]);
  },
});
after(() => other?.stop());

/** What this browser keeps: steps, and the texts of the head. */
const kept = (app) =>
  app.page.evaluate(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const opening = indexedDB.open('stockroom-drafts', 1);
    opening.onupgradeneeded = () => ['heads', 'sources', 'steps'].forEach((store) => opening.result.createObjectStore(store));
    const database = await done(opening);
    const transaction = database.transaction(['heads', 'steps']);
    const [heads, steps] = await Promise.all([
      done(transaction.objectStore('heads').getAll()),
      done(transaction.objectStore('steps').count()),
    ]);
    database.close();
    return { steps, head: heads.map(([, bytes]) => new TextDecoder().decode(bytes)).join() };
  });

const value = (app, text) =>
  app.changes.getByRole('gridcell', { name: new RegExp(`^Value of line .*: ${text.replaceAll(/[+]/g, '\\+')}$`) });
const back = (app) => app.page.getByText(/^Draft of count\.csv, /);

/** A file of twelve rows, two of them wrong, of which one is mended and one more edit taken back. */
async function typeSomething(app) {
  const rows = skus.slice(0, 12).map((sku, at) => [sku, '', 'set', at === 3 ? 'abc' : at === 5 ? 'x' : String(101 + at), '']);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('count.csv', csv([HEADER, ...rows], ';'));
  await eventually(() => app.count('Errors'), 2);
  await app.editCell('abc', '+7');
  await eventually(() => app.count('Errors'), 1);
  await app.editCell('x', '55');
  await eventually(() => app.count('Errors'), 0);
  await app.button('Undo').click();
  await eventually(() => app.count('Errors'), 1);
  await app.page.getByRole('searchbox', { name: 'Search rows' }).fill('E2E-00');
  await eventually(async () => (await kept(app)).steps, 3);
  await eventually(async () => /E2E-00/.test((await kept(app)).head), true);
}

async function assertBack(app) {
  await back(app).waitFor();
  await value(app, '+7').waitFor();
  await eventually(() => app.count('Errors'), 1);
  assert.equal(await app.page.getByRole('searchbox', { name: 'Search rows' }).inputValue(), 'E2E-00');
  await app.button('Redo').click();
  await eventually(() => app.count('Errors'), 0);
  await value(app, '55').waitFor();
  await app.button('Undo').click();
  await app.button('Undo').click();
  await value(app, 'abc').waitFor();
  assert.equal(await app.button('Undo').isDisabled(), true);
}

test('a reload comes back to the same rows, edits, steps, view and cell', async (t) => {
  const app = await on.app(t);
  await typeSomething(app);
  const before = (await kept(app)).head;
  await app.changes.focus();
  await app.page.keyboard.press('Control+Home');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await app.page.keyboard.press(key);
  const cell = await app.changes.getAttribute('aria-activedescendant');
  await eventually(async () => (await kept(app)).head !== before, true);
  await app.page.reload();
  await back(app).waitFor();
  await eventually(() => app.changes.getAttribute('aria-activedescendant'), cell);
  await assertBack(app);
});

test('a tab that was closed comes back in another, and the older one says where it went', async (t) => {
  const app = await on.app(t);
  await typeSomething(app);
  const page = await app.page.context().newPage();
  const second = new App(page, on.server.url);
  await second.visit('/update');
  await assertBack(second);
  await app.button('Redo').click();
  await app.page.getByText('This draft was opened in another tab').waitFor();
  await app.page.close();
  await page.close();
  const third = new App(await page.context().newPage(), on.server.url);
  await third.visit('/update');
  await back(third).waitFor();
});

test('another store does not see it, and an ended session does not cost it', async (t) => {
  const app = await on.app(t);
  await typeSomething(app);
  await app.page.context().clearCookies();
  await app.visit('/');
  await app.button('Connect directly to an API').click();
  await app.page.getByLabel('API address').fill(`${other.url}/api/v1`);
  await app.page.getByLabel('API key').fill('sk_test_demo');
  await app.button('Connect').last().click();
  await app.inventory.waitFor();
  await app.go('Update stock');
  await app.page.getByText('Drop a CSV or Excel file here').waitFor();
  assert.equal(await back(app).count(), 0);
  await app.openDemo();
  await app.go('Update stock');
  await back(app).waitFor();
});

test('pasted cells come back to their columns as they were mapped', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.button('Paste cells').click();
  await app.page.getByLabel('Cells', { exact: true }).fill(`Artikel\tZahl\n${skus[0]}\t3\n`);
  await app.button('Continue').click();
  await app.page.getByLabel('Artikel is').selectOption({ label: 'SKU' });
  const before = (await kept(app)).head;
  await app.page.getByLabel('Zahl is').selectOption({ label: 'Change (+ or −)' });
  await eventually(async () => (await kept(app)).head !== before, true);
  await app.page.reload();
  await app.heading('Columns').waitFor();
  await app.page.getByText(/^Draft of pasted cells, /).waitFor();
  await eventually(() => app.page.getByLabel('Artikel is').evaluate((select) => select.selectedOptions[0].text), 'SKU');
});

test('a finished run leaves no draft, nor does starting over or signing out', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  const choose = async () => {
    await app.chooseFile('count.csv', csv([HEADER, [skus[20], '', 'set', String(Math.ceil(Math.random() * 9000)), '']]));
    await eventually(async () => (await kept(app)).head !== '', true);
  };
  const gone = () => eventually(async () => kept(app), { steps: 0, head: '' });
  await choose();
  await eventually(() => app.apply.innerText(), 'Apply 1 change');
  await app.apply.click();
  await app.heading('Result').waitFor();
  await gone();
  await app.button('Another file').click();
  await choose();
  await app.button('Another file').click();
  await gone();
  await choose();
  // A page that has not been to Update stock drops it just the same.
  await app.visit('/');
  await app.inventory.waitFor();
  await app.go('Settings');
  await app.button('Sign out').click();
  await app.signInHeading.waitFor();
  await gone();
});

test('a draft need not be waited for, and opens when it is wanted', async (t) => {
  const app = await on.app(t);
  await typeSomething(app);
  let goOn;
  const held = new Promise((resolve) => (goOn = resolve));
  await app.page.route('**/worker_loader.js', async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await app.page.reload();
  await app.page.getByText('Bringing back count.csv…').first().waitFor();
  await app.button('Cancel').click();
  await back(app).waitFor();
  await app.page.getByText('Drop a CSV or Excel file here').waitFor();
  goOn();
  await app.page.unroute('**/worker_loader.js');
  await app.button('Open the draft').click();
  await assertBack(app);
});

test('a draft of another version is dropped with a sentence', async (t) => {
  const app = await on.app(t);
  await typeSomething(app);
  await app.go('Settings');
  await app.page.evaluate(async () => {
    const opening = indexedDB.open('stockroom-drafts', 1);
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const heads = opening.result.transaction('heads', 'readwrite').objectStore('heads');
    const cursor = heads.openCursor();
    await new Promise((resolve) => {
      cursor.onsuccess = () => {
        const [owner, bytes] = cursor.result.value;
        bytes[0] = 200;
        cursor.result.update([owner, bytes]).onsuccess = resolve;
      };
    });
    opening.result.close();
  });
  await app.page.goto(`${on.server.url}/update`);
  await app.page.getByText('The draft could not be brought back').waitFor();
  await eventually(async () => kept(app), { steps: 0, head: '' });
  await app.chooseFile('again.csv', csv([HEADER, [skus[0], '', 'set', '5', '']]));
  await app.changes.waitFor();
});

test('a browser that keeps nothing says so once, and the app goes on', async (t) => {
  const app = await on.app(t);
  await app.page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get() {
        throw new DOMException('not here', 'SecurityError');
      },
    });
  });
  await app.openDemo();
  await app.go('Update stock');
  const said = app.page.getByText('This browser does not let the page keep drafts');
  await said.waitFor();
  await app.button('Close').click();
  await app.chooseFile('count.csv', csv([HEADER, [skus[30], '', 'set', 'abc', '']]));
  await app.editCell('abc', '105');
  await eventually(() => app.apply.innerText(), 'Apply 1 change');
  assert.equal(await said.count(), 0);
  await app.apply.click();
  await app.button('Apply without a record').click();
  await app.heading('Result').waitFor();
});
