// Chromium as a merchant has it: with a profile on the disk, and nobody who is told of each request.
// Playwright lets itself be told of them, which takes a page of many requests a quarter of its time; so
// it is there to press buttons, and leaves while the page works.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--lang=en', '--window-size=1440,900',
];

/** Starts the browser. */
export async function startApart() {
  const profile = await mkdtemp(join(tmpdir(), 'stockroom-profile-'));
  const more = [`--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(process.env.CHROME, [...ARGUMENTS, ...more], { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const port = await portOf(profile);
  const address = `http://127.0.0.1:${port}`;
  return {
    /** Comes to the one page. */
    async come() {
      const browser = await chromium.connectOverCDP(address);
      const [page] = browser.contexts()[0].pages();
      return { page, leave: () => browser.close() };
    },
    /** Waits until the page has this title. */
    async hasTitle(title) {
      for (;;) {
        const pages = await (await fetch(`${address}/json/list`)).json();
        if (pages.some((page) => page.title === title)) return;
        await sleep(200);
      }
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function portOf(profile) {
  for (;;) {
    try {
      return (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')[0];
    } catch {
      await sleep(50);
    }
  }
}

/** Chooses a file for an input by its path: its bytes do not pass through whoever chooses. */
export async function choose(page, input, file) {
  const session = await page.context().newCDPSession(page);
  await input.evaluate((element) => {
    globalThis.chosenFor = element;
  });
  const { result } = await session.send('Runtime.evaluate', { expression: 'chosenFor' });
  await session.send('DOM.setFileInputFiles', { files: [file], objectId: result.objectId });
  await session.detach();
}
