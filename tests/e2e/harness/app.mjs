// The app as a person finds their way in it: by role and label, in English.
import { readFile } from 'node:fs/promises';

/** Whatever begins so: tabs and chips carry their count behind the word. */
const begins = (word) => new RegExp(`^${word}\\b`);

export class App {
  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  async visit(path = '/') {
    await this.page.goto(this.url + path);
  }

  // Sign in
  get signInHeading() {
    return this.page.getByRole('heading', { name: 'Sign in' });
  }

  async signIn(key) {
    const withKey = this.page.getByRole('button', { name: 'Sign in with a key instead' });
    if (await withKey.isVisible()) await withKey.click();
    await this.page.getByLabel('API key').fill(key);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Signs in without the page, whose words differ by language, and goes there. */
  async enter(path = '/', data = { key: 'sk_test_demo' }) {
    await this.page.context().request.post(`${this.url}/api/session`, {
      headers: { origin: this.url, 'x-stockroom': '1' },
      data,
    });
    await this.visit(path);
  }

  /** Signs in by name in the page, where that is what the page asks for. */
  async signInByName(name, password, { test = true } = {}) {
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    const data = this.page.getByLabel(test ? 'Test' : 'Live', { exact: true });
    if (await data.isVisible()) await data.check();
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  async openDemo() {
    await this.visit('/');
    await this.page.getByRole('button', { name: 'Open the demo store' }).click();
    await this.inventory.waitFor();
  }

  // Everywhere
  async go(name) {
    await this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  }

  heading(name) {
    return this.page.getByRole('heading', { name });
  }

  button(name) {
    return this.page.getByRole('button', { name });
  }

  // Inventory
  get inventory() {
    return this.page.getByRole('grid', { name: 'Inventory' });
  }

  tab(name) {
    return this.page.getByRole('tab', { name: begins(name) });
  }

  get search() {
    return this.page.getByRole('searchbox', { name: 'Search products' });
  }

  /** The row of the inventory that holds this text. */
  row(text) {
    return this.inventory.getByRole('row').filter({ hasText: text }).first();
  }

  // Product panel
  get stock() {
    return this.page.getByRole('dialog').getByLabel('Stock', { exact: true });
  }

  stockOf(variant) {
    return this.page.getByRole('dialog').getByLabel(`Stock of ${variant}`, { exact: true });
  }

  async save() {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  }

  // Update stock
  async chooseFile(name, content, mimeType = 'text/csv') {
    await this.page.getByLabel('Choose a file').setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
  }

  get changes() {
    return this.page.getByRole('grid', { name: 'Changes' });
  }

  chip(name) {
    return this.page.getByRole('button', { name: begins(name) });
  }

  /** The number on a filter chip. */
  async count(name) {
    const text = await this.chip(name).first().innerText();
    return Number(text.replaceAll(/\D/g, ''));
  }

  get apply() {
    return this.page.getByRole('button', { name: /^Apply [\d,]+ changes?/ });
  }

  /** Edits the value cell that shows `text`. */
  async editCell(text, value) {
    const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    await this.changes.getByRole('gridcell', { name: new RegExp(`^Value of line .*: ${escaped}$`) }).dblclick();
    const field = this.changes.getByRole('textbox', { name: /^Value of line/ });
    await field.fill(value);
    await field.press('Enter');
  }

  /** Clicks and returns the downloaded file's name and text. */
  async download(button) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  }
}
