// A cluster of PostgreSQL for a measurement: in a temporary folder, as durable as in service, and gone
// afterwards.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSIONS = '/usr/lib/postgresql';

/** Returns the folder of the newest PostgreSQL's programs. */
function programs() {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).filter((name) => /^\d+$/.test(name)) : [];
  const newest = Math.max(...versions.map(Number), 0);
  if (newest) return join(VERSIONS, String(newest), 'bin');
  return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a cluster; `url` names its database. */
export async function startCluster() {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'stockroom-pg-'));
  const id = (...options) => execFileSync('id', options, { encoding: 'utf8' }).trim();
  let prefix = ['env'];
  if (id('-u') === '0') {
    // PostgreSQL refuses root.
    const [user, group] = [id('-u', 'nobody'), id('-g', 'nobody')];
    chownSync(folder, Number(user), Number(group));
    prefix = ['setpriv', '--reuid', user, '--regid', group, '--clear-groups'];
  }
  const [program, ...first] = prefix;
  const run = (name, ...options) =>
    execFileSync(program, [...first, join(bin, name), ...options], { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  const data = join(folder, 'data');
  const port = await freePort();
  run('initdb', '-D', data, '-U', 'stockroom', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8');
  const settings = '-c shared_buffers=1GB -c max_wal_size=4GB -c listen_addresses=127.0.0.1';
  run('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-o', `-k ${folder} -p ${port} ${settings}`, '-w', 'start');
  const stop = () => {
    run('pg_ctl', '-D', data, '-m', 'fast', '-w', 'stop');
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `postgres://stockroom@127.0.0.1:${port}/postgres`, stop };
}
