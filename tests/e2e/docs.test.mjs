// Every example of the API's pages runs as it is printed, in each of its languages, and answers what the page says.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startServer } from './harness/server.mjs';

const run = promisify(execFile);
const PAGES = ['api'];
const LANGUAGES = {
  sh: ['sh', '-c'],
  js: ['node', '--input-type=module', '--eval'],
  python: ['python3', '-c'],
};

/** Returns the examples of a page: the same in one or more languages, and the answer printed below them. */
async function examples(page) {
  const text = await readFile(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
  const found = [];
  let programs = {};
  for (const part of text.matchAll(/^#+ ([^\n]*)$|^```(\w+)\n(.*?)^```$/gms)) {
    const [, heading, language, code] = part;
    if (heading) programs = {};
    else if (LANGUAGES[language]) programs[language] = code;
    else if (language === 'json' && Object.keys(programs).length) {
      found.push({ programs, answer: JSON.parse(code) });
      programs = {};
    }
  }
  return found;
}

/** Holds `answer` against what is printed, where `…` stands for anything. */
function compare(answer, printed, place = 'the answer') {
  if (printed === '…') return assert.notEqual(answer ?? null, null, place);
  if (typeof printed !== 'object' || printed === null) return assert.deepEqual(answer, printed, place);
  assert.deepEqual(Object.keys(answer).sort(), Object.keys(printed).sort(), place);
  for (const key of Object.keys(printed)) compare(answer[key], printed[key], `${place}.${key}`);
}

for (const page of PAGES) {
  const all = await examples(page);
  for (const [language, [program, ...flags]] of Object.entries(LANGUAGES)) {
    const spoken = all.filter(({ programs }) => programs[language]);
    test(`${page}: ${spoken.length} examples in ${language}`, async (t) => {
      assert.ok(spoken.length >= 5);
      const server = await startServer();
      t.after(() => server.stop());
      for (const { programs, answer } of spoken) {
        const code = programs[language].replaceAll('http://127.0.0.1:8080', server.url);
        await t.test(code.split('\n').find((line) => line.includes('/api/v1')) ?? code, async () => {
          const { stdout } = await run(program, [...flags, code]);
          compare(JSON.parse(stdout), answer);
        });
      }
    });
  }
}

/** Runs a program that listens, until the test is over, and gives the lines that it prints. */
async function listen(t, [program, ...flags], code, env) {
  const child = spawn(program, [...flags, code], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const waiting = [];
  lines.on('line', (line) => waiting.push(line));
  // Ready once it answers anything at all.
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${env.PORT}/`, { method: 'POST', body: '{}' }).catch(() => null);
    if (answer) break;
    assert.ok(tries < 200, 'the program does not listen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return async () => {
    if (!waiting.length) await once(lines, 'line', { signal: AbortSignal.timeout(20_000) });
    return waiting.shift();
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

test('webhooks: both programs that receive take what is genuine, and nothing else', async (t) => {
  const page = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const server = await startServer({ args: ['--webhooks-allow-private'] });
  t.after(() => server.stop());
  const hooks = '/dev/webhooks/endpoints';
  for (const language of ['js', 'python']) {
    await t.test(language, async (t) => {
      const code = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)[1];
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const endpoint = await server.api.call('POST', hooks, { url, events: ['product.stock_out'] });
      const next = await listen(t, LANGUAGES[language], code, { PORT: port, WEBHOOK_SECRET: endpoint.secret });
      const forged = await fetch(url, {
        method: 'POST',
        body: '{"event":"product.stock_out","data":{}}',
        headers: {
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
          'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
        },
      });
      assert.equal(forged.status, 401);
      await server.api.bulk([{ externalId: 'SIM-TEL', mode: 'set', quantity: 0 }]);
      assert.match(await next(), /^product\.stock_out SIM-TEL 0$/);
      await server.api.bulk([{ externalId: 'SIM-TEL', mode: 'set', quantity: 240 }]);
      await server.api.call('DELETE', `${hooks}/${endpoint.id}`);
    });
  }
});
