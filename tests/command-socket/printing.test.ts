// Printing to a connection: others have their turn, however fast the reader is.
import { Socket } from 'node:net';
import { Printing } from '../../src/command-socket/printing.ts';
import { commandRequest } from '../support/command-request.ts';
import { countRounds } from '../support/event-loop.ts';

/** Each write fills it, and is done before the next round of the event loop. */
class Taking extends Socket {
  length = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.length += chunk.length;
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.length += chunk.length;
    done();
  }
}

test('a reader that takes everything at once does not keep the server from other work', async () => {
  const taking = new Taking();
  const text = 'x'.repeat(70_000);
  const stop = countRounds();
  await new Printing(taking, commandRequest([])).run(async ({ stdout }) => {
    for (let piece = 0; piece < 50; piece++) {
      stdout.write(text);
      await stdout.drained?.();
    }
    return 0;
  });
  expect(stop()).toBeGreaterThanOrEqual(50);
  expect(taking.length).toBeGreaterThan(50 * text.length);
});
