// Printing to a connection: others have their turn, however fast the reader is, and a slow reader is waited for.
import { Socket } from 'node:net';
import { setImmediate as othersHaveRun } from 'node:timers/promises';
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

/** Takes one write, and the next after `goOn`. */
class Stopped extends Socket {
  #done: (() => void) | undefined;

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#done = done;
  }

  override _writev(_chunks: unknown[], done: () => void): void {
    this.#done = done;
  }

  goOn(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}

test('a reader that takes nothing has the next piece wait', async () => {
  const stopped = new Stopped();
  let pieces = 0;
  const running = new Printing(stopped, commandRequest([])).run(async ({ stdout }) => {
    for (; pieces < 100; pieces++) {
      stdout.write('x'.repeat(70_000));
      await stdout.drained?.();
    }
    return 0;
  });
  for (let round = 0; round < 500; round++) await othersHaveRun();
  expect(pieces).toBeLessThan(5);
  while (pieces < 100) {
    stopped.goOn();
    await othersHaveRun();
  }
  stopped.destroy();
  await running;
});
