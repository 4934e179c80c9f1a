// The body of a request with two lengths arrives in any pieces.
import { readUnevenRequest, UnevenBody } from '../../src/http/two-lengths.ts';

function bodyOf(length: number): UnevenBody {
  const head = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: ${length}\r\n\r\n`;
  const request = readUnevenRequest(Buffer.from(head));
  if (request === undefined) throw new Error('It is refused.');
  return new UnevenBody(request);
}

/** Milliseconds of this process. */
function timeFor(length: number): number {
  const body = bodyOf(length);
  const piece = Buffer.from('a');
  const { user } = process.cpuUsage();
  for (let at = 0; at < length; at += 1) body.add(piece);
  expect(body.state).toBe('complete');
  return (process.cpuUsage().user - user) / 1000;
}

test('one byte at a time takes time in proportion to its length', () => {
  const least = (length: number) => Math.min(...[1, 2, 3].map(() => timeFor(length)));
  timeFor(8000);
  // Looking at all of it for each piece would take 64 times as long.
  expect(least(64_000)).toBeLessThan(24 * Math.max(least(8000), 0.5));
});

test('a byte that no form contains is found in any piece', () => {
  const body = bodyOf(4);
  for (const piece of ['a', '=', '\n', 'b']) body.add(Buffer.from(piece));
  expect(body.state).toBe('wrong');
});

test.each([
  ['Via'],
  ['X-Forwarded-For'],
  ['X_Forwarded_For'],
  ['X-ProxyUser-Ip'],
  ['True-Client-IP'],
  ['X-Varnish'],
  ['Fly-Request-Id'],
])('a request with the field %s may have passed a proxy, and is refused', (name) => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n';
  expect(readUnevenRequest(Buffer.from(`${head}\r\n`))).toBeDefined();
  expect(readUnevenRequest(Buffer.from(`${head}${name}: 192.0.2.9\r\n\r\n`))).toBeUndefined();
});
