// The home of an account is moved away, replaced by a link to another account's home, or by a directory of somebody else,
// before a call and while calls run: through the door of accounts, in the built server, for users of Linux on a machine to
// throw away. What a call does on files is done in the account's own home or not at all, and the reason names the home.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describeWith } from '../support/require-tool.ts';
import { FIRST_PLACE, isSoak } from '../support/sixth.ts';
import { moveAwayAndBack } from '../support/swap.ts';

const top = resolve(__dirname, '../..');
const MAX_ROUNDS = 400;
/** The errors of both ways to a home: as its user, and as root. */
const NAMES_HOME = 'The home directory /home/bob cannot be used';

/** As after the activation of a profile with this role, which would install Apache. */
const ACTIVATE = `
  const { DatabaseSync } = require('@photostructure/sqlite');
  const store = new DatabaseSync('/var/lib/whmapi1/store.db');
  store.prepare("INSERT INTO active_profile (server, code, roles, activated_at) VALUES ('', 'STANDARD', ?, 0)")
    .run('["WebServer"]');
`;

/** What `throw-away-machine.ts` does, with the network of the tests. */
const setUp = `
  set -e
  mount --make-rprivate /
  mount -t tmpfs -o mode=0755 tmpfs /mnt
  cp -a /etc /mnt/etc
  for folder in /home /run /var/mail /var/spool /var/log /var/lib; do mkdir -p /mnt"$folder"; done
  for folder in /etc /home /run /var/mail /var/spool /var/log /var/lib; do mount --bind /mnt"$folder" "$folder"; done
  mkdir -p -m 0700 /var/lib/whmapi1
  mkdir -p -m 1730 /var/spool/cron/crontabs
  call() { "$0" bin/whmapi1 --output=json "$@"; }
  call createacct username=bob domain=bob.example > /dev/null
  call createacct username=alice domain=alice.example > /dev/null
  call set_tweaksetting module=Main key=file_upload_must_leave_bytes value=0 > /dev/null
  "$0" -e "$ACTIVATE"
  echo "token $(call uapi_cpanel cpanel.user=bob cpanel.module=Tokens cpanel.function=create_full_access name=test)"
  exec "$0" bin/whmapi1d --port=0 --account-port=0 --no-tasks --log-level=error
`;

let server: ChildProcess;
let root = '';
let port = 0;
let token = '';
/** A descriptor of bob's own home, wherever it is. */
let home: number;
let bob: number;
let alice: number;

async function start(): Promise<void> {
  const words = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', setUp];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ACTIVATE };
  server = spawn('unshare', [...words, process.execPath], {
    cwd: top,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((ready, fail) => {
    server.once('exit', (status) => fail(new Error(`The server ended: ${status}`)));
    createInterface({ input: server.stdout ?? fail(new Error('no output')) ?? process.stdin }).on(
      'line',
      (line) => {
        if (line.startsWith('token ')) token = (JSON.parse(line.slice(6)) as Created).data.uapi.data.token;
        const [, given] = /^listening https:\S+:(\d+)\S* for accounts/.exec(line) ?? [];
        if (given === undefined) return;
        port = Number(given);
        ready();
      },
    );
  });
  const [child = ''] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(' ');
  root = `/proc/${child}/root`;
}

interface Created {
  readonly data: { readonly uapi: { readonly data: { readonly token: string } } };
}

function post(path: string, type: string, body: string): Promise<unknown> {
  const headers = { authorization: `cpanel bob:${token}`, 'content-type': type };
  const options = { host: '127.0.0.1', port, path, method: 'POST', headers, rejectUnauthorized: false };
  return new Promise((done, fail) => {
    const sent = request(options, (response) => {
      text(response).then((answer) => done(JSON.parse(answer)), fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

type Args = Readonly<Record<string, string>>;
const form = (path: string, args: Args) =>
  post(path, 'application/x-www-form-urlencoded', new URLSearchParams(args).toString());

/** @returns undefined if it succeeded, and the reason otherwise. */
type Caller = (name: string, args: Args) => Promise<string | undefined>;

const uapi: Caller = async (name, args) => {
  const answer = (await form(`/execute/${name.replace('::', '/')}`, args)) as {
    readonly status: number;
    readonly errors: string[] | null;
    readonly data: unknown;
  };
  if (answer.status !== 1) return (answer.errors ?? ['no reason']).join(' ');
  // A list of logs says for each why it cannot be read.
  const rows = name === 'LogManager::list_error_logs' ? (answer.data as { error: string | null }[]) : [];
  return rows.find(({ error }) => error?.includes('home directory'))?.error ?? undefined;
};

const api2: Caller = async (name, args) => {
  const [module = '', func = ''] = name.split('::');
  const named = {
    cpanel_jsonapi_apiversion: '2',
    cpanel_jsonapi_module: module,
    cpanel_jsonapi_func: func,
  };
  const { cpanelresult } = (await form('/json-api/cpanel', { ...named, ...args })) as {
    cpanelresult: { error?: string; data?: { result?: number; err?: string; reason?: string }[] };
  };
  const failed = Array.isArray(cpanelresult.data)
    ? cpanelresult.data.find(({ result }) => result === 0)
    : undefined;
  return cpanelresult.error ?? failed?.err ?? failed?.reason;
};

const upload: Caller = async (_name, { file = '', content = '' }) => {
  const part = (about: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; ${about}\r\n\r\n${value}\r\n`;
  const body = `${part('name="overwrite"', '1')}${part(`name="file-1"; filename="${file}"`, content)}--b--\r\n`;
  const answer = (await post('/execute/Fileman/upload_files', 'multipart/form-data; boundary=b', body)) as {
    readonly status: number;
    readonly errors: string[] | null;
    readonly data: { readonly uploads?: readonly { status: number; reason: string }[] } | null;
  };
  const [row] = answer.data?.uploads ?? [];
  return row?.status === 1 ? undefined : row === undefined ? answer.errors?.join(' ') : row.reason;
};

/** Below bob's own home, for the files of the test. */
const own = (path = '.') => `/proc/self/fd/${home}/${path}`;

function put(path: string, content: string): void {
  writeFileSync(own(path), content);
  lchownSync(own(path), bob, bob);
}

function folder(path: string): void {
  mkdirSync(own(path), { recursive: true });
  lchownSync(own(path), bob, bob);
}

const gone = (path: string) => rmSync(own(path), { recursive: true, force: true });

interface Row {
  readonly name: string;
  readonly call?: Caller;
  readonly args?: Args;
  /** Makes the home ready for another call. */
  readonly ready?: () => void;
}

/** Few files: work on them has to succeed between two moves of the home, too. */
function tree(): void {
  folder('tree');
  for (let file = 0; file < 5; file++) put(`tree/${file}`, `${file}`.repeat(1000));
}

function inTrash(): void {
  folder('.trash');
  for (const name of ['one', 'two', 'three']) put(`.trash/${name}`, name);
  put('.trash/.trash_restore', 'one=/home/bob\n');
  gone('one');
}

/** The work of an account on its files. Each needs the home. */
const rows: readonly Row[] = [
  { name: 'Fileman::list_files', args: { dir: '.' } },
  { name: 'Fileman::autocompletedir', args: { path: 'p' } },
  { name: 'Fileman::get_file_information', args: { path: 'page' } },
  { name: 'Fileman::get_file_content', args: { dir: '.', file: 'page' } },
  { name: 'Fileman::save_file_content', args: { file: 'saved', content: 'x'.repeat(100_000) } },
  {
    name: 'Fileman::upload_files',
    call: upload,
    args: { file: 'sent', content: 'x'.repeat(300_000) },
    // A draft stays if the home is away when it would be removed; a later upload removes it.
    ready: () => {
      for (const name of readdirSync(own())) if (name.startsWith('.whmapi1-upload-')) gone(name);
    },
  },
  {
    name: 'Fileman::copy_file',
    args: { source: 'tree', destination: 'copy' },
    ready: () => gone('copy'),
  },
  {
    name: 'Fileman::move_file',
    args: { source: 'moving', destination: 'moved' },
    ready: () => {
      put('moving', 'x');
      gone('moved');
    },
  },
  {
    name: 'Fileman::rename_file',
    args: { source: 'moving', destination: 'moved' },
    ready: () => {
      put('moving', 'x');
      gone('moved');
    },
  },
  { name: 'Fileman::trash_file', args: { path: 'waste' }, ready: () => put('waste', 'x') },
  { name: 'Fileman::restore_from_trash', args: { path: 'one' }, ready: inTrash },
  { name: 'Fileman::empty_trash', args: { older_than: '0' }, ready: inTrash },
  { name: 'Fileman::delete_file', args: { path: 'waste' }, ready: () => put('waste', 'x') },
  {
    name: 'Fileman::mkdir',
    call: api2,
    args: { path: '.', name: 'made' },
    ready: () => gone('made'),
  },
  { name: 'Fileman::savefile', call: api2, args: { dir: '.', filename: 'saved', content: 'x' } },
  {
    name: 'Fileman::fileop',
    call: api2,
    args: { op: 'compress', sourcefiles: 'tree', destfiles: 'new.tar.gz' },
    ready: () => gone('new.tar.gz'),
  },
  {
    name: 'Fileman::fileop',
    call: api2,
    args: { op: 'extract', sourcefiles: 'tree.zip', destfiles: 'unpacked' },
    ready: () => gone('unpacked'),
  },
  { name: 'Fileman::fileop', call: api2, args: { op: 'chmod', sourcefiles: 'page', metadata: '0600' } },
  {
    name: 'DirectoryPrivacy::add_user',
    args: { dir: 'public_html', user: 'ann', password: 'correct horse battery staple 7' },
    ready: () => gone('.htpasswds'),
  },
  {
    name: 'DirectoryPrivacy::configure_directory_protection',
    args: { dir: 'public_html', enabled: '1', authname: 'x' },
    ready: () => {
      gone('.htpasswds');
      gone('public_html/.htaccess');
    },
  },
  { name: 'DirectoryPrivacy::list_directories', args: { dir: '.' } },
  { name: 'DirectoryIndexes::list_directories', args: { dir: '.' } },
  {
    name: 'Mime::add_mime',
    args: { type: 'application/foo', extension: '.foo' },
    ready: () => gone('public_html/.htaccess'),
  },
  {
    name: 'Mime::add_redirect',
    args: { domain: 'bob.example', redirect: 'https://www.example.com/', type: 'permanent', src: '/old' },
    ready: () => gone('public_html/.htaccess'),
  },
  { name: 'Mime::list_redirects' },
  { name: 'BlockIP::add_ip', args: { ip: '192.0.2.1' }, ready: () => gone('public_html/.htaccess') },
  {
    name: 'KnownHosts::delete',
    args: { host_name: 'git.example.com' },
    ready: () => {
      folder('.ssh');
      chmodSync(own('.ssh'), 0o700);
      put('.ssh/known_hosts', `git.example.com ssh-ed25519 ${KEY}\nother.example ssh-ed25519 ${KEY}\n`);
    },
  },
  {
    name: 'LangPHP::php_ini_set_user_content',
    args: { type: 'vhost', vhost: 'bob.example', content: 'memory_limit = 64M\n' },
    ready: () => gone('public_html/.user.ini'),
  },
  { name: 'LangPHP::php_ini_get_user_content', args: { type: 'vhost', vhost: 'bob.example' } },
  { name: 'LogManager::list_error_logs', args: { domain: 'bob.example' } },
];
const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

/** Each job must be another one. */
let jobs = 0;
/** These do not need the home: they work, and do not touch what is in its place. */
const others: readonly Row[] = [
  { name: 'Cron::listcron', call: api2 },
  {
    name: 'Cron::add_line',
    call: api2,
    get args() {
      return { command: `echo ${++jobs}`, minute: '0', hour: '3', day: '*', month: '*', weekday: '*' };
    },
  },
  { name: 'Bandwidth::query', args: { grouping: 'domain|year' } },
  { name: 'Stats::get_bandwidth' },
  { name: 'Stats::get_site_errors', args: { domain: 'bob.example' } },
];

const at = (path: string) => join(root, 'home', path);

/** All that is in a directory, with owners, permissions and contents. */
function contentsOf(path: string): unknown[] {
  const { uid, gid, mode } = lstatSync(path);
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => {
    const stats = lstatSync(join(path, name));
    const content = stats.isFile() ? readFileSync(join(path, name), 'latin1') : '';
    return [name, stats.uid, stats.gid, stats.mode, content];
  });
  return [[uid, gid, mode], ...files];
}

/** What takes the place of the home. It is at `/home/aside` first. */
const places: Readonly<Record<string, () => void>> = {
  'moved away': () => undefined,
  'replaced by a link to another home': () => symlinkSync('alice', at('aside')),
  'replaced by a directory of another user': () => {
    mkdirSync(at('aside'));
    writeFileSync(at('aside/page'), 'of alice');
    // Even where bob could write.
    chmodSync(at('aside'), 0o777);
    chownSync(at('aside'), alice, alice);
  },
};

/** CI tries each call with one of the places, in turn: another one each day. */
const triedAt = (place: number, calls: readonly Row[]) =>
  calls.filter((_call, at) => isSoak || (at + FIRST_PLACE) % Object.keys(places).length === place);

const describeAsRoot =
  process.getuid?.() === 0
    ? describeWith.bind(undefined, ['crontab', 'ssh-keygen'])
    : (what: string, tests: () => void) => describe.skip(`${what} (skipped: only root can)`, tests);

describeAsRoot('a home that is', () => {
  beforeAll(async () => {
    await start();
    home = openSync(at('bob'), constants.O_RDONLY | constants.O_DIRECTORY);
    bob = lstatSync(at('bob')).uid;
    alice = lstatSync(at('alice')).uid;
    writeFileSync(at('alice/secret'), 'of alice');
    chmodSync(at('alice'), 0o777);
    for (const name of ['page', 'tree', 'public_html', '.htpasswds', '.ssh']) {
      if (name !== 'public_html') mkdirSync(at(`alice/${name}`), { recursive: true });
      chmodSync(at(`alice/${name}`), 0o777);
    }
    put('page', 'of bob');
    tree();
    expect(
      await api2('Fileman::fileop', { op: 'compress', sourcefiles: 'tree', destfiles: 'tree.zip' }),
    ).toBe(undefined);
  });
  afterAll(async () => {
    closeSync(home);
    await end(server);
  });

  describe.each(Object.entries(places).map(([what, make], at) => [what, make, at] as const))(
    '%s',
    (_what, make, place) => {
      let alices: unknown[];
      let aside: unknown[] | undefined;
      const isDirectory = () => lstatSync(at('aside'), { throwIfNoEntry: false })?.isDirectory() === true;
      /** The home is in its place, and everything else is as it was. */
      const expectOthersUntouched = () => {
        expect(lstatSync(at('bob')).ino).toBe(lstatSync(own()).ino);
        expect(contentsOf(at('alice'))).toEqual(alices);
        expect(isDirectory() ? contentsOf(at('aside')) : undefined).toEqual(aside);
        expect(readdirSync(own()).filter((name) => /^\.whmapi1(?!-cgi$)/.test(name))).toEqual([]);
        expect(readdirSync(at('.')).filter((name) => name !== 'aside')).toEqual(['alice', 'bob']);
      };

      beforeEach(() => {
        make();
        alices = contentsOf(at('alice'));
        aside = isDirectory() ? contentsOf(at('aside')) : undefined;
      });
      afterEach(() => rmSync(at('aside'), { recursive: true, force: true }));

      it.each(triedAt(place, rows).map((row) => [`${row.name} ${row.args?.op ?? ''}`.trim(), row] as const))(
        'is no place for %s',
        async (_name, { name, call = uapi, args = {}, ready }) => {
          // Before the call.
          ready?.();
          const hasOther = lstatSync(at('aside'), { throwIfNoEntry: false }) !== undefined;
          renameSync(at('bob'), at('away'));
          if (hasOther) renameSync(at('aside'), at('bob'));
          try {
            expect(await call(name, args)).toContain(NAMES_HOME);
          } finally {
            if (hasOther) renameSync(at('bob'), at('aside'));
            renameSync(at('away'), at('bob'));
          }
          expectOthersUntouched();
          expect(await call(name, args)).toBe(undefined);

          // While calls run.
          const outcomes = new Set<string>();
          const mover = await moveAwayAndBack(at('bob'), at('aside'));
          try {
            for (let round = 0; round < MAX_ROUNDS && outcomes.size < 2; round++) {
              ready?.();
              const reason = await call(name, args);
              if (reason !== undefined) expect(reason).toContain(NAMES_HOME);
              outcomes.add(reason === undefined ? 'done' : 'refused');
            }
          } finally {
            await end(mover);
            putBack();
          }
          expect([...outcomes].sort()).toEqual(['done', 'refused']);
          ready?.();
          expect(await call(name, args)).toBe(undefined);
          expectOthersUntouched();
        },
      );

      it.each(triedAt(place, others).map((row) => [row.name, row] as const))(
        'is not needed by %s',
        async (_name, row) => {
          const { name, call = uapi } = row;
          const mover = await moveAwayAndBack(at('bob'), at('aside'));
          try {
            for (let round = 0; round < 20; round++) expect(await call(name, row.args ?? {})).toBe(undefined);
          } finally {
            await end(mover);
            putBack();
          }
          expectOthersUntouched();
        },
      );
    },
  );
});

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.kill('SIGKILL')) await ended;
}

/** The process that moves it may have been killed while the home was away. */
function putBack(): void {
  const { ino } = lstatSync(own());
  if (lstatSync(at('bob'), { throwIfNoEntry: false })?.ino === ino) return;
  const isTaken = lstatSync(at('bob'), { throwIfNoEntry: false }) !== undefined;
  if (isTaken) renameSync(at('bob'), at('other'));
  renameSync(at('aside'), at('bob'));
  if (isTaken) renameSync(at('other'), at('aside'));
}
