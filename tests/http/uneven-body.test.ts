// The body of a request with two lengths arrives in any pieces.
import { readUnevenRequest, UnevenBody } from '../../src/http/two-lengths.ts';

function bodyOf(length: number): UnevenBody {
  const head = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: ${length}\r\n\r\n`;
  const request = readUnevenRequest(Buffer.from(head));
  if (request === undefined) throw new Error('It is refused.');
  return new UnevenBody(request);
}

test('of one byte at a time, each is looked at once', () => {
  const looked = jest.spyOn(RegExp.prototype, 'test');
  try {
    const body = bodyOf(8000);
    looked.mockClear();
    for (let at = 0; at < 8000; at += 1) body.add(Buffer.from('a'));
    expect(body.state).toBe('complete');
    const texts = looked.mock.calls.map(([text]) => text).filter((text) => /^a+$/.exec(text) !== null);
    expect(texts.join('')).toHaveLength(8000);
  } finally {
    looked.mockRestore();
  }
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
