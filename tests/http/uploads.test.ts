// Fileman::upload_files at the door of accounts: multipart bodies of curl and browsers, and of attackers.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { basic, TestServer, type Reply } from '../support/server.ts';

const password = 'correct horse battery staple 7';
const PATH = '/execute/Fileman/upload_files';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  const { here } = server;
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => server.stop());

const at = (path: string) => join(server.here.state, 'root/home/bob', path);
/** A field, or a file with its name. */
type Part = readonly [name: string, value: string | readonly [name: string, content: string | Uint8Array]];

function form(parts: readonly Part[]): FormData {
  const body = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, new Blob([value[1]]), value[0]);
  }
  return body;
}

function send(body: FormData | string, headers: Record<string, string> = {}, path = PATH): Promise<Reply> {
  return server.askAccounts(path, {
    method: 'POST',
    body,
    headers: { authorization: basic('bob', password), ...headers },
  });
}

interface Uploaded {
  readonly status: number;
  readonly errors: string[] | null;
  readonly data: { uploads: { file: string; status: number; reason: string; size: number }[] } | null;
}

async function upload(...parts: Part[]): Promise<Uploaded> {
  return JSON.parse((await send(form(parts))).text) as Uploaded;
}

/** Nothing remains in the home but what belongs there. */
function drafts(): string[] {
  return readdirSync(at('')).filter((name) => name.startsWith('.whmapi1') && name !== '.whmapi1-cgi');
}
afterEach(() => expect(drafts()).toEqual([]));

describe('Fileman::upload_files', () => {
  it('stores files, with the fields before or after them', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 256);
    const reply = await upload(
      ['file-1', ['photo.jpg', bytes]],
      ['file-2', [`Grüße "quoted" 'it'; filename=x.txt`, '<h1>\0</h1>']],
      ['dir', 'public_html'],
      ['permissions', '0600'],
      ['get_disk_info', '1'],
    );
    expect(reply).toMatchObject({
      status: 1,
      errors: null,
      data: {
        succeeded: 2,
        failed: 0,
        warned: 0,
        uploads: [
          { file: 'photo.jpg', status: 1, reason: '', size: 300_000 },
          { status: 1, size: 10 },
        ],
        diskinfo: { fileslimit: 'unlimited', file_upload_must_leave_bytes: String(5 * 2 ** 20) },
      },
    });
    expect(readFileSync(at('public_html/photo.jpg'))).toEqual(Buffer.from(bytes));
    expect(readFileSync(at(`public_html/Grüße "quoted" 'it'; filename=x.txt`), 'utf8')).toBe('<h1>\0</h1>');
    expect(lstatSync(at('public_html/photo.jpg')).mode & 0o777).toBe(0o600);
    expect(server.here.audit().at(-1)).toMatchObject({
      caller: 'bob',
      function: 'Fileman::upload_files',
      arguments: expect.arrayContaining([['file-1', 'photo.jpg']]) as unknown,
    });
  });

  it('takes an ordinary name of a field, and parameters of the query', async () => {
    const reply = await send(form([['file', ['q.txt', 'q']]]), {}, `${PATH}?dir=%2Fhome%2Fbob%2Fpublic_html`);
    expect(JSON.parse(reply.text)).toMatchObject({ status: 1 });
    expect(readFileSync(at('public_html/q.txt'), 'utf8')).toBe('q');
  });

  it('replaces a file only if it should', async () => {
    writeFileSync(at('old.txt'), 'old');
    const refused = await upload(['file-1', ['old.txt', 'new']], ['file-2', ['other.txt', 'x']]);
    expect(refused).toMatchObject({
      status: 1,
      data: { succeeded: 1, failed: 1, uploads: [{ status: 0 }, { status: 1 }] },
    });
    expect(refused.data?.uploads[0]?.reason).toBe(
      'The file “old.txt” already exists. Use overwrite=1 to replace it.',
    );
    expect(readFileSync(at('old.txt'), 'utf8')).toBe('old');
    expect(await upload(['overwrite', '1'], ['file-1', ['old.txt', 'new']])).toMatchObject({ status: 1 });
    expect(readFileSync(at('old.txt'), 'utf8')).toBe('new');
    mkdirSync(at('folder'));
    symlinkSync('/etc/passwd', at('link'));
    for (const name of ['folder', 'link']) {
      const { status, errors } = await upload(['overwrite', '1'], ['file-1', [name, 'x']]);
      expect([status, errors]).toEqual([0, [expect.stringContaining('is not a regular file.')]]);
    }
  });

  it('fails if it stores nothing', async () => {
    expect(await upload(['file-1', ['old.txt', 'x']])).toMatchObject({
      status: 0,
      errors: ['“old.txt”: The file “old.txt” already exists. Use overwrite=1 to replace it.'],
    });
    expect((await upload(['dir', 'none'], ['file-1', ['a', 'x']])).errors).toEqual([
      '“none”: No such file or directory.',
    ]);
  });

  it.each(['../eve', '/home/eve', '/etc', 'public_html/../../eve', 'eve'])(
    'refuses the directory %j',
    async (dir) => {
      if (!existsSync(at('eve'))) symlinkSync('../eve', at('eve'));
      const { status } = await upload(['dir', dir], ['file-1', ['x.txt', 'x']]);
      expect(status).toBe(0);
      expect(existsSync(join(server.here.state, 'root/home/eve/x.txt'))).toBe(false);
    },
  );

  it.each(['../../eve/x', '..', '/etc/x', '..\\x', 'a\nb'])(
    'never leaves the directory by the name %j',
    async (name) => {
      await upload(['dir', 'public_html'], ['overwrite', '1'], ['file-1', [name, 'x']]);
      expect(existsSync(join(server.here.state, 'root/home/eve/x'))).toBe(false);
      expect(existsSync(at('x'))).toBe(false);
    },
  );

  it('refuses a form without files, and a text in place of a file', async () => {
    for (const body of [
      'file-1=photo.jpg&dir=',
      form([['file-1', 'text']]),
      form([['dir', 'public_html']]),
    ]) {
      const type =
        typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : undefined;
      const { status, text } = await send(body, type);
      expect([status, JSON.parse(text)]).toMatchObject([
        200,
        { status: 0, errors: [expect.stringContaining('file')] },
      ]);
    }
    const mixed = await upload(['file-1', ['a', 'x']], ['file-2', 'text']);
    expect(mixed.errors?.[0]).toMatch(/must be a file of a multipart/);
  });

  it.each(['no boundary', 'half a body', 'no multipart'])('answers a malformed body: %s', async (kind) => {
    const boundary = kind === 'no boundary' ? '' : '; boundary=xx';
    const half = '--xx\r\nContent-Disposition: form-data; name="file-1"; filename="half"\r\n\r\nabc';
    const { status } = await send(kind === 'no multipart' ? 'abc' : half, {
      'content-type': `multipart/form-data${boundary}`,
    });
    expect(status).toBe(400);
    expect(existsSync(at('half'))).toBe(false);
  });

  it('keeps nothing of a client that disconnects', async () => {
    const { hostname, port } = new URL(server.accountUrl);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('bob', password)}\r\nContent-Length: 100000\r\n` +
        'Content-Type: multipart/form-data; boundary=xx\r\n\r\n--xx\r\n' +
        'Content-Disposition: form-data; name="file-1"; filename="half"\r\n\r\n' +
        'x'.repeat(50_000),
    );
    for (let tries = 0; drafts().length === 0 && tries < 3000; tries++)
      await new Promise((done) => setTimeout(done, 10));
    expect(drafts()).not.toEqual([]);
    socket.destroy();
    for (let tries = 0; drafts().length > 0 && tries < 3000; tries++)
      await new Promise((done) => setTimeout(done, 10));
    expect([drafts(), existsSync(at('half'))]).toEqual([[], false]);
  });

  it('removes what an upload of a killed server left in the home, and nothing else', async () => {
    const old = [`.whmapi1-${'a'.repeat(16)}`, `.whmapi1-upload-${'b'.repeat(16)}`];
    const kept = [`.whmapi1-upload-${'c'.repeat(16)}`, '.whmapi1-notes', `whmapi1-${'a'.repeat(16)}`];
    const hours = (count: number) => (server.here.time - count * 3_600_000) / 1000;
    for (const name of [...old, ...kept]) {
      writeFileSync(at(name), 'x');
      utimesSync(at(name), hours(3), hours(3));
    }
    utimesSync(at(kept[0] ?? ''), hours(1), hours(1));
    mkdirSync(at(`.whmapi1-${'d'.repeat(16)}`));
    expect(await upload(['overwrite', '1'], ['file-1', ['next.txt', 'x']])).toMatchObject({ status: 1 });
    expect(old.filter((name) => existsSync(at(name)))).toEqual([]);
    expect(kept.filter((name) => existsSync(at(name)))).toEqual(kept);
    for (const name of [...kept, `.whmapi1-${'d'.repeat(16)}`]) rmSync(at(name), { recursive: true });
  });

  it('accepts no more than the settings and the quota allow', async () => {
    const { here } = server;
    await here.call('set_tweaksetting', { module: 'Main', key: 'file_upload_max_bytes', value: '1' });
    try {
      const large = await upload(
        ['file-1', ['large', 'x'.repeat(2 ** 20 + 1)]],
        ['file-2', ['small', 'x'.repeat(2 ** 20)]],
      );
      expect(large).toMatchObject({
        status: 1,
        data: {
          uploads: [
            { status: 0, reason: 'The file is larger than 1 MiB, the largest that this server accepts.' },
            { status: 1 },
          ],
        },
      });
    } finally {
      await here.call('set_tweaksetting', { module: 'Main', key: 'file_upload_max_bytes', value: '' });
    }
    await here.call('editquota', { user: 'bob', quota: '9' });
    try {
      const { errors } = await upload(['file-1', ['large', 'x'.repeat(4 * 2 ** 20)]]);
      expect(errors?.[0]).toContain(
        'The disk quota is too small for the file. An upload must leave 5 MiB of it.',
      );
      expect((await upload(['file-1', ['fits', 'x'.repeat(2 ** 20)]])).status).toBe(1);
    } finally {
      await here.call('editquota', { user: 'bob', quota: '0' });
    }
  });

  it('needs a login, and reads no file without it', async () => {
    const reply = await send(form([['file-1', ['a', 'x'.repeat(100_000)]]]), {
      authorization: basic('bob', 'wrong'),
    });
    expect(reply.status).toBe(401);
  });

  it('receives nothing from an account without the feature', async () => {
    const { here } = server;
    await here.call('create_featurelist', { featurelist: 'poor', filemanager: '0' });
    await here.call('addpkg', { name: 'poor', featurelist: 'poor' });
    await here.call('changepackage', { user: 'bob', pkg: 'poor' });
    const { errors } = await upload(['file-1', ['denied', 'x']]);
    expect(errors?.[0]).toContain('requires the feature “filemanager”');
    await here.call('changepackage', { user: 'bob', pkg: 'default' });
  });
});
