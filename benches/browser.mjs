// Bytes to plan in Chromium: the built worker beside PapaParse and uDSV, on the same file, in one
// run. Started by `cargo xtask bench browser`; `--write` keeps the table in docs/performance.md.
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../tests/e2e/harness/browser.mjs';

const ROUNDS = 5;
const PRODUCTS = 99_880;
const served = {
  '/': ['benches/page.html', 'text/html'],
  '/rivals.js': ['benches/rivals.js', 'text/javascript'],
  '/papaparse.js': ['node_modules/papaparse/papaparse.min.js', 'text/javascript'],
  '/udsv.js': ['node_modules/udsv/dist/uDSV.iife.min.js', 'text/javascript'],
  '/worker_loader.js': ['dist/worker_loader.js', 'text/javascript'],
  '/worker.js': ['dist/worker.js', 'text/javascript'],
  '/worker_bg.wasm': ['dist/worker_bg.wasm', 'application/wasm'],
};
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const messages = JSON.parse(
  execFileSync(process.env.STOCKROOM_MESSAGES, ['stock', String(PRODUCTS)], { maxBuffer: 1 << 28, encoding: 'utf8' }),
);
const server = createServer((request, response) => {
  const [file, type] = served[request.url] ?? [];
  const path = file ?? (request.url.startsWith('/rows/') ? fileOf(Number(request.url.slice(6))) : undefined);
  if (!path || !existsSync(path)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': type ?? 'text/csv' });
  createReadStream(path).pipe(response);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

function fileOf(rows) {
  const path = join(tmpdir(), `stockroom-bench-${rows}.csv`);
  if (!existsSync(path)) execFileSync(process.env.STOCKROOM_PLAN_SPEED, ['--write', path, String(rows)]);
  return path;
}

/** Peak memory of the browser's renderers, in MB: no other browser runs meanwhile. */
function peak() {
  const pids = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  const own = pids.split('\n').filter((line) => line.includes('--type=renderer'));
  const peaks = own.map((line) => {
    const status = execFileSync('cat', [`/proc/${line.trim().split(' ')[0]}/status`], { encoding: 'utf8' });
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  });
  return Math.max(0, ...peaks);
}

/** Runs one work in a fresh browser; returns its times and the memory it added at its peak. */
async function measure(work, rows, rounds = ROUNDS) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(url);
  await page.evaluate(({ messages, rows, work }) => globalThis.prepare({ messages, rows, work }), { messages, rows, work });
  const before = peak();
  const results = [];
  for (let round = 0; round < rounds; round += 1) results.push(await page.evaluate((work) => globalThis.run(work), work));
  const memory = peak() - before;
  await browser.close();
  return { results, memory };
}

const bytes = (await stat(fileOf(1_000_000))).size;
const lines = [];
const works = process.env.ONLY?.split(',') ?? ['stockroom', 'papaParse', 'udsvParse', 'papaPlan', 'udsvPlan'];
const ms = {};
for (const work of works) {
  const { results, memory } = await measure(work, 1_000_000);
  ms[work] = median(results.map((result) => result.ms));
  lines.push([work, `${Math.round(ms[work])} ms`, `${Math.round(memory)} MB`]);
  console.log(work, Math.round(ms[work]), 'ms', Math.round(memory), 'MB', JSON.stringify(results[0].result ?? {}));
}
const best = Math.min(ms.papaPlan, ms.udsvPlan);
console.log(`stockroom takes ${(ms.stockroom / best).toFixed(2)} of the best JavaScript plan, ${(ms.stockroom / ms.papaParse).toFixed(2)} of PapaParse's bare parse; the file has ${(bytes / 1e6).toFixed(1)} MB`);

const { results } = await measure('answers', 1_000_000, 3);
const answers = Object.keys(results[0].answers).map((name) => [name, median(results.map((result) => result.answers[name]))]);
for (const [name, value] of answers) console.log(name, Math.round(value), 'ms');

const growth = [];
for (const rows of [1_000, 10_000, 100_000, 1_000_000]) {
  const { results, memory } = await measure('stockroom', rows);
  const time = median(results.map((result) => result.ms));
  growth.push([rows, time, (time * 1e6) / rows, memory]);
  console.log(rows, 'rows', time.toFixed(1), 'ms', Math.round((time * 1e6) / rows), 'ns a row', Math.round(memory), 'MB');
}

if (process.argv.includes('--write')) await write();
server.close();

async function write() {
  const names = {
    stockroom: 'Stockroom: bytes to the finished plan',
    papaParse: 'PapaParse: parse alone',
    udsvParse: 'uDSV: parse alone',
    papaPlan: 'PapaParse with the least that validates and joins',
    udsvPlan: 'uDSV with the least that validates and joins',
  };
  const table = ['| On 1,000,000 rows, in a worker | Median of 5 | Memory added at the peak |', '|---|---|---|'];
  for (const [work, time, memory] of lines) table.push(`| ${names[work]} | ${time} | ${memory} |`);
  table.push('', `Stockroom takes ${(ms.stockroom / best).toFixed(2)} of the best JavaScript plan's time and ${(ms.stockroom / ms.papaParse).toFixed(2)} of PapaParse's bare parse; the file has ${(bytes / 1e6).toFixed(1)} MB.`, '');
  table.push('| Answer of the worker on 1,000,000 rows | Median of 3 |', '|---|---|');
  for (const [name, value] of answers) table.push(`| ${name} | ${Math.round(value)} ms |`);
  table.push('', '| Rows | Time | A row | Memory added |', '|---|---|---|---|');
  for (const [rows, time, each, memory] of growth) table.push(`| ${rows.toLocaleString('en')} | ${time.toFixed(1)} ms | ${Math.round(each)} ns | ${Math.round(memory)} MB |`);
  table.push('', '![Time a row against rows, both by powers of ten](growth.svg)');
  await writeFile('docs/growth.svg', picture());
  const where = `Measured on ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.version}.`;
  const page = 'docs/performance.md';
  const text = await readFile(page, 'utf8');
  const between = /(?<=<!-- browser -->\n).*(?=<!-- end of browser -->)/s;
  await writeFile(page, text.replace(between, () => `${where}\n\n${table.join('\n')}\n\n`));
}

/** Time a row against rows, both by powers of ten. */
function picture() {
  const at = (rows, each) => [60 + (Math.log10(rows) - 3) * 140, 220 - (Math.log10(each) - 2) * 100];
  const points = growth.map(([rows, , each]) => [...at(rows, each), Math.round(each)]);
  const lines = [100, 1_000, 10_000].map((each) => {
    const [, y] = at(1_000, each);
    return `<path d="M60 ${y}H480" stroke="#8886"/><text x="52" y="${y + 4}" text-anchor="end">${each.toLocaleString('en')} ns</text>`;
  });
  const rows = growth.map(([rows]) => `<text x="${at(rows, 100)[0]}" y="240" text-anchor="middle">${rows.toLocaleString('en')} rows</text>`);
  const line = `<polyline fill="none" stroke="#2563eb" stroke-width="2" points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>`;
  const dots = points.map(([x, y, each]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4" fill="#2563eb"/><text x="${x.toFixed(1)}" y="${(y - 10).toFixed(1)}" text-anchor="middle">${each.toLocaleString('en')}</text>`);
  const about = '<title>Time for a row, from the file to the finished plan</title>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 560 260" font-family="sans-serif" font-size="12" fill="#6b7280" role="img">\n${[about, ...lines, ...rows, line, ...dots].join('\n')}\n</svg>\n`;
}
