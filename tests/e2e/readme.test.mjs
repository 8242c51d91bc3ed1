// What the README tells people to paste works, and answers what the README says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startServer } from './harness/server.mjs';

const run = promisify(execFile);
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```(sh|json)\n(.*?)```/gs)].map(([, language, text]) => ({ language, text }));

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test('every curl example answers, and as printed', async (t) => {
  const examples = blocks.filter(({ language, text }) => language === 'sh' && text.startsWith('curl'));
  assert.ok(examples.length >= 3);
  for (const example of examples) {
    await t.test(example.text.split('\n')[0], async () => {
      const { stdout } = await run('sh', ['-c', example.text.replaceAll('http://127.0.0.1:8080', server.url)]);
      const answer = JSON.parse(stdout);
      assert.equal(answer.success, true, stdout);
      const next = blocks[blocks.indexOf(example) + 1];
      if (next?.language !== 'json') return;
      const printed = JSON.parse(next.text);
      // Our server adds code and path to an error, as the contract allows.
      for (const error of answer.data.errors ?? []) {
        delete error.code;
        delete error.path;
      }
      assert.deepEqual(answer, printed);
    });
  }
});
