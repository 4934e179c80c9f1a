// A client that writes bytes to a socket unchanged, for requests that no HTTP library would send.
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawOptions {
  /** Another address of this machine to connect from, such as 127.0.0.2. */
  readonly from?: string;
  /** How long to wait for the server to close the connection. */
  readonly limitMs?: number;
  /** After this many responses, it does not wait for more. */
  readonly answers?: number;
}

export function openSocket(url: string, from?: string): Promise<Socket> {
  const { port } = new URL(url);
  return new Promise((done, fail) => {
    const options = {
      port: Number(port),
      host: '127.0.0.1',
      ...(from === undefined ? {} : { localAddress: from }),
    };
    const socket = connect(options, () => done(socket));
    socket.once('error', fail);
  });
}

/** Everything that the server sends until it closes the connection, or the time is over. */
export async function sendRaw(
  url: string,
  bytes: string | Buffer,
  { from, limitMs = 60_000, answers: enough = Infinity }: RawOptions = {},
): Promise<{ readonly text: string; readonly answers: readonly RawAnswer[]; readonly isClosed: boolean }> {
  const socket = await openSocket(url, from);
  const chunks: Buffer[] = [];
  let isClosed = false;
  socket.on('error', () => undefined);
  socket.write(bytes);
  await new Promise<void>((done) => {
    const timer = setTimeout(done, limitMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (enough === Infinity || readAnswers(Buffer.concat(chunks).toString('latin1')).length < enough)
        return;
      clearTimeout(timer);
      done();
    });
    socket.once('close', () => {
      isClosed = true;
      clearTimeout(timer);
      done();
    });
  });
  socket.destroy();
  const text = Buffer.concat(chunks).toString('latin1');
  return { text, answers: readAnswers(text), isClosed };
}

/** For responses with a Content-Length. */
export function readAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const [first = '', ...lines] = text.slice(at, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const begin = end + 4;
    at = begin + Number(headers['content-length'] ?? 0);
    if (at > text.length) break;
    answers.push({ status: Number(first.split(' ')[1]), headers, body: text.slice(begin, at) });
  }
  return answers;
}
