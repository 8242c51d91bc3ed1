// The Review step's grid as a spreadsheet: ranges, copy and paste, typing, undo, a million rows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const LEVEL = 50;
let skus;
const on = stage({
  async prepare({ api }) {
    skus = await api.create(8, { prefix: 'GRID', quantity: LEVEL });
  },
});

const COLUMNS = ['Line', 'SKU', 'Product', 'Variant', 'Mode', 'Value', 'Change', 'Note'];
/** Eight known products, each to be set to 51. */
const eight = () => skus.map((sku) => [sku, '', 51]);

/** Opens a file of SKU, variant and quantity in the Review step. */
async function review(app, rows) {
  await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.openDemo();
  await app.go('Update stock');
  await app.chooseFile('count.csv', csv([['sku', 'variant', 'quantity'], ...rows]));
  await app.changes.waitFor();
  await eventually(() => app.count('All'), rows.length);
  await eventually(() => app.changes.getAttribute('aria-rowcount'), String(rows.length + 1));
  return app;
}
const opened = async (t, rows = eight()) => review(await on.app(t), rows);

// What the grid shows. Rows are counted from 1, as they stand in the view.

const grid = (app) => app.page.getByRole('grid');
const row = (app, at) => grid(app).locator(`[role=row][aria-rowindex="${at + 1}"]:not([hidden])`);
const cell = (app, column, at) => row(app, at).getByRole('gridcell').nth(COLUMNS.indexOf(column));
const field = (app) => grid(app).getByRole('textbox');
const press = async (app, ...keys) => {
  for (const key of keys) await app.page.keyboard.press(key);
};

/** The drawn rows in order, each with the texts of these columns. */
const texts = (app, ...columns) =>
  grid(app).getByRole('row').evaluateAll(
    (rows, wanted) => {
      const drawn = rows.filter((one) => Number(one.ariaRowIndex) > 1);
      drawn.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex);
      return drawn.map((one) => {
        const cells = one.querySelectorAll('[role=gridcell]');
        const text = (at) => (cells[at].querySelector('bdi') ?? cells[at].querySelector('span:not(.verdict span, .verdict)') ?? cells[at]).textContent;
        return wanted.length === 1 ? text(wanted[0]) : wanted.map(text);
      });
    },
    columns.map((column) => COLUMNS.indexOf(column)),
  );

/** Where the cursor is, such as `Value 1`. */
const cursor = (app) =>
  grid(app).evaluate((element, columns) => {
    const active = document.getElementById(element.getAttribute('aria-activedescendant'));
    if (!active) return null;
    const line = active.closest('[role=row]');
    return `${columns[[...line.children].indexOf(active)]} ${line.ariaRowIndex - 1}`;
  }, COLUMNS);

/** The rows whose cell in a column is chosen. */
const chosen = (app, column) =>
  grid(app).getByRole('row').evaluateAll((rows, at) => {
    const is = (one) => one.querySelectorAll('[role=gridcell]')[at]?.ariaSelected === 'true';
    return rows.filter(is).map((one) => one.ariaRowIndex - 1).sort((a, b) => a - b);
  }, COLUMNS.indexOf(column));

const hasFocus = (app) => grid(app).evaluate((element) => element === document.activeElement);

// The clipboard, as another program leaves it and finds it.

const putOnClipboard = (app, data) =>
  app.page.evaluate((data) => {
    const put = (event) => {
      for (const [kind, text] of Object.entries(data)) event.clipboardData.setData(kind, text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener('copy', put, { capture: true, once: true });
    return document.execCommand('copy');
  }, data);
const clipboard = (app) => app.page.evaluate(() => navigator.clipboard.readText());

async function paste(app, text, kind = 'text/plain') {
  assert.equal(await putOnClipboard(app, { [kind]: text }), true, 'the clipboard took it');
  await press(app, 'Control+v');
}

async function copied(app) {
  await putOnClipboard(app, { 'text/plain': 'nothing was copied' });
  await press(app, 'Control+c');
}

const values = (app) => texts(app, 'Value');

/** What spreadsheets put there beside the text: the markup of each, shortened. */
const TABLES = {
  Excel: `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><!--StartFragment-->
    <table border=0 cellpadding=0><col width=64><tr height=20><td class=xl65>GRID-0003</td><td></td><td>Red,
    large</td></tr><tr><td>GRID-0004</td><td colspan=2 align=right x:num>7</td></tr></table><!--EndFragment--></body></html>`,
  'Google Sheets': `<meta charset="utf-8"><google-sheets-html-origin><table cellspacing="0"><colgroup><col/></colgroup>
    <tbody><tr><td data-sheets-value="{}">GRID-0003</td><td></td><td>Red, large</td></tr>
    <tr><td>GRID-0004</td><td colspan="2">7</td></tr></tbody></table>`,
  LibreOffice: `<!DOCTYPE html><body><table cellspacing="0" border="0"><colgroup></colgroup><tr><td height="17"><font
    face="Liberation Sans">GRID-0003</font></td><td><br></td><td>Red, large</td></tr>
    <tr><td>GRID-0004</td><td colspan=2 sdval="7">7</td></tr></table></body>`,
};

test('cells are pasted as they are: line breaks, tabs and quotes inside, columns that are only shown left out', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 2).click();
  await paste(app, 'GRID-0005\tA name\t"two\nlines"\tadjust\t"=60"\n"GR""ID"\t\t"tab\there"\t\t+5\n');
  const pasted = () => texts(app, 'SKU', 'Variant', 'Value').then((rows) => rows.slice(1, 3));
  await eventually(pasted, [
    ['GRID-0005', 'two\nlines', '=60'],
    ['GR"ID', 'tab\there', '+5'],
  ]);
  await app.page.getByText('2 cells were left out').waitFor();
  // All of it was one step.
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'SKU', 'Variant', 'Value'), skus.map((sku) => [sku, '', '51']));
});

for (const [name, html] of Object.entries(TABLES)) {
  test(`a table of ${name}, where only its markup is on the clipboard`, async (t) => {
    const app = await opened(t);
    await cell(app, 'SKU', 1).click();
    await paste(app, html, 'text/html');
    const pasted = () => texts(app, 'SKU', 'Variant').then((rows) => rows.slice(0, 3));
    await eventually(pasted, [['GRID-0003', 'Red, large'], ['GRID-0004', ''], ['GRID-0003', '']]);
  });
}

test('a paste longer than the grid adds rows, and one value fills what is chosen', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 7).click();
  await paste(app, '61\n62\n63\n64\n');
  await eventually(() => values(app), ['51', '51', '51', '51', '51', '51', '61', '62', '63', '64']);
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '11');
  await press(app, 'Control+z');
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '9');

  await cell(app, 'Value', 2).click();
  await press(app, 'Shift+ArrowDown', 'Shift+ArrowDown');
  await paste(app, '+9');
  await eventually(() => values(app), ['51', '+9', '+9', '+9', '51', '51', '51', '51']);
});

test('what is copied pastes back, and a range larger than what is drawn is copied whole', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await paste(app, '"a ""quote"""\t\t"two\nlines"\t\t=7');
  await eventually(() => values(app).then((all) => all[0]), '=7');
  await cell(app, 'SKU', 1).click();
  await press(app, 'Shift+End');
  await copied(app);
  await eventually(() => clipboard(app), '"a ""quote"""\t\t"two\nlines"\tset\t=7');
  await cell(app, 'SKU', 4).click();
  await press(app, 'Control+v');
  const fourth = () => texts(app, 'SKU', 'Variant', 'Value').then((rows) => rows[3]);
  await eventually(fourth, ['a "quote"', 'two\nlines', '=7']);

  const many = Array.from({ length: 5_000 }, (_, n) => [`ART-${n + 1}`, '', n]);
  await app.button('Another file').click();
  await app.chooseFile('many.csv', csv([['sku', 'variant', 'quantity'], ...many]));
  await eventually(() => app.count('All'), 5_000);
  await cell(app, 'SKU', 1).click();
  await press(app, 'Control+a');
  await copied(app);
  await app.page.getByText('5,000 rows copied').waitFor();
  const lines = (await clipboard(app)).split('\n');
  assert.deepEqual([lines.length, lines[0], lines[4_999]], [5_000, 'ART-1\t\t\tset\t0', 'ART-5000\t\t\tset\t4999']);
});

test('ranges by keys, by Shift and by dragging; clear, fill down, let go', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 2).click();
  assert.equal(await cursor(app), 'Value 2');
  await press(app, 'Shift+ArrowDown', 'Shift+ArrowDown');
  await eventually(() => chosen(app, 'Value'), [2, 3, 4]);
  await cell(app, 'Variant', 6).click({ modifiers: ['Shift'] });
  await eventually(() => chosen(app, 'Variant'), [2, 3, 4, 5, 6]);
  assert.deepEqual(await chosen(app, 'SKU'), []);
  await press(app, 'Escape');
  await eventually(() => chosen(app, 'Variant'), [6]);

  await cell(app, 'Value', 3).hover();
  await app.page.mouse.down();
  await cell(app, 'Value', 5).hover();
  await app.page.mouse.up();
  await eventually(() => chosen(app, 'Value'), [3, 4, 5]);
  await press(app, 'Delete');
  await eventually(() => values(app), ['51', '51', '', '', '', '51', '51', '51']);
  await press(app, 'Control+z');

  await cell(app, 'Value', 5).click();
  await press(app, '=', '7', 'Enter');
  await cell(app, 'Value', 5).click();
  await press(app, 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+d');
  await eventually(() => values(app), ['51', '51', '51', '51', '=7', '=7', '=7', '51']);
  await press(app, 'Control+a');
  await eventually(() => chosen(app, 'Mode'), [1, 2, 3, 4, 5, 6, 7, 8]);

  const heads = await grid(app).getByRole('columnheader').count();
  assert.deepEqual([heads, await app.changes.getAttribute('aria-colcount')], [8, '8']);
  assert.equal(await hasFocus(app), true);
});

test('typing as in a spreadsheet: sets, adjusts, leaving, the next cell, a word that is no number', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 1).click();
  for (const typed of ['=12', '+5', '-3']) {
    await app.page.keyboard.type(typed);
    await press(app, 'Enter');
  }
  await eventually(() => values(app).then((all) => all.slice(0, 4)), ['=12', '+5', '-3', '51']);
  const pill = (at) => cell(app, 'Change', at).locator('.pill').innerText();
  await eventually(async () => [await pill(1), await pill(2), await pill(3), await pill(4)], ['−38', '+5', '−3', '+1']);
  assert.equal(await cursor(app), 'Value 4');

  // Escape leaves the cell as it was, Tab goes on to the next that can be typed into.
  await press(app, 'F2');
  await app.page.keyboard.type('999');
  await press(app, 'Escape');
  assert.equal((await values(app))[3], '51');
  await press(app, 'Tab');
  assert.equal(await cursor(app), 'SKU 5');
  await press(app, 'Tab', 'Tab', 'Shift+Tab');
  assert.equal(await cursor(app), 'Variant 5');

  await press(app, 'Tab');
  await app.page.keyboard.type('x');
  assert.equal(await field(app).inputValue(), 'x');
  await press(app, 'Enter');
  await eventually(() => app.count('Errors'), 1);
  assert.match(await cell(app, 'Note', 5).innerText(), /“x” is not a/);
});

test('undo and redo find their rows again after a sort and a filter', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 8).click();
  await app.page.keyboard.type('x');
  await press(app, 'Enter');
  await eventually(() => app.count('Errors'), 1);
  await app.changes.getByRole('button', { name: 'SKU' }).click();
  await app.changes.getByRole('button', { name: 'SKU' }).click();
  await eventually(() => texts(app, 'SKU', 'Value').then((rows) => rows[0]), ['GRID-0008', 'x']);
  await app.chip('Errors').first().click();
  await eventually(() => texts(app, 'SKU'), ['GRID-0008']);
  await cell(app, 'Value', 1).click();
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'SKU', 'Value'), [['GRID-0008', '51']]);
  await press(app, 'Control+y');
  await eventually(() => texts(app, 'SKU', 'Value'), [['GRID-0008', 'x']]);
  await press(app, 'Control+z');
  await eventually(() => app.count('Errors'), 0);
  await press(app, 'Control+Shift+Z');
  await eventually(() => app.count('Errors'), 1);
});

test('from right to left the arrow to the left goes on', async (t) => {
  const app = await on.app(t, { locale: 'ar' });
  await app.enter('/update');
  const buffer = Buffer.from(csv([['sku', 'variant', 'quantity'], ...eight()]));
  await app.page.locator('input[type=file]').setInputFiles({ name: 'count.csv', mimeType: 'text/csv', buffer });
  await cell(app, 'SKU', 3).click();
  await press(app, 'ArrowLeft', 'ArrowLeft');
  await eventually(() => cursor(app), 'Variant 3');
  await press(app, 'ArrowRight');
  await eventually(() => cursor(app), 'Product 3');
  await press(app, 'Control+ArrowLeft');
  await eventually(() => cursor(app), 'Value 3');
});

test('a million rows: the last is reached exactly, by keys, bar, wheel and its line, and typed into', { timeout: 90_000 }, async (t) => {
  const total = 1_000_000;
  const folder = await mkdtemp(join(tmpdir(), 'stockroom-grid-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'million.csv');
  const file = createWriteStream(path);
  file.write('sku,quantity\n');
  for (let at = 1; at <= total; at += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, n) => `ART-${at + n},${(at + n) % 97}\n`);
    if (at + 9_999 === total) lines[9_999] = 'GRID-0008,51\n';
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');

  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.page.getByLabel('Choose a file').setInputFiles(path);
  await app.changes.waitFor({ timeout: 40_000 });
  await eventually(() => app.count('All'), total);
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '1000001');

  const lastRow = () => texts(app, 'Line', 'SKU', 'Value').then((rows) => rows.at(-1));
  const isAtEnd = async (how) => {
    await eventually(lastRow, ['1,000,001', 'GRID-0008', '51'], how);
    // Its foot is the foot of what the grid shows, to a pixel.
    const gap = () =>
      grid(app).evaluate((element, place) => {
        const last = element.querySelector(`[role=row][aria-rowindex="${place}"]:not([hidden])`);
        const foot = element.getBoundingClientRect().top + element.clientTop + element.clientHeight;
        return Math.abs(last.getBoundingClientRect().bottom - foot) <= 1;
      }, total + 1);
    await eventually(gap, true, how);
  };
  const toStart = async () => {
    await grid(app).focus();
    await press(app, 'Control+Home');
    await eventually(() => texts(app, 'SKU').then((all) => all[0]), 'ART-1');
  };
  await grid(app).focus();
  await press(app, 'Control+End');
  await isAtEnd('keys');
  await toStart();
  await grid(app).evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await isAtEnd('bar');
  await grid(app).hover();
  await app.page.mouse.wheel(0, -4_000);
  await eventually(() => lastRow().then(([line]) => line !== '1,000,001'), true);
  for (let turn = 0; turn < 5; turn += 1) await app.page.mouse.wheel(0, 1_000);
  await isAtEnd('wheel');
  await toStart();
  await app.page.getByLabel('Go to line').fill('1000001');
  await press(app, 'Enter');
  await eventually(() => cursor(app), `SKU ${total}`);
  await isAtEnd('its line');

  // Hands are quicker than rows are fetched.
  await toStart();
  await press(app, 'Control+End');
  await app.page.keyboard.type('+5');
  await press(app, 'Enter');
  await eventually(() => lastRow().then((texts) => texts.slice(1)), ['GRID-0008', '+5']);
  await press(app, 'Control+z');
  await eventually(() => lastRow().then((texts) => texts.slice(1)), ['GRID-0008', '51']);
});
