// The real server on a free port with a fresh demo store, and its API with the demo keys.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.STOCKROOM_SERVER ?? 'target/debug/stockroom';

/** Starts a server. `listen` and `data` are for one that takes the place of another. */
export async function startServer({ listen = '127.0.0.1:0', data, args = [] } = {}) {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'stockroom-e2e-')));
  // The app as it was last built, not as it was when the server was.
  const app = process.env.STOCKROOM_APP ? ['--app-dir', process.env.STOCKROOM_APP] : [];
  const child = spawn(program, ['serve', '--data', folder, '--listen', listen, '--demo', ...app, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  child.stderr.on('data', (text) => said.push(String(text)));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(`${line}\n`);
      const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (address) resolve(address.replace(/\/$/, ''));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said.join('')}`)));
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // A test that fails before it stops its server must not leave it behind, nor wait for it.
  for (const handle of [child, child.stdout, child.stderr]) handle.unref();
  process.once('exit', () => child.kill('SIGKILL'));
  const end = (signal) => {
    child.ref();
    child.kill(signal);
    return gone;
  };
  return {
    url,
    pid: child.pid,
    data: folder,
    listen: new URL(url).host,
    /** Ends it at once, as a crash would; the data stays. */
    kill: () => end('SIGKILL'),
    /** Ends it and removes its data. */
    async stop() {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
    api: api(url),
    /** Runs a command of the program on its data, and returns what it prints. */
    run: (words, input = '') => run([...words, '--data', folder], input),
    said: () => said.join(''),
  };
}

/** Runs the program to its end; `input` is what is typed into it. */
function run(words, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(String(text)));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(said.join('')) : reject(new Error(said.join('')))));
    child.stdin.end(input);
  });
}

/** The Store API at `url`, with the read and write demo key. */
export function api(url, key = 'sk_test_demo') {
  const call = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${JSON.stringify(answer)}`), { answer });
    return answer.data;
  };
  return {
    call,
    product: (id) => call('GET', `/dev/store/products/${encodeURIComponent(id)}`),
    bulk: (items) => call('PATCH', '/dev/store/inventory/bulk', { items }),
    /** Every tracked product, page by page. */
    async inventory({ low = false } = {}) {
      const items = [];
      for (let page = 1; ; page += 1) {
        const data = await call('GET', `/dev/store/inventory?page=${page}${low ? '&lowStock=true' : ''}`);
        items.push(...data.items);
        if (!data.hasMore) return items;
      }
    },
    /** Makes products of these names until the store has them, and returns their SKUs. */
    async create(count, { prefix = 'E2E', quantity = 100 } = {}) {
      const skus = Array.from({ length: count }, (_, n) => `${prefix}-${String(n + 1).padStart(4, '0')}`);
      const rest = [...skus];
      const worker = async () => {
        for (let sku = rest.shift(); sku; sku = rest.shift()) {
          await call('POST', '/dev/store/products', { name: `Article ${sku}`, price: 50_000, externalId: sku, quantity, variants: [] });
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return skus;
    },
  };
}
