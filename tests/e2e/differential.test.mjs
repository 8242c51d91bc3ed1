// The built worker in Chromium answers, byte for byte, what native code answers: on every kept file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { stage } from './harness/stage.mjs';

const on = stage();

test('the worker and the native crate answer the same on every kept file', async (t) => {
  const program = process.env.STOCKROOM_MESSAGES ?? 'target/debug/examples/messages';
  const said = execFileSync(program, ['fixtures', 'tests/fixtures/tables'], { maxBuffer: 1 << 28, encoding: 'utf8' });
  const files = JSON.parse(said);
  assert.ok(files.length >= 300, `${files.length} files`);
  const app = await on.app(t);
  await app.visit('/');
  const differ = await app.page.evaluate(async (files) => {
    const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const start = () => {
      const worker = new Worker('/worker_loader.js', { type: 'module' });
      const waiting = new Map();
      const ready = new Promise((resolve) => waiting.set(0, resolve));
      worker.onmessage = ({ data: [number, bytes, isNews] }) => {
        if (!isNews) waiting.get(number)(bytes);
      };
      let last = 0;
      return {
        async say(bytes) {
          await ready;
          last += 1;
          const answer = new Promise((resolve) => waiting.set(last, resolve));
          worker.postMessage([last, bytes]);
          return answer;
        },
        end: () => worker.terminate(),
      };
    };
    const differ = [];
    for (const { file, asked } of files) {
      // A worker for each file: nothing of the one before is left.
      const worker = start();
      for (const [step, { ask, reply }] of asked.entries()) {
        const got = hexOf(await worker.say(bytesOf(ask)));
        if (got !== reply) differ.push(`${file}, step ${step}: ${got.slice(0, 200)} instead of ${reply.slice(0, 200)}`);
      }
      worker.end();
    }
    return differ;
  }, files);
  assert.deepEqual(differ, []);
});
