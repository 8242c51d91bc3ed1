// A run of a million rows to its end, in the terminal and in Chromium, each against the real server
// with a fresh copy of one store. Started by `cargo xtask bench run`; `--write` keeps the table in
// docs/performance.md.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from '../tests/e2e/harness/app.mjs';
import { startServer } from '../tests/e2e/harness/server.mjs';
import { choose, startApart } from './apart.mjs';

const PRODUCTS = Number(process.env.STOCKROOM_PRODUCTS ?? 1_000_000);
const ONLY = process.env.ONLY?.split(',') ?? ['terminal', 'browser'];
/** A few products have two variants of one label, which a row cannot name. */
const LEAST = 0.9999;
/** How long anything may take before it counts as lost. */
const PATIENCE = 600_000;
const lines = [];

const number = (value) => Math.round(value).toLocaleString('en');
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${number(bytes / 1e6)} MB`;

/** Adds a line to the table. */
function figure(what, value, aim = '–') {
  lines.push([what, value, aim]);
  console.log(`   ${what}: ${value} (aim: ${aim})`);
}

const folder = await mkdtemp(join(tmpdir(), 'stockroom-run-'));
const first = join(folder, 'first');
execFileSync(process.env.STOCKROOM_SERVER, ['demo', '--products', String(PRODUCTS), '--data', first]);

/** The server on a copy of the store that nothing has changed yet. */
async function freshServer(name) {
  const data = join(folder, name);
  await cp(first, data, { recursive: true });
  return startServer({ data });
}

/** One row for each product that is tracked: one unit more, of its first variant where it has some. */
async function rowsOf(server) {
  const authorization = 'Bearer sk_test_demo';
  const answer = await fetch(`${server.url}/api/v1/dev/store/inventory/snapshot`, { headers: { authorization } });
  const rows = ['sku,variant,quantityDelta'];
  let rest = '';
  let isHead = true;
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const text = (rest + piece).split('\n');
    rest = text.pop();
    for (const line of text) {
      const { externalId, variants } = JSON.parse(line);
      if (!isHead && externalId) rows.push(`${externalId},${variants[0]?.label ?? ''},1`);
      isHead = false;
    }
  }
  return rows;
}

/** What the system says of a process: its peak of memory in bytes, its CPU time in milliseconds. */
function usage(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const times = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return {
    peak: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
    cpu: (Number(times[11]) + Number(times[12])) * 10,
  };
}

async function terminal(file, rows) {
  const server = await freshServer('terminal');
  const start = performance.now();
  const child = spawn(process.env.STOCKROOM_SERVER, ['apply', file, '--server', server.url, '--yes', '--leave-out-errors'], {
    env: { ...process.env, STOCKROOM_KEY: 'sk_test_demo' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let own = { peak: 0, cpu: 0 };
  const watch = setInterval(() => {
    try {
      const now = usage(child.pid);
      // Once it has ended, its memory is nothing.
      own = { peak: Math.max(own.peak, now.peak), cpu: now.cpu };
    } catch {
      // It has ended.
    }
  }, 20);
  for await (const text of child.stdout) said += text;
  clearInterval(watch);
  const time = performance.now() - start;
  const applied = Number(/(\d+) applied/.exec(said)?.[1] ?? 0);
  if (applied < rows * LEAST) throw new Error(`${applied} of ${rows} were applied:\n${said.slice(-2000)}`);
  figure('terminal, from start to end', seconds(time), '10 s');
  figure('of that its own CPU time', seconds(own.cpu));
  figure('the server’s CPU time', seconds(usage(server.pid).cpu));
  figure('its memory at the peak', megabytes(own.peak));
  figure('its journal', megabytes((await stat(`${file}.journal`)).size));
  await server.stop();
}

/** The browser's processes of a kind, the largest first. */
function processes(kind) {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const own = all.filter((line) => /chrom/i.test(line) && !line.includes('crashpad_handler'));
  const meant = own.filter((line) => (kind === 'browser' ? !line.includes('--type=') : line.includes(`--type=${kind}`)));
  const known = meant.flatMap((line) => {
    try {
      return [usage(line.trim().split(' ')[0])];
    } catch {
      return [];
    }
  });
  return known.toSorted((a, b) => b.peak - a.peak);
}

/** Notes in the page when it comes how far and what goes wrong in it, and names it `done` at the end. */
function watch(least) {
  const start = performance.now();
  const times = { errors: [] };
  for (const kind of ['error', 'unhandledrejection']) addEventListener(kind, (event) => times.errors.push(String(event.message ?? event.reason)));
  const seen = {
    planned: () => [...document.querySelectorAll('button')].some((button) => {
      const number = /^Apply ([\d,]+)/.exec(button.textContent)?.[1];
      return number && Number(number.replaceAll(',', '')) >= least;
    }),
    // While a file is read, too, something tells how far that is.
    made: () => times.planned !== undefined && document.querySelector('progress'),
    running: () => times.made !== undefined && document.querySelector('progress')?.value > 0,
    ended: () => [...document.querySelectorAll('h1, h2')].some((heading) => heading.textContent === 'Result'),
  };
  globalThis.watched = times;
  const timer = setInterval(() => {
    for (const what of Object.keys(seen)) {
      if (times[what] === undefined && seen[what]()) times[what] = performance.now() - start;
    }
    if (times.ended !== undefined) {
      clearInterval(timer);
      document.title = 'done';
    }
  }, 50);
}

async function browser(file, rows) {
  const server = await freshServer('browser');
  const chromium = await startApart();
  let { page, leave } = await chromium.come();
  page.setDefaultTimeout(PATIENCE);
  let app = new App(page, server.url);
  await app.enter();
  await app.inventory.waitFor();
  await page.getByText(/ of .* read$/).waitFor({ state: 'detached' });
  await app.go('Update stock');
  const input = page.getByLabel('Choose a file');
  await input.waitFor({ state: 'attached' });
  // As long as it takes to find the file, at least.
  await sleep(5000);
  const before = processes('renderer')[0];
  await page.evaluate(watch, rows * LEAST);
  await choose(page, input, file);
  await page.waitForFunction(() => watched.planned, null, { polling: 50 });
  const changes = Number(/[\d,]+/.exec(await app.apply.innerText())[0].replaceAll(',', ''));
  await app.apply.click();
  const guard = page.getByRole('dialog').getByRole('textbox');
  const bar = page.locator('progress');
  await guard.or(bar).first().waitFor();
  if (await guard.isVisible()) {
    await guard.fill(String(changes));
    await page.getByRole('dialog').getByRole('button', { name: /Apply/ }).click();
  }
  await leave();
  await chromium.hasTitle('done');
  const after = processes('renderer')[0];
  const [beside] = processes('browser');
  const serverUsage = usage(server.pid);
  ({ page, leave } = await chromium.come());
  app = new App(page, server.url);
  const { planned, made, running, ended, errors } = await page.evaluate(() => watched);
  const applied = await app.count('Applied');
  if (applied !== changes || errors.length > 0) throw new Error(`${applied} of ${changes} were applied: ${errors}`);
  figure('browser, from the file to the result', seconds(ended), '30 s');
  figure('of that to the plan', seconds(planned));
  figure('from there to the run', seconds(made - planned));
  figure('to its first answer', seconds(running - made));
  figure('to its end', seconds(ended - running));
  figure('the page’s and the worker’s CPU time', seconds(after.cpu - before.cpu));
  figure('the server’s CPU time meanwhile', seconds(serverUsage.cpu));
  figure('memory of page and worker at the peak', `${megabytes(after.peak)}, ${megabytes(before.peak)} before the file`);
  figure('memory of the browser beside them', megabytes(beside.peak));
  await leave();
  await chromium.stop();
  await server.stop();
}

const server = await freshServer('rows');
const table = await rowsOf(server);
await server.stop();
const rows = table.length - 1;
const file = join(folder, 'rows.csv');
await writeFile(file, `${table.join('\n')}\n`);
figure('rows', `${number(rows)}, ${megabytes((await stat(file)).size)}`);
try {
  if (ONLY.includes('terminal')) await terminal(file, rows);
  if (ONLY.includes('browser')) await browser(file, rows);
} finally {
  await rm(folder, { recursive: true, force: true });
}

if (process.argv.includes('--write')) {
  const cells = lines.map((line) => `| ${line.join(' | ')} |`);
  const written = ['| What | Measured | Aim |', '|---|---|---|', ...cells].join('\n');
  const where = `Measured on ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.version}.`;
  const doc = 'docs/performance.md';
  const text = await readFile(doc, 'utf8');
  const between = /(?<=<!-- run -->\n).*(?=<!-- end of run -->)/s;
  await writeFile(doc, text.replace(between, () => `${where}\n\n${written}\n\n`));
}
process.exit(0);
