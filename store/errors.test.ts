import fs from 'node:fs';
import path from 'node:path';
import { errorTable } from './errors';

it('docs/errors.md lists exactly the errors of the table', () => {
  const text = fs.readFileSync(path.resolve(__dirname, '../docs/errors.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| (.*) \|$/gm)].map(([, code, status, hint]) => [
    code,
    Number(status),
    hint,
  ]);
  const known = Object.entries(errorTable).map(([code, { status, hint }]) => [
    code,
    status,
    hint.replaceAll('|', '\\|'),
  ]);
  expect(documented).toEqual(known);
});
