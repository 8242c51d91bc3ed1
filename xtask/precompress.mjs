// Writes `.br` and `.gz` beside every file of a folder that shrinks, for the server to send as
// they are.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const folder = process.argv[2];
const compressible = /\.(html|js|css|wasm|json|svg|txt|csv|webmanifest)$/;

const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));

await Promise.all(files.filter((file) => /\.(br|gz)$/.test(file)).map((file) => rm(file)));
await Promise.all(
  files.filter((file) => compressible.test(file)).map(async (file) => {
    const bytes = await readFile(file);
    const brotli = await promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    const gzipped = await promisify(gzip)(bytes, { level: 9 });
    if (brotli.length < bytes.length) await writeFile(`${file}.br`, brotli);
    if (gzipped.length < bytes.length) await writeFile(`${file}.gz`, gzipped);
    if (file.endsWith('.wasm')) {
      const kb = (length) => `${(length / 1024).toFixed(1)} KB`;
      console.log(`   ${file.slice(folder.length + 1)}: ${kb(bytes.length)}, brotli ${kb(brotli.length)}`);
    }
  }),
);
