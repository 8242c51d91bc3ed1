// Files as merchants have them, good and bad.

/** A CSV of these rows; every field is quoted that needs it. */
export const csv = (rows, delimiter = ',') =>
  `${rows.map((row) => row.map((field) => quoted(String(field), delimiter)).join(delimiter)).join('\r\n')}\r\n`;

const quoted = (field, delimiter) =>
  field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

/** Reads a CSV back into rows. */
export function parse(text, delimiter = ',') {
  const rows = [];
  let row = [''];
  let inside = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inside) {
      if (char !== '"') row[row.length - 1] += char;
      else if (text[i + 1] === '"') row[row.length - 1] += text[(i += 1)];
      else inside = false;
    } else if (char === '"') inside = true;
    else if (char === delimiter) row.push('');
    else if (char === '\n') {
      rows.push(row);
      row = [''];
    } else if (char !== '\r' && char !== '\ufeff') row[row.length - 1] += char;
  }
  if (row.length > 1 || row[0] !== '') rows.push(row);
  return rows;
}

export const HEADER = ['externalId', 'variant', 'mode', 'quantity', 'quantityDelta'];

/**
 * Twenty rows that cannot be sent, each with what it says in the cell at fault. `skus` are products
 * of the store that no other row of the file may name.
 */
export function faultyRows(skus) {
  const [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = skus;
  return [
    [a, '', '', 'abc', ''],
    [b, '', '', '12 pcs', ''],
    [c, '', '', '1e3', ''],
    [d, '', '', '12.5', ''],
    [e, '', '', '+3', ''],
    [f, '', '', '(5)', ''],
    [g, '', '', '#N/A', ''],
    [h, '', '', '1O', ''],
    ['NO-SUCH-SKU', '', '', '5', ''],
    ['', '', '', '5', ''],
    [i, '', 'replace', '5', ''],
    [j, '', '', '5', '2'],
    [k, '', '', '5', '', '', 'too', 'many'],
    [l, '', '', '2000000000', ''],
    [m, 'No such variant', '', '5', ''],
    ['X'.repeat(300), '', '', '5', ''],
    [n, '', '', '5', ''],
    [n, '', '', '6', ''],
    [o, '', 'set', '5', ''],
    [o, '', 'adjust', '', '2'],
  ];
}

/** A PNG of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
