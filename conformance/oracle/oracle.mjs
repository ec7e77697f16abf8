// Reads questions, one JSON object a line, and writes an answer to each, one line each, until the input ends.
//
// `{"seed":1,"index":5}` makes a case: `{kind, case, recorded}`. Anything else is a case: what is recorded of it.

import { createInterface } from 'node:readline';
import { recorded } from './cases.mjs';
import { generated } from './families.mjs';

console.error = console.warn = console.log = console.info = () => {};

async function reply(question) {
  if (question.seed === undefined) return recorded(question);
  const made = generated(question.seed, question.index);
  return { ...made, recorded: await recorded(made.case) };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  process.stdout.write(`${JSON.stringify(await reply(JSON.parse(line)))}\n`);
}
