// Requests with some of their bytes changed: the server keeps running, its memory stays bounded, it serves others, and
// its responses are valid HTTP. ADVERSARY_SEED=NUMBER repeats the run with the same changes.
import { sendRaw } from '../../support/raw-client.ts';
import { AttackedServer, expectServed } from './attacked-server.ts';
import { chanceOf, mutate } from './seed.ts';

const COUNT = 1500;
const AT_ONCE = 10;

const form = 'api.version=1&user=bob&reason=x%20y';
const multipart = '--b\r\nContent-Disposition: form-data; name="user"\r\n\r\nbob\r\n--b--\r\n';
const head = (first: string, ...lines: string[]) => [first, 'Host: x', ...lines, '', ''].join('\r\n');

test(`${COUNT} mutated requests`, async () => {
  const server = await AttackedServer.start();
  try {
    const chance = chanceOf('http-fuzz');
    const authorization = `Authorization: whm root:${server.token}`;
    const good = [
      head('GET /json-api/version?api.version=1 HTTP/1.1', authorization),
      head('GET /xml-api/listaccts/?api.version=1&api.filter.enable=1 HTTP/1.1', authorization),
      head('POST /json-api/version HTTP/1.1', authorization, `Content-Length: ${form.length}`) + form,
      head(
        'POST /json-api/version HTTP/1.1',
        authorization,
        'Content-Type: multipart/form-data; boundary=b',
        `Content-Length: ${multipart.length}`,
      ) + multipart,
      head('POST /json-api/version HTTP/1.1', authorization, 'Transfer-Encoding: chunked') +
        '5\r\na=b&c\r\n0\r\n\r\n',
      head(
        'POST /json-api/version HTTP/1.1',
        authorization,
        'Content-Type: application/json',
        'Content-Length: 19',
      ) + '{"api.version": 1 }',
      head('GET /login HTTP/1.1', 'Expect: 100-continue', 'Connection: keep-alive, upgrade', 'Upgrade: h2c'),
      head('GET /openapi.json HTTP/1.0', 'Accept-Encoding: gzip', 'If-None-Match: "a"'),
    ].map((text) => Buffer.from(text));
    const before = server.memory;
    const attack = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let count = 0; count < COUNT / AT_ONCE; count++) {
          const requests = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(good));
          const bytes = mutate(Buffer.concat(requests), chance);
          const { text } = await sendRaw(server.urls.http, bytes, { from: '127.0.0.2', limitMs: 60 });
          if (text !== '') expect(text).toMatch(/^HTTP\/1\.[01] \d{3} /);
        }
      }),
    );
    const times = await server.callDuring(attack);
    expect(server.isAlive).toBe(true);
    expectServed(times);
    expect(server.memory - before).toBeLessThan(400);
  } finally {
    await server.stop();
  }
});
