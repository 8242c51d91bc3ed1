import { launch, openPage } from './harness/browser.mjs';
import { App } from './harness/app.mjs';
import { startServer } from './harness/server.mjs';
const server = await startServer({ args: process.env.PRODUCTS ? ['--products', process.env.PRODUCTS] : [] });
const browser = await launch();
const { page, complaints } = await openPage(browser, { viewport: { width: 1440, height: 900 }, colorScheme: process.env.DARK ? 'dark' : 'light', locale: process.env.LOCALE ?? 'en' });
const app = new App(page, server.url);
await app.openDemo();
await app.go('Update stock');
await page.evaluate(() => {
  window.longest = 0; let last = performance.now();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; port2.postMessage(0); };
  port2.postMessage(0);
});
const file = process.argv[2];
let t = Date.now();
await page.getByLabel('Choose a file').setInputFiles(file);
await page.locator('table.first-rows, [role=grid]').first().waitFor();
console.log('first rows', Date.now() - t);
await page.getByRole('grid', { name: 'Changes' }).waitFor({ timeout: 60000 });
await page.getByRole('button', { name: /^(Apply|Nothing)/ }).waitFor();
console.log('grid', Date.now() - t, 'longest block', await page.evaluate(() => Math.round(window.longest)));
await page.waitForTimeout(300);
await page.screenshot({ path: '/tmp/try/review.png' });
// scroll
const grid = page.getByRole('grid', { name: 'Changes' });
await grid.focus();
const frames = await page.evaluate(async () => {
  const el = document.getElementById('changes');
  const times = []; let last = performance.now(); let stop = false;
  const tick = (now) => { times.push(now - last); last = now; if (!stop) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  for (let i = 0; i < 120; i++) { el.scrollTop += 400; await new Promise(r => requestAnimationFrame(r)); }
  for (let i = 0; i < 60; i++) { el.scrollTop = el.scrollHeight * (i / 60); await new Promise(r => requestAnimationFrame(r)); }
  stop = true;
  times.sort((a, b) => a - b);
  return { n: times.length, p50: times[times.length >> 1], p95: times[Math.floor(times.length * .95)], max: times.at(-1) };
});
console.log('frames', frames);
await grid.focus();
await page.keyboard.press('Control+End');
await page.waitForTimeout(400);
console.log('last row', await page.evaluate(() => { const rows = [...document.querySelectorAll('#changes [role=row][aria-rowindex]')].filter(r => !r.hidden); const idx = rows.map(r => +r.getAttribute('aria-rowindex')); const el = document.getElementById('changes'); return { max: Math.max(...idx), scrollTop: el.scrollTop, h: el.scrollHeight, ch: el.clientHeight }; }));
await page.screenshot({ path: '/tmp/try/end.png' });
await page.keyboard.press('Control+Home');
await page.keyboard.press('ArrowDown'); await page.keyboard.type('+5'); 
t = Date.now();
await page.keyboard.press('Enter');
await page.waitForFunction(() => document.querySelector("#changes .is-edited"), null, { timeout: 4000 }).catch(async () => { await page.screenshot({ path: "/tmp/try/fail.png" }); console.log("no edit"); });
console.log('edit', Date.now() - t);
t = Date.now(); await page.keyboard.press('Control+z'); await page.waitForFunction(() => !document.querySelector('#changes .is-edited')); console.log('undo', Date.now() - t);
t = Date.now(); await page.getByRole('button', { name: /^Errors/ }).first().click(); await page.waitForFunction(() => [...document.querySelectorAll('#changes .long-rows .grid-row:not([hidden])')].every(r => r.classList.contains('is-error'))); console.log('filter', Date.now() - t);
await page.getByRole('button', { name: /^All/ }).first().click(); await page.waitForTimeout(500);
t = Date.now(); await page.getByRole('button', { name: /^Product/ }).first().click(); await page.waitForFunction(() => document.querySelector('[role=columnheader][aria-sort=ascending].c-product')); await page.waitForTimeout(50); console.log('sort', Date.now() - t);
await page.waitForTimeout(700);
await page.screenshot({ path: '/tmp/try/sorted.png' });
console.log('complaints', complaints);
await browser.close(); await server.stop();
