// Files that cannot be used: a clear message at once, nothing changed, and the next file works.
import assert from 'node:assert/strict';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HEADER, PNG, csv } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const huge = join(tmpdir(), `stockroom-huge-${process.pid}.csv`);
after(() => rm(huge, { force: true }));

/** Drops a file and expects this message, with the page alive after it. */
async function check(t, file, message) {
  const app = await on.app(t);
  await app.openDemo();
  await app.go('Update stock');
  await app.page.getByLabel('Choose a file').setInputFiles(file);
  await app.page.getByText(message).first().waitFor();
  assert.equal(await app.apply.count(), 0, 'there is nothing to apply');
  const another = app.button('Another file');
  if (await another.isVisible()) await another.click();
  await app.chooseFile('good.csv', csv([HEADER, ['THIEB-001', '', 'adjust', '', '1']]));
  await app.apply.waitFor();
}

const file = (name, content, mimeType = 'text/csv') => ({ name, mimeType, buffer: Buffer.from(content) });

test('an empty file', (t) => check(t, file('empty.csv', ''), 'It is empty'));
test('a picture', (t) => check(t, file('shelf.png', PNG, 'image/png'), 'It is a picture or a program'));
test('only a header', (t) => check(t, file('header.csv', csv([HEADER])), 'no rows: nothing is asked'));
test('an unclosed quote', (t) => check(t, file('quote.csv', `${csv([HEADER])}"THIEB-001,,set,5,\r\n`), 'A quote opens here and does not close'));
test('five thousand columns', (t) =>
  check(t, file('wide.csv', csv([Array.from({ length: 5000 }, (_, n) => `c${n}`), Array(5000).fill('1')])), /5,?000 columns/));
test('a file above 256 MB', async (t) => {
  const handle = await open(huge, 'w');
  await handle.write('sku,quantity\n');
  await handle.truncate(300 * 1024 * 1024);
  await handle.close();
  await check(t, huge, 'At most 256 MB');
});
