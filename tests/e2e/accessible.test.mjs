// axe finds nothing on any screen, in light and dark, left to right and right to left.
import { test } from 'node:test';
import { assertAccessible } from './harness/browser.mjs';
import { HEADER, csv, faultyRows } from './harness/files.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();
const unknown = csv([['Artikel', 'Zahl'], ['THIEB-001', '5']]);
// Of another amount each time: the same adjusts twice are asked about.
const good = (amount) => csv([HEADER, ['THIEB-001', '', 'adjust', '', String(amount)], ['BISSAP-1L', '', 'adjust', '', '1']]);
const damaged = csv([HEADER, ['thieb 001', '', 'set', '1', '']]);
// Of another price each time, so that there is something to do.
const products = (price) =>
  csv([['name', 'price', 'sku'], ['Attaya', price, 'THIEB-001'], ['Bad', 'x', 'BAD'], ['No code', '1', '']]);
const faulty = csv([HEADER, ...faultyRows(['THIEB-001', ...Array.from({ length: 14 }, (_, n) => `NONE-${n}`)])]);

let runs = 0;

for (const locale of ['en', 'ar']) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every screen, ${locale}, ${colorScheme}`, async (t) => {
      const app = await on.app(t, { locale, colorScheme });
      const { page } = app;
      const look = (where) => assertAccessible(page, `${where}, ${locale}, ${colorScheme}`);
      await app.visit('/');
      await page.locator('main h1').waitFor();
      await look('sign in');
      // Words differ by language, so the session is made without them.
      await app.enter();
      await page.getByRole('gridcell').first().waitFor();
      await look('inventory');
      await app.visit('/?show=low');
      await page.getByRole('gridcell').first().waitFor();
      await look('low');
      await app.visit('/products/THIEB-001');
      await page.getByRole('dialog').getByRole('textbox').first().waitFor();
      await look('product');
      await app.visit('/');
      await page.getByRole('gridcell').getByRole('checkbox').nth(2).click();
      await look('inventory, selected');
      await page.locator('#add-products summary').click();
      await page.locator('#add-products a').first().waitFor();
      await look('inventory, more products');
      await app.visit('/products');
      await page.getByRole('table').getByRole('row').nth(2).waitFor();
      await look('products');
      await page.getByRole('table').getByRole('link').first().click();
      await page.getByRole('dialog').getByRole('textbox').first().waitFor();
      await look('a product over all of them');
      await app.visit('/products?q=nothing%20like%20it');
      await page.locator('main .empty a').waitFor();
      await look('products, none found');
      await app.visit('/products/new');
      await page.locator('#product-Name').fill('Half typed');
      await page.reload();
      await page.locator('main form .notice button').click();
      await page.locator('#add-variant').click();
      await page.locator('main form [type=submit]').click();
      await page.locator('main form .form-wrong').waitFor();
      await look('new product, with faults');
      await app.visit('/products/THIEB-001/edit');
      await page.locator('.variant-row').first().waitFor();
      await look('edit product');
      await page.locator('.product-delete').click();
      await page.getByRole('dialog').getByRole('button').first().waitFor();
      await look('delete product');
      await app.visit('/products/import');
      await page.locator('input[type=file]').waitFor({ state: 'attached' });
      await look('import');
      const goods = (text) =>
        page.locator('input[type=file]').setInputFiles({ name: 'goods.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await goods(unknown);
      await page.locator('.import-column select').first().waitFor();
      await look('import, columns');
      await page.locator('.import-foot .button').first().click();
      await goods(products((runs += 1)));
      await page.getByRole('cell', { name: 'THIEB-001' }).waitFor();
      await look('import, preview');
      await page.locator('.import-foot .button.primary').click();
      await page.locator('.notice.good').waitFor();
      await look('import, done');
      await app.visit('/settings');
      await page.locator('main h1').waitFor();
      await look('settings');
      await app.visit('/webhooks');
      await page.locator('.empty').waitFor();
      await look('webhooks, none');
      await page.locator('.empty button').click();
      await page.getByRole('dialog').getByRole('textbox').waitFor();
      await look('webhooks, adding');
      await page.getByRole('dialog').getByRole('textbox').fill('https://127.0.0.1/');
      await page.getByRole('dialog').locator('[type=submit]').click();
      await page.locator('[aria-invalid=true]').waitFor();
      await look('webhooks, refused');
      const { id } = await on.server.api.call('POST', '/dev/webhooks/endpoints', {
        url: 'https://shop.invalid/hooks',
        events: ['product.stock_out'],
      });
      await app.visit('/webhooks');
      await page.locator('main li').waitFor();
      await look('webhooks');
      await app.visit(`/webhooks/${id}`);
      await page.locator('.empty').waitFor();
      await look('webhook, nothing sent');
      await page.locator('.hook-acts button').first().click();
      await page.locator('main li time').first().waitFor();
      await page.locator('main .notice a').waitFor();
      await look('webhook, tested');
      await page.locator('main li a').first().click();
      await page.getByRole('dialog').locator('pre').first().waitFor();
      await look('delivery');
      await app.visit(`/webhooks/${id}`);
      await page.locator('.hook-acts button').nth(2).click();
      await page.getByRole('dialog').locator('select').waitFor();
      await look('new secret, asked');
      await page.getByRole('dialog').locator('button').last().click();
      await page.locator('#webhook-secret-hex').waitFor();
      await look('secret');
      await on.server.api.call('DELETE', `/dev/webhooks/endpoints/${id}`);
      await app.visit('/update');
      await page.locator('input[type=file]').waitFor({ state: 'attached' });
      await look('source');
      const drop = (text) =>
        page.locator('input[type=file]').setInputFiles({ name: 'count.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      await drop(unknown);
      await page.getByRole('cell', { name: 'THIEB-001' }).waitFor();
      await look('columns');
      await app.visit('/update');
      await page.locator('.notice button').click();
      await drop(faulty);
      await page.getByRole('grid').getByText('12 pcs').first().waitFor();
      await look('review');
      await app.visit('/update');
      await page.getByRole('grid').getByText('12 pcs').first().waitFor();
      await look('draft');
      await page.locator('.rows-bar > .button').click();
      await page.getByRole('dialog').getByRole('listitem').first().waitFor();
      await look('not in this file');
      await page.keyboard.press('Escape');
      await page.locator('.page-actions button').last().click();
      await drop(damaged);
      await page.locator('.notice').filter({ hasText: /SKU|رمز/ }).getByRole('button').click();
      await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
      await look('repairs');
      await page.keyboard.press('Escape');
      await page.locator('.page-actions button').last().click();
      await drop(good((runs += 1)));
      await page.getByRole('grid').getByText('BISSAP-1L').waitFor();
      await page.locator('main footer button').last().click();
      await page.getByRole('link', { name: /inventory|المخزون/i }).last().waitFor();
      await page.locator('.results').getByText('BISSAP-1L').waitFor();
      await look('result');
      await app.visit('/history');
      await page.locator('.history-level').first().waitFor();
      await look('history');
      await page.locator('.history-run .history-product').first().click();
      await page.getByRole('table').getByText('BISSAP-1L').waitFor();
      await page.waitForFunction(() => document.activeElement?.id === 'page-title');
      await look('run');
      await app.visit('/history/none');
      await page.locator('main .empty-title').waitFor();
      await look('run that is not known');
      await app.visit('/settings');
      await page.locator('.settings .section:last-of-type .button').click();
      await page.getByRole('dialog').locator('.dialog-body p').nth(1).waitFor();
      await look('clearing');
    });
  }
}
