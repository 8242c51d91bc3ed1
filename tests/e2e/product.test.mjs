// One product with its variants, edited in its panel.
import { test } from 'node:test';
import { eventually } from './harness/browser.mjs';
import { stage } from './harness/stage.mjs';

const on = stage();

test('a product with variants is edited: before → after, then saved', async (t) => {
  const app = await on.app(t);
  await app.openDemo();
  const item = await on.server.api.product('THIEB-001');
  const variant = item.variants.find((one) => one.quantity !== null);
  await app.visit('/products/THIEB-001');
  await app.stock.fill(String(item.quantity + 40));
  await app.stockOf(variant.label).fill('+5');
  await app.page.getByRole('dialog').getByText('+40').first().waitFor();
  await app.save();
  await eventually(async () => {
    const product = await on.server.api.product('THIEB-001');
    return [product.quantity, product.variants.find((one) => one.label === variant.label).quantity];
  }, [item.quantity + 40, variant.quantity + 5]);
});
