// Runs in an emulated machine, which loses its power meanwhile: creates and suspends accounts for ever, and says on a serial
// line what was answered. First it says what the machine has of earlier accounts.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, openSync, readFileSync, readdirSync, writeSync } = require('node:fs');

const serial = openSync('/dev/ttyS1', 'w');
const say = (...words) => writeSync(serial, `${words.join(' ')}\n`);

/** Calls a function. */
function call(name, ...words) {
  const { stdout, stderr, status, signal } = spawnSync('whmapi1', ['--output=json', name, ...words], {
    encoding: 'utf8',
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return { metadata: { result: 0, reason: `status ${status}, signal ${signal}: ${stdout}${stderr}` } };
  }
}

/** Says a failure. @returns whether there was none. */
function succeeds(name, ...words) {
  const { metadata } = call(name, ...words);
  if (metadata.result !== 1) say('failed', name, ...words, JSON.stringify(metadata.reason));
  return metadata.result === 1;
}

// A call that changes something undoes or completes what the power cut has interrupted.
succeeds('twofactorauth_set_issuer', 'issuer=server.example');
const { data } = call('listaccts', 'want=user,suspended');
const users = new Set(data.acct.map(({ user }) => user));
const shadow = readFileSync('/etc/shadow', 'utf8');
for (const { user, suspended } of data.acct) {
  const [, password] = new RegExp(`^${user}:([^:]*):`, 'm').exec(shadow) ?? [];
  const isWhole = password !== undefined && existsSync(`/home/${user}`);
  const isLocked = password?.startsWith('!') === true;
  say(
    'account',
    user,
    isWhole ? 'whole' : 'half',
    suspended === 1 ? 'suspended' : 'active',
    isLocked ? 'locked' : 'open',
  );
}
for (const name of readdirSync('/home')) if (!users.has(name)) say('stray', name);
for (const line of spawnSync('whmapi1', ['--doctor'], { encoding: 'utf8' }).stdout.split('\n'))
  if (/^\w+ +(Store|Unfinished work|Accounts) /.test(line)) say('doctor', line);
say('ready');

const password = 'correct-horse-battery-staple-7';
const boot = /\bcut=(\d+)/.exec(readFileSync('/proc/cmdline', 'utf8'))?.[1];
for (let count = 1; ; count++) {
  const name = `boot${boot}n${count}`;
  if (succeeds('createacct', `username=${name}`, `domain=${name}.example`, `password=${password}`))
    say('created', name);
  if (count % 3 === 0 && succeeds('suspendacct', `user=${name}`)) say('suspended', name);
}
