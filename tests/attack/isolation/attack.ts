// Runs in a machine as root: prepares the files of an attacker and a victim, makes all attempts over HTTP and HTTPS, and
// prints as JSON which were open and which controls failed. `attack.mjs ATTACKER VICTIM RELEASE [MILLISECONDS]`
// repeats the attempts for so long.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request as askPlain } from 'node:http';
import { request as askEncrypted } from 'node:https';
import { dirname } from 'node:path';
import {
  attemptsOn,
  controlsOn,
  LINKED_ACCESS_FILE,
  linkOf,
  paths,
  RAN_AS,
  SECRET,
  WORDPRESS,
  type Attempt,
  type Control,
} from './attempts.ts';

const [attacker = '', victim = '', release = '', ms = '0'] = process.argv.slice(2);
const idOf = (user: string) => Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
const ids = { [attacker]: idOf(attacker), [victim]: idOf(victim) };
const socketOf = (user: string) => `/run/whmapi1-php/${release}-${user}.example.sock`;
const targets = {
  ...{ attacker, victim },
  victimSocket: socketOf(victim),
  debianSocket: `/run/php/php${release}-fpm.sock`,
  baseSocket: `/run/whmapi1-php/${release}.sock`,
};
const { own, report, secret } = paths(targets);

function put(user: string, path: string, text: string, mode = 0o644): void {
  const id = ids[user] ?? 0;
  if (readdirSafely(dirname(path)) === undefined) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    lchownSync(dirname(path), id, id);
  }
  writeFileSync(path, text);
  lchownSync(path, id, id);
  chmodSync(path, mode);
}

function readdirSafely(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

function link(path: string, target: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
  const id = ids[attacker] ?? 0;
  lchownSync(path, id, id);
}

const PROGRAM = `<?php
echo "${RAN_AS}", posix_getpwuid(posix_geteuid())["name"], " ", $_SERVER["REQUEST_URI"] ?? "", "\\n";
echo $_POST["a"] ?? "", " ", $_SERVER["HTTP_AUTHORIZATION"] ?? "", "\\n";
`;
const CGI = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
echo "${RAN_AS}$(id -un) query=$QUERY_STRING path=$PATH_INFO script=$SCRIPT_NAME $HTTP_AUTHORIZATION"
[ "$REQUEST_METHOD" != POST ] || cat
`;

function prepare(): void {
  // The most that an attacker can do to have others read its programs.
  chmodSync(`/home/${attacker}`, 0o755);
  chmodSync(own, 0o755);
  for (const name of ['x.php', 'y.foo.php', 'index.php']) put(attacker, `${own}/${name}`, PROGRAM);
  for (const name of ['x.txt', 'x.foo', 'folder/index.html', 'linked/x.txt'])
    put(attacker, `${own}/${name}`, 'a text\n');
  for (const name of [
    'cgi-bin/x.cgi',
    'cgi-bin/with space.cgi',
    'folder/x.cgi',
    'folder/x.foo',
    'folder/y.foo',
    'folder/z.foo',
  ])
    put(attacker, `${own}/${name}`, CGI, 0o755);
  rmSync(`${own}/folder/index.html`);
  put(attacker, `${own}/read.php`, '<?php echo @file_get_contents($_SERVER["QUERY_STRING"]);');
  put(
    attacker,
    `${own}/cgi-bin/read.cgi`,
    '#!/bin/sh\nprintf \'Content-Type: text/plain\\n\\n\'\ncat "$QUERY_STRING" 2>/dev/null\n',
    0o755,
  );
  put(victim, report, `<?php echo "${SECRET}\\n";`);
  put(victim, `${dirname(report)}/.htaccess`, 'Require all denied\n');
  put(victim, secret, `${SECRET}=1\n`);
  const closed = '<Files "secret.env">\nRequire all denied\n</Files>\n';
  put(victim, `/home/${victim}/public_html/.htaccess`, closed + WORDPRESS);
  if (!existsSync(`/home/${victim}/public_html/wp-load.php`))
    put(victim, `/home/${victim}/public_html/index.php`, '<?php echo "the post of the victim";');
  put(
    victim,
    `/home/${victim}/public_html/cgi-bin/report.cgi`,
    `#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n${SECRET}\\n'\n`,
    0o755,
  );
  link(`${own}/cgi-bin/victim.cgi`, `/home/${victim}/public_html/cgi-bin/report.cgi`);
  link(`${own}/link.txt`, secret);
  link(`${own}/folder/link.html`, secret);
  link(`${own}/link-folder`, `/home/${victim}/public_html`);
  link(`${own}/own-link.txt`, `${own}/x.txt`);
  link(`${own}/linked/.htaccess`, secret);
  for (const socket of [targets.victimSocket, targets.debianSocket, targets.baseSocket])
    link(`/home/${attacker}/${linkOf(socket)}`, socket);
}

function ask(
  isEncrypted: boolean,
  { path, method = 'GET', ...more }: Pick<Control, 'path' | 'method' | 'body' | 'headers'>,
): Promise<string> {
  const body = more.body ?? '';
  const headers = {
    ...{ host: `${attacker}.example`, connection: 'close', ...more.headers },
    ...(method === 'POST' && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  };
  const place = { host: '127.0.0.1', path, method, headers, agent: false, timeout: 20_000 } as const;
  return new Promise((done) => {
    const hear = (response: import('node:http').IncomingMessage) => {
      let text = `${response.statusCode}\n`;
      for (const [name, value] of Object.entries(response.headers)) text += `${name}: ${String(value)}\n`;
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.on('close', () => done(text));
    };
    const asked = isEncrypted
      ? askEncrypted(
          { ...place, port: 443, servername: `${attacker}.example`, rejectUnauthorized: false },
          hear,
        )
      : askPlain({ ...place, port: 80 }, hear);
    asked.on('timeout', () => asked.destroy());
    asked.on('error', (error) => done(`000\n${error.message}`));
    asked.end(method === 'POST' ? body : undefined);
  });
}

const OF_OTHERS = new RegExp(
  `${RAN_AS}(?!${attacker}\\b)[\\w-]+|${SECRET}|Apache Server Status|Server Information|Load Balancer Manager`,
);

async function attempt(one: Attempt, isEncrypted: boolean): Promise<string | undefined> {
  put(attacker, `${own}/.htaccess`, one.htaccess);
  const [found] = OF_OTHERS.exec(await ask(isEncrypted, one)) ?? [];
  return found;
}

/** The attacker replaces the folder of its website itself by a link. @returns what was reached. */
async function attemptByRoot(): Promise<object[]> {
  const theirs = `/home/${victim}/public_html`;
  put(victim, `${theirs}/plain.txt`, `${SECRET}\n`);
  const away = `${own}-away`;
  renameSync(own, away);
  const open: object[] = [];
  try {
    for (const [target, path] of [
      [theirs, '/plain.txt'],
      ['/', `${theirs}/plain.txt`],
      ['/home', `${theirs.slice('/home'.length)}/plain.txt`],
    ] as const) {
      link(own, target);
      for (const isEncrypted of [false, true]) {
        const [found] = OF_OTHERS.exec(await ask(isEncrypted, { path })) ?? [];
        if (found !== undefined) open.push({ root: target, path, isEncrypted, found });
      }
    }
  } finally {
    rmSync(own);
    renameSync(away, own);
  }
  return open;
}

export interface Outcome {
  readonly attempts: number;
  readonly open: readonly object[];
  /** The controls that did not work. */
  readonly failed: readonly object[];
  /** True if the account’s error log shows a part of a file that its .htaccess is a link to. */
  readonly isLogged: boolean;
}

async function main(): Promise<void> {
  prepare();
  const attempts = attemptsOn(targets);
  const open: object[] = [];
  const failed: object[] = [];
  let made = 0;
  const until = Date.now() + Number(ms);
  do {
    for (const isEncrypted of [false, true]) {
      for (const one of attempts) {
        const found = await attempt(one, isEncrypted);
        made += 1;
        if (found !== undefined) open.push({ ...one, isEncrypted, found });
      }
      for (const one of controlsOn(targets, socketOf(attacker))) {
        put(attacker, `${own}/.htaccess`, one.htaccess);
        const answer = await ask(isEncrypted, one);
        if (!answer.includes(one.expected)) failed.push({ ...one, isEncrypted, answer });
      }
    }
  } while (Date.now() < until);
  put(attacker, `${own}/.htaccess`, '');
  open.push(...(await attemptByRoot()));
  const log = `/var/log/whmapi1-domlogs/${attacker}/${attacker}.example-error.log`;
  await ask(false, { path: LINKED_ACCESS_FILE });
  const isLogged = readFileSync(log, 'utf8').includes(SECRET);
  const outcome: Outcome = { attempts: made, open, failed, isLogged };
  process.stdout.write(JSON.stringify(outcome));
}

void main();
