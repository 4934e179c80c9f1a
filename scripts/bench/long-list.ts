// One rendering of a long list in a process of its own, so that its peak memory can be read.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Envelope } from '../../src/core/envelope.ts';
import { loadRenderer, type Format } from '../../src/render/format.ts';

const acct = Array.from({ length: 100_000 }, (_, at) =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_unused, field) => [
      `field_${field}`,
      field % 3 === 0 ? at * field : `value ${at} of the field number ${field}`,
    ]),
  ),
);
const envelope: Envelope = {
  metadata: { version: 1, reason: 'OK', result: 1, command: 'listaccts' },
  data: { acct },
  list: 'acct',
};
const render = await loadRenderer(process.argv[2] as Format);
const sink = openSync('/dev/null', 'w');
const before = process.resourceUsage().maxRSS;
const began = performance.now();
for (const piece of render(envelope)) writeSync(sink, piece);
const seconds = (performance.now() - began) / 1000;
closeSync(sink);
console.log(JSON.stringify({ seconds, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }));
