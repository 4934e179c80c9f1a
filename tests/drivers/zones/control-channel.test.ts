// The channel of rndc against a real named, and against a server that pretends to be one.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { askNamed, controlKeyOf } from '../../../src/drivers/zones/bind/control-channel.ts';
import { describeWith } from '../../support/require-tool.ts';
import { PrivateNamed } from './private-named.ts';

const KEY = 'key "rndc-key" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0LW9mLWEtdGVzdC1vbmx5";\n};\n';

function keyOf(text: string) {
  const key = controlKeyOf(text);
  if (key === undefined) throw new Error('This is no key.');
  return key;
}

test('a key is read as rndc-confgen writes it, and not in another form', () => {
  expect(keyOf(KEY)).toEqual({ digest: 'sha256', secret: Buffer.from('secret-of-a-test-only') });
  expect(controlKeyOf('')).toBeUndefined();
  expect(controlKeyOf(KEY.replace('sha256', 'sha3'))).toBeUndefined();
  expect(controlKeyOf(KEY.replace('algorithm', '// algorithm'))).toBeUndefined();
});

describeWith(['named'], 'named', () => {
  let named: PrivateNamed;
  let port: number;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    port = Number(/default-port (\d+)/.exec(named.text('/etc/bind/rndc.conf'))?.[1]);
  });
  afterAll(() => named.close());

  test.each(['nope.example', 'localhost', '127.in-addr.arpa', 'two words'])(
    'zonestatus of “%s” answers what rndc prints',
    async (zone) => {
      const { text, error } = await askNamed(
        { address: '127.0.0.1', port },
        keyOf(KEY),
        `zonestatus ${zone}`,
      );
      const words = ['-c', named.path('/etc/bind/rndc.conf'), 'zonestatus', zone];
      const { status, stdout, stderr } = spawnSync('rndc', words, { encoding: 'utf8' });
      const complaint = error === undefined ? '' : `rndc: 'zonestatus' failed: ${error}`;
      expect([complaint, text].filter((line) => line !== '').join('\n')).toBe(`${stderr}${stdout}`.trim());
      expect(error === undefined).toBe(status === 0);
    },
  );

  test('another key is refused', async () => {
    const key = { ...keyOf(KEY), secret: Buffer.from('another') };
    await expect(askNamed({ address: '127.0.0.1', port }, key, 'zonestatus a.example')).rejects.toThrow(
      'named',
    );
  });
});

describe('who pretends to be named', () => {
  let server: Server;
  afterEach(() => server.close());

  async function asked(answer: (request: Buffer) => Buffer): Promise<unknown> {
    server = createServer((socket) => {
      socket.on('data', (request) => socket.end(answer(request)));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return askNamed({ address: '127.0.0.1', port }, keyOf(KEY), 'zonestatus a.example');
  }

  test('is not believed without the key', async () => {
    const changed = (request: Buffer) => {
      const answer = Buffer.from(request);
      answer[answer.length - 1] = 0;
      return answer;
    };
    await expect(asked(changed)).rejects.toThrow('not signed');
    server.close();
    await expect(asked(() => Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]))).rejects.toThrow('not signed');
  });

  test('is not believed if it repeats our own message', async () => {
    await expect(asked((request) => request)).rejects.toThrow('“_nonce”');
  });

  test('may close the connection', async () => {
    await expect(asked(() => Buffer.alloc(0))).rejects.toThrow('closed');
  });
});
