// Every example of the API's pages runs as it is printed, in each of its languages, and answers what the page says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
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
