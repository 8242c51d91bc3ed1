// The Review step's grid as a spreadsheet: ranges, copy and paste, typing, undo, a million rows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { App } from './harness/app.mjs';
import { eventually, openPage } from './harness/browser.mjs';
import { csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const LEVEL = 50;
let skus;
// With scroll bars, as on a desk: headless browsers hide them.
const on = stage({
  hasBars: true,
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
  grid(app).getByRole('row').evaluateAll((rows, wanted) => {
    const drawn = rows.filter((one) => Number(one.ariaRowIndex) > 1);
    drawn.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex);
    return drawn.map((one) => {
      const cells = [...one.querySelectorAll('[role=gridcell]')];
      const found = wanted.map((at) => (cells[at].querySelector('bdi, .line') ?? cells[at]).textContent);
      return found.length === 1 ? found[0] : found;
    });
  }, columns.map((column) => COLUMNS.indexOf(column)));

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

/** Two frames: whatever the page does about what it knows by now is done. */
const frames = (app) => app.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
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

// Paste.

test('pasted cells keep their line breaks, tabs and quotes', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 2).click();
  await paste(app, 'GRID-0007\t\t"rouge ""vif""\nou\tnoir"\t\t"7"\r\nGRID-0008\t\t25" écran\t\t+8\r\n');
  await eventually(async () => (await texts(app, 'SKU', 'Product', 'Variant', 'Value')).slice(0, 4), [
    ['GRID-0001', 'Article GRID-0001', '', '51'],
    ['GRID-0007', 'Article GRID-0007', 'rouge "vif"\nou\tnoir', '7'],
    ['GRID-0008', 'Article GRID-0008', '25" écran', '+8'],
    ['GRID-0004', 'Article GRID-0004', '', '51'],
  ]);
  assert.deepEqual(await chosen(app, 'Value'), [2, 3]);
  assert.equal(await app.count('All'), 8);
  assert.equal(await app.page.getByText('left out: nothing').count(), 0);
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'SKU', 'Variant', 'Value'), eight().map((cells) => cells.map(String)));
});

test('cells that have no place are counted, and what is only shown stays', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await paste(app, 'GRID-0002\tAnother name\t\tadjust\t9\tbeyond\tfurther\n');
  await app.page.getByText('4 cells were left out: nothing can be typed there.').waitFor();
  await eventually(async () => (await texts(app, 'SKU', 'Product', 'Mode', 'Value'))[0], [
    'GRID-0002', 'Article GRID-0002', 'set', '9',
  ]);
  await cell(app, 'Product', 3).click();
  await paste(app, 'Name\tlabel\n');
  await app.page.getByText('1 cell was left out: nothing can be typed there.').waitFor();
  await eventually(async () => (await texts(app, 'Product', 'Variant', 'Value'))[2], ['Article GRID-0003', 'label', '51']);
});

test('a paste that is longer than the grid adds rows, and one step takes them away', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 8).click();
  await paste(app, 'GRID-0001\t\t\t\t1\nNOBODY\t\t\t\t2\n\t\t\t\t\nGRID-0003\t\t\t\t+3');
  await eventually(() => app.count('All'), 11);
  await eventually(async () => (await texts(app, 'Line', 'SKU', 'Mode', 'Value')).slice(7), [
    ['9', 'GRID-0001', 'set', '1'],
    ['10', 'NOBODY', 'set', '2'],
    ['11', '', '', ''],
    ['12', 'GRID-0003', 'adjust', '+3'],
  ]);
  assert.equal(await app.changes.getAttribute('aria-rowcount'), '12');
  await press(app, 'Control+z');
  await eventually(() => app.count('All'), 8);
  await eventually(async () => (await texts(app, 'SKU', 'Value')).slice(6), [['GRID-0007', '51'], ['GRID-0008', '51']]);
});

test('one value is pasted into every row of a range', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 2).click();
  await press(app, 'Shift+ArrowDown', 'Shift+ArrowDown');
  await paste(app, '+5');
  await eventually(() => texts(app, 'Value'), ['51', '+5', '+5', '+5', '51', '51', '51', '51']);
  assert.deepEqual(await chosen(app, 'Value'), [2, 3, 4]);
});

const EXCEL = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta name=ProgId content=Excel.Sheet><meta name=Generator content="Microsoft Excel 15">
<style><!--table {mso-displayed-decimal-separator:"\\.";} td {padding:0px; mso-number-format:General;} br {mso-data-placement:same-cell;}--></style>
</head><body link="#0563C1" vlink="#954F72">
<table border=0 cellpadding=0 cellspacing=0 width=192 style='border-collapse:collapse;width:144pt'>
<!--StartFragment--> <col width=64 span=5 style='width:48pt'>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65 width=64 style='height:15.0pt;width:48pt'>GRID-0005</td>
  <td width=64></td>
  <td class=xl66 width=64 style='width:48pt'>rouge<br>
    vif</td>
  <td width=64></td>
  <td align=right width=64 style='width:48pt'>12</td>
 </tr>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65 style='height:15.0pt'>GRID-0006</td>
  <td></td><td>A &amp; B &lt;25&quot;&gt;</td><td></td>
  <td class=xl67 align=right>-3</td>
 </tr>
<!--EndFragment-->
</table>
</body></html>`;
const SHEETS = '<meta charset="utf-8"><google-sheets-html-origin><style type="text/css"><!--td {border: 1px solid #cccccc;}br {mso-data-placement:same-cell;}--></style>'
  + '<table xmlns="http://www.w3.org/1999/xhtml" cellspacing="0" cellpadding="0" dir="ltr" border="1" style="table-layout:fixed;font-size:10pt;width:0px" data-sheets-root="1" data-sheets-baot="1"><colgroup><col width="100"/><col width="100"/></colgroup><tbody>'
  + '<tr style="height:21px;"><td style="overflow:hidden;padding:2px 3px;" data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;GRID-0005&quot;}">GRID-0005</td><td></td><td data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;rouge\\nvif&quot;}">rouge<br/>vif</td><td></td><td style="text-align:right;" data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:12}">12</td></tr>'
  + '<tr style="height:21px;"><td>GRID-0006</td><td></td><td><span style="font-weight:bold;">A &amp; B</span> &lt;25&quot;&gt;</td><td></td><td data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:-3}">-3</td></tr></tbody></table>';
const LIBREOFFICE = `<!DOCTYPE html>
<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title>
<meta name="generator" content="LibreOffice 24.2.7.2 (Linux)"/>
<style type="text/css">body,div,table,thead,tbody,tfoot,tr,th,td,p { font-family:"Liberation Sans"; font-size:x-small }</style></head>
<body>
<table cellspacing="0" border="0">
\t<colgroup width="85"></colgroup>
\t<colgroup span="4" width="85"></colgroup>
\t<tr>
\t\t<td height="17" align="left"><font face="Liberation Sans">GRID-0005</font></td>
\t\t<td align="left"><br></td>
\t\t<td align="left">rouge<br>vif</td>
\t\t<td align="left"><br></td>
\t\t<td align="right" sdval="12" sdnum="1033;">12</td>
\t</tr>
\t<tr>
\t\t<td height="17" align="left">GRID-0006</td>
\t\t<td align="left"><br></td>
\t\t<td align="left">A &amp; B &lt;25&quot;&gt;</td>
\t\t<td align="left"><br></td>
\t\t<td align="right" sdval="-3" sdnum="1033;">-3</td>
\t</tr>
</table>
</body></html>`;

for (const [program, html] of [['Excel', EXCEL], ['Google Sheets', SHEETS], ['LibreOffice', LIBREOFFICE]]) {
  test(`a table as ${program} puts it on the clipboard, without its text`, async (t) => {
    // What the browser says of the table's styles has a test of its own, below.
    const { context, page } = await openPage(on.browser);
    t.after(() => context.close());
    const app = await review(new App(page, on.server.url), eight());
    await cell(app, 'SKU', 1).click();
    await paste(app, html, 'text/html');
    await eventually(async () => (await texts(app, 'SKU', 'Variant', 'Mode', 'Value')).slice(0, 3), [
      ['GRID-0005', 'rouge\nvif', 'set', '12'],
      ['GRID-0006', 'A & B <25">', 'adjust', '-3'],
      ['GRID-0003', '', 'set', '51'],
    ]);
    assert.equal(await app.page.getByText('left out: nothing').count(), 0);
    assert.equal(await app.count('All'), 8);
  });
}

// Copy.

test('a range is copied as a spreadsheet takes it, and pastes back the same', async (t) => {
  const rows = eight();
  rows[1][1] = 'rouge "vif"\nou\tnoir';
  rows[2][1] = '25" écran';
  const app = await opened(t, rows);
  await cell(app, 'Value', 1).click();
  await cell(app, 'SKU', 3).click({ modifiers: ['Shift'] });
  await copied(app);
  const text = [
    'GRID-0001\tArticle GRID-0001\t\tset\t51',
    'GRID-0002\tArticle GRID-0002\t"rouge ""vif""\nou\tnoir"\tset\t51',
    'GRID-0003\tArticle GRID-0003\t"25"" écran"\tset\t51',
  ].join('\n');
  await eventually(() => clipboard(app), text);
  await cell(app, 'SKU', 6).click();
  await press(app, 'Control+v');
  await eventually(async () => (await texts(app, 'SKU', 'Variant', 'Value')).slice(4), [
    ['GRID-0005', '', '51'],
    ['GRID-0001', '', '51'],
    ['GRID-0002', 'rouge "vif"\nou\tnoir', '51'],
    ['GRID-0003', '25" écran', '51'],
  ]);
  // Copied again, it is the same text.
  await cell(app, 'SKU', 6).click();
  await cell(app, 'Value', 8).click({ modifiers: ['Shift'] });
  await copied(app);
  await eventually(() => clipboard(app), text);
});

test('one cell is copied without a line end, and an open field copies its own text', async (t) => {
  const app = await opened(t);
  await cell(app, 'Product', 4).click();
  await copied(app);
  await eventually(() => clipboard(app), 'Article GRID-0004');
  await cell(app, 'SKU', 4).dblclick();
  await field(app).press('Shift+Home');
  await press(app, 'Shift+ArrowRight');
  await copied(app);
  await eventually(() => clipboard(app), 'RID-0004');
});

test('five thousand rows are copied whole, though few of them are at hand', async (t) => {
  const rows = Array.from({ length: 5000 }, (_, at) => [`ART-${at + 1}`, at % 2 ? 'a "b"' : '', at]);
  const app = await opened(t, rows);
  await grid(app).focus();
  await press(app, 'Control+a');
  await copied(app);
  const lines = rows.map(([sku, variant, value]) => `${sku}\t\t${variant && '"a ""b"""'}\tset\t${value}`);
  await eventually(async () => (await clipboard(app)).split('\n').length, 5000);
  assert.equal(await clipboard(app), lines.join('\n'));
  // The same without the column of SKUs, from a row far down to the last.
  await app.page.getByLabel('Go to line').fill('3002');
  await app.page.getByLabel('Go to line').press('Enter');
  await eventually(() => cursor(app), 'SKU 3001');
  await press(app, 'ArrowRight', 'Control+Shift+End');
  await eventually(() => cursor(app), 'Value 5000');
  await copied(app);
  await eventually(async () => (await clipboard(app)).split('\n').length, 2000);
  assert.equal(await clipboard(app), lines.slice(3000).map((line) => line.replace(/^[^\t]*\t/, '')).join('\n'));
});

// Ranges.

test('a range grows and shrinks with Shift and arrows; Ctrl+D fills it, Delete clears it, Escape lets go', async (t) => {
  const rows = eight();
  rows[1][2] = 60;
  const app = await opened(t, rows);
  await cell(app, 'Value', 2).click();
  await press(app, 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowUp');
  await eventually(() => chosen(app, 'Value'), [2, 3, 4]);
  assert.equal(await cursor(app), 'Value 4');
  await press(app, 'Control+d');
  await eventually(() => texts(app, 'Value'), ['51', '60', '60', '60', '51', '51', '51', '51']);
  assert.deepEqual(await chosen(app, 'Value'), [2, 3, 4]);
  await press(app, 'Shift+ArrowUp', 'Shift+ArrowUp', 'Shift+ArrowUp');
  await eventually(() => chosen(app, 'Value'), [1, 2]);
  await press(app, 'Delete');
  await eventually(() => texts(app, 'Value'), ['', '', '60', '60', '51', '51', '51', '51']);
  await eventually(() => texts(app, 'Note'), ['Nothing asked: the value is blank', 'Nothing asked: the value is blank', '', '', '', '', '', '']);
  await press(app, 'Escape');
  await eventually(() => chosen(app, 'Value'), [1]);
  assert.equal(await cursor(app), 'Value 1');
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'Value'), ['51', '60', '60', '60', '51', '51', '51', '51']);
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'Value'), ['51', '60', '51', '51', '51', '51', '51', '51']);
  assert.equal(await app.button('Undo').isDisabled(), true);
});

test('Shift and a click, and a mouse that is dragged, choose from cell to cell', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 6).click();
  await cell(app, 'Variant', 3).click({ modifiers: ['Shift'] });
  await eventually(() => chosen(app, 'Value'), [3, 4, 5, 6]);
  assert.deepEqual(await chosen(app, 'Variant'), [3, 4, 5, 6]);
  assert.deepEqual(await chosen(app, 'SKU'), []);
  assert.equal(await cursor(app), 'Variant 3');

  await cell(app, 'SKU', 2).hover();
  await app.page.mouse.down();
  for (const at of [3, 4, 5, 4]) await cell(app, 'SKU', at).hover();
  await cell(app, 'Variant', 4).hover();
  await app.page.mouse.up();
  await cell(app, 'Value', 7).hover();
  assert.deepEqual(await chosen(app, 'SKU'), [2, 3, 4]);
  assert.deepEqual(await chosen(app, 'Variant'), [2, 3, 4]);
  assert.deepEqual(await chosen(app, 'Value'), []);
  assert.equal(await hasFocus(app), true);
  await press(app, 'Delete');
  await eventually(() => texts(app, 'SKU'), ['GRID-0001', '', '', '', 'GRID-0005', 'GRID-0006', 'GRID-0007', 'GRID-0008']);
});

test('Ctrl+A chooses every row and column, and what is done goes to all in one step', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 5).click();
  await press(app, 'Control+a');
  for (const column of ['SKU', 'Variant', 'Value']) await eventually(() => chosen(app, column), [1, 2, 3, 4, 5, 6, 7, 8]);
  await press(app, 'Delete');
  await eventually(() => texts(app, 'SKU', 'Value'), eight().map(() => ['', '']));
  await eventually(() => app.apply.count(), 0);
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'SKU', 'Variant', 'Value'), eight().map((cells) => cells.map(String)));
  await eventually(() => app.apply.innerText(), 'Apply 8 changes');
  await press(app, 'Escape', 'Control+End', 'Control+Shift+ArrowUp');
  await eventually(() => chosen(app, 'Value'), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(await chosen(app, 'SKU'), []);
  await press(app, 'ArrowDown', 'Control+Shift+Home');
  await eventually(() => chosen(app, 'SKU'), [1, 2]);
  assert.equal(await cursor(app), 'SKU 1');
});

test('what is chosen, and where it is, can be heard', async (t) => {
  const app = await opened(t, Array.from({ length: 300 }, (_, at) => [`ART-${at + 1}`, '', at]));
  const about = (name) => app.changes.getAttribute(name);
  assert.deepEqual([await about('aria-rowcount'), await about('aria-colcount'), await about('aria-multiselectable')], ['301', '8', 'true']);
  assert.deepEqual(await app.changes.getByRole('columnheader').allInnerTexts(), ['Line', 'SKU', 'Product', 'Variant', 'Mode', 'Value', 'Before → after', 'Note']);
  const sorted = () => app.changes.getByRole('columnheader').evaluateAll((heads) => heads.map((head) => head.ariaSort));
  assert.deepEqual(await sorted(), ['ascending', 'none', 'none', null, null, null, 'none', null]);
  await grid(app).focus();
  await press(app, 'Control+End', 'Shift+ArrowUp');
  await eventually(() => cursor(app), 'Value 299');
  await eventually(() => chosen(app, 'Value'), [299, 300]);
  const last = app.page.getByRole('gridcell', { name: 'Value of line 301: 299', exact: true, selected: true });
  await last.waitFor();
  assert.equal(await app.changes.getByRole('row').filter({ has: last }).getAttribute('aria-rowindex'), '301');
  assert.equal(await app.changes.getByRole('gridcell', { selected: true }).count(), 2);
  // Every row says where it stands, and none says it twice.
  const places = await app.changes.getByRole('row').evaluateAll((rows) => rows.map((one) => Number(one.ariaRowIndex)).sort((a, b) => a - b));
  assert.deepEqual(places, [1, ...Array.from({ length: places.length - 1 }, (_, at) => 301 - (places.length - 2) + at)]);
  await app.changes.getByRole('button', { name: 'SKU' }).click();
  await eventually(sorted, ['none', 'ascending', 'none', null, null, null, 'none', null]);
  await app.changes.getByRole('button', { name: 'SKU' }).click();
  await eventually(sorted, ['none', 'descending', 'none', null, null, null, 'none', null]);
  await eventually(() => cursor(app), 'Value 1');
});

// Typing.

test('typing begins to edit: =12 sets, +5 and -3 adjust, Enter goes down', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 1).click();
  await app.page.keyboard.type('=12\n+5\n-3\n7\n');
  await eventually(async () => (await texts(app, 'Mode', 'Value')).slice(0, 5), [
    ['set', '=12'], ['adjust', '+5'], ['adjust', '-3'], ['set', '7'], ['set', '51'],
  ]);
  await eventually(() => cursor(app), 'Value 5');
  for (const [at, spoken] of [[1, '50 becomes 12'], [2, '50 becomes 55'], [3, '50 becomes 47'], [4, '50 becomes 7']]) {
    await cell(app, 'Change', at).getByText(spoken).waitFor();
  }
  await app.page.keyboard.type('8');
  await press(app, 'Shift+Enter');
  await eventually(() => cursor(app), 'Value 4');
  await eventually(async () => (await texts(app, 'Value'))[4], '8');
});

test('a letter takes the place of the text; F2, Enter and a double click edit it; Escape leaves it', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 2).click();
  await press(app, 'x');
  await eventually(() => field(app).inputValue(), 'x');
  assert.equal(await field(app).getAttribute('aria-label'), 'SKU of line 3');
  await app.page.keyboard.type('yz');
  assert.equal(await field(app).inputValue(), 'xyz');
  await press(app, 'Escape');
  await eventually(() => field(app).count(), 0);
  assert.equal(await cursor(app), 'SKU 2');
  assert.equal(await hasFocus(app), true);

  for (const begin of ['F2', 'Enter']) {
    await press(app, begin);
    await eventually(() => field(app).inputValue(), 'GRID-0002');
    // The caret stands at the end.
    await app.page.keyboard.type('!');
    assert.equal(await field(app).inputValue(), 'GRID-0002!');
    await press(app, 'Escape');
    await eventually(() => field(app).count(), 0);
  }
  assert.equal((await texts(app, 'SKU'))[1], 'GRID-0002');
  assert.equal(await app.button('Undo').isDisabled(), true);

  await cell(app, 'SKU', 2).dblclick();
  await eventually(() => field(app).inputValue(), 'GRID-0002');
  // Arrows and Home move the caret, not the cursor; the field undoes its own typing.
  await press(app, 'Home', 'ArrowRight', 'Delete');
  assert.equal(await field(app).inputValue(), 'GID-0002');
  await press(app, 'Control+z');
  assert.equal(await field(app).inputValue(), 'GRID-0002');
  await press(app, 'Delete');
  // A click elsewhere keeps what was typed.
  await cell(app, 'Value', 4).click();
  await eventually(async () => (await texts(app, 'SKU'))[1], 'GID-0002');
  await eventually(() => cursor(app), 'Value 4');
  assert.equal(await field(app).count(), 0);
});

test('nothing is typed into what is only shown', async (t) => {
  const app = await opened(t);
  await cell(app, 'Product', 1).click();
  await press(app, 'x', 'F2', 'Enter', 'Delete');
  await cell(app, 'Mode', 1).dblclick();
  await press(app, '5', 'ArrowRight', '5');
  await eventually(() => field(app).getAttribute('aria-label'), 'Value of line 2');
  assert.equal(await field(app).inputValue(), '5');
  await press(app, 'Escape');
  assert.deepEqual((await texts(app, 'Product', 'Mode'))[0], ['Article GRID-0001', 'set']);
  assert.equal(await app.button('Undo').isDisabled(), true);
});

test('Tab walks the cells that can be typed into, row after row, and leaves behind the last', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  const walk = async (key, ...places) => {
    for (const place of places) {
      await press(app, key);
      await eventually(() => cursor(app), place);
    }
  };
  await walk('Tab', 'Variant 1', 'Value 1', 'SKU 2', 'Variant 2', 'Value 2', 'SKU 3');
  await walk('Shift+Tab', 'Value 2', 'Variant 2', 'SKU 2', 'Value 1');
  // Typing goes on from cell to cell.
  await press(app, 'Tab');
  for (const text of ['A', 'B', '9']) {
    await app.page.keyboard.type(text);
    await press(app, 'Tab');
  }
  await eventually(async () => (await texts(app, 'SKU', 'Variant', 'Value'))[1], ['A', 'B', '9']);
  await eventually(() => cursor(app), 'SKU 3');
  await cell(app, 'Value', 8).click();
  await press(app, 'Tab');
  await eventually(() => hasFocus(app), false);
  await app.page.getByLabel('Reason').and(app.page.locator(':focus')).waitFor();
  await press(app, 'Shift+Tab');
  await eventually(() => hasFocus(app), true);
  assert.equal(await cursor(app), 'Value 8');
});

test('what cannot be read is said on its row, until it is mended', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 3).click();
  await app.page.keyboard.type('abc\n');
  await cell(app, 'Note', 3).getByText('“abc” is not a number.').waitFor();
  assert.equal(await cell(app, 'Value', 3).getAttribute('aria-invalid'), 'true');
  assert.match(await cell(app, 'Line', 3).innerText(), /^Error/);
  await eventually(() => app.apply.innerText(), 'Apply 7 changes, leave out 1 error');
  await cell(app, 'SKU', 5).click();
  await app.page.keyboard.type('NOBODY\n');
  await cell(app, 'Note', 5).getByText('No product has the SKU “NOBODY”.').waitFor();
  assert.equal(await cell(app, 'SKU', 5).getAttribute('aria-invalid'), 'true');
  await eventually(() => app.count('Errors'), 2);
  await cell(app, 'Value', 3).click();
  await app.page.keyboard.type('52\n');
  await eventually(async () => (await texts(app, 'Note'))[2], '');
  assert.equal(await cell(app, 'Value', 3).getAttribute('aria-invalid'), null);
  await eventually(() => app.count('Errors'), 1);
});

// Undo.

test('undo and redo go to the rows that were typed into, whatever is shown since', async (t) => {
  const app = await opened(t);
  const values = async () => Object.fromEntries(await texts(app, 'SKU', 'Value'));
  const all = (changed) => Object.fromEntries(skus.map((sku) => [sku, changed[sku] ?? '51']));
  await cell(app, 'Value', 3).click();
  await app.page.keyboard.type('=60\n');
  await cell(app, 'Value', 5).click();
  await app.page.keyboard.type('+9\n');
  await eventually(values, all({ 'GRID-0003': '=60', 'GRID-0005': '+9' }));

  const sort = app.changes.getByRole('button', { name: 'SKU' });
  await sort.click();
  await sort.click();
  await eventually(() => texts(app, 'SKU'), skus.toReversed());
  await cell(app, 'Value', 1).click();
  await press(app, 'Control+z');
  await eventually(values, all({ 'GRID-0003': '=60' }));

  await app.page.getByRole('searchbox', { name: 'Search rows' }).fill('GRID-0003');
  await eventually(() => texts(app, 'SKU', 'Value'), [['GRID-0003', '=60']]);
  await cell(app, 'SKU', 1).click();
  await press(app, 'Control+z');
  await eventually(() => texts(app, 'SKU', 'Value'), [['GRID-0003', '51']]);
  assert.equal(await app.button('Undo').isDisabled(), true);
  await press(app, 'Control+y');
  await eventually(() => texts(app, 'SKU', 'Value'), [['GRID-0003', '=60']]);
  // What comes back now is not shown here, and is there when it is.
  await press(app, 'Control+Shift+z');
  await eventually(() => app.button('Redo').isDisabled(), true);
  assert.deepEqual(await texts(app, 'SKU', 'Value'), [['GRID-0003', '=60']]);
  await app.page.getByRole('searchbox', { name: 'Search rows' }).fill('');
  await eventually(values, all({ 'GRID-0003': '=60', 'GRID-0005': '+9' }));
  await app.changes.getByRole('button', { name: 'Line' }).click();
  await eventually(() => texts(app, 'SKU'), skus);
  await cell(app, 'Change', 3).getByText('50 becomes 60').waitFor();
  await cell(app, 'Change', 5).getByText('50 becomes 59').waitFor();
});

// A million rows.

/** How far the last row's foot is from the foot of what the grid shows; infinitely where it is not drawn. */
const lastRowToFoot = (app, total) =>
  grid(app).evaluate((element, place) => {
    const last = element.querySelector(`[role=row][aria-rowindex="${place}"]:not([hidden])`);
    if (!last) return Infinity;
    const foot = element.getBoundingClientRect().top + element.clientTop + element.clientHeight;
    return Math.round(last.getBoundingClientRect().bottom - foot);
  }, total + 1);

test('a million rows: the last is reached exactly, typed into, and taken back', { timeout: 60_000 }, async (t) => {
  const TOTAL = 1_000_000;
  const folder = await mkdtemp(join(tmpdir(), 'stockroom-grid-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'million.csv');
  const file = createWriteStream(path);
  file.write('sku,quantity\n');
  for (let at = 1; at <= TOTAL; at += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, n) => `ART-${at + n},${(at + n) % 97}\n`);
    if (at === 1) lines[0] = 'GRID-0001,51\n';
    if (at + 9_999 === TOTAL) lines[9_999] = 'GRID-0008,51\n';
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');

  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.page.getByLabel('Choose a file').setInputFiles(path);
  await app.changes.waitFor({ timeout: 40_000 });
  await eventually(() => app.count('All'), TOTAL);
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '1000001');
  await eventually(() => app.apply.innerText(), 'Apply 2 changes, leave out 999,998 errors');

  const atEnd = async (how) => {
    // To a pixel: a test of its own, below, says whether it is none.
    await eventually(async () => Math.abs(await lastRowToFoot(app, TOTAL)) <= 1, true, how);
    await eventually(async () => (await texts(app, 'Line', 'SKU', 'Product', 'Value')).at(-1), ['1,000,001', 'GRID-0008', 'Article GRID-0008', '51'], how);
    assert.equal((await texts(app, 'SKU')).at(-2), 'ART-999999', how);
  };
  const atStart = async () => {
    await press(app, 'Control+Home');
    await eventually(() => cursor(app), 'SKU 1');
    await eventually(async () => (await texts(app, 'SKU')).slice(0, 2), ['GRID-0001', 'ART-2']);
    assert.equal(await grid(app).evaluate((element) => element.scrollTop), 0);
  };
  const goTo = async (line) => {
    const to = app.page.getByLabel('Go to line');
    await to.fill(line);
    await to.press('Enter');
    await eventually(() => hasFocus(app), true);
  };

  await grid(app).focus();
  await atStart();
  await press(app, 'Control+End');
  await atEnd('Ctrl+End');
  assert.equal(await cursor(app), 'Value 1000000');
  await press(app, 'Home');
  await eventually(() => cursor(app), 'SKU 1000000');
  await press(app, 'End');
  await eventually(() => cursor(app), 'Value 1000000');
  await atStart();
  await press(app, 'Control+ArrowDown');
  await atEnd('Ctrl+Down');
  await atStart();

  await grid(app).evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await atEnd('the scroll bar');
  await grid(app).evaluate((element) => {
    element.scrollTop = 0;
  });
  await eventually(async () => (await texts(app, 'SKU'))[0], 'GRID-0001');

  await goTo('1,000,001');
  await atEnd('Go to line');
  assert.equal(await cursor(app), 'SKU 1000000');

  // By the wheel: row for row where the bar is finer than the list, and to the end.
  await goTo('500001');
  await eventually(() => cursor(app), 'SKU 500000');
  await eventually(async () => (await cell(app, 'SKU', 500_000).innerText()), 'ART-500000');
  const before = (await row(app, 500_000).boundingBox()).y;
  const bar = () => grid(app).evaluate((element) => element.scrollTop);
  await grid(app).hover();
  const stood = await bar();
  await app.page.mouse.wheel(0, 80);
  await eventually(async () => before - (await row(app, 500_000).boundingBox()).y, 80);
  // The bar takes its true place, and the rows stay where they are.
  await eventually(async () => Math.round(((await bar()) - stood) / 8), 2);
  assert.equal(before - (await row(app, 500_000).boundingBox()).y, 80);
  await goTo('999900');
  await eventually(() => cursor(app), 'SKU 999899');
  await grid(app).hover();
  for (let turns = 0; turns < 40 && Math.abs(await lastRowToFoot(app, TOTAL)) > 1; turns += 1) await app.page.mouse.wheel(0, 400);
  await atEnd('the wheel');
  await app.page.mouse.wheel(0, 400);
  await atEnd('the wheel, at the end');

  await cell(app, 'Value', TOTAL).click();
  await app.page.keyboard.type('+5\n');
  await cell(app, 'Change', TOTAL).getByText('50 becomes 55').waitFor();
  assert.deepEqual(await texts(app, 'Mode', 'Value').then((all) => all.at(-1)), ['adjust', '+5']);
  await eventually(() => cursor(app), 'Value 1000000');
  await press(app, 'Control+z');
  await atEnd('undo');
  await cell(app, 'Change', TOTAL).getByText('50 becomes 51').waitFor();
  assert.equal(await app.button('Undo').isDisabled(), true);
});

// From right to left.

test('in Arabic the next column is to the left', async (t) => {
  const app = await on.app(t, { locale: 'ar' });
  await app.visit('/');
  await app.page.locator('main h1').waitFor();
  await app.page.evaluate(async () => {
    await fetch('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-stockroom': '1' },
      body: JSON.stringify({ key: 'sk_test_demo' }),
    });
  });
  await app.visit('/update');
  await app.page.locator('input[type=file]').setInputFiles({ name: 'count.csv', mimeType: 'text/csv', buffer: Buffer.from(csv([['sku', 'variant', 'quantity'], ...eight()])) });
  await app.page.getByRole('grid', { name: 'تغييرات' }).waitFor();
  await eventually(() => texts(app, 'SKU', 'Value'), skus.map((sku) => [sku, '51']));
  const left = async (column) => (await cell(app, column, 1).boundingBox()).x;
  assert.ok((await left('Value')) < (await left('Variant')) && (await left('Variant')) < (await left('SKU')));

  await cell(app, 'SKU', 2).click();
  for (const [key, place] of [
    ['ArrowLeft', 'Product 2'], ['ArrowLeft', 'Variant 2'], ['ArrowRight', 'Product 2'], ['ArrowDown', 'Product 3'],
    ['Control+ArrowLeft', 'Value 3'], ['ArrowLeft', 'Value 3'], ['Control+ArrowRight', 'SKU 3'], ['ArrowRight', 'SKU 3'],
    ['End', 'Value 3'], ['Home', 'SKU 3'], ['Tab', 'Variant 3'], ['Tab', 'Value 3'],
  ]) {
    await press(app, key);
    await eventually(() => cursor(app), place, key);
  }
  await app.page.keyboard.type('+5\n');
  await eventually(() => cursor(app), 'Value 4');
  await eventually(async () => (await texts(app, 'Value'))[2], '+5');
  // A field's own arrows are the caret's.
  await cell(app, 'Variant', 4).click();
  await press(app, 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowDown');
  await eventually(() => chosen(app, 'Value'), [4, 5]);
  assert.deepEqual([await chosen(app, 'Variant'), await chosen(app, 'SKU')], [[4, 5], []]);
});

// What is easily got wrong.

test('what is typed after scrolling far away is not lost', async (t) => {
  const app = await opened(t, Array.from({ length: 5000 }, (_, at) => [`ART-${at + 1}`, '', 51]));
  await cell(app, 'Value', 2).click();
  // So far that the rows of the cursor are not kept.
  for (let at = 64; at < 2500; at += 64) {
    await grid(app).evaluate((element, top) => {
      element.scrollTop = top;
    }, at * 40);
    await eventually(async () => (await texts(app, 'SKU')).includes(`ART-${at + 1}`), true);
  }
  await app.page.keyboard.type('7\n');
  await cell(app, 'Value', 4).click();
  await app.page.keyboard.type('8\n');
  await eventually(async () => (await texts(app, 'Value'))[3], '8');
  assert.deepEqual((await texts(app, 'Value')).slice(0, 4), ['51', '7', '51', '8']);
});

test('a field that is scrolled away keeps what was typed', async (t) => {
  const app = await opened(t, Array.from({ length: 300 }, (_, at) => [`ART-${at + 1}`, '', 51]));
  await cell(app, 'Value', 2).click();
  await app.page.keyboard.type('77');
  await app.page.mouse.wheel(0, 4000);
  await eventually(() => row(app, 101).count(), 1);
  assert.notEqual(await app.page.evaluate(() => document.activeElement.tagName), 'BODY', 'the hands stay in the grid');
  await press(app, 'Enter', 'Escape', 'Control+Home');
  await eventually(() => row(app, 1).count(), 1);
  assert.equal((await texts(app, 'Value'))[1], '77');
});

test('keys go on when undo took away the row of the cursor', async (t) => {
  const app = await opened(t);
  await app.button('Add rows').click();
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '19');
  await grid(app).focus();
  await press(app, 'Control+End', 'Control+z');
  await eventually(() => app.changes.getAttribute('aria-rowcount'), '9');
  await press(app, 'x', 'Escape', 'Control+Home');
  await frames(app);
  assert.equal(await cursor(app), 'SKU 1');
});

test('only the rows that a paste adds join a filtered view', async (t) => {
  const app = await opened(t, eight().map((cells, at) => (at === 2 ? [cells[0], '', 'abc'] : cells)));
  await app.chip('Errors').click();
  await eventually(() => texts(app, 'SKU'), ['GRID-0003']);
  await cell(app, 'SKU', 1).click();
  await paste(app, 'GRID-0003\t\t\t\tx\nNOBODY\t\t\t\t2');
  await eventually(async () => (await texts(app, 'SKU')).at(-1), 'NOBODY');
  assert.deepEqual(await texts(app, 'SKU', 'Value'), [['GRID-0003', 'x'], ['NOBODY', '2']]);
});

test('what was just pasted is what is copied', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 1).click();
  await paste(app, '1\n2\n3');
  await press(app, 'Control+c');
  await eventually(async () => (await texts(app, 'Value')).slice(0, 4), ['1', '2', '3', '51']);
  await frames(app);
  assert.equal(await clipboard(app), '1\n2\n3');
});

test('what was left out is said once', async (t) => {
  const app = await opened(t);
  await cell(app, 'Product', 1).click();
  await paste(app, 'Name');
  const said = app.page.getByText('1 cell was left out: nothing can be typed there.');
  await said.waitFor();
  const sort = app.changes.getByRole('button', { name: 'SKU' });
  await sort.click();
  await sort.click();
  await eventually(async () => (await texts(app, 'SKU'))[0], 'GRID-0008');
  assert.equal(await said.count(), 1);
});

test('blank cells beyond the last column are nothing that is left out', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 1).click();
  await paste(app, '12\t\t\n13\t\t\n');
  await eventually(async () => (await texts(app, 'Value')).slice(0, 3), ['12', '13', '51']);
  await frames(app);
  assert.equal(await app.page.getByText('left out: nothing').count(), 0);
});

test('one value is pasted into every column of a range', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await cell(app, 'Variant', 2).click({ modifiers: ['Shift'] });
  await paste(app, 'same');
  await eventually(async () => (await texts(app, 'SKU')).slice(0, 3), ['same', 'same', 'GRID-0003']);
  assert.deepEqual((await texts(app, 'Variant')).slice(0, 3), ['same', 'same', '']);
});

test('merged cells of a pasted table take the room of all', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await paste(app, '<table><tr><td colspan="4">GRID-0005</td><td>12</td></tr></table>', 'text/html');
  await eventually(async () => (await texts(app, 'SKU'))[0], 'GRID-0005');
  assert.equal((await texts(app, 'Value'))[0], '12');
});

test('the styles of a pasted table are not complained of', async (t) => {
  const { context, page, complaints } = await openPage(on.browser);
  t.after(() => context.close());
  const app = await review(new App(page, on.server.url), eight());
  await cell(app, 'Value', 1).click();
  await paste(app, '<table><tr style="height:15pt"><td>12</td></tr></table>', 'text/html');
  await eventually(async () => (await texts(app, 'Value'))[0], '12');
  assert.deepEqual(complaints, []);
});

test('cells pasted into an open field leave the hands in the grid', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 1).click();
  await press(app, 'F2');
  await eventually(() => field(app).inputValue(), '51');
  await paste(app, '12\n13\n');
  await eventually(async () => (await texts(app, 'Value')).slice(0, 3), ['12', '13', '51']);
  assert.equal(await hasFocus(app), true);
});

test('one cell of a spreadsheet is pasted where the caret is', async (t) => {
  const app = await opened(t);
  await cell(app, 'Variant', 1).click();
  await press(app, 'g');
  await eventually(() => field(app).inputValue(), 'g');
  await paste(app, 'rand\r\n');
  await press(app, 'Enter');
  await eventually(async () => (await texts(app, 'Variant'))[0] !== '', true);
  assert.equal((await texts(app, 'Variant'))[0], 'grand');
});

test('undo shows the cell that it takes back', async (t) => {
  const app = await opened(t, Array.from({ length: 300 }, (_, at) => [`ART-${at + 1}`, '', at]));
  await cell(app, 'Value', 1).click();
  await app.page.keyboard.type('7\n');
  await press(app, 'Control+End');
  await eventually(() => cursor(app), 'Value 300');
  await press(app, 'Control+z');
  await app.button('Redo').and(app.page.locator(':enabled')).waitFor();
  await frames(app);
  assert.equal(await row(app, 1).count(), 1);
});

for (const [keyboard, key] of [['with the capitals locked', 'Z'], ['on an Arabic keyboard', 'ئ']]) {
  test(`Ctrl+Z takes back ${keyboard}`, async (t) => {
    const app = await opened(t);
    await cell(app, 'Value', 1).click();
    await app.page.keyboard.type('7\n');
    await eventually(async () => (await texts(app, 'Value'))[0], '7');
    const session = await app.page.context().newCDPSession(app.page);
    for (const type of ['rawKeyDown', 'keyUp']) {
      await session.send('Input.dispatchKeyEvent', { type, modifiers: 2, key, code: 'KeyZ', windowsVirtualKeyCode: 90 });
    }
    await eventually(async () => (await texts(app, 'Value'))[0], '51');
  });
}

test('cells that are only shown say that they are chosen', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await press(app, 'Shift+ArrowRight', 'Shift+ArrowRight');
  await eventually(() => chosen(app, 'Variant'), [1]);
  assert.deepEqual(await chosen(app, 'Product'), [1]);
});

test('a cursor that is scrolled away is named by nothing that is not there', async (t) => {
  const app = await opened(t, Array.from({ length: 300 }, (_, at) => [`ART-${at + 1}`, '', at]));
  await cell(app, 'Value', 2).click();
  await app.page.mouse.wheel(0, 4000);
  await eventually(() => row(app, 101).count(), 1);
  const active = await app.changes.getAttribute('aria-activedescendant');
  assert.ok(active === null || (await app.page.locator(`[id="${active}"]`).count()) === 1, `${active} is not there`);
});

test('dragging over cells selects no text of the page', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 2).hover();
  await app.page.mouse.down();
  await cell(app, 'Variant', 4).hover();
  await app.page.mouse.up();
  await eventually(() => chosen(app, 'Variant'), [2, 3, 4]);
  assert.equal(await app.page.evaluate(() => String(getSelection())), '');
});

test('the last row ends where the grid ends', async (t) => {
  const app = await opened(t, Array.from({ length: 300 }, (_, at) => [`ART-${at + 1}`, '', at]));
  await grid(app).focus();
  await press(app, 'Control+End');
  await eventually(async () => Math.abs(await lastRowToFoot(app, 300)) <= 1, true);
  assert.equal(await lastRowToFoot(app, 300), 0);
});

test('headings are reached by keys, sort, and are left again', async (t) => {
  const app = await opened(t);
  await cell(app, 'SKU', 1).click();
  await press(app, 'ArrowUp', 'Enter', 'Enter');
  await eventually(async () => (await texts(app, 'SKU'))[0], 'GRID-0008');
  await press(app, 'ArrowRight');
  await app.changes.getByRole('button', { name: 'Product' }).and(app.page.locator(':focus')).waitFor();
  await press(app, 'ArrowDown');
  assert.equal(await hasFocus(app), true);
});

test('what is cut is on the clipboard, and its cells are blank', async (t) => {
  const app = await opened(t);
  await cell(app, 'Value', 2).click();
  await press(app, 'Shift+ArrowDown', 'Control+x');
  await eventually(async () => (await texts(app, 'Value')).slice(0, 4), ['51', '', '', '51']);
  assert.equal(await clipboard(app), '51\n51');
});
