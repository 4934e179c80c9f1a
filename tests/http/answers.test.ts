// Long responses are written in pieces, and others have their turn between them.
import { Readable } from 'node:stream';
import type { Envelope } from '../../src/core/envelope.ts';
import { toAnswer } from '../../src/http/answers.ts';
import { countRounds } from '../support/event-loop.ts';

test.each(['json-api', 'xml-api'] as const)(
  'a client that reads fast does not keep the server from other work: %s',
  async (api) => {
    const item = Array.from({ length: 20_000 }, (_, at) => ({ user: `user${at}`, text: 'x'.repeat(50) }));
    const envelope: Envelope = {
      metadata: { version: 1, reason: 'OK', result: 1, command: 'anything' },
      data: { item },
      list: 'item',
    };
    const { body } = await toAnswer(api, envelope);
    expect(body).toBeInstanceOf(Readable);
    const stop = countRounds();
    let text = '';
    let pieces = 0;
    for await (const piece of body as Readable) {
      text += String(piece);
      pieces += 1;
    }
    expect(pieces).toBeGreaterThan(20);
    expect(stop()).toBeGreaterThanOrEqual(pieces - 1);
    expect(text.match(/user\d/g)).toHaveLength(20_000);
  },
);
