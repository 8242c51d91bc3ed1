// Every kept file of a layout or an encoding, through the page: the counts on the filters are those
// that native code has kept beside the files.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const tables = new URL('../fixtures/tables/', import.meta.url);

/** What is kept of each file of a group: its name, and the lines about it. */
async function kept(group) {
  const text = await readFile(new URL(`${group}.txt`, tables), 'utf8');
  return text.split('── ').slice(1).map((block) => {
    const [name, ...lines] = block.split('\n');
    const figures = lines.find((line) => line.startsWith('rows errors'))?.match(/\[(.*?)\]/)[1];
    return {
      name,
      encoding: lines[0].split(' ')[0],
      isRefused: lines.some((line) => line.startsWith('refused: ')),
      isUnusable: lines.some((line) => line.startsWith('unusable: ')),
      counts: figures?.split(', ').map(Number),
    };
  });
}

const plain = (name) => name.toLowerCase().replaceAll(/[ -]/g, '');

for (const group of ['layouts', 'encodings']) {
  test(`the kept files: ${group}`, async (t) => {
    const app = await on.app(t);
    await app.openDemo();
    await app.go('Update stock');
    const files = await kept(group);
    assert.ok(files.length >= 20, `${files.length} files`);
    for (const { name, encoding, isRefused, isUnusable, counts } of files) {
      await app.chooseFile(name, await readFile(new URL(`${group}/${name}`, tables)), '');
      if (isRefused) {
        await app.page.getByText(`${name}: This file cannot be used`).waitFor();
        continue;
      }
      if (isUnusable) {
        await app.heading('Columns').waitFor();
        const chosen = app.page.getByLabel('Encoding').locator('option:checked');
        await eventually(async () => `${name} ${plain(await chosen.innerText()).startsWith(plain(encoding))}`, `${name} true`);
      } else {
        const [rows, errors, warnings, changes, unchanged] = counts;
        const filters = ['All', 'Errors', 'Warnings', 'Changes', 'Unchanged'];
        await app.changes.waitFor();
        await eventually(
          async () => `${name} ${await Promise.all(filters.map((filter) => app.count(filter)))}`,
          `${name} ${[rows, errors, warnings, changes + warnings, unchanged]}`,
        );
      }
      await app.button('Another file').click();
      await app.heading('Source').waitFor();
    }
  });
}
