// The server under load from a second process on loopback, over a million products; beside it the
// simplest thing in Python. Started by `cargo xtask bench server`; `--write` keeps the table in
// docs/performance.md. With `--postgres` the products are in PostgreSQL, and two servers share them at last.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from '../tests/e2e/harness/server.mjs';
import { startCluster } from './cluster.mjs';

const PRODUCTS = Number(process.env.STOCKROOM_PRODUCTS ?? 1_000_000);
const SECONDS = process.env.STOCKROOM_SECONDS ?? '10';
const run = promisify(execFile);
const lines = [];

const number = (value) => Math.round(value).toLocaleString('en');
const megabytes = (kilobytes) => `${(kilobytes / 1024).toFixed(1)} MB`;

/** Adds a line to the table. */
function figure(what, rate, said, aim = '–') {
  const line = [what, rate, said ? `${said.p50} ms` : '–', said ? `${said.p99} ms` : '–', aim];
  lines.push(line);
  console.log(`   ${line.join(' | ')}`);
}

function read(text) {
  const [, rate, p50, p99, max] = /requests\/s ([\d.]+) +p50 ([\d.]+) ms +p99 ([\d.]+) ms +max ([\d.]+) ms/.exec(text);
  return { rate: Number(rate), p50, p99, max };
}

/** What the system says of the server's memory, in kilobytes. */
function memory(server) {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { all: field('VmRSS'), own: field('RssAnon'), peak: field('VmHWM') };
}

async function load(server, what, ...options) {
  const common = ['--server', server.url, '--products', String(PRODUCTS), '--seconds', SECONDS];
  const { stdout } = await run(process.env.STOCKROOM_LOAD, [what, ...common, ...options]);
  return read(stdout);
}

const folder = await mkdtemp(join(tmpdir(), 'stockroom-bench-'));
const cluster = process.argv.includes('--postgres') ? await startCluster() : undefined;
const args = cluster ? ['--database', cluster.url] : [];
const filled = performance.now();
execFileSync(process.env.STOCKROOM_SERVER, ['demo', '--products', String(PRODUCTS), '--data', join(folder, 'data'), ...args]);
console.log(`   ${number(PRODUCTS)} products made in ${((performance.now() - filled) / 1000).toFixed(1)} s`);
const server = await startServer({ data: join(folder, 'data'), args });
await server.api.product('SIM-TEL');
const rest = memory(server);
figure('memory at rest, after the first request', megabytes(rest.all), undefined, '< 30 MB');

const items = (said) => `${number(said.rate * 200)} items/s`;
const requests = (said) => `${number(said.rate)} /s`;
for (const [page, aim] of [[1, '< 3 ms p99'], [Math.ceil(PRODUCTS / 200), '< 10 ms p99']]) {
  const alone = await load(server, 'list', '--page', String(page), '--connections', '1');
  figure(`list, page ${number(page)}, 1 in flight`, requests(alone), alone, cluster ? '–' : aim);
  const four = await load(server, 'list', '--page', String(page));
  figure(`list, page ${number(page)}, 4 in flight`, requests(four), four);
}
const inOrder = await load(server, 'bulk', '--order', 'key', '--idempotency');
figure('bulk of 200, key order, 4 in flight', items(inOrder), inOrder, cluster ? '≥ 50,000 items/s' : '≥ 200,000 items/s');
for (const order of ['key', 'shuffled']) {
  const most = order === 'key' ? inOrder : await load(server, 'bulk', '--order', order, '--idempotency');
  if (order === 'shuffled') figure('bulk of 200, shuffled, 4 in flight', items(most), most, cluster ? '–' : '≥ 45,000 items/s');
  const half = String(Math.max(1, Math.round(most.rate / 2)));
  const paced = await load(server, 'bulk', '--order', order, '--idempotency', '--rate', half);
  const name = order === 'key' ? 'in key order' : 'shuffled';
  figure(`bulk of 200, ${name}, at half of that`, items(paced), paced, cluster ? '–' : '< 10 ms p99');
}
const single = await load(server, 'single', '--order', 'shuffled', '--idempotency');
figure('single updates, shuffled, 4 in flight', requests(single), single);
const loaded = memory(server);
figure('memory after all of it', `${megabytes(loaded.all)}, ${megabytes(loaded.own)} of it its own`);
figure('the most memory meanwhile', megabytes(loaded.peak));
if (cluster) {
  // The same load, all to one server and then to two: half of it in the order of keys, half shuffled.
  const both = async (...servers) => {
    const halves = ['key', 'shuffled'].map((order, at) =>
      load(servers[at % servers.length], 'bulk', '--order', order, '--idempotency', '--connections', '2'));
    const said = await Promise.all(halves);
    return said.reduce((sum, half) => sum + half.rate, 0) * 200;
  };
  figure('bulk of 200, half in key order and half shuffled, one server', `${number(await both(server))} items/s`);
  const second = await startServer({ data: join(folder, 'data'), args });
  figure('the same, two servers', `${number(await both(server, second))} items/s`, undefined, '≥ one server');
  await second.kill();
}
await server.stop();
cluster?.stop();

for (const [order, name] of cluster ? [] : [['key', 'in key order'], ['shuffled', 'shuffled']]) {
  const said = read(execFileSync('python3', ['benches/yardstick.py', join(folder, 'plain.db'), String(PRODUCTS), order, SECONDS], { encoding: 'utf8' }));
  figure(`Python, an UPDATE for each of 200 items, ${name}`, items(said), said);
}
await rm(folder, { recursive: true, force: true });

if (process.argv.includes('--write')) {
  const table = ['| What | Measured | p50 | p99 | Aim |', '|---|---|---|---|---|', ...lines.map((line) => `| ${line.join(' | ')} |`)];
  const where = `Measured on ${cpus().length} cores (${cpus()[0].model.trim()}), ${number(PRODUCTS)} products, ${SECONDS} s each.`;
  const page = 'docs/performance.md';
  const text = await readFile(page, 'utf8');
  const mark = cluster ? 'postgres' : 'server';
  const between = new RegExp(`(?<=<!-- ${mark} -->\\n).*(?=<!-- end of ${mark} -->)`, 's');
  await writeFile(page, text.replace(between, () => `${where}\n\n${table.join('\n')}\n\n`));
}
