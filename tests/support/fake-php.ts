// PHP-FPM for tests: it understands FastCGI as far as the server speaks it, and answers what a test says, even nonsense.
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

export interface PhpRequest {
  readonly params: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What PHP prints, or the very bytes that it sends. */
type Answer = string | { readonly bytes: Buffer };

const [END, STDOUT] = [3, 6];

export class FakePhp {
  /** The requests so far. */
  readonly requests: PhpRequest[] = [];
  /** What it answers. */
  answer: (request: PhpRequest) => Answer = () => 'Content-Type: text/plain\r\n\r\nhello';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      void this.#serve(socket).catch(() => socket.destroy());
    });
  }

  static async listen(path: string): Promise<FakePhp> {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    const php = new FakePhp();
    await new Promise<void>((done) => php.#server.listen(path, done));
    return php;
  }

  async close(): Promise<void> {
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const parts: Record<number, Buffer[]> = {};
    let bytes: Buffer = Buffer.alloc(0);
    for await (const piece of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes = Buffer.concat([bytes, piece]);
      let isEnd = false;
      while (bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt16BE(4)) {
        const [type, length] = [bytes.readUInt8(1), bytes.readUInt16BE(4)];
        (parts[type] ??= []).push(bytes.subarray(8, 8 + length));
        bytes = bytes.subarray(8 + length);
        isEnd ||= type === 5 && length === 0;
      }
      if (isEnd) break;
    }
    const request = {
      params: readParams(Buffer.concat(parts[4] ?? [])),
      body: Buffer.concat(parts[5] ?? []).toString(),
    };
    this.requests.push(request);
    const answer = this.answer(request);
    if (typeof answer !== 'string') socket.end(answer.bytes);
    else socket.end(Buffer.concat([...recordsOf(STDOUT, answer), record(END, Buffer.alloc(8))]));
  }
}

export function record(type: number, content: Buffer, padding = 0): Buffer {
  const header = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, padding, 0]);
  return Buffer.concat([header, content, Buffer.alloc(padding)]);
}

function recordsOf(type: number, text: string): Buffer[] {
  const content = Buffer.from(text, 'latin1');
  const records: Buffer[] = [];
  for (let at = 0; at < content.length; at += 60_000)
    records.push(record(type, content.subarray(at, at + 60_000), 3));
  return records;
}

function readParams(bytes: Buffer): Map<string, string> {
  const params = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const lengths = [0, 4].map((from) => bytes.readUInt32BE(at + from) & 0x7fff_ffff) as [number, number];
    const start = at + 8;
    const middle = start + lengths[0];
    at = middle + lengths[1];
    params.set(bytes.subarray(start, middle).toString(), bytes.subarray(middle, at).toString());
  }
  return params;
}
