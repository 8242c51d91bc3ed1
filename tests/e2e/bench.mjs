// Sizes and times of the release build: printed as a table, and with --write kept between the marks
// in docs/performance.md. Started by `cargo xtask bench`.
import { spawn } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { App } from './harness/app.mjs';
import { launch, openPage } from './harness/browser.mjs';
import { csv } from './harness/files.mjs';
import { startServer } from './harness/server.mjs';

const PRODUCTS = 100_000;
const ROWS = 100_000;
const figures = [];

/** Adds a line to the table. */
function figure(what, value, aim) {
  figures.push([what, value, aim]);
  console.log(`   ${what}: ${value} (aim: ${aim})`);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const milliseconds = (value) => `${Math.round(value).toLocaleString('en')} ms`;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

async function sizes() {
  const files = await readdir('dist');
  for (const [name, pattern, aim] of [
    ['app', /^app.*\.wasm$/, '≤ 160 KB'],
    ['part for Update stock', /^update-.*\.wasm$/, '–'],
    ['part for products', /^products-.*\.wasm$/, '–'],
    ['part for the other pages', /^more-.*\.wasm$/, '–'],
    ['code that several parts share', /^shared.*\.wasm$/, '–'],
    ['worker', /^worker.*\.wasm$/, '≤ 50 KB'],
  ]) {
    const wasm = files.filter((file) => pattern.test(file));
    const sum = async (ending) => {
      const all = await Promise.all(wasm.map((file) => stat(`dist/${file}${ending}`)));
      return all.reduce((total, { size }) => total + size, 0);
    };
    const [raw, brotli] = [await sum(''), await sum('.br')];
    figure(`wasm of the ${name}, brotli`, `${kilobytes(brotli)} (raw ${kilobytes(raw)})`, aim);
  }
}

/** A page that is signed in to the demo store and has nothing in its cache. */
async function signedIn(browser, server) {
  const opened = await openPage(browser);
  await opened.context.request.post(`${server.url}/api/session`, {
    headers: { origin: server.url, 'x-stockroom': '1' },
    data: { key: 'sk_test_demo' },
  });
  return opened;
}

/** Milliseconds from the start of the navigation to the first row of stock. */
async function firstRows(browser, server, network) {
  const { context, page } = await signedIn(browser, server);
  if (network) {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', network);
  }
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[role=grid] [role=row] [role=gridcell], [role=grid] tbody tr td')) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        globalThis.firstRows = performance.now();
      });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(server.url);
  const time = await (await page.waitForFunction(() => globalThis.firstRows, null, { timeout: 60_000 })).jsonValue();
  await context.close();
  return time;
}

async function loading(browser) {
  const server = await startServer();
  const times = [];
  for (let n = 0; n < 7; n += 1) times.push(await firstRows(browser, server));
  figure('page load to first rows, local, empty cache', milliseconds(median(times)), '< 1 s');
  const slow = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
  const slowTimes = [];
  for (let n = 0; n < 3; n += 1) slowTimes.push(await firstRows(browser, server, slow));
  figure('the same at 1.6 Mbit/s with 150 ms round trips', milliseconds(median(slowTimes)), '< 4 s');
  await server.stop();
}

/** A file over the whole store, dropped: when the preview stands, and the longest block meanwhile. */
async function previewing(browser, server) {
  const { context, page } = await signedIn(browser, server);
  const app = new App(page, server.url);
  await app.visit('/');
  await app.inventory.waitFor();
  const skus = (await server.api.inventory()).map((item) => item.externalId).filter(Boolean);
  const rows = Array.from({ length: ROWS }, (_, n) => [skus[n % skus.length], 'adjust', '1']);
  const file = csv([['externalId', 'mode', 'quantityDelta'], ...rows]);
  // The stock is read in the background; the preview is measured once it is all there.
  await page.getByText(/ of .* read$/).waitFor({ state: 'detached', timeout: 300_000 });
  const [times, blocks] = [[], []];
  for (let n = 0; n < 5; n += 1) {
    await app.go('Update stock');
    if (n > 0) await app.button('Another file').click();
    await page.getByLabel('Choose a file').waitFor({ state: 'attached' });
    await page.evaluate((text) => {
      globalThis.benchFile = new File([text], 'count.csv', { type: 'text/csv' });
    }, file);
    const [time, block] = await page.evaluate(drop);
    times.push(time);
    blocks.push(block);
  }
  figure(`${ROWS.toLocaleString('en')}-row file (${kilobytes(file.length)}), drop to preview`, milliseconds(median(times)), '< 1 s');
  figure('longest block of the main thread meanwhile', milliseconds(Math.max(...blocks)), '≤ 50 ms');
  await context.close();
}

/** Runs in the page: hands the file over and waits for the button that applies it. */
async function drop() {
  let longest = 0;
  let last = performance.now();
  const channel = new MessageChannel();
  let running = true;
  // Every turn of the event loop; the longest pause between two is the longest block.
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) channel.port2.postMessage(null);
  };
  const input = document.querySelector('input[type=file]');
  const transfer = new DataTransfer();
  transfer.items.add(globalThis.benchFile);
  await new Promise((resolve) => setTimeout(resolve, 500));
  last = performance.now();
  channel.port2.postMessage(null);
  const start = performance.now();
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await new Promise((resolve) => {
    const ready = () =>
      [...document.querySelectorAll('button')].some((button) => /^Apply [\d,]+ change/.test(button.textContent.trim()));
    const look = () => (ready() ? requestAnimationFrame(resolve) : requestAnimationFrame(look));
    look();
  });
  const time = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 200));
  running = false;
  return [time, longest];
}

/** Bulk requests of 200 with 4 in flight, by the server's own example. */
async function bulk(server) {
  const program = process.env.STOCKROOM_LOAD;
  const child = spawn(program, ['bulk', '--server', server.url, '--products', String(PRODUCTS), '--seconds', '10', '--idempotency'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of child.stdout) said += text;
  console.log(said.replaceAll(/^/gm, '   '));
  const rate = /requests\/s ([\d.,]+)/.exec(said)?.[1] ?? 'unknown';
  figure('bulk requests of 200 items, 4 in flight, each second', rate, '≥ 500');
}

function table() {
  const lines = figures.map((line) => `| ${line.join(' | ')} |`);
  return ['| What | Measured | Aim |', '|---|---|---|', ...lines].join('\n');
}

await sizes();
const browser = await launch();
await loading(browser);
const large = await startServer({ args: ['--products', String(PRODUCTS)] });
await bulk(large);
await previewing(browser, large);
await large.stop();

console.log(`\n${table()}`);
if (process.argv.includes('--write')) {
  const where = `Measured on ${cpus().length} cores (${cpus()[0].model.trim()}), Chromium ${browser.version()}, Node ${process.version}.`;
  const page = 'docs/performance.md';
  const between = /(?<=<!-- figures -->\n).*(?=<!-- end of figures -->)/s;
  const text = await readFile(page, 'utf8');
  await writeFile(page, text.replace(between, () => `${where}\n\n${table()}\n\n`));
}
await browser.close();
