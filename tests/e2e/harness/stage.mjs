// A server and a browser for one file of tests, and an app for each test.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { App } from './app.mjs';
import { launch, openPage } from './browser.mjs';
import { startServer } from './server.mjs';

/** `prepare` runs once the server answers, before the first test; `hasBars` shows scroll bars. */
export function stage({ prepare = () => {}, hasBars, ...options } = {}) {
  const stage = {
    /** Opens the app in a fresh browser context; the test fails if it logs an error. */
    async app(t, pageOptions) {
      const { context, page, complaints } = await openPage(stage.browser, pageOptions);
      t.after(async () => {
        await context.close();
        assert.deepEqual(complaints, [], 'the app logged errors');
      });
      return new App(page, stage.server.url);
    },
  };
  before(async () => {
    [stage.server, stage.browser] = await Promise.all([startServer(options), launch({ hasBars })]);
    await prepare(stage.server);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.server?.stop();
  });
  return stage;
}
