// The JavaScript that Stockroom is measured against, in a worker like its own: parsing alone, and
// the least that validates numbers, merges rows and joins them with the stock.
importScripts('/papaparse.js', '/udsv.js');

const decoder = new TextDecoder();
let stock;

/** Joins a row with the stock: what a plan needs at the least. */
function joiner() {
  const plan = new Map();
  let errors = 0;
  return {
    row(sku, value) {
      const text = value.trim();
      if (text === '') return;
      if (!/^[+-]?\d+$/.test(text) || !stock.has(sku)) {
        errors += 1;
        return;
      }
      plan.set(sku, (plan.get(sku) ?? 0) + Number(text));
    },
    end() {
      let targets = 0;
      for (const [sku, delta] of plan) {
        const before = stock.get(sku);
        if (Math.max(0, before + delta) !== before) targets += 1;
      }
      return { targets, errors };
    },
  };
}

const works = {
  papaParse(bytes) {
    return Papa.parse(decoder.decode(bytes), { skipEmptyLines: true }).data.length;
  },
  papaPlan(bytes) {
    const join = joiner();
    let first = true;
    Papa.parse(decoder.decode(bytes), {
      skipEmptyLines: true,
      step({ data }) {
        if (!first) join.row(data[0], data[3]);
        first = false;
      },
    });
    return join.end();
  },
  udsvParse(bytes) {
    const text = decoder.decode(bytes);
    const schema = uDSV.inferSchema(text);
    return uDSV.initParser(schema).stringArrs(text).length;
  },
  udsvPlan(bytes) {
    const text = decoder.decode(bytes);
    const join = joiner();
    for (const row of uDSV.initParser(uDSV.inferSchema(text)).stringArrs(text)) join.row(row[0], row[3]);
    return join.end();
  },
};

onmessage = async ({ data: { work, file, products } }) => {
  if (products) {
    stock = new Map(products);
    return postMessage({ done: true });
  }
  const started = performance.now();
  const result = works[work](new Uint8Array(await file.arrayBuffer()));
  postMessage({ ms: performance.now() - started, result });
};
