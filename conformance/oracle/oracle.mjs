// Reads cases, one JSON object a line, and writes what is recorded of each, one line each, until the input ends.

import { createInterface } from 'node:readline';
import { recorded } from './cases.mjs';

console.error = console.warn = console.log = console.info = () => {};

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  process.stdout.write(`${JSON.stringify(await recorded(JSON.parse(line)))}\n`);
}
