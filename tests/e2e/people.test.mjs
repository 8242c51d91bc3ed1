// People: signing in by name, who may do what, owners who add, change and remove, one's own sessions and password.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { App } from './harness/app.mjs';
import { assertAccessible, eventually, openPage } from './harness/browser.mjs';
import { startServer } from './harness/server.mjs';
import { stage } from './harness/stage.mjs';

const PASSWORD = 'correct horse battery';
const on = stage({ prepare: (server) => add(server, 'Aïcha', 'owner') });
let count = 0;
/** A name that no other test uses. */
let name;

beforeEach(() => {
  count += 1;
  name = `Person ${String.fromCodePoint(0x40 + count)}`;
});

const add = (server, who, role, password = PASSWORD) => server.run(['users', 'add', who, '--role', role], password);
const by = (who, password = PASSWORD) => ({ name: who, password, environment: 'test' });
const people = (app) => app.page.getByRole('region', { name: 'People' }).getByRole('listitem');
const dialog = (app, title) => app.page.getByRole('dialog', { name: title });
const open = (app, who) => app.button(`Change ${who}`).click();
const focused = (app) => app.page.evaluate(() => document.activeElement?.id);

/** Signs in from outside any browser, and returns a way to call the server so. */
async function elsewhere(who, { password = PASSWORD, agent = 'curl/8', server = on.server } = {}) {
  const headers = { 'content-type': 'application/json', 'user-agent': agent };
  const body = JSON.stringify(by(who, password));
  const answer = await fetch(`${server.url}/api/session`, { method: 'POST', headers, body });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  const call = (method, path, sent) =>
    fetch(server.url + path, {
      method,
      headers: { ...headers, cookie, origin: server.url, 'x-stockroom': '1' },
      body: sent && JSON.stringify(sent),
    });
  return { status: answer.status, call, isOpen: async () => (await call('GET', '/api/session')).status === 200 };
}

test('a name and a password open the data that is chosen, by the keyboard alone', async (t) => {
  const app = await on.app(t);
  await app.visit('/');
  const field = app.page.getByLabel('Name', { exact: true });
  await field.focus();
  await app.page.keyboard.press('Enter');
  await app.page.getByText('Enter a name.').waitFor();
  await app.page.getByText('Enter your password.').waitFor();
  assert.equal(await focused(app), 'session-name');
  await assertAccessible(app.page, 'sign-in by name');
  await app.page.keyboard.type('AÏCHA');
  await app.page.keyboard.press('Tab');
  await app.page.keyboard.type(PASSWORD);
  await app.page.keyboard.press('Tab');
  await app.page.keyboard.press('ArrowRight');
  await app.page.keyboard.press('Enter');
  await app.inventory.waitFor();
  await app.page.getByText('TEST', { exact: true }).first().waitFor();
  await app.page.getByRole('banner').getByText('Aïcha').waitFor();
  const kept = await app.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href);
  assert.doesNotMatch(kept, /horse/);
});

test('what is wrong with a sign-in is told in words, and what was typed stays', async (t) => {
  const app = await on.app(t);
  await add(on.server, name, 'editor');
  await app.visit('/');
  await app.signInByName(name, 'wrong horse battery');
  await app.page.getByText('The name or the password is not right').waitFor();
  assert.equal(await app.page.getByLabel('Name', { exact: true }).inputValue(), name);
  await eventually(() => focused(app), 'session-password');
  await on.server.run(['users', 'disable', name]);
  await app.signInByName(name, PASSWORD);
  await app.page.getByText('The name or the password is not right').waitFor();

  // A key still opens the store, and a slip to it loses no way back.
  await app.button('Sign in with a key instead').click();
  assert.equal(await app.page.getByText('The name or the password is not right').count(), 0);
  await app.page.getByLabel('API key').waitFor();
  await app.button('Sign in by name instead').click();
  await app.signIn('sk_test_demo');
  await app.inventory.waitFor();
});

test('whoever guesses has to wait and is told how long; the right password counts again after it', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  await add(server, 'Aïcha', 'viewer');
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.visit('/');
  await page.getByLabel('Name', { exact: true }).fill('Aïcha');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Test', { exact: true }).check();
  for (let n = 0; n < 6; n += 1) assert.equal((await elsewhere('Aïcha', { password: 'wrong horse', server })).status, 401);
  const submit = page.getByRole('button', { name: 'Sign in', exact: true });
  await submit.click();
  await page.getByText('Too many sign-ins failed').waitFor();
  await page.getByText(/^Try again in [12] seconds?\.$/).waitFor();
  await page.waitForTimeout(2_100);
  await submit.click();
  await app.inventory.waitFor();
  assert.deepEqual(complaints, []);
});

test('a server that is gone is no wrong password', async (t) => {
  const server = await startServer();
  await add(server, 'Aïcha', 'owner');
  const { context, page } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.enter('/people', by('Aïcha'));
  await people(app).first().waitFor();
  await app.button('Add person').click();
  await dialog(app, 'Add person').getByLabel('Name').fill('Sow');
  await server.kill();
  await dialog(app, 'Add person').getByRole('button', { name: 'Add and make a password' }).click();
  await dialog(app, 'Add person').getByText('The server does not answer').waitFor();
  await dialog(app, 'Add person').getByText('Look at the list before you repeat it').waitFor();
  assert.equal(await dialog(app, 'Add person').getByLabel('Name').inputValue(), 'Sow');

  const again = await startServer({ listen: server.listen, data: server.data });
  t.after(() => again.stop());
  await dialog(app, 'Add person').getByRole('button', { name: 'Add and make a password' }).click();
  await dialog(app, 'Password of Sow').getByRole('button', { name: 'Done' }).click();
  await app.visit('/settings');
  await page.getByText('Where you are signed in').waitFor();
  await again.kill();
  await app.button('Change password').waitFor();
  await page.getByLabel('Present password').fill(PASSWORD);
  await page.getByLabel('New password').fill('battery horse correct');
  await app.button('Change password').click();
  await page.getByText('The server does not answer').waitFor();
  assert.equal(await page.getByLabel('New password').inputValue(), 'battery horse correct');
});

test('an owner adds somebody, whose password is shown once and opens what the role allows', async (t) => {
  const app = await on.app(t);
  await app.enter('/', by('Aïcha'));
  await app.go('People');
  await app.heading('People').waitFor();
  await assertAccessible(app.page, 'People');
  await app.button('Add person').click();
  const form = dialog(app, 'Add person');
  const submit = form.getByRole('button', { name: 'Add and make a password' });
  await submit.click();
  await form.getByText('Enter a name.').waitFor();
  await form.getByLabel('Name').fill('AÏCHA');
  await submit.click();
  await form.getByText('Somebody else has this name.').waitFor();
  await eventually(() => focused(app), 'person-name');
  await form.getByLabel('Name').fill('x'.repeat(65));
  await submit.click();
  await form.getByText('This cannot be a name: 1 to 64 characters.').waitFor();
  await assertAccessible(app.page, 'adding a person');

  // What is typed goes by one question only.
  await form.getByLabel('Name').fill(name);
  await app.page.keyboard.press('Escape');
  await dialog(app, 'Leave without saving?').getByRole('button', { name: 'Stay' }).click();
  assert.equal(await form.getByLabel('Name').inputValue(), name);
  await form.getByLabel('Viewer').check();
  await submit.click();
  const shown = dialog(app, `Password of ${name}`);
  const password = await shown.getByLabel('Password').first().inputValue();
  assert.match(password, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  await assertAccessible(app.page, 'a new password');
  await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await shown.getByRole('button', { name: 'Copy Password' }).click();
  await shown.getByText('Copied').waitFor();
  assert.equal(await app.page.evaluate(() => navigator.clipboard.readText()), password);
  await app.page.keyboard.press('Escape');
  await shown.getByRole('button', { name: 'Done' }).click();
  await people(app).filter({ hasText: name }).getByText('Never signed in').waitFor();
  assert.equal(await app.page.getByText(password).count(), 0);

  const theirs = await on.app(t);
  await theirs.visit('/people');
  await theirs.signInByName(name, password);
  await theirs.page.getByText('Only owners see this page').waitFor();
  assert.equal(await theirs.page.getByRole('navigation').getByRole('link', { name: 'People' }).count(), 0);
  assert.equal(await theirs.page.getByRole('navigation').getByRole('link', { name: 'Webhooks' }).count(), 0);
  await theirs.page.getByText('Read only', { exact: true }).first().waitFor();
  await theirs.go('Settings');
  await theirs.page.getByText('Where you are signed in').waitFor();
  assert.equal(await theirs.page.getByRole('link', { name: 'Open People' }).count(), 0);
});

test('a role, a name and a password are changed; what is lost is lost at once', async (t) => {
  const app = await on.app(t);
  await add(on.server, name, 'editor');
  const theirs = await on.app(t);
  await theirs.enter('/', by(name));
  await theirs.inventory.waitFor();
  await app.enter('/people', by('Aïcha'));
  await people(app).filter({ hasText: name }).getByText('1 session').waitFor();
  await open(app, name);
  const panel = dialog(app, name);
  assert.equal(await panel.getByLabel('Editor').isChecked(), true);
  await assertAccessible(app.page, 'a person');
  await panel.getByLabel('Viewer').check();
  await panel.getByRole('button', { name: 'Close' }).click();
  await dialog(app, 'Leave without saving?').getByRole('button', { name: 'Stay' }).click();
  await panel.getByLabel('Name').fill(`${name} Sow`);
  await panel.getByRole('button', { name: 'Save' }).click();
  await people(app).filter({ hasText: `${name} Sow` }).getByText('Viewer').waitFor();
  await theirs.page.reload();
  await theirs.page.getByText('Read only', { exact: true }).first().waitFor();
  await theirs.page.getByRole('banner').getByText(`${name} Sow`).waitFor();

  // What is open there still thinks otherwise, and is told when it tries.
  await open(app, `${name} Sow`);
  const named = dialog(app, `${name} Sow`);
  await named.getByRole('button', { name: 'New password' }).click();
  await dialog(app, `New password for ${name} Sow?`).getByRole('button', { name: 'New password' }).click();
  const shown = dialog(app, `Password of ${name} Sow`);
  const password = await shown.getByLabel('Password').first().inputValue();
  await shown.getByRole('button', { name: 'Done' }).click();
  await eventually(() => people(app).filter({ hasText: `${name} Sow` }).getByText('1 session').count(), 0);
  assert.equal((await elsewhere(`${name} Sow`)).status, 401);
  assert.equal((await elsewhere(`${name} Sow`, { password })).status, 200);
  // Whoever was at work is asked for the new one, over the page as it is.
  await theirs.button('Refresh').click();
  const again = dialog(theirs, 'Sign in');
  await again.waitFor();
  assert.equal(await again.getByLabel('Name').inputValue(), `${name} Sow`);
  await again.getByLabel('Password').fill(password);
  await again.getByRole('button', { name: 'Sign in', exact: true }).click();
  await again.waitFor({ state: 'detached' });
});

test('somebody is turned off, turned on, signed out and removed', async (t) => {
  const app = await on.app(t);
  await add(on.server, name, 'editor');
  const windows = await elsewhere(name, { agent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' });
  const phone = await elsewhere(name, { agent: 'Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile' });
  await app.enter('/people', by('Aïcha'));
  const row = people(app).filter({ hasText: name });
  await row.getByText('2 sessions').waitFor();
  await open(app, name);
  const panel = dialog(app, name);
  await panel.getByText('Firefox, Windows').waitFor();
  await panel.getByRole('button', { name: 'Sign out: Chrome, Android' }).click();
  await panel.getByText('Chrome, Android').waitFor({ state: 'detached' });
  assert.deepEqual([await windows.isOpen(), await phone.isOpen()], [true, false]);
  await panel.getByRole('button', { name: 'Turn off' }).click();
  await row.getByText('Turned off').waitFor();
  assert.equal(await windows.isOpen(), false);
  assert.equal((await elsewhere(name)).status, 401);

  await open(app, name);
  await panel.getByText('Not signed in anywhere.').waitFor();
  await panel.getByRole('button', { name: 'Turn on' }).click();
  await row.getByText('Turned off').waitFor({ state: 'detached' });
  const back = await elsewhere(name);
  assert.equal(back.status, 200);

  await open(app, name);
  await panel.getByRole('button', { name: 'Remove' }).click();
  const question = dialog(app, `Remove ${name}?`);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await panel.getByRole('button', { name: 'Remove' }).click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await back.isOpen(), false);
});

test('the last owner can neither take another role nor be removed, and two owners at once are told', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  await add(server, 'Aïcha', 'owner');
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = new App(page, server.url);
  await app.enter('/people', by('Aïcha'));
  await page.getByText('Nobody else can sign in yet.').waitFor();
  await open(app, 'Aïcha');
  const panel = dialog(app, 'Aïcha');
  await panel.getByText('You are the only owner who may sign in.').waitFor();
  for (const role of ['Viewer', 'Editor', 'Owner']) assert.equal(await panel.getByLabel(role).isDisabled(), true);
  assert.equal(await panel.getByRole('button', { name: 'Remove' }).count(), 0);
  assert.equal(await panel.getByRole('button', { name: 'Turn off' }).count(), 0);
  await page.keyboard.press('Escape');

  // Another owner was there when the panel was opened, and is gone when it is saved.
  await add(server, 'Sow', 'owner');
  await page.reload();
  await open(app, 'Aïcha');
  await panel.getByLabel('Editor').check();
  await server.run(['users', 'remove', 'Sow']);
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Nobody else is an owner').waitFor();
  await page.reload();
  await page.getByText('Nobody else can sign in yet.').waitFor();

  // Another owner removed somebody whose panel is open.
  await add(server, 'Mint', 'viewer');
  await page.reload();
  await open(app, 'Mint');
  await dialog(app, 'Mint').waitFor();
  await server.run(['users', 'remove', 'Mint']);
  await dialog(app, 'Mint').getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('This person is no longer there').waitFor();
  await dialog(app, 'Mint').waitFor({ state: 'detached' });
  await page.getByText('Nobody else can sign in yet.').waitFor();

  // An owner who takes another role loses the page.
  await add(server, 'Sow', 'owner');
  await page.reload();
  await open(app, 'Aïcha');
  await panel.getByLabel('Viewer').check();
  await panel.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Only owners see this page').waitFor();
  assert.deepEqual(complaints, []);
});

test('one sees where one is signed in, signs out elsewhere, and changes the password', async (t) => {
  const app = await on.app(t);
  await add(on.server, name, 'viewer');
  const windows = await elsewhere(name, { agent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' });
  const phone = await elsewhere(name, { agent: 'Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile' });
  await app.enter('/settings', by(name));
  await app.page.getByText('By name and password').waitFor();
  await app.page.locator('.facts-list > div', { hasText: 'Role' }).getByText('Viewer', { exact: true }).waitFor();
  const sessions = app.page.locator('section', { has: app.heading('Where you are signed in') }).getByRole('listitem');
  await eventually(() => sessions.count(), 3);
  const here = sessions.filter({ hasText: 'This device' });
  assert.equal(await here.getByRole('button').count(), 0);
  await assertAccessible(app.page, 'settings of a person');
  await app.button('Sign out: Firefox, Windows').click();
  await eventually(() => sessions.count(), 2);
  await eventually(() => focused(app), 'session-list');
  assert.deepEqual([await windows.isOpen(), await phone.isOpen()], [false, true]);

  const current = app.page.getByLabel('Present password');
  const fresh = app.page.getByLabel('New password');
  const change = app.button('Change password');
  await change.click();
  await app.page.getByText('Enter your password.').waitFor();
  await eventually(() => focused(app), 'own-current');
  await current.fill('wrong horse battery');
  await fresh.fill('short');
  await change.click();
  await app.page.getByText('At least 10 characters.', { exact: true }).waitFor();
  await fresh.fill('password123');
  await change.click();
  await app.page.getByText('This is too easy to guess. Choose another.').waitFor();
  await fresh.fill('battery horse correct');
  await change.click();
  await app.page.getByText('This is not your password').waitFor();
  await eventually(() => focused(app), 'own-current');

  // Typed text goes by one question only.
  await app.go('Inventory');
  await dialog(app, 'Leave without saving?').getByRole('button', { name: 'Stay' }).click();
  await current.fill(PASSWORD);
  await change.click();
  await app.page.getByText('Password changed. You are signed out everywhere else.').waitFor();
  assert.equal(await phone.isOpen(), false);
  await eventually(() => sessions.count(), 1);
  assert.deepEqual([await current.inputValue(), await fresh.inputValue()], ['', '']);
  await app.page.reload();
  await app.heading('Settings').waitFor();
  assert.equal((await elsewhere(name)).status, 401);
  assert.equal((await elsewhere(name, { password: 'battery horse correct' })).status, 200);
});

test('the history names who changed a level', async (t) => {
  const app = await on.app(t);
  await add(on.server, name, 'editor');
  const [sku] = await on.server.api.create(1, { prefix: 'WHO', quantity: 5 });
  await app.enter(`/products/${sku}`, by(name));
  await app.stock.fill('7');
  await app.save();
  await eventually(async () => (await on.server.api.product(sku)).quantity, 7);
  await app.visit('/history');
  const levels = app.page.getByRole('region', { name: 'Every change of the stock' }).getByRole('listitem');
  await levels.filter({ hasText: sku }).filter({ hasText: name }).first().waitFor();
});

test('in each language and direction the pages hold together on a phone', async (t) => {
  for (const [locale, title] of [['ar', 'الأشخاص'], ['fr', 'Personnes']]) {
    const app = await on.app(t, { locale, colorScheme: 'dark', viewport: { width: 390, height: 844 } });
    await app.visit('/');
    await app.page.locator('#session-name').waitFor();
    await assertAccessible(app.page, `sign-in in ${locale}`);
    await app.enter('/people', by('Aïcha'));
    await app.heading(title).waitFor();
    await app.page.locator('.person').first().waitFor();
    await assertAccessible(app.page, `People in ${locale}`);
    const width = await app.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${locale}: ${width}`);
    await app.page.locator('.person button').first().click();
    await app.page.locator('.session').first().waitFor();
    await assertAccessible(app.page, `a person in ${locale}`);
  }
});
